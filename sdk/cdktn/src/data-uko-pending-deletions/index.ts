// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktn from 'cdktn';

// Configuration

export interface DataUkoPendingDeletionsConfig extends cdktn.TerraformMetaArguments {
  /**
  * Lists this vault only. If omitted, all vaults are listed.
  */
  readonly vaultId?: string;
}
export interface DataUkoPendingDeletionsPendingDeletions {
}

export function dataUkoPendingDeletionsPendingDeletionsToTerraform(struct?: DataUkoPendingDeletionsPendingDeletions): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  return {
  }
}


export function dataUkoPendingDeletionsPendingDeletionsToHclTerraform(struct?: DataUkoPendingDeletionsPendingDeletions): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  const attrs = {
  };
  return attrs;
}

export class DataUkoPendingDeletionsPendingDeletionsOutputReference extends cdktn.ComplexObject {
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

  public get internalValue(): DataUkoPendingDeletionsPendingDeletions | undefined {
    let hasAnyValues = this.isEmptyObject;
    const internalValueResult: any = {};
    return hasAnyValues ? internalValueResult : undefined;
  }

  public set internalValue(value: DataUkoPendingDeletionsPendingDeletions | undefined) {
    if (value === undefined) {
      this.isEmptyObject = false;
    }
    else {
      this.isEmptyObject = Object.keys(value).length === 0;
    }
  }

  // vault_id - computed: true, optional: false, required: false
  public get vaultId() {
    return this.getStringAttribute('vault_id');
  }

  // key_id - computed: true, optional: false, required: false
  public get keyId() {
    return this.getStringAttribute('key_id');
  }

  // label - computed: true, optional: false, required: false
  public get label() {
    return this.getStringAttribute('label');
  }

  // key_state - computed: true, optional: false, required: false
  public get keyState() {
    return this.getStringAttribute('key_state');
  }

  // lifecycle_state - computed: true, optional: false, required: false
  public get lifecycleState() {
    return this.getStringAttribute('lifecycle_state');
  }

  // deletion_awaits - computed: true, optional: false, required: false
  public get deletionAwaits() {
    return this.getStringAttribute('deletion_awaits');
  }

  // deletion_not_before - computed: true, optional: false, required: false
  public get deletionNotBefore() {
    return this.getStringAttribute('deletion_not_before');
  }

  // deletion_requested_by - computed: true, optional: false, required: false
  public get deletionRequestedBy() {
    return this.getStringAttribute('deletion_requested_by');
  }

  // deletion_requested_by_name - computed: true, optional: false, required: false
  public get deletionRequestedByName() {
    return this.getStringAttribute('deletion_requested_by_name');
  }

  // deletion_approved_by - computed: true, optional: false, required: false
  public get deletionApprovedBy() {
    return this.getStringAttribute('deletion_approved_by');
  }

  // deletion_approved_by_name - computed: true, optional: false, required: false
  public get deletionApprovedByName() {
    return this.getStringAttribute('deletion_approved_by_name');
  }

  // deletion_record_id - computed: true, optional: false, required: false
  public get deletionRecordId() {
    return this.getStringAttribute('deletion_record_id');
  }

  // deletion_record_expires_at - computed: true, optional: false, required: false
  public get deletionRecordExpiresAt() {
    return this.getStringAttribute('deletion_record_expires_at');
  }
}

export class DataUkoPendingDeletionsPendingDeletionsList extends cdktn.ComplexList {

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
  public get(index: number): DataUkoPendingDeletionsPendingDeletionsOutputReference {
    return new DataUkoPendingDeletionsPendingDeletionsOutputReference(this.terraformResource, this.terraformAttribute, index, this.wrapsSet);
  }
}

/**
* Lists every managed key whose deletion is in progress: requested, in its cool-down, or waiting for its keystores.
*/
export class DataUkoPendingDeletions extends cdktn.TerraformDataSource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko_pending_deletions";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTN code for importing a DataUkoPendingDeletions resource upon running "cdktn plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the DataUkoPendingDeletions to import
  * @param importFromId The id of the existing DataUkoPendingDeletions that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the DataUkoPendingDeletions to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktn.TerraformProvider) {
        return new cdktn.ImportableResource(scope, importToId, { terraformResourceType: "uko_pending_deletions", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new uko_pending_deletions Data Source
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options DataUkoPendingDeletionsConfig = {}
  */
  public constructor(scope: Construct, id: string, config: DataUkoPendingDeletionsConfig = {}) {
    super(scope, id, {
      terraformResourceType: 'uko_pending_deletions',
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
    this._vaultId = config.vaultId;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  private _pendingDeletions = new DataUkoPendingDeletionsPendingDeletionsList(this, "pending_deletions", false);
  /** The keys. */
  public get pendingDeletions() {
    return this._pendingDeletions;
  }

  private _vaultId?: string; 
  /** Lists this vault only. If omitted, all vaults are listed. */
  public get vaultId() {
    return this.getStringAttribute('vault_id');
  }
  public set vaultId(value: string) {
    this._vaultId = value;
  }
  public resetVaultId() {
    this._vaultId = undefined;
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
      vault_id: cdktn.stringToTerraform(this._vaultId),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
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
