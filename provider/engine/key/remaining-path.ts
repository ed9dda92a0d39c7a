/**
 * The output of `uko plan`: the whole path to removal, what stops working when, and which steps
 * cannot be undone.
 */

import { failingGuard, findLeftoverMaterial } from "../../lifecycle/guards.ts";
import { dualTwins } from "../../lifecycle/kms-window.ts";
import type { KeyObservation } from "../../lifecycle/observation.ts";
import type { DeletionPolicy, Guard, Run } from "../../lifecycle/plan.ts";
import { type PathStep, remainingPath } from "../../lifecycle/remaining-path.ts";
import type { Explanation } from "../explanation.ts";
import { capital, sayKey, sayRoles, sayState, sayTime, sayTimeAndDistance } from "../words.ts";
import type { KeyDetails } from "./observe.ts";
import { explainGuard } from "./refusals.ts";
import { kmsRule } from "./waits.ts";

/** Times are the earliest possible ones: they assume that every person acts at once. */
export function explainPath(observed: KeyDetails, policy: DeletionPolicy, run: Run): Explanation {
  const { observation, nowMs } = observed;
  const path = remainingPath(observation, policy, run, nowMs);
  const last = path.at(-1);
  const key = capital(sayKey(observation));
  const blocked = blockedBy(observation, policy);
  const block = blocked && explainGuard(blocked, { observed, run, door: { rerun: "uko continue" } });
  if (block !== undefined && !hasPath(observation)) {
    return { summary: block.summary, facts: block.facts, next: block.next };
  }
  if (last === undefined) {
    return { summary: `${key} is where it is to end: ${sayState(observation)}`, facts: [], next: [] };
  }
  const pointOfNoReturn = path.find((step) => step.step === "destroy");
  return {
    summary: block === undefined ? `${key} can be ${sayEnd(last, nowMs)}` : `${key} is blocked on the way to its end`,
    facts: [
      ...(block === undefined ? [] : [`${block.summary}.`]),
      `Now ${sayState(observation)}.`,
      ...path.map((step, index) => `${index + 1}. ${sayStep(step)}`),
      ...(pointOfNoReturn === undefined
        ? []
        : [
            `Point of no return: destroy, on ${sayTimeAndDistance(pointOfNoReturn.earliestMs, nowMs)} at the earliest.`,
          ]),
      ...(dualTwins(observation).length > 0 ? kmsRule : []),
      ...sayPeople(path),
      ...(path.some((step) => step.isEstimate)
        ? ["~ rests on the usual pending periods; each keystore tells its own date once the key is destroyed."]
        : []),
    ],
    next: block?.next ?? [],
  };
}

/** What blocks the deletion now, for any actor. */
function blockedBy(observation: KeyObservation, policy: DeletionPolicy): Guard | undefined {
  const { state, stateWord } = observation;
  if (state === "compromised" || state === "destroyed_compromised") return { guard: "compromised", stateWord };
  if (state === "unrecognised") return { guard: "state_unrecognised", stateWord };
  if (state !== "destroyed") return failingGuard(observation, policy);
  const remains = findLeftoverMaterial(observation);
  return remains.kind === "held" ? remains.guard : undefined;
}

/** No call is known to lead out of the other states. */
function hasPath({ state }: KeyObservation): boolean {
  return state === "active" || state === "deactivated" || state === "pre_activation" || state === "destroyed";
}

function sayEnd(last: PathStep, nowMs: number): string {
  const end = last.step === "remove" ? "gone" : "at its end";
  return last.earliestMs <= nowMs
    ? `${end} at once`
    : `${end} on ${sayTimeAndDistance(last.earliestMs, nowMs)} at the earliest`;
}

function sayPeople(path: readonly PathStep[]): readonly string[] {
  const consequential = path.filter(({ step }) => step === "deactivate" || step === "destroy");
  const [forTwo, forOne] = [true, false].map((isForTwo) =>
    consequential
      .filter(({ needsTwoPeople }) => needsTwoPeople === isForTwo)
      .map(({ step }) => step)
      .join(" and "),
  );
  return [
    ...(forTwo === "" ? [] : [`Two people have to stand behind ${forTwo}.`]),
    ...(forOne === "" ? [] : [`One person suffices for ${forOne}.`]),
  ];
}

function sayStep(step: PathStep): string {
  const when = `${step.isEstimate ? "~" : ""}${sayTime(step.earliestMs)}`;
  const roles = step.right === undefined ? "" : `; role: ${sayRoles(step.right, step.kmsRight)}`;
  switch (step.step) {
    case "deactivate":
      return `${when}  deactivate: data that it protects is cut off; can be undone${roles}`;
    case "destroy":
      return `${when}  destroy: the key material ends; cannot be undone${roles}`;
    case "wait_for_keystores":
      return `${when}  the keystores let go of the material`;
    case "remove":
      return `${when}  remove: the record leaves the vault, which frees template and vault${roles}`;
  }
}
