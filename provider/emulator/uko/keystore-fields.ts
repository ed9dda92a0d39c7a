/** The fields of a keystore in requests, by type (uko-v4.md 3.7-3.9). */

import * as z from "zod";
import type { KeystoreType } from "../model.ts";
import type { Call } from "../serve.ts";
import { parseBody } from "./envelope.ts";

const text = (min: number, max: number, pattern: RegExp) => z.string().min(min).max(max).regex(pattern);

const tlsProxy = z.string().regex(/^[^\s:]+:\d{1,5}$/);
const common = {
  description: z.string().max(200).optional(),
  groups: z
    .array(text(1, 200, /^[A-Za-z0-9][A-Za-z0-9-_ ]+$/))
    .min(1)
    .max(128)
    .optional(),
  tls_proxy: tlsProxy.optional(),
};
const name = text(1, 100, /^[A-Za-z0-9][A-Za-z0-9 ._-]*$/);
const created = { ...common, vault: z.strictObject({ id: z.string().min(1).max(36) }) };

const endpoint = text(1, 512, /^[A-Za-z0-9._~:/-]+$/);
const ibm = {
  ibm_api_endpoint: endpoint,
  ibm_iam_endpoint: endpoint,
  ibm_api_key: text(1, 64, /^[A-Za-z0-9-_&.]*$/),
  ibm_instance_id: text(1, 256, /^[A-Za-z0-9-]*$/),
};
const ibmKeyRing = text(2, 100, /^[a-zA-Z0-9-]*$/);

const aws = {
  aws_region: text(1, 100, /^[a-z0-9_-]+$/),
  aws_access_key_id: text(1, 512, /^[A-Za-z0-9-_]*$/),
  aws_secret_access_key: text(1, 512, /^[A-Za-z0-9-_/]*$/),
};

const azureId = text(1, 36, /^[-0-9a-zA-Z]+$/);
const azure = {
  azure_service_name: text(3, 24, /^[A-Za-z0-9-]+$/),
  azure_resource_group: text(1, 90, /^[-\w._()]*[^.]$/),
  azure_service_principal_client_id: azureId,
  azure_service_principal_password: text(1, 256, /^[-0-9a-zA-Z_.]+$/),
  azure_tenant: azureId,
  azure_subscription_id: azureId,
};
const azureOptional = {
  azure_variant: z.enum(["premium", "standard"]).optional(),
  azure_location: text(1, 100, /^[a-z0-9_-]+$/).optional(),
  azure_environment: z.enum(["azure", "azure_china", "azure_germany", "azure_us_government"]).optional(),
};

const googleCredentials = z.base64().min(1).max(524_288);
const googleOptional = {
  google_location: text(1, 512, /^[A-Za-z0-9-]*$/).optional(),
  google_key_ring: text(1, 1024, /^[A-Za-z0-9-]*$/).optional(),
  google_project_id: text(1, 512, /^[A-Za-z0-9-_]*$/).optional(),
  google_private_key_id: text(1, 512, /^[A-Za-z0-9-_]*$/).optional(),
};

const cca = {
  cca_host: z.string().min(1),
  cca_port: z.union([z.string().regex(/^\d+$/), z.int().min(1).max(65_535)]),
  cca_public_key_hash: z.string().min(1),
};
const ccaOptional = { cca_use_tls: z.boolean().optional(), cca_trusted_issuer: z.string().optional() };

const createSchema = z.discriminatedUnion("type", [
  z.discriminatedUnion("ibm_variant", [
    z.strictObject({ type: z.literal("ibm_cloud_kms"), ibm_variant: z.literal("internal"), name, ...created }),
    ...(["hpcs", "key_protect"] as const).map((variant) =>
      z.strictObject({
        type: z.literal("ibm_cloud_kms"),
        ibm_variant: z.literal(variant),
        name,
        ...created,
        ...ibm,
        ibm_key_ring: ibmKeyRing.default("Default"),
      }),
    ),
  ]),
  z.strictObject({ type: z.literal("aws_kms"), name, ...created, ...aws }),
  z.strictObject({
    type: z.literal("azure_key_vault"),
    name: name.optional(),
    ...created,
    ...azure,
    ...azureOptional,
  }),
  z.strictObject({
    type: z.literal("google_kms"),
    name,
    ...created,
    google_credentials: googleCredentials,
    ...googleOptional,
  }),
  z.strictObject({ type: z.literal("cca"), name, ...created, ...cca, ...ccaOptional }),
]);

