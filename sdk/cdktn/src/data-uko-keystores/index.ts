// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktn from 'cdktn';

// Configuration

export interface DataUkoKeystoresConfig extends cdktn.TerraformMetaArguments {
  /**
  * Lists this vault only. If omitted, all vaults are listed.
  */
  readonly vaultId?: string;
}
export interface DataUkoKeystoresKeystores {
}

export function dataUkoKeystoresKeystoresToTerraform(struct?: DataUkoKeystoresKeystores): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  return {
  }
}


export function dataUkoKeystoresKeystoresToHclTerraform(struct?: DataUkoKeystoresKeystores): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  const attrs = {
  };
  return attrs;
}

export class DataUkoKeystoresKeystoresOutputReference extends cdktn.ComplexObject {
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

  public get internalValue(): DataUkoKeystoresKeystores | undefined {
    let hasAnyValues = this.isEmptyObject;
    const internalValueResult: any = {};
    return hasAnyValues ? internalValueResult : undefined;
  }

  public set internalValue(value: DataUkoKeystoresKeystores | undefined) {
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

  // type - computed: true, optional: false, required: false
  public get type() {
    return this.getStringAttribute('type');
  }

  // name - computed: true, optional: false, required: false
  public get name() {
    return this.getStringAttribute('name');
  }

  // description - computed: true, optional: false, required: false
  public get description() {
    return this.getStringAttribute('description');
  }

  // groups - computed: true, optional: false, required: false
  public get groups() {
    return cdktn.Fn.tolist(this.getListAttribute('groups'));
  }

  // tls_proxy - computed: true, optional: false, required: false
  public get tlsProxy() {
    return this.getStringAttribute('tls_proxy');
  }

  // ibm_api_endpoint - computed: true, optional: false, required: false
  public get ibmApiEndpoint() {
    return this.getStringAttribute('ibm_api_endpoint');
  }

  // ibm_iam_endpoint - computed: true, optional: false, required: false
  public get ibmIamEndpoint() {
    return this.getStringAttribute('ibm_iam_endpoint');
  }

  // ibm_instance_id - computed: true, optional: false, required: false
  public get ibmInstanceId() {
    return this.getStringAttribute('ibm_instance_id');
  }

  // ibm_key_ring - computed: true, optional: false, required: false
  public get ibmKeyRing() {
    return this.getStringAttribute('ibm_key_ring');
  }

  // aws_region - computed: true, optional: false, required: false
  public get awsRegion() {
    return this.getStringAttribute('aws_region');
  }

  // azure_service_name - computed: true, optional: false, required: false
  public get azureServiceName() {
    return this.getStringAttribute('azure_service_name');
  }

  // azure_resource_group - computed: true, optional: false, required: false
  public get azureResourceGroup() {
    return this.getStringAttribute('azure_resource_group');
  }

  // azure_service_principal_client_id - computed: true, optional: false, required: false
  public get azureServicePrincipalClientId() {
    return this.getStringAttribute('azure_service_principal_client_id');
  }

  // azure_tenant - computed: true, optional: false, required: false
  public get azureTenant() {
    return this.getStringAttribute('azure_tenant');
  }

  // azure_subscription_id - computed: true, optional: false, required: false
  public get azureSubscriptionId() {
    return this.getStringAttribute('azure_subscription_id');
  }

  // azure_variant - computed: true, optional: false, required: false
  public get azureVariant() {
    return this.getStringAttribute('azure_variant');
  }

  // azure_location - computed: true, optional: false, required: false
  public get azureLocation() {
    return this.getStringAttribute('azure_location');
  }

  // azure_environment - computed: true, optional: false, required: false
  public get azureEnvironment() {
    return this.getStringAttribute('azure_environment');
  }

  // google_location - computed: true, optional: false, required: false
  public get googleLocation() {
    return this.getStringAttribute('google_location');
  }

  // google_key_ring - computed: true, optional: false, required: false
  public get googleKeyRing() {
    return this.getStringAttribute('google_key_ring');
  }

  // google_project_id - computed: true, optional: false, required: false
  public get googleProjectId() {
    return this.getStringAttribute('google_project_id');
  }

  // google_private_key_id - computed: true, optional: false, required: false
  public get googlePrivateKeyId() {
    return this.getStringAttribute('google_private_key_id');
  }

  // cca_host - computed: true, optional: false, required: false
  public get ccaHost() {
    return this.getStringAttribute('cca_host');
  }

  // cca_port - computed: true, optional: false, required: false
  public get ccaPort() {
    return this.getNumberAttribute('cca_port');
  }

  // cca_public_key_hash - computed: true, optional: false, required: false
  public get ccaPublicKeyHash() {
    return this.getStringAttribute('cca_public_key_hash');
  }

  // cca_use_tls - computed: true, optional: false, required: false
  public get ccaUseTls() {
    return this.getBooleanAttribute('cca_use_tls');
  }

  // cca_trusted_issuer - computed: true, optional: false, required: false
  public get ccaTrustedIssuer() {
    return this.getStringAttribute('cca_trusted_issuer');
  }

  // instance_id - computed: true, optional: false, required: false
  public get instanceId() {
    return this.getStringAttribute('instance_id');
  }

  // keystore_id - computed: true, optional: false, required: false
  public get keystoreId() {
    return this.getStringAttribute('keystore_id');
  }

  // location - computed: true, optional: false, required: false
  public get location() {
    return this.getStringAttribute('location');
  }

  // ring - computed: true, optional: false, required: false
  public get ring() {
    return this.getStringAttribute('ring');
  }

  // health - computed: true, optional: false, required: false
  public get health() {
    return this.getStringAttribute('health');
  }

  // health_message - computed: true, optional: false, required: false
  public get healthMessage() {
    return this.getStringAttribute('health_message');
  }
}

export class DataUkoKeystoresKeystoresList extends cdktn.ComplexList {

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
  public get(index: number): DataUkoKeystoresKeystoresOutputReference {
    return new DataUkoKeystoresKeystoresOutputReference(this.terraformResource, this.terraformAttribute, index, this.wrapsSet);
  }
}

/**
* Lists every keystore, without its secrets.
*/
export class DataUkoKeystores extends cdktn.TerraformDataSource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko_keystores";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTN code for importing a DataUkoKeystores resource upon running "cdktn plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the DataUkoKeystores to import
  * @param importFromId The id of the existing DataUkoKeystores that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the DataUkoKeystores to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktn.TerraformProvider) {
        return new cdktn.ImportableResource(scope, importToId, { terraformResourceType: "uko_keystores", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new uko_keystores Data Source
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options DataUkoKeystoresConfig = {}
  */
  public constructor(scope: Construct, id: string, config: DataUkoKeystoresConfig = {}) {
    super(scope, id, {
      terraformResourceType: 'uko_keystores',
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

  private _keystores = new DataUkoKeystoresKeystoresList(this, "keystores", false);
  /** Lists every keystore, without its secrets. */
  public get keystores() {
    return this._keystores;
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
