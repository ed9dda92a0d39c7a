/**
 * Defines the fields of a template in requests, with their patterns, and with their defaults for each type of keystore
 * (uko-v4.md 2.5, 3.3, 3.5, 3.6). The file also checks the size of a key for its algorithm and type of keystore.
 */

import * as z from "zod";
import type { Call } from "../http/responses.ts";
import { groupName, templateName, text, vaultSchema } from "../store/forms.ts";
import { type KeystoreType, templateTypes } from "../store/model.ts";
import { invalid, parseBody } from "./envelope.ts";
import { isNamingScheme } from "./naming-scheme.ts";

export const keyAlgorithms = ["aes", "des", "dilithium", "ec", "hmac", "rsa"] as const;

const namingScheme = z.string().min(1).max(255).refine(isNamingScheme);
/** A period such as `P5Y1M1W2D`; the published pattern `P^[0-9YMWD]+$` is malformed (3.5). */
const period = text(3, 100, /^P(\d+[YMWD])+$/);
const protectionLevel = z.enum(["hsm", "software"]);
const rsaSizes = [2048, 3072, 4096];
const googleAlgorithms = [
  "google_symmetric_encryption",
  "hmac_sha256",
  "ec_sign_p256_sha256",
  "ec_sign_p384_sha384",
  "ec_sign_secp256k1_sha256",
  ...rsaSizes.flatMap((bits) => [
    `rsa_sign_pss_${bits}_sha256`,
    `rsa_sign_pkcs1_${bits}_sha256`,
    `rsa_sign_raw_pkcs1_${bits}`,
    `rsa_decrypt_oaep_${bits}_sha1`,
    `rsa_decrypt_oaep_${bits}_sha256`,
  ]),
  "rsa_sign_pss_4096_sha512",
  "rsa_sign_pkcs1_4096_sha512",
  "rsa_decrypt_oaep_4096_sha512",
];
const google = {
  google_key_protection_level: protectionLevel.optional(),
  google_key_purpose: z.enum(["encrypt_decrypt", "asymmetric_decrypt", "asymmetric_sign", "mac"]).optional(),
  google_kms_algorithm: z.enum(googleAlgorithms).optional(),
};
const azure = {
  azure_key_protection_level: protectionLevel.optional(),
  azure_key_operations: z.array(z.enum(["decrypt", "encrypt", "sign", "unwrap_key", "verify", "wrap_key"])).optional(),
};
const cca = {
  cca_usage_control: z.enum(["key_management_only", "signature_and_key_management", "signature_only"]).optional(),
  cca_key_type: z.enum(["cipher", "data", "exporter", "importer"]).optional(),
  cca_key_words: z.array(z.string()).optional(),
};

const placed = { group: groupName, naming_scheme: namingScheme.optional() };
const createdKeystores = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal(["ibm_cloud_kms", "aws_kms"]), ...placed }),
  z.strictObject({ type: z.literal("azure_key_vault"), ...placed, ...azure }),
  z.strictObject({ type: z.literal("google_kms"), ...placed, ...google }),
  z.strictObject({ type: z.literal("cca"), ...placed, ...cca }),
]);

/** The fields of a keystores item that can change. Type, Azure fields and naming scheme cannot (3.6). */
const changeable: Readonly<Partial<Record<KeystoreType, Readonly<Record<string, z.ZodType>>>>> = {
  google_kms: google,
  cca,
};

/** The properties of keys that can change. */
const keyProperties = z.strictObject({
  size: text(1, 100, /^[A-Za-z0-9]+$/),
  activation_date: period,
  expiration_date: period,
  state: z.enum(["active", "pre_activation"]),
  deactivate_on_rotation: z.boolean(),
});

const createSchema = z.strictObject({
  vault: vaultSchema,
  name: templateName,
  description: z.string().max(200).default(""),
  naming_scheme: namingScheme.optional(),
  // `system` templates belong to the product (3.5).
  type: z
    .array(z.enum(templateTypes).exclude(["system"]))
    .length(1)
    .default(["user_defined"]),
  state: z.enum(["archived", "unarchived"]).default("unarchived"),
  key: keyProperties.extend({
    algorithm: z.enum(keyAlgorithms),
    deactivate_on_rotation: z.boolean().default(false),
  }),
  keystores: z.array(createdKeystores).length(1),
});

const patchSchema = (type: KeystoreType) =>
  z.strictObject({
    name: templateName.optional(),
    description: z.string().max(200).optional(),
    key: keyProperties.partial().optional(),
    keystores: z
      .array(z.strictObject({ group: groupName.optional(), ...changeable[type] }))
      .length(1)
      .optional(),
  });

export function parseCreation(call: Call): z.output<typeof createSchema> {
  return parseBody(call, createSchema);
}

export function parsePatch(call: Call, type: KeystoreType): z.output<ReturnType<typeof patchSchema>> {
  return parseBody(call, patchSchema(type));
}

const aesSizes = ["128", "192", "256"];
const sizes: Readonly<Record<string, RegExp>> = {
  aes: new RegExp(`^(${aesSizes.join("|")})$`),
  rsa: new RegExp(`^(${rsaSizes.join("|")})$`),
  ec: /^(256|384|521)$/,
  hmac: /^(25[6-9]|2[6-9]\d|[34]\d\d|50\d|51[0-2])$/,
  des: /./,
  dilithium: /./,
};

/** Checks the size for the algorithm (U34). IBM's own keystores accept only AES 256. */
export function checkSize(type: KeystoreType, algorithm: string, text: string): void {
  if (type !== "cca" && (algorithm === "des" || algorithm === "dilithium")) throw invalid("field", "key.algorithm");
  if (type === "ibm_cloud_kms" && algorithm !== "aes") throw invalid("field", "key.algorithm");
  const isAllowed = type === "ibm_cloud_kms" ? text === "256" : sizes[algorithm]?.test(text) === true;
  if (!isAllowed) throw invalid("field", "key.size");
}

/** The type's fields of a keystores item, with the defaults of Google and Azure keys (3.3). */
export function keystoreFieldsOf(
  type: KeystoreType,
  algorithm: string,
  keySize: string,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { group: _, type: __, naming_scheme: ___, ...fields } = given;
  const all = { ...defaultKeystoreFields(type, algorithm, keySize), ...withoutUndefined(fields) };
  // Google does not support secp256k1 keys in software (3.6).
  const isSecp256k1 = all.google_kms_algorithm === "ec_sign_secp256k1_sha256";
  if (isSecp256k1 && all.google_key_protection_level === "software") {
    throw invalid("field", "keystores.0.google_key_protection_level");
  }
  return all;
}

function withoutUndefined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The default fields of Azure and Google keys (3.3). */
export function defaultKeystoreFields(
  type: KeystoreType,
  algorithm: string,
  keySize: string,
): Readonly<Record<string, unknown>> {
  if (type === "azure_key_vault") return { azure_key_protection_level: "software" };
  if (type !== "google_kms") return {};
  const byAlgorithm: Readonly<Record<string, readonly [string, string]>> = {
    aes: ["encrypt_decrypt", "google_symmetric_encryption"],
    hmac: ["mac", "hmac_sha256"],
    ec: ["asymmetric_sign", keySize === "384" ? "ec_sign_p384_sha384" : "ec_sign_p256_sha256"],
    rsa: ["asymmetric_sign", `rsa_sign_pkcs1_${keySize}_sha256`],
  };
  const [purpose, kmsAlgorithm] = byAlgorithm[algorithm] ?? [];
  return { google_key_protection_level: "software", google_key_purpose: purpose, google_kms_algorithm: kmsAlgorithm };
}
