/**
 * The planner of a reversal: it takes a consent record off a key, or makes a deactivated key active
 * again. A reversal happens only by command.
 */

import { anyBindingRecord } from "./consent-record.ts";
import { deadEnd } from "./guards.ts";
import { windowToUnset } from "./kms-window.ts";
import { isSame, type KeyObservation } from "./observation.ts";
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
  return observation.state === "deactivated" ? ready({ kind: "reactivate" }) : refuse({ guard: "never_active" });
}

/** The record goes first: while it is on the key, a person could still act on it. */
function cleanUp(observation: KeyObservation, run: Run, nowMs: number): Plan {
  if (observation.carried.kind !== "none" && !isLeftByService(observation, run, nowMs)) {
    return ready({ kind: "drop_record" });
  }
  const unset = windowToUnset(observation, nowMs);
  return unset === undefined ? { kind: "done" } : ready(unset);
}

/** A service that drops new tags cannot remove a tag either, and such a record does not bind. */
export function isLeftByService(observation: KeyObservation, run: Run, nowMs: number): boolean {
  const { updatedBy } = observation;
  const id = carriedId(observation);
  const { writesAs } = run.actor;
  const wroteLast = updatedBy !== undefined && writesAs !== undefined && isSame(updatedBy, writesAs);
  const wasDropped = id !== undefined && run.droppedHere?.includes(id) === true;
  return wasDropped && wroteLast && !anyBindingRecord(observation, nowMs).binds;
}

/** The ID of the text in the record's place on the key, readable or not. */
export function carriedId({ carried }: KeyObservation): string | undefined {
  if (carried.kind === "one") return carried.record.id;
  return carried.kind === "unreadable" ? carried.id : undefined;
}
