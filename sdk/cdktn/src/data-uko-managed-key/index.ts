// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktn from 'cdktn';

// Configuration

export interface DataUkoManagedKeyConfig extends cdktn.TerraformMetaArguments {
  /**
  * UUID of the key. Set it or `label`.
  */
  readonly keyId?: string;
  /**
  * Label of the key, in place of its ID. Exactly one key must have it.
  */
  readonly label?: string;
  /**
  * UUID of the vault.
  */
  readonly vaultId: string;
}
export interface DataUkoManagedKeyKeystores {
}

export function dataUkoManagedKeyKeystoresToTerraform(struct?: DataUkoManagedKeyKeystores): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  return {
  }
}


export function dataUkoManagedKeyKeystoresToHclTerraform(struct?: DataUkoManagedKeyKeystores): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  const attrs = {
  };
  return attrs;
}

export class DataUkoManagedKeyKeystoresOutputReference extends cdktn.ComplexObject {
  private isEmptyObject = false;

  /**
  * @param terraformResource The parent resource
  * @param terraformAttribute The attribute on the parent resource this class is referencing
  * @param complexObjectIndex the index of this item in the list
  * @param complexObjectIsFromSet whether the list is wrapping a set (will add tolist() to be able to access an item via an index)
  */
  public constructor(terraformResource: cdktn.IInterpolatingParent, terraformAttribute: string, complexObjectIndex: number, complexObjectIsFromSet: boolean) {
    super(terraformResource, terraformAttribute, complexObjectIsFromSet, complexObjectIndex);
  }

  public get internalValue(): DataUkoManagedKeyKeystores | undefined {
    let hasAnyValues = this.isEmptyObject;
    const internalValueResult: any = {};
    return hasAnyValues ? internalValueResult : undefined;
  }

  public set internalValue(value: DataUkoManagedKeyKeystores | undefined) {
    if (value === undefined) {
      this.isEmptyObject = false;
    }
    else {
      this.isEmptyObject = Object.keys(value).length === 0;
    }
  }

  // name - computed: true, optional: false, required: false
  public get name() {
    return this.getStringAttribute('name');
  }

  // type - computed: true, optional: false, required: false
  public get type() {
    return this.getStringAttribute('type');
  }

  // status - computed: true, optional: false, required: false
  public get status() {
    return this.getStringAttribute('status');
  }

  // sync_flag - computed: true, optional: false, required: false
  public get syncFlag() {
    return this.getStringAttribute('sync_flag');
  }

  // destruction_at - computed: true, optional: false, required: false
  public get destructionAt() {
    return this.getStringAttribute('destruction_at');
  }
}

export class DataUkoManagedKeyKeystoresList extends cdktn.ComplexList {

  /**
  * @param terraformResource The parent resource
  * @param terraformAttribute The attribute on the parent resource this class is referencing
  * @param wrapsSet whether the list is wrapping a set (will add tolist() to be able to access an item via an index)
  */
  constructor(terraformResource: cdktn.IInterpolatingParent, terraformAttribute: string, wrapsSet: boolean) {
    super(terraformResource, terraformAttribute, wrapsSet);
  }

  /**
  * @param index the index of the item to return
  */
  public get(index: number): DataUkoManagedKeyKeystoresOutputReference {
    return new DataUkoManagedKeyKeystoresOutputReference(this.terraformResource, this.terraformAttribute, index, this.wrapsSet);
  }
}

