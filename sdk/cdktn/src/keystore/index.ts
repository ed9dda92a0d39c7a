// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktn from 'cdktn';

// Configuration

export interface KeystoreConfig extends cdktn.TerraformMetaArguments {
  /**
  * Access key ID. State holds a digest.
  */
  readonly awsAccessKeyId?: string;
  /**
  * Region, such as `eu_central_1`. Cannot change.
  */
  readonly awsRegion?: string;
  /**
  * Secret access key. State holds a digest.
  */
  readonly awsSecretAccessKey?: string;
  /**
  * The Azure cloud. One of `azure`, `azure_china`, `azure_germany`, `azure_us_government`. Cannot change.
  */
  readonly azureEnvironment?: string;
  /**
  * Location, up to API 4.12.
  */
  readonly azureLocation?: string;
  /**
  * Resource group of the key vault. Cannot change.
  */
  readonly azureResourceGroup?: string;
  /**
  * Name of the key vault in Azure. Cannot change.
  */
  readonly azureServiceName?: string;
  /**
  * Client ID of the service principal.
  */
  readonly azureServicePrincipalClientId?: string;
  /**
  * Password of the service principal. State holds a digest.
  */
  readonly azureServicePrincipalPassword?: string;
  /**
  * ID of the subscription. Cannot change.
  */
  readonly azureSubscriptionId?: string;
  /**
  * ID of the tenant. Cannot change.
  */
  readonly azureTenant?: string;
  /**
  * Tier of the key vault. One of `premium`, `standard`.
  */
  readonly azureVariant?: string;
  /**
  * Host of the agent.
  */
  readonly ccaHost?: string;
  /**
  * Port of the agent.
  */
  readonly ccaPort?: number;
  /**
  * Hash of the agent's public key.
  */
  readonly ccaPublicKeyHash?: string;
  /**
  * Issuer whose certificates are trusted.
  */
  readonly ccaTrustedIssuer?: string;
  /**
  * Whether to connect to the agent over TLS.
  */
  readonly ccaUseTls?: boolean | cdktn.IResolvable;
  /**
  * Refuses to delete the keystore. Default `false`.
  */
  readonly deletionProtection?: boolean | cdktn.IResolvable;
  /**
  * Up to 200 characters.
  */
  readonly description?: string;
  /**
  * Adopts this keystore instead of creating one. Cannot change.
  */
  readonly existingKeystoreId?: string;
  /**
  * Base64 of the JSON key file. State holds a digest.
  */
  readonly googleCredentials?: string;
  /**
  * Key ring in Google Cloud. Cannot change.
  */
  readonly googleKeyRing?: string;
  /**
  * Location, such as `europe-west3`. Cannot change.
  */
  readonly googleLocation?: string;
  /**
  * ID of the private key. If omitted, it comes from the credentials. Cannot change.
  */
  readonly googlePrivateKeyId?: string;
  /**
  * Project. If omitted, it comes from the credentials. Cannot change.
  */
  readonly googleProjectId?: string;
  /**
  * Groups of the keystore: keys of a template are installed in every keystore of its group. Removing a group is refused while that would cut a key off.
  */
  readonly groups?: string[];
  /**
  * Endpoint of the other instance's KMS. Cannot change.
  */
  readonly ibmApiEndpoint?: string;
  /**
  * API key for the other instance. State holds a digest.
  */
  readonly ibmApiKey?: string;
  /**
  * IAM endpoint of the other instance. Cannot change.
  */
  readonly ibmIamEndpoint?: string;
  /**
  * ID of the other instance. Cannot change.
  */
  readonly ibmInstanceId?: string;
  /**
  * Key ring in the other instance; `Default` if omitted. Cannot change.
  */
  readonly ibmKeyRing?: string;
  /**
  * Name of the keystore, 1 to 100 characters, unique in its vault. Required except for `azure_key_vault`.
  */
  readonly name?: string;
  /**
  * TLS proxy for a private endpoint, `host:port`.
  */
  readonly tlsProxy?: string;
  /**
  * `internal` is a key ring of this instance. All other types are external and need a connection. One of `internal`, `hpcs`, `key_protect`, `aws_kms`, `azure_key_vault`, `google_kms`, `cca`. Cannot change.
  */
  readonly type: string;
  /**
  * UUID of the vault that the keystore serves. Cannot change.
  */
  readonly vaultId: string;
  /**
  * timeouts block
  */
  readonly timeouts?: KeystoreTimeouts;
}
export interface KeystoreTimeouts {
  /**
  * How long a destroy may wait for people and for time before it stops, such as `30m`, `5h` or `7d`. Without it, a destroy does not wait. `UKO_WAIT` takes precedence.
  */
  readonly delete?: string;
}

