/**
 * Every guard holds in every planner: while a guard fails, no plan deactivates or destroys a key, and no plan deletes a
 * container with keys. A planner is an exported function of provider/lifecycle/ or provider/campaign/rules/ whose name
 * begins with `plan`. A new planner has to join this file.
 */

import { globSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planCampaignRequest, planCampaignRollback } from "../../provider/campaign/rules/plan-step.ts";
import { holdsIn } from "../../provider/lifecycle/consent/hold.ts";
import {
  type ContainedKey,
  type ContainerObservation,
  planContainerDeletion,
  type RingKey,
} from "../../provider/lifecycle/container/plan-container-deletion.ts";
import { planRingDeletion } from "../../provider/lifecycle/container/plan-ring-deletion.ts";
import type { DeletionPolicy, KeyRun, Plan } from "../../provider/lifecycle/key/plan.ts";
import { planKeyDeletion } from "../../provider/lifecycle/key/plan-key-deletion.ts";
import { planRequest } from "../../provider/lifecycle/key/plan-request.ts";
import { planReversal } from "../../provider/lifecycle/key/plan-reversal.ts";
import { planReviewedApproval, planReviewedStep } from "../../provider/lifecycle/key/plan-reviewed.ts";
import { planAlignment, planRotation, planSync } from "../../provider/lifecycle/key/plan-update.ts";
import { kmsLineOf, kmsReviewOf, planReviewedKmsKey } from "../../provider/lifecycle/kms-key/kms-review.ts";
import {
  type KmsKeyObservation,
  type KmsPlan,
  planKmsKeyDeletion,
  planKmsKeyWithdrawal,
} from "../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";
import { planFromState } from "../../provider/lifecycle/stored-state/plan-from-state.ts";
import type { KeyObservation } from "../../provider/lifecycle/vocabulary/observation.ts";
import { situations } from "../support/arbitraries.ts";
import { aKey, aKeyWith, alice, aPolicy, aRecord, aReviewHeader, aReviewOf, aRun, nowMs } from "../support/builders.ts";
import { aKmsKeySetBy, aKmsPolicy, aKmsRun, openWindow } from "../support/kms-builders.ts";

interface Situation {
  readonly key: KeyObservation;
  readonly policy: DeletionPolicy;
  readonly run: KeyRun;
}

const onKey =
  (over: Partial<KeyObservation>) =>
  (one: Situation): Situation => ({ ...one, key: { ...one.key, ...over } });

/** Each guard that stops every caller, as what makes it fail in any situation. */
const keyGuards: Readonly<Record<string, (one: Situation) => Situation>> = {
  held: onKey({ holds: holdsIn([{ name: "hold", value: "legal ticket L_1" }]) }),
  "held by a text of another tool": onKey({ holds: holdsIn([{ name: "hold", value: "" }]) }),
  "retention policy": onKey({ use: { kind: "known", count: 1, retainedBy: ["crn:bucket"] } }),
  "unreadable use": onKey({ use: { kind: "unreadable", reason: "403" } }),
  "unreadable backing key": onKey({ backingKeys: [{ kind: "unreadable", kmsKeyId: "kms-1", reason: "403" }] }),
  compromised: onKey({ state: "compromised", stateWord: "compromised" }),
  "unknown state": onKey({ state: "unrecognized", stateWord: "odd" }),
  "deletion protection": (one) => ({ ...one, policy: { ...one.policy, deletionProtection: true } }),
};

/** A window in KMS is the first half of a destruction. */
function cutsOff(plan: Plan | KmsPlan): boolean {
  return plan.kind === "ready" && ["deactivate", "destroy", "set_for_deletion"].includes(plan.step.kind);
}

const steps = ["deactivate", "destroy"] as const;
const reversals = ["withdraw", "reactivate"] as const;