/**
* Reads a managed key. Fails with `UKO_KEY_NOT_FOUND` if the key does not exist.
*/
export class DataUkoManagedKey extends cdktn.TerraformDataSource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko_managed_key";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTN code for importing a DataUkoManagedKey resource upon running "cdktn plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the DataUkoManagedKey to import
  * @param importFromId The id of the existing DataUkoManagedKey that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the DataUkoManagedKey to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktn.TerraformProvider) {
        return new cdktn.ImportableResource(scope, importToId, { terraformResourceType: "uko_managed_key", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new uko_managed_key Data Source
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options DataUkoManagedKeyConfig
  */
  public constructor(scope: Construct, id: string, config: DataUkoManagedKeyConfig) {
    super(scope, id, {
      terraformResourceType: 'uko_managed_key',
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
    this._label = config.label;
    this._vaultId = config.vaultId;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  /** First day of use, `YYYY-MM-DD`. For planning only: nothing happens on this day. */
  public get activationDate() {
    return this.getStringAttribute('activation_date');
  }

  /** Algorithm, as the service reports it, such as `aes`. */
  public get algorithm() {
    return this.getStringAttribute('algorithm');
  }

  /** Whether the key is in every keystore that its template names. Not set if the service does not report it. One of `aligned`, `unaligned`. */
  public get alignment() {
    return this.getStringAttribute('alignment');
  }

  /** IAM ID of the person whose approval is stored on the key. */
  public get deletionApprovedBy() {
    return this.getStringAttribute('deletion_approved_by');
  }

  /** Name that the approver gave. */
  public get deletionApprovedByName() {
    return this.getStringAttribute('deletion_approved_by_name');
  }

  /** What the deletion waits for. One of `request`, `approval`, `requester`, `time`, `person_to_unblock`. */
  public get deletionAwaits() {
    return this.getStringAttribute('deletion_awaits');
  }

  /** The next step is refused before this time, ISO 8601 UTC. */
  public get deletionNotBefore() {
    return this.getStringAttribute('deletion_not_before');
  }

  /** When the pending record expires, ISO 8601 UTC. */
  public get deletionRecordExpiresAt() {
    return this.getStringAttribute('deletion_record_expires_at');
  }

  /** ID of the pending request or approval. */
  public get deletionRecordId() {
    return this.getStringAttribute('deletion_record_id');
  }

  /** IAM ID of the person who requested the next step. */
  public get deletionRequestedBy() {
    return this.getStringAttribute('deletion_requested_by');
  }

  /** Name that the requester gave. */
  public get deletionRequestedByName() {
    return this.getStringAttribute('deletion_requested_by_name');
  }

  /** Up to 200 characters; up to 110 if the service keeps no tags. */
  public get description() {
    return this.getStringAttribute('description');
  }

  /** The marker on the key: the steps of its deletion that require two people. One of `single`, `destroy`, `both`, `none`. */
  public get dualMarker() {
    return this.getStringAttribute('dual_marker');
  }

  /** Last day of use, `YYYY-MM-DD`. For planning only: nothing happens on this day. */
  public get expirationDate() {
    return this.getStringAttribute('expiration_date');
  }

  /** The holds in force, as the tag `hold` has them, such as `legal ticket L_7 by IBMid_5 since 2026_12_01`. While it is set, no run takes a step of the key's deletion. Not set if the key is not held. */
  public get hold() {
    return this.getStringAttribute('hold');
  }

  /** Import ID: `<vault_id>/<key_id>`. */
  public get id() {
    return this.getStringAttribute('id');
  }

  /** ID of the instance that the key belongs to. */
  public get instanceId() {
    return this.getStringAttribute('instance_id');
  }

  private _keyId?: string; 
  /** UUID of the key. Set it or `label`. */
  public get keyId() {
    return this.getStringAttribute('key_id');
  }
  public set keyId(value: string) {
    this._keyId = value;
  }
  public resetKeyId() {
    this._keyId = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get keyIdInput() {
    return this._keyId;
  }

  /** State, as the service reports it: `pre_activation`, `active`, `deactivated`, `destroyed`, `compromised`, `destroyed_compromised`, or a word that this release does not know. */
  public get keyState() {
    return this.getStringAttribute('key_state');
  }

  private _keystores = new DataUkoManagedKeyKeystoresList(this, "keystores", false);
  /** Each keystore's status of the key. */
  public get keystores() {
    return this._keystores;
  }

  private _label?: string; 
  /** Label of the key, in place of its ID. Exactly one key must have it. */
  public get label() {
    return this.getStringAttribute('label');
  }
  public set label(value: string) {
    this._label = value;
  }
  public resetLabel() {
    this._label = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get labelInput() {
    return this._label;
  }

  /** The derived state, which includes what a deletion waits for. One of `pending_destruction`, `destroyed`, `cooling_down`, `pending_approval`, `approved`, `pending_request`, `deactivated`, `compromised`, `active`, `pre_activation`, `unrecognized`. */
  public get lifecycleState() {
    return this.getStringAttribute('lifecycle_state');
  }

  /** Size, as the service reports it, such as `256`. */
  public get size() {
    return this.getStringAttribute('size');
  }

  private _tags = new cdktn.StringMap(this, "tags");
  /** Your own tags; `{}` removes all but a `hold`. Values may contain letters, digits, `_` and white space. */
  public get tags() {
    return this._tags;
  }

  /** Name of the key template. */
  public get template() {
    return this.getStringAttribute('template');
  }

  /** UUID of the template. */
  public get templateId() {
    return this.getStringAttribute('template_id');
  }

  private _vaultId?: string; 
  /** UUID of the vault. */
  public get vaultId() {
    return this.getStringAttribute('vault_id');
  }
  public set vaultId(value: string) {
    this._vaultId = value;
  }
  // Temporarily expose input value. Use with caution.
  public get vaultIdInput() {
    return this._vaultId;
  }

  /** 1 at creation, incremented by each rotation. */
  public get version() {
    return this.getNumberAttribute('version');
  }

  // =========
  // SYNTHESIS
  // =========

  protected synthesizeAttributes(): { [name: string]: any } {
    return {
      key_id: cdktn.stringToTerraform(this._keyId),
      label: cdktn.stringToTerraform(this._label),
      vault_id: cdktn.stringToTerraform(this._vaultId),
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
      label: {
        value: cdktn.stringToHclTerraform(this._label),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      vault_id: {
        value: cdktn.stringToHclTerraform(this._vaultId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
    };

    // remove undefined attributes
    return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined ))
  }
}
