/** What `uko plan` says: the whole way to the end, what stops working when, and where there is no way back. */

import { dualTwins } from "../../lifecycle/kms-window.ts";
import type { DeletionPolicy, Run } from "../../lifecycle/plan.ts";
import { type PathStep, remainingPath } from "../../lifecycle/remaining-path.ts";
import type { Observed } from "../observe.ts";
import type { Explanation } from "./explanation.ts";
import { plain, sayKey, sayRoles, sayState, sayTime, sayTimeAndDistance } from "./words.ts";

/** Times are the earliest possible ones: every person acts at once. */
export function explainPath(observed: Observed, policy: DeletionPolicy, run: Run): Explanation {
  const { observation, nowMs } = observed;
  const path = remainingPath(observation, policy, run, nowMs);
  const last = path.at(-1);
  const key = sayKey(observation).replace(/^k/, "K");
  if (last === undefined)
    return { summary: `${key} has no path to its end here: ${sayState(observation)}`, facts: [], next: [] };
  const pointOfNoReturn = path.find((step) => step.step === "destroy");
  return {
    summary: `${key} can be ${last.step === "remove" ? "gone" : "at its end"} on ${sayTimeAndDistance(last.earliestMs, nowMs)} at the earliest`,
    facts: [
      `Now ${sayState(observation)}.`,
      ...path.map((step, index) => `${index + 1}. ${sayStep(step)}`),
      ...(pointOfNoReturn === undefined
        ? []
        : [
            `Point of no return: destroy, on ${sayTimeAndDistance(pointOfNoReturn.earliestMs, nowMs)} at the earliest.`,
          ]),
      ...(observation.use.kind === "known" && observation.use.retainedBy.length > 0
        ? [
            `Blocked until its owner acts: ${observation.use.retainedBy.map((crn) => plain(crn)).join(", ")} has a retention policy.`,
          ]
        : []),
      ...(dualTwins(observation).length > 0
        ? ["KMS dual authorization is on: whoever deactivates may not destroy."]
        : []),
      ...sayPeople(path),
      ...(path.some((step) => step.isEstimate)
        ? ["~ rests on the usual pending periods; each keystore tells its own date once the key is destroyed."]
        : []),
    ],
    next: [],
  };
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
  const roles =
    step.right === undefined
      ? ""
      : `; role: ${sayRoles(step.right)}${step.kmsRight === undefined ? "" : ` and ${sayRoles(step.kmsRight)}`}`;
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
