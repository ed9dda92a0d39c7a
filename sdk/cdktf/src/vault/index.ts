// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktf from 'cdktf';

// Configuration

export interface VaultConfig extends cdktf.TerraformMetaArguments {
  /**
  * Refuses to delete the vault. Default `false`.
  */
  readonly deletionProtection?: boolean | cdktf.IResolvable;
  /**
  * Up to 200 characters.
  */
  readonly description?: string;
  /**
  * Adopts this vault instead of creating one. Cannot change.
  */
  readonly existingVaultId?: string;
  /**
  * Name of the vault, 1 to 100 characters, unique in its instance.
  */
  readonly name: string;
  /**
  * Label of the recovery key; on-premises only.
  */
  readonly recoveryKeyLabel?: string;
  /**
  * timeouts block
  */
  readonly timeouts?: VaultTimeouts;
}
export interface VaultTimeouts {
  /**
  * How long a destroy may wait for people and for time before it stops, such as `30m`, `5h` or `7d`. Without it, a destroy does not wait. `UKO_WAIT` takes precedence.
  */
  readonly delete?: string;
}

export function vaultTimeoutsToTerraform(struct?: VaultTimeouts | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  return {
    delete: cdktf.stringToTerraform(struct!.delete),
  }
}


export function vaultTimeoutsToHclTerraform(struct?: VaultTimeouts | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  const attrs = {
    delete: {
      value: cdktf.stringToHclTerraform(struct!.delete),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
  };

  // remove undefined attributes
  return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined));
}

export class VaultTimeoutsOutputReference extends cdktf.ComplexObject {
  private isEmptyObject = false;
  private resolvableValue?: cdktf.IResolvable;

  /**
  * @param terraformResource The parent resource
  * @param terraformAttribute The attribute on the parent resource this class is referencing
  */
  public constructor(terraformResource: cdktf.IInterpolatingParent, terraformAttribute: string) {
    super(terraformResource, terraformAttribute, false);
  }

  public get internalValue(): VaultTimeouts | cdktf.IResolvable | undefined {
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

  public set internalValue(value: VaultTimeouts | cdktf.IResolvable | undefined) {
    if (value === undefined) {
      this.isEmptyObject = false;
      this.resolvableValue = undefined;
      this._delete = undefined;
    }
    else if (cdktf.Tokenization.isResolvable(value)) {
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
* A vault: the container of keys, keystores and templates. It can be deleted once it is empty.
*/
export class Vault extends cdktf.TerraformResource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko_vault";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTF code for importing a Vault resource upon running "cdktf plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the Vault to import
  * @param importFromId The id of the existing Vault that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the Vault to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktf.TerraformProvider) {
        return new cdktf.ImportableResource(scope, importToId, { terraformResourceType: "uko_vault", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new uko_vault Resource
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options VaultConfig
  */
  public constructor(scope: Construct, id: string, config: VaultConfig) {
    super(scope, id, {
      terraformResourceType: 'uko_vault',
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
    this._deletionProtection = config.deletionProtection;
    this._description = config.description;
    this._existingVaultId = config.existingVaultId;
    this._name = config.name;
    this._recoveryKeyLabel = config.recoveryKeyLabel;
    this._timeouts.internalValue = config.timeouts;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  private _deletionProtection?: boolean | cdktf.IResolvable; 
  /** Refuses to delete the vault. Default `false`. */
  public get deletionProtection() {
    return this.getBooleanAttribute('deletion_protection');
  }
  public set deletionProtection(value: boolean | cdktf.IResolvable) {
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

  private _existingVaultId?: string; 
  /** Adopts this vault instead of creating one. Cannot change. */
  public get existingVaultId() {
    return this.getStringAttribute('existing_vault_id');
  }
  public set existingVaultId(value: string) {
    this._existingVaultId = value;
  }
  public resetExistingVaultId() {
    this._existingVaultId = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get existingVaultIdInput() {
    return this._existingVaultId;
  }

  /** Import ID: `<vault_id>`. */
  public get id() {
    return this.getStringAttribute('id');
  }

  /** ID of the instance that the vault belongs to. */
  public get instanceId() {
    return this.getStringAttribute('instance_id');
  }

  private _name?: string; 
  /** Name of the vault, 1 to 100 characters, unique in its instance. */
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

  private _recoveryKeyLabel?: string; 
  /** Label of the recovery key; on-premises only. */
  public get recoveryKeyLabel() {
    return this.getStringAttribute('recovery_key_label');
  }
  public set recoveryKeyLabel(value: string) {
    this._recoveryKeyLabel = value;
  }
  public resetRecoveryKeyLabel() {
    this._recoveryKeyLabel = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get recoveryKeyLabelInput() {
    return this._recoveryKeyLabel;
  }

  /** UUID of the vault. */
  public get vaultId() {
    return this.getStringAttribute('vault_id');
  }

  // timeouts - computed: false, optional: true, required: false
  private _timeouts = new VaultTimeoutsOutputReference(this, "timeouts");
  public get timeouts() {
    return this._timeouts;
  }
  public putTimeouts(value: VaultTimeouts) {
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
      deletion_protection: cdktf.booleanToTerraform(this._deletionProtection),
      description: cdktf.stringToTerraform(this._description),
      existing_vault_id: cdktf.stringToTerraform(this._existingVaultId),
      name: cdktf.stringToTerraform(this._name),
      recovery_key_label: cdktf.stringToTerraform(this._recoveryKeyLabel),
      timeouts: vaultTimeoutsToTerraform(this._timeouts.internalValue),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      deletion_protection: {
        value: cdktf.booleanToHclTerraform(this._deletionProtection),
        isBlock: false,
        type: "simple",
        storageClassType: "boolean",
      },
      description: {
        value: cdktf.stringToHclTerraform(this._description),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      existing_vault_id: {
        value: cdktf.stringToHclTerraform(this._existingVaultId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      name: {
        value: cdktf.stringToHclTerraform(this._name),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      recovery_key_label: {
        value: cdktf.stringToHclTerraform(this._recoveryKeyLabel),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      timeouts: {
        value: vaultTimeoutsToHclTerraform(this._timeouts.internalValue),
        isBlock: true,
        type: "struct",
        storageClassType: "VaultTimeouts",
      },
    };

    // remove undefined attributes
    return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined ))
  }
}
