// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktf from 'cdktf';

// Configuration

export interface DataUkoKeyTemplateConfig extends cdktf.TerraformMetaArguments {
  /**
  * UUID of the template.
  */
  readonly templateId: string;
  /**
  * UUID of the vault.
  */
  readonly vaultId: string;
}

/**
* A key template as it is now; fails with UKO_NOT_FOUND where there is none.
*/
export class DataUkoKeyTemplate extends cdktf.TerraformDataSource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko_key_template";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTF code for importing a DataUkoKeyTemplate resource upon running "cdktf plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the DataUkoKeyTemplate to import
  * @param importFromId The id of the existing DataUkoKeyTemplate that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the DataUkoKeyTemplate to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktf.TerraformProvider) {
        return new cdktf.ImportableResource(scope, importToId, { terraformResourceType: "uko_key_template", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new uko_key_template Data Source
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options DataUkoKeyTemplateConfig
  */
  public constructor(scope: Construct, id: string, config: DataUkoKeyTemplateConfig) {
    super(scope, id, {
      terraformResourceType: 'uko_key_template',
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
    this._templateId = config.templateId;
    this._vaultId = config.vaultId;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  /** From creation to the first day of use, such as P0D. */
  public get activationPeriod() {
    return this.getStringAttribute('activation_period');
  }

  /** Algorithm; des and dilithium on-premises only. Cannot change. */
  public get algorithm() {
    return this.getStringAttribute('algorithm');
  }

  /** No new keys and no alignment from it; existing keys keep working. */
  public get archived() {
    return this.getBooleanAttribute('archived');
  }

  /** What Azure lets the key do. */
  public get azureOperations() {
    return this.getListAttribute('azure_operations');
  }

  /** hsm or software. */
  public get azureProtectionLevel() {
    return this.getStringAttribute('azure_protection_level');
  }

  /** CCA's key type. */
  public get ccaKeyType() {
    return this.getStringAttribute('cca_key_type');
  }

  /** CCA's key words. */
  public get ccaKeyWords() {
    return this.getListAttribute('cca_key_words');
  }

  /** What CCA lets the key do. */
  public get ccaUsageControl() {
    return this.getStringAttribute('cca_usage_control');
  }

  /** Deactivates older versions on rotation. */
  public get deactivateOnRotation() {
    return this.getBooleanAttribute('deactivate_on_rotation');
  }

  /** Up to 200 characters. */
  public get description() {
    return this.getStringAttribute('description');
  }

  /** To the last day of use, such as P2Y. */
  public get expirationPeriod() {
    return this.getStringAttribute('expiration_period');
  }

  /** Google's algorithm, such as google_symmetric_encryption. */
  public get googleAlgorithm() {
    return this.getStringAttribute('google_algorithm');
  }

  /** hsm or software. */
  public get googleProtectionLevel() {
    return this.getStringAttribute('google_protection_level');
  }

  /** What Google lets the key do. */
  public get googlePurpose() {
    return this.getStringAttribute('google_purpose');
  }

  /** Group of keystores that keys go to. A change is refused while it would cut a key off. */
  public get group() {
    return this.getStringAttribute('group');
  }

  /** What it is imported by: `<vault_id>/<template_id>`. */
  public get id() {
    return this.getStringAttribute('id');
  }

  /** Instance that the template belongs to. */
  public get instanceId() {
    return this.getStringAttribute('instance_id');
  }

  /** State of a new key; an active one is installed at once. */
  public get keyState() {
    return this.getStringAttribute('key_state');
  }

  /** How keys are named in the keystore. Cannot change. */
  public get keystoreNamingScheme() {
    return this.getStringAttribute('keystore_naming_scheme');
  }

  /** Type of the keystores that keys go to. Cannot change. */
  public get keystoreType() {
    return this.getStringAttribute('keystore_type');
  }

  /** Name of the template, unique in its vault; some releases take up to 30 characters. */
  public get name() {
    return this.getStringAttribute('name');
  }

  /** How labels are made, with <tags>. Cannot change. */
  public get namingScheme() {
    return this.getStringAttribute('naming_scheme');
  }

  /** Size, such as 256. */
  public get size() {
    return this.getStringAttribute('size');
  }

  private _templateId?: string; 
  /** UUID of the template. */
  public get templateId() {
    return this.getStringAttribute('template_id');
  }
  public set templateId(value: string) {
    this._templateId = value;
  }
  // Temporarily expose input value. Use with caution.
  public get templateIdInput() {
    return this._templateId;
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

  /** One more for each update. */
  public get version() {
    return this.getNumberAttribute('version');
  }

  // =========
  // SYNTHESIS
  // =========

  protected synthesizeAttributes(): { [name: string]: any } {
    return {
      template_id: cdktf.stringToTerraform(this._templateId),
      vault_id: cdktf.stringToTerraform(this._vaultId),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      template_id: {
        value: cdktf.stringToHclTerraform(this._templateId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      vault_id: {
        value: cdktf.stringToHclTerraform(this._vaultId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
    };

    // remove undefined attributes
    return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined ))
  }
}
