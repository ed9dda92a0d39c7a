/**
 * The keystore as a class for Pulumi programs. The connection's secrets leave a program as secrets,
 * and state holds digests.
 */

import {
  CustomResource,
  type CustomResourceOptions,
  type Input,
  mergeOptions,
  type Output,
  secret,
} from "@pulumi/pulumi";
import type { KeystoreInputs, KeystoreState } from "../resources/keystore/schema.ts";
import { type ResourceKind, registrationOf } from "./registration.ts";

/** Connection of a keystore of type `hpcs` or `key_protect`. */
export interface KeystoreIbmArgs {
  /** Endpoint of the other instance's KMS. Cannot change. */
  apiEndpoint: Input<string>;
  /** Endpoint of its IAM. Cannot change. */
  iamEndpoint: Input<string>;
  /** API key for the other instance. Secret: state holds a digest. */
  apiKey: Input<string>;
  /** ID of the other instance. Cannot change. */
  instanceId: Input<string>;
  /** Its key ring, default `Default`. Cannot change. */
  keyRing?: Input<string>;
}

/** Connection of a keystore of type `aws_kms`. */
export interface KeystoreAwsArgs {
  /** Region, such as `eu_central_1`. Cannot change. */
  region: Input<string>;
  /** Access key ID. Secret: state holds a digest. */
  accessKeyId: Input<string>;
  /** Secret access key. Secret: state holds a digest. */
  secretAccessKey: Input<string>;
}

/** Connection of a keystore of type `azure_key_vault`. */
export interface KeystoreAzureArgs {
  /** Name of the key vault in Azure. Cannot change. */
  serviceName: Input<string>;
  /** Resource group. Cannot change. */
  resourceGroup: Input<string>;
  /** Client ID of the service principal. */
  servicePrincipalClientId: Input<string>;
  /** Password of the service principal. Secret: state holds a digest. */
  servicePrincipalPassword: Input<string>;
  /** Tenant. Cannot change. */
  tenant: Input<string>;
  /** Subscription. Cannot change. */
  subscriptionId: Input<string>;
  /** Tier of the key vault. */
  variant?: Input<"premium" | "standard">;
  /** Location, up to API 4.12. */
  location?: Input<string>;
  /** The Azure cloud. Cannot change. */
  environment?: Input<"azure" | "azure_china" | "azure_germany" | "azure_us_government">;
}

/** Connection of a keystore of type `google_kms`. */
export interface KeystoreGoogleArgs {
  /** Base64 of the JSON key file. Secret: state holds a digest. */
  credentials: Input<string>;
  /** Location, such as `europe-west3`. Cannot change. */
  location?: Input<string>;
  /** Key ring in Google. Cannot change. */
  keyRing?: Input<string>;
  /** Project; default from the credentials. Cannot change. */
  projectId?: Input<string>;
  /** ID of the private key; default from the credentials. Cannot change. */
  privateKeyId?: Input<string>;
}

/** Connection of a keystore of type `cca`; on-premises only. */
export interface KeystoreCcaArgs {
  /** Host of the agent. */
  host: Input<string>;
  /** Its port. */
  port: Input<number>;
  /** Hash of its public key. */
  publicKeyHash: Input<string>;
  /** Whether to connect to it over TLS. */
  useTls?: Input<boolean>;
  /** Issuer whose certificates are trusted. */
  trustedIssuer?: Input<string>;
}

/** Inputs of a keystore; an omitted input keeps the service's value. */
export interface KeystoreArgs {
  /** UUID of the vault that the keystore serves. Cannot change. */
  vaultId: Input<string>;
  /** `internal` is a key ring of this instance; all others are connected. Cannot change. */
  type: Input<KeystoreInputs["type"]>;
  /** Name of the keystore, unique in its vault; optional only for `azure_key_vault`. */
  name?: Input<string>;
  /** Up to 200 characters. */
  description?: Input<string>;
  /** Groups whose templates' keys go here. Removing one is refused while it would cut a key off. */
  groups?: Input<Input<string>[]>;
  /** TLS proxy for a private endpoint, `host:port`. */
  tlsProxy?: Input<string>;
  /** For `hpcs` and `key_protect`. */
  ibm?: Input<KeystoreIbmArgs>;
  /** For `aws_kms`. */
  aws?: Input<KeystoreAwsArgs>;
  /** For `azure_key_vault`. */
  azure?: Input<KeystoreAzureArgs>;
  /** For `google_kms`. */
  google?: Input<KeystoreGoogleArgs>;
  /** For `cca`. */
  cca?: Input<KeystoreCcaArgs>;
  /** Adopts this keystore instead of creating one. Cannot change. */
  existingKeystoreId?: Input<string>;
  /** Refuses to delete the keystore. Default false. */
  deletionProtection?: Input<boolean>;
}

/**
 * A keystore: a key ring of this instance, or a cloud's key store that keys go to. Its ID is
 * `<vaultId>/<keystoreId>`.
 */
export class Keystore extends CustomResource {
  declare readonly vaultId: Output<string>;
  declare readonly type: Output<KeystoreInputs["type"]>;
  declare readonly name: Output<string | undefined>;
  declare readonly description: Output<string | undefined>;
  declare readonly groups: Output<string[] | undefined>;
  declare readonly tlsProxy: Output<string | undefined>;
  /** Instance that the keystore belongs to. */
  declare readonly instanceId: Output<string>;
  /** UUID of the keystore. */
  declare readonly keystoreId: Output<string>;
  /** Location that the service reports; may be empty. */
  declare readonly location: Output<string>;
  /** KMS key ring of an internal keystore; empty otherwise. */
  declare readonly ring: Output<string>;
  /** `ok`, `not_responding`, `configuration_error`, `pending_check`, or empty. */
  declare readonly health: Output<string>;
  /** The service's message about the health. */
  declare readonly healthMessage: Output<string>;

  constructor(name: string, args: KeystoreArgs, options?: CustomResourceOptions) {
    const hidden = Object.fromEntries(
      secretBlocks.flatMap((block) => (args[block] === undefined ? [] : [[block, secret<unknown>(args[block])]])),
    );
    const inputs = registrationOf(kind, name, { ...args, ...hidden }, options);
    super(kind.type, name, inputs, mergeOptions(options, { additionalSecretOutputs: [...secretBlocks] }));
  }
}

/**
 * Blocks that hold a credential. They are secret as a whole, because a program may compute one as a
 * whole.
 */
const secretBlocks = ["ibm", "aws", "azure", "google"] as const satisfies readonly (keyof KeystoreInputs)[];

const kind: ResourceKind = {
  type: "pulumi-nodejs:dynamic/uko:Keystore",
  providerText: 'exports.handler=()=>require("pulumi-uko/dynamic-provider").keystore',
  outputs: [
    "name",
    "description",
    "groups",
    "tlsProxy",
    "instanceId",
    "keystoreId",
    "location",
    "ring",
    "health",
    "healthMessage",
  ] satisfies (keyof KeystoreState)[],
};
