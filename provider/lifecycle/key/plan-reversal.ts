/**
 * Plans how a deletion is undone. A withdrawal removes the record from the key, and closes the deletion window of an
 * active backing key, in which another person could otherwise destroy the KMS key behind the managed key. A
 * reactivation also makes a deactivated key active again. One person is enough, because each of these steps only makes
 * a key safer. An engine never undoes a deletion.
 */

import type { KeyObservation } from "../vocabulary/observation.ts";
import { stepsOfKind } from "../vocabulary/steps-taken.ts";
import { deadEnd } from "./guards.ts";
import { carriedId, isLeftByService, mayStillFit, planKeyWrite } from "./key-write.ts";
import { stepToCloseWindow } from "./kms-window.ts";
import { droppedRecordIds, type KeyRun, type Plan, ready, refuse, unlessRefused } from "./plan.ts";
import { soundPlan } from "./sound-plan.ts";

/** `withdraw` takes back a request; `reactivate` also ends the outage. */
export type Reversal = "withdraw" | "reactivate";

/** The next step back; `done` if nothing is left to undo. One person is enough. */
export function planReversal(observation: KeyObservation, reversal: Reversal, run: KeyRun, nowMs: number): Plan {
  const plan = unlessRefused(planByState(observation, reversal, run, nowMs), run);
  return soundPlan(plan, ["drop_record", "unset_for_deletion", "reactivate"], "undo a deletion");
}

function planByState(observation: KeyObservation, reversal: Reversal, run: KeyRun, nowMs: number): Plan {
  const end = deadEnd(observation);
  if (end !== undefined) return refuse(end);
  if (reversal === "withdraw" || observation.state === "active") {
    return cleanUp(observation, reversal, run, nowMs);
  }
  if (observation.state !== "deactivated") return refuse({ guard: "never_active" });
  const drop = { kind: "drop_record", recordId: carriedId(observation), dropsNote: true } as const;
  return ready(mustClear(observation, run, nowMs) ? drop : { kind: "reactivate" });
}

/** How often a run removes a record that another person puts back, before only the time of the record decides. */
const maxDrops = 2;

/**
 * An activation has no body, so it leaves on the key whatever is there (key-write.ts). An outage ends first, and
 * records go afterwards, except a record in the caller's name, which the activation would make look genuine. If the
 * service does not let the caller change tags, or another person keeps putting a record back, the run waits only for
 * the two seconds in which the record could count.
 */
function mustClear(observation: KeyObservation, run: KeyRun, nowMs: number): boolean {
  const isRefused = run.refusals?.some(({ step }) => step === "drop_record") === true;
  return isRefused || droppedRecordIds(run).length >= maxDrops
    ? mayStillFit(observation, run.actor.writesAs, nowMs)
    : planKeyWrite(observation, "reactivate", nowMs, run).kind === "drop_first";
}

/** The record goes first: while it is on the key, a person could still act on it. */
function cleanUp(observation: KeyObservation, reversal: Reversal, run: KeyRun, nowMs: number): Plan {
  // The note of a deactivation that was undone would misdate the next one. A record may leave such a note.
  const dropsNote = reversal === "reactivate";
  const wasNoteDropped = stepsOfKind(run, "drop_record").some((step) => step.dropsNote === true);
  const isNoted = dropsNote && observation.note !== undefined && !wasNoteDropped;
  const isCarried = observation.carried.kind !== "none" && !isLeftByService(observation, run, nowMs);
  if (isCarried || isNoted) {
    return ready({ kind: "drop_record", recordId: carriedId(observation), ...(dropsNote && { dropsNote: true }) });
  }
  const unset = stepToCloseWindow(observation, nowMs);
  return unset === undefined ? { kind: "done" } : ready(unset);
}
