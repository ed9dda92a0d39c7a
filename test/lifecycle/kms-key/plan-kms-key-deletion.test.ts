import { describe, expect, it } from "vitest";
import { errorCatalog } from "../../../provider/errors.ts";
import { kmsWindowMs } from "../../../provider/lifecycle/key/kms-window.ts";
import {
  isWindowOpen,
  type KmsGuard,
  type KmsKeyObservation,
  type KmsPlan,
  type KmsRun,
  kmsGuardCodes,
  kmsPlanCode,
  planKmsKeyDeletion,
  planKmsKeyWithdrawal,
  suspectedSetter,
  windowName,
} from "../../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";
import type { Identity } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  alice,
  anActor,
  anActorInProfile,
  aWorkload,
  bob,
  carol,
  cloudService,
  dayMs,
  hourMs,
  nowMs,
  pipeline,
  profile,
  secondMs,
  taken,
} from "../../support/builders.ts";
import {
  aKmsKey,
  aKmsKeySetBy,
  aKmsPolicy,
  aKmsRun,
  kmsKeyId,
  kmsOpening,
  openWindow,
} from "../../support/kms-builders.ts";

const plan = (key: KmsKeyObservation, run: Partial<KmsRun> = {}, policy = aKmsPolicy()): KmsPlan =>
  planKmsKeyDeletion(key, policy, aKmsRun(run), nowMs);
/** The window that the person confirmed by hand. */
const naming = { approvals: [openWindow] };
const asking = { mayRequest: true } as const;
const refused = (guard: KmsGuard): KmsPlan => ({ kind: "refused", guard });
const registration = (resourceCrn: string, preventsKeyDeletion = false) => ({ resourceCrn, preventsKeyDeletion });
const inUse = (...items: ReturnType<typeof registration>[]): Partial<KmsKeyObservation> => ({
  registrations: { kind: "known", items },
});
const setStep: KmsPlan = { kind: "ready", step: { kind: "set_for_deletion" } };
const destroyStep: KmsPlan = { kind: "ready", step: { kind: "destroy", approvedWindow: openWindow } };

