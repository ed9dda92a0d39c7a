/**
 * Lists the fields of a keystore for each type, one row for each field (uko-v4.md 3.7-3.9). Requests, responses and
 * seeds are derived from these rows. Secrets are never stored.
 */

import * as z from "zod";
import type { Call } from "../http/responses.ts";
import { groupName, text, vaultSchema } from "../store/forms.ts";
import type { Keystore, KeystoreType } from "../store/model.ts";
import { parseBody } from "./envelope.ts";

interface Field {
  readonly schema: z.ZodType;
  /** A create may leave the field out. */
  readonly optional?: true;
  /** The value of a field that a create left out. */
  readonly initial?: string;
  /** The field never changes once a keystore is connected (3.8, U22). */
  readonly fixed?: true;
  /** The field is required in responses (3.7) and optional in a seed, which then shows this value. */
  readonly shown?: string | boolean;
  /** The field is a secret: its value is never kept, and responses show this mask (U24). */
  readonly mask?: "" | "***";
}

const endpoint = text(1, 512, /^[A-Za-z0-9._~:/-]+$/);
const azureId = text(1, 36, /^[-0-9a-zA-Z]+$/);
const azureEnvironment = z.enum(["azure", "azure_china", "azure_germany", "azure_us_government"]);
const port = z.union([z.string().regex(/^\d+$/), z.int().min(1).max(65_535)]);

// biome-ignore format: one field a line
const connectionFields: Readonly<Record<KeystoreType, Readonly<Record<string, Field>>>> = {
  ibm_cloud_kms: {
    ibm_api_endpoint: { schema: endpoint, fixed: true, shown: "" },
    ibm_iam_endpoint: { schema: endpoint, fixed: true, shown: "" },
    ibm_api_key: { schema: text(1, 64, /^[A-Za-z0-9-_&.]*$/), mask: "" },
    ibm_instance_id: { schema: text(1, 256, /^[A-Za-z0-9-]*$/), fixed: true, shown: "" },
    ibm_key_ring: { schema: text(2, 100, /^[a-zA-Z0-9-]*$/), initial: "Default" },
  },
  aws_kms: {
    aws_region: { schema: text(1, 100, /^[a-z0-9_-]+$/), fixed: true, shown: "" },
    aws_access_key_id: { schema: text(1, 512, /^[A-Za-z0-9-_]*$/), mask: "" },
    aws_secret_access_key: { schema: text(1, 512, /^[A-Za-z0-9-_/]*$/), mask: "" },
  },
  azure_key_vault: {
    azure_service_name: { schema: text(3, 24, /^[A-Za-z0-9-]+$/), fixed: true, shown: "" },
    azure_resource_group: { schema: text(1, 90, /^[-\w._()]*[^.]$/), fixed: true, shown: "" },
    azure_service_principal_client_id: { schema: azureId, shown: "" },
    azure_service_principal_password: { schema: text(1, 256, /^[-0-9a-zA-Z_.]+$/), mask: "***" },
    azure_tenant: { schema: azureId, fixed: true, shown: "" },
    azure_subscription_id: { schema: azureId, fixed: true, shown: "" },
    azure_variant: { schema: z.enum(["premium", "standard"]), optional: true },
    azure_location: { schema: text(1, 100, /^[a-z0-9_-]+$/), optional: true },
    azure_environment: { schema: azureEnvironment, optional: true },
  },
  google_kms: {
    google_credentials: { schema: z.base64().min(1).max(524_288), mask: "" },
    google_location: { schema: text(1, 512, /^[A-Za-z0-9-]*$/), optional: true, fixed: true, shown: "" },
    google_key_ring: { schema: text(1, 1024, /^[A-Za-z0-9-]*$/), optional: true, fixed: true, shown: "" },
    google_project_id: { schema: text(1, 512, /^[A-Za-z0-9-_]*$/), optional: true, fixed: true },
    google_private_key_id: { schema: text(1, 512, /^[A-Za-z0-9-_]*$/), optional: true, fixed: true },
  },
  cca: {
    cca_host: { schema: z.string().min(1), shown: "" },
    cca_port: { schema: port, shown: "" },
    cca_public_key_hash: { schema: z.string().min(1), shown: "" },
    cca_use_tls: { schema: z.boolean(), optional: true, shown: true },
    cca_trusted_issuer: { schema: z.string(), optional: true },
  },
};

