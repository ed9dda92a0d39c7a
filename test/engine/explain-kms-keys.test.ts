import { describe, expect, it } from "vitest";
import type { KmsOutcome } from "../../provider/engine/kms-key/kind.ts";
import { explainKmsOutcome } from "../../provider/engine/kms-key/messages.ts";
import { type ObservedKmsKey, observedInSnapshot } from "../../provider/engine/kms-key/observe.ts";
import { noteOnLeavingState } from "../../provider/engine/kms-key/words.ts";
import { programDialect } from "../../provider/engine/text/dialect.ts";
import type { UserInterface } from "../../provider/engine/text/explanation.ts";
import { kmsWindowMs } from "../../provider/lifecycle/key/kms-window.ts";
import type {
  KmsApprovalWait,
  KmsGuard,
  KmsKeyObservation,
  KmsPlan,
  KmsRun,
  KmsStep,
} from "../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";
import {
  alice,
  anActorInProfile,
  aWorkload,
  bob,
  carol,
  dayMs,
  hourMs,
  nowMs,
  pipeline,
  taken,
} from "../support/builders.ts";
import { aKmsKey, aKmsKeySetBy, aKmsRun, aKmsSnapshot, openWindow } from "../support/kms-builders.ts";
import { expectWellFormed, renderAll } from "./explanations.ts";

const userInterfaces: readonly UserInterface[] = [
  { rerun: "pulumi destroy" },
  { rerun: "tofu destroy" },
  { rerun: "uko continue" },
];
const observed = (observation: KmsKeyObservation, over: Parameters<typeof aKmsSnapshot>[0] = {}): ObservedKmsKey => ({
  ...observedInSnapshot(aKmsSnapshot(over), nowMs),
  observation,
});

interface Case {
  readonly key?: KmsKeyObservation;
  readonly run?: Partial<KmsRun>;
  readonly taken?: readonly KmsStep["kind"][];
}
type Ended = Exclude<KmsOutcome, { kind: "gone" }>;

const stopped = (
  plan: Exclude<KmsPlan, { kind: "ready" }>,
  { key = aKmsKey(), run = {}, taken: kinds = [] }: Case = {},
) => ({ kind: "stopped", plan, observed: observed(key, destroyedDates(key)), memory: memoryOf(run, kinds) }) as const;
const memoryOf = (run: Partial<KmsRun> = {}, kinds: Case["taken"] = []): Ended["memory"] => ({
  run: aKmsRun({ ...taken(...kinds.map((kind) => ({ kind }))), ...run }),
});
const destroyedDates = (key: KmsKeyObservation): Parameters<typeof aKmsSnapshot>[0] =>
  key.state === "destroyed" ? { restoreUntilMs: nowMs + 30 * dayMs } : {};
const denied = (step: KmsStep): Ended => ({
  kind: "rights_missing",
  step,
  message: "Unauthorized",
  observed: observed(aKmsKey()),
  memory: memoryOf(),
});

const render = (outcomes: Readonly<Record<string, Ended>>): string =>
  renderAll(Object.entries(outcomes), userInterfaces, explainKmsOutcome);

const waiting = (callerPosition: KmsApprovalWait["callerPosition"]): KmsApprovalWait => ({
  kind: "waitingForApproval",
  callerPosition,
  window: { name: openWindow, endsAtMs: nowMs - hourMs + kmsWindowMs },
});
const destroyed = aKmsKey({ state: "destroyed", purgeScheduledAtMs: nowMs + 90 * dayMs });

