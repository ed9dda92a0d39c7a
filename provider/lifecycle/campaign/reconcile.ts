/** The one outcome of each key at the end of a campaign, so that no key is unaccounted for. */

import type { ScheduledKey } from "./schedule.ts";

export type KeyOutcome =
  | "removed"
  /** Destroyed, and no keystore holds the material any more. */
  | "destroyed"
  /** Destroyed; a keystore reports a date, ahead or past, and not yet that the key is gone. */
  | "pending_destruction"
  /** The same, with a date after the instance ends: only the provider of the cloud can prove it. */
  | "proof_by_provider"
  | "deactivated"
  /** The copy in the cloud stays in use without UKO. */
  | "lives_on"
  | "kept"
  | "held"
  | "open";

export interface EndedKey extends Pick<ScheduledKey, "state" | "ending" | "materialGoneMs" | "isMaterialUncertain"> {
  readonly class: "destroy" | "migrate" | "leave" | "deactivate" | "keep";
  readonly isHeld: boolean;
}

/** `deadlineMs` is exclusive. */
export function outcomeOf(key: EndedKey, deadlineMs: number): KeyOutcome {
  if (key.state === "gone") return "removed";
  if (key.state === "destroyed") return destroyedOutcome(key, deadlineMs);
  if (key.isHeld) return "held";
  if (key.class === "leave") return "lives_on";
  if (key.class === "keep") return "kept";
  const isEnded = key.ending === "deactivate" && (key.state === "deactivated" || key.state === "pre_activation");
  return isEnded ? "deactivated" : "open";
}

/** A date that has passed proves nothing: the key stays pending until its keystores report it as gone. */
function destroyedOutcome({ materialGoneMs, isMaterialUncertain }: EndedKey, deadlineMs: number): KeyOutcome {
  if (isMaterialUncertain === true) return "open";
  if (materialGoneMs === undefined) return "destroyed";
  return materialGoneMs < deadlineMs ? "pending_destruction" : "proof_by_provider";
}
