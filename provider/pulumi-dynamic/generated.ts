/** Written by `npm run schema` from the definitions of the resources. Do not edit. */

import { CustomResource, type CustomResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import { ask, acceptOutputs, unstoppable } from "./questions.ts";
import { type ResourceKind, registrationOf } from "./registration.ts";

/** Narrows a list to one vault; without it the list covers every vault. */
export interface InVault {
  readonly vaultId?: string;
}

/** Inputs of a vault. An omitted input keeps the service's value. */
export interface VaultArgs {
  /** Name of the vault, 1 to 100 characters, unique in its instance. */
  name: Input<string>;
  /** Up to 200 characters. */
  description?: Input<string>;
  /** Label of the recovery key; on-premises only. */
  recoveryKeyLabel?: Input<string>;
  /** Adopts this vault instead of creating one. Cannot change. */
  existingVaultId?: Input<string>;
  /** Refuses to delete the vault. Default `false`. */
  deletionProtection?: Input<boolean>;
}

/** A vault as the service reports it. */
export interface VaultState {
  /** Name of the vault, 1 to 100 characters, unique in its instance. */
  name: string;
  /** Up to 200 characters. */
  description?: string | undefined;
  /** Label of the recovery key; on-premises only. */
  recoveryKeyLabel?: string | undefined;
  /** Adopts this vault instead of creating one. */
  existingVaultId?: string | undefined;
  /** Refuses to delete the vault. */
  deletionProtection: boolean;
  /** ID of the instance that the vault belongs to. */
  instanceId: string;
  /** UUID of the vault. */
  vaultId: string;
}

/**
 * A vault: the container of keys, keystores and templates. It can be deleted once it is empty. Its
 * ID is `<vaultId>`.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const treasury = new uko.Vault("treasury", { name: "treasury" });
 *
 * const ring = new uko.Keystore("ring", {
 *     vaultId: treasury.vaultId,
 *     type: "internal",
 *     name: "treasury-ring",
 *     groups: ["ledger"],
 * });
 *
 * const template = new uko.KeyTemplate("ledger", {
 *     vaultId: treasury.vaultId,
 *     name: "ledger",
 *     algorithm: "aes",
 *     size: "256",
 *     activationPeriod: "P0D",
 *     expirationPeriod: "P5Y",
 *     keystoreType: "ibm_cloud_kms",
 *     group: "ledger",
 * });
 *
 * // The keystores of the template's group have to exist before the key, and are deleted after it.
 * const ledger = new uko.ManagedKey("ledger", {
 *     vaultId: treasury.vaultId,
 *     template: template.name,
 *     label: "ledger-2027",
 * }, { dependsOn: ring });
 * ```
 */
export class Vault extends CustomResource {
  declare readonly name: Output<VaultState["name"]>;
  declare readonly description: Output<VaultState["description"]>;
  declare readonly recoveryKeyLabel: Output<VaultState["recoveryKeyLabel"]>;
  /** ID of the instance that the vault belongs to. */
  declare readonly instanceId: Output<VaultState["instanceId"]>;
  /** UUID of the vault. */
  declare readonly vaultId: Output<VaultState["vaultId"]>;

  constructor(name: string, args: VaultArgs, options?: CustomResourceOptions) {
    super(...registrationOf(vaultKind, name, args, options));
  }
}

const vaultKind: ResourceKind = {
  type: "pulumi-nodejs:dynamic/uko:Vault",
  providerText: 'exports.handler=()=>require("pulumi-uko/dynamic-provider").vault',
  outputs: [
    "name",
    "description",
    "recoveryKeyLabel",
    "instanceId",
    "vaultId",
  ],
  secrets: [],
};

export type GetVaultArgs = { readonly vaultId?: string; readonly name?: string };
/**
 * Reads a vault. Fails with `UKO_NOT_FOUND` if the vault does not exist.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const vault = await uko.getVault({ name: "payments" });
 * ```
 */
export function getVault(args: GetVaultArgs): Promise<VaultState> {
  return ask.getVault(args, unstoppable);
}
/**
 * The result of `getVault` as an output, for arguments that are outputs of resources.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const found = uko.getVaultOutput({ name: "payments" });
 * ```
 */
export const getVaultOutput = acceptOutputs(getVault);

/**
 * Lists every vault of the instance that the caller may see.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const vaults = await uko.listVaults();
 * ```
 */
export async function listVaults(): Promise<readonly VaultState[]> {
  return (await ask.listVaults({}, unstoppable)).vaults;
}

/** Connection of a keystore of type `hpcs` or `key_protect`. */
export interface KeystoreIbmArgs {
  /** Endpoint of the other instance's KMS. Cannot change. */
  apiEndpoint: Input<string>;
  /** IAM endpoint of the other instance. Cannot change. */
  iamEndpoint: Input<string>;
  /** API key for the other instance. State holds a digest. Secret. */
  apiKey: Input<string>;
  /** ID of the other instance. Cannot change. */
  instanceId: Input<string>;
  /** Key ring in the other instance; `Default` if omitted. Cannot change. */
  keyRing?: Input<string>;
}

/** Connection of a keystore of type `aws_kms`. */
export interface KeystoreAwsArgs {
  /** Region, such as `eu_central_1`. Cannot change. */
  region: Input<string>;
  /** Access key ID. State holds a digest. Secret. */
  accessKeyId: Input<string>;
  /** Secret access key. State holds a digest. Secret. */
  secretAccessKey: Input<string>;
}

/** Connection of a keystore of type `azure_key_vault`. */
export interface KeystoreAzureArgs {
  /** Name of the key vault in Azure. Cannot change. */
  serviceName: Input<string>;
  /** Resource group of the key vault. Cannot change. */
  resourceGroup: Input<string>;
  /** Client ID of the service principal. */
  servicePrincipalClientId: Input<string>;
  /** Password of the service principal. State holds a digest. Secret. */
  servicePrincipalPassword: Input<string>;
  /** ID of the tenant. Cannot change. */
  tenant: Input<string>;
  /** ID of the subscription. Cannot change. */
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
  /** Base64 of the JSON key file. State holds a digest. Secret. */
  credentials: Input<string>;
  /** Location, such as `europe-west3`. Cannot change. */
  location?: Input<string>;
  /** Key ring in Google Cloud. Cannot change. */
  keyRing?: Input<string>;
  /** Project. If omitted, it comes from the credentials. Cannot change. */
  projectId?: Input<string>;
  /** ID of the private key. If omitted, it comes from the credentials. Cannot change. */
  privateKeyId?: Input<string>;
}

/** Connection of a keystore of type `cca`; on-premises only. */
export interface KeystoreCcaArgs {
  /** Host of the agent. */
  host: Input<string>;
  /** Port of the agent. */
  port: Input<number>;
  /** Hash of the agent's public key. */
  publicKeyHash: Input<string>;
  /** Whether to connect to the agent over TLS. */
  useTls?: Input<boolean>;
  /** Issuer whose certificates are trusted. */
  trustedIssuer?: Input<string>;
}

/** Inputs of a keystore. An omitted input keeps the service's value. */
export interface KeystoreArgs {
  /** UUID of the vault that the keystore serves. Cannot change. */
  vaultId: Input<string>;
  /**
   * `internal` is a key ring of this instance. All other types are external and need a connection.
   * Cannot change.
   */
  type: Input<"internal" | "hpcs" | "key_protect" | "aws_kms" | "azure_key_vault" | "google_kms" | "cca">;
  /**
   * Name of the keystore, 1 to 100 characters, unique in its vault. Required except for
   * `azure_key_vault`.
   */
  name?: Input<string>;
  /** Up to 200 characters. */
  description?: Input<string>;
  /**
   * Groups of the keystore: keys of a template are installed in every keystore of its group.
   * Removing a group is refused while that would cut a key off.
   */
  groups?: Input<Input<string>[]>;
  /** TLS proxy for a private endpoint, `host:port`. */
  tlsProxy?: Input<string>;
  /** Connection of a keystore of type `hpcs` or `key_protect`. */
  ibm?: Input<KeystoreIbmArgs>;
  /** Connection of a keystore of type `aws_kms`. */
  aws?: Input<KeystoreAwsArgs>;
  /** Connection of a keystore of type `azure_key_vault`. */
  azure?: Input<KeystoreAzureArgs>;
  /** Connection of a keystore of type `google_kms`. */
  google?: Input<KeystoreGoogleArgs>;
  /** Connection of a keystore of type `cca`; on-premises only. */
  cca?: Input<KeystoreCcaArgs>;
  /** Adopts this keystore instead of creating one. Cannot change. */
  existingKeystoreId?: Input<string>;
  /** Refuses to delete the keystore. Default `false`. */
  deletionProtection?: Input<boolean>;
}

/** A keystore as the service reports it. */
export interface KeystoreState {
  /** UUID of the vault that the keystore serves. */
  vaultId: string;
  /** `internal` is a key ring of this instance. All other types are external and need a connection. */
  type: "internal" | "hpcs" | "key_protect" | "aws_kms" | "azure_key_vault" | "google_kms" | "cca";
  /** Name of the keystore, 1 to 100 characters, unique in its vault. Required except for `azure_key_vault`. */
  name?: string | undefined;
  /** Up to 200 characters. */
  description?: string | undefined;
  groups: string[];
  /** TLS proxy for a private endpoint, `host:port`. */
  tlsProxy?: string | undefined;
  ibm?: {
    apiEndpoint: string;
    iamEndpoint: string;
    apiKey: string;
    instanceId: string;
    keyRing?: string | undefined;
  } | undefined;
  aws?: {
    region: string;
    accessKeyId: string;
    secretAccessKey: string;
  } | undefined;
  azure?: {
    serviceName: string;
    resourceGroup: string;
    servicePrincipalClientId: string;
    servicePrincipalPassword: string;
    tenant: string;
    subscriptionId: string;
    /** Tier of the key vault. */
    variant?: "premium" | "standard" | undefined;
    location?: string | undefined;
    /** The Azure cloud. */
    environment?: "azure" | "azure_china" | "azure_germany" | "azure_us_government" | undefined;
  } | undefined;
  google?: {
    credentials: string;
    location?: string | undefined;
    keyRing?: string | undefined;
    projectId?: string | undefined;
    privateKeyId?: string | undefined;
  } | undefined;
  cca?: {
    host: string;
    port: number;
    publicKeyHash: string;
    useTls?: boolean | undefined;
    trustedIssuer?: string | undefined;
  } | undefined;
  /** Adopts this keystore instead of creating one. */
  existingKeystoreId?: string | undefined;
  /** Refuses to delete the keystore. */
  deletionProtection: boolean;
  /** ID of the instance that the keystore belongs to. */
  instanceId: string;
  /** UUID of the keystore. */
  keystoreId: string;
  /** Location, as the service reports it. May be empty. */
  location: string;
  /** KMS key ring of an internal keystore; empty for all other types. */
  ring: string;
  /** `ok`, `not_responding`, `configuration_error`, `pending_check`, or empty. */
  health: string;
  /** The service's message about the health. */
  healthMessage: string;
}

/**
 * A keystore: a key ring of this instance, or an external key store, in which keys are installed.
 * It can be deleted once it is empty. Its ID is `<vaultId>/<keystoreId>`.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const ring = new uko.Keystore("ring", {
 *     vaultId: "5c1e0000-0000-4000-8000-000000000001",
 *     type: "internal",
 *     name: "treasury-ring",
 *     groups: ["ledger"],
 * });
 * ```
 */
export class Keystore extends CustomResource {
  declare readonly vaultId: Output<KeystoreState["vaultId"]>;
  declare readonly type: Output<KeystoreState["type"]>;
  declare readonly name: Output<KeystoreState["name"]>;
  declare readonly description: Output<KeystoreState["description"]>;
  declare readonly groups: Output<KeystoreState["groups"]>;
  declare readonly tlsProxy: Output<KeystoreState["tlsProxy"]>;
  declare readonly cca: Output<KeystoreState["cca"]>;
  /** ID of the instance that the keystore belongs to. */
  declare readonly instanceId: Output<KeystoreState["instanceId"]>;
  /** UUID of the keystore. */
  declare readonly keystoreId: Output<KeystoreState["keystoreId"]>;
  /** Location, as the service reports it. May be empty. */
  declare readonly location: Output<KeystoreState["location"]>;
  /** KMS key ring of an internal keystore; empty for all other types. */
  declare readonly ring: Output<KeystoreState["ring"]>;
  /** `ok`, `not_responding`, `configuration_error`, `pending_check`, or empty. */
  declare readonly health: Output<KeystoreState["health"]>;
  /** The service's message about the health. */
  declare readonly healthMessage: Output<KeystoreState["healthMessage"]>;

  constructor(name: string, args: KeystoreArgs, options?: CustomResourceOptions) {
    super(...registrationOf(keystoreKind, name, args, options));
  }
}

const keystoreKind: ResourceKind = {
  type: "pulumi-nodejs:dynamic/uko:Keystore",
  providerText: 'exports.handler=()=>require("pulumi-uko/dynamic-provider").keystore',
  outputs: [
    "vaultId",
    "type",
    "name",
    "description",
    "groups",
    "tlsProxy",
    "cca",
    "instanceId",
    "keystoreId",
    "location",
    "ring",
    "health",
    "healthMessage",
  ],
  secrets: [
    "ibm",
    "aws",
    "azure",
    "google",
  ],
};

export type GetKeystoreArgs = { readonly vaultId: string; readonly keystoreId?: string; readonly name?: string };
/**
 * Reads a keystore, without its secrets. Fails with `UKO_NOT_FOUND` if the keystore does not exist.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const keystore = await uko.getKeystore({ vaultId: "5c1e0000-0000-4000-8000-000000000001", name: "payroll-ring" });
 * ```
 */
export function getKeystore(args: GetKeystoreArgs): Promise<KeystoreState> {
  return ask.getKeystore(args, unstoppable);
}
/**
 * The result of `getKeystore` as an output, for arguments that are outputs of resources.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const found = uko.getKeystoreOutput({ vaultId: "5c1e0000-0000-4000-8000-000000000001", name: "payroll-ring" });
 * ```
 */
export const getKeystoreOutput = acceptOutputs(getKeystore);

/**
 * Lists every keystore, without its secrets.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const keystores = await uko.listKeystores();
 * ```
 */
export async function listKeystores(filter: InVault = {}): Promise<readonly KeystoreState[]> {
  return (await ask.listKeystores(filter, unstoppable)).keystores;
}
/**
 * The result of `listKeystores` as an output, for arguments that are outputs of resources.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const found = uko.listKeystoresOutput({});
 * ```
 */
export const listKeystoresOutput = acceptOutputs(listKeystores);

/** For templates of `google_kms`. */
export interface KeyTemplateGoogleArgs {
  /** Protection level of the keys. */
  protectionLevel: Input<"hsm" | "software">;
  /** Operations that Google allows with the key. */
  purpose: Input<"encrypt_decrypt" | "asymmetric_decrypt" | "asymmetric_sign" | "mac">;
  /** Google's algorithm, such as `google_symmetric_encryption`. */
  algorithm: Input<string>;
}

/** For templates of `azure_key_vault`. */
export interface KeyTemplateAzureArgs {
  /** Protection level of the keys. Cannot change. */
  protectionLevel?: Input<"hsm" | "software">;
  /** Operations that Azure allows with the key. Cannot change. */
  operations?: Input<Input<"decrypt" | "encrypt" | "sign" | "unwrap_key" | "verify" | "wrap_key">[]>;
}

/** For templates of `cca`; on-premises only. */
export interface KeyTemplateCcaArgs {
  /** Uses that CCA allows for the key. */
  usageControl?: Input<"key_management_only" | "signature_and_key_management" | "signature_only">;
  /** CCA's key type. */
  keyType?: Input<"cipher" | "data" | "exporter" | "importer">;
  /** CCA's key words. */
  keyWords?: Input<Input<string>[]>;
}

/** Inputs of a template. An omitted input keeps the service's value. */
export interface KeyTemplateArgs {
  /** UUID of the vault that holds the template. Cannot change. */
  vaultId: Input<string>;
  /**
   * Name of the template, 1 to 100 characters, unique in its vault. Some releases accept up to 30
   * characters.
   */
  name: Input<string>;
  /** Up to 200 characters. */
  description?: Input<string>;
  /** Scheme of the labels of keys, with `<tags>`. Cannot change. */
  namingScheme?: Input<string>;
  /** Algorithm of the keys; `des` and `dilithium` on-premises only. Cannot change. */
  algorithm: Input<"aes" | "rsa" | "hmac" | "ec" | "des" | "dilithium">;
  /** Size of the keys, such as `256`. */
  size: Input<string>;
  /** Time from creation to the first day of use, such as `P0D`. */
  activationPeriod: Input<string>;
  /** Time to the last day of use, such as `P2Y`. */
  expirationPeriod: Input<string>;
  /** State of a new key. An `active` key is installed at once. Default `active`. */
  keyState?: Input<"active" | "pre_activation">;
  /**
   * Whether a rotation deactivates the older versions of a key. `uko` then does not rotate a key in
   * another cloud.
   */
  deactivateOnRotation?: Input<boolean>;
  /** Type of the keystores in which keys are installed. Cannot change. */
  keystoreType: Input<"ibm_cloud_kms" | "aws_kms" | "azure_key_vault" | "google_kms" | "cca">;
  /**
   * Group of the keystores in which keys are installed. A change is refused while it would cut a
   * key off.
   */
  group: Input<string>;
  /** Scheme of the names of keys in the keystore. Cannot change. */
  keystoreNamingScheme?: Input<string>;
  /** For templates of `google_kms`. */
  google?: Input<KeyTemplateGoogleArgs>;
  /** For templates of `azure_key_vault`. Cannot change. */
  azure?: Input<KeyTemplateAzureArgs>;
  /** For templates of `cca`; on-premises only. */
  cca?: Input<KeyTemplateCcaArgs>;
  /**
   * Whether the template is archived: it allows no new keys and no alignment. Existing keys keep
   * working. Default `false`.
   */
  archived?: Input<boolean>;
  /** Adopts this template instead of creating one. Cannot change. */
  existingTemplateId?: Input<string>;
  /** Refuses to delete the template. Default `false`. */
  deletionProtection?: Input<boolean>;
}

/** A template as the service reports it. */
export interface KeyTemplateState {
  /** UUID of the vault that holds the template. */
  vaultId: string;
  /** Name of the template, 1 to 100 characters, unique in its vault. Some releases accept up to 30 characters. */
  name: string;
  /** Up to 200 characters. */
  description?: string | undefined;
  /** Scheme of the labels of keys, with `<tags>`. */
  namingScheme?: string | undefined;
  /** Algorithm of the keys; `des` and `dilithium` on-premises only. */
  algorithm: string;
  /** Size of the keys, such as `256`. */
  size: string;
  /** Time from creation to the first day of use, such as `P0D`. */
  activationPeriod: string;
  /** Time to the last day of use, such as `P2Y`. */
  expirationPeriod: string;
  /** State of a new key. An `active` key is installed at once. */
  keyState: string;
  /** Whether a rotation deactivates the older versions of a key. `uko` then does not rotate a key in another cloud. */
  deactivateOnRotation?: boolean | undefined;
  /** Type of the keystores in which keys are installed. */
  keystoreType: string;
  /** Group of the keystores in which keys are installed. A change is refused while it would cut a key off. */
  group: string;
  /** Scheme of the names of keys in the keystore. */
  keystoreNamingScheme?: string | undefined;
  google?: {
    protectionLevel: string;
    purpose: string;
    algorithm: string;
  } | undefined;
  azure?: {
    protectionLevel?: string | undefined;
    operations?: string[] | undefined;
  } | undefined;
  cca?: {
    usageControl?: string | undefined;
    keyType?: string | undefined;
    keyWords?: string[] | undefined;
  } | undefined;
  /** Whether the template is archived: it allows no new keys and no alignment. Existing keys keep working. */
  archived: boolean;
  /** Adopts this template instead of creating one. */
  existingTemplateId?: string | undefined;
  /** Refuses to delete the template. */
  deletionProtection: boolean;
  /** ID of the instance that the template belongs to. */
  instanceId: string;
  /** UUID of the template. */
  templateId: string;
  /** Incremented by each update. */
  version: number;
}

/**
 * A key template: the properties of the keys that are created from it, and the keystores in which
 * they are installed. It can be deleted once no key uses it. Its ID is `<vaultId>/<templateId>`.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const mail = new uko.KeyTemplate("mail", {
 *     vaultId: "5c1e0000-0000-4000-8000-000000000001",
 *     name: "mail",
 *     algorithm: "rsa",
 *     size: "2048",
 *     activationPeriod: "P0D",
 *     expirationPeriod: "P2Y",
 *     keystoreType: "azure_key_vault",
 *     group: "mail",
 *     azure: {
 *         protectionLevel: "hsm",
 *         operations: ["wrap_key", "unwrap_key"],
 *     },
 * });
 * ```
 */
export class KeyTemplate extends CustomResource {
  declare readonly vaultId: Output<KeyTemplateState["vaultId"]>;
  declare readonly name: Output<KeyTemplateState["name"]>;
  declare readonly description: Output<KeyTemplateState["description"]>;
  declare readonly namingScheme: Output<KeyTemplateState["namingScheme"]>;
  declare readonly algorithm: Output<KeyTemplateState["algorithm"]>;
  declare readonly size: Output<KeyTemplateState["size"]>;
  declare readonly activationPeriod: Output<KeyTemplateState["activationPeriod"]>;
  declare readonly expirationPeriod: Output<KeyTemplateState["expirationPeriod"]>;
  declare readonly keyState: Output<KeyTemplateState["keyState"]>;
  declare readonly deactivateOnRotation: Output<KeyTemplateState["deactivateOnRotation"]>;
  declare readonly keystoreType: Output<KeyTemplateState["keystoreType"]>;
  declare readonly group: Output<KeyTemplateState["group"]>;
  declare readonly keystoreNamingScheme: Output<KeyTemplateState["keystoreNamingScheme"]>;
  declare readonly google: Output<KeyTemplateState["google"]>;
  declare readonly azure: Output<KeyTemplateState["azure"]>;
  declare readonly cca: Output<KeyTemplateState["cca"]>;
  declare readonly archived: Output<KeyTemplateState["archived"]>;
  /** ID of the instance that the template belongs to. */
  declare readonly instanceId: Output<KeyTemplateState["instanceId"]>;
  /** UUID of the template. */
  declare readonly templateId: Output<KeyTemplateState["templateId"]>;
  /** Incremented by each update. */
  declare readonly version: Output<KeyTemplateState["version"]>;

  constructor(name: string, args: KeyTemplateArgs, options?: CustomResourceOptions) {
    super(...registrationOf(keyTemplateKind, name, args, options));
  }
}

const keyTemplateKind: ResourceKind = {
  type: "pulumi-nodejs:dynamic/uko:KeyTemplate",
  providerText: 'exports.handler=()=>require("pulumi-uko/dynamic-provider").keyTemplate',
  outputs: [
    "vaultId",
    "name",
    "description",
    "namingScheme",
    "algorithm",
    "size",
    "activationPeriod",
    "expirationPeriod",
    "keyState",
    "deactivateOnRotation",
    "keystoreType",
    "group",
    "keystoreNamingScheme",
    "google",
    "azure",
    "cca",
    "archived",
    "instanceId",
    "templateId",
    "version",
  ],
  secrets: [],
};

export type GetKeyTemplateArgs = { readonly vaultId: string; readonly templateId?: string; readonly name?: string };
/**
 * Reads a key template. Fails with `UKO_NOT_FOUND` if the template does not exist.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const keyTemplate = await uko.getKeyTemplate({ vaultId: "5c1e0000-0000-4000-8000-000000000001", name: "payroll" });
 * ```
 */
export function getKeyTemplate(args: GetKeyTemplateArgs): Promise<KeyTemplateState> {
  return ask.getKeyTemplate(args, unstoppable);
}
/**
 * The result of `getKeyTemplate` as an output, for arguments that are outputs of resources.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const found = uko.getKeyTemplateOutput({ vaultId: "5c1e0000-0000-4000-8000-000000000001", name: "payroll" });
 * ```
 */
export const getKeyTemplateOutput = acceptOutputs(getKeyTemplate);

/**
 * Lists every key template.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const keyTemplates = await uko.listKeyTemplates();
 * ```
 */
export async function listKeyTemplates(filter: InVault = {}): Promise<readonly KeyTemplateState[]> {
  return (await ask.listKeyTemplates(filter, unstoppable)).keyTemplates;
}
/**
 * The result of `listKeyTemplates` as an output, for arguments that are outputs of resources.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const found = uko.listKeyTemplatesOutput({});
 * ```
 */
export const listKeyTemplatesOutput = acceptOutputs(listKeyTemplates);

/** Inputs of a key. An omitted input keeps the service's value. */
export interface ManagedKeyArgs {
  /** UUID of the vault that holds the key. Cannot change. */
  vaultId: Input<string>;
  /** Name of the key template. Keys are compared by the template's ID. Cannot change. */
  template: Input<string>;
  /**
   * Name of the key, 1 to 255 characters. A keystore may accept fewer. Omit it if the template's
   * naming scheme creates it.
   */
  label?: Input<string>;
  /** Up to 200 characters; up to 110 if the service keeps no tags. */
  description?: Input<string>;
  /**
   * Your own tags; `{}` removes all but a `hold`. Values may contain letters, digits, `_` and white
   * space.
   */
  tags?: Input<Record<string, Input<string>>>;
  /**
   * Values for the placeholders of the template's naming scheme, which creates the label. Cannot
   * change.
   */
  labelTags?: Input<Record<string, Input<string>>>;
  /** First day of use, `YYYY-MM-DD`. For planning only: nothing happens on this day. */
  activationDate?: Input<string>;
  /** Last day of use, `YYYY-MM-DD`. For planning only: nothing happens on this day. */
  expirationDate?: Input<string>;
  /**
   * Target state of updates. Deactivating and destroying require two people. An update never
   * reactivates a key.
   */
  state?: Input<"active" | "deactivated" | "destroyed">;
  /**
   * Each change of this value rotates the key once, on the next update. A new key is not rotated.
   */
  rotationTrigger?: Input<string>;
  /**
   * Whether an update installs the key in the keystores that its template names now. An update
   * never removes the key from a keystore. Default `false`.
   */
  align?: Input<boolean>;
  /** Adopts this key instead of creating one. Cannot change. */
  existingKeyId?: Input<string>;
  /** Refuses every step of the key's deletion. Default `false`. */
  deletionProtection?: Input<boolean>;
  /**
   * Whether the key's deletion requires two people. `single` applies to a key that this resource
   * creates. The rule of an existing key only gets stricter. Default `required`.
   */
  dualAuthorization?: Input<"required" | "single">;
  /**
   * The steps that require two people: deactivate and destroy (`both`), or `destroy` only. Default
   * `both`.
   */
  deletionGate?: Input<"both" | "destroy">;
  /**
   * When the key may leave state. The values before `removed` leave metadata behind, which blocks
   * the deletion of the template and the vault. Default `removed`.
   */
  deletionCompletesAt?: Input<"removed" | "destroyed" | "destruction_scheduled">;
  /** Reason for the deletion, up to 500 characters. The consent record keeps it. */
  deletionReason?: Input<string>;
}

/** A key as the service reports it. */
export interface ManagedKeyState {
  /** UUID of the vault that holds the key. */
  vaultId: string;
  /** Name of the key template. */
  template: string;
  /** Name of the key. */
  label: string;
  description?: string | undefined;
  tags?: Record<string, string> | undefined;
  /** Values for the placeholders of the template's naming scheme, which creates the label. */
  labelTags?: Record<string, string> | undefined;
  activationDate?: string | undefined;
  expirationDate?: string | undefined;
  /** Target state of updates. Deactivating and destroying require two people. An update never reactivates a key. */
  state?: "active" | "deactivated" | "destroyed" | undefined;
  /** Each change of this value rotates the key once, on the next update. A new key is not rotated. */
  rotationTrigger?: string | undefined;
  /** Whether an update installs the key in the keystores that its template names now. An update never removes the key from a keystore. */
  align: boolean;
  /** Adopts this key instead of creating one. */
  existingKeyId?: string | undefined;
  /** Refuses every step of the key's deletion. */
  deletionProtection: boolean;
  /** Whether the key's deletion requires two people. `single` applies to a key that this resource creates. The rule of an existing key only gets stricter. */
  dualAuthorization: "required" | "single";
  /** The steps that require two people: deactivate and destroy (`both`), or `destroy` only. */
  deletionGate: "both" | "destroy";
  /** When the key may leave state. The values before `removed` leave metadata behind, which blocks the deletion of the template and the vault. */
  deletionCompletesAt: "removed" | "destroyed" | "destruction_scheduled";
  /** Reason for the deletion, up to 500 characters. The consent record keeps it. */
  deletionReason?: string | undefined;
  /** ID of the instance that the key belongs to. */
  instanceId: string;
  /** UUID of the key. */
  keyId: string;
  /** UUID of the template. */
  templateId: string;
  /** 1 at creation, incremented by each rotation. */
  version: number;
  /** Algorithm, as the service reports it, such as `aes`. */
  algorithm: string;
  /** Size, as the service reports it, such as `256`. */
  size: string;
  /** State, as the service reports it: `pre_activation`, `active`, `deactivated`, `destroyed`, `compromised`, `destroyed_compromised`, or a word that this release does not know. */
  keyState: string;
  /** The marker on the key: the steps of its deletion that require two people. */
  dualMarker?: "single" | "destroy" | "both" | "none" | undefined;
  /** The holds in force, as the tag `hold` has them, such as `legal ticket L_7 by IBMid_5 since 2026_12_01`. While it is set, no run takes a step of the key's deletion. Not set if the key is not held. */
  hold?: string | undefined;
  /** Whether the key is in every keystore that its template names. Not set if the service does not report it. */
  alignment?: "aligned" | "unaligned" | undefined;
  /** The derived state, which includes what a deletion waits for. */
  lifecycleState: "pending_destruction" | "destroyed" | "cooling_down" | "pending_approval" | "approved" | "pending_request" | "deactivated" | "compromised" | "active" | "pre_activation" | "unrecognized";
  /** Each keystore's status of the key. */
  keystores: {
    /** Name of the keystore. */
    name: string;
    /** Type of the keystore, as the service reports it, such as `aws_kms`. */
    type: string;
    /** Whether the keystore holds the key material. */
    status: "active" | "not_active" | "not_present" | "wrong_key" | "pending_destruction" | "unknown" | "error" | "unrecognized";
    /** Whether the keystore and the service agree. */
    syncFlag: "ok" | "out_of_sync" | "error" | "verifying_sync" | "unrecognized";
    /** When the keystore destroys the key material, ISO 8601 UTC. */
    destructionAt?: string | undefined;
  }[];
  /** What the deletion waits for. */
  deletionAwaits?: "request" | "approval" | "requester" | "time" | "person_to_unblock" | undefined;
  /** The next step is refused before this time, ISO 8601 UTC. */
  deletionNotBefore?: string | undefined;
  /** IAM ID of the person who requested the next step. */
  deletionRequestedBy?: string | undefined;
  /** Name that the requester gave. */
  deletionRequestedByName?: string | undefined;
  /** IAM ID of the person whose approval is stored on the key. */
  deletionApprovedBy?: string | undefined;
  /** Name that the approver gave. */
  deletionApprovedByName?: string | undefined;
  /** ID of the pending request or approval. */
  deletionRecordId?: string | undefined;
  /** When the pending record expires, ISO 8601 UTC. */
  deletionRecordExpiresAt?: string | undefined;
}

/**
 * An encryption key whose deletion requires two people. Its ID is `<vaultId>/<keyId>`.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const ledger = new uko.ManagedKey("ledger", {
 *     vaultId: "5c1e0000-0000-4000-8000-000000000001",
 *     template: "ledger",
 *     label: "ledger-2027",
 *     tags: { owner: "payments" },
 *     deletionReason: "the ledger moved to a key of its own",
 * });
 *
 * export const keyId = ledger.keyId;
 * export const lifecycleState = ledger.lifecycleState;
 * ```
 */
export class ManagedKey extends CustomResource {
  declare readonly vaultId: Output<ManagedKeyState["vaultId"]>;
  declare readonly template: Output<ManagedKeyState["template"]>;
  declare readonly label: Output<ManagedKeyState["label"]>;
  declare readonly description: Output<ManagedKeyState["description"]>;
  declare readonly tags: Output<ManagedKeyState["tags"]>;
  declare readonly activationDate: Output<ManagedKeyState["activationDate"]>;
  declare readonly expirationDate: Output<ManagedKeyState["expirationDate"]>;
  /** ID of the instance that the key belongs to. */
  declare readonly instanceId: Output<ManagedKeyState["instanceId"]>;
  /** UUID of the key. */
  declare readonly keyId: Output<ManagedKeyState["keyId"]>;
  /** UUID of the template. */
  declare readonly templateId: Output<ManagedKeyState["templateId"]>;
  /** 1 at creation, incremented by each rotation. */
  declare readonly version: Output<ManagedKeyState["version"]>;
  /** Algorithm, as the service reports it, such as `aes`. */
  declare readonly algorithm: Output<ManagedKeyState["algorithm"]>;
  /** Size, as the service reports it, such as `256`. */
  declare readonly size: Output<ManagedKeyState["size"]>;
  /**
   * State, as the service reports it: `pre_activation`, `active`, `deactivated`, `destroyed`,
   * `compromised`, `destroyed_compromised`, or a word that this release does not know.
   */
  declare readonly keyState: Output<ManagedKeyState["keyState"]>;
  /** The marker on the key: the steps of its deletion that require two people. */
  declare readonly dualMarker: Output<ManagedKeyState["dualMarker"]>;
  /**
   * The holds in force, as the tag `hold` has them, such as `legal ticket L_7 by IBMid_5 since
   * 2026_12_01`. While it is set, no run takes a step of the key's deletion. Not set if the key is
   * not held.
   */
  declare readonly hold: Output<ManagedKeyState["hold"]>;
  /**
   * Whether the key is in every keystore that its template names. Not set if the service does not
   * report it.
   */
  declare readonly alignment: Output<ManagedKeyState["alignment"]>;
  /** The derived state, which includes what a deletion waits for. */
  declare readonly lifecycleState: Output<ManagedKeyState["lifecycleState"]>;
  /** Each keystore's status of the key. */
  declare readonly keystores: Output<ManagedKeyState["keystores"]>;
  /** What the deletion waits for. */
  declare readonly deletionAwaits: Output<ManagedKeyState["deletionAwaits"]>;
  /** The next step is refused before this time, ISO 8601 UTC. */
  declare readonly deletionNotBefore: Output<ManagedKeyState["deletionNotBefore"]>;
  /** IAM ID of the person who requested the next step. */
  declare readonly deletionRequestedBy: Output<ManagedKeyState["deletionRequestedBy"]>;
  /** Name that the requester gave. */
  declare readonly deletionRequestedByName: Output<ManagedKeyState["deletionRequestedByName"]>;
  /** IAM ID of the person whose approval is stored on the key. */
  declare readonly deletionApprovedBy: Output<ManagedKeyState["deletionApprovedBy"]>;
  /** Name that the approver gave. */
  declare readonly deletionApprovedByName: Output<ManagedKeyState["deletionApprovedByName"]>;
  /** ID of the pending request or approval. */
  declare readonly deletionRecordId: Output<ManagedKeyState["deletionRecordId"]>;
  /** When the pending record expires, ISO 8601 UTC. */
  declare readonly deletionRecordExpiresAt: Output<ManagedKeyState["deletionRecordExpiresAt"]>;

  constructor(name: string, args: ManagedKeyArgs, options?: CustomResourceOptions) {
    super(...registrationOf(managedKeyKind, name, args, options));
  }
}

const managedKeyKind: ResourceKind = {
  type: "pulumi-nodejs:dynamic/uko:ManagedKey",
  providerText: 'exports.handler=()=>require("pulumi-uko/dynamic-provider").managedKey',
  outputs: [
    "vaultId",
    "template",
    "label",
    "description",
    "tags",
    "activationDate",
    "expirationDate",
    "instanceId",
    "keyId",
    "templateId",
    "version",
    "algorithm",
    "size",
    "keyState",
    "dualMarker",
    "hold",
    "alignment",
    "lifecycleState",
    "keystores",
    "deletionAwaits",
    "deletionNotBefore",
    "deletionRequestedBy",
    "deletionRequestedByName",
    "deletionApprovedBy",
    "deletionApprovedByName",
    "deletionRecordId",
    "deletionRecordExpiresAt",
  ],
  secrets: [],
};

export type GetManagedKeyArgs = { readonly vaultId: string; readonly keyId?: string; readonly label?: string };
/**
 * Reads a managed key. Fails with `UKO_KEY_NOT_FOUND` if the key does not exist.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const managedKey = await uko.getManagedKey({ vaultId: "5c1e0000-0000-4000-8000-000000000001", label: "payroll" });
 * ```
 */
export function getManagedKey(args: GetManagedKeyArgs): Promise<ManagedKeyState> {
  return ask.getManagedKey(args, unstoppable);
}
/**
 * The result of `getManagedKey` as an output, for arguments that are outputs of resources.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const found = uko.getManagedKeyOutput({ vaultId: "5c1e0000-0000-4000-8000-000000000001", label: "payroll" });
 * ```
 */
export const getManagedKeyOutput = acceptOutputs(getManagedKey);

/**
 * Lists every managed key, in every state.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const managedKeys = await uko.listManagedKeys();
 * ```
 */
export async function listManagedKeys(filter: InVault = {}): Promise<readonly ManagedKeyState[]> {
  return (await ask.listManagedKeys(filter, unstoppable)).managedKeys;
}
/**
 * The result of `listManagedKeys` as an output, for arguments that are outputs of resources.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const found = uko.listManagedKeysOutput({});
 * ```
 */
export const listManagedKeysOutput = acceptOutputs(listManagedKeys);

/** Inputs of a KMS key. An omitted input keeps the service's value. */
export interface KmsKeyArgs {
  /** Name of the key, 2 to 90 characters. KMS does not require it to be unique. Cannot change. */
  name: Input<string>;
  /**
   * A `root` key wraps other keys and never leaves KMS. A `standard` key can be read from KMS.
   * Cannot change. Default `root`.
   */
  type?: Input<"root" | "standard">;
  /** 2 to 240 characters. Cannot change. */
  description?: Input<string>;
  /** Your own tags. Cannot change. */
  tags?: Input<Input<string>[]>;
  /** Up to 5 further names; `[]` removes all. */
  aliases?: Input<Input<string>[]>;
  /** Key ring, created if it does not exist. Never the key ring of an internal keystore. */
  keyRing?: Input<string>;
  /** When KMS deactivates the key, such as `2030-01-31T00:00:00Z`. Cannot change. */
  expirationDate?: Input<string>;
  /**
   * Base64 of 16, 24 or 32 bytes: imports the key. A new payload takes effect with a changed
   * `rotationTrigger`. Secret.
   */
  payload?: Input<string>;
  /** For a secure import, together with an encrypted payload. Cannot change. */
  encryptedNonce?: Input<string>;
  /** For a secure import, together with an encrypted payload. Cannot change. */
  iv?: Input<string>;
  /** For a secure import, together with an encrypted payload. Cannot change. */
  encryptionAlgorithm?: Input<"RSAES_OAEP_SHA_256" | "RSAES_OAEP_SHA_1">;
  /**
   * KMS's own dual authorization. It is turned on for a new key if `dualAuthorization` is
   * `required`, and on an existing key only if the program says `true`. KMS never turns it off
   * again.
   */
  dualAuthDelete?: Input<boolean>;
  /** Months between rotations by KMS, for a root key that was not imported. */
  rotationIntervalMonths?: Input<number>;
  /** Any text. Each change of it rotates the key once. */
  rotationTrigger?: Input<string>;
  /** Any text. Each change of it restores a destroyed key once, within 30 days. */
  restoreTrigger?: Input<string>;
  /** Adopts this key instead of creating one. Cannot change. */
  existingKeyId?: Input<string>;
  /** Refuses every step of the key's deletion. Default `false`. */
  deletionProtection?: Input<boolean>;
  /**
   * Whether the key's deletion requires two people. KMS's own dual authorization takes precedence
   * over `single`. Default `required`.
   */
  dualAuthorization?: Input<"required" | "single">;
  /**
   * When the key may leave state: `destroyed`, or `removed` up to 90 days later with its metadata.
   * Default `destroyed`.
   */
  deletionCompletesAt?: Input<"destroyed" | "removed">;
}

/** A KMS key as the service reports it. */
export interface KmsKeyState {
  /** Name of the key, 2 to 90 characters. KMS does not require it to be unique. */
  name: string;
  /** A `root` key wraps other keys and never leaves KMS. A `standard` key can be read from KMS. */
  type: "root" | "standard";
  description?: string | undefined;
  tags?: string[] | undefined;
  aliases?: string[] | undefined;
  keyRing: string;
  expirationDate?: string | undefined;
  payload?: string | undefined;
  /** For a secure import, together with an encrypted payload. */
  encryptedNonce?: string | undefined;
  /** For a secure import, together with an encrypted payload. */
  iv?: string | undefined;
  /** For a secure import, together with an encrypted payload. */
  encryptionAlgorithm?: "RSAES_OAEP_SHA_256" | "RSAES_OAEP_SHA_1" | undefined;
  dualAuthDelete: boolean;
  /** Months between rotations by KMS, for a root key that was not imported. */
  rotationIntervalMonths?: number | undefined;
  /** Any text. Each change of it rotates the key once. */
  rotationTrigger?: string | undefined;
  /** Any text. Each change of it restores a destroyed key once, within 30 days. */
  restoreTrigger?: string | undefined;
  /** Adopts this key instead of creating one. */
  existingKeyId?: string | undefined;
  /** Refuses every step of the key's deletion. */
  deletionProtection: boolean;
  /** Whether the key's deletion requires two people. KMS's own dual authorization takes precedence over `single`. */
  dualAuthorization: "required" | "single";
  /** When the key may leave state: `destroyed`, or `removed` up to 90 days later with its metadata. */
  deletionCompletesAt: "destroyed" | "removed";
  /** ID of the instance that the key belongs to. */
  instanceId: string;
  /** UUID of the key. */
  keyId: string;
  /** Cloud resource name of the key. */
  crn: string;
  /** State, as KMS reports it: `pre_activation`, `active`, `suspended`, `deactivated`, `destroyed`, or a number that this release does not know. */
  keyState: string;
  /** The derived state, which includes a pending approval. */
  lifecycleState: "pending_approval" | "pre_activation" | "active" | "suspended" | "deactivated" | "destroyed" | "unrecognized";
  /** Whether the key material was imported. */
  imported: boolean;
  /** When the key was last rotated, ISO 8601 UTC. */
  lastRotatedAt?: string | undefined;
  /** What the deletion waits for. */
  deletionAwaits?: "request" | "approval" | "requester" | "time" | "person_to_unblock" | undefined;
  /** When KMS begins to purge the metadata of the key, ISO 8601 UTC. */
  deletionNotBefore?: string | undefined;
  /** Name of the open deletion window. */
  deletionRecordId?: string | undefined;
  /** When the open deletion window ends, ISO 8601 UTC. */
  deletionRecordExpiresAt?: string | undefined;
}

/**
 * A key of Key Protect or of an instance's KMS, whose deletion requires two people. Its ID is
 * `<keyId>`.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const backups = new uko.KmsKey("backups", {
 *     name: "backups",
 *     aliases: ["backups"],
 *     keyRing: "storage",
 *     rotationIntervalMonths: 12,
 * });
 *
 * export const crn = backups.crn;
 * ```
 */
export class KmsKey extends CustomResource {
  declare readonly name: Output<KmsKeyState["name"]>;
  declare readonly type: Output<KmsKeyState["type"]>;
  declare readonly description: Output<KmsKeyState["description"]>;
  declare readonly tags: Output<KmsKeyState["tags"]>;
  declare readonly aliases: Output<KmsKeyState["aliases"]>;
  declare readonly keyRing: Output<KmsKeyState["keyRing"]>;
  declare readonly expirationDate: Output<KmsKeyState["expirationDate"]>;
  declare readonly dualAuthDelete: Output<KmsKeyState["dualAuthDelete"]>;
  declare readonly rotationIntervalMonths: Output<KmsKeyState["rotationIntervalMonths"]>;
  /** ID of the instance that the key belongs to. */
  declare readonly instanceId: Output<KmsKeyState["instanceId"]>;
  /** UUID of the key. */
  declare readonly keyId: Output<KmsKeyState["keyId"]>;
  /** Cloud resource name of the key. */
  declare readonly crn: Output<KmsKeyState["crn"]>;
  /**
   * State, as KMS reports it: `pre_activation`, `active`, `suspended`, `deactivated`, `destroyed`,
   * or a number that this release does not know.
   */
  declare readonly keyState: Output<KmsKeyState["keyState"]>;
  /** The derived state, which includes a pending approval. */
  declare readonly lifecycleState: Output<KmsKeyState["lifecycleState"]>;
  /** Whether the key material was imported. */
  declare readonly imported: Output<KmsKeyState["imported"]>;
  /** When the key was last rotated, ISO 8601 UTC. */
  declare readonly lastRotatedAt: Output<KmsKeyState["lastRotatedAt"]>;
  /** What the deletion waits for. */
  declare readonly deletionAwaits: Output<KmsKeyState["deletionAwaits"]>;
  /** When KMS begins to purge the metadata of the key, ISO 8601 UTC. */
  declare readonly deletionNotBefore: Output<KmsKeyState["deletionNotBefore"]>;
  /** Name of the open deletion window. */
  declare readonly deletionRecordId: Output<KmsKeyState["deletionRecordId"]>;
  /** When the open deletion window ends, ISO 8601 UTC. */
  declare readonly deletionRecordExpiresAt: Output<KmsKeyState["deletionRecordExpiresAt"]>;

  constructor(name: string, args: KmsKeyArgs, options?: CustomResourceOptions) {
    super(...registrationOf(kmsKeyKind, name, args, options));
  }
}

const kmsKeyKind: ResourceKind = {
  type: "pulumi-nodejs:dynamic/uko:KmsKey",
  providerText: 'exports.handler=()=>require("pulumi-uko/dynamic-provider").kmsKey',
  outputs: [
    "name",
    "type",
    "description",
    "tags",
    "aliases",
    "keyRing",
    "expirationDate",
    "dualAuthDelete",
    "rotationIntervalMonths",
    "instanceId",
    "keyId",
    "crn",
    "keyState",
    "lifecycleState",
    "imported",
    "lastRotatedAt",
    "deletionAwaits",
    "deletionNotBefore",
    "deletionRecordId",
    "deletionRecordExpiresAt",
  ],
  secrets: [
    "payload",
  ],
};

export type GetKmsKeyArgs = { readonly keyId: string };
/**
 * Reads a KMS key, without its material. Fails with `UKO_NOT_FOUND` if the key does not exist.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const kmsKey = await uko.getKmsKey({ keyId: "c0ffee00-0000-4000-8000-000000000005" });
 * ```
 */
export function getKmsKey(args: GetKmsKeyArgs): Promise<KmsKeyState> {
  return ask.getKmsKey(args, unstoppable);
}
/**
 * The result of `getKmsKey` as an output, for arguments that are outputs of resources.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const found = uko.getKmsKeyOutput({ keyId: "c0ffee00-0000-4000-8000-000000000005" });
 * ```
 */
export const getKmsKeyOutput = acceptOutputs(getKmsKey);

/**
 * Lists every KMS key that uko can manage: all keys except those of internal keystores.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const kmsKeys = await uko.listKmsKeys();
 * ```
 */
export async function listKmsKeys(): Promise<readonly KmsKeyState[]> {
  return (await ask.listKmsKeys({}, unstoppable)).kmsKeys;
}

/** A managed key whose deletion waits for a person or for time. */
export interface PendingDeletion {
  /** UUID of the vault that holds the key. */
  vaultId: string;
  /** UUID of the key. */
  keyId: string;
  /** Name of the key. */
  label: string;
  /** State, as the service reports it: `pre_activation`, `active`, `deactivated`, `destroyed`, `compromised`, `destroyed_compromised`, or a word that this release does not know. */
  keyState: string;
  /** The derived state, which includes what a deletion waits for. */
  lifecycleState: "pending_destruction" | "destroyed" | "cooling_down" | "pending_approval" | "approved" | "pending_request" | "deactivated" | "compromised" | "active" | "pre_activation" | "unrecognized";
  /** What the deletion waits for. */
  deletionAwaits?: "request" | "approval" | "requester" | "time" | "person_to_unblock" | undefined;
  /** The next step is refused before this time, ISO 8601 UTC. */
  deletionNotBefore?: string | undefined;
  /** IAM ID of the person who requested the next step. */
  deletionRequestedBy?: string | undefined;
  /** Name that the requester gave. */
  deletionRequestedByName?: string | undefined;
  /** IAM ID of the person whose approval is stored on the key. */
  deletionApprovedBy?: string | undefined;
  /** Name that the approver gave. */
  deletionApprovedByName?: string | undefined;
  /** ID of the pending request or approval. */
  deletionRecordId?: string | undefined;
  /** When the pending record expires, ISO 8601 UTC. */
  deletionRecordExpiresAt?: string | undefined;
}
/**
 * Lists every managed key whose deletion is in progress: requested, in its cool-down, or waiting
 * for its keystores.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const pending = await uko.listPendingDeletions();
 * ```
 */
export async function listPendingDeletions(filter: InVault = {}): Promise<readonly PendingDeletion[]> {
  return (await ask.listPendingDeletions(filter, unstoppable)).pendingDeletions;
}
/**
 * The result of `listPendingDeletions` as an output, for arguments that are outputs of resources.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const found = uko.listPendingDeletionsOutput({});
 * ```
 */
export const listPendingDeletionsOutput = acceptOutputs(listPendingDeletions);

/** The whole deletion path of a key. */
export interface DeletionPlan {
  /** Version of this report. */
  v: 1;
  /** ID of the instance that the key belongs to. */
  instanceId: string;
  /** UUID of the vault. */
  vaultId: string;
  /** UUID of the key. */
  keyId: string;
  /** Name of the key. Not set once the key is gone. */
  label?: string | undefined;
  /** The derived state, or `gone`. */
  lifecycleState: string;
  /** State, as the service reports it. */
  keyState?: string | undefined;
  /** What the deletion of the key waits for. */
  deletion: {
    /** What the deletion waits for. */
    awaits?: "request" | "approval" | "requester" | "time" | "person_to_unblock" | undefined;
    /** The next step is refused before this time, ISO 8601 UTC. */
    notBefore?: string | undefined;
    /** IAM ID of the person who requested the next step. */
    requestedBy?: string | undefined;
    /** Name that the requester gave. */
    requestedByName?: string | undefined;
    /** IAM ID of the person whose approval is stored on the key. */
    approvedBy?: string | undefined;
    /** Name that the approver gave. */
    approvedByName?: string | undefined;
    /** ID of the pending request or approval. */
    recordId?: string | undefined;
    /** When the pending record expires, ISO 8601 UTC. */
    recordExpiresAt?: string | undefined;
  };
  /** The plan in words, for example for a comment on a pull request. */
  explanation: {
    /** The plan in one sentence. */
    summary: string;
    /** The whole path, one line per step. */
    facts: string[];
    /** Commands that continue the deletion, if there are any. */
    next: {
      /** Who can run these commands. */
      who: string;
      /** Commands that can be pasted as they are. */
      commands: string[];
    }[];
  };
}
/**
 * Describes the whole deletion path of a managed key: what stops working when, who has to act, and
 * which steps cannot be undone.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const plan = await uko.planDeletion({ vaultId: "5c1e0000-0000-4000-8000-000000000001", keyId: "9b2d0000-0000-4000-8000-000000000002" });
 * ```
 */
export function planDeletion(args: { readonly vaultId: string; readonly keyId: string }): Promise<DeletionPlan> {
  return ask.planDeletion(args, unstoppable);
}
/**
 * The result of `planDeletion` as an output, for arguments that are outputs of resources.
 *
 * @example
 * ```ts
 * import * as uko from "pulumi-uko";
 *
 * const found = uko.planDeletionOutput({ vaultId: "5c1e0000-0000-4000-8000-000000000001", keyId: "9b2d0000-0000-4000-8000-000000000002" });
 * ```
 */
export const planDeletionOutput = acceptOutputs(planDeletion);

