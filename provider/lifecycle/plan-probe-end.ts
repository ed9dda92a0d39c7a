/** Plans the end of the key that a probe made for itself: never active, so one person is enough, and no other key is ever ended by it. */

import type { KeyObservation } from "./observation.ts";
import type { DeletionPolicy, Plan, Run } from "./plan.ts";
import { planKeyDeletion } from "./plan-key-deletion.ts";

/** The key as this very run made it. */
export interface ProbeKey {
  readonly keyId: string;
  /** Holds random digits of this run. */
  readonly label: string;
}

/** Code asks for one person, so a marker or KMS's own dual authorization still makes it two (provider/docs/two-people.md, "The marker"). */
const probePolicy: DeletionPolicy = {
  goal: "removed",
  deletionProtection: false,
  dualAuthorization: "single",
  gate: "both",
};

/**
 * Answers the next step towards removal, or `done` for a key that is to be left alone: one that is not the probe's, or that
 * somebody took into use meanwhile.
 */
export function planProbeEnd(observation: KeyObservation, probe: ProbeKey, run: Run, nowMs: number): Plan {
  const { facts, state } = observation;
  const isOwn = facts.keyId === probe.keyId && facts.label === probe.label && facts.version <= 1;
  const isUnused = state === "pre_activation" || state === "destroyed";
  if (!isOwn || !isUnused) return { kind: "done" };
  // A missing marker counts as `both` because nobody knows who made the key; this one the very run made.
  const marked: KeyObservation = { ...observation, marker: observation.marker ?? "single" };
  return planKeyDeletion(marked, probePolicy, run, nowMs);
}