/** A masked secret, as responses show it, stays unchanged (U24). */
const orMask = (schema: z.ZodType<string>) => z.union([z.literal(["", "***"]), schema]);

const changed = { ...common, name: name.optional() };
const patchSchemas = {
  ibm_cloud_kms: z.strictObject({
    ...changed,
    ...z.strictObject({ ...ibm, ibm_api_key: orMask(ibm.ibm_api_key), ibm_key_ring: ibmKeyRing }).partial().shape,
  }),
  aws_kms: z.strictObject({
    ...changed,
    ...z
      .strictObject({
        ...aws,
        aws_access_key_id: orMask(aws.aws_access_key_id),
        aws_secret_access_key: orMask(aws.aws_secret_access_key),
      })
      .partial().shape,
  }),
  azure_key_vault: z.strictObject({
    ...changed,
    ...azureOptional,
    ...z
      .strictObject({
        ...azure,
        azure_service_principal_password: orMask(azure.azure_service_principal_password),
      })
      .partial().shape,
  }),
  google_kms: z.strictObject({
    ...changed,
    ...googleOptional,
    google_credentials: orMask(googleCredentials).optional(),
  }),
  cca: z.strictObject({ ...changed, ...z.strictObject(cca).partial().shape, ...ccaOptional }),
} as const satisfies Record<KeystoreType, z.ZodType>;

export type CreateFields = z.output<typeof createSchema>;

export function createFields(call: Call): CreateFields {
  return parseBody(call, createSchema);
}

export interface PatchFields {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly [field: string]: unknown;
}

/** `place` locates an internal keystore: a request may repeat it unchanged (U22). */
export function patchFields(
  call: Call,
  type: KeystoreType,
  place: Readonly<Record<string, string>> | undefined,
): PatchFields {
  if (place === undefined) return parseBody(call, patchSchemas[type]);
  const same = Object.entries(place).map(([field, value]) => [field, z.literal(value).optional()] as const);
  const fields = parseBody(call, z.strictObject({ ...changed, ...Object.fromEntries(same) }));
  return Object.fromEntries(Object.entries(fields).filter(([field]) => !(field in place)));
}

/** The mask of each secret in responses (U24). Its value is never kept. */
export const maskedSecrets = {
  ibm_cloud_kms: { ibm_api_key: "" },
  aws_kms: { aws_access_key_id: "", aws_secret_access_key: "" },
  azure_key_vault: { azure_service_principal_password: "***" },
  google_kms: { google_credentials: "" },
  cca: {},
} as const satisfies Record<KeystoreType, Record<string, string>>;

/** Fields that never change once a keystore is connected (3.8, U22). */
const identifying: ReadonlySet<string> = new Set([
  "ibm_api_endpoint",
  "ibm_iam_endpoint",
  "ibm_instance_id",
  "aws_region",
  "azure_service_name",
  "azure_resource_group",
  "azure_tenant",
  "azure_subscription_id",
  "google_project_id",
  "google_location",
  "google_key_ring",
  "google_private_key_id",
]);

/** The first identifying field that would change. */
export function changedIdentity(before: Readonly<Record<string, unknown>>, fields: PatchFields): string | undefined {
  return Object.keys(fields).find((field) => identifying.has(field) && fields[field] !== before[field]);
}

const notConnection: ReadonlySet<string> = new Set(["type", "vault", "name", "description", "groups", "ibm_variant"]);

/** Splits a body into the fields that responses show, and whether its secrets work. */
export function connectionOf(
  type: KeystoreType,
  body: Readonly<Record<string, unknown>>,
): { readonly fields: Readonly<Record<string, unknown>>; readonly works: boolean | undefined } {
  const secretNames = Object.keys(maskedSecrets[type]);
  const given = Object.entries(body).filter(([field]) => !notConnection.has(field));
  const fields = Object.fromEntries(given.filter(([field]) => !secretNames.includes(field)));
  const secrets = given.flatMap(([field, value]) =>
    secretNames.includes(field) && typeof value === "string" && value !== "" && value !== "***" ? [value] : [],
  );
  const derived = type === "google_kms" ? derivedFromCredentials(secrets[0]) : {};
  const works = secrets.length === 0 ? undefined : !secrets.some(isWrong);
  return { fields: { ...derived, ...fields }, works };
}

/** The remote keystore refuses the credential `wrong`, in base64 for Google. */
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
