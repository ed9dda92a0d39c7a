/** Properties of every plan, for every key, cast of people and order of steps. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planKeyWrite } from "../../provider/lifecycle/key/key-write.ts";
import { hasRequested } from "../../provider/lifecycle/key/plan.ts";
import { planKeyDeletion } from "../../provider/lifecycle/key/plan-key-deletion.ts";
import { planReversal } from "../../provider/lifecycle/key/plan-reversal.ts";
import { planSync } from "../../provider/lifecycle/key/plan-update.ts";
import { remainingPath } from "../../provider/lifecycle/key/remaining-path.ts";
import { situations } from "../support/arbitraries.ts";
import { nowMs } from "../support/builders.ts";
import { realCore } from "./model/core.ts";
import { createJudge, emptyTally } from "./model/judge.ts";
import { livenessConfig } from "./model/liveness.ts";
import { command, jumps, type Model, nameable, runThrough, wait } from "./model/moves.ts";
import { freshWorld, textsOn, type World } from "./model/world.ts";

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}

describe("every plan", () => {
  it("is the same when repeated, and does not change its input", () => {
    fc.assert(
      fc.property(situations, ({ key, run, policy }) => {
        frozen({ key, run, policy });
        const once = () => [
          planKeyDeletion(key, policy, run, nowMs),
          planReversal(key, "withdraw", run, nowMs),
          planReversal(key, "reactivate", run, nowMs),
          planKeyWrite(key, "update", nowMs),
          planSync(key, run, nowMs),
          remainingPath(key, policy, run, nowMs),
        ];
        expect(once()).toEqual(once());
      }),
      { numRuns: 2000 },
    );
  });

  it("takes a consequential step only by hand on another's request, as its requester on an approval, or later under gate destroy", () => {
    fc.assert(
      fc.property(situations, ({ key, run, policy }) => {
        const twoPeople = { ...policy, people: policy.peopleForTwo };
        const plan = planKeyDeletion(key, twoPeople, run, nowMs);
        if (plan.kind !== "ready" || (plan.step.kind !== "deactivate" && plan.step.kind !== "destroy")) return;
        const { allowedBy } = plan.step;
        expect(allowedBy?.author).toEqual(key.updatedBy);
        const isOwn = allowedBy?.author.iamId === run.actor.identity?.iamId;
        const mayUseOwn =
          plan.step.kind === "deactivate" &&
          twoPeople.people !== "both" &&
          key.marker !== "both" &&
          key.marker !== undefined;
        if (isOwn) expect(mayUseOwn && !hasRequested(run, "deactivate")).toBe(true);
        else if (allowedBy?.quotes?.isSealedHere !== true) expect(run.approvals).toContain(allowedBy?.id);
        const requester = allowedBy?.quotes?.author.iamId;
        if (requester !== undefined) expect(requester).toBe(run.actor.identity?.iamId);
      }),
      { numRuns: 5000 },
    );
  });

  it("does not destroy, remove or undo for a run that only requests the outage", () => {
    fc.assert(
      fc.property(situations, ({ key, run, policy }) => {
        const plan = planKeyDeletion(key, { ...policy, goal: "deactivated" }, run, nowMs);
        if (plan.kind === "ready") expect(["destroy", "remove", "reactivate"]).not.toContain(plan.step.kind);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Walks through the model's service, with any mixture of people, waits and crashes. */
describe("a walk", () => {
  const configs = [
    livenessConfig(["deployer", "administrator and creator"], "both", "none"),
    livenessConfig(["deployer", "administrator and creator"], "both", "dual"),
    livenessConfig(["everything", "everything"], "destroy", "dual"),
  ];
  const act = fc.record({
    who: fc.nat(1),
    kind: fc.constantFrom(
      "destroy" as const,
      "request" as const,
      "approve" as const,
      "store" as const,
      "continue" as const,
      "reactivate" as const,
    ),
    waits: fc.constantFrom(0, ...jumps),
    crashesAfter: fc.constantFrom(0, 1, 2, 3, Number.POSITIVE_INFINITY),
  });
  const isByHand = (kind: string) => kind === "approve" || kind === "store";
  const ends = (world: World) => [world.key?.state, world.key === undefined ? 0 : textsOn(world.key).length];

  it("ends each run at its goal or with a message, and after a crash at any call the next run reaches the same end", () => {
    fc.assert(
      fc.property(fc.constantFrom(...configs), fc.array(act, { maxLength: 8 }), (config, acts) => {
        const model: Model = { core: realCore, config, judge: createJudge(emptyTally()) };
        let world = freshWorld(config, "active");
        for (const { who, kind, waits, crashesAfter } of acts) {
          world = wait(world, waits).to;
          const person = config.people[who];
          if (person === undefined || world.key === undefined) break;
          const { current } = nameable(world);
          if (isByHand(kind) && current.length === 0) continue;
          const what = command(kind, person, isByHand(kind) ? current : []);
          const whole = runThrough(model, world, what);
          if (whole.to.key !== undefined) expect(whole.plan).toMatchObject({ plan: { kind: expect.any(String) } });
          const crashed = runThrough(model, world, what, crashesAfter).to;
          const again = runThrough(model, crashed, what).to;
          // Under the gate `destroy` a later run deactivates on the request that an earlier run wrote.
          const later = config.gate === "destroy" ? [runThrough(model, whole.to, what).to] : [];
          if (kind === "destroy") expect([whole.to, ...later].map(ends)).toContainEqual(ends(again));
          world = crashed;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
