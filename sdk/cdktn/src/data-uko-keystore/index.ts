// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktn from 'cdktn';

// Configuration

export interface DataUkoKeystoreConfig extends cdktn.TerraformMetaArguments {
  /**
  * UUID of the keystore. Set it or `name`.
  */
  readonly keystoreId?: string;
  /**
  * Name of the keystore, in place of its ID. Exactly one keystore must have it.
  */
  readonly name?: string;
  /**
  * UUID of the vault.
  */
  readonly vaultId: string;
}

/**
* Reads a keystore, without its secrets. Fails with `UKO_NOT_FOUND` if the keystore does not exist.
*/
export class DataUkoKeystore extends cdktn.TerraformDataSource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko_keystore";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTN code for importing a DataUkoKeystore resource upon running "cdktn plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the DataUkoKeystore to import
  * @param importFromId The id of the existing DataUkoKeystore that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the DataUkoKeystore to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktn.TerraformProvider) {
        return new cdktn.ImportableResource(scope, importToId, { terraformResourceType: "uko_keystore", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new uko_keystore Data Source
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options DataUkoKeystoreConfig
  */
  public constructor(scope: Construct, id: string, config: DataUkoKeystoreConfig) {
    super(scope, id, {
      terraformResourceType: 'uko_keystore',
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
    this._keystoreId = config.keystoreId;
    this._name = config.name;
    this._vaultId = config.vaultId;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  /** Region, such as `eu_central_1`. */
  public get awsRegion() {
    return this.getStringAttribute('aws_region');
  }

  /** The Azure cloud. One of `azure`, `azure_china`, `azure_germany`, `azure_us_government`. */
  public get azureEnvironment() {
    return this.getStringAttribute('azure_environment');
  }

  /** Location, up to API 4.12. */
  public get azureLocation() {
    return this.getStringAttribute('azure_location');
  }

  /** Resource group of the key vault. */
  public get azureResourceGroup() {
    return this.getStringAttribute('azure_resource_group');
  }

  /** Name of the key vault in Azure. */
  public get azureServiceName() {
    return this.getStringAttribute('azure_service_name');
  }

  /** Client ID of the service principal. */
  public get azureServicePrincipalClientId() {
    return this.getStringAttribute('azure_service_principal_client_id');
  }

  /** ID of the subscription. */
  public get azureSubscriptionId() {
    return this.getStringAttribute('azure_subscription_id');
  }

  /** ID of the tenant. */
  public get azureTenant() {
    return this.getStringAttribute('azure_tenant');
  }

  /** Tier of the key vault. One of `premium`, `standard`. */
  public get azureVariant() {
    return this.getStringAttribute('azure_variant');
  }

  /** Host of the agent. */
  public get ccaHost() {
    return this.getStringAttribute('cca_host');
  }

  /** Port of the agent. */
  public get ccaPort() {
    return this.getNumberAttribute('cca_port');
  }

  /** Hash of the agent's public key. */
  public get ccaPublicKeyHash() {
    return this.getStringAttribute('cca_public_key_hash');
  }

  /** Issuer whose certificates are trusted. */
  public get ccaTrustedIssuer() {
    return this.getStringAttribute('cca_trusted_issuer');
  }

  /** Whether to connect to the agent over TLS. */
  public get ccaUseTls() {
    return this.getBooleanAttribute('cca_use_tls');
  }

  /** Up to 200 characters. */
  public get description() {
    return this.getStringAttribute('description');
  }

  /** Key ring in Google Cloud. */
  public get googleKeyRing() {
    return this.getStringAttribute('google_key_ring');
  }

  /** Location, such as `europe-west3`. */
  public get googleLocation() {
    return this.getStringAttribute('google_location');
  }

  /** ID of the private key. If omitted, it comes from the credentials. */
  public get googlePrivateKeyId() {
    return this.getStringAttribute('google_private_key_id');
  }

  /** Project. If omitted, it comes from the credentials. */
  public get googleProjectId() {
    return this.getStringAttribute('google_project_id');
  }

  /** Groups of the keystore: keys of a template are installed in every keystore of its group. Removing a group is refused while that would cut a key off. */
  public get groups() {
    return cdktn.Fn.tolist(this.getListAttribute('groups'));
  }

  /** `ok`, `not_responding`, `configuration_error`, `pending_check`, or empty. */
  public get health() {
    return this.getStringAttribute('health');
  }

  /** The service's message about the health. */
  public get healthMessage() {
    return this.getStringAttribute('health_message');
  }

  /** Endpoint of the other instance's KMS. */
  public get ibmApiEndpoint() {
    return this.getStringAttribute('ibm_api_endpoint');
  }

  /** IAM endpoint of the other instance. */
  public get ibmIamEndpoint() {
    return this.getStringAttribute('ibm_iam_endpoint');
  }

  /** ID of the other instance. */
  public get ibmInstanceId() {
    return this.getStringAttribute('ibm_instance_id');
  }

  /** Key ring in the other instance; `Default` if omitted. */
  public get ibmKeyRing() {
    return this.getStringAttribute('ibm_key_ring');
  }

  /** Import ID: `<vault_id>/<keystore_id>`. */
  public get id() {
    return this.getStringAttribute('id');
  }

  /** ID of the instance that the keystore belongs to. */
  public get instanceId() {
    return this.getStringAttribute('instance_id');
  }

  private _keystoreId?: string; 
  /** UUID of the keystore. Set it or `name`. */
  public get keystoreId() {
    return this.getStringAttribute('keystore_id');
  }
  public set keystoreId(value: string) {
    this._keystoreId = value;
  }
  public resetKeystoreId() {
    this._keystoreId = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get keystoreIdInput() {
    return this._keystoreId;
  }

  /** Location, as the service reports it. May be empty. */
  public get location() {
    return this.getStringAttribute('location');
  }

  private _name?: string; 
  /** Name of the keystore, in place of its ID. Exactly one keystore must have it. */
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

  /** KMS key ring of an internal keystore; empty for all other types. */
  public get ring() {
    return this.getStringAttribute('ring');
  }

  /** TLS proxy for a private endpoint, `host:port`. */
  public get tlsProxy() {
    return this.getStringAttribute('tls_proxy');
  }

  /** `internal` is a key ring of this instance. All other types are external and need a connection. One of `internal`, `hpcs`, `key_protect`, `aws_kms`, `azure_key_vault`, `google_kms`, `cca`. */
  public get type() {
    return this.getStringAttribute('type');
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
      keystore_id: cdktn.stringToTerraform(this._keystoreId),
      name: cdktn.stringToTerraform(this._name),
      vault_id: cdktn.stringToTerraform(this._vaultId),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      keystore_id: {
        value: cdktn.stringToHclTerraform(this._keystoreId),
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
