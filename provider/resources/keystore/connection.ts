/**
 * The connection of a keystore: the block for each type, the wire name of each field, and which
 * fields are secret or immutable.
 */

import { sayContainer } from "../../engine/container/words.ts";
import type { ConnectionFields, KeystoreSnapshot } from "../../engine/container-ports.ts";
import { capital, plain } from "../../engine/words.ts";
import { UkoError } from "../../errors.ts";

/** One flat word for the wire's `type` and `ibm_variant` (uko-v4.md 3.7). */
export const keystoreTypes = [
  "internal",
  "hpcs",
  "key_protect",
  "aws_kms",
  "azure_key_vault",
  "google_kms",
  "cca",
] as const;
export type KeystoreType = (typeof keystoreTypes)[number];

export const blockNames = ["ibm", "aws", "azure", "google", "cca"] as const;
export type BlockName = (typeof blockNames)[number];

interface TypeFacts {
  readonly wireType: string;
  readonly variant?: string;
  readonly block?: BlockName;
}

export const typeFacts: Readonly<Record<KeystoreType, TypeFacts>> = {
  internal: { wireType: "ibm_cloud_kms", variant: "internal" },
  hpcs: { wireType: "ibm_cloud_kms", variant: "hpcs", block: "ibm" },
  key_protect: { wireType: "ibm_cloud_kms", variant: "key_protect", block: "ibm" },
  aws_kms: { wireType: "aws_kms", block: "aws" },
  azure_key_vault: { wireType: "azure_key_vault", block: "azure" },
  google_kms: { wireType: "google_kms", block: "google" },
  cca: { wireType: "cca", block: "cca" },
};

interface Field {
  readonly wire: string;
  /** Never returned by the service, so never compared with a response. */
  readonly secret?: true;
  /** Locates the keystore: a change would silently leave its keys behind (uko-v4.md 3.8, U22). */
  readonly frozen?: true;
}

export const connectionFields: Readonly<Record<BlockName, Readonly<Record<string, Field>>>> = {
  ibm: {
    apiEndpoint: { wire: "ibm_api_endpoint", frozen: true },
    iamEndpoint: { wire: "ibm_iam_endpoint", frozen: true },
    apiKey: { wire: "ibm_api_key", secret: true },
    instanceId: { wire: "ibm_instance_id", frozen: true },
    keyRing: { wire: "ibm_key_ring", frozen: true },
  },
  aws: {
    region: { wire: "aws_region", frozen: true },
    accessKeyId: { wire: "aws_access_key_id", secret: true },
    secretAccessKey: { wire: "aws_secret_access_key", secret: true },
  },
  azure: {
    serviceName: { wire: "azure_service_name", frozen: true },
    resourceGroup: { wire: "azure_resource_group", frozen: true },
    servicePrincipalClientId: { wire: "azure_service_principal_client_id" },
    servicePrincipalPassword: { wire: "azure_service_principal_password", secret: true },
    tenant: { wire: "azure_tenant", frozen: true },
    subscriptionId: { wire: "azure_subscription_id", frozen: true },
    variant: { wire: "azure_variant" },
    location: { wire: "azure_location" },
    environment: { wire: "azure_environment", frozen: true },
  },
  google: {
    credentials: { wire: "google_credentials", secret: true },
    location: { wire: "google_location", frozen: true },
    keyRing: { wire: "google_key_ring", frozen: true },
    projectId: { wire: "google_project_id", frozen: true },
    privateKeyId: { wire: "google_private_key_id", frozen: true },
  },
  cca: {
    host: { wire: "cca_host" },
    port: { wire: "cca_port" },
    publicKeyHash: { wire: "cca_public_key_hash" },
    useTls: { wire: "cca_use_tls" },
    trustedIssuer: { wire: "cca_trusted_issuer" },
  },
};

/** Paths of the secret inputs. */
export const secretPaths: readonly string[] = blockNames.flatMap((block) =>
  Object.entries(connectionFields[block]).flatMap(([name, { secret }]) =>
    secret === true ? [`${block}.${name}`] : [],
  ),
);

/** A block's values by property name, already validated by the block's schema. */
export type BlockValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** Undefined for a type that this release does not know. */
export function findType({ type, variant }: Pick<KeystoreSnapshot, "type" | "variant">): KeystoreType | undefined {
  return keystoreTypes.find(
    (each) =>
      typeFacts[each].wireType === type &&
      (typeFacts[each].variant ?? "") === (type === "ibm_cloud_kms" ? variant : ""),
  );
}

/**
 * Throws UKO_ANSWER_INVALID for a type that this release does not know: a guess could address the
 * wrong keystore.
 */
export function typeOf(snapshot: KeystoreSnapshot): KeystoreType {
  const found = findType(snapshot);
  if (found !== undefined) return found;
  throw new UkoError("UKO_ANSWER_INVALID", {
    summary: sayUnknownType(snapshot),
    detail: "A newer release may know it. Nothing was changed.",
  });
}

/** A full sentence without its period. */
export function sayUnknownType({ id, name, type, variant }: KeystoreSnapshot): string {
  const word = plain(`${type} ${variant}`.trim(), 60);
  return `${capital(sayContainer({ kind: "keystore", id, name }))} is of type "${word}", which this release does not know`;
}

/** The fields of a block under their wire names. */
export function toWire(block: BlockName, values: BlockValues): ConnectionFields {
  return Object.fromEntries(
    Object.entries(connectionFields[block]).flatMap(([name, { wire }]) => {
      const value = values[name];
      return value === undefined ? [] : [[wire, value]];
    }),
  );
}

/**
 * A block from the service's response. Fields that the response omits, and the digests of secrets,
 * come from `known`.
 */
export function fromWire(block: BlockName, fields: ConnectionFields, known: BlockValues): BlockValues {
  return Object.fromEntries(
    Object.entries(connectionFields[block]).flatMap(([name, { wire, secret }]) => {
      const value = secret === true ? known[name] : (fields[wire] ?? known[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The names of set values that differ from `before`. */
export function differingIn(before: BlockValues, wanted: BlockValues): readonly string[] {
  return Object.keys(wanted).filter((name) => wanted[name] !== undefined && wanted[name] !== before[name]);
}
