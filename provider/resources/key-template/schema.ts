/** Inputs and outputs of a key template, each described once for every door. */

import * as z from "zod";
import { uuid } from "../uuid.ts";

const period = z
  .string()
  .max(100)
  .regex(/^P(?=[0-9])([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?$/, "has to be an ISO 8601 period such as P5Y1M1W2D");
const words = /^[A-Za-z0-9][A-Za-z0-9-_ ]+$/;
const protection = z.enum(["hsm", "software"]);

const google = z
  .strictObject({
    protectionLevel: protection.meta({ description: "hsm or software." }),
    purpose: z
      .enum(["encrypt_decrypt", "asymmetric_decrypt", "asymmetric_sign", "mac"])
      .meta({ description: "What Google lets the key do." }),
    algorithm: z
      .string()
      .regex(/^[a-z0-9_]{1,100}$/, "has to be one of Google's, such as google_symmetric_encryption")
      .meta({ description: "Google's algorithm, such as google_symmetric_encryption." }),
  })
  .meta({ description: "For google_kms." });
const azure = z
  .strictObject({
    protectionLevel: protection.optional().meta({ description: "hsm or software." }),
    operations: z
      .array(z.enum(["decrypt", "encrypt", "sign", "unwrap_key", "verify", "wrap_key"]))
      .optional()
      .meta({ description: "What Azure lets the key do." }),
  })
  .meta({ description: "For azure_key_vault. Cannot change." });
const cca = z
  .strictObject({
    usageControl: z
      .enum(["key_management_only", "signature_and_key_management", "signature_only"])
      .optional()
      .meta({ description: "What CCA lets the key do." }),
    keyType: z.enum(["cipher", "data", "exporter", "importer"]).optional().meta({ description: "CCA's key type." }),
    keyWords: z.array(z.string().min(1)).optional().meta({ description: "CCA's key words." }),
  })
  .meta({ description: "For cca; on-premises only." });

/** uko-v4.md 2.5 T2, T4, 3.5, 3.6. An absent input keeps the service's value. */
export const keyTemplateInputs = z.strictObject({
  vaultId: uuid.meta({ description: "UUID of the vault that the template is in. Cannot change." }),
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, "has to begin with a letter, and may hold letters, digits and -")
    .meta({ description: "Name of the template, unique in its vault; some releases take up to 30 characters." }),
  description: z.string().max(200).optional().meta({ description: "Up to 200 characters." }),
  namingScheme: z.string().min(1).optional().meta({ description: "How labels are made, with <tags>. Cannot change." }),
  algorithm: z
    .enum(["aes", "rsa", "hmac", "ec", "des", "dilithium"])
    .meta({ description: "Algorithm; des and dilithium on-premises only. Cannot change." }),
  size: z
    .string()
    .regex(/^[A-Za-z0-9]{1,100}$/, "may hold letters and digits")
    .meta({ description: "Size, such as 256." }),
  activationPeriod: period.meta({ description: "From creation to the first day of use, such as P0D." }),
  expirationPeriod: period.meta({ description: "To the last day of use, such as P2Y." }),
  keyState: z
    .enum(["active", "pre_activation"])
    .default("active")
    .meta({ description: "State of a new key; an active one is installed at once." }),
  deactivateOnRotation: z.boolean().optional().meta({ description: "Deactivates older versions on rotation." }),
  keystoreType: z
    .enum(["ibm_cloud_kms", "aws_kms", "azure_key_vault", "google_kms", "cca"])
    .meta({ description: "Type of the keystores that keys go to. Cannot change." }),
  group: z
    .string()
    .max(200)
    .regex(words, `has characters that the service does not take: it has to match ${words.source}`)
    .meta({ description: "Group of keystores that keys go to. A change is refused while it would cut a key off." }),
  keystoreNamingScheme: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "How keys are named in the keystore. Cannot change." }),
  google: google.optional(),
  azure: azure.optional(),
  cca: cca.optional(),
  archived: z
    .boolean()
    .default(false)
    .meta({ description: "No new keys and no alignment from it; existing keys keep working." }),
  existingTemplateId: uuid
    .optional()
    .meta({ description: "Adopts this template instead of making one. Cannot change." }),
  deletionProtection: z.boolean().default(false).meta({ description: "Refuses to delete the template." }),
});
export type KeyTemplateInputs = z.infer<typeof keyTemplateInputs>;

/**
 * A later release of the service may add words; they are shown and compared, and no decision
 * depends on them.
 */
function anyWord<Known extends string>(_known: z.ZodType<Known, unknown>): z.ZodType<Known> {
  return z.string().default("") as z.ZodType<string> as z.ZodType<Known>;
}

/**
 * State: the inputs as the service returns them, and the outputs that only the service knows. Texts
 * are not held to the rules for new inputs.
 */
export const keyTemplateState = z.object({
  ...keyTemplateInputs.shape,
  name: z.string(),
  description: z.string().optional(),
  namingScheme: z.string().optional(),
  algorithm: anyWord(keyTemplateInputs.shape.algorithm),
  size: z.string(),
  activationPeriod: z.string(),
  expirationPeriod: z.string(),
  keyState: anyWord(keyTemplateInputs.shape.keyState),
  keystoreType: anyWord(keyTemplateInputs.shape.keystoreType),
  group: z.string(),
  keystoreNamingScheme: z.string().optional(),
  google: z
    .object({
      protectionLevel: anyWord(protection),
      purpose: anyWord(google.shape.purpose),
      algorithm: anyWord(google.shape.algorithm),
    })
    .optional(),
  azure: z
    .object({
      protectionLevel: anyWord(protection).optional(),
      operations: z.array(anyWord(azure.shape.operations.unwrap().element)).optional(),
    })
    .optional(),
  cca: z
    .object({
      usageControl: anyWord(cca.shape.usageControl.unwrap()).optional(),
      keyType: anyWord(cca.shape.keyType.unwrap()).optional(),
      keyWords: z.array(z.string()).optional(),
    })
    .optional(),
  instanceId: z.string().meta({ description: "Instance that the template belongs to." }),
  templateId: z.string().meta({ description: "UUID of the template." }),
  version: z.int().meta({ description: "One more for each update." }),
});
export type KeyTemplateState = z.infer<typeof keyTemplateState>;
