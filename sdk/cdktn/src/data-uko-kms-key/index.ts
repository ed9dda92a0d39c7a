// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktn from 'cdktn';

// Configuration

export interface DataUkoKmsKeyConfig extends cdktn.TerraformMetaArguments {
  /**
  * UUID of the key.
  */
  readonly keyId: string;
}

/**
* Reads a KMS key, without its material. Fails with `UKO_NOT_FOUND` if the key does not exist.
*/
export class DataUkoKmsKey extends cdktn.TerraformDataSource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko_kms_key";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTN code for importing a DataUkoKmsKey resource upon running "cdktn plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the DataUkoKmsKey to import
  * @param importFromId The id of the existing DataUkoKmsKey that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the DataUkoKmsKey to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktn.TerraformProvider) {
        return new cdktn.ImportableResource(scope, importToId, { terraformResourceType: "uko_kms_key", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new uko_kms_key Data Source
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options DataUkoKmsKeyConfig
  */
  public constructor(scope: Construct, id: string, config: DataUkoKmsKeyConfig) {
    super(scope, id, {
      terraformResourceType: 'uko_kms_key',
      terraformGeneratorMetadata: {
        providerName: 'uko',
        providerVersionConstraint: '~> 0.1.0'
      },
      provider: config.provider,
      dependsOn: config.dependsOn,
      count: config.count,
      lifecycle: config.lifecycle,
      provisioners: config.provisioners,
      connection: config.connection,
      forEach: config.forEach
    });
    this._keyId = config.keyId;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  /** Up to 5 further names; `[]` removes all. */
  public get aliases() {
    return cdktn.Fn.tolist(this.getListAttribute('aliases'));
  }

  /** Cloud resource name of the key. */
  public get crn() {
    return this.getStringAttribute('crn');
  }

  /** What the deletion waits for. One of `request`, `approval`, `requester`, `time`, `person_to_unblock`. */
  public get deletionAwaits() {
    return this.getStringAttribute('deletion_awaits');
  }

  /** When KMS begins to purge the metadata of the key, ISO 8601 UTC. */
  public get deletionNotBefore() {
    return this.getStringAttribute('deletion_not_before');
  }

  /** When the open deletion window ends, ISO 8601 UTC. */
  public get deletionRecordExpiresAt() {
    return this.getStringAttribute('deletion_record_expires_at');
  }

  /** Name of the open deletion window. */
  public get deletionRecordId() {
    return this.getStringAttribute('deletion_record_id');
  }

  /** 2 to 240 characters. */
  public get description() {
    return this.getStringAttribute('description');
  }

  /** KMS's own dual authorization. It is turned on for a new key if `dual_authorization` is `required`, and on an existing key only if the program says `true`. KMS never turns it off again. */
  public get dualAuthDelete() {
    return this.getBooleanAttribute('dual_auth_delete');
  }

  /** When KMS deactivates the key, such as `2030-01-31T00:00:00Z`. */
  public get expirationDate() {
    return this.getStringAttribute('expiration_date');
  }

  /** Import ID: `<key_id>`. */
  public get id() {
    return this.getStringAttribute('id');
  }

  /** Whether the key material was imported. */
  public get imported() {
    return this.getBooleanAttribute('imported');
  }

  /** ID of the instance that the key belongs to. */
  public get instanceId() {
    return this.getStringAttribute('instance_id');
  }

  private _keyId?: string; 
  /** UUID of the key. */
  public get keyId() {
    return this.getStringAttribute('key_id');
  }
  public set keyId(value: string) {
    this._keyId = value;
  }
  // Temporarily expose input value. Use with caution.
  public get keyIdInput() {
    return this._keyId;
  }

  /** Key ring, created if it does not exist. Never the key ring of an internal keystore. */
  public get keyRing() {
    return this.getStringAttribute('key_ring');
  }

  /** State, as KMS reports it: `pre_activation`, `active`, `suspended`, `deactivated`, `destroyed`, or a number that this release does not know. */
  public get keyState() {
    return this.getStringAttribute('key_state');
  }

  /** When the key was last rotated, ISO 8601 UTC. */
  public get lastRotatedAt() {
    return this.getStringAttribute('last_rotated_at');
  }

  /** The derived state, which includes a pending approval. One of `pending_approval`, `pre_activation`, `active`, `suspended`, `deactivated`, `destroyed`, `unrecognized`. */
  public get lifecycleState() {
    return this.getStringAttribute('lifecycle_state');
  }

  /** Name of the key, 2 to 90 characters. KMS does not require it to be unique. */
  public get name() {
    return this.getStringAttribute('name');
  }

  /** Months between rotations by KMS, for a root key that was not imported. */
  public get rotationIntervalMonths() {
    return this.getNumberAttribute('rotation_interval_months');
  }

  /** Your own tags. */
  public get tags() {
    return cdktn.Fn.tolist(this.getListAttribute('tags'));
  }

  /** A `root` key wraps other keys and never leaves KMS. A `standard` key can be read from KMS. One of `root`, `standard`. */
  public get type() {
    return this.getStringAttribute('type');
  }

  // =========
  // SYNTHESIS
  // =========

  protected synthesizeAttributes(): { [name: string]: any } {
    return {
      key_id: cdktn.stringToTerraform(this._keyId),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      key_id: {
        value: cdktn.stringToHclTerraform(this._keyId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
    };

    // remove undefined attributes
    return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined ))
  }
}
