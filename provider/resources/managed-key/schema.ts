/** Inputs and outputs of a managed key, each described once for every door. */

import * as z from "zod";
import { lifecycleStates } from "../../lifecycle/lifecycle-state.ts";
import { endsLikeCarrier, reservedTagPrefix } from "../../lifecycle/record-carriers.ts";
import { uuid } from "../uuid.ts";

const date = z.iso.date("has to be a date such as 2027-01-31");
const maxUserTags = 125;

const tags = z
  .record(
    z
      .string()
      .regex(
        /^[A-Za-z0-9 -_]{1,254}$/,
        "has a name that the service does not take: 1 to 254 plain letters, digits, blanks and signs such as . _ -",
      ),
    z
      .string()
      .regex(/^(\w|\s)*$/, "may hold only letters, digits, _ and white space")
      .max(8192),
  )
  .refine((all) => Object.keys(all).every((name) => !name.startsWith(reservedTagPrefix)), {
    message: `may not have names that begin with ${reservedTagPrefix}, which uko keeps for itself`,
  })
  .refine((all) => Object.keys(all).length <= maxUserTags, { message: `has room for ${maxUserTags} tags` });

/** Values for the placeholders of a naming scheme (uko-v4.md 3.11). */
const labelTags = z.record(
  z.string().regex(/^[A-Za-z0-9]{1,20}$/, "has a name that no naming scheme can have (1 to 20 letters and digits)"),
  z.string().regex(/^[A-Za-z0-9 ]{2,}$/, "has to be 2 or more letters, digits and blanks"),
);

/** Inputs (uko-v4.md 2.5 K2, K4). An absent input keeps the service's value. */
export const managedKeyInputs = z.strictObject({
  vaultId: uuid.meta({ description: "UUID of the vault that the key lives in. Cannot change." }),
  template: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, "has to be the name of a template")
    .meta({ description: "Name of the key template; the key is compared by the template's id. Cannot change." }),
  label: z
    .string()
    .regex(/^[A-Za-z0-9._ /-]{1,255}$/, "may hold letters, digits, blanks and . _ / -")
    .optional()
    .meta({ description: "Name of the key; absent where the template's naming scheme makes it." }),
  description: z
    .string()
    .max(200)
    .refine((text) => !endsLikeCarrier(text), { message: "may not end in [uko1…], which uko keeps for itself" })
    .optional()
    .meta({ description: "Up to 200 characters; up to 110 where the service keeps no tags." }),
  tags: tags.optional().meta({ description: "Tags of your own; {} for none." }),
  labelTags: labelTags.optional().meta({
    description: "Values for the placeholders of the template's naming scheme, which makes the label. Cannot change.",
  }),
  activationDate: date.optional().meta({ description: "First day of use. Planning only: nothing happens on it." }),
  expirationDate: date.optional().meta({ description: "Last day of use. Planning only: nothing happens on it." }),
  state: z.enum(["active", "deactivated", "destroyed"]).optional().meta({
    description: "State to aim at on updates. Going down takes two people; it never reactivates a key.",
  }),
  rotationTrigger: z.string().min(1).max(200).optional().meta({
    description:
      "A change of this value, whatever it is, rotates the key once on the next update; a new key is not rotated.",
  }),
  align: z.boolean().default(false).meta({
    description:
      "Whether an update brings the key into the keystores that its template names by now. Never takes it out of one.",
  }),
  existingKeyId: uuid.optional().meta({ description: "Adopts this key instead of making one. Cannot change." }),
  deletionProtection: z.boolean().default(false).meta({ description: "Refuses every step towards the key's end." }),
  dualAuthorization: z.enum(["required", "single"]).default("required").meta({
    description:
      "Whether the key's deletion takes two people. single counts for a key that this resource creates; on an existing key the marker decides until another person approves uko loosen.",
  }),
  deletionGate: z.enum(["both", "destroy"]).default("both").meta({
    description: "Which steps take two people: deactivate and destroy, or destroy alone.",
  }),
  deletionCompletesAt: z.enum(["removed", "destroyed", "destruction_scheduled"]).default("removed").meta({
    description: "When the key may leave the state; the earlier ones leave a record that blocks template and vault.",
  }),
  deletionReason: z
    .string()
    .max(500)
    .optional()
    .meta({ description: "Why the key is ended; kept in the consent record." }),
});
export type ManagedKeyInputs = z.infer<typeof managedKeyInputs>;

const keystore = z
  .object({
    name: z.string().meta({ description: "Name of the keystore." }),
    type: z.string().meta({ description: "The service's word for its type, for instance aws_kms." }),
    status: z.string().meta({ description: "Whether the material is there, in the service's word." }),
    syncFlag: z.string().meta({ description: "Whether keystore and service agree, in the service's word." }),
    destructionAt: z.string().optional().meta({ description: "When the material is destroyed, ISO 8601 UTC." }),
  })
  .meta({ description: "What one keystore says of the key." });

/**
 * State: the inputs as the service returns them, and the outputs that only the service knows. Times
 * are ISO 8601 UTC.
 */
export const managedKeyState = managedKeyInputs.extend({
  // As the service returns them. They may be older than the rules for new keys, and the key must be
  // deletable all the same.
  label: z.string().meta({ description: "Name of the key." }),
  description: z.string().optional().meta(described(managedKeyInputs.shape.description)),
  tags: z.record(z.string(), z.string()).optional().meta(described(managedKeyInputs.shape.tags)),
  activationDate: z.string().optional().meta(described(managedKeyInputs.shape.activationDate)),
  expirationDate: z.string().optional().meta(described(managedKeyInputs.shape.expirationDate)),
  instanceId: z.string().meta({ description: "Instance that the key belongs to." }),
  keyId: z.string().meta({ description: "UUID of the key." }),
  templateId: z.string().meta({ description: "UUID of the template." }),
  version: z.int().meta({ description: "1 at creation, one more for each rotation." }),
  algorithm: z.string().meta({ description: "The service's word, for instance aes." }),
  size: z.string().meta({ description: "Size as the service says it, for instance 256." }),
  keyState: z.string().meta({ description: "The service's own word for the state." }),
  dualMarker: z.string().optional().meta({
    description:
      "What the key's own marker asks for: both, destroy or single; none where it has none, which counts as both.",
  }),
  alignment: z.string().optional().meta({
    description: "aligned or unaligned: whether the key is where its template wants it; absent where untold.",
  }),
  lifecycleState: z.enum(lifecycleStates).meta({ description: "The one derived state, pending approval included." }),
  keystores: z.array(keystore).meta({ description: "What each keystore says of the key." }),
  deletionAwaits: z.string().optional().meta({ description: "approval, time, or person_to_unblock." }),
  deletionNotBefore: z.string().optional().meta({ description: "The next step is refused before this time." }),
  deletionRequestedBy: z.string().optional().meta({ description: "IAM id of the author of the binding record." }),
  deletionRecordId: z.string().optional().meta({ description: "Id of the binding record, as UKO_CONSENT takes it." }),
});
/** State read back from an engine, which may have added its own properties. */
export const storedManagedKeyState = z.object(managedKeyState.shape);
export type ManagedKeyState = z.infer<typeof managedKeyState>;

function described(schema: z.ZodType): { readonly description: string } {
  return { description: schema.description ?? "" };
}
