/**
 * Orders the values of the marker; authorization.ts applies the rule. On an existing key, `uko` only makes the marker
 * stricter, so that no edit of a program makes one person enough (provider/docs/explanation/two-people.md).
 */

import type { DeletionGate, DualMarker, KeyObservation } from "../vocabulary/observation.ts";

/** The part of a deletion's policy that says how many people it demands. */
export interface DemandedPeople {
  readonly dualAuthorization: "required" | "single";
  readonly gate: DeletionGate;
  /**
   * The strictest rule of two people, assumed by the command line, which sees no program. Such a run leaves the marker as it
   * is, and knows neither the program's goal nor its deletionProtection.
   */
  readonly isAssumed?: true;
}

/** The values of the marker, the loosest first. */
export const dualMarkers = ["single", "destroy", "both"] as const satisfies readonly DualMarker[];

export function isLooser(one: DualMarker, other: DualMarker): boolean {
  return dualMarkers.indexOf(one) < dualMarkers.indexOf(other);
}

export function stricterOf(one: DualMarker, other: DualMarker): DualMarker {
  return isLooser(one, other) ? other : one;
}

/**
 * The marker that counts for a key. Without a marker, the creator is unknown, so two people are required for both
 * steps.
 */
export function markerOf({ marker }: Pick<KeyObservation, "marker">): DualMarker {
  return marker ?? "both";
}

/** The marker that the policy demands. The policy already combines program, state, provider and environment. */
export function demandedBy({ dualAuthorization, gate }: DemandedPeople): DualMarker {
  return dualAuthorization === "single" ? "single" : gate;
}

/** What a state shows for a key without a marker. */
export const noMarker = "none";

/**
 * The marker as a state shows it. A person can edit a state, so the program's policy takes the place of a value that `uko`
 * does not write. A plan may then announce more than the run does, and never less.
 */
export function shownMarker(shown: unknown, policy: DemandedPeople): DualMarker | undefined {
  return shown === noMarker ? undefined : (dualMarkers.find((marker) => marker === shown) ?? demandedBy(policy));
}

/** The marker that a consent record leaves on the key; never looser than before. */
export function markerBesideRecord(observation: KeyObservation, policy: DemandedPeople): DualMarker {
  const marker = markerOf(observation);
  return policy.isAssumed === true ? marker : stricterOf(marker, demandedBy(policy));
}
