// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktn from 'cdktn';

// Configuration

export interface KeyTemplateConfig extends cdktn.TerraformMetaArguments {
  /**
  * Time from creation to the first day of use, such as `P0D`.
  */
  readonly activationPeriod: string;
  /**
  * Algorithm of the keys; `des` and `dilithium` on-premises only. One of `aes`, `rsa`, `hmac`, `ec`, `des`, `dilithium`. Cannot change.
  */
  readonly algorithm: string;
  /**
  * Whether the template is archived: it allows no new keys and no alignment. Existing keys keep working. Default `false`.
  */
  readonly archived?: boolean | cdktn.IResolvable;
  /**
  * Operations that Azure allows with the key. Cannot change.
  */
  readonly azureOperations?: string[];
  /**
  * Protection level of the keys. One of `hsm`, `software`. Cannot change.
  */
  readonly azureProtectionLevel?: string;
  /**
  * CCA's key type. One of `cipher`, `data`, `exporter`, `importer`.
  */
  readonly ccaKeyType?: string;
  /**
  * CCA's key words.
  */
  readonly ccaKeyWords?: string[];
  /**
  * Uses that CCA allows for the key. One of `key_management_only`, `signature_and_key_management`, `signature_only`.
  */
  readonly ccaUsageControl?: string;
  /**
  * Whether a rotation deactivates the older versions of a key. `uko` then does not rotate a key in another cloud.
  */
  readonly deactivateOnRotation?: boolean | cdktn.IResolvable;
  /**
  * Refuses to delete the template. Default `false`.
  */
  readonly deletionProtection?: boolean | cdktn.IResolvable;
  /**
  * Up to 200 characters.
  */
  readonly description?: string;
  /**
  * Adopts this template instead of creating one. Cannot change.
  */
  readonly existingTemplateId?: string;
  /**
  * Time to the last day of use, such as `P2Y`.
  */
  readonly expirationPeriod: string;
  /**
  * Google's algorithm, such as `google_symmetric_encryption`.
  */
  readonly googleAlgorithm?: string;
  /**
  * Protection level of the keys. One of `hsm`, `software`.
  */
  readonly googleProtectionLevel?: string;
  /**
  * Operations that Google allows with the key. One of `encrypt_decrypt`, `asymmetric_decrypt`, `asymmetric_sign`, `mac`.
  */
  readonly googlePurpose?: string;
  /**
  * Group of the keystores in which keys are installed. A change is refused while it would cut a key off.
  */
  readonly group: string;
  /**
  * State of a new key. An `active` key is installed at once. One of `active`, `pre_activation`. Default `active`.
  */
  readonly keyState?: string;
  /**
  * Scheme of the names of keys in the keystore. Cannot change.
  */
  readonly keystoreNamingScheme?: string;
  /**
  * Type of the keystores in which keys are installed. One of `ibm_cloud_kms`, `aws_kms`, `azure_key_vault`, `google_kms`, `cca`. Cannot change.
  */
  readonly keystoreType: string;
  /**
  * Name of the template, 1 to 100 characters, unique in its vault. Some releases accept up to 30 characters.
  */
  readonly name: string;
  /**
  * Scheme of the labels of keys, with `<tags>`. Cannot change.
  */
  readonly namingScheme?: string;
  /**
  * Size of the keys, such as `256`.
  */
  readonly size: string;
  /**
  * UUID of the vault that holds the template. Cannot change.
  */
  readonly vaultId: string;
  /**
  * timeouts block
  */
  readonly timeouts?: KeyTemplateTimeouts;
}
export interface KeyTemplateTimeouts {
  /**
  * How long a destroy may wait for people and for time before it stops, such as `30m`, `5h` or `7d`. Without it, a destroy does not wait. `UKO_WAIT` takes precedence.
  */
  readonly delete?: string;
}

export function keyTemplateTimeoutsToTerraform(struct?: KeyTemplateTimeouts | cdktn.IResolvable): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  return {
    delete: cdktn.stringToTerraform(struct!.delete),
  }
}


