// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktn from 'cdktn';

// Configuration

export interface KmsKeyConfig extends cdktn.TerraformMetaArguments {
  /**
  * Up to 5 further names; `[]` removes all.
  */
  readonly aliases?: string[];
  /**
  * When the key may leave state: `destroyed`, or `removed` up to 90 days later with its metadata. One of `destroyed`, `removed`. Default `destroyed`.
  */
  readonly deletionCompletesAt?: string;
  /**
  * Refuses every step of the key's deletion. Default `false`.
  */
  readonly deletionProtection?: boolean | cdktn.IResolvable;
  /**
  * 2 to 240 characters. Cannot change.
  */
  readonly description?: string;
  /**
  * KMS's own dual authorization. It is turned on for a new key if `dual_authorization` is `required`, and on an existing key only if the program says `true`. KMS never turns it off again.
  */
  readonly dualAuthDelete?: boolean | cdktn.IResolvable;
  /**
  * Whether the key's deletion requires two people. KMS's own dual authorization takes precedence over `single`. One of `required`, `single`. Default `required`.
  */
  readonly dualAuthorization?: string;
  /**
  * For a secure import, together with an encrypted payload. Cannot change.
  */
  readonly encryptedNonce?: string;
  /**
  * For a secure import, together with an encrypted payload. One of `RSAES_OAEP_SHA_256`, `RSAES_OAEP_SHA_1`. Cannot change.
  */
  readonly encryptionAlgorithm?: string;
  /**
  * Adopts this key instead of creating one. Cannot change.
  */
  readonly existingKeyId?: string;
  /**
  * When KMS deactivates the key, such as `2030-01-31T00:00:00Z`. Cannot change.
  */
  readonly expirationDate?: string;
  /**
  * For a secure import, together with an encrypted payload. Cannot change.
  */
  readonly iv?: string;
  /**
  * Key ring, created if it does not exist. Never the key ring of an internal keystore.
  */
  readonly keyRing?: string;
  /**
  * Name of the key, 2 to 90 characters. KMS does not require it to be unique. Cannot change.
  */
  readonly name: string;
  /**
  * Base64 of 16, 24 or 32 bytes: imports the key. A new payload takes effect with a changed `rotation_trigger`.
  */
  readonly payload?: string;
  /**
  * Any text. Each change of it restores a destroyed key once, within 30 days.
  */
  readonly restoreTrigger?: string;
  /**
  * Months between rotations by KMS, for a root key that was not imported.
  */
  readonly rotationIntervalMonths?: number;
  /**
  * Any text. Each change of it rotates the key once.
  */
  readonly rotationTrigger?: string;
  /**
  * Your own tags. Cannot change.
  */
  readonly tags?: string[];
  /**
  * A `root` key wraps other keys and never leaves KMS. A `standard` key can be read from KMS. One of `root`, `standard`. Default `root`. Cannot change.
  */
  readonly type?: string;
  /**
  * timeouts block
  */
  readonly timeouts?: KmsKeyTimeouts;
}
export interface KmsKeyTimeouts {
  /**
  * How long a destroy may wait for people and for time before it stops, such as `30m`, `5h` or `7d`. Without it, a destroy does not wait. `UKO_WAIT` takes precedence.
  */
  readonly delete?: string;
}

export function kmsKeyTimeoutsToTerraform(struct?: KmsKeyTimeouts | cdktn.IResolvable): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  return {
    delete: cdktn.stringToTerraform(struct!.delete),
  }
}


export function kmsKeyTimeoutsToHclTerraform(struct?: KmsKeyTimeouts | cdktn.IResolvable): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  const attrs = {
    delete: {
      value: cdktn.stringToHclTerraform(struct!.delete),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
  };

  // remove undefined attributes
  return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined));
}

export class KmsKeyTimeoutsOutputReference extends cdktn.ComplexObject {
  private isEmptyObject = false;
  private resolvableValue?: cdktn.IResolvable;

  /**
  * @param terraformResource The parent resource
  * @param terraformAttribute The attribute on the parent resource this class is referencing
  */
  public constructor(terraformResource: cdktn.IInterpolatingParent, terraformAttribute: string) {
    super(terraformResource, terraformAttribute, false);
  }

