/** The output of `status` for a key, and of commands that reached their goal. */

import { anyBindingRecord } from "../../lifecycle/consent-record.ts";
import { isPending } from "../../lifecycle/guards.ts";
import { lifecycleStateOf } from "../../lifecycle/lifecycle-state.ts";
import { rights } from "../../lifecycle/managed-key-states.ts";
import type { KeyObservation, KeystoreStatus } from "../../lifecycle/observation.ts";
import type { Plan, Run } from "../../lifecycle/plan.ts";
import { isLeftByService } from "../../lifecycle/plan-reversal.ts";
import type { Door, Explanation, NextStep } from "../explanation.ts";
import {
  capital,
  consequences,
  describeTaken,
  keyPath,
  plain,
  sayAuthor,
  sayKey,
  sayRoles,
  sayState,
  sayStatus,
  sayTime,
  stepNouns,
} from "../words.ts";
import type { RunMemory } from "./kind.ts";
import { explainOutcome } from "./messages.ts";
import type { KeyDetails } from "./observe.ts";
import { sayReasonsOnKey } from "./reasons.ts";
import { actOnCommands, explainNotBinding } from "./waits.ts";

/**
 * A key with a pending deletion is described as its next run would describe it; any other key takes
 * one line. The exit code is always 0.
 */
export function explainStatus(observed: KeyDetails, run: Run, plan: Plan, door: Door): Explanation {
  const { observation, nowMs } = observed;
  const standing = anyBindingRecord(observation, nowMs);
  const isEnding = standing.binds || observation.state === "deactivated" || observation.state === "destroyed";
  if (isEnding && plan.kind !== "ready" && plan.kind !== "done") {
    const { code: _code, ...told } = explainOutcome(
      { kind: "stopped", plan, observed, memory: { run, taken: [] } },
      door,
    );
    const isHeld = plan.kind === "refused" && plan.guard.guard === "keystore_holds_key";
    const isTold = isHeld || (plan.kind === "waitingForTime" && observation.keystores.length === 1);
    return {
      ...told,
      facts: [
        ...told.facts.filter((fact) => !fact.startsWith("Nothing was changed by this")),
        ...(isTold ? [] : keystoreLines(observation.keystores)),
      ],
    };
  }
  const key = capital(sayKey(observation));
  const dead = standing.binds ? undefined : explainNotBinding(standing.why, observation);
  const state = lifecycleStateOf(observation, run, nowMs);
  const isOver = observation.state === "destroyed";
  return {
    summary: `${key} is ${state.replaceAll("_", " ")}; ${isOver ? "its record can be removed" : "no deletion is on file"}`,
    facts: [
      ...(observation.use.kind === "known" && observation.use.count > 0
        ? [`${sayState(observation)}.`.replace(/^t/, "T")]
        : []),
      ...(dead === undefined ? [] : [dead]),
      ...sayReasonsOnKey(observed),
      ...keystoreLines(observation.keystores),
    ],
    next: isOver ? [removal(observation)] : [],
  };
}

/** The message of a command that reached its goal. */
export function explainDone({ observation, nowMs }: KeyDetails, memory: RunMemory, door: Door): Explanation {
  const key = sayKey(observation);
  const did = memory.taken.map(describeTaken).filter((sentence) => sentence !== undefined);
  const standing = anyBindingRecord(observation, nowMs);
  if (standing.binds && standing.record.how === "answer") {
    const { record } = standing;
    return {
      summary: `Your consent to the ${stepNouns[record.step]} of ${key} is on file until ${sayTime(standing.lapsesAtMs)}`,
      facts: [`No step was taken: ${sayState(observation)}.`],
      next: [
        {
          who: "whoever asked, or anybody else who holds the right, runs",
          commands: actOnCommands(record, keyPath(observation), door),
        },
      ],
    };
  }
  const isOver = observation.state === "destroyed";
  const file = isOver || standing.binds ? "" : ", and no deletion is on file";
  return {
    summary: `Done: ${sayState(observation).replace("the key", key)}${file}`,
    facts: [
      ...did.map((sentence) => `${sentence}.`),
      ...memory.taken.map((step) => consequences[step.kind]).filter((sentence) => sentence !== undefined),
      ...(standing.binds ? [`On file: a record by ${sayAuthor(standing.record)}.`] : []),
      ...(isLeftByService(observation, memory.run, nowMs) ? [leftBehind] : []),
      ...(isOver ? ["Until its record is removed it blocks the deletion of its template and vault."] : []),
      ...(memory.run.syncedHere === true ? keystoreLines(observation.keystores) : []),
    ],
    next: isOver ? [removal(observation)] : [],
  };
}

const leftBehind =
  "The service no longer changes tags, so the tag of the old request stays on the key. It does not count, and new requests are written into the description.";

function removal(observation: KeyObservation): NextStep {
  const once = observation.keystores.some(isPending) ? " once no keystore holds the material" : "";
  return {
    who: `to remove the record${once}, somebody who holds ${sayRoles(rights.remove)} runs`,
    commands: [`uko continue ${keyPath(observation)}`],
  };
}

function keystoreLines(keystores: readonly KeystoreStatus[]): readonly string[] {
  return keystores.map((each) => `Keystore "${plain(each.name, 60)}": ${sayStatus(each)}.`);
}
