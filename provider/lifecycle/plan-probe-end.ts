/**
 * Plans the deletion of the throwaway key of `uko probe`, which creates a key to try the service.
 * One person is enough for this key, because nothing depends on it, unless its marker or KMS
 * requires two. Without the checks below, one person could delete any key through the probe:
 *
 * - *Another key.* The key must have the ID and the label of the run that created it, and its first version. The label
 *   holds random digits, and a later run knows both only by the seal of the same person's API key.
 * - *A key that was used.* A key that was active is deleted only if its probe activated it. The service must also list
 *   no resource that uses it. A list that cannot be read counts as a use.
 * - *A key that another writer changed.* The last writer must be one of the people of the run, if the service names
 *   one.
 * - *A key that another person created.* A person holds the API key that seals the list of left keys, so this person
 *   can seal a list with any key in it. No person can change who created a key.
 */

import { type Identity, isSame, type KeyObservation } from "./observation.ts";
import type { DeletionPolicy, Plan, Run } from "./plan.ts";
import { planKeyDeletion } from "./plan-key-deletion.ts";

/** The key as the probe created it. */
export interface ProbeKey {
  readonly keyId: string;
  /** Contains random digits of the run. */
  readonly label: string;
  /** Whether the probe itself made the key active. */
  readonly isActivated: boolean;
  /** The person who created the key comes first, then the second person of the run. */
  readonly writers: readonly Identity[];
}

/**
 * The code asks for one person. A marker, or KMS's own dual authorization, still requires two
 * (provider/docs/explanation/two-people.md, "The marker").
 */
const probePolicy: DeletionPolicy = {
  goal: "removed",
  deletionProtection: false,
  dualAuthorization: "single",
  gate: "both",
};

/** Returns the next step towards removal. Returns `done`, and so changes nothing, if a check above fails. */
export function planProbeEnd(observation: KeyObservation, probe: ProbeKey, run: Run, nowMs: number): Plan {
  const { facts, createdBy, updatedBy } = observation;
  const isOwn = facts.keyId === probe.keyId && facts.label === probe.label && facts.version <= 1;
  const [creator] = probe.writers;
  const isCreator = createdBy === undefined || (creator !== undefined && isSame(creator, createdBy));
  const isWriterKnown = updatedBy === undefined || probe.writers.some((writer) => isSame(writer, updatedBy));
  if (!isOwn || !isCreator || !isWriterKnown || !isUnused(observation, probe)) return { kind: "done" };
  // A missing marker counts as `both` because the key's creator is unknown. The probe created this key.
  const marked: KeyObservation = { ...observation, marker: observation.marker ?? "single" };
  return planKeyDeletion(marked, probePolicy, run, nowMs);
}

function isUnused({ state, use }: KeyObservation, { isActivated }: ProbeKey): boolean {
  if (state === "pre_activation" || state === "destroyed") return true;
  return (state === "active" || state === "deactivated") && isActivated && use.kind === "known" && use.count === 0;
}
