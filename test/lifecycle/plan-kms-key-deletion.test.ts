import { describe, expect, it } from "vitest";
import { errorCatalogue } from "../../provider/errors.ts";
import { kmsWindowMs } from "../../provider/lifecycle/kms-window.ts";
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
  setterHint,
  windowName,
} from "../../provider/lifecycle/plan-kms-key-deletion.ts";
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
} from "../support/builders.ts";
import { aKmsKey, aKmsKeySetBy, aKmsPolicy, aKmsRun, kmsKeyId, openWindow } from "../support/kms-builders.ts";

const plan = (key: KmsKeyObservation, run: Partial<KmsRun> = {}, policy = aKmsPolicy()): KmsPlan =>
  planKmsKeyDeletion(key, policy, aKmsRun(run), nowMs);
const naming = { consents: [openWindow] };
const refused = (guard: KmsGuard): KmsPlan => ({ kind: "refused", guard });
const registration = (resourceCrn: string, preventsKeyDeletion = false) => ({ resourceCrn, preventsKeyDeletion });
const inUse = (...items: ReturnType<typeof registration>[]): Partial<KmsKeyObservation> => ({
  registrations: { kind: "known", items },
});
const setStep: KmsPlan = { kind: "ready", step: { kind: "set_for_deletion" } };
const destroyStep: KmsPlan = { kind: "ready", step: { kind: "destroy", consentedTo: openWindow } };

describe("two people under KMS's own dual authorization", () => {
  it("the first sets the key for deletion", () => {
    expect(plan(aKmsKey(), { actor: anActor(alice) })).toEqual(setStep);
  });

  it("the one who set it waits for another, whatever they name", () => {
    const key = aKmsKeySetBy(alice);
    for (const run of [{ setHere: true }, {}, naming, { ...naming, setHere: true }]) {
      const wait = plan(key, { actor: anActor(alice), ...run });
      expect(wait).toMatchObject({ kind: "waitingForApproval", standing: "set_it", window: { name: openWindow } });
    }
  });

  it("another API key of the same person is the same person", () => {
    const again = anActor({ iamId: alice.iamId ?? "", mark: "0000000000000000" });
    expect(plan(aKmsKeySetBy(alice), { actor: again, ...naming })).toMatchObject({ standing: "set_it" });
  });

  it("a second person waits until they name the window", () => {
    expect(plan(aKmsKeySetBy(alice))).toEqual({
      kind: "waitingForApproval",
      standing: "may_consent",
      window: { name: openWindow, endsAtMs: nowMs - hourMs + kmsWindowMs, setter: { identity: alice, isSure: true } },
    });
  });

  it("a second person who names the window destroys", () => {
    expect(plan(aKmsKeySetBy(alice), naming)).toEqual(destroyStep);
  });

  it("naming another key's window, an earlier one, or the key alone is not naming the window", () => {
    const others = [
      windowName("11111111-52a1-4c5e-9a3e-3c1f0a7f2b11", nowMs - hourMs + kmsWindowMs),
      windowName(kmsKeyId, nowMs - hourMs + kmsWindowMs - secondMs),
      kmsKeyId,
      openWindow.replace("Z", ""),
    ];
    expect(plan(aKmsKeySetBy(alice), { consents: others })).toMatchObject({ standing: "may_consent" });
  });

  it("does not take a run that set the window for its second person, whoever wrote the policy since", () => {
    expect(plan(aKmsKeySetBy(carol), { ...naming, setHere: true })).toMatchObject({ standing: "set_it" });
  });

  it("goes on under a window whose setter KMS does not tell, since KMS refuses its setter itself", () => {
    const { policyWrite: _untold, ...untold } = aKmsKeySetBy(alice);
    expect(plan(untold, naming)).toEqual(destroyStep);
    expect(plan(aKmsKeySetBy(alice, { policyWrite: { by: bob, atMs: nowMs - dayMs } }), naming)).toEqual(destroyStep);
  });

  it.each([
    ["whoever turned it on", { createdBy: bob }],
    ["nobody", {}],
  ])(
    "leaves the judgement to KMS where the last writer is the actor, and the policy's creator is %s",
    (_who, creator) => {
      const key = aKmsKeySetBy(alice, { policyWrite: { by: bob, atMs: nowMs - hourMs, ...creator } });
      const setter = { identity: bob, isSure: false };
      expect(plan(key)).toMatchObject({ standing: "may_consent", window: { setter } });
      expect(plan(key, naming)).toEqual(destroyStep);
      expect(plan(key, { ...naming, setHere: true })).toMatchObject({ standing: "set_it" });
    },
  );

  it("goes on where a machine turned the policy on and is its last writer since then", () => {
    const key = aKmsKeySetBy(alice, { policyWrite: { by: pipeline, atMs: nowMs - hourMs, createdBy: pipeline } });
    expect(plan(key)).toMatchObject({ standing: "may_consent", window: { setter: { isSure: false } } });
    expect(plan(key, naming)).toEqual(destroyStep);
  });

  it("is needed where KMS asks for it although the program says single", () => {
    const single = aKmsPolicy({ dualAuthorization: "single" });
    expect(plan(aKmsKey(), {}, single)).toEqual(setStep);
    expect(plan(aKmsKeySetBy(alice), {}, single)).toMatchObject({ standing: "may_consent" });
  });

  it("a key without it is refused under required, and destroyed by one under single", () => {
    const off = aKmsKey({ dualAuthDelete: false });
    expect(plan(off, naming)).toEqual(refused({ guard: "dual_authorization_off" }));
    const single = aKmsPolicy({ dualAuthorization: "single" });
    expect(plan(off, { actor: aWorkload() }, single)).toEqual({ kind: "ready", step: { kind: "destroy" } });
  });
});