describe("two people under KMS's own dual authorization", () => {
  it("only uko request sets the key for deletion: no other run does, also after the window expired", () => {
    const wait = { kind: "waitingForRequest", callerPosition: "may_ask" };
    for (const run of [{}, naming]) expect(plan(aKmsKey(), { actor: anActor(alice), ...run })).toEqual(wait);
    const expired = aKmsKey({ windowEndsAtMs: nowMs - secondMs });
    expect(plan(expired)).toEqual(wait);
  });

  it("the setter waits for another person, whatever they name", () => {
    const key = aKmsKeySetBy(alice);
    for (const run of [taken(kmsOpening), {}, naming, { ...naming, ...taken(kmsOpening) }]) {
      const wait = plan(key, { actor: anActor(alice), ...run });
      expect(wait).toMatchObject({
        kind: "waitingForApproval",
        callerPosition: "set_it",
        window: { name: openWindow },
      });
    }
  });

  it("another API key of the same person is the same person", () => {
    const again = anActor({ iamId: alice.iamId ?? "", mark: "0000000000000000" });
    expect(plan(aKmsKeySetBy(alice), { actor: again, ...naming })).toMatchObject({ callerPosition: "set_it" });
  });

  it("a second person waits unless they confirm the window", () => {
    expect(plan(aKmsKeySetBy(alice))).toEqual({
      kind: "waitingForApproval",
      callerPosition: "may_approve",
      window: { name: openWindow, endsAtMs: nowMs - hourMs + kmsWindowMs },
    });
  });

  it("another key's window, an earlier window, or the key alone does not count as confirming the window", () => {
    const others = [
      windowName("11111111-52a1-4c5e-9a3e-3c1f0a7f2b11", nowMs - hourMs + kmsWindowMs),
      windowName(kmsKeyId, nowMs - hourMs + kmsWindowMs - secondMs),
      kmsKeyId,
      openWindow.replace("Z", ""),
    ];
    expect(plan(aKmsKeySetBy(alice), { approvals: others })).toMatchObject({ callerPosition: "may_approve" });
  });

  it("a run that set the window never counts as its second person, even if another person wrote the policy since", () => {
    expect(plan(aKmsKeySetBy(carol), { ...naming, ...taken(kmsOpening) })).toMatchObject({ callerPosition: "set_it" });
  });

  it("the deletion continues under a window with an unknown setter, since KMS refuses its setter itself", () => {
    const { policyWrite: _untold, ...untold } = aKmsKeySetBy(alice);
    expect(plan(untold, naming)).toEqual(destroyStep);
    expect(plan(aKmsKeySetBy(alice, { policyWrite: { by: bob, atMs: nowMs - dayMs } }), naming)).toEqual(destroyStep);
  });

  it.each([
    ["any identity", { createdBy: bob }],
    ["an unknown identity", {}],
  ])("KMS decides if the last writer is the actor, and the policy's creator is %s", (_who, creator) => {
    const key = aKmsKeySetBy(alice, { policyWrite: { by: bob, atMs: nowMs - hourMs, ...creator } });
    expect(plan(key)).toMatchObject({ callerPosition: "may_approve" });
    expect(plan(key, naming)).toEqual(destroyStep);
    expect(plan(key, { ...naming, ...taken(kmsOpening) })).toMatchObject({ callerPosition: "set_it" });
  });

  it("the deletion continues if a machine turned the policy on and is its last writer since then", () => {
    const key = aKmsKeySetBy(alice, { policyWrite: { by: pipeline, atMs: nowMs - hourMs, createdBy: pipeline } });
    expect(plan(key)).toMatchObject({ callerPosition: "may_approve" });
    expect(plan(key, naming)).toEqual(destroyStep);
  });

  it("KMS requires two people even if the program says single", () => {
    const single = aKmsPolicy({ people: "single" });
    expect(plan(aKmsKey(), asking, single)).toEqual(setStep);
    expect(plan(aKmsKeySetBy(alice), {}, single)).toMatchObject({ callerPosition: "may_approve" });
  });

  it("a key without dual authorization is refused under required, and destroyed by one person under single", () => {
    const off = aKmsKey({ dualAuthDelete: false });
    expect(plan(off, naming)).toEqual(refused({ guard: "dual_authorization_off" }));
    const single = aKmsPolicy({ people: "single" });
    expect(plan(off, { actor: aWorkload() }, single)).toEqual({ kind: "ready", step: { kind: "destroy" } });
  });
});

describe("where signatures are demanded", () => {
  const by = "/etc/uko/allowed_signers";
  const signedBy = (requester: Identity, isApprovalSigned = true) => ({
    ...aKmsKeySetBy(alice),
    signatures: { by, requester, requestSha256: "5".repeat(64), isApprovalSigned },
  });
  const unsigned = refused({ guard: "signatures_demanded", by });

  it("a window opens and waits as everywhere", () => {
    expect(plan({ ...aKmsKey(), signatures: { by } }, asking)).toEqual(setStep);
    expect(plan({ ...aKmsKeySetBy(alice), signatures: { by } })).toMatchObject({ callerPosition: "may_approve" });
    expect(plan({ ...aKmsKey({ state: "destroyed" }), signatures: { by } }).kind).not.toBe("refused");
  });

  it("two people who signed destroy the key", () => {
    expect(plan(signedBy(alice), naming)).toEqual(destroyStep);
  });

  it.each([
    ["no signed request", { ...aKmsKeySetBy(alice), signatures: { by } }],
    ["an unsigned approval", signedBy(alice, false)],
    ["a request by a machine", signedBy(pipeline)],
  ])("%s destroys nothing", (_title, key) => {
    expect(plan(key, naming)).toEqual(unsigned);
  });

  it("the requester waits for another person, even if KMS names no setter", () => {
    const { policyWrite: _untold, ...key } = signedBy(bob);
    expect(plan(key, naming)).toMatchObject({ callerPosition: "set_it" });
  });

  it("single counts as two people, so a key without dual authorization stays", () => {
    const off = { ...aKmsKey({ dualAuthDelete: false }), signatures: { by } };
    expect(plan(off, {}, aKmsPolicy({ people: "single" }))).toEqual(refused({ guard: "dual_authorization_off" }));
  });
});

