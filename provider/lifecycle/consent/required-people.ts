/**
 * Orders the values of the marker; authorization.ts applies the rule. On an existing key, `uko` only makes the marker
 * stricter, so that no edit of a program makes one person enough (provider/docs/explanation/two-people.md).
 */

import type { KeyObservation, RequiredPeople } from "../vocabulary/observation.ts";

/** How many people the program, the provider and the environment demand together. */
export interface DemandedPeople {
  /**
   * Absent in a command, which sees no program. Then the strictest rule counts, and the run leaves the marker as it is.
   * Such a run knows neither the program's goal nor its deletionProtection.
   */
  readonly people?: RequiredPeople | undefined;
  /** What counts instead of `single` where KMS, or a request on the key, demands two people. Absent: `both`. */
  readonly peopleForTwo?: RequiredPeople | undefined;
}

/** Each number of people, the loosest first. */
export const requiredPeopleValues = ["single", "destroy", "both"] as const satisfies readonly RequiredPeople[];

export function isLooser(one: RequiredPeople, other: RequiredPeople): boolean {
  return requiredPeopleValues.indexOf(one) < requiredPeopleValues.indexOf(other);
}

export function stricterOf(one: RequiredPeople, other: RequiredPeople): RequiredPeople {
  return isLooser(one, other) ? other : one;
}

/**
 * The marker that counts for a key. Without a marker, the creator is unknown, so two people are required for both
 * steps.
 */
export function markerOf({ marker }: Pick<KeyObservation, "marker">): RequiredPeople {
  return marker ?? "both";
}

/** The people that the policy demands: the strictest rule if no program is known. */
export function demandedBy({ people }: DemandedPeople): RequiredPeople {
  return people ?? "both";
}

/** The people that the policy demands where something else than the program demands two. */
export function demandedForTwo(policy: DemandedPeople): RequiredPeople {
  const demanded = demandedBy(policy);
  return demanded === "single" ? (policy.peopleForTwo ?? "both") : demanded;
}

/** What a state shows for a key without a marker. */
export const noMarker = "none";

/**
 * The marker as a state shows it. A person can edit a state, so the program's policy takes the place of a value that `uko`
 * does not write. A plan may then announce more than the run does, and never less.
 */
export function shownMarker(shown: unknown, policy: DemandedPeople): RequiredPeople | undefined {
  return shown === noMarker
    ? undefined
    : (requiredPeopleValues.find((marker) => marker === shown) ?? demandedBy(policy));
}

/** The marker that a consent record leaves on the key; never looser than before. */
export function markerBesideRecord(observation: KeyObservation, policy: DemandedPeople): RequiredPeople {
  const marker = markerOf(observation);
  return policy.people === undefined ? marker : stricterOf(marker, demandedBy(policy));
}
