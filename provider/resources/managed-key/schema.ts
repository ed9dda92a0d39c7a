/** Defines the inputs and outputs of a managed key, each described once for all engines. */

import * as z from "zod";
import { endsLikeRecord } from "../../lifecycle/consent/record-locations.ts";
import { noMarker, requiredPeopleValues } from "../../lifecycle/consent/required-people.ts";
import { type LifecycleState, lifecycleStates } from "../../lifecycle/key/lifecycle-state.ts";
import { keyStates, keystoreStatuses, keystoreSyncFlags } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { KeystoreStatus as ObservedKeystore } from "../../lifecycle/vocabulary/observation.ts";
import { holdTagName, isHoldTag, reservedTagPrefix } from "../../lifecycle/vocabulary/tag-names.ts";
import { deletionProtection, dualAuthorization, pendingOutputFields, uuid } from "../shared-inputs.ts";

const date = z.iso.date("must be a date such as 2027-01-31");
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
  .refine((all) => !Object.keys(all).some((name) => isHoldTag({ name })), {
    message: `may not have the name ${holdTagName}, in any case: \`uko hold KEY\` sets a hold, and \`uko hold KEY --release\` ends it`,
  })
  .refine((all) => Object.keys(all).length <= maxUserTags, { message: `has room for ${maxUserTags} tags` });

/** Values for the placeholders of a naming scheme (uko-v4.md 3.11). */
const labelTags = z.record(
  z.string().regex(/^[A-Za-z0-9]{1,20}$/, "has a name that no naming scheme can have (1 to 20 letters and digits)"),
  z.string().regex(/^[A-Za-z0-9 ]{2,}$/, "must be 2 or more letters, digits and blanks"),
);

/** The inputs that set the marker. */
const peopleInputs = ["dualAuthorization", "deletionGate"] as const;

/** Inputs that the service accepts only by PATCH and stores as text. Creation, update and state treat them alike. */
export const patchedInputs = ["activationDate", "expirationDate"] as const;

/** The inputs (uko-v4.md 2.5 K2, K4). An absent input keeps the service's value. */
export const managedKeyInputs = z.strictObject({
  vaultId: uuid.meta({ description: "UUID of the vault that holds the key.", immutable: true }),
  template: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, "must be the name of a template")
    .meta({ description: "Name of the key template. Keys are compared by the template's ID. Cannot change." }),
  label: z
    .string()
    .regex(/^[A-Za-z0-9._ /-]{1,255}$/, "must be 1 to 255 letters, digits, blanks and . _ / -")
    .optional()
    .meta({
      description:
        "Name of the key, 1 to 255 characters. A keystore may accept fewer. Omit it if the template's naming scheme creates it.",
    }),
  description: z
    .string()
    .max(200)
    .refine((text) => !endsLikeRecord(text), { message: "may not end in [uko1…], which uko keeps for itself" })
    .optional()
    .meta({ description: "Up to 200 characters; up to 110 if the service keeps no tags." }),
  tags: tags.optional().meta({
    description:
      "Your own tags; `{}` removes all but a `hold`. Values may contain letters, digits, `_` and white space.",
  }),
  labelTags: labelTags.optional().meta({
    description: "Values for the placeholders of the template's naming scheme, which creates the label.",
    immutable: true,
    role: "creation",
  }),
  activationDate: date
    .optional()
    .meta({ description: "First day of use, `YYYY-MM-DD`. For planning only: nothing happens on this day." }),
  expirationDate: date
    .optional()
    .meta({ description: "Last day of use, `YYYY-MM-DD`. For planning only: nothing happens on this day." }),
  state: z
    .enum(["active", "deactivated", "destroyed"])
    .meta({
      type: {
        name: "TargetState",
        description: "The state that an update brings a managed key to.",
        values: {
          active: "In use.",
          deactivated: "Out of use. The key can be reactivated.",
          destroyed: "The key material is destroyed. This cannot be undone.",
        },
      },
    })
    .optional()
    .meta({
      description:
        "Target state of updates. Deactivating and destroying require two people. An update never reactivates a key.",
      role: "goal",
      progress: "lifecycleState",
    }),
  rotationTrigger: z.string().min(1).max(200).optional().meta({
    description: "Each change of this value rotates the key once, on the next update. A new key is not rotated.",
    role: "trigger",
  }),
  align: z.boolean().default(false).meta({
    description:
      "Whether an update installs the key in the keystores that its template names now. An update never removes the key from a keystore.",
    role: "goal",
    progress: "alignment",
  }),
  existingKeyId: uuid
    .optional()
    .meta({ description: "Adopts this key instead of creating one.", immutable: true, role: "creation" }),
  deletionProtection: deletionProtection("Refuses every step of the key's deletion."),
  dualAuthorization: dualAuthorization.default("required").meta({
    description:
      "Whether the key's deletion requires two people. `single` applies to a key that this resource creates. The rule of an existing key only gets stricter.",
    role: "policy",
    progress: "dualMarker",
  }),
  deletionGate: z
    .enum(["both", "destroy"])
    .meta({
      type: {
        name: "DeletionGate",
        description: "The steps of a managed key's deletion that require two people.",
        values: { both: "Deactivate and destroy.", destroy: "Destroy only." },
      },
    })
    .default("both")
    .meta({
      description: "The steps that require two people: deactivate and destroy (`both`), or `destroy` only.",
      role: "policy",
      progress: "dualMarker",
    }),
  deletionCompletesAt: z
    .enum(["removed", "destroyed", "destruction_scheduled"])
    .meta({
      type: {
        name: "DeletionCompletesAt",
        description: "The point at which a managed key may leave state.",
        values: {
          removed: "The metadata of the key is removed, too.",
          destroyed: "Every keystore has destroyed the key.",
          destruction_scheduled: "The key is destroyed, and its keystores wait out their pending periods.",
        },
      },
    })
    .default("removed")
    .meta({
      description:
        "When the key may leave state. The values before `removed` leave metadata behind, which blocks the deletion of the template and the vault.",
      role: "policy",
    }),
  deletionReason: z.string().max(500).optional().meta({
    description: "Reason for the deletion, up to 500 characters. The consent record keeps it.",
    role: "policy",
  }),
});
export type ManagedKeyInputs = z.infer<typeof managedKeyInputs>;