  public get internalValue(): KmsKeyTimeouts | cdktn.IResolvable | undefined {
    if (this.resolvableValue) {
      return this.resolvableValue;
    }
    let hasAnyValues = this.isEmptyObject;
    const internalValueResult: any = {};
    if (this._delete !== undefined) {
      hasAnyValues = true;
      internalValueResult.delete = this._delete;
    }
    return hasAnyValues ? internalValueResult : undefined;
  }

  public set internalValue(value: KmsKeyTimeouts | cdktn.IResolvable | undefined) {
    if (value === undefined) {
      this.isEmptyObject = false;
      this.resolvableValue = undefined;
      this._delete = undefined;
    }
    else if (cdktn.Tokenization.isResolvable(value)) {
      this.isEmptyObject = false;
      this.resolvableValue = value;
    }
    else {
      this.isEmptyObject = Object.keys(value).length === 0;
      this.resolvableValue = undefined;
      this._delete = value.delete;
    }
  }

  // delete - computed: false, optional: true, required: false
  private _delete?: string; 
  public get delete() {
    return this.getStringAttribute('delete');
  }
  public set delete(value: string) {
    this._delete = value;
  }
  public resetDelete() {
    this._delete = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get deleteInput() {
    return this._delete;
  }
}

/**
* A key of Key Protect or of an instance's KMS, whose deletion requires two people.
*/
export class KmsKey extends cdktn.TerraformResource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko_kms_key";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTN code for importing a KmsKey resource upon running "cdktn plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the KmsKey to import
  * @param importFromId The id of the existing KmsKey that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the KmsKey to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktn.TerraformProvider) {
        return new cdktn.ImportableResource(scope, importToId, { terraformResourceType: "uko_kms_key", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new uko_kms_key Resource
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options KmsKeyConfig
  */
  public constructor(scope: Construct, id: string, config: KmsKeyConfig) {
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
    this._aliases = config.aliases;
    this._deletionCompletesAt = config.deletionCompletesAt;
    this._deletionProtection = config.deletionProtection;
    this._description = config.description;
    this._dualAuthDelete = config.dualAuthDelete;
    this._dualAuthorization = config.dualAuthorization;
    this._encryptedNonce = config.encryptedNonce;
    this._encryptionAlgorithm = config.encryptionAlgorithm;
    this._existingKeyId = config.existingKeyId;
    this._expirationDate = config.expirationDate;
    this._iv = config.iv;
    this._keyRing = config.keyRing;
    this._name = config.name;
    this._payload = config.payload;
    this._restoreTrigger = config.restoreTrigger;
    this._rotationIntervalMonths = config.rotationIntervalMonths;
    this._rotationTrigger = config.rotationTrigger;
    this._tags = config.tags;
    this._type = config.type;
    this._timeouts.internalValue = config.timeouts;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  private _aliases?: string[]; 
  /** Up to 5 further names; `[]` removes all. */
  public get aliases() {
    return cdktn.Fn.tolist(this.getListAttribute('aliases'));
  }
  public set aliases(value: string[]) {
    this._aliases = value;
  }
  public resetAliases() {
    this._aliases = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get aliasesInput() {
    return this._aliases;
  }

  /** Cloud resource name of the key. */
  public get crn() {
    return this.getStringAttribute('crn');
  }

  /** What the deletion waits for. One of `request`, `approval`, `requester`, `time`, `person_to_unblock`. */
  public get deletionAwaits() {
    return this.getStringAttribute('deletion_awaits');
  }

  private _deletionCompletesAt?: string; 
  /** When the key may leave state: `destroyed`, or `removed` up to 90 days later with its metadata. One of `destroyed`, `removed`. Default `destroyed`. */
  public get deletionCompletesAt() {
    return this.getStringAttribute('deletion_completes_at');
  }
  public set deletionCompletesAt(value: string) {
    this._deletionCompletesAt = value;
  }
  public resetDeletionCompletesAt() {
    this._deletionCompletesAt = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get deletionCompletesAtInput() {
    return this._deletionCompletesAt;
  }

  /** When KMS begins to purge the metadata of the key, ISO 8601 UTC. */
  public get deletionNotBefore() {
    return this.getStringAttribute('deletion_not_before');
  }

  private _deletionProtection?: boolean | cdktn.IResolvable; 
  /** Refuses every step of the key's deletion. Default `false`. */
  public get deletionProtection() {
    return this.getBooleanAttribute('deletion_protection');
  }
  public set deletionProtection(value: boolean | cdktn.IResolvable) {
    this._deletionProtection = value;
  }
  public resetDeletionProtection() {
    this._deletionProtection = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get deletionProtectionInput() {
    return this._deletionProtection;
  }

  /** When the open deletion window ends, ISO 8601 UTC. */
  public get deletionRecordExpiresAt() {
    return this.getStringAttribute('deletion_record_expires_at');
  }

  /** Name of the open deletion window. */
  public get deletionRecordId() {
    return this.getStringAttribute('deletion_record_id');
  }

  private _description?: string; 
  /** 2 to 240 characters. Cannot change. */
  public get description() {
    return this.getStringAttribute('description');
  }
  public set description(value: string) {
    this._description = value;
  }
  public resetDescription() {
    this._description = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get descriptionInput() {
    return this._description;
  }

  private _dualAuthDelete?: boolean | cdktn.IResolvable; 
  /** KMS's own dual authorization. It is turned on for a new key if `dual_authorization` is `required`, and on an existing key only if the program says `true`. KMS never turns it off again. */
  public get dualAuthDelete() {
    return this.getBooleanAttribute('dual_auth_delete');
  }
  public set dualAuthDelete(value: boolean | cdktn.IResolvable) {
    this._dualAuthDelete = value;
  }
  public resetDualAuthDelete() {
    this._dualAuthDelete = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get dualAuthDeleteInput() {
    return this._dualAuthDelete;
  }

  private _dualAuthorization?: string; 
  /** Whether the key's deletion requires two people. KMS's own dual authorization takes precedence over `single`. One of `required`, `single`. Default `required`. */
  public get dualAuthorization() {
    return this.getStringAttribute('dual_authorization');
  }
  public set dualAuthorization(value: string) {
    this._dualAuthorization = value;
  }
  public resetDualAuthorization() {
    this._dualAuthorization = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get dualAuthorizationInput() {
    return this._dualAuthorization;
  }

  private _encryptedNonce?: string; 
  /** For a secure import, together with an encrypted payload. Cannot change. */
  public get encryptedNonce() {
    return this.getStringAttribute('encrypted_nonce');
  }
  public set encryptedNonce(value: string) {
    this._encryptedNonce = value;
  }
  public resetEncryptedNonce() {
    this._encryptedNonce = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get encryptedNonceInput() {
    return this._encryptedNonce;
  }

  private _encryptionAlgorithm?: string; 
  /** For a secure import, together with an encrypted payload. One of `RSAES_OAEP_SHA_256`, `RSAES_OAEP_SHA_1`. Cannot change. */
  public get encryptionAlgorithm() {
    return this.getStringAttribute('encryption_algorithm');
  }
  public set encryptionAlgorithm(value: string) {
    this._encryptionAlgorithm = value;
  }
  public resetEncryptionAlgorithm() {
    this._encryptionAlgorithm = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get encryptionAlgorithmInput() {
    return this._encryptionAlgorithm;
  }

  private _existingKeyId?: string; 
  /** Adopts this key instead of creating one. Cannot change. */
  public get existingKeyId() {
    return this.getStringAttribute('existing_key_id');
  }
  public set existingKeyId(value: string) {
    this._existingKeyId = value;
  }
  public resetExistingKeyId() {
    this._existingKeyId = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get existingKeyIdInput() {
    return this._existingKeyId;
  }

  private _expirationDate?: string; 
  /** When KMS deactivates the key, such as `2030-01-31T00:00:00Z`. Cannot change. */
  public get expirationDate() {
    return this.getStringAttribute('expiration_date');
  }
  public set expirationDate(value: string) {
    this._expirationDate = value;
  }
  public resetExpirationDate() {
    this._expirationDate = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get expirationDateInput() {
    return this._expirationDate;
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

  private _iv?: string; 
  /** For a secure import, together with an encrypted payload. Cannot change. */
  public get iv() {
    return this.getStringAttribute('iv');
  }
  public set iv(value: string) {
    this._iv = value;
  }
  public resetIv() {
    this._iv = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get ivInput() {
    return this._iv;
  }

  /** UUID of the key. */
  public get keyId() {
    return this.getStringAttribute('key_id');
  }

  private _keyRing?: string; 
  /** Key ring, created if it does not exist. Never the key ring of an internal keystore. */
  public get keyRing() {
    return this.getStringAttribute('key_ring');
  }
  public set keyRing(value: string) {
    this._keyRing = value;
  }
  public resetKeyRing() {
    this._keyRing = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get keyRingInput() {
    return this._keyRing;
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

  private _name?: string; 
  /** Name of the key, 2 to 90 characters. KMS does not require it to be unique. Cannot change. */
  public get name() {
    return this.getStringAttribute('name');
  }
  public set name(value: string) {
    this._name = value;
  }
  // Temporarily expose input value. Use with caution.
  public get nameInput() {
    return this._name;
  }

  private _payload?: string; 
  /** Base64 of 16, 24 or 32 bytes: imports the key. A new payload takes effect with a changed `rotation_trigger`. Reading it returns null. */
  public get payload() {
    return this.getStringAttribute('payload');
  }
  public set payload(value: string) {
    this._payload = value;
  }
  public resetPayload() {
    this._payload = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get payloadInput() {
    return this._payload;
  }

  private _restoreTrigger?: string; 
  /** Any text. Each change of it restores a destroyed key once, within 30 days. */
  public get restoreTrigger() {
    return this.getStringAttribute('restore_trigger');
  }
  public set restoreTrigger(value: string) {
    this._restoreTrigger = value;
  }
  public resetRestoreTrigger() {
    this._restoreTrigger = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get restoreTriggerInput() {
    return this._restoreTrigger;
  }

  private _rotationIntervalMonths?: number; 
  /** Months between rotations by KMS, for a root key that was not imported. */
  public get rotationIntervalMonths() {
    return this.getNumberAttribute('rotation_interval_months');
  }
  public set rotationIntervalMonths(value: number) {
    this._rotationIntervalMonths = value;
  }
  public resetRotationIntervalMonths() {
    this._rotationIntervalMonths = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get rotationIntervalMonthsInput() {
    return this._rotationIntervalMonths;
  }

  private _rotationTrigger?: string; 
  /** Any text. Each change of it rotates the key once. */
  public get rotationTrigger() {
    return this.getStringAttribute('rotation_trigger');
  }
  public set rotationTrigger(value: string) {
    this._rotationTrigger = value;
  }
  public resetRotationTrigger() {
    this._rotationTrigger = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get rotationTriggerInput() {
    return this._rotationTrigger;
  }

  private _secretDigests = new cdktn.StringMap(this, "secret_digests");
  /** Salted digests (scrypt) of the secrets that were last sent, by name (`payload`). They show that a secret changed, never the secret. */
  public get secretDigests() {
    return this._secretDigests;
  }

  private _tags?: string[]; 
  /** Your own tags. Cannot change. */
  public get tags() {
    return cdktn.Fn.tolist(this.getListAttribute('tags'));
  }
  public set tags(value: string[]) {
    this._tags = value;
  }
  public resetTags() {
    this._tags = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get tagsInput() {
    return this._tags;
  }

  private _type?: string; 
  /** A `root` key wraps other keys and never leaves KMS. A `standard` key can be read from KMS. One of `root`, `standard`. Default `root`. Cannot change. */
  public get type() {
    return this.getStringAttribute('type');
  }
  public set type(value: string) {
    this._type = value;
  }
  public resetType() {
    this._type = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get typeInput() {
    return this._type;
  }

  // timeouts - computed: false, optional: true, required: false
  private _timeouts = new KmsKeyTimeoutsOutputReference(this, "timeouts");
  public get timeouts() {
    return this._timeouts;
  }
  public putTimeouts(value: KmsKeyTimeouts) {
    this._timeouts.internalValue = value;
  }
  public resetTimeouts() {
    this._timeouts.internalValue = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get timeoutsInput() {
    return this._timeouts.internalValue;
  }

  // =========
  // SYNTHESIS
  // =========

  protected synthesizeAttributes(): { [name: string]: any } {
    return {
      aliases: cdktn.listMapper(cdktn.stringToTerraform, false)(this._aliases),
      deletion_completes_at: cdktn.stringToTerraform(this._deletionCompletesAt),
      deletion_protection: cdktn.booleanToTerraform(this._deletionProtection),
      description: cdktn.stringToTerraform(this._description),
      dual_auth_delete: cdktn.booleanToTerraform(this._dualAuthDelete),
      dual_authorization: cdktn.stringToTerraform(this._dualAuthorization),
      encrypted_nonce: cdktn.stringToTerraform(this._encryptedNonce),
      encryption_algorithm: cdktn.stringToTerraform(this._encryptionAlgorithm),
      existing_key_id: cdktn.stringToTerraform(this._existingKeyId),
      expiration_date: cdktn.stringToTerraform(this._expirationDate),
      iv: cdktn.stringToTerraform(this._iv),
      key_ring: cdktn.stringToTerraform(this._keyRing),
      name: cdktn.stringToTerraform(this._name),
      payload: this.markWriteOnlyAttribute(cdktn.stringToTerraform(this._payload)),
      restore_trigger: cdktn.stringToTerraform(this._restoreTrigger),
      rotation_interval_months: cdktn.numberToTerraform(this._rotationIntervalMonths),
      rotation_trigger: cdktn.stringToTerraform(this._rotationTrigger),
      tags: cdktn.listMapper(cdktn.stringToTerraform, false)(this._tags),
      type: cdktn.stringToTerraform(this._type),
      timeouts: kmsKeyTimeoutsToTerraform(this._timeouts.internalValue),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      aliases: {
        value: cdktn.listMapperHcl(cdktn.stringToHclTerraform, false)(this._aliases),
        isBlock: false,
        type: "set",
        storageClassType: "stringList",
      },
      deletion_completes_at: {
        value: cdktn.stringToHclTerraform(this._deletionCompletesAt),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      deletion_protection: {
        value: cdktn.booleanToHclTerraform(this._deletionProtection),
        isBlock: false,
        type: "simple",
        storageClassType: "boolean",
      },
      description: {
        value: cdktn.stringToHclTerraform(this._description),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      dual_auth_delete: {
        value: cdktn.booleanToHclTerraform(this._dualAuthDelete),
        isBlock: false,
        type: "simple",
        storageClassType: "boolean",
      },
      dual_authorization: {
        value: cdktn.stringToHclTerraform(this._dualAuthorization),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      encrypted_nonce: {
        value: cdktn.stringToHclTerraform(this._encryptedNonce),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      encryption_algorithm: {
        value: cdktn.stringToHclTerraform(this._encryptionAlgorithm),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      existing_key_id: {
        value: cdktn.stringToHclTerraform(this._existingKeyId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      expiration_date: {
        value: cdktn.stringToHclTerraform(this._expirationDate),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      iv: {
        value: cdktn.stringToHclTerraform(this._iv),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      key_ring: {
        value: cdktn.stringToHclTerraform(this._keyRing),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      name: {
        value: cdktn.stringToHclTerraform(this._name),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      payload: {
        value: this.markWriteOnlyAttribute(cdktn.stringToHclTerraform(this._payload)),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      restore_trigger: {
        value: cdktn.stringToHclTerraform(this._restoreTrigger),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      rotation_interval_months: {
        value: cdktn.numberToHclTerraform(this._rotationIntervalMonths),
        isBlock: false,
        type: "simple",
        storageClassType: "number",
      },
      rotation_trigger: {
        value: cdktn.stringToHclTerraform(this._rotationTrigger),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      tags: {
        value: cdktn.listMapperHcl(cdktn.stringToHclTerraform, false)(this._tags),
        isBlock: false,
        type: "set",
        storageClassType: "stringList",
      },
      type: {
        value: cdktn.stringToHclTerraform(this._type),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      timeouts: {
        value: kmsKeyTimeoutsToHclTerraform(this._timeouts.internalValue),
        isBlock: true,
        type: "struct",
        storageClassType: "KmsKeyTimeouts",
      },
    };

    // remove undefined attributes
    return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined ))
  }
}