export function keystoreTimeoutsToTerraform(struct?: KeystoreTimeouts | cdktn.IResolvable): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  return {
    delete: cdktn.stringToTerraform(struct!.delete),
  }
}


export function keystoreTimeoutsToHclTerraform(struct?: KeystoreTimeouts | cdktn.IResolvable): any {
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

export class KeystoreTimeoutsOutputReference extends cdktn.ComplexObject {
  private isEmptyObject = false;
  private resolvableValue?: cdktn.IResolvable;

  /**
  * @param terraformResource The parent resource
  * @param terraformAttribute The attribute on the parent resource this class is referencing
  */
  public constructor(terraformResource: cdktn.IInterpolatingParent, terraformAttribute: string) {
    super(terraformResource, terraformAttribute, false);
  }

  public get internalValue(): KeystoreTimeouts | cdktn.IResolvable | undefined {
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

  public set internalValue(value: KeystoreTimeouts | cdktn.IResolvable | undefined) {
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
* A keystore: a key ring of this instance, or an external key store, in which keys are installed. It can be deleted once it is empty.
*/
export class Keystore extends cdktn.TerraformResource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko_keystore";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTN code for importing a Keystore resource upon running "cdktn plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the Keystore to import
  * @param importFromId The id of the existing Keystore that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the Keystore to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktn.TerraformProvider) {
        return new cdktn.ImportableResource(scope, importToId, { terraformResourceType: "uko_keystore", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new uko_keystore Resource
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options KeystoreConfig
  */
  public constructor(scope: Construct, id: string, config: KeystoreConfig) {
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
    this._awsAccessKeyId = config.awsAccessKeyId;
    this._awsRegion = config.awsRegion;
    this._awsSecretAccessKey = config.awsSecretAccessKey;
    this._azureEnvironment = config.azureEnvironment;
    this._azureLocation = config.azureLocation;
    this._azureResourceGroup = config.azureResourceGroup;
    this._azureServiceName = config.azureServiceName;
    this._azureServicePrincipalClientId = config.azureServicePrincipalClientId;
    this._azureServicePrincipalPassword = config.azureServicePrincipalPassword;
    this._azureSubscriptionId = config.azureSubscriptionId;
    this._azureTenant = config.azureTenant;
    this._azureVariant = config.azureVariant;
    this._ccaHost = config.ccaHost;
    this._ccaPort = config.ccaPort;
    this._ccaPublicKeyHash = config.ccaPublicKeyHash;
    this._ccaTrustedIssuer = config.ccaTrustedIssuer;
    this._ccaUseTls = config.ccaUseTls;
    this._deletionProtection = config.deletionProtection;
    this._description = config.description;
    this._existingKeystoreId = config.existingKeystoreId;
    this._googleCredentials = config.googleCredentials;
    this._googleKeyRing = config.googleKeyRing;
    this._googleLocation = config.googleLocation;
    this._googlePrivateKeyId = config.googlePrivateKeyId;
    this._googleProjectId = config.googleProjectId;
    this._groups = config.groups;
    this._ibmApiEndpoint = config.ibmApiEndpoint;
    this._ibmApiKey = config.ibmApiKey;
    this._ibmIamEndpoint = config.ibmIamEndpoint;
    this._ibmInstanceId = config.ibmInstanceId;
    this._ibmKeyRing = config.ibmKeyRing;
    this._name = config.name;
    this._tlsProxy = config.tlsProxy;
    this._type = config.type;
    this._vaultId = config.vaultId;
    this._timeouts.internalValue = config.timeouts;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  private _awsAccessKeyId?: string; 
  /** Access key ID. State holds a digest. Reading it returns null. */
  public get awsAccessKeyId() {
    return this.getStringAttribute('aws_access_key_id');
  }
  public set awsAccessKeyId(value: string) {
    this._awsAccessKeyId = value;
  }
  public resetAwsAccessKeyId() {
    this._awsAccessKeyId = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get awsAccessKeyIdInput() {
    return this._awsAccessKeyId;
  }

  private _awsRegion?: string; 
  /** Region, such as `eu_central_1`. Cannot change. */
  public get awsRegion() {
    return this.getStringAttribute('aws_region');
  }
  public set awsRegion(value: string) {
    this._awsRegion = value;
  }
  public resetAwsRegion() {
    this._awsRegion = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get awsRegionInput() {
    return this._awsRegion;
  }

  private _awsSecretAccessKey?: string; 
  /** Secret access key. State holds a digest. Reading it returns null. */
  public get awsSecretAccessKey() {
    return this.getStringAttribute('aws_secret_access_key');
  }
  public set awsSecretAccessKey(value: string) {
    this._awsSecretAccessKey = value;
  }
  public resetAwsSecretAccessKey() {
    this._awsSecretAccessKey = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get awsSecretAccessKeyInput() {
    return this._awsSecretAccessKey;
  }

  private _azureEnvironment?: string; 
  /** The Azure cloud. One of `azure`, `azure_china`, `azure_germany`, `azure_us_government`. Cannot change. */
  public get azureEnvironment() {
    return this.getStringAttribute('azure_environment');
  }
  public set azureEnvironment(value: string) {
    this._azureEnvironment = value;
  }
  public resetAzureEnvironment() {
    this._azureEnvironment = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get azureEnvironmentInput() {
    return this._azureEnvironment;
  }

  private _azureLocation?: string; 
  /** Location, up to API 4.12. */
  public get azureLocation() {
    return this.getStringAttribute('azure_location');
  }
  public set azureLocation(value: string) {
    this._azureLocation = value;
  }
  public resetAzureLocation() {
    this._azureLocation = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get azureLocationInput() {
    return this._azureLocation;
  }

  private _azureResourceGroup?: string; 
  /** Resource group of the key vault. Cannot change. */
  public get azureResourceGroup() {
    return this.getStringAttribute('azure_resource_group');
  }
  public set azureResourceGroup(value: string) {
    this._azureResourceGroup = value;
  }
  public resetAzureResourceGroup() {
    this._azureResourceGroup = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get azureResourceGroupInput() {
    return this._azureResourceGroup;
  }

  private _azureServiceName?: string; 
  /** Name of the key vault in Azure. Cannot change. */
  public get azureServiceName() {
    return this.getStringAttribute('azure_service_name');
  }
  public set azureServiceName(value: string) {
    this._azureServiceName = value;
  }
  public resetAzureServiceName() {
    this._azureServiceName = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get azureServiceNameInput() {
    return this._azureServiceName;
  }

  private _azureServicePrincipalClientId?: string; 
  /** Client ID of the service principal. */
  public get azureServicePrincipalClientId() {
    return this.getStringAttribute('azure_service_principal_client_id');
  }
  public set azureServicePrincipalClientId(value: string) {
    this._azureServicePrincipalClientId = value;
  }
  public resetAzureServicePrincipalClientId() {
    this._azureServicePrincipalClientId = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get azureServicePrincipalClientIdInput() {
    return this._azureServicePrincipalClientId;
  }

  private _azureServicePrincipalPassword?: string; 
  /** Password of the service principal. State holds a digest. Reading it returns null. */
  public get azureServicePrincipalPassword() {
    return this.getStringAttribute('azure_service_principal_password');
  }
  public set azureServicePrincipalPassword(value: string) {
    this._azureServicePrincipalPassword = value;
  }
  public resetAzureServicePrincipalPassword() {
    this._azureServicePrincipalPassword = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get azureServicePrincipalPasswordInput() {
    return this._azureServicePrincipalPassword;
  }

  private _azureSubscriptionId?: string; 
  /** ID of the subscription. Cannot change. */
  public get azureSubscriptionId() {
    return this.getStringAttribute('azure_subscription_id');
  }
  public set azureSubscriptionId(value: string) {
    this._azureSubscriptionId = value;
  }
  public resetAzureSubscriptionId() {
    this._azureSubscriptionId = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get azureSubscriptionIdInput() {
    return this._azureSubscriptionId;
  }

  private _azureTenant?: string; 
  /** ID of the tenant. Cannot change. */
  public get azureTenant() {
    return this.getStringAttribute('azure_tenant');
  }
  public set azureTenant(value: string) {
    this._azureTenant = value;
  }
  public resetAzureTenant() {
    this._azureTenant = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get azureTenantInput() {
    return this._azureTenant;
  }

  private _azureVariant?: string; 
  /** Tier of the key vault. One of `premium`, `standard`. */
  public get azureVariant() {
    return this.getStringAttribute('azure_variant');
  }
  public set azureVariant(value: string) {
    this._azureVariant = value;
  }
  public resetAzureVariant() {
    this._azureVariant = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get azureVariantInput() {
    return this._azureVariant;
  }

  private _ccaHost?: string; 
  /** Host of the agent. */
  public get ccaHost() {
    return this.getStringAttribute('cca_host');
  }
  public set ccaHost(value: string) {
    this._ccaHost = value;
  }
  public resetCcaHost() {
    this._ccaHost = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get ccaHostInput() {
    return this._ccaHost;
  }

  private _ccaPort?: number; 
  /** Port of the agent. */
  public get ccaPort() {
    return this.getNumberAttribute('cca_port');
  }
  public set ccaPort(value: number) {
    this._ccaPort = value;
  }
  public resetCcaPort() {
    this._ccaPort = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get ccaPortInput() {
    return this._ccaPort;
  }

  private _ccaPublicKeyHash?: string; 
  /** Hash of the agent's public key. */
  public get ccaPublicKeyHash() {
    return this.getStringAttribute('cca_public_key_hash');
  }
  public set ccaPublicKeyHash(value: string) {
    this._ccaPublicKeyHash = value;
  }
  public resetCcaPublicKeyHash() {
    this._ccaPublicKeyHash = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get ccaPublicKeyHashInput() {
    return this._ccaPublicKeyHash;
  }

  private _ccaTrustedIssuer?: string; 
  /** Issuer whose certificates are trusted. */
  public get ccaTrustedIssuer() {
    return this.getStringAttribute('cca_trusted_issuer');
  }
  public set ccaTrustedIssuer(value: string) {
    this._ccaTrustedIssuer = value;
  }
  public resetCcaTrustedIssuer() {
    this._ccaTrustedIssuer = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get ccaTrustedIssuerInput() {
    return this._ccaTrustedIssuer;
  }

  private _ccaUseTls?: boolean | cdktn.IResolvable; 
  /** Whether to connect to the agent over TLS. */
  public get ccaUseTls() {
    return this.getBooleanAttribute('cca_use_tls');
  }
  public set ccaUseTls(value: boolean | cdktn.IResolvable) {
    this._ccaUseTls = value;
  }
  public resetCcaUseTls() {
    this._ccaUseTls = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get ccaUseTlsInput() {
    return this._ccaUseTls;
  }

  private _deletionProtection?: boolean | cdktn.IResolvable; 
  /** Refuses to delete the keystore. Default `false`. */
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

  private _existingKeystoreId?: string; 
  /** Adopts this keystore instead of creating one. Cannot change. */
  public get existingKeystoreId() {
    return this.getStringAttribute('existing_keystore_id');
  }
  public set existingKeystoreId(value: string) {
    this._existingKeystoreId = value;
  }
  public resetExistingKeystoreId() {
    this._existingKeystoreId = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get existingKeystoreIdInput() {
    return this._existingKeystoreId;
  }

  private _googleCredentials?: string; 
  /** Base64 of the JSON key file. State holds a digest. Reading it returns null. */
  public get googleCredentials() {
    return this.getStringAttribute('google_credentials');
  }
  public set googleCredentials(value: string) {
    this._googleCredentials = value;
  }
  public resetGoogleCredentials() {
    this._googleCredentials = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get googleCredentialsInput() {
    return this._googleCredentials;
  }

  private _googleKeyRing?: string; 
  /** Key ring in Google Cloud. Cannot change. */
  public get googleKeyRing() {
    return this.getStringAttribute('google_key_ring');
  }
  public set googleKeyRing(value: string) {
    this._googleKeyRing = value;
  }
  public resetGoogleKeyRing() {
    this._googleKeyRing = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get googleKeyRingInput() {
    return this._googleKeyRing;
  }

  private _googleLocation?: string; 
  /** Location, such as `europe-west3`. Cannot change. */
  public get googleLocation() {
    return this.getStringAttribute('google_location');
  }
  public set googleLocation(value: string) {
    this._googleLocation = value;
  }
  public resetGoogleLocation() {
    this._googleLocation = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get googleLocationInput() {
    return this._googleLocation;
  }

  private _googlePrivateKeyId?: string; 
  /** ID of the private key. If omitted, it comes from the credentials. Cannot change. */
  public get googlePrivateKeyId() {
    return this.getStringAttribute('google_private_key_id');
  }
  public set googlePrivateKeyId(value: string) {
    this._googlePrivateKeyId = value;
  }
  public resetGooglePrivateKeyId() {
    this._googlePrivateKeyId = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get googlePrivateKeyIdInput() {
    return this._googlePrivateKeyId;
  }

  private _googleProjectId?: string; 
  /** Project. If omitted, it comes from the credentials. Cannot change. */
  public get googleProjectId() {
    return this.getStringAttribute('google_project_id');
  }
  public set googleProjectId(value: string) {
    this._googleProjectId = value;
  }
  public resetGoogleProjectId() {
    this._googleProjectId = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get googleProjectIdInput() {
    return this._googleProjectId;
  }

  private _groups?: string[]; 
  /** Groups of the keystore: keys of a template are installed in every keystore of its group. Removing a group is refused while that would cut a key off. */
  public get groups() {
    return cdktn.Fn.tolist(this.getListAttribute('groups'));
  }
  public set groups(value: string[]) {
    this._groups = value;
  }
  public resetGroups() {
    this._groups = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get groupsInput() {
    return this._groups;
  }

  /** `ok`, `not_responding`, `configuration_error`, `pending_check`, or empty. */
  public get health() {
    return this.getStringAttribute('health');
  }

  /** The service's message about the health. */
  public get healthMessage() {
    return this.getStringAttribute('health_message');
  }

  private _ibmApiEndpoint?: string; 
  /** Endpoint of the other instance's KMS. Cannot change. */
  public get ibmApiEndpoint() {
    return this.getStringAttribute('ibm_api_endpoint');
  }
  public set ibmApiEndpoint(value: string) {
    this._ibmApiEndpoint = value;
  }
  public resetIbmApiEndpoint() {
    this._ibmApiEndpoint = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get ibmApiEndpointInput() {
    return this._ibmApiEndpoint;
  }

  private _ibmApiKey?: string; 
  /** API key for the other instance. State holds a digest. Reading it returns null. */
  public get ibmApiKey() {
    return this.getStringAttribute('ibm_api_key');
  }
  public set ibmApiKey(value: string) {
    this._ibmApiKey = value;
  }
  public resetIbmApiKey() {
    this._ibmApiKey = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get ibmApiKeyInput() {
    return this._ibmApiKey;
  }

  private _ibmIamEndpoint?: string; 
  /** IAM endpoint of the other instance. Cannot change. */
  public get ibmIamEndpoint() {
    return this.getStringAttribute('ibm_iam_endpoint');
  }
  public set ibmIamEndpoint(value: string) {
    this._ibmIamEndpoint = value;
  }
  public resetIbmIamEndpoint() {
    this._ibmIamEndpoint = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get ibmIamEndpointInput() {
    return this._ibmIamEndpoint;
  }

  private _ibmInstanceId?: string; 
  /** ID of the other instance. Cannot change. */
  public get ibmInstanceId() {
    return this.getStringAttribute('ibm_instance_id');
  }
  public set ibmInstanceId(value: string) {
    this._ibmInstanceId = value;
  }
  public resetIbmInstanceId() {
    this._ibmInstanceId = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get ibmInstanceIdInput() {
    return this._ibmInstanceId;
  }

  private _ibmKeyRing?: string; 
  /** Key ring in the other instance; `Default` if omitted. Cannot change. */
  public get ibmKeyRing() {
    return this.getStringAttribute('ibm_key_ring');
  }
  public set ibmKeyRing(value: string) {
    this._ibmKeyRing = value;
  }
  public resetIbmKeyRing() {
    this._ibmKeyRing = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get ibmKeyRingInput() {
    return this._ibmKeyRing;
  }

  /** Import ID: `<vault_id>/<keystore_id>`. */
  public get id() {
    return this.getStringAttribute('id');
  }

  /** ID of the instance that the keystore belongs to. */
  public get instanceId() {
    return this.getStringAttribute('instance_id');
  }

  /** UUID of the keystore. */
  public get keystoreId() {
    return this.getStringAttribute('keystore_id');
  }

  /** Location, as the service reports it. May be empty. */
  public get location() {
    return this.getStringAttribute('location');
  }

  private _name?: string; 
  /** Name of the keystore, 1 to 100 characters, unique in its vault. Required except for `azure_key_vault`. */
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

  private _secretDigests = new cdktn.StringMap(this, "secret_digests");
  /** Salted digests (scrypt) of the secrets that were last sent, by name (`ibm_api_key`, `aws_access_key_id`, `aws_secret_access_key`, `azure_service_principal_password`, `google_credentials`). They show that a secret changed, never the secret. */
  public get secretDigests() {
    return this._secretDigests;
  }

  private _tlsProxy?: string; 
  /** TLS proxy for a private endpoint, `host:port`. */
  public get tlsProxy() {
    return this.getStringAttribute('tls_proxy');
  }
  public set tlsProxy(value: string) {
    this._tlsProxy = value;
  }
  public resetTlsProxy() {
    this._tlsProxy = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get tlsProxyInput() {
    return this._tlsProxy;
  }

  private _type?: string; 
  /** `internal` is a key ring of this instance. All other types are external and need a connection. One of `internal`, `hpcs`, `key_protect`, `aws_kms`, `azure_key_vault`, `google_kms`, `cca`. Cannot change. */
  public get type() {
    return this.getStringAttribute('type');
  }
  public set type(value: string) {
    this._type = value;
  }
  // Temporarily expose input value. Use with caution.
  public get typeInput() {
    return this._type;
  }

  private _vaultId?: string; 
  /** UUID of the vault that the keystore serves. Cannot change. */
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

  // timeouts - computed: false, optional: true, required: false
  private _timeouts = new KeystoreTimeoutsOutputReference(this, "timeouts");
  public get timeouts() {
    return this._timeouts;
  }
  public putTimeouts(value: KeystoreTimeouts) {
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
      aws_access_key_id: this.markWriteOnlyAttribute(cdktn.stringToTerraform(this._awsAccessKeyId)),
      aws_region: cdktn.stringToTerraform(this._awsRegion),
      aws_secret_access_key: this.markWriteOnlyAttribute(cdktn.stringToTerraform(this._awsSecretAccessKey)),
      azure_environment: cdktn.stringToTerraform(this._azureEnvironment),
      azure_location: cdktn.stringToTerraform(this._azureLocation),
      azure_resource_group: cdktn.stringToTerraform(this._azureResourceGroup),
      azure_service_name: cdktn.stringToTerraform(this._azureServiceName),
      azure_service_principal_client_id: cdktn.stringToTerraform(this._azureServicePrincipalClientId),
      azure_service_principal_password: this.markWriteOnlyAttribute(cdktn.stringToTerraform(this._azureServicePrincipalPassword)),
      azure_subscription_id: cdktn.stringToTerraform(this._azureSubscriptionId),
      azure_tenant: cdktn.stringToTerraform(this._azureTenant),
      azure_variant: cdktn.stringToTerraform(this._azureVariant),
      cca_host: cdktn.stringToTerraform(this._ccaHost),
      cca_port: cdktn.numberToTerraform(this._ccaPort),
      cca_public_key_hash: cdktn.stringToTerraform(this._ccaPublicKeyHash),
      cca_trusted_issuer: cdktn.stringToTerraform(this._ccaTrustedIssuer),
      cca_use_tls: cdktn.booleanToTerraform(this._ccaUseTls),
      deletion_protection: cdktn.booleanToTerraform(this._deletionProtection),
      description: cdktn.stringToTerraform(this._description),
      existing_keystore_id: cdktn.stringToTerraform(this._existingKeystoreId),
      google_credentials: this.markWriteOnlyAttribute(cdktn.stringToTerraform(this._googleCredentials)),
      google_key_ring: cdktn.stringToTerraform(this._googleKeyRing),
      google_location: cdktn.stringToTerraform(this._googleLocation),
      google_private_key_id: cdktn.stringToTerraform(this._googlePrivateKeyId),
      google_project_id: cdktn.stringToTerraform(this._googleProjectId),
      groups: cdktn.listMapper(cdktn.stringToTerraform, false)(this._groups),
      ibm_api_endpoint: cdktn.stringToTerraform(this._ibmApiEndpoint),
      ibm_api_key: this.markWriteOnlyAttribute(cdktn.stringToTerraform(this._ibmApiKey)),
      ibm_iam_endpoint: cdktn.stringToTerraform(this._ibmIamEndpoint),
      ibm_instance_id: cdktn.stringToTerraform(this._ibmInstanceId),
      ibm_key_ring: cdktn.stringToTerraform(this._ibmKeyRing),
      name: cdktn.stringToTerraform(this._name),
      tls_proxy: cdktn.stringToTerraform(this._tlsProxy),
      type: cdktn.stringToTerraform(this._type),
      vault_id: cdktn.stringToTerraform(this._vaultId),
      timeouts: keystoreTimeoutsToTerraform(this._timeouts.internalValue),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      aws_access_key_id: {
        value: this.markWriteOnlyAttribute(cdktn.stringToHclTerraform(this._awsAccessKeyId)),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      aws_region: {
        value: cdktn.stringToHclTerraform(this._awsRegion),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      aws_secret_access_key: {
        value: this.markWriteOnlyAttribute(cdktn.stringToHclTerraform(this._awsSecretAccessKey)),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      azure_environment: {
        value: cdktn.stringToHclTerraform(this._azureEnvironment),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      azure_location: {
        value: cdktn.stringToHclTerraform(this._azureLocation),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      azure_resource_group: {
        value: cdktn.stringToHclTerraform(this._azureResourceGroup),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      azure_service_name: {
        value: cdktn.stringToHclTerraform(this._azureServiceName),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      azure_service_principal_client_id: {
        value: cdktn.stringToHclTerraform(this._azureServicePrincipalClientId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      azure_service_principal_password: {
        value: this.markWriteOnlyAttribute(cdktn.stringToHclTerraform(this._azureServicePrincipalPassword)),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      azure_subscription_id: {
        value: cdktn.stringToHclTerraform(this._azureSubscriptionId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      azure_tenant: {
        value: cdktn.stringToHclTerraform(this._azureTenant),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      azure_variant: {
        value: cdktn.stringToHclTerraform(this._azureVariant),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      cca_host: {
        value: cdktn.stringToHclTerraform(this._ccaHost),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      cca_port: {
        value: cdktn.numberToHclTerraform(this._ccaPort),
        isBlock: false,
        type: "simple",
        storageClassType: "number",
      },
      cca_public_key_hash: {
        value: cdktn.stringToHclTerraform(this._ccaPublicKeyHash),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      cca_trusted_issuer: {
        value: cdktn.stringToHclTerraform(this._ccaTrustedIssuer),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      cca_use_tls: {
        value: cdktn.booleanToHclTerraform(this._ccaUseTls),
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
      existing_keystore_id: {
        value: cdktn.stringToHclTerraform(this._existingKeystoreId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      google_credentials: {
        value: this.markWriteOnlyAttribute(cdktn.stringToHclTerraform(this._googleCredentials)),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      google_key_ring: {
        value: cdktn.stringToHclTerraform(this._googleKeyRing),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      google_location: {
        value: cdktn.stringToHclTerraform(this._googleLocation),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      google_private_key_id: {
        value: cdktn.stringToHclTerraform(this._googlePrivateKeyId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      google_project_id: {
        value: cdktn.stringToHclTerraform(this._googleProjectId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      groups: {
        value: cdktn.listMapperHcl(cdktn.stringToHclTerraform, false)(this._groups),
        isBlock: false,
        type: "set",
        storageClassType: "stringList",
      },
      ibm_api_endpoint: {
        value: cdktn.stringToHclTerraform(this._ibmApiEndpoint),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      ibm_api_key: {
        value: this.markWriteOnlyAttribute(cdktn.stringToHclTerraform(this._ibmApiKey)),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      ibm_iam_endpoint: {
        value: cdktn.stringToHclTerraform(this._ibmIamEndpoint),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      ibm_instance_id: {
        value: cdktn.stringToHclTerraform(this._ibmInstanceId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      ibm_key_ring: {
        value: cdktn.stringToHclTerraform(this._ibmKeyRing),
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
      tls_proxy: {
        value: cdktn.stringToHclTerraform(this._tlsProxy),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      type: {
        value: cdktn.stringToHclTerraform(this._type),
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
        value: keystoreTimeoutsToHclTerraform(this._timeouts.internalValue),
        isBlock: true,
        type: "struct",
        storageClassType: "KeystoreTimeouts",
      },
    };

    // remove undefined attributes
    return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined ))
  }
}