/** A word that this release does not know is `unrecognized`, also one of a later release in a state (decision 62). */
const keystoreStatus = z
  .enum([...keystoreStatuses, "unrecognized"])
  .catch("unrecognized")
  .meta({
    type: {
      name: "KeystoreStatus",
      description: "Whether a keystore holds the material of a key.",
      values: {
        active: "The key is there and can be used.",
        not_active: "The key is there and cannot be used.",
        not_present: "The key is not there.",
        wrong_key: "Another value than expected is there.",
        pending_destruction: "The keystore destroys the key after its pending period.",
        unknown: "The service does not know the status.",
        error: "The keystore could not be read.",
        unrecognized: "A status that this release does not recognize.",
      } satisfies Record<ObservedKeystore["status"], string>,
    },
  });
const keystoreSyncFlag = z
  .enum([...keystoreSyncFlags, "unrecognized"])
  .catch("unrecognized")
  .meta({
    type: {
      name: "KeystoreSyncFlag",
      description: "Whether a keystore and the service agree on a key.",
      values: {
        ok: "They agree.",
        out_of_sync: "They differ.",
        error: "The service could not compare them.",
        verifying_sync: "The service compares them.",
        unrecognized: "A word that this release does not recognize.",
      } satisfies Record<ObservedKeystore["syncFlag"], string>,
    },
  });

const keystore = z
  .object({
    name: z.string().meta({ description: "Name of the keystore." }),
    type: z.string().meta({ description: "Type of the keystore, as the service reports it, such as `aws_kms`." }),
    status: keystoreStatus.meta({ description: "Whether the keystore holds the key material." }),
    syncFlag: keystoreSyncFlag.meta({ description: "Whether the keystore and the service agree." }),
    destructionAt: z.string().optional().meta({
      description: "When the keystore destroys the key material, ISO 8601 UTC.",
    }),
  })
  .meta({ description: "A keystore's status of the key.", type: { name: "ManagedKeyKeystore" } });

/**
 * The state: the inputs as the service returns them, and the outputs that only the service knows. Times are ISO 8601 UTC.
 */