const signers = { by: "/etc/uko/allowed_signers" };
const guards: {
  readonly [Kind in KmsGuard["guard"]]: readonly [Extract<KmsGuard, { guard: Kind }>, Case?][];
} = {
  deletion_protection: [[{ guard: "deletion_protection" }]],
  beyond_plan: [
    [{ guard: "beyond_plan", step: "request", allowed: [], excess: "step" }],
    [{ guard: "beyond_plan", step: "destroy", allowed: ["request"], excess: "step" }],
    [{ guard: "beyond_plan", step: "destroy", allowed: ["destroy"], excess: "record" }],
  ],
  backing_key_of_managed_key: [[{ guard: "backing_key_of_managed_key", keystoreName: "frankfurt" }]],
  ring_unknown: [[{ guard: "ring_unknown", reason: "KMS says: not allowed.", remedy: "Get the right" }]],
  use_unreadable: [[{ guard: "use_unreadable", reason: "It responded with 401." }]],
  retention_policy: [
    [{ guard: "retention_policy", resources: ["crn:v1:one"] }],
    [{ guard: "retention_policy", resources: ["crn:v1:one", "crn:v1:two"] }],
  ],
  registered: [
    [{ guard: "registered", resources: ["crn:v1:one"] }],
    [{ guard: "registered", resources: ["crn:v1:one", "crn:v1:two"] }],
  ],
  signatures_demanded: [
    [{ guard: "signatures_demanded", by: signers.by }, { key: { ...aKmsKey(), signatures: signers } }],
  ],
  dual_authorization_off: [[{ guard: "dual_authorization_off" }]],
  not_active: [
    [{ guard: "not_active", stateWord: "suspended" }, { key: aKmsKey({ state: "suspended" }) }],
    [{ guard: "not_active", stateWord: "deactivated" }, { key: aKmsKey({ state: "deactivated" }) }],
    [{ guard: "not_active", stateWord: "pre_activation" }, { key: aKmsKey({ state: "pre_activation" }) }],
  ],
  state_unrecognized: [
    [{ guard: "state_unrecognized", stateWord: "7" }, { key: aKmsKey({ state: "unrecognized", stateWord: "7" }) }],
  ],
  persons_unknown: [[{ guard: "persons_unknown" }]],
  setter_not_a_person: [[{ guard: "setter_not_a_person", setter: pipeline }]],
  setter_unknown: [[{ guard: "setter_unknown", policyWrite: { by: carol, atMs: nowMs - 60_000 } }]],
  window_used: [[{ guard: "window_used", deletedAtMs: nowMs - 60_000 }]],
  window_not_kept: [[{ guard: "window_not_kept" }, { taken: ["set_for_deletion"] }]],
  already_destroyed: [[{ guard: "already_destroyed" }, { key: destroyed }]],
  service_refused: [
    [{ guard: "service_refused", step: "set_for_deletion", message: "The key is busy." }],
    [{ guard: "service_refused", step: "unset_for_deletion", message: "The key is busy." }],
    [
      { guard: "service_refused", step: "destroy", message: "1 prior authorization(s) are required" },
      { key: aKmsKeySetBy(carol) },
    ],
    [{ guard: "service_refused", step: "destroy", message: "The key is busy." }],
  ],
};
const guarded = Object.entries(guards).flatMap(([name, cases]) =>
  (cases as [KmsGuard, Case?][]).map(
    ([guard, over], index) => [`${name} ${index + 1}`, stopped({ kind: "refused", guard }, over)] as const,
  ),
);

const approvals: Readonly<Record<string, Ended>> = {
  "the run that set it": stopped(waiting("set_it"), { taken: ["set_for_deletion"] }),
  "the suspected setter": stopped(waiting("set_it")),
  "a second person": stopped(waiting("may_approve")),
  "a second person, where signatures are demanded": stopped(waiting("may_approve"), {
    key: { ...aKmsKey(), signatures: { ...signers, requester: alice } },
  }),
  "a pipeline": stopped(waiting("not_a_person"), { run: { actor: aWorkload() } }),
  "a profile": stopped(waiting("acts_in_a_profile"), { run: { actor: anActorInProfile(bob) } }),
  "an engine before a request": stopped({ kind: "waitingForRequest", callerPosition: "may_ask" }),
  "a pipeline before a request": stopped(
    { kind: "waitingForRequest", callerPosition: "not_a_person" },
    { run: { actor: aWorkload() } },
  ),
  "a profile before a request": stopped(
    { kind: "waitingForRequest", callerPosition: "acts_in_a_profile" },
    { run: { actor: anActorInProfile(alice) } },
  ),
};

const others: Readonly<Record<string, Ended>> = {
  "metadata remains": stopped({ kind: "waitingForTime", untilMs: nowMs + 90 * dayMs }, { key: destroyed }),
  "metadata remains, without a date": stopped({ kind: "waitingForTime" }, { key: aKmsKey({ state: "destroyed" }) }),
  "destroyed here": stopped({ kind: "done" }, { key: destroyed, taken: ["destroy"] }),
  "taken back here": stopped({ kind: "done" }, { taken: ["unset_for_deletion"] }),
  "may not set": denied({ kind: "set_for_deletion" }),
  "may not take back": denied({ kind: "unset_for_deletion" }),
  "may not destroy": denied({ kind: "destroy", approvedWindow: openWindow }),
  "may not destroy alone": denied({ kind: "destroy" }),
};

describe("messages about a KMS key", () => {
  it("that waits for a person", async () => {
    await expect(render(approvals)).toMatchFileSnapshot("../golden/explain/kms-key-approvals.txt");
  });

  it("that uko refuses to change", async () => {
    await expect(render(Object.fromEntries(guarded))).toMatchFileSnapshot("../golden/explain/kms-key-guards.txt");
  });

  it("that waits for time, is done, or lacks a role", async () => {
    await expect(render(others)).toMatchFileSnapshot("../golden/explain/kms-key-others.txt");
  });

  it("that the engine removes from state", () => {
    expect(noteOnLeavingState(observed(destroyed, { deletedAtMs: nowMs }), programDialect)).toBe(
      [
        'KMS key "backup" is destroyed and leaves the state',
        "  Until 24 Dec 2026 14:22 UTC, in 30 d, a changed restoreTrigger restores the key. If the key left the state, set existingKeyId as well.",
        "  Its key ring cannot be deleted until KMS purges the metadata on 22 Feb 2027 14:22 UTC.",
      ].join("\n"),
    );
  });

  it("never repeat a sentence, stop in the middle, or contain control characters", () => {
    for (const outcome of [...Object.values(approvals), ...guarded.map(([, each]) => each), ...Object.values(others)]) {
      expectWellFormed(explainKmsOutcome(outcome, { rerun: "uko continue" }));
    }
  });
});
