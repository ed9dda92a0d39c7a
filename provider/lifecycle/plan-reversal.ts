/** Plans the way back: taking a consent record off a key, or making a deactivated key active again. Only ever on command. */

import { assertNever } from "./assert-never.ts";
import { isPending } from "./guards.ts";
import { windowToUnset } from "./kms-window.ts";
import type { KeyObservation } from "./observation.ts";
import { type Plan, type Run, type Step, unlessRefused } from "./plan.ts";

/** `withdraw` takes back a request; `reactivate` ends the outage as well. */
export type Reversal = "withdraw" | "reactivate";

/** Answers the next step back; `done` where nothing is left to undo. Anyone with the right may undo, alone. */
export function planReversal(observation: KeyObservation, reversal: Reversal, run: Run, nowMs: number): Plan {
  return unlessRefused(planByState(observation, reversal, nowMs), run);
}

function planByState(observation: KeyObservation, reversal: Reversal, nowMs: number): Plan {
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
        : cleanUp(observation, nowMs);
    case "deactivated":
      return reversal === "reactivate" ? ready({ kind: "reactivate" }) : cleanUp(observation, nowMs);
    case "active":
      return cleanUp(observation, nowMs);
    default:
      return assertNever(observation.state);
  }
}

/** Record first: while it is on file, somebody could still act on it. */
function cleanUp(observation: KeyObservation, nowMs: number): Plan {
  if (observation.carried.kind !== "none") return ready({ kind: "drop_record" });
  const unset = windowToUnset(observation, nowMs);
  return unset === undefined ? { kind: "done" } : ready(unset);
}

function ready(step: Step): Plan {
  return { kind: "ready", step };
}
