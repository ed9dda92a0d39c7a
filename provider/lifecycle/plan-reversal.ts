/** Plans the way back: taking a consent record off a key, or making a deactivated key active again. Only ever on command. */

import { assertNever } from "./assert-never.ts";
import { anyBindingRecord } from "./consent-record.ts";
import { isPending } from "./guards.ts";
import { windowToUnset } from "./kms-window.ts";
import { isSame, type KeyObservation } from "./observation.ts";
import { type Plan, type Run, type Step, unlessRefused } from "./plan.ts";

/** `withdraw` takes back a request; `reactivate` ends the outage as well. */
export type Reversal = "withdraw" | "reactivate";

/** Answers the next step back; `done` where nothing is left to undo. Anyone with the right may undo, alone. */
export function planReversal(observation: KeyObservation, reversal: Reversal, run: Run, nowMs: number): Plan {
  return unlessRefused(planByState(observation, reversal, run, nowMs), run);
}

function planByState(observation: KeyObservation, reversal: Reversal, run: Run, nowMs: number): Plan {
  switch (observation.state) {
    case "destroyed":
      return { kind: "refused", guard: { guard: "no_way_back", pending: observation.keystores.filter(isPending) } };
    case "compromised":
    case "destroyed_compromised":
      return { kind: "refused", guard: { guard: "compromised", stateWord: observation.stateWord } };
    case "unrecognised":
      return { kind: "refused", guard: { guard: "state_unrecognised", stateWord: observation.stateWord } };
    case "pre_activation":
      return reversal === "reactivate"
        ? { kind: "refused", guard: { guard: "never_active" } }
        : cleanUp(observation, run, nowMs);
    case "deactivated":
      return reversal === "reactivate" ? ready({ kind: "reactivate" }) : cleanUp(observation, run, nowMs);
    case "active":
      return cleanUp(observation, run, nowMs);
    default:
      return assertNever(observation.state);
  }
}

/** Record first: while it is on file, somebody could still act on it. */
function cleanUp(observation: KeyObservation, run: Run, nowMs: number): Plan {
  if (observation.carried.kind !== "none" && !isLeftByService(observation, run, nowMs)) {
    return ready({ kind: "drop_record" });
  }
  const unset = windowToUnset(observation, nowMs);
  return unset === undefined ? { kind: "done" } : ready(unset);
}

/** A service that drops tags takes none off either. Such a record does not bind, and no further write changes that. */
export function isLeftByService(observation: KeyObservation, run: Run, nowMs: number): boolean {
  const { updatedBy } = observation;
  const id = carriedId(observation);
  const { writesAs } = run.actor;
  const wroteLast = updatedBy !== undefined && writesAs !== undefined && isSame(updatedBy, writesAs);
  const wasDropped = id !== undefined && run.droppedHere?.includes(id) === true;
  return wasDropped && wroteLast && !anyBindingRecord(observation, nowMs).binds;
}

/** The id of what is on the key as a record, readable or not. */
export function carriedId({ carried }: KeyObservation): string | undefined {
  if (carried.kind === "one") return carried.record.id;
  return carried.kind === "unreadable" ? carried.id : undefined;
}

function ready(step: Step): Plan {
  return { kind: "ready", step };
}