describe("what could make one person look like two", () => {
  it.each([
    ["a service id", aWorkload(pipeline)],
    ["a profile that a workload assumed", aWorkload(profile)],
    ["a cloud service", aWorkload(cloudService)],
  ])("%s neither sets nor destroys", (_who, actor) => {
    expect(plan(aKmsKey(), { actor })).toEqual({ kind: "waitingForApproval", standing: "not_a_person" });
    expect(plan(aKmsKeySetBy(alice), { actor, ...naming })).toMatchObject({ standing: "not_a_person" });
  });

  it("a person in a profile neither sets nor destroys: KMS may know them by the profile alone", () => {
    const actor = anActorInProfile(bob);
    expect(plan(aKmsKey(), { actor })).toEqual({ kind: "waitingForApproval", standing: "acts_in_a_profile" });
    expect(plan(aKmsKeySetBy(alice), { actor, ...naming })).toMatchObject({ standing: "acts_in_a_profile" });
    const { policyWrite: _untold, ...untold } = aKmsKeySetBy(alice);
    expect(plan(untold, { actor, ...naming })).toMatchObject({ standing: "acts_in_a_profile" });
  });

  it("the setter in a profile of theirs is still the setter", () => {
    expect(plan(aKmsKeySetBy(alice), { actor: anActorInProfile(alice), ...naming })).toMatchObject({
      standing: "set_it",
    });
  });

  it.each([pipeline, profile, cloudService])("a window that $iamId set serves nobody", (setter) => {
    for (const actor of [anActor(bob), anActorInProfile(bob), aWorkload(setter)]) {
      expect(plan(aKmsKeySetBy(setter), { actor, ...naming })).toEqual(
        refused({ guard: "setter_not_a_person", setter }),
      );
    }
  });

  it("a policy that was written after the window began hides who set it, so the window serves nobody", () => {
    const policyWrite = { by: carol, atMs: nowMs - hourMs + 10 * secondMs + 1 };
    expect(plan(aKmsKeySetBy(alice, { policyWrite }), naming)).toEqual(
      refused({ guard: "setter_unknown", policyWrite }),
    );
  });

  it("a window by which a restored key was destroyed before serves nobody", () => {
    for (const deletedAtMs of [nowMs - hourMs, nowMs - 1]) {
      expect(plan(aKmsKeySetBy(alice, { deletedAtMs }), naming)).toEqual(
        refused({ guard: "window_used", deletedAtMs }),
      );
    }
    expect(plan(aKmsKeySetBy(alice, { deletedAtMs: nowMs - hourMs - 1 }), naming)).toEqual(destroyStep);
  });

  it("is refused where the token names nobody", () => {
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

  it("a lapsed one is set anew, and naming it helps nobody", () => {
    const lapsed = ending(-secondMs);
    expect(plan(lapsed, { consents: [windowName(kmsKeyId, nowMs - secondMs)] })).toEqual(setStep);
  });

  it("a set one is never set again", () => {
    for (const setter of [alice, bob, pipeline]) expect(plan(aKmsKeySetBy(setter))).not.toEqual(setStep);
  });

  it("that KMS did not keep ends the run", () => {
    expect(plan(aKmsKey(), { setHere: true })).toEqual(refused({ guard: "window_not_kept" }));
  });

  it("is named to the second", () => {
    expect(windowName(kmsKeyId, Date.UTC(2026, 11, 1, 14, 22, 3, 999))).toBe(`${kmsKeyId}@2026-12-01T14:22:03Z`);
  });

  it("is of a key under dual authorization that is not destroyed", () => {
    expect(isWindowOpen(aKmsKeySetBy(alice, { dualAuthDelete: false }), nowMs)).toBe(false);
    expect(isWindowOpen(aKmsKeySetBy(alice, { state: "destroyed" }), nowMs)).toBe(false);
  });

  it.each([
    [10 * secondMs, alice],
    [-10 * secondMs, alice],
    [10 * secondMs + 1, undefined],
    [-10 * secondMs - 1, undefined],
  ])("has the policy's last writer as setter if that wrote %i ms from its beginning", (ms, setter) => {
    const policyWrite = { by: alice, atMs: nowMs - hourMs + ms, createdBy: carol };
    expect(setterHint(aKmsKeySetBy(alice, { policyWrite }))?.identity).toEqual(setter);
  });

  it("that is not there was set by nobody", () => {
    expect(setterHint(aKmsKey())).toBeUndefined();
  });
});

describe("the key's own state", () => {
  it.each(["active", "suspended", "deactivated"] as const)("a %s key with an open window is destroyed", (state) => {
    expect(plan(aKmsKeySetBy(alice, { state }), naming)).toEqual(destroyStep);
  });

  it("a suspended key is not set for deletion", () => {
    expect(plan(aKmsKey({ state: "suspended" }))).toEqual(refused({ guard: "not_active", stateWord: "suspended" }));
  });

  it("an expired key is set for deletion, unless KMS says that it cannot be", () => {
    const key = aKmsKey({ state: "deactivated" });
    expect(plan(key)).toEqual(setStep);
    const refusals = [{ step: "set_for_deletion" as const, message: "Key is not in a valid state" }];
    expect(plan(key, { refusals })).toEqual(refused({ guard: "not_active", stateWord: "deactivated" }));
  });

  it("a key that was never active is left alone", () => {
    const key = aKmsKey({ state: "pre_activation" });
    expect(plan(key, naming)).toEqual(refused({ guard: "not_active", stateWord: "pre_activation" }));
  });

  it("a key in a state that is not known is left alone", () => {
    const key = aKmsKey({ state: "unrecognised", stateWord: "7" });
    expect(plan(key, naming)).toEqual(refused({ guard: "state_unrecognised", stateWord: "7" }));
  });

  it("a destroyed key is done, or waits for its metadata to be purged", () => {
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
      { guard: "twin_of_managed_key", keystoreName: "frankfurt" },
      { ring: { kind: "of_keystore", keystoreName: "frankfurt" } },
    ],
    [{ guard: "ring_unknown", reason: "403" }, { ring: { kind: "unknown", reason: "403" } }],
    [{ guard: "use_unreadable", reason: "401" }, { registrations: { kind: "unreadable", reason: "401" } }],
    [{ guard: "retention_policy", resources: ["crn:b"] }, inUse(registration("crn:a"), registration("crn:b", true))],
    [{ guard: "registered", resources: ["crn:a", "crn:b"] }, inUse(registration("crn:a"), registration("crn:b"))],
  ];

  it.each(cases)("%o", (guard, over) => {
    expect(plan(aKmsKey(over))).toEqual(refused(guard));
    expect(plan(aKmsKeySetBy(alice, over), naming)).toEqual(refused(guard));
    const single = aKmsPolicy({ dualAuthorization: "single" });
    expect(plan(aKmsKey({ ...over, dualAuthDelete: false }), {}, single)).toEqual(refused(guard));
  });

  it("each before the next, and deletion protection first", () => {
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
    ["set_for_deletion", aKmsKey(), {}],
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

  it("takes back an open window, whoever set it and whoever asks", () => {
    for (const setter of [alice, bob, pipeline]) {
      for (const actor of [anActor(bob), aWorkload()]) {
        expect(withdraw(aKmsKeySetBy(setter), { actor })).toEqual({
          kind: "ready",
          step: { kind: "unset_for_deletion" },
        });
      }
    }
  });

  it("has nothing to do where none is open", () => {
    for (const key of [aKmsKey(), aKmsKey({ windowEndsAtMs: nowMs }), aKmsKey({ dualAuthDelete: false })]) {
      expect(withdraw(key)).toEqual({ kind: "done" });
    }
  });

  it("is too late for a destroyed key", () => {
    expect(withdraw(aKmsKeySetBy(alice, { state: "destroyed" }))).toEqual(refused({ guard: "already_destroyed" }));
  });

  it("is not tried again where KMS refused it", () => {
    const refusals = [{ step: "unset_for_deletion" as const, message: "no" }];
    expect(withdraw(aKmsKeySetBy(alice), { refusals })).toMatchObject({ guard: { guard: "service_refused" } });
  });
});

describe("codes", () => {
  it("has one of the catalogue for each guard and wait", () => {
    for (const guard of Object.keys(kmsGuardCodes) as KmsGuard["guard"][]) {
      const code = kmsPlanCode({ kind: "refused", guard: { guard } as KmsGuard });
      expect(code).toBe(kmsGuardCodes[guard]);
      expect(errorCatalogue[code].exitCode).toBeGreaterThan(0);
    }
    expect(kmsPlanCode({ kind: "waitingForApproval", standing: "set_it" })).toBe("UKO_APPROVAL_PENDING");
    expect(kmsPlanCode({ kind: "waitingForTime" })).toBe("UKO_KMS_METADATA_REMAINS");
  });
});