describe("one person who could appear as two", () => {
  it.each([
    ["a service id", aWorkload(pipeline)],
    ["a profile that a workload assumed", aWorkload(profile)],
    ["a cloud service", aWorkload(cloudService)],
  ])("%s neither sets nor destroys", (_who, actor) => {
    expect(plan(aKmsKey(), { actor })).toEqual({ kind: "waitingForRequest", callerPosition: "not_a_person" });
    expect(plan(aKmsKeySetBy(alice), { actor, ...naming })).toMatchObject({ callerPosition: "not_a_person" });
  });

  it("a person in a profile neither sets nor destroys: KMS may store the profile alone", () => {
    const actor = anActorInProfile(bob);
    expect(plan(aKmsKey(), { actor })).toEqual({ kind: "waitingForRequest", callerPosition: "acts_in_a_profile" });
    expect(plan(aKmsKeySetBy(alice), { actor, ...naming })).toMatchObject({ callerPosition: "acts_in_a_profile" });
    const { policyWrite: _untold, ...untold } = aKmsKeySetBy(alice);
    expect(plan(untold, { actor, ...naming })).toMatchObject({ callerPosition: "acts_in_a_profile" });
  });

  it("the setter in a profile of theirs is still the setter", () => {
    expect(plan(aKmsKeySetBy(alice), { actor: anActorInProfile(alice), ...naming })).toMatchObject({
      callerPosition: "set_it",
    });
  });

  it.each([pipeline, profile, cloudService])("a window that $iamId set does not count", (setter) => {
    for (const actor of [anActor(bob), anActorInProfile(bob), aWorkload(setter)]) {
      expect(plan(aKmsKeySetBy(setter), { actor, ...naming })).toEqual(
        refused({ guard: "setter_not_a_person", setter }),
      );
    }
  });

  it("a policy write after the window began hides the setter, so the window does not count", () => {
    const policyWrite = { by: carol, atMs: nowMs - hourMs + 10 * secondMs + 1 };
    expect(plan(aKmsKeySetBy(alice, { policyWrite }), naming)).toEqual(
      refused({ guard: "setter_unknown", policyWrite }),
    );
  });

  it("a window in which a restored key was destroyed before does not count", () => {
    for (const deletedAtMs of [nowMs - hourMs, nowMs - 1]) {
      expect(plan(aKmsKeySetBy(alice, { deletedAtMs }), naming)).toEqual(
        refused({ guard: "window_used", deletedAtMs }),
      );
    }
    expect(plan(aKmsKeySetBy(alice, { deletedAtMs: nowMs - hourMs - 1 }), naming)).toEqual(destroyStep);
  });

  it("a token without an identity is refused", () => {
    for (const key of [aKmsKey(), aKmsKeySetBy(alice)]) {
      expect(plan(key, { actor: { displayName: "?", writesAs: bob } })).toEqual(refused({ guard: "persons_unknown" }));
    }
  });
});

describe("the window", () => {
  const ending = (inMs: number): KmsKeyObservation => aKmsKey({ windowEndsAtMs: nowMs + inMs });

  it("counts until the second in which it ends", () => {
    expect(isWindowOpen(ending(1), nowMs)).toBe(true);
    expect(isWindowOpen(ending(0), nowMs)).toBe(false);
    expect(isWindowOpen(ending(-1), nowMs)).toBe(false);
  });

  it("ends the run if KMS did not keep it", () => {
    expect(plan(aKmsKey(), taken(kmsOpening))).toEqual(refused({ guard: "window_not_kept" }));
  });

  it("is named to the second", () => {
    expect(windowName(kmsKeyId, Date.UTC(2026, 11, 1, 14, 22, 3, 999))).toBe(`${kmsKeyId}@2026-12-01T14:22:03Z`);
  });

  it("belongs to a key under dual authorization that is not destroyed", () => {
    expect(isWindowOpen(aKmsKeySetBy(alice, { dualAuthDelete: false }), nowMs)).toBe(false);
    expect(isWindowOpen(aKmsKeySetBy(alice, { state: "destroyed" }), nowMs)).toBe(false);
  });

  it.each([
    [10 * secondMs, alice],
    [-10 * secondMs, alice],
    [10 * secondMs + 1, undefined],
    [-10 * secondMs - 1, undefined],
  ])("is suspected to be of the policy's last writer if that identity wrote %i ms from its beginning", (ms, setter) => {
    const policyWrite = { by: alice, atMs: nowMs - hourMs + ms, createdBy: carol };
    expect(suspectedSetter(aKmsKeySetBy(alice, { policyWrite }))).toEqual(setter);
  });

  it("raises no suspicion if it is not set, or if the policy's last writer created the policy", () => {
    expect(suspectedSetter(aKmsKey())).toBeUndefined();
    const policyWrite = { by: alice, atMs: nowMs - hourMs, createdBy: alice };
    expect(suspectedSetter(aKmsKeySetBy(alice, { policyWrite }))).toBeUndefined();
  });
});

