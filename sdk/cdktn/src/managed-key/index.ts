// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktn from 'cdktn';

// Configuration

export interface ManagedKeyConfig extends cdktn.TerraformMetaArguments {
  /**
  * First day of use, `YYYY-MM-DD`. For planning only: nothing happens on this day.
  */
  readonly activationDate?: string;
  /**
  * Whether an update installs the key in the keystores that its template names now. An update never removes the key from a keystore. Default `false`.
  */
  readonly align?: boolean | cdktn.IResolvable;
  /**
  * When the key may leave state. The values before `removed` leave metadata behind, which blocks the deletion of the template and the vault. One of `removed`, `destroyed`, `destruction_scheduled`. Default `removed`.
  */
  readonly deletionCompletesAt?: string;
  /**
  * The steps that require two people: deactivate and destroy (`both`), or `destroy` only. One of `both`, `destroy`. Default `both`.
  */
  readonly deletionGate?: string;
  /**
  * Refuses every step of the key's deletion. Default `false`.
  */
  readonly deletionProtection?: boolean | cdktn.IResolvable;
  /**
  * Reason for the deletion, up to 500 characters. The consent record keeps it.
  */
  readonly deletionReason?: string;
  /**
  * Up to 200 characters; up to 110 if the service keeps no tags.
  */
  readonly description?: string;
  /**
  * Whether the key's deletion requires two people. `single` applies to a key that this resource creates. The rule of an existing key only gets stricter. One of `required`, `single`. Default `required`.
  */
  readonly dualAuthorization?: string;
  /**
  * Adopts this key instead of creating one. Cannot change.
  */
  readonly existingKeyId?: string;
  /**
  * Last day of use, `YYYY-MM-DD`. For planning only: nothing happens on this day.
  */
  readonly expirationDate?: string;
  /**
  * Name of the key, 1 to 255 characters. A keystore may accept fewer. Omit it if the template's naming scheme creates it.
  */
  readonly label?: string;
  /**
  * Values for the placeholders of the template's naming scheme, which creates the label. Cannot change.
  */
  readonly labelTags?: { [key: string]: string };
  /**
  * Each change of this value rotates the key once, on the next update. A new key is not rotated.
  */
  readonly rotationTrigger?: string;
  /**
  * Target state of updates. Deactivating and destroying require two people. An update never reactivates a key. One of `active`, `deactivated`, `destroyed`.
  */
  readonly state?: string;
  /**
  * Your own tags; `{}` removes all but a `hold`. Values may contain letters, digits, `_` and white space.
  */
  readonly tags?: { [key: string]: string };
  /**
  * Name of the key template. Keys are compared by the template's ID. Cannot change.
  */
  readonly template: string;
  /**
  * UUID of the vault that holds the key. Cannot change.
  */
  readonly vaultId: string;
  /**
  * timeouts block
  */
  readonly timeouts?: ManagedKeyTimeouts;
}
export interface ManagedKeyKeystores {
}

export function managedKeyKeystoresToTerraform(struct?: ManagedKeyKeystores): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  return {
  }
}


export function managedKeyKeystoresToHclTerraform(struct?: ManagedKeyKeystores): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  const attrs = {
  };
  return attrs;
}

export class ManagedKeyKeystoresOutputReference extends cdktn.ComplexObject {
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

  public get internalValue(): ManagedKeyKeystores | undefined {
    let hasAnyValues = this.isEmptyObject;
    const internalValueResult: any = {};
    return hasAnyValues ? internalValueResult : undefined;
  }

