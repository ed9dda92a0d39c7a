/**
 * The marker on a key: how many people its deletion requires. A program or a state cannot loosen it
 * (provider/docs/explanation/two-people.md).
 */

import type { DualMarker, KeyObservation, LooseningStep, LooserMarker } from "./observation.ts";
import type { DeletionPolicy } from "./plan.ts";

/** The loosest first. */
export const dualMarkers = ["single", "destroy", "both"] as const satisfies readonly DualMarker[];

export function isLooser(one: DualMarker, other: DualMarker): boolean {
  return dualMarkers.indexOf(one) < dualMarkers.indexOf(other);
}

export function stricterOf(one: DualMarker, other: DualMarker): DualMarker {
  return isLooser(one, other) ? other : one;
}

/** Without a marker, the creator is unknown, so two people are required for both steps. */
export function markerOf({ marker }: Pick<KeyObservation, "marker">): DualMarker {
  return marker ?? "both";
}

/** The combined policy of program, state, provider and environment. */
export function demandedBy({
  dualAuthorization,
  gate,
}: Pick<DeletionPolicy, "dualAuthorization" | "gate">): DualMarker {
  return dualAuthorization === "single" ? "single" : gate;
}

/** The marker as a state or the key itself shows it; undefined for any other value. */
export function shownMarker(shown: unknown): DualMarker | undefined {
  return dualMarkers.find((marker) => marker === shown);
}

/** The marker that a consent record leaves on the key; never looser than before. */
export function markerBesideRecord(observation: KeyObservation, policy: DeletionPolicy): DualMarker {
  const marker = markerOf(observation);
  return policy.isAssumed === true ? marker : stricterOf(marker, demandedBy(policy));
}

export function looseningTo(marker: LooserMarker): LooseningStep {
  return marker === "single" ? "loosen_to_single" : "loosen_to_destroy";
}

export function targetOf(step: LooseningStep): LooserMarker {
  return step === "loosen_to_single" ? "single" : "destroy";
}
