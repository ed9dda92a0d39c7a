/**
 * Decides what stops a deletion whoever asks for it, when the material of a key is gone, and from which states no step
 * leads back.
 *
 * Before the deactivation and before the destruction, four things stop a step: a hold, `deletionProtection` in the
 * program (no command sees a program), a resource with a retention policy that uses the key, and facts that could not be read. A hold comes first,
 * because another person set it, for example a lawyer. It also stops the removal: the metadata can be what a court
 * asked to keep. What cannot be read stops the step. Otherwise a missing right, or an outage of another service, would
 * read as "used by nothing". A backing key that KMS does not know, although UKO still expects it, counts as not read.
 *
 * Before the removal from the vault, key material that may be left stops the step. The removal erases the last trace of
 * the key, so a mistake would leave material in a cloud that no record points to. A keystore that is out of sync, in
 * error, or silent counts as holding the key. For a keystore that is pending, the run waits.
 */

import { holdsInForce } from "../consent/hold.ts";
import { assertNever } from "../vocabulary/assert-never.ts";
import type { BackingKey, KeyObservation, KeystoreStatus } from "../vocabulary/observation.ts";
import type { DeletionPolicy, Guard } from "./plan.ts";
import {
  datedContradictions,
  materialContradiction,
  type NamedKeystore,
  namingContradictions,
} from "./removal-evidence.ts";

/** The first precondition that does not hold; undefined if all hold. */
export function failingGuard(observation: KeyObservation, policy: DeletionPolicy, nowMs: number): Guard | undefined {
  const hold = holdGuard(observation, nowMs);
  if (hold !== undefined) return hold;
  if (policy.deletionProtection) return { guard: "deletion_protection" };
  if (observation.use.kind === "unreadable") return { guard: "use_unreadable", reason: observation.use.reason };
  if (observation.use.retainedBy.length > 0) {
    return { guard: "retention_policy", resources: observation.use.retainedBy };
  }
  return unreadableBackingKey(observation);
}

/** The holds that forbid every run to take anything from the key; undefined if none is in force. */
export function holdGuard(
  { holds }: Pick<KeyObservation, "holds">,
  nowMs: number,
): Extract<Guard, { guard: "held" }> | undefined {
  const inForce = holdsInForce(holds, nowMs);
  return inForce.length === 0 ? undefined : { guard: "held", holds: inForce };
}

/** Why no step leads back from the key's state; undefined if one may. */
export function deadEnd({ state, stateWord, keystores }: KeyObservation): Guard | undefined {
  switch (state) {
    case "destroyed":
      return { guard: "already_destroyed", pending: keystores.filter(isPending) };
    case "compromised":
    case "destroyed_compromised":
      return { guard: "compromised", stateWord };
    case "unrecognized":
      return { guard: "state_unrecognized", stateWord };
    case "pre_activation":
    case "active":
    case "deactivated":
      return undefined;
    default:
      return assertNever(state);
  }
}

/** What blocks the removal. `untilMs` is absent if any of the keystores reports no date. */
export type LeftoverMaterial =
  | { readonly kind: "nothing" }
  | { readonly kind: "pending"; readonly keystores: readonly KeystoreStatus[]; readonly untilMs?: number }
  | { readonly kind: "held"; readonly guard: Guard };

/** The facts that the rule of the removal reads. The evidence of a key contains only these facts. */
export type RemovalObservation = Pick<
  KeyObservation,
  "state" | "keystores" | "keystoresAreLive" | "storedKeystores" | "materialIn" | "backingKeys"
> & { readonly facts: Pick<KeyObservation["facts"], "keystores"> };

/**
 * Compares what every source reports about a destroyed key: the live status of each keystore that
 * is named anywhere, the key's own metadata, and KMS. Only "not present, in sync" from all of them
 * counts as gone (decision 0032). The removal follows this rule, and so does every word for a key that is destroyed:
 * with a weaker rule, a report would call a key destroyed that a cloud still holds. A refresh and a list read no backing
 * keys. So they can say `destroyed` of a key for whose backing key a removal still waits.
 * `inManifest` are the keystores that a campaign once read for the key.
 */
