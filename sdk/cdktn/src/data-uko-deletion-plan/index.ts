// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktn from 'cdktn';

// Configuration

export interface DataUkoDeletionPlanConfig extends cdktn.TerraformMetaArguments {
  /**
  * UUID of the key.
  */
  readonly keyId: string;
  /**
  * UUID of the vault.
  */
  readonly vaultId: string;
}
export interface DataUkoDeletionPlanExplanationNext {
}

export function dataUkoDeletionPlanExplanationNextToTerraform(struct?: DataUkoDeletionPlanExplanationNext): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  return {
  }
}


export function dataUkoDeletionPlanExplanationNextToHclTerraform(struct?: DataUkoDeletionPlanExplanationNext): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  const attrs = {
  };
  return attrs;
}

export class DataUkoDeletionPlanExplanationNextOutputReference extends cdktn.ComplexObject {
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

  public get internalValue(): DataUkoDeletionPlanExplanationNext | undefined {
    let hasAnyValues = this.isEmptyObject;
    const internalValueResult: any = {};
    return hasAnyValues ? internalValueResult : undefined;
  }

  public set internalValue(value: DataUkoDeletionPlanExplanationNext | undefined) {
    if (value === undefined) {
      this.isEmptyObject = false;
    }
    else {
      this.isEmptyObject = Object.keys(value).length === 0;
    }
  }

  // who - computed: true, optional: false, required: false
  public get who() {
    return this.getStringAttribute('who');
  }

  // commands - computed: true, optional: false, required: false
  public get commands() {
    return this.getListAttribute('commands');
  }
}

export class DataUkoDeletionPlanExplanationNextList extends cdktn.ComplexList {

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
  public get(index: number): DataUkoDeletionPlanExplanationNextOutputReference {
    return new DataUkoDeletionPlanExplanationNextOutputReference(this.terraformResource, this.terraformAttribute, index, this.wrapsSet);
  }
}

/**
* Describes the whole deletion path of a managed key: what stops working when, who has to act, and which steps cannot be undone.
*/
export class DataUkoDeletionPlan extends cdktn.TerraformDataSource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko_deletion_plan";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTN code for importing a DataUkoDeletionPlan resource upon running "cdktn plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the DataUkoDeletionPlan to import
  * @param importFromId The id of the existing DataUkoDeletionPlan that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the DataUkoDeletionPlan to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktn.TerraformProvider) {
        return new cdktn.ImportableResource(scope, importToId, { terraformResourceType: "uko_deletion_plan", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new uko_deletion_plan Data Source
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options DataUkoDeletionPlanConfig
  */
  public constructor(scope: Construct, id: string, config: DataUkoDeletionPlanConfig) {
    super(scope, id, {
      terraformResourceType: 'uko_deletion_plan',
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
    this._vaultId = config.vaultId;
  }

  // ==========
  // ATTRIBUTES
  // ==========

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

  /** The whole path, one line per step. */
  public get explanationFacts() {
    return this.getListAttribute('explanation_facts');
  }

  private _explanationNext = new DataUkoDeletionPlanExplanationNextList(this, "explanation_next", false);
  /** Commands that continue the deletion, if there are any. */
  public get explanationNext() {
    return this._explanationNext;
  }

  /** The plan in one sentence. */
  public get explanationSummary() {
    return this.getStringAttribute('explanation_summary');
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

  /** State, as the service reports it. */
  public get keyState() {
    return this.getStringAttribute('key_state');
  }

  /** Name of the key. Not set once the key is gone. */
  public get label() {
    return this.getStringAttribute('label');
  }

  /** The derived state, or `gone`. */
  public get lifecycleState() {
    return this.getStringAttribute('lifecycle_state');
  }

  /** Version of this report. */
  public get v() {
    return this.getNumberAttribute('v');
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

  // =========
  // SYNTHESIS
  // =========

  protected synthesizeAttributes(): { [name: string]: any } {
    return {
      key_id: cdktn.stringToTerraform(this._keyId),
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
