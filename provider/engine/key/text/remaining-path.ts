/**
 * Writes the output of `uko plan KEY`: the steps from now to the removal of the key, and what blocks the deletion now.
 * For an output of a program, times count from the first step, because the output would otherwise change with each run.
 */

import { failingGuard, findLeftoverMaterial, holdGuard } from "../../../lifecycle/key/guards.ts";
import { dualBackingKeys, windowFault } from "../../../lifecycle/key/kms-window.ts";
import type { DeletionPolicy, Guard, KeyRun } from "../../../lifecycle/key/plan.ts";
import { type PathStep, remainingPath } from "../../../lifecycle/key/remaining-path.ts";
import type { KeyObservation } from "../../../lifecycle/vocabulary/observation.ts";
import { asRead, type Explanation } from "../../text/explanation.ts";
import {
  capital,
  sayDuration,
  sayKey,
  sayList,
  sayRoles,
  sayState,
  sayTime,
  sayTimeAndDistance,
} from "../../text/words.ts";
import type { KeyDetails } from "../observe.ts";
import { explainGuard } from "./refusals.ts";
import { kmsRule } from "./waits.ts";

/** How a path says its times. */
interface Times {
  /** When a step can be taken. */
  readonly at: (ms: number) => string;
  /** The same in a sentence, such as `on 24 Nov 2026 18:22 UTC, in 4 h`. */
  readonly on: (ms: number) => string;
}

/**
 * Times are the earliest possible ones: they assume that every person acts at once. Without `fromNow`, times are dates of
 * the service, or count from the first step. An output of a program needs that, because it would otherwise change with
 * each run.
 */
export function explainPath(observed: KeyDetails, policy: DeletionPolicy, run: KeyRun, fromNow = true): Explanation {
  const { observation, nowMs } = observed;
  const startMs = fromNow ? nowMs : 0;
  const path = remainingPath(observation, policy, run, startMs);
  const times = fromNow ? timesFrom(nowMs) : timesFromStart;
  const last = path.at(-1);
  const key = capital(sayKey(observation));
  const blocked = blockedBy(observation, policy, nowMs);
  const block = blocked && explainGuard(blocked, { observed, run, userInterface: { rerun: "uko continue" } });
  if (block !== undefined && !hasPath(observation, nowMs)) return asRead(block);
  if (last === undefined) {
    return {
      summary: `Nothing is left to do for ${sayKey(observation)}`,
      facts: [],
      state: sayState(observation),
      next: [],
    };
  }
  // A person set a hold for a reason, so it stands in the first line.
  const isHeld = blocked?.guard === "held";
  const pointOfNoReturn = path.find((step) => step.step === "destroy");
  return {
    summary:
      block === undefined
        ? `${key} can be ${sayEnd(last, startMs, times)}`
        : isHeld
          ? block.summary
          : `The deletion of ${sayKey(observation)} is blocked`,
    facts: [
      ...(block === undefined || isHeld ? [] : [`${block.summary}.`]),
      `Current state: ${sayState(observation)}.`,
      ...(block === undefined ? [] : ["Once nothing blocks the deletion, these steps are left:"]),
      ...path.map((step, index) => `${index + 1}. ${sayStep(step, times, block !== undefined)}`),
      ...(pointOfNoReturn === undefined
        ? []
        : [
            `Point of no return: destroy${block === undefined ? `, at the earliest ${times.on(pointOfNoReturn.earliestMs)}` : ""}.`,
          ]),
      ...(dualBackingKeys(observation).length > 0 ? kmsRule : []),
      ...sayPeople(path),
      ...(block === undefined && path.some((step) => step.isEstimate)
        ? [
            "~ is an estimate from the usual pending periods. Each keystore reports its own date once the key is destroyed.",
          ]
        : []),
    ],
    next: block?.next ?? [],
  };
}

const timesFrom = (nowMs: number): Times => ({ at: sayTime, on: (ms) => `on ${sayTimeAndDistance(ms, nowMs)}` });

