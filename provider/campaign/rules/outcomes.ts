/**
 * Gives each key exactly one outcome at the end of a campaign, so that no key is unaccounted for. It also decides
 * when a vault, its keystores and its templates may be deleted: only after each key of the vault has a final outcome.
 * In addition, uko must have read the whole vault, and no key in it may be missing from the manifest. Otherwise a
 * container could be deleted under a key that a person still needs. A container that is newer than the manifest is not
 * deleted either. The planner of a container's deletion checks its contents again.
 */

import type { ScheduledKey } from "./schedule.ts";

export type KeyOutcome =
  | "removed"
  /** The evidence notes the removal, and the list of the vault agrees. uko did not ask for the key by its ID. */
  | "removal_recorded"
  /** Destroyed, and every keystore that was ever named reports live that the key is gone. */
  | "destroyed"
  /** The service lists the key as destroyed. uko did not ask its keystores, which the removal does. */
  | "destruction_listed"
  /** Destroyed, but a keystore still reports a date (ahead or past) instead of reporting that the key is gone. */
  | "pending_destruction"
  /**
   * Pending destruction until after the instance ends. From then on, only the provider of the cloud can prove the end.
   */
  | "proof_by_provider"
  /** The instance ends, and the copies in other clouds stay in use without UKO. */
  | "lives_on"
  /** The instance ends, and no copy of the key is outside of it. Data that only this key decrypts is lost then. */
  | "ends_with_instance"
  /** The instance stays, and so does the key, because the campaign leaves it. */
  | "left"
  | "held"
  | "open"
  /** uko could not read the key or the end of its material, so the key does not count for any other outcome. */
  | "not_read";

export interface EndedKey
  extends Pick<
    ScheduledKey,
    "state" | "class" | "materialGoneMs" | "isMaterialUncertain" | "isEndUnproven" | "isEndUnasked"
  > {
  readonly isHeld: boolean;
  readonly isRecorded: boolean;
  /** Whether a keystore of another cloud or instance has the key. False for a KMS key. */
  readonly hasCopyOutside: boolean;
}

export interface CampaignEnd {
  /** Exclusive. */
  readonly deadlineMs: number;
  readonly instanceEnds: boolean;
}

export function outcomeOf(key: EndedKey, end: CampaignEnd): KeyOutcome {
  if (key.state === "gone") return key.isRecorded ? "removal_recorded" : "removed";
  if (key.state === "destroyed") return destroyedOutcome(key, end);
  if (key.isHeld) return "held";
  return key.class === "leave" ? leftOutcome(key, end) : "open";
}

/** What becomes of a key to which the campaign writes nothing. A key without a copy outside must not be called alive. */
function leftOutcome({ hasCopyOutside }: EndedKey, { instanceEnds }: CampaignEnd): KeyOutcome {
  if (!instanceEnds) return "left";
  return hasCopyOutside ? "lives_on" : "ends_with_instance";
}

/** A date that has passed proves nothing: the key stays pending until its keystores report it as gone. */
function destroyedOutcome(key: EndedKey, { deadlineMs }: CampaignEnd): KeyOutcome {
  const { materialGoneMs, isMaterialUncertain, isEndUnproven, isEndUnasked } = key;
  if (isEndUnproven === true) return "not_read";
  if (isMaterialUncertain === true) return "open";
  if (materialGoneMs === undefined) return isEndUnasked === true ? "destruction_listed" : "destroyed";
  return materialGoneMs < deadlineMs ? "pending_destruction" : "proof_by_provider";
}

/** Outcomes that no step of this campaign changes any more. */
const finalOutcomes: readonly KeyOutcome[] = [
  ...([
    "removed",
    "removal_recorded",
    "destroyed",
    "proof_by_provider",
    "lives_on",
    "ends_with_instance",
    "left",
  ] as const),
];

export function isFinal(outcome: KeyOutcome): boolean {
  return finalOutcomes.includes(outcome);
}

/** What the campaign knows about one vault. */
export interface VaultSituation {
  /** Whether its keys and contents could all be listed. */
  readonly isRead: boolean;
  /** The outcomes of its keys in the manifest. */
  readonly outcomes: readonly KeyOutcome[];
  /** Keys in the vault that are not in the manifest. */
  readonly newKeys: number;
}

export type VaultBlock =
  | { readonly kind: "not_read" }
  | { readonly kind: "new_keys"; readonly keys: number }
  | { readonly kind: "unfinished"; readonly keys: number };

/** Why no container of the vault may be deleted yet; undefined if its containers may go. */
export function vaultBlock({ isRead, outcomes, newKeys }: VaultSituation): VaultBlock | undefined {
  if (!isRead) return { kind: "not_read" };
  if (newKeys > 0) return { kind: "new_keys", keys: newKeys };
  const unfinished = outcomes.filter((outcome) => !isFinal(outcome)).length;
  return unfinished > 0 ? { kind: "unfinished", keys: unfinished } : undefined;
}

/** A container that was created after the manifest belongs to a person who may still need it. */
export function isNewerThanManifest(createdAtMs: number | undefined, manifestMs: number): boolean {
  return createdAtMs !== undefined && createdAtMs > manifestMs;
}