/** Maps each field of a type to a value; fields without a value are left out. */
function eachField<Value>(type: KeystoreType, propertyOf: (field: Field) => Value | undefined): Record<string, Value> {
  const values = Object.entries(connectionFields[type]).map(([name, field]) => [name, propertyOf(field)] as const);
  return Object.fromEntries(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** The fields that responses require, for a keystore without a value. */
export const requiredFields = (type: KeystoreType) => eachField(type, ({ shown }) => shown);

/** The secrets as responses show them. */
export const maskedSecrets = (type: KeystoreType) => eachField(type, ({ mask }) => mask);

const common = {
  description: z.string().max(200).optional(),
  groups: z.array(groupName).min(1).max(128).optional(),
  tls_proxy: z
    .string()
    .regex(/^[^\s:]+:\d{1,5}$/)
    .optional(),
};
const name = text(1, 100, /^[A-Za-z0-9][A-Za-z0-9 ._-]*$/);
const created = { ...common, vault: vaultSchema };

export interface CreateFields extends PatchFields {
  readonly type: KeystoreType;
  readonly ibm_variant?: Keystore["variant"];
  readonly vault: { readonly id: string };
}

const connecting = (type: KeystoreType) =>
  eachField(type, ({ schema, optional, initial }) => {
    if (initial !== undefined) return schema.default(initial);
    return optional === true ? schema.optional() : schema;
  });
const ibmVariant = <Variant extends string>(variant: Variant, fields: Readonly<Record<string, z.ZodType>>) =>
  z.strictObject({ type: z.literal("ibm_cloud_kms"), ibm_variant: z.literal(variant), name, ...created, ...fields });

const createSchema = z.discriminatedUnion("type", [
  z.discriminatedUnion("ibm_variant", [
    ibmVariant("internal", {}),
    ibmVariant("hpcs", connecting("ibm_cloud_kms")),
    ibmVariant("key_protect", connecting("ibm_cloud_kms")),
  ]),
  ...(["aws_kms", "azure_key_vault", "google_kms", "cca"] as const).map((type) =>
    z.strictObject({
      type: z.literal(type),
      name: type === "azure_key_vault" ? name.optional() : name,
      ...created,
      ...connecting(type),
    }),
  ),
]);

export function parseCreation(call: Call): CreateFields {
  return parseBody(call, createSchema);
}

const changed = { ...common, name: name.optional() };

/** A masked secret, as responses show it, stays unchanged (U24). */
const patchSchema = (type: KeystoreType) =>
  z.strictObject({
    ...changed,
    ...eachField(type, ({ schema, mask }) =>
      (mask === undefined ? schema : z.union([z.literal(["", "***"]), schema])).optional(),
    ),
  });

export interface PatchFields {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly [field: string]: unknown;
}

/** `place` locates an internal keystore: a request may repeat it unchanged (U22). */
export function parsePatch(
  call: Call,
  type: KeystoreType,
  place: Readonly<Record<string, string | boolean>> | undefined,
): PatchFields {
  if (place === undefined) return parseBody(call, patchSchema(type));
  const same = Object.entries(place).map(([field, value]) => [field, z.literal(value).optional()] as const);
  const fields = parseBody(call, z.strictObject({ ...changed, ...Object.fromEntries(same) }));
  return Object.fromEntries(Object.entries(fields).filter(([field]) => !(field in place)));
}

/** The first field that would change, but never changes once a keystore is connected. */
export function changedIdentity({ type, fields: before }: Keystore, fields: PatchFields): string | undefined {
  const isFixed = (field: string): boolean => connectionFields[type][field]?.fixed === true;
  return Object.keys(fields).find((field) => isFixed(field) && fields[field] !== before[field]);
}

const notConnection: ReadonlySet<string> = new Set(["type", "vault", "name", "description", "groups", "ibm_variant"]);

/** Splits a body into the fields that responses show, and whether its secrets work. */
export function splitConnection(
  type: KeystoreType,
  body: Readonly<Record<string, unknown>>,
): { readonly fields: Readonly<Record<string, unknown>>; readonly works: boolean | undefined } {
  const secretNames = Object.keys(maskedSecrets(type));
  const given = Object.entries(body).filter(([field]) => !notConnection.has(field));
  const fields = Object.fromEntries(given.filter(([field]) => !secretNames.includes(field)));
  const secrets = given.flatMap(([field, value]) =>
    secretNames.includes(field) && typeof value === "string" && value !== "" && value !== "***" ? [value] : [],
  );
  const derived = type === "google_kms" ? derivedFromCredentials(secrets[0]) : {};
  const works = secrets.length === 0 ? undefined : !secrets.some(isWrong);
  return { fields: { ...derived, ...fields }, works };
}

/** Whether the remote keystore refuses the secret, which it does for `wrong`, in base64 for Google. */
function isWrong(secret: string): boolean {
  return secret === "wrong" || Buffer.from(secret, "base64").toString() === "wrong";
}

/** Google's project and private key id come from the key file (3.7). */
function derivedFromCredentials(credentials: string | undefined): Record<string, string> {
  try {
    const file: unknown = JSON.parse(Buffer.from(credentials ?? "", "base64").toString());
    const entries = new Map<string, unknown>(Object.entries(file ?? {}));
    const [project, key] = [entries.get("project_id"), entries.get("private_key_id")];
    return {
      ...(typeof project === "string" ? { google_project_id: project } : {}),
      ...(typeof key === "string" ? { google_private_key_id: key } : {}),
    };
  } catch {
    return {};
  }
}
