/**
 * Writes the output of `uko status` for a managed key, and of commands that reached their goal, such as `uko
 * withdraw`.
 */

import { deletionStanding } from "../../lifecycle/consent/consent-record.ts";
import { isPending } from "../../lifecycle/key/guards.ts";
import { isLeftByService } from "../../lifecycle/key/key-write.ts";
import { lifecycleStateOf } from "../../lifecycle/key/lifecycle-state.ts";
import type { KeyRun, Plan } from "../../lifecycle/key/plan.ts";
import { rights } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { KeyObservation, KeystoreStatus } from "../../lifecycle/vocabulary/observation.ts";
import { certainSteps, hasTaken } from "../../lifecycle/vocabulary/steps-taken.ts";
import { asRead, type Explanation, type NextStep, type UserInterface } from "../text/explanation.ts";
import {
  blocksContainers,
  capital,
  consequences,
  describeTaken,
  isInState,
  keyPath,
  plain,
  sayAuthor,
  sayHolder,
  sayKey,
  sayState,
  sayStatus,
  sayTimeAndDistance,
  sayWord,
  stepNouns,
} from "../text/words.ts";
import type { KeyDetails } from "./observe.ts";
import { isAsked } from "./shown-key.ts";
import type { KeyRunMemory } from "./steps.ts";
import { holdFirst } from "./text/hold-words.ts";
import { explainOutcome } from "./text/messages.ts";
import { explainNotBinding, sayDecline, sayReasonsOnKey } from "./text/record-words.ts";
import { explainApprovedForCaller } from "./text/waits.ts";

/** Describes a pending deletion as the next run would. Any other key takes one line, and what would stop its deletion. */
export function explainStatus(
  observed: KeyDetails,
  run: KeyRun,
  plan: Plan,
  userInterface: UserInterface,
): Explanation {
  const { observation, nowMs } = observed;
  // Where a person has to decide, the lines about the key name its keystores.
  const keystores = isAsked(observed) ? [] : keystoreLines(observation.keystores);
  const standing = deletionStanding(observation, nowMs);
  const isPendingDeletion = standing.binds || observation.state === "deactivated" || observation.state === "destroyed";
  const shown = holdFirst(plan, observed);
  const isHeld = shown.kind === "refused" && shown.guard.guard === "held";
  const explain = (of: Exclude<Plan, { kind: "ready" }>) =>
    asRead(explainOutcome({ kind: "stopped", plan: of, observed, memory: { run } }, userInterface));
  if ((isPendingDeletion || isHeld) && shown.kind !== "ready" && shown.kind !== "done") {
    const explanation = explain(shown);
    const isBlocked = shown.kind === "refused" && shown.guard.guard === "keystore_holds_key";
    const namesKeystores = isBlocked || (shown.kind === "waitingForTime" && observation.keystores.length === 1);
    return {
      ...explanation,
      facts: [...explanation.facts, ...(namesKeystores ? [] : keystores)],
    };
  }
  if (plan.kind === "ready" && standing.binds && standing.record.quotes !== undefined) {
    const explanation = explainApprovedForCaller(standing, observed);
    return { ...explanation, facts: [...explanation.facts, ...keystores] };
  }
  const dead = standing.binds ? undefined : explainNotBinding(standing.why, observation);
  const isOver = observation.state === "destroyed";
  const blocked = plan.kind === "refused" ? explain(plan) : undefined;
  const state = lifecycleStateOf(observation, run, nowMs);
  const words = state === "active" || state === "pre_activation" ? isInState(observation) : `is ${sayWord(state)}`;
  return {
    summary: `${capital(sayKey(observation))} ${words}; ${isOver ? "it can be removed from its vault" : "no deletion has been requested"}`,
    facts: [
      ...(blocked === undefined ? [] : [`A deletion would be stopped: ${blocked.summary}.`, ...blocked.facts]),
      ...(dead === undefined ? [] : [dead]),
      ...sayReasonsOnKey(observed),
      ...keystores,
    ],
    next: isOver ? [removal(observation)] : [],
  };
}

/** The message of a command that reached its goal. */
export function explainDone({ observation, nowMs }: KeyDetails, memory: KeyRunMemory): Explanation {
  const key = capital(sayKey(observation));
  const standing = deletionStanding(observation, nowMs);
  const quotes = standing.binds ? standing.record.quotes : undefined;
  if (standing.binds && quotes !== undefined) {
    return {
      summary: `You approved the ${stepNouns[standing.record.step]} of ${sayKey(observation)}; the approval expires on ${sayTimeAndDistance(standing.expiresAtMs, nowMs)}`,
      facts: [`The next run of ${sayAuthor(quotes)} takes the step.`],
      state: sayState(observation),
      next: [
        { who: `without an engine, ${sayAuthor(quotes)} runs`, commands: [`uko continue ${keyPath(observation)}`] },
      ],
    };
  }
  const taken = certainSteps(memory.run);
  const isOver = observation.state === "destroyed";
  return {
    summary: `${key} ${isInState(observation)}${isOver || standing.binds ? "" : "; no deletion has been requested"}`,
    facts: [
      ...taken.map((step) => describeTaken(step, memory.hasRemovedUsed)),
      ...taken.map((step) => consequences[step.kind]).filter((sentence) => sentence !== undefined),
      ...sayDecline(observation.declined),
      ...(standing.binds ? [`A request of ${sayAuthor(standing.record)} is pending.`] : []),
      ...(isLeftByService(observation, memory.run, nowMs) ? [leftBehind] : []),
      ...(isOver ? [blocksContainers] : []),
      ...(hasTaken(memory.run, "sync") ? keystoreLines(observation.keystores) : []),
    ],
    next: isOver ? [removal(observation)] : [],
  };
}

const leftBehind =
  "The service no longer changes tags, so the tag of the earlier request stays on the key. It does not count, and new requests are stored in the description.";

function removal(observation: KeyObservation): NextStep {
  const once = observation.keystores.some(isPending) ? "once no keystore holds the material" : "to remove the key";
  return {
    who: `${once}, ${sayHolder(rights.remove)} runs`,
    commands: [`uko continue ${keyPath(observation)}`],
    neededRoles: rights.remove.roles,
  };
}

function keystoreLines(keystores: readonly KeystoreStatus[]): readonly string[] {
  return keystores.map((each) => `Keystore "${plain(each.name, 60)}": ${sayStatus(each)}.`);
}
