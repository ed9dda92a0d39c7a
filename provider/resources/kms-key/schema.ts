/** Defines the inputs and outputs of a KMS key, each described once for all engines. */

import * as z from "zod";
import { kmsKeyStates, kmsLifecycleStates } from "../../lifecycle/kms-key/kms-key-states.ts";
import { reservedTagPrefix } from "../../lifecycle/vocabulary/tag-names.ts";
import { uuidForm } from "../../text/uuid-form.ts";
import { awaitsField, deletionProtection, dualAuthorization, uuid } from "../shared-inputs.ts";

const base64 = z
  .string()
  .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, "must be base64")
  .min(1);
const trigger = z.string().min(1).max(200);
/** kms-v2-and-iam.md 2.2. */
const reservedAliases: readonly string[] =
  "allowed_ip key keys metadata policy policies registration registrations ring rings rotate wrap unwrap rewrap version versions".split(
    " ",
  );
/** The most tags of a program. KMS accepts 30, and the mark of the creation is one of them (decision 0010). */
const maxUserTags = 29;

const alias = z
  .string()
  .regex(/^[A-Za-z0-9_-]{2,90}$/, "may hold 2 to 90 letters, digits, - and _")
  .refine((text) => !uuidForm.test(text.toLowerCase()), { message: "may not be a UUID" })
  .refine((text) => !reservedAliases.includes(text), { message: "is a word that KMS keeps for itself" });

const secureImport = {
  description: "For a secure import, together with an encrypted payload.",
  immutable: true,
  role: "creation",
} as const;

/** The inputs (kms-v2-and-iam.md 2.2, 2.11). An absent input keeps the value in KMS. */
export const kmsKeyInputs = z.strictObject({
  name: z.string().min(2).max(90).meta({
    description: "Name of the key, 2 to 90 characters. KMS does not require it to be unique.",
    immutable: true,
  }),
  type: z
    .enum(["root", "standard"])
    .meta({
      type: {
        name: "KmsKeyType",
        description: "The purpose of a KMS key.",
        values: { root: "Wraps other keys and never leaves KMS.", standard: "Can be read from KMS." },
      },
    })
    .default("root")
    .meta({
      description: "A `root` key wraps other keys and never leaves KMS. A `standard` key can be read from KMS.",
      immutable: true,
    }),
  description: z.string().min(2).max(240).optional().meta({ description: "2 to 240 characters.", immutable: true }),
  tags: z
    .array(z.string().min(2).max(90))
    .max(maxUserTags)
    .refine((all) => all.every((tag) => !tag.startsWith(reservedTagPrefix)), {
      message: `may not begin with ${reservedTagPrefix}, which uko keeps for itself`,
    })
    .optional()
    .meta({ description: "Your own tags.", immutable: true, isSet: true }),
  aliases: z
    .array(alias)
    .max(5)
    .refine((all) => new Set(all).size === all.length, { message: "may name each only once" })
    .optional()
    .meta({ description: "Up to 5 further names; `[]` removes all.", isSet: true }),
  keyRing: z
    .string()
    .regex(/^[a-zA-Z0-9-]{2,100}$/, "may hold 2 to 100 letters, digits and -")
    .optional()
    .meta({ description: "Key ring, created if it does not exist. Never the key ring of an internal keystore." }),
  expirationDate: z.iso
    .datetime({ offset: true, error: "must be a time such as 2030-01-31T00:00:00Z" })
    .optional()
    .meta({ description: "When KMS deactivates the key, such as `2030-01-31T00:00:00Z`.", immutable: true }),
  payload: base64.optional().meta({
    description:
      "Base64 of 16, 24 or 32 bytes: imports the key. A new payload takes effect with a changed `rotationTrigger`.",
    secret: true,
  }),
  encryptedNonce: base64.optional().meta(secureImport),
  iv: base64.optional().meta(secureImport),
  encryptionAlgorithm: z
    .enum(["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"])
    .meta({
      type: {
        name: "EncryptionAlgorithm",
        description: "How the payload of a secure import is encrypted.",
        values: { RSAES_OAEP_SHA_256: "RSAES OAEP with SHA-256.", RSAES_OAEP_SHA_1: "RSAES OAEP with SHA-1." },
      },
    })
    .optional()
    .meta(secureImport),
  dualAuthDelete: z.boolean().optional().meta({
    description:
      "KMS's own dual authorization. It is turned on for a new key if `dualAuthorization` is `required`, and on an existing key only if the program says `true`. KMS never turns it off again.",
    progress: "dualAuthDelete",
  }),
  rotationIntervalMonths: z.int().min(1).max(12).optional().meta({
    description: "Months between rotations by KMS, for a root key that was not imported.",
  }),
  rotationTrigger: trigger.optional().meta({
    description: "Any text. Each change of it rotates the key once.",
    role: "trigger",
  }),
  restoreTrigger: trigger.optional().meta({
    description: "Any text. Each change of it restores a destroyed key once, within 30 days.",
    role: "trigger",
  }),
  existingKeyId: uuid
    .optional()
    .meta({ description: "Adopts this key instead of creating one.", immutable: true, role: "creation" }),
  deletionProtection: deletionProtection("Refuses every step of the key's deletion."),
  dualAuthorization: dualAuthorization.default("required").meta({
    description:
      "Whether the key's deletion requires two people. KMS's own dual authorization takes precedence over `single`.",
    role: "policy",
  }),
  deletionCompletesAt: z
    .enum(["destroyed", "removed"])
    .meta({
      type: {
        name: "KmsKeyDeletionCompletesAt",
        description: "The point at which a KMS key may leave state.",
        values: {
          destroyed: "The key is destroyed.",
          removed: "KMS has removed the metadata of the key, up to 90 days later.",
        },
      },
    })
    .default("destroyed")
    .meta({
      description: "When the key may leave state: `destroyed`, or `removed` up to 90 days later with its metadata.",
      role: "policy",
    }),
});
export type KmsKeyInputs = z.infer<typeof kmsKeyInputs>;

