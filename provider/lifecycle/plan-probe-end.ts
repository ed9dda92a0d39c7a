/**
 * The planner that deletes the test key of `uko doctor --probe-tags`. That key was never active, so one person is enough. It
 * deletes only the key that this run created, by ID and label, and only while the key is unused: without this check,
 * one person could delete any key through the probe.
 */

import type { KeyObservation } from "./observation.ts";
import type { DeletionPolicy, Plan, Run } from "./plan.ts";
import { planKeyDeletion } from "./plan-key-deletion.ts";

/** The key as this same run created it. */
export interface ProbeKey {
  readonly keyId: string;
  /** Contains random digits of this run. */
  readonly label: string;
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

/**
 * Returns the next step towards removal. Returns `done`, and so changes nothing, for a key that is not the probe's, or
 * that another person started to use.
 */
export function planProbeEnd(observation: KeyObservation, probe: ProbeKey, run: Run, nowMs: number): Plan {
  const { facts, state } = observation;
  const isOwn = facts.keyId === probe.keyId && facts.label === probe.label && facts.version <= 1;
  const isUnused = state === "pre_activation" || state === "destroyed";
  if (!isOwn || !isUnused) return { kind: "done" };
  // A missing marker counts as `both` because the key's creator is unknown. This same run created
  // the probe's key.
  const marked: KeyObservation = { ...observation, marker: observation.marker ?? "single" };
  return planKeyDeletion(marked, probePolicy, run, nowMs);
}
