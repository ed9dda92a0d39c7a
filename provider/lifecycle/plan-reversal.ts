/**
 * The planner of a reversal: it takes a consent record off a key, or makes a deactivated key active
 * again. A reversal happens only by command.
 */

import { deadEnd } from "./guards.ts";
import { isLeftByService, mayStillFit, planKeyWrite } from "./key-write.ts";
import { windowToUnset } from "./kms-window.ts";
import type { KeyObservation } from "./observation.ts";
import { type Plan, type Run, ready, refuse, unlessRefused } from "./plan.ts";

/** `withdraw` takes back a request; `reactivate` also ends the outage. */
export type Reversal = "withdraw" | "reactivate";

/** The next step back; `done` if nothing is left to undo. One person is enough. */
export function planReversal(observation: KeyObservation, reversal: Reversal, run: Run, nowMs: number): Plan {
  return unlessRefused(planByState(observation, reversal, run, nowMs), run);
}

function planByState(observation: KeyObservation, reversal: Reversal, run: Run, nowMs: number): Plan {
  const end = deadEnd(observation);
  if (end !== undefined) return refuse(end);
  if (reversal === "withdraw" || observation.state === "active") return cleanUp(observation, run, nowMs);
  if (observation.state !== "deactivated") return refuse({ guard: "never_active" });
  return ready(mustClear(observation, run, nowMs) ? { kind: "drop_record", dropsNote: true } : { kind: "reactivate" });
}

/**
 * The activation has no body, so it cannot remove a record from the key (key-write.ts), or the note of the deactivation
 * that it undoes. A person whom the service does not let change tags can still end the outage, except in the two
 * seconds in which a planted record would look like that person's own record.
 */
function mustClear(observation: KeyObservation, run: Run, nowMs: number): boolean {
  const isRefused = run.refusals?.some(({ step }) => step === "drop_record") === true;
  if (isRefused) return mayStillFit(observation, run.actor.writesAs, nowMs);
  const isNoted = observation.note !== undefined && run.droppedHere === undefined;
  return isNoted || planKeyWrite(observation, "reactivate", nowMs, run).kind === "drop_first";
}

/** The record goes first: while it is on the key, a person could still act on it. */
function cleanUp(observation: KeyObservation, run: Run, nowMs: number): Plan {
  if (observation.carried.kind !== "none" && !isLeftByService(observation, run, nowMs)) {
    return ready({ kind: "drop_record" });
  }
  const unset = windowToUnset(observation, nowMs);
  return unset === undefined ? { kind: "done" } : ready(unset);
}
