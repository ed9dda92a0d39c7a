// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktn from 'cdktn';

// Configuration

export interface DataUkoKeyTemplateConfig extends cdktn.TerraformMetaArguments {
  /**
  * Name of the template, in place of its ID. Exactly one template must have it.
  */
  readonly name?: string;
  /**
  * UUID of the template. Set it or `name`.
  */
  readonly templateId?: string;
  /**
  * UUID of the vault.
  */
  readonly vaultId: string;
}

/**
* Reads a key template. Fails with `UKO_NOT_FOUND` if the template does not exist.
*/
export class DataUkoKeyTemplate extends cdktn.TerraformDataSource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko_key_template";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTN code for importing a DataUkoKeyTemplate resource upon running "cdktn plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the DataUkoKeyTemplate to import
  * @param importFromId The id of the existing DataUkoKeyTemplate that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the DataUkoKeyTemplate to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktn.TerraformProvider) {
        return new cdktn.ImportableResource(scope, importToId, { terraformResourceType: "uko_key_template", importId: importFromId, provider });
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
    this._name = config.name;
    this._templateId = config.templateId;
    this._vaultId = config.vaultId;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  /** Time from creation to the first day of use, such as `P0D`. */
  public get activationPeriod() {
    return this.getStringAttribute('activation_period');
  }

  /** Algorithm of the keys; `des` and `dilithium` on-premises only. */
  public get algorithm() {
    return this.getStringAttribute('algorithm');
  }

  /** Whether the template is archived: it allows no new keys and no alignment. Existing keys keep working. */
  public get archived() {
    return this.getBooleanAttribute('archived');
  }

  /** Operations that Azure allows with the key. */
  public get azureOperations() {
    return this.getListAttribute('azure_operations');
  }

  /** Protection level of the keys. */
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

  /** Uses that CCA allows for the key. */
  public get ccaUsageControl() {
    return this.getStringAttribute('cca_usage_control');
  }

  /** Whether a rotation deactivates the older versions of a key. `uko` then does not rotate a key in another cloud. */
  public get deactivateOnRotation() {
    return this.getBooleanAttribute('deactivate_on_rotation');
  }

  /** Up to 200 characters. */
  public get description() {
    return this.getStringAttribute('description');
  }

  /** Time to the last day of use, such as `P2Y`. */
  public get expirationPeriod() {
    return this.getStringAttribute('expiration_period');
  }

  /** Google's algorithm, such as `google_symmetric_encryption`. */
  public get googleAlgorithm() {
    return this.getStringAttribute('google_algorithm');
  }

  /** Protection level of the keys. */
  public get googleProtectionLevel() {
    return this.getStringAttribute('google_protection_level');
  }

  /** Operations that Google allows with the key. */
  public get googlePurpose() {
    return this.getStringAttribute('google_purpose');
  }

  /** Group of the keystores in which keys are installed. A change is refused while it would cut a key off. */
  public get group() {
    return this.getStringAttribute('group');
  }

  /** Import ID: `<vault_id>/<template_id>`. */
  public get id() {
    return this.getStringAttribute('id');
  }

  /** ID of the instance that the template belongs to. */
  public get instanceId() {
    return this.getStringAttribute('instance_id');
  }

  /** State of a new key. An `active` key is installed at once. */
  public get keyState() {
    return this.getStringAttribute('key_state');
  }

  /** Scheme of the names of keys in the keystore. */
  public get keystoreNamingScheme() {
    return this.getStringAttribute('keystore_naming_scheme');
  }

  /** Type of the keystores in which keys are installed. */
  public get keystoreType() {
    return this.getStringAttribute('keystore_type');
  }

  private _name?: string; 
  /** Name of the template, in place of its ID. Exactly one template must have it. */
  public get name() {
    return this.getStringAttribute('name');
  }
  public set name(value: string) {
    this._name = value;
  }
  public resetName() {
    this._name = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get nameInput() {
    return this._name;
  }

  /** Scheme of the labels of keys, with `<tags>`. */
  public get namingScheme() {
    return this.getStringAttribute('naming_scheme');
  }

  /** Size of the keys, such as `256`. */
  public get size() {
    return this.getStringAttribute('size');
  }

  private _templateId?: string; 
  /** UUID of the template. Set it or `name`. */
  public get templateId() {
    return this.getStringAttribute('template_id');
  }
  public set templateId(value: string) {
    this._templateId = value;
  }
  public resetTemplateId() {
    this._templateId = undefined;
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

  /** Incremented by each update. */
  public get version() {
    return this.getNumberAttribute('version');
  }

  // =========
  // SYNTHESIS
  // =========

  protected synthesizeAttributes(): { [name: string]: any } {
    return {
      name: cdktn.stringToTerraform(this._name),
      template_id: cdktn.stringToTerraform(this._templateId),
      vault_id: cdktn.stringToTerraform(this._vaultId),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      name: {
        value: cdktn.stringToHclTerraform(this._name),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      template_id: {
        value: cdktn.stringToHclTerraform(this._templateId),
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