/** No date of the service is in the first year after 1970, which holds every duration that counts from the start. */
const isDuration = (ms: number): boolean => ms < 365 * 24 * 3_600_000;

const timesFromStart: Times = {
  at: (ms) => (ms === 0 ? "first" : isDuration(ms) ? `after ${sayDuration(ms)}` : sayTime(ms)),
  on: (ms) => (ms === 0 ? "in the first step" : isDuration(ms) ? `after ${sayDuration(ms)}` : `on ${sayTime(ms)}`),
};

/** What blocks the deletion now, for any actor. */
export function blockedBy(observation: KeyObservation, policy: DeletionPolicy, nowMs: number): Guard | undefined {
  const { state, stateWord } = observation;
  if (state === "compromised" || state === "destroyed_compromised") return { guard: "compromised", stateWord };
  if (state === "unrecognized") return { guard: "state_unrecognized", stateWord };
  if (state !== "destroyed") return failingGuard(observation, policy, nowMs) ?? windowFault(observation, nowMs);
  const remains = findLeftoverMaterial(observation, nowMs);
  return holdGuard(observation, nowMs) ?? (remains.kind === "held" ? remains.guard : undefined);
}

/**
 * No call is known to lead out of the other states. Behind a KMS window that is of no use, the key is reactivated, and
 * every step begins again.
 */
function hasPath(observation: KeyObservation, nowMs: number): boolean {
  const { state } = observation;
  const isKnown = state === "active" || state === "deactivated" || state === "pre_activation" || state === "destroyed";
  return isKnown && windowFault(observation, nowMs) === undefined;
}

function sayEnd(last: PathStep, startMs: number, { on }: Times): string {
  const end = last.step === "remove" ? "removed" : last.step === "deactivate" ? "deactivated" : "completely destroyed";
  return last.earliestMs <= startMs ? `${end} now` : `${end} at the earliest ${on(last.earliestMs)}`;
}

function sayPeople(path: readonly PathStep[]): readonly string[] {
  const consequential = path.filter(({ step }) => step === "deactivate" || step === "destroy");
  return [true, false].flatMap((isForTwo) => {
    const steps = consequential
      .filter(({ needsTwoPeople }) => needsTwoPeople === isForTwo)
      .map(({ step }) => (step === "deactivate" ? "deactivating" : "destroying"));
    if (steps.length === 0) return [];
    return [`${capital(sayList(steps))} the key requires ${isForTwo ? "two people" : "one person"}.`];
  });
}

/** What each step does, as the start of a sentence. */
export const pathEffects = {
  deactivate: "The data that the key protects becomes inaccessible",
  destroy: "The key material is deleted",
  wait_for_keystores: "The keystores delete the material",
  remove: "The key leaves its vault, so that its template, keystores and vault can be deleted",
} as const satisfies Record<PathStep["step"], string>;

/** Whether the time of a step is known. Of a blocked deletion, only a date that a keystore reported is. */
export function isTimeKnown({ step, isEstimate }: PathStep, isBlocked: boolean): boolean {
  return !isBlocked || (step === "wait_for_keystores" && !isEstimate);
}

function sayStep(step: PathStep, { at }: Times, isBlocked: boolean): string {
  const when = isTimeKnown(step, isBlocked) ? `${step.isEstimate ? "~" : ""}${at(step.earliestMs)}  ` : "";
  const roles = step.right === undefined ? "" : `; role: ${sayRoles(step.right, step.kmsRight)}`;
  const effect = lowerCase(pathEffects[step.step]);
  switch (step.step) {
    case "deactivate":
      return `${when}deactivate: ${effect}; can be undone${roles}`;
    case "destroy":
      return `${when}destroy: ${effect}; cannot be undone${roles}`;
    case "wait_for_keystores":
      return `${when}${effect}`;
    case "remove":
      return `${when}remove: ${effect}${roles}`;
  }
}

function lowerCase(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