  public set internalValue(value: ManagedKeyKeystores | undefined) {
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

export class ManagedKeyKeystoresList extends cdktn.ComplexList {

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
  public get(index: number): ManagedKeyKeystoresOutputReference {
    return new ManagedKeyKeystoresOutputReference(this.terraformResource, this.terraformAttribute, index, this.wrapsSet);
  }
}
export interface ManagedKeyTimeouts {
  /**
  * How long a destroy may wait for people and for time before it stops, such as `30m`, `5h` or `7d`. Without it, a destroy does not wait. `UKO_WAIT` takes precedence.
  */
  readonly delete?: string;
}

export function managedKeyTimeoutsToTerraform(struct?: ManagedKeyTimeouts | cdktn.IResolvable): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  return {
    delete: cdktn.stringToTerraform(struct!.delete),
  }
}


export function managedKeyTimeoutsToHclTerraform(struct?: ManagedKeyTimeouts | cdktn.IResolvable): any {
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

export class ManagedKeyTimeoutsOutputReference extends cdktn.ComplexObject {
  private isEmptyObject = false;
  private resolvableValue?: cdktn.IResolvable;

  /**
  * @param terraformResource The parent resource
  * @param terraformAttribute The attribute on the parent resource this class is referencing
  */
  public constructor(terraformResource: cdktn.IInterpolatingParent, terraformAttribute: string) {
    super(terraformResource, terraformAttribute, false);
  }

  public get internalValue(): ManagedKeyTimeouts | cdktn.IResolvable | undefined {
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

  public set internalValue(value: ManagedKeyTimeouts | cdktn.IResolvable | undefined) {
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
* An encryption key whose deletion requires two people.
*/
export class ManagedKey extends cdktn.TerraformResource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko_managed_key";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTN code for importing a ManagedKey resource upon running "cdktn plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the ManagedKey to import
  * @param importFromId The id of the existing ManagedKey that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the ManagedKey to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktn.TerraformProvider) {
        return new cdktn.ImportableResource(scope, importToId, { terraformResourceType: "uko_managed_key", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new uko_managed_key Resource
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options ManagedKeyConfig
  */
  public constructor(scope: Construct, id: string, config: ManagedKeyConfig) {
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
    this._activationDate = config.activationDate;
    this._align = config.align;
    this._deletionCompletesAt = config.deletionCompletesAt;
    this._deletionGate = config.deletionGate;
    this._deletionProtection = config.deletionProtection;
    this._deletionReason = config.deletionReason;
    this._description = config.description;
    this._dualAuthorization = config.dualAuthorization;
    this._existingKeyId = config.existingKeyId;
    this._expirationDate = config.expirationDate;
    this._label = config.label;
    this._labelTags = config.labelTags;
    this._rotationTrigger = config.rotationTrigger;
    this._state = config.state;
    this._tags = config.tags;
    this._template = config.template;
    this._vaultId = config.vaultId;
    this._timeouts.internalValue = config.timeouts;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  private _activationDate?: string; 
  /** First day of use, `YYYY-MM-DD`. For planning only: nothing happens on this day. */
  public get activationDate() {
    return this.getStringAttribute('activation_date');
  }
  public set activationDate(value: string) {
    this._activationDate = value;
  }
  public resetActivationDate() {
    this._activationDate = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get activationDateInput() {
    return this._activationDate;
  }

  /** Algorithm, as the service reports it, such as `aes`. */
  public get algorithm() {
    return this.getStringAttribute('algorithm');
  }

  private _align?: boolean | cdktn.IResolvable; 
  /** Whether an update installs the key in the keystores that its template names now. An update never removes the key from a keystore. Default `false`. */
  public get align() {
    return this.getBooleanAttribute('align');
  }
  public set align(value: boolean | cdktn.IResolvable) {
    this._align = value;
  }
  public resetAlign() {
    this._align = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get alignInput() {
    return this._align;
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

  private _deletionCompletesAt?: string; 
  /** When the key may leave state. The values before `removed` leave metadata behind, which blocks the deletion of the template and the vault. One of `removed`, `destroyed`, `destruction_scheduled`. Default `removed`. */
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

  private _deletionGate?: string; 
  /** The steps that require two people: deactivate and destroy (`both`), or `destroy` only. One of `both`, `destroy`. Default `both`. */
  public get deletionGate() {
    return this.getStringAttribute('deletion_gate');
  }
  public set deletionGate(value: string) {
    this._deletionGate = value;
  }
  public resetDeletionGate() {
    this._deletionGate = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get deletionGateInput() {
    return this._deletionGate;
  }

  /** The next step is refused before this time, ISO 8601 UTC. */
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

  private _deletionReason?: string; 
  /** Reason for the deletion, up to 500 characters. The consent record keeps it. */
  public get deletionReason() {
    return this.getStringAttribute('deletion_reason');
  }
  public set deletionReason(value: string) {
    this._deletionReason = value;
  }
  public resetDeletionReason() {
    this._deletionReason = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get deletionReasonInput() {
    return this._deletionReason;
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

  private _description?: string; 
  /** Up to 200 characters; up to 110 if the service keeps no tags. */
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

  private _dualAuthorization?: string; 
  /** Whether the key's deletion requires two people. `single` applies to a key that this resource creates. The rule of an existing key only gets stricter. One of `required`, `single`. Default `required`. */
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

  /** The marker on the key: the steps of its deletion that require two people. One of `single`, `destroy`, `both`, `none`. */
  public get dualMarker() {
    return this.getStringAttribute('dual_marker');
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
  /** Last day of use, `YYYY-MM-DD`. For planning only: nothing happens on this day. */
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

  /** UUID of the key. */
  public get keyId() {
    return this.getStringAttribute('key_id');
  }

  /** State, as the service reports it: `pre_activation`, `active`, `deactivated`, `destroyed`, `compromised`, `destroyed_compromised`, or a word that this release does not know. */
  public get keyState() {
    return this.getStringAttribute('key_state');
  }

  private _keystores = new ManagedKeyKeystoresList(this, "keystores", false);
  /** Each keystore's status of the key. */
  public get keystores() {
    return this._keystores;
  }

  private _label?: string; 
  /** Name of the key, 1 to 255 characters. A keystore may accept fewer. Omit it if the template's naming scheme creates it. */
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

  private _labelTags?: { [key: string]: string }; 
  /** Values for the placeholders of the template's naming scheme, which creates the label. Cannot change. */
  public get labelTags() {
    return this.getStringMapAttribute('label_tags');
  }
  public set labelTags(value: { [key: string]: string }) {
    this._labelTags = value;
  }
  public resetLabelTags() {
    this._labelTags = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get labelTagsInput() {
    return this._labelTags;
  }

  /** The derived state, which includes what a deletion waits for. One of `pending_destruction`, `destroyed`, `cooling_down`, `pending_approval`, `approved`, `pending_request`, `deactivated`, `compromised`, `active`, `pre_activation`, `unrecognized`. */
  public get lifecycleState() {
    return this.getStringAttribute('lifecycle_state');
  }

  private _rotationTrigger?: string; 
  /** Each change of this value rotates the key once, on the next update. A new key is not rotated. */
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

  /** Size, as the service reports it, such as `256`. */
  public get size() {
    return this.getStringAttribute('size');
  }

  private _state?: string; 
  /** Target state of updates. Deactivating and destroying require two people. An update never reactivates a key. One of `active`, `deactivated`, `destroyed`. */
  public get state() {
    return this.getStringAttribute('state');
  }
  public set state(value: string) {
    this._state = value;
  }
  public resetState() {
    this._state = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get stateInput() {
    return this._state;
  }

  private _tags?: { [key: string]: string }; 
  /** Your own tags; `{}` removes all but a `hold`. Values may contain letters, digits, `_` and white space. */
  public get tags() {
    return this.getStringMapAttribute('tags');
  }
  public set tags(value: { [key: string]: string }) {
    this._tags = value;
  }
  public resetTags() {
    this._tags = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get tagsInput() {
    return this._tags;
  }

  private _template?: string; 
  /** Name of the key template. Keys are compared by the template's ID. Cannot change. */
  public get template() {
    return this.getStringAttribute('template');
  }
  public set template(value: string) {
    this._template = value;
  }
  // Temporarily expose input value. Use with caution.
  public get templateInput() {
    return this._template;
  }

  /** UUID of the template. */
  public get templateId() {
    return this.getStringAttribute('template_id');
  }

  private _vaultId?: string; 
  /** UUID of the vault that holds the key. Cannot change. */
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

  // timeouts - computed: false, optional: true, required: false
  private _timeouts = new ManagedKeyTimeoutsOutputReference(this, "timeouts");
  public get timeouts() {
    return this._timeouts;
  }
  public putTimeouts(value: ManagedKeyTimeouts) {
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
      activation_date: cdktn.stringToTerraform(this._activationDate),
      align: cdktn.booleanToTerraform(this._align),
      deletion_completes_at: cdktn.stringToTerraform(this._deletionCompletesAt),
      deletion_gate: cdktn.stringToTerraform(this._deletionGate),
      deletion_protection: cdktn.booleanToTerraform(this._deletionProtection),
      deletion_reason: cdktn.stringToTerraform(this._deletionReason),
      description: cdktn.stringToTerraform(this._description),
      dual_authorization: cdktn.stringToTerraform(this._dualAuthorization),
      existing_key_id: cdktn.stringToTerraform(this._existingKeyId),
      expiration_date: cdktn.stringToTerraform(this._expirationDate),
      label: cdktn.stringToTerraform(this._label),
      label_tags: cdktn.hashMapper(cdktn.stringToTerraform)(this._labelTags),
      rotation_trigger: cdktn.stringToTerraform(this._rotationTrigger),
      state: cdktn.stringToTerraform(this._state),
      tags: cdktn.hashMapper(cdktn.stringToTerraform)(this._tags),
      template: cdktn.stringToTerraform(this._template),
      vault_id: cdktn.stringToTerraform(this._vaultId),
      timeouts: managedKeyTimeoutsToTerraform(this._timeouts.internalValue),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      activation_date: {
        value: cdktn.stringToHclTerraform(this._activationDate),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      align: {
        value: cdktn.booleanToHclTerraform(this._align),
        isBlock: false,
        type: "simple",
        storageClassType: "boolean",
      },
      deletion_completes_at: {
        value: cdktn.stringToHclTerraform(this._deletionCompletesAt),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      deletion_gate: {
        value: cdktn.stringToHclTerraform(this._deletionGate),
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
      deletion_reason: {
        value: cdktn.stringToHclTerraform(this._deletionReason),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      description: {
        value: cdktn.stringToHclTerraform(this._description),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      dual_authorization: {
        value: cdktn.stringToHclTerraform(this._dualAuthorization),
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
      label: {
        value: cdktn.stringToHclTerraform(this._label),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      label_tags: {
        value: cdktn.hashMapperHcl(cdktn.stringToHclTerraform)(this._labelTags),
        isBlock: false,
        type: "map",
        storageClassType: "stringMap",
      },
      rotation_trigger: {
        value: cdktn.stringToHclTerraform(this._rotationTrigger),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      state: {
        value: cdktn.stringToHclTerraform(this._state),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      tags: {
        value: cdktn.hashMapperHcl(cdktn.stringToHclTerraform)(this._tags),
        isBlock: false,
        type: "map",
        storageClassType: "stringMap",
      },
      template: {
        value: cdktn.stringToHclTerraform(this._template),
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
      timeouts: {
        value: managedKeyTimeoutsToHclTerraform(this._timeouts.internalValue),
        isBlock: true,
        type: "struct",
        storageClassType: "ManagedKeyTimeouts",
      },
    };

    // remove undefined attributes
    return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined ))
  }
}
