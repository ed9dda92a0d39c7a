/** The facts of each key in a list of requests: its next step, since when, and whether the caller can take it. */

import { isSame } from "../../lifecycle/observation.ts";
import type { ActorStanding, Plan, Run } from "../../lifecycle/plan.ts";
import { isoTime } from "../loop/evidence.ts";
import type { DeletionFacts } from "../loop/report.ts";
import { sayTime } from "../text/words.ts";
import type { KeyDetails } from "./observe.ts";

type RequestFacts = Pick<
  DeletionFacts,
  "nextStep" | "requestedAt" | "requestedByName" | "isOwn" | "canAct" | "cannotActBecause"
>;

/** No list tells the caller's roles, so `canAct` means that nothing else keeps the caller from the step. */
export function requestFacts({ observation }: KeyDetails, run: Run, plan: Plan, isDue: boolean): RequestFacts {
  const { carried } = observation;
  const record = carried.kind === "one" ? carried.record : undefined;
  const { identity } = run.actor;
  return {
    ...(record !== undefined && { requestedAt: isoTime(record.writtenAtMs) }),
    ...(record?.authorName !== undefined && { requestedByName: record.authorName }),
    ...(record !== undefined && identity !== undefined && { isOwn: isSame(record.author, identity) }),
    ...(isDue ? removable : actFacts(plan)),
  };
}

const removable = { nextStep: "remove", canAct: true } as const;

function actFacts(plan: Plan): Pick<RequestFacts, "nextStep" | "canAct" | "cannotActBecause"> {
  switch (plan.kind) {
    case "waitingForApproval": {
      const because =
        plan.notBeforeMs === undefined
          ? reasons[plan.standing]
          : `the key is cooling down until ${sayTime(plan.notBeforeMs)}`;
      return {
        nextStep: plan.step,
        canAct: because === undefined,
        ...(because !== undefined && { cannotActBecause: because }),
      };
    }
    case "waitingForTime": {
      const nextStep = plan.awaits === "pending_destruction" ? "remove" : "destroy";
      const until = plan.untilMs === undefined ? "" : ` until ${sayTime(plan.untilMs)}`;
      const what = plan.awaits === "pending_destruction" ? "a keystore holds the material" : "the key is cooling down";
      return { nextStep, canAct: false, cannotActBecause: `${what}${until}` };
    }
    case "refused":
      return { canAct: false, cannotActBecause: "a precondition does not hold; see uko status" };
    case "ready":
    case "done":
      return removable;
  }
}

const reasons = {
  may_consent: undefined,
  wrote_it: "another person must approve what you wrote",
  may_ask: "no request counts; request the step again",
  not_a_person: "your identity is not a person",
  acts_in_a_profile: "you use a trusted profile",
} as const satisfies Record<ActorStanding, string | undefined>;