export const managedKeyState = managedKeyInputs.extend({
  template: managedKeyInputs.shape.template.meta({ description: "Name of the key template." }),
  // The values as the service returns them. They may be older than the rules for new keys, and such a key must still be
  // deletable.
  label: z.string().meta({ description: "Name of the key." }),
  description: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  activationDate: z.string().optional(),
  expirationDate: z.string().optional(),
  instanceId: z.string().meta({ description: "ID of the instance that the key belongs to.", changedBy: [] }),
  keyId: uuid.meta({ description: "UUID of the key.", changedBy: [] }),
  templateId: z.string().meta({ description: "UUID of the template.", changedBy: [] }),
  version: z
    .int()
    .meta({ description: "1 at creation, incremented by each rotation.", changedBy: ["rotationTrigger"] }),
  algorithm: z.string().meta({ description: "Algorithm, as the service reports it, such as `aes`.", changedBy: [] }),
  size: z.string().meta({ description: "Size, as the service reports it, such as `256`.", changedBy: [] }),
  keyState: z.string().meta({
    description: `State, as the service reports it: ${keyStates.map((word) => `\`${word}\``).join(", ")}, or a word that this release does not know.`,
    changedBy: ["state"],
  }),
  dualMarker: z
    .enum([...requiredPeopleValues, noMarker])
    .optional()
    .catch(undefined)
    .meta({
      description: "The marker on the key: the steps of its deletion that require two people.",
      changedBy: [...peopleInputs],
      type: {
        name: "DualMarker",
        description: "The marker on a managed key.",
        values: {
          both: "Two people deactivate and destroy.",
          destroy: "Two people destroy.",
          single: "One person is enough.",
          none: "The key has no marker, which counts as `both`.",
        },
      },
    }),
  hold: z.string().optional().meta({
    description:
      "The holds in force, as the tag `hold` has them, such as `legal ticket L_7 by IBMid_5 since 2026_12_01`. While it is set, no run takes a step of the key's deletion. Not set if the key is not held.",
    changedBy: [],
  }),
  alignment: z
    .enum(["aligned", "unaligned"])
    .optional()
    .catch(undefined)
    .meta({
      description:
        "Whether the key is in every keystore that its template names. Not set if the service does not report it.",
      changedBy: ["state", "rotationTrigger", "align"],
      type: {
        name: "Alignment",
        description: "Whether a managed key is in every keystore that its template names.",
        values: { aligned: "It is in every one of them.", unaligned: "It is missing in one, or is in another one." },
      },
    }),
  lifecycleState: z
    .enum(lifecycleStates)
    .catch("unrecognized")
    .meta({
      description: "The derived state, which includes what a deletion waits for.",
      // A stricter marker makes a deactivated key wait for a request.
      changedBy: ["state", ...peopleInputs],
      type: {
        name: "LifecycleState",
        description: "The state of a managed key, derived from everything that the service reports.",
        values: {
          pending_destruction: "Destroyed; not every keystore reports yet that the key is gone.",
          destroyed: "Destroyed, and every keystore reports live that the key is gone; the metadata still exists.",
          cooling_down: "Deactivated 4 hours ago or less, so the key cannot be destroyed yet.",
          pending_approval: "One person requested the next step, and a second person has to approve it.",
          approved: "A second person approved the next step, and the next run of the requester takes it.",
          pending_request: "A deletion waits for a person to request the next step.",
          deactivated: "Out of use.",
          compromised: "Marked as compromised.",
          active: "In use.",
          pre_activation: "Not installed yet.",
          unrecognized: "A state that this release does not recognize. uko takes no step on such a key.",
        } satisfies Record<LifecycleState, string>,
      },
    }),
  keystores: z
    .array(keystore)
    .meta({ description: "Each keystore's status of the key.", changedBy: ["state", "rotationTrigger", "align"] }),
  ...pendingOutputFields,
  deletionAwaits: pendingOutputFields.deletionAwaits.meta({ changedBy: ["state", ...peopleInputs] }),
});
/** State read back from an engine, which may have added its own properties. */
export const storedManagedKeyState = z.object(managedKeyState.shape);
export type ManagedKeyState = z.infer<typeof managedKeyState>;