describe("the key's own state", () => {
  it.each(["active", "suspended", "deactivated"] as const)("a %s key with an open window is destroyed", (state) => {
    expect(plan(aKmsKeySetBy(alice, { state }), naming)).toEqual(destroyStep);
  });

  it("a suspended key is not set for deletion", () => {
    expect(plan(aKmsKey({ state: "suspended" }), asking)).toEqual(
      refused({ guard: "not_active", stateWord: "suspended" }),
    );
  });

  it("an expired key is set for deletion, unless KMS says that it cannot be", () => {
    const key = aKmsKey({ state: "deactivated" });
    expect(plan(key, asking)).toEqual(setStep);
    const refusals = [{ step: "set_for_deletion" as const, message: "Key is not in a valid state" }];
    expect(plan(key, { ...asking, refusals })).toEqual(refused({ guard: "not_active", stateWord: "deactivated" }));
  });

  it("a key that was never active does not change", () => {
    const key = aKmsKey({ state: "pre_activation" });
    expect(plan(key, naming)).toEqual(refused({ guard: "not_active", stateWord: "pre_activation" }));
  });

  it("a key in an unknown state does not change", () => {
    const key = aKmsKey({ state: "unrecognized", stateWord: "7" });
    expect(plan(key, naming)).toEqual(refused({ guard: "state_unrecognized", stateWord: "7" }));
  });

  it("a destroyed key is done, or waits for KMS to purge its metadata", () => {
    const removed = aKmsPolicy({ goal: "removed", deletionProtection: true });
    const key = aKmsKey({ state: "destroyed", purgeScheduledAtMs: nowMs + 90 * dayMs });
    expect(plan(key)).toEqual({ kind: "done" });
    expect(plan(key, {}, removed)).toEqual({ kind: "waitingForTime", untilMs: nowMs + 90 * dayMs });
    expect(plan(aKmsKey({ state: "destroyed", purgeScheduledAtMs: nowMs }), {}, removed)).toEqual({
      kind: "waitingForTime",
    });
    expect(plan(aKmsKey({ state: "destroyed" }), {}, removed)).toEqual({ kind: "waitingForTime" });
  });
});