export function findLeftoverMaterial(
  observation: RemovalObservation,
  nowMs: number,
  inManifest: readonly NamedKeystore[] = [],
): LeftoverMaterial {
  if (!observation.keystoresAreLive) return held({ guard: "status_not_live" });
  const holding = observation.keystores.filter((each) => !isGone(each) && !isPending(each));
  if (holding.length > 0) return held({ guard: "keystore_holds_key", keystores: holding });
  const contradictions = [...namingContradictions(observation, inManifest), ...datedContradictions(observation, nowMs)];
  if (contradictions.length > 0) return held({ guard: "removal_contradicted", contradictions });
  const pending = observation.keystores.filter(isPending);
  if (pending.length > 0) return pendingUntil(pending);
  const material = materialContradiction(observation);
  if (material !== undefined) return held({ guard: "removal_contradicted", contradictions: [material] });
  const unreadable = unreadableBackingKey(observation);
  if (unreadable !== undefined) return held(unreadable);
  for (const backingKey of observation.backingKeys) {
    if (backingKey.kind === "present" && backingKey.state !== "destroyed") {
      return held({ guard: "backing_key_remains", kmsKeyId: backingKey.kmsKeyId, state: backingKey.state });
    }
  }
  return { kind: "nothing" };
}

/**
 * The same rule for a key from a list, which shows only what the service stored. A stored status can
 * show that a key waits until a date in the future. A stored status never shows that a key is gone.
 */
export function findStoredLeftover(observation: KeyObservation, nowMs: number): LeftoverMaterial {
  const remains = findLeftoverMaterial({ ...observation, keystoresAreLive: true }, nowMs);
  const isWaiting = remains.kind === "pending" && remains.untilMs !== undefined && remains.untilMs > nowMs;
  return isWaiting ? remains : held({ guard: "status_not_live" });
}

/**
 * Whether uko cannot know where the material is, because a response is missing or the responses contradict
 * each other. A report counts such a key as not read. A keystore that reports the key does not make the
 * key unproven, because its response says where the material is.
 */
export function isUnproven(leftover: LeftoverMaterial): boolean {
  return leftover.kind === "held" && unproven.includes(leftover.guard.guard);
}

const unproven: readonly Guard["guard"][] = ["status_not_live", "removal_contradicted", "backing_key_unreadable"];

function held(guard: Guard): LeftoverMaterial {
  return { kind: "held", guard };
}

function pendingUntil(keystores: readonly KeystoreStatus[]): LeftoverMaterial {
  const dates = keystores.map((each) => each.destructionAtMs);
  const known = dates.filter((date) => date !== undefined);
  return { kind: "pending", keystores, ...(known.length === dates.length && { untilMs: Math.max(...known) }) };
}

function unreadableBackingKey({
  backingKeys,
  state,
}: Pick<KeyObservation, "backingKeys" | "state">): Guard | undefined {
  for (const backingKey of backingKeys) {
    const { kind, kmsKeyId } = backingKey;
    if (kind === "unreadable") return { guard: "backing_key_unreadable", kmsKeyId, reason: backingKey.reason };
    if (kind === "absent" && isExpected(backingKey, state)) {
      const reason = `KMS does not know key ${kmsKeyId}, although UKO reports the managed key as ${state}.`;
      return { guard: "backing_key_unreadable", kmsKeyId, reason };
    }
  }
  return undefined;
}

/** Whether UKO expects the backing key. If KMS does not know it then, KMS's own rule for its deletion is unknown too. */
function isExpected(
  { keystoreSays }: Extract<BackingKey, { kind: "absent" }>,
  state: KeyObservation["state"],
): boolean {
  return state === "active" || (state !== "destroyed" && keystoreSays !== "not_present");
}

/** Details of a present key, or of a keystore that could not be read (uko-v4.md 3.4). */
const detailsOfPresence: readonly string[] = [
  "active_key_is_active_in_keystore",
  "connection_error",
  "deactivated_key_is_deactivated_in_keystore",
  "deactivated_key_is_not_deactivated_in_keystore",
  "destroyed_key_is_present_in_keystore",
  "destroyed_pending_key_is_pending_destruction_in_keystore",
  "pre_active_key_is_present_in_keystore",
  "target_keystore_removed_by_user_contains_an_active_key",
];

function isGone(status: KeystoreStatus): boolean {
  const isPlain = status.error === undefined && !detailsOfPresence.includes(status.detail);
  return status.status === "not_present" && status.syncFlag === "ok" && isPlain;
}

export function isPending(status: KeystoreStatus): boolean {
  return status.status === "pending_destruction" && status.syncFlag === "ok";
}