/**
 * The state: the inputs as KMS returns them, and the outputs that only KMS knows. Times are ISO 8601 UTC; the payload is
 * a digest.
 */
export const kmsKeyState = z.object({
  ...kmsKeyInputs.shape,
  // The description as KMS returns it, which the rules for new keys may not allow.
  description: z.string().optional(),
  aliases: z.array(z.string()).optional(),
  tags: z.array(z.string()).optional(),
  keyRing: z.string(),
  expirationDate: z.string().optional(),
  payload: z.string().optional(),
  // KMS never turns it off again.
  dualAuthDelete: z.boolean().meta({ changedBy: ["dualAuthDelete"] }),
  instanceId: z.string().meta({ description: "ID of the instance that the key belongs to.", changedBy: [] }),
  keyId: uuid.meta({ description: "UUID of the key.", changedBy: [] }),
  crn: z.string().meta({ description: "Cloud resource name of the key.", changedBy: [] }),
  keyState: z.string().meta({
    description: `State, as KMS reports it: ${kmsKeyStates.map((word) => `\`${word}\``).join(", ")}, or a number that this release does not know.`,
    changedBy: ["restoreTrigger"],
  }),
  lifecycleState: z
    .enum(kmsLifecycleStates)
    .catch("unrecognized")
    .meta({
      description: "The derived state, which includes a pending approval.",
      changedBy: ["restoreTrigger"],
      type: {
        name: "KmsKeyLifecycleState",
        description: "The state of a KMS key, derived from everything that KMS reports.",
      },
    }),
  imported: z.boolean().meta({ description: "Whether the key material was imported.", changedBy: ["payload"] }),
  lastRotatedAt: z
    .string()
    .optional()
    .meta({ description: "When the key was last rotated, ISO 8601 UTC.", changedBy: ["rotationTrigger", "payload"] }),
  deletionAwaits: awaitsField.meta({ changedBy: ["restoreTrigger"] }),
  deletionNotBefore: z
    .string()
    .optional()
    .meta({
      description: "When KMS begins to purge the metadata of the key, ISO 8601 UTC.",
      changedBy: ["restoreTrigger"],
    }),
  deletionRecordId: z.string().optional().meta({
    description: "Name of the open deletion window.",
    changedBy: [],
  }),
  deletionRecordExpiresAt: z
    .string()
    .optional()
    .meta({ description: "When the open deletion window ends, ISO 8601 UTC.", changedBy: [] }),
});
export type KmsKeyState = z.infer<typeof kmsKeyState>;