describe("guards, in this order, before the window and before destroy", () => {
  const cases: readonly (readonly [KmsGuard, Partial<KmsKeyObservation>])[] = [
    [
      { guard: "backing_key_of_managed_key", keystoreName: "frankfurt" },
      { ring: { kind: "of_keystore", keystoreName: "frankfurt" } },
    ],
    [{ guard: "ring_unknown", reason: "403", remedy: "" }, { ring: { kind: "unknown", reason: "403", remedy: "" } }],
    [{ guard: "use_unreadable", reason: "401" }, { registrations: { kind: "unreadable", reason: "401" } }],
    [{ guard: "retention_policy", resources: ["crn:b"] }, inUse(registration("crn:a"), registration("crn:b", true))],
    [{ guard: "registered", resources: ["crn:a", "crn:b"] }, inUse(registration("crn:a"), registration("crn:b"))],
  ];

  it.each(cases)("%o", (guard, over) => {
    expect(plan(aKmsKey(over))).toEqual(refused(guard));
    expect(plan(aKmsKeySetBy(alice, over), naming)).toEqual(refused(guard));
    const single = aKmsPolicy({ people: "single" });
    expect(plan(aKmsKey({ ...over, dualAuthDelete: false }), {}, single)).toEqual(refused(guard));
  });

  it("each comes before the next, and deletion protection is first", () => {
    const merged = (from: number): Partial<KmsKeyObservation> =>
      Object.assign(
        {},
        ...cases
          .slice(from)
          .map(([, over]) => over)
          .toReversed(),
      );
    expect(plan(aKmsKey(merged(0)))).toEqual(refused(cases[0]?.[0] as KmsGuard));
    expect(plan(aKmsKey(merged(1)))).toEqual(refused(cases[1]?.[0] as KmsGuard));
    expect(plan(aKmsKey(merged(2)))).toEqual(refused(cases[2]?.[0] as KmsGuard));
    expect(plan(aKmsKey(merged(3)))).toEqual(refused(cases[3]?.[0] as KmsGuard));
    const isProtected = aKmsPolicy({ deletionProtection: true });
    expect(plan(aKmsKey(merged(0)), {}, isProtected)).toEqual(refused({ guard: "deletion_protection" }));
  });
});

describe("a step that KMS refused in this run", () => {
  it.each([
    ["set_for_deletion", aKmsKey(), asking],
    ["destroy", aKmsKeySetBy(alice), naming],
  ] as const)("%s is not sent again", (step, key, run) => {
    const refusals = [{ step, message: "no" }];
    expect(plan(key, { ...run, refusals })).toEqual(refused({ guard: "service_refused", step, message: "no" }));
    const ofOther = [{ step: "unset_for_deletion" as const, message: "no" }];
    expect(plan(key, { ...run, refusals: ofOther })).toMatchObject({ kind: "ready", step: { kind: step } });
  });
});

describe("a withdrawal", () => {
  const withdraw = (key: KmsKeyObservation, run: Partial<KmsRun> = {}): KmsPlan =>
    planKmsKeyWithdrawal(key, aKmsRun(run), nowMs);

  it("unsets an open window, whatever its setter and the caller", () => {
    for (const setter of [alice, bob, pipeline]) {
      for (const actor of [anActor(bob), aWorkload()]) {
        expect(withdraw(aKmsKeySetBy(setter), { actor })).toEqual({
          kind: "ready",
          step: { kind: "unset_for_deletion" },
        });
      }
    }
  });

  it("has nothing to do if no window is open", () => {
    for (const key of [aKmsKey(), aKmsKey({ windowEndsAtMs: nowMs }), aKmsKey({ dualAuthDelete: false })]) {
      expect(withdraw(key)).toEqual({ kind: "done" });
    }
  });

  it("is too late for a destroyed key", () => {
    expect(withdraw(aKmsKeySetBy(alice, { state: "destroyed" }))).toEqual(refused({ guard: "already_destroyed" }));
  });

  it("is not retried if KMS refused it", () => {
    const refusals = [{ step: "unset_for_deletion" as const, message: "no" }];
    expect(withdraw(aKmsKeySetBy(alice), { refusals })).toMatchObject({ guard: { guard: "service_refused" } });
  });
});

describe("codes", () => {
  it("exist in the catalog for each guard and wait", () => {
    for (const guard of Object.keys(kmsGuardCodes) as KmsGuard["guard"][]) {
      const code = kmsPlanCode({ kind: "refused", guard: { guard } as KmsGuard });
      expect(code).toBe(kmsGuardCodes[guard]);
      expect(errorCatalog[code].exitCode).toBeGreaterThan(0);
    }
    const window = { name: openWindow, endsAtMs: nowMs };
    expect(kmsPlanCode({ kind: "waitingForApproval", callerPosition: "set_it", window })).toBe("UKO_APPROVAL_PENDING");
    expect(kmsPlanCode({ kind: "waitingForRequest", callerPosition: "may_ask" })).toBe("UKO_REQUEST_PENDING");
    expect(kmsPlanCode({ kind: "waitingForTime" })).toBe("UKO_KMS_METADATA_REMAINS");
  });
});
