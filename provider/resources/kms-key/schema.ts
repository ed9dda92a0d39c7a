/** Inputs and outputs of a KMS key, each described once for every door. */

import * as z from "zod";
import { kmsLifecycleStates } from "../../lifecycle/kms-key-states.ts";
import { reservedTagPrefix } from "../../lifecycle/record-carriers.ts";
import { uuidForm } from "../../uuid-form.ts";
import { uuid } from "../uuid.ts";

const base64 = z
  .string()
  .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, "has to be base64")
  .min(1);
const trigger = z.string().min(1).max(200);
/** kms-v2-and-iam.md 2.2. */
const reservedAliases: readonly string[] =
  "allowed_ip key keys metadata policy policies registration registrations ring rings rotate wrap unwrap rewrap version versions".split(
    " ",
  );
/** KMS accepts 30, and the mark of the creation is one of them (decision 0010). */
const maxUserTags = 29;

const alias = z
  .string()
  .regex(/^[A-Za-z0-9_-]{2,90}$/, "may hold 2 to 90 letters, digits, - and _")
  .refine((text) => !uuidForm.test(text.toLowerCase()), { message: "may not be a UUID" })
  .refine((text) => !reservedAliases.includes(text), { message: "is a word that KMS keeps for itself" });

/** kms-v2-and-iam.md 2.2, 2.11. An absent input keeps the value in KMS. */
export const kmsKeyInputs = z.strictObject({
  name: z.string().min(2).max(90).meta({ description: "Name of the key, not unique in KMS. Cannot change." }),
  type: z.enum(["root", "standard"]).default("root").meta({
    description: "A root key wraps other keys and never leaves KMS; a standard key is handed out. Cannot change.",
  }),
  description: z.string().min(2).max(240).optional().meta({ description: "2 to 240 characters. Cannot change." }),
  tags: z
    .array(z.string().min(2).max(90))
    .max(maxUserTags)
    .refine((all) => all.every((tag) => !tag.startsWith(reservedTagPrefix)), {
      message: `may not begin with ${reservedTagPrefix}, which uko keeps for itself`,
    })
    .optional()
    .meta({ description: "Tags of your own. Cannot change." }),
  aliases: z
    .array(alias)
    .max(5)
    .refine((all) => new Set(all).size === all.length, { message: "may name each only once" })
    .optional()
    .meta({ description: "Up to 5 further names; [] for none." }),
  keyRing: z
    .string()
    .regex(/^[a-zA-Z0-9-]{2,100}$/, "may hold 2 to 100 letters, digits and -")
    .optional()
    .meta({ description: "Key ring, made where it is absent; never that of an internal keystore." }),
  expirationDate: z.iso
    .datetime({ offset: true, error: "has to be a time such as 2030-01-31T00:00:00Z" })
    .optional()
    .meta({ description: "When KMS deactivates the key, such as 2030-01-31T00:00:00Z. Cannot change." }),
  payload: base64.optional().meta({
    description: "Base64 of 16, 24 or 32 bytes: imports the key. A new one is used with a changed rotationTrigger.",
  }),
  encryptedNonce: base64.optional().meta({ description: "Secure import, beside an encrypted payload. Cannot change." }),
  iv: base64.optional().meta({ description: "Secure import, beside an encrypted payload. Cannot change." }),
  encryptionAlgorithm: z
    .enum(["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"])
    .optional()
    .meta({ description: "Secure import, beside an encrypted payload. Cannot change." }),
  dualAuthDelete: z.boolean().optional().meta({
    description:
      "KMS's own dual authorization. On for a new key where dualAuthorization is required; on an existing key only where the program says true. KMS never turns it off again.",
  }),
  rotationIntervalMonths: z.int().min(1).max(12).optional().meta({
    description: "Months between rotations by KMS, of a root key that was not imported.",
  }),
  rotationTrigger: trigger.optional().meta({ description: "Any text: each change of it rotates the key once." }),
  restoreTrigger: trigger.optional().meta({
    description: "Any text: each change of it brings a destroyed key back once, within 30 days.",
  }),
  existingKeyId: uuid.optional().meta({ description: "Adopts this key instead of making one. Cannot change." }),
  deletionProtection: z.boolean().default(false).meta({ description: "Refuses every step towards the key's end." }),
  dualAuthorization: z.enum(["required", "single"]).default("required").meta({
    description: "Whether two people stand behind the key's end. KMS's own dual authorization outweighs single.",
  }),
  deletionCompletesAt: z.enum(["destroyed", "removed"]).default("destroyed").meta({
    description: "When the key may leave the state: destroyed, or up to 90 days later with its metadata.",
  }),
});
export type KmsKeyInputs = z.infer<typeof kmsKeyInputs>;

/**
 * State: the inputs as KMS returns them, and the outputs that only KMS knows. Times are ISO 8601
 * UTC; the payload is a digest.
 */
export const kmsKeyState = z.object({
  ...kmsKeyInputs.shape,
  // As KMS returns it, in whatever form.
  description: z.string().optional(),
  aliases: z.array(z.string()).optional(),
  tags: z.array(z.string()).optional(),
  keyRing: z.string(),
  expirationDate: z.string().optional(),
  payload: z.string().optional(),
  dualAuthDelete: z.boolean(),
  instanceId: z.string().meta({ description: "Instance that the key belongs to." }),
  keyId: z.string().meta({ description: "UUID of the key." }),
  crn: z.string().meta({ description: "Cloud resource name of the key." }),
  keyState: z.string().meta({ description: "KMS's own state of the key, as a word." }),
  lifecycleState: z.enum(kmsLifecycleStates).meta({ description: "The one derived state, pending approval included." }),
  imported: z.boolean().meta({ description: "Whether its material came from outside." }),
  lastRotatedAt: z.string().optional().meta({ description: "When it was last rotated." }),
  deletionAwaits: z.string().optional().meta({ description: "approval or time." }),
  deletionNotBefore: z.string().optional().meta({ description: "When KMS begins to purge its metadata." }),
  deletionRequestedBy: z.string().optional().meta({ description: "IAM id of whoever set it, where KMS tells." }),
  deletionRecordId: z.string().optional().meta({ description: "Name of the open window, as UKO_CONSENT takes it." }),
});
export type KmsKeyState = z.infer<typeof kmsKeyState>;
