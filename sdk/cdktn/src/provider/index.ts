// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktn from 'cdktn';

// Configuration

export interface UkoProviderConfig {
  /**
  * API key of the caller. Better omitted: `UKO_API_KEY` is read in each run, so each person runs under their own identity.
  */
  readonly apiKey?: string;
  /**
  * With `required`, the deletion of every key requires two people, whatever the key says. `single` adds no requirement. `UKO_DUAL_AUTHORIZATION` can only make a run stricter. One of `required`, `single`.
  */
  readonly dualAuthorization?: string;
  /**
  * Address of the service; found by instance and region if omitted. `UKO_ENDPOINT` takes precedence and is read in each run.
  */
  readonly endpoint?: string;
  /**
  * Address of IAM; that of IBM Cloud if omitted. `UKO_IAM_ENDPOINT` takes precedence and is read in each run.
  */
  readonly iamEndpoint?: string;
  /**
  * UUID of the instance, or the CRN of an instance of Key Protect. `UKO_INSTANCE_ID` takes precedence. A resource of another instance is an error, never a replacement.
  */
  readonly instanceId?: string;
  /**
  * Address of the KMS; found by instance and region if omitted. `UKO_KMS_ENDPOINT` takes precedence and is read in each run.
  */
  readonly kmsEndpoint?: string;
  /**
  * Region of the instance, such as `us-south`. `UKO_REGION` takes precedence.
  */
  readonly region?: string;
  /**
  * With `true`, a resource that cannot be read fails the refresh. Otherwise the resource keeps its last state, with a warning. `UKO_STRICT_READS` takes precedence.
  */
  readonly strictReads?: boolean | cdktn.IResolvable;
  /**
  * IAM token of the caller, instead of an API key. Better omitted: `UKO_TOKEN` is read in each run.
  */
  readonly token?: string;
  /**
  * Alias name
  */
  readonly alias?: string;
}

