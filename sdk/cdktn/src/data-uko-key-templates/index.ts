// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktn from 'cdktn';

// Configuration

export interface DataUkoKeyTemplatesConfig extends cdktn.TerraformMetaArguments {
  /**
  * Lists this vault only. If omitted, all vaults are listed.
  */
  readonly vaultId?: string;
}
export interface DataUkoKeyTemplatesKeyTemplates {
}

export function dataUkoKeyTemplatesKeyTemplatesToTerraform(struct?: DataUkoKeyTemplatesKeyTemplates): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  return {
  }
}


export function dataUkoKeyTemplatesKeyTemplatesToHclTerraform(struct?: DataUkoKeyTemplatesKeyTemplates): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  const attrs = {
  };
  return attrs;
}

export class DataUkoKeyTemplatesKeyTemplatesOutputReference extends cdktn.ComplexObject {
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

  public get internalValue(): DataUkoKeyTemplatesKeyTemplates | undefined {
    let hasAnyValues = this.isEmptyObject;
    const internalValueResult: any = {};
    return hasAnyValues ? internalValueResult : undefined;
  }

  public set internalValue(value: DataUkoKeyTemplatesKeyTemplates | undefined) {
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

  // name - computed: true, optional: false, required: false
  public get name() {
    return this.getStringAttribute('name');
  }

  // description - computed: true, optional: false, required: false
  public get description() {
    return this.getStringAttribute('description');
  }

  // naming_scheme - computed: true, optional: false, required: false
  public get namingScheme() {
    return this.getStringAttribute('naming_scheme');
  }

  // algorithm - computed: true, optional: false, required: false
  public get algorithm() {
    return this.getStringAttribute('algorithm');
  }

  // size - computed: true, optional: false, required: false
  public get size() {
    return this.getStringAttribute('size');
  }

  // activation_period - computed: true, optional: false, required: false
  public get activationPeriod() {
    return this.getStringAttribute('activation_period');
  }

  // expiration_period - computed: true, optional: false, required: false
  public get expirationPeriod() {
    return this.getStringAttribute('expiration_period');
  }

  // key_state - computed: true, optional: false, required: false
  public get keyState() {
    return this.getStringAttribute('key_state');
  }

  // deactivate_on_rotation - computed: true, optional: false, required: false
  public get deactivateOnRotation() {
    return this.getBooleanAttribute('deactivate_on_rotation');
  }

  // keystore_type - computed: true, optional: false, required: false
  public get keystoreType() {
    return this.getStringAttribute('keystore_type');
  }

  // group - computed: true, optional: false, required: false
  public get group() {
    return this.getStringAttribute('group');
  }

  // keystore_naming_scheme - computed: true, optional: false, required: false
  public get keystoreNamingScheme() {
    return this.getStringAttribute('keystore_naming_scheme');
  }

  // google_protection_level - computed: true, optional: false, required: false
  public get googleProtectionLevel() {
    return this.getStringAttribute('google_protection_level');
  }

  // google_purpose - computed: true, optional: false, required: false
  public get googlePurpose() {
    return this.getStringAttribute('google_purpose');
  }

  // google_algorithm - computed: true, optional: false, required: false
  public get googleAlgorithm() {
    return this.getStringAttribute('google_algorithm');
  }

  // azure_protection_level - computed: true, optional: false, required: false
  public get azureProtectionLevel() {
    return this.getStringAttribute('azure_protection_level');
  }

  // azure_operations - computed: true, optional: false, required: false
  public get azureOperations() {
    return this.getListAttribute('azure_operations');
  }

  // cca_usage_control - computed: true, optional: false, required: false
  public get ccaUsageControl() {
    return this.getStringAttribute('cca_usage_control');
  }

  // cca_key_type - computed: true, optional: false, required: false
  public get ccaKeyType() {
    return this.getStringAttribute('cca_key_type');
  }

  // cca_key_words - computed: true, optional: false, required: false
  public get ccaKeyWords() {
    return this.getListAttribute('cca_key_words');
  }

  // archived - computed: true, optional: false, required: false
  public get archived() {
    return this.getBooleanAttribute('archived');
  }

  // instance_id - computed: true, optional: false, required: false
  public get instanceId() {
    return this.getStringAttribute('instance_id');
  }

  // template_id - computed: true, optional: false, required: false
  public get templateId() {
    return this.getStringAttribute('template_id');
  }

  // version - computed: true, optional: false, required: false
  public get version() {
    return this.getNumberAttribute('version');
  }
}

export class DataUkoKeyTemplatesKeyTemplatesList extends cdktn.ComplexList {

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
  public get(index: number): DataUkoKeyTemplatesKeyTemplatesOutputReference {
    return new DataUkoKeyTemplatesKeyTemplatesOutputReference(this.terraformResource, this.terraformAttribute, index, this.wrapsSet);
  }
}

/**
* Lists every key template.
*/
export class DataUkoKeyTemplates extends cdktn.TerraformDataSource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko_key_templates";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTN code for importing a DataUkoKeyTemplates resource upon running "cdktn plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the DataUkoKeyTemplates to import
  * @param importFromId The id of the existing DataUkoKeyTemplates that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the DataUkoKeyTemplates to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktn.TerraformProvider) {
        return new cdktn.ImportableResource(scope, importToId, { terraformResourceType: "uko_key_templates", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new uko_key_templates Data Source
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options DataUkoKeyTemplatesConfig = {}
  */
  public constructor(scope: Construct, id: string, config: DataUkoKeyTemplatesConfig = {}) {
    super(scope, id, {
      terraformResourceType: 'uko_key_templates',
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

  private _keyTemplates = new DataUkoKeyTemplatesKeyTemplatesList(this, "key_templates", false);
  /** Lists every key template. */
  public get keyTemplates() {
    return this._keyTemplates;
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