export function keyTemplateTimeoutsToHclTerraform(struct?: KeyTemplateTimeouts | cdktn.IResolvable): any {
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

export class KeyTemplateTimeoutsOutputReference extends cdktn.ComplexObject {
  private isEmptyObject = false;
  private resolvableValue?: cdktn.IResolvable;

  /**
  * @param terraformResource The parent resource
  * @param terraformAttribute The attribute on the parent resource this class is referencing
  */
  public constructor(terraformResource: cdktn.IInterpolatingParent, terraformAttribute: string) {
    super(terraformResource, terraformAttribute, false);
  }

  public get internalValue(): KeyTemplateTimeouts | cdktn.IResolvable | undefined {
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

  public set internalValue(value: KeyTemplateTimeouts | cdktn.IResolvable | undefined) {
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
* A key template: the properties of the keys that are created from it, and the keystores in which they are installed. It can be deleted once no key uses it.
*/
export class KeyTemplate extends cdktn.TerraformResource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko_key_template";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTN code for importing a KeyTemplate resource upon running "cdktn plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the KeyTemplate to import
  * @param importFromId The id of the existing KeyTemplate that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the KeyTemplate to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktn.TerraformProvider) {
        return new cdktn.ImportableResource(scope, importToId, { terraformResourceType: "uko_key_template", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new uko_key_template Resource
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options KeyTemplateConfig
  */
  public constructor(scope: Construct, id: string, config: KeyTemplateConfig) {
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
    this._activationPeriod = config.activationPeriod;
    this._algorithm = config.algorithm;
    this._archived = config.archived;
    this._azureOperations = config.azureOperations;
    this._azureProtectionLevel = config.azureProtectionLevel;
    this._ccaKeyType = config.ccaKeyType;
    this._ccaKeyWords = config.ccaKeyWords;
    this._ccaUsageControl = config.ccaUsageControl;
    this._deactivateOnRotation = config.deactivateOnRotation;
    this._deletionProtection = config.deletionProtection;
    this._description = config.description;
    this._existingTemplateId = config.existingTemplateId;
    this._expirationPeriod = config.expirationPeriod;
    this._googleAlgorithm = config.googleAlgorithm;
    this._googleProtectionLevel = config.googleProtectionLevel;
    this._googlePurpose = config.googlePurpose;
    this._group = config.group;
    this._keyState = config.keyState;
    this._keystoreNamingScheme = config.keystoreNamingScheme;
    this._keystoreType = config.keystoreType;
    this._name = config.name;
    this._namingScheme = config.namingScheme;
    this._size = config.size;
    this._vaultId = config.vaultId;
    this._timeouts.internalValue = config.timeouts;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  private _activationPeriod?: string; 
  /** Time from creation to the first day of use, such as `P0D`. */
  public get activationPeriod() {
    return this.getStringAttribute('activation_period');
  }
  public set activationPeriod(value: string) {
    this._activationPeriod = value;
  }
  // Temporarily expose input value. Use with caution.
  public get activationPeriodInput() {
    return this._activationPeriod;
  }

  private _algorithm?: string; 
  /** Algorithm of the keys; `des` and `dilithium` on-premises only. One of `aes`, `rsa`, `hmac`, `ec`, `des`, `dilithium`. Cannot change. */
  public get algorithm() {
    return this.getStringAttribute('algorithm');
  }
  public set algorithm(value: string) {
    this._algorithm = value;
  }
  // Temporarily expose input value. Use with caution.
  public get algorithmInput() {
    return this._algorithm;
  }

  private _archived?: boolean | cdktn.IResolvable; 
  /** Whether the template is archived: it allows no new keys and no alignment. Existing keys keep working. Default `false`. */
  public get archived() {
    return this.getBooleanAttribute('archived');
  }
  public set archived(value: boolean | cdktn.IResolvable) {
    this._archived = value;
  }
  public resetArchived() {
    this._archived = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get archivedInput() {
    return this._archived;
  }

  private _azureOperations?: string[]; 
  /** Operations that Azure allows with the key. Cannot change. */
  public get azureOperations() {
    return this.getListAttribute('azure_operations');
  }
  public set azureOperations(value: string[]) {
    this._azureOperations = value;
  }
  public resetAzureOperations() {
    this._azureOperations = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get azureOperationsInput() {
    return this._azureOperations;
  }

  private _azureProtectionLevel?: string; 
  /** Protection level of the keys. One of `hsm`, `software`. Cannot change. */
  public get azureProtectionLevel() {
    return this.getStringAttribute('azure_protection_level');
  }
  public set azureProtectionLevel(value: string) {
    this._azureProtectionLevel = value;
  }
  public resetAzureProtectionLevel() {
    this._azureProtectionLevel = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get azureProtectionLevelInput() {
    return this._azureProtectionLevel;
  }

  private _ccaKeyType?: string; 
  /** CCA's key type. One of `cipher`, `data`, `exporter`, `importer`. */
  public get ccaKeyType() {
    return this.getStringAttribute('cca_key_type');
  }
  public set ccaKeyType(value: string) {
    this._ccaKeyType = value;
  }
  public resetCcaKeyType() {
    this._ccaKeyType = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get ccaKeyTypeInput() {
    return this._ccaKeyType;
  }

  private _ccaKeyWords?: string[]; 
  /** CCA's key words. */
  public get ccaKeyWords() {
    return this.getListAttribute('cca_key_words');
  }
  public set ccaKeyWords(value: string[]) {
    this._ccaKeyWords = value;
  }
  public resetCcaKeyWords() {
    this._ccaKeyWords = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get ccaKeyWordsInput() {
    return this._ccaKeyWords;
  }

  private _ccaUsageControl?: string; 
  /** Uses that CCA allows for the key. One of `key_management_only`, `signature_and_key_management`, `signature_only`. */
  public get ccaUsageControl() {
    return this.getStringAttribute('cca_usage_control');
  }
  public set ccaUsageControl(value: string) {
    this._ccaUsageControl = value;
  }
  public resetCcaUsageControl() {
    this._ccaUsageControl = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get ccaUsageControlInput() {
    return this._ccaUsageControl;
  }

  private _deactivateOnRotation?: boolean | cdktn.IResolvable; 
  /** Whether a rotation deactivates the older versions of a key. `uko` then does not rotate a key in another cloud. */
  public get deactivateOnRotation() {
    return this.getBooleanAttribute('deactivate_on_rotation');
  }
  public set deactivateOnRotation(value: boolean | cdktn.IResolvable) {
    this._deactivateOnRotation = value;
  }
  public resetDeactivateOnRotation() {
    this._deactivateOnRotation = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get deactivateOnRotationInput() {
    return this._deactivateOnRotation;
  }

  private _deletionProtection?: boolean | cdktn.IResolvable; 
  /** Refuses to delete the template. Default `false`. */
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

  private _description?: string; 
  /** Up to 200 characters. */
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

  private _existingTemplateId?: string; 
  /** Adopts this template instead of creating one. Cannot change. */
  public get existingTemplateId() {
    return this.getStringAttribute('existing_template_id');
  }
  public set existingTemplateId(value: string) {
    this._existingTemplateId = value;
  }
  public resetExistingTemplateId() {
    this._existingTemplateId = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get existingTemplateIdInput() {
    return this._existingTemplateId;
  }

  private _expirationPeriod?: string; 
  /** Time to the last day of use, such as `P2Y`. */
  public get expirationPeriod() {
    return this.getStringAttribute('expiration_period');
  }
  public set expirationPeriod(value: string) {
    this._expirationPeriod = value;
  }
  // Temporarily expose input value. Use with caution.
  public get expirationPeriodInput() {
    return this._expirationPeriod;
  }

  private _googleAlgorithm?: string; 
  /** Google's algorithm, such as `google_symmetric_encryption`. */
  public get googleAlgorithm() {
    return this.getStringAttribute('google_algorithm');
  }
  public set googleAlgorithm(value: string) {
    this._googleAlgorithm = value;
  }
  public resetGoogleAlgorithm() {
    this._googleAlgorithm = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get googleAlgorithmInput() {
    return this._googleAlgorithm;
  }

  private _googleProtectionLevel?: string; 
  /** Protection level of the keys. One of `hsm`, `software`. */
  public get googleProtectionLevel() {
    return this.getStringAttribute('google_protection_level');
  }
  public set googleProtectionLevel(value: string) {
    this._googleProtectionLevel = value;
  }
  public resetGoogleProtectionLevel() {
    this._googleProtectionLevel = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get googleProtectionLevelInput() {
    return this._googleProtectionLevel;
  }

  private _googlePurpose?: string; 
  /** Operations that Google allows with the key. One of `encrypt_decrypt`, `asymmetric_decrypt`, `asymmetric_sign`, `mac`. */
  public get googlePurpose() {
    return this.getStringAttribute('google_purpose');
  }
  public set googlePurpose(value: string) {
    this._googlePurpose = value;
  }
  public resetGooglePurpose() {
    this._googlePurpose = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get googlePurposeInput() {
    return this._googlePurpose;
  }

  private _group?: string; 
  /** Group of the keystores in which keys are installed. A change is refused while it would cut a key off. */
  public get group() {
    return this.getStringAttribute('group');
  }
  public set group(value: string) {
    this._group = value;
  }
  // Temporarily expose input value. Use with caution.
  public get groupInput() {
    return this._group;
  }

  /** Import ID: `<vault_id>/<template_id>`. */
  public get id() {
    return this.getStringAttribute('id');
  }

  /** ID of the instance that the template belongs to. */
  public get instanceId() {
    return this.getStringAttribute('instance_id');
  }

  private _keyState?: string; 
  /** State of a new key. An `active` key is installed at once. One of `active`, `pre_activation`. Default `active`. */
  public get keyState() {
    return this.getStringAttribute('key_state');
  }
  public set keyState(value: string) {
    this._keyState = value;
  }
  public resetKeyState() {
    this._keyState = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get keyStateInput() {
    return this._keyState;
  }

  private _keystoreNamingScheme?: string; 
  /** Scheme of the names of keys in the keystore. Cannot change. */
  public get keystoreNamingScheme() {
    return this.getStringAttribute('keystore_naming_scheme');
  }
  public set keystoreNamingScheme(value: string) {
    this._keystoreNamingScheme = value;
  }
  public resetKeystoreNamingScheme() {
    this._keystoreNamingScheme = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get keystoreNamingSchemeInput() {
    return this._keystoreNamingScheme;
  }

  private _keystoreType?: string; 
  /** Type of the keystores in which keys are installed. One of `ibm_cloud_kms`, `aws_kms`, `azure_key_vault`, `google_kms`, `cca`. Cannot change. */
  public get keystoreType() {
    return this.getStringAttribute('keystore_type');
  }
  public set keystoreType(value: string) {
    this._keystoreType = value;
  }
  // Temporarily expose input value. Use with caution.
  public get keystoreTypeInput() {
    return this._keystoreType;
  }

  private _name?: string; 
  /** Name of the template, 1 to 100 characters, unique in its vault. Some releases accept up to 30 characters. */
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

  private _namingScheme?: string; 
  /** Scheme of the labels of keys, with `<tags>`. Cannot change. */
  public get namingScheme() {
    return this.getStringAttribute('naming_scheme');
  }
  public set namingScheme(value: string) {
    this._namingScheme = value;
  }
  public resetNamingScheme() {
    this._namingScheme = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get namingSchemeInput() {
    return this._namingScheme;
  }

  private _size?: string; 
  /** Size of the keys, such as `256`. */
  public get size() {
    return this.getStringAttribute('size');
  }
  public set size(value: string) {
    this._size = value;
  }
  // Temporarily expose input value. Use with caution.
  public get sizeInput() {
    return this._size;
  }

  /** UUID of the template. */
  public get templateId() {
    return this.getStringAttribute('template_id');
  }

  private _vaultId?: string; 
  /** UUID of the vault that holds the template. Cannot change. */
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

  // timeouts - computed: false, optional: true, required: false
  private _timeouts = new KeyTemplateTimeoutsOutputReference(this, "timeouts");
  public get timeouts() {
    return this._timeouts;
  }
  public putTimeouts(value: KeyTemplateTimeouts) {
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
      activation_period: cdktn.stringToTerraform(this._activationPeriod),
      algorithm: cdktn.stringToTerraform(this._algorithm),
      archived: cdktn.booleanToTerraform(this._archived),
      azure_operations: cdktn.listMapper(cdktn.stringToTerraform, false)(this._azureOperations),
      azure_protection_level: cdktn.stringToTerraform(this._azureProtectionLevel),
      cca_key_type: cdktn.stringToTerraform(this._ccaKeyType),
      cca_key_words: cdktn.listMapper(cdktn.stringToTerraform, false)(this._ccaKeyWords),
      cca_usage_control: cdktn.stringToTerraform(this._ccaUsageControl),
      deactivate_on_rotation: cdktn.booleanToTerraform(this._deactivateOnRotation),
      deletion_protection: cdktn.booleanToTerraform(this._deletionProtection),
      description: cdktn.stringToTerraform(this._description),
      existing_template_id: cdktn.stringToTerraform(this._existingTemplateId),
      expiration_period: cdktn.stringToTerraform(this._expirationPeriod),
      google_algorithm: cdktn.stringToTerraform(this._googleAlgorithm),
      google_protection_level: cdktn.stringToTerraform(this._googleProtectionLevel),
      google_purpose: cdktn.stringToTerraform(this._googlePurpose),
      group: cdktn.stringToTerraform(this._group),
      key_state: cdktn.stringToTerraform(this._keyState),
      keystore_naming_scheme: cdktn.stringToTerraform(this._keystoreNamingScheme),
      keystore_type: cdktn.stringToTerraform(this._keystoreType),
      name: cdktn.stringToTerraform(this._name),
      naming_scheme: cdktn.stringToTerraform(this._namingScheme),
      size: cdktn.stringToTerraform(this._size),
      vault_id: cdktn.stringToTerraform(this._vaultId),
      timeouts: keyTemplateTimeoutsToTerraform(this._timeouts.internalValue),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      activation_period: {
        value: cdktn.stringToHclTerraform(this._activationPeriod),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      algorithm: {
        value: cdktn.stringToHclTerraform(this._algorithm),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      archived: {
        value: cdktn.booleanToHclTerraform(this._archived),
        isBlock: false,
        type: "simple",
        storageClassType: "boolean",
      },
      azure_operations: {
        value: cdktn.listMapperHcl(cdktn.stringToHclTerraform, false)(this._azureOperations),
        isBlock: false,
        type: "list",
        storageClassType: "stringList",
      },
      azure_protection_level: {
        value: cdktn.stringToHclTerraform(this._azureProtectionLevel),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      cca_key_type: {
        value: cdktn.stringToHclTerraform(this._ccaKeyType),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      cca_key_words: {
        value: cdktn.listMapperHcl(cdktn.stringToHclTerraform, false)(this._ccaKeyWords),
        isBlock: false,
        type: "list",
        storageClassType: "stringList",
      },
      cca_usage_control: {
        value: cdktn.stringToHclTerraform(this._ccaUsageControl),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      deactivate_on_rotation: {
        value: cdktn.booleanToHclTerraform(this._deactivateOnRotation),
        isBlock: false,
        type: "simple",
        storageClassType: "boolean",
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
      existing_template_id: {
        value: cdktn.stringToHclTerraform(this._existingTemplateId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      expiration_period: {
        value: cdktn.stringToHclTerraform(this._expirationPeriod),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      google_algorithm: {
        value: cdktn.stringToHclTerraform(this._googleAlgorithm),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      google_protection_level: {
        value: cdktn.stringToHclTerraform(this._googleProtectionLevel),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      google_purpose: {
        value: cdktn.stringToHclTerraform(this._googlePurpose),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      group: {
        value: cdktn.stringToHclTerraform(this._group),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      key_state: {
        value: cdktn.stringToHclTerraform(this._keyState),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      keystore_naming_scheme: {
        value: cdktn.stringToHclTerraform(this._keystoreNamingScheme),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      keystore_type: {
        value: cdktn.stringToHclTerraform(this._keystoreType),
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
      naming_scheme: {
        value: cdktn.stringToHclTerraform(this._namingScheme),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      size: {
        value: cdktn.stringToHclTerraform(this._size),
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
        value: keyTemplateTimeoutsToHclTerraform(this._timeouts.internalValue),
        isBlock: true,
        type: "struct",
        storageClassType: "KeyTemplateTimeouts",
      },
    };

    // remove undefined attributes
    return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined ))
  }
}
