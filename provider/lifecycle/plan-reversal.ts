/** Plans the way back: taking a consent record off a key, or making a deactivated key active again. Only ever on command. */

import { assertNever } from "./assert-never.ts";
import { isPending } from "./guards.ts";
import { windowToUnset } from "./kms-window.ts";
import type { KeyObservation } from "./observation.ts";
import type { Plan, Run, Step } from "./plan.ts";

/** `withdraw` takes back a request; `reactivate` ends the outage as well. */
export type Reversal = "withdraw" | "reactivate";

/** Answers the next step back; `done` where nothing is left to undo. Anyone with the right may undo, alone. */
export function planReversal(observation: KeyObservation, reversal: Reversal, run: Run, nowMs: number): Plan {
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
      return reversal === "reactivate" ? step("reactivate", run) : cleanUp(observation, run, nowMs);
    case "active":
      return cleanUp(observation, run, nowMs);
    default:
      return assertNever(observation.state);
  }
}

/** Record first: while it is on file, somebody could still act on it. */
function cleanUp(observation: KeyObservation, run: Run, nowMs: number): Plan {
  if (observation.carried.kind !== "none") return step("drop_record", run);
  const unset = windowToUnset(observation, nowMs);
  return unset === undefined ? { kind: "done" } : ready(unset, run);
}

function step(kind: "drop_record" | "reactivate", run: Run): Plan {
  return ready({ kind }, run);
}

function ready(next: Step, run: Run): Plan {
  const refusal = run.refusals?.find((each) => each.step === next.kind);
  return refusal === undefined
    ? { kind: "ready", step: next }
    : { kind: "refused", guard: { guard: "service_refused", step: refusal.step, message: refusal.message } };
}