/**
* Location of the service, and the caller. The environment of a run takes precedence over these settings.
*/
export class UkoProvider extends cdktn.TerraformProvider {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "uko";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTN code for importing a UkoProvider resource upon running "cdktn plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the UkoProvider to import
  * @param importFromId The id of the existing UkoProvider that should be imported. Refer to the import section in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the UkoProvider to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktn.TerraformProvider) {
        return new cdktn.ImportableResource(scope, importToId, { terraformResourceType: "uko", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new uko Resource
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options UkoProviderConfig = {}
  */
  public constructor(scope: Construct, id: string, config: UkoProviderConfig = {}) {
    super(scope, id, {
      terraformResourceType: 'uko',
      terraformGeneratorMetadata: {
        providerName: 'uko',
        providerVersionConstraint: '~> 0.1.0'
      },
      terraformProviderSource: 'pulumi-uko/uko'
    });
    this._apiKey = config.apiKey;
    this._dualAuthorization = config.dualAuthorization;
    this._endpoint = config.endpoint;
    this._iamEndpoint = config.iamEndpoint;
    this._instanceId = config.instanceId;
    this._kmsEndpoint = config.kmsEndpoint;
    this._region = config.region;
    this._strictReads = config.strictReads;
    this._token = config.token;
    this._alias = config.alias;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  private _apiKey?: string; 
  /** API key of the caller. Better omitted: `UKO_API_KEY` is read in each run, so each person runs under their own identity. */
  public get apiKey() {
    return this._apiKey;
  }
  public set apiKey(value: string | undefined) {
    this._apiKey = value;
  }
  public resetApiKey() {
    this._apiKey = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get apiKeyInput() {
    return this._apiKey;
  }

  private _dualAuthorization?: string; 
  /** With `required`, the deletion of every key requires two people, whatever the key says. `single` adds no requirement. `UKO_DUAL_AUTHORIZATION` can only make a run stricter. One of `required`, `single`. */
  public get dualAuthorization() {
    return this._dualAuthorization;
  }
  public set dualAuthorization(value: string | undefined) {
    this._dualAuthorization = value;
  }
  public resetDualAuthorization() {
    this._dualAuthorization = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get dualAuthorizationInput() {
    return this._dualAuthorization;
  }

  private _endpoint?: string; 
  /** Address of the service; found by instance and region if omitted. `UKO_ENDPOINT` takes precedence and is read in each run. */
  public get endpoint() {
    return this._endpoint;
  }
  public set endpoint(value: string | undefined) {
    this._endpoint = value;
  }
  public resetEndpoint() {
    this._endpoint = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get endpointInput() {
    return this._endpoint;
  }

  private _iamEndpoint?: string; 
  /** Address of IAM; that of IBM Cloud if omitted. `UKO_IAM_ENDPOINT` takes precedence and is read in each run. */
  public get iamEndpoint() {
    return this._iamEndpoint;
  }
  public set iamEndpoint(value: string | undefined) {
    this._iamEndpoint = value;
  }
  public resetIamEndpoint() {
    this._iamEndpoint = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get iamEndpointInput() {
    return this._iamEndpoint;
  }

  private _instanceId?: string; 
  /** UUID of the instance, or the CRN of an instance of Key Protect. `UKO_INSTANCE_ID` takes precedence. A resource of another instance is an error, never a replacement. */
  public get instanceId() {
    return this._instanceId;
  }
  public set instanceId(value: string | undefined) {
    this._instanceId = value;
  }
  public resetInstanceId() {
    this._instanceId = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get instanceIdInput() {
    return this._instanceId;
  }

  private _kmsEndpoint?: string; 
  /** Address of the KMS; found by instance and region if omitted. `UKO_KMS_ENDPOINT` takes precedence and is read in each run. */
  public get kmsEndpoint() {
    return this._kmsEndpoint;
  }
  public set kmsEndpoint(value: string | undefined) {
    this._kmsEndpoint = value;
  }
  public resetKmsEndpoint() {
    this._kmsEndpoint = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get kmsEndpointInput() {
    return this._kmsEndpoint;
  }

  private _region?: string; 
  /** Region of the instance, such as `us-south`. `UKO_REGION` takes precedence. */
  public get region() {
    return this._region;
  }
  public set region(value: string | undefined) {
    this._region = value;
  }
  public resetRegion() {
    this._region = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get regionInput() {
    return this._region;
  }

  private _strictReads?: boolean | cdktn.IResolvable; 
  /** With `true`, a resource that cannot be read fails the refresh. Otherwise the resource keeps its last state, with a warning. `UKO_STRICT_READS` takes precedence. */
  public get strictReads() {
    return this._strictReads;
  }
  public set strictReads(value: boolean | cdktn.IResolvable | undefined) {
    this._strictReads = value;
  }
  public resetStrictReads() {
    this._strictReads = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get strictReadsInput() {
    return this._strictReads;
  }

  private _token?: string; 
  /** IAM token of the caller, instead of an API key. Better omitted: `UKO_TOKEN` is read in each run. */
  public get token() {
    return this._token;
  }
  public set token(value: string | undefined) {
    this._token = value;
  }
  public resetToken() {
    this._token = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get tokenInput() {
    return this._token;
  }

  // alias - computed: false, optional: true, required: false
  private _alias?: string; 
  public get alias() {
    return this._alias;
  }
  public set alias(value: string | undefined) {
    this._alias = value;
  }
  public resetAlias() {
    this._alias = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get aliasInput() {
    return this._alias;
  }

  // =========
  // SYNTHESIS
  // =========

  protected synthesizeAttributes(): { [name: string]: any } {
    return {
      api_key: cdktn.stringToTerraform(this._apiKey),
      dual_authorization: cdktn.stringToTerraform(this._dualAuthorization),
      endpoint: cdktn.stringToTerraform(this._endpoint),
      iam_endpoint: cdktn.stringToTerraform(this._iamEndpoint),
      instance_id: cdktn.stringToTerraform(this._instanceId),
      kms_endpoint: cdktn.stringToTerraform(this._kmsEndpoint),
      region: cdktn.stringToTerraform(this._region),
      strict_reads: cdktn.booleanToTerraform(this._strictReads),
      token: cdktn.stringToTerraform(this._token),
      alias: cdktn.stringToTerraform(this._alias),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      api_key: {
        value: cdktn.stringToHclTerraform(this._apiKey),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      dual_authorization: {
        value: cdktn.stringToHclTerraform(this._dualAuthorization),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      endpoint: {
        value: cdktn.stringToHclTerraform(this._endpoint),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      iam_endpoint: {
        value: cdktn.stringToHclTerraform(this._iamEndpoint),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      instance_id: {
        value: cdktn.stringToHclTerraform(this._instanceId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      kms_endpoint: {
        value: cdktn.stringToHclTerraform(this._kmsEndpoint),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      region: {
        value: cdktn.stringToHclTerraform(this._region),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      strict_reads: {
        value: cdktn.booleanToHclTerraform(this._strictReads),
        isBlock: false,
        type: "simple",
        storageClassType: "boolean",
      },
      token: {
        value: cdktn.stringToHclTerraform(this._token),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      alias: {
        value: cdktn.stringToHclTerraform(this._alias),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
    };

    // remove undefined attributes
    return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined ))
  }
}