/** The planners of a managed key. Each says whether one of its plans cuts the key off. */
const keyPlanners: Readonly<Record<string, (one: Situation) => boolean>> = {
  planKeyDeletion: ({ key, policy, run }) => cutsOff(planKeyDeletion(key, policy, run, nowMs)),
  planRequest: ({ key, policy, run }) => cutsOff(planRequest(undefined, key, policy, run, nowMs)),
  planReversal: ({ key, run }) => reversals.some((reversal) => cutsOff(planReversal(key, reversal, run, nowMs))),
  planSync: ({ key, run }) => cutsOff(planSync(key, run, nowMs)),
  planRotation({ key }) {
    return planRotation(key, { knownVersion: 1, deactivatesOlder: true }, nowMs).kind === "ready";
  },
  planAlignment({ key }) {
    const plans = [
      { templatesKeyState: "active", group: "other" },
      { templatesKeyState: "pre_activation", group: "cards" },
    ].map(({ templatesKeyState, group }) => {
      const distribution = {
        templates: [{ id: "t-1", type: "aws_kms", group: "cards" }],
        keystores: [{ id: "ks-1", type: "aws_kms", groups: [group] }],
      };
      const cut = { templateId: "t-1", keystoreIds: ["ks-1"], templatesKeyState };
      return planAlignment(key, cut, "unaligned", distribution, nowMs);
    });
    return plans.some(({ kind }) => kind === "ready");
  },
  planReviewedStep: ({ key, run }) =>
    steps.some((step) => cutsOff(planReviewedStep(aReviewOf([key], { step }), key, run, nowMs))),
  planReviewedApproval: ({ key, run }) =>
    steps.some((step) => cutsOff(planReviewedApproval(aReviewOf([key], { step }), key, run, nowMs))),
  planCampaignRequest: ({ key, run }) =>
    steps.some((step) => {
      const verdict = planCampaignRequest(key, { step }, run, nowMs);
      return verdict.kind === "take" && cutsOff(verdict.plan);
    }),
  planCampaignRollback({ key, run }) {
    const verdict = planCampaignRollback(
      key,
      { wave: { name: "eol", wave: "pilot" }, noted: undefined, confirmed: {}, isProvenHere: true },
      run,
      nowMs,
    );
    return verdict.kind === "take" && cutsOff(verdict.plan);
  },
};

/** Planners by which a key is cut off while no guard fails. */
const cutters = ["planKeyDeletion", "planReviewedStep"];

/** Planners whose result has no word for a step that cuts a key off. `planFromState` only predicts. */
const withoutCut = ["planFromState", "planHold", "planKeyWrite", "planMarking", "planRelease"];

/** Alice requested the deactivation, and Bob approves it by hand. */
const request = aRecord({ author: alice });
const approved: Situation = {
  key: aKeyWith(request),
  policy: aPolicy(),
  run: aRun({ approvals: [request.id] }),
};
const anySituation: fc.Arbitrary<Situation> = fc.oneof(situations, fc.constant(approved));

describe("while a guard fails, no planner of a managed key deactivates or destroys", () => {
  it.each(Object.entries(keyPlanners))("%s", (planner, isCut) => {
    // The commands see no program, so the planner of a review does not know its protection.
    const guards = Object.keys(keyGuards).filter(
      (guard) => guard !== "deletion protection" || planner !== "planReviewedStep",
    );
    fc.assert(
      fc.property(anySituation, fc.constantFrom(...guards), (one, guard) => !isCut(keyGuards[guard]?.(one) ?? one)),
      { numRuns: 2000 },
    );
  });

  it.each(Object.entries(keyPlanners))(
    "without a failing guard, %s cuts off only if that is its purpose",
    (name, isCut) => {
      const found = fc.sample(anySituation, { numRuns: 1000, seed: 1 }).some(isCut);
      expect(found).toBe(cutters.includes(name));
    },
  );

  it("nor removes a destroyed key that is held, or protected", () => {
    const removes = (over: Partial<KeyObservation>, deletionProtection = false): boolean => {
      const plan = planKeyDeletion(
        aKey({ state: "destroyed", recorded: "approved", ...over }),
        aPolicy({ deletionProtection }),
        aRun(),
        nowMs,
      );
      return plan.kind === "ready" && plan.step.kind === "remove";
    };
    expect(removes({})).toBe(true);
    expect(removes({ holds: holdsIn([{ name: "hold", value: "owner" }]) })).toBe(false);
    expect(removes({}, true)).toBe(false);
  });

  it("and the prediction from a state shows no such step for a key that is held, or protected", () => {
    const predict = (over: Partial<DeletionPolicy>, hold?: string) =>
      planFromState({ ...aKey().facts, ...aKey(), marker: "single", hold }, aPolicy({ people: "single", ...over }));
    expect(cutsOff(predict({}).next)).toBe(true);
    expect(cutsOff(predict({}, "owner").next)).toBe(false);
    expect(cutsOff(predict({ deletionProtection: true }).next)).toBe(false);
  });
});

describe("while a guard fails, no planner of a KMS key destroys it or opens a window", () => {
  const guards: Readonly<Record<string, Partial<KmsKeyObservation>>> = {
    "backing key": { ring: { kind: "of_keystore", keystoreName: "cards" } },
    "unknown ring": { ring: { kind: "unknown", reason: "403", remedy: "" } },
    "unreadable use": { registrations: { kind: "unreadable", reason: "403" } },
    registered: { registrations: { kind: "known", items: [{ resourceCrn: "crn:x", preventsKeyDeletion: false }] } },
    retained: { registrations: { kind: "known", items: [{ resourceCrn: "crn:x", preventsKeyDeletion: true }] } },
    "unknown state": { state: "unrecognized" },
  };
  const passing = [
    aKmsKeySetBy(alice),
    { ...aKmsKeySetBy(alice), windowEndsAtMs: nowMs - 1 },
    { ...aKmsKeySetBy(alice), dualAuthDelete: false },
  ];
  const run = aKmsRun({ approvals: [openWindow], mayRequest: true });
  const policies = [aKmsPolicy(), aKmsPolicy({ people: "single" })];
  const cuts = (key: KmsKeyObservation, policy = aKmsPolicy()): boolean => {
    const line = kmsLineOf(key, nowMs);
    const review = kmsReviewOf(aReviewHeader({ step: "destroy" }), line === undefined ? [] : [line]);
    const reviewed = planReviewedKmsKey(review, key, run, nowMs);
    const plans = [planKmsKeyDeletion(key, policy, run, nowMs), planKmsKeyWithdrawal(key, run, nowMs)];
    return plans.some(cutsOff) || (reviewed.kind !== "skip" && cutsOff(reviewed));
  };

  it.each(Object.entries(guards))("%s", (_, over) => {
    for (const key of passing) {
      for (const policy of policies) expect(cuts({ ...key, ...over }, policy)).toBe(false);
    }
    expect(passing.every((key) => policies.some((policy) => cuts(key, policy)))).toBe(true);
  });

  it("deletion protection", () => {
    for (const key of passing.filter(({ windowEndsAtMs = 0 }) => windowEndsAtMs < nowMs)) {
      for (const policy of policies) expect(cuts(key, { ...policy, deletionProtection: true })).toBe(false);
    }
  });
});

describe("no planner deletes a container with keys, or one that could not be read", () => {
  const key: ContainedKey = { vaultId: "v", keyId: "k", label: "payroll", state: "active" };
  const ringKey: RingKey = { kmsKeyId: "kms-1", name: "payroll", isDestroyed: false };
  const empty = { kind: "known", items: [] } as const;
  const container = (over: Partial<ContainerObservation>): ContainerObservation => ({
    ...{ kind: "keystore", id: "c", name: "cards", keys: empty, containers: empty, ring: empty },
    ...over,
  });
  const unreadable = { kind: "unreadable", reason: "403" } as const;
  const guards: Readonly<Record<string, Partial<ContainerObservation>>> = {
    "a key": { keys: { kind: "known", items: [key] } },
    "a destroyed key": { keys: { kind: "known", items: [{ ...key, state: "destroyed" }] } },
    "unreadable keys": { keys: unreadable },
    "a container": { containers: { kind: "known", items: [{ kind: "template", id: "t", name: "t" }] } },
    "unreadable containers": { containers: unreadable },
    "a key in the ring": { ring: { kind: "known", items: [ringKey] } },
  };

  it.each(Object.entries(guards))("%s", (_, over) => {
    for (const kind of ["vault", "keystore", "template"] as const) {
      const decide = (observation: ContainerObservation) =>
        planContainerDeletion(observation, { deletionProtection: false }, {}, nowMs).kind;
      expect(decide(container({ kind, ...over }))).not.toBe("ready");
      expect(decide(container({ kind }))).toBe("ready");
    }
  });

  it("deletion protection", () => {
    expect(planContainerDeletion(container({}), { deletionProtection: true }, {}, nowMs).kind).toBe("refused");
  });

  it("a key ring with a key, or of a keystore", () => {
    expect(planRingDeletion({ ring: "r", keys: [ringKey], keystores: [] }).kind).toBe("refused");
    expect(planRingDeletion({ ring: "r", keys: [], keystores: ["cards"] }).kind).toBe("refused");
  });
});

it("every planner is in this file", () => {
  const provider = new URL("../../provider/", import.meta.url);
  const planners = globSync("{lifecycle,campaign/rules}/**/*.ts", { cwd: provider }).flatMap((file) =>
    [...readFileSync(new URL(file, provider), "utf8").matchAll(/^export function (plan[A-Z]\w*)/gm)].map(
      ([, name]) => name,
    ),
  );
  const ofContainersAndKms = [
    planContainerDeletion,
    planRingDeletion,
    planKmsKeyDeletion,
    planKmsKeyWithdrawal,
    planReviewedKmsKey,
  ].map(({ name }) => name);
  expect(planners.toSorted()).toEqual([...Object.keys(keyPlanners), ...withoutCut, ...ofContainersAndKms].toSorted());
});
