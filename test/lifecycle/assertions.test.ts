/** Each check inside the core stops the run: a broken plan, or a broken input, is UKO_BUG and not a step. */

import { describe, expect, it } from "vitest";
import { standingOf } from "../../provider/lifecycle/consent/consent-record.ts";
import { holdsIn, holdsInForce } from "../../provider/lifecycle/consent/hold.ts";
import { planContainerDeletion } from "../../provider/lifecycle/container/plan-container-deletion.ts";
import { completeAfterStep } from "../../provider/lifecycle/key/after-step.ts";
import { type DeletionPolicy, type KeyRun, ready, type Step } from "../../provider/lifecycle/key/plan.ts";
import { planKeyDeletion } from "../../provider/lifecycle/key/plan-key-deletion.ts";
import { settlingOf } from "../../provider/lifecycle/key/settling.ts";
import { soundDeletion, soundPlan } from "../../provider/lifecycle/key/sound-plan.ts";
import {
  type KmsKeyObservation,
  type KmsKeyPolicy,
  type KmsRun,
  type KmsStep,
  planKmsKeyDeletion,
  soundKmsPlan,
} from "../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";
import { assert, assertTime } from "../../provider/lifecycle/vocabulary/assert.ts";
import type { KeyObservation } from "../../provider/lifecycle/vocabulary/observation.ts";
import {
  aKey,
  aKeyWith,
  alice,
  anActor,
  anApprovalOf,
  aPolicy,
  aRecord,
  aRun,
  aWorkload,
  bob,
  carol,
  hourMs,
  nowMs,
  someFacts,
} from "../support/builders.ts";
import { aKmsKeySetBy, aKmsPolicy, aKmsRun, openWindow } from "../support/kms-builders.ts";

const bug = (claim: RegExp) => expect.objectContaining({ code: "UKO_BUG", detail: expect.stringMatching(claim) });
const failsWith = (act: () => unknown, claim: RegExp) => expect(act).toThrow(bug(claim));

describe("assert", () => {
  it("throws the claim with the next step, and passes what is true", () => {
    expect(() => assert(true, "all is well")).not.toThrow();
    failsWith(() => assert(false, "all is well"), /The check is: all is well\. .*\nNext: report/);
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY])
      failsWith(() => assertTime(time, "noon"), /noon is a time/);
  });
});

describe("a time that is not a number stops", () => {
  it.each<readonly [string, () => unknown]>([
    ["a deletion", () => planKeyDeletion(aKey(), aPolicy(), aRun(), Number.NaN)],
    ["the deletion of a KMS key", () => planKmsKeyDeletion(aKmsKeySetBy(alice), aKmsPolicy(), aKmsRun(), Number.NaN)],
    [
      "the deletion of a container",
      () => {
        const none = { kind: "known", items: [] } as const;
        const container = { kind: "vault", id: "v", name: "v", keys: none, containers: none, ring: none } as const;
        planContainerDeletion(container, { deletionProtection: false }, {}, Number.NaN);
      },
    ],
    ["a hold, which would be over", () => holdsInForce(holdsIn([{ name: "hold", value: "owner" }]), Number.NaN)],
    ["a record, which would not expire", () => standingOf(aKeyWith(aRecord()), "deactivate", Number.NaN)],
    [
      "an approval of a request without a time",
      () => standingOf(aKeyWith(anApprovalOf(aRecord({ author: bob, writtenAtMs: Number.NaN }))), "deactivate", nowMs),
    ],
    ["a write", () => settlingOf({ etag: "1", nowMs: Number.NaN }, { hasWaited: false })],
    [
      "a conclusion from a response",
      () => {
        const before = { observation: aKey(), nowMs };
        completeAfterStep("deactivate", before, { ...before, nowMs: Number.NaN });
      },
    ],
  ])("%s", (_, act) => failsWith(act, /is a time/));
});

it("a write without an ETag, and a response about another key, stop the run", () => {
  failsWith(() => settlingOf({ etag: "", nowMs }, { hasWaited: false }), /has an ETag/);
  const before = { observation: aKey(), nowMs };
  const other = { observation: aKey({ facts: someFacts({ keyId: "other" }) }), nowMs };
  failsWith(() => completeAfterStep("deactivate", before, other), /about the key of the step/);
});

describe("a plan to delete a managed key", () => {
  const record = aRecord({ author: alice });
  const stored = anApprovalOf(aRecord({ author: bob }), { author: alice, isSealedHere: true });
  interface Case {
    readonly key?: KeyObservation;
    readonly step?: Step;
    readonly policy?: Partial<DeletionPolicy>;
    readonly run?: Partial<KeyRun>;
  }
  /** Alice requested the deactivation, and Bob approves it by hand. */
  const check = ({ key = aKeyWith(record), step, policy = {}, run = {} }: Case): unknown => {
    const plan = ready(step ?? { kind: "deactivate", allowedBy: record });
    return soundDeletion(plan, key, aPolicy(policy), aRun({ approvals: [record.id], ...run }), nowMs);
  };
  const single = { people: "single" } as const;

  it.each<readonly [string, Case]>([
    ["two people", {}],
    ["a stored approval", { key: aKeyWith(stored), step: { kind: "deactivate", allowedBy: stored } }],
    ["one person", { key: aKey({ marker: "single" }), step: { kind: "deactivate" }, policy: single }],
    [
      "the requester under the gate destroy",
      {
        key: aKeyWith(record, { marker: "destroy" }),
        policy: { people: "destroy" },
        run: { actor: anActor(alice), approvals: [] },
      },
    ],
    ["a removal", { key: aKey({ state: "destroyed" }), step: { kind: "remove" } }],
    ["a window", { step: { kind: "set_for_deletion", kmsKeyId: "k" } }],
    ["another step", { step: { kind: "drop_record" } }],
  ])("passes with %s", (_, one) => {
    expect(() => check(one)).not.toThrow();
    expect(soundDeletion({ kind: "done" }, aKey(), aPolicy(), aRun(), nowMs)).toEqual({ kind: "done" });
  });

  const another = aRecord({ author: alice, reason: "other" });
  const destruction = aRecord({ author: alice, step: "destroy" });
  it.each<readonly [string, Case, RegExp]>([
    ["it reactivates", { step: { kind: "reactivate" } }, /neither reactivates/],
    ["it syncs", { step: { kind: "sync" } }, /nor syncs/],
    [
      "it destroys an active key",
      { step: { kind: "destroy", allowedBy: record } },
      /allows destroy in the state active/,
    ],
    ["it removes an active key", { step: { kind: "remove" } }, /allows remove in the state active/],
    [
      "it opens a window for a deactivated key",
      { key: aKey({ state: "deactivated" }), step: { kind: "set_for_deletion", kmsKeyId: "k" } },
      /allows deactivate in the state deactivated/,
    ],
    ["the state is unknown", { key: aKeyWith(record, { state: "unrecognized" }) }, /in the state unrecognized/],
    [
      "the key is held",
      { key: aKeyWith(record, { holds: holdsIn([{ name: "hold", value: "x" }]) }) },
      /no guard fails/,
    ],
    ["the key is protected", { policy: { deletionProtection: true } }, /no guard fails/],
    ["no record allows it", { step: { kind: "deactivate" } }, /acts on a record/],
    ["the record is not on the key", { step: { kind: "deactivate", allowedBy: another } }, /is on the key/],
    [
      "the record is for another step",
      { key: aKeyWith(destruction, { state: "active" }), step: { kind: "deactivate", allowedBy: destruction } },
      /only the step that it names/,
    ],
    ["the key changed", { key: aKeyWith(record, { digests: { deactivate: "x", destroy: "y" } }) }, /author saw/],
    ["a machine takes it", { run: { actor: aWorkload() } }, /a person takes/],
    ["the requester approves", { run: { actor: anActor(alice) } }, /approver is not the requester/],
    [
      "a third person uses a stored approval",
      { key: aKeyWith(stored), step: { kind: "deactivate", allowedBy: stored }, run: { actor: anActor(carol) } },
      /only the requester acts/,
    ],
    ["the caller confirmed nothing", { run: { approvals: [] } }, /by hand/],
    [
      "the requester neither sealed nor confirmed",
      (() => {
        const unsealed = anApprovalOf(aRecord({ author: bob }), { author: alice });
        return { key: aKeyWith(unsealed), step: { kind: "deactivate", allowedBy: unsealed } };
      })(),
      /by hand/,
    ],
  ])("stops if %s", (_, one, claim) => failsWith(() => check(one), claim));

  it("has no step of another purpose", () => {
    expect(soundPlan(ready({ kind: "sync" }), ["sync"], "sync a key")).toEqual(ready({ kind: "sync" }));
    expect(soundPlan({ kind: "done" }, [], "sync a key")).toEqual({ kind: "done" });
    failsWith(
      () => soundPlan(ready({ kind: "destroy" }), ["sync"], "sync a key"),
      /a plan to sync a key contains no other/,
    );
  });
});

describe("a plan to delete a KMS key", () => {
  interface Case {
    readonly key?: Partial<KmsKeyObservation>;
    readonly step?: KmsStep;
    readonly policy?: Partial<KmsKeyPolicy>;
    readonly run?: Partial<KmsRun>;
  }
  const check = ({ key = {}, step, policy = {}, run = {} }: Case): unknown =>
    soundKmsPlan(
      { kind: "ready", step: step ?? { kind: "destroy", approvedWindow: openWindow } },
      { ...aKmsKeySetBy(alice), ...key },
      aKmsPolicy(policy),
      aKmsRun({ approvals: [openWindow], ...run }),
      nowMs,
    );
  const forOne: Case = { key: { dualAuthDelete: false }, policy: { people: "single" } };

  it.each<readonly [string, Case]>([
    ["two people", {}],
    ["a window of an unknown setter", { key: aKmsKeySetBy(carol) }],
    ["one person", forOne],
    ["the opening of a window", { step: { kind: "set_for_deletion" } }],
  ])("passes with %s", (_, one) => {
    expect(() => check(one)).not.toThrow();
    expect(soundKmsPlan({ kind: "done" }, aKmsKeySetBy(alice), aKmsPolicy(), aKmsRun(), nowMs)).toEqual({
      kind: "done",
    });
  });

  it.each<readonly [string, Case, RegExp]>([
    ["the key is destroyed", { key: { state: "destroyed" } }, /in the state destroyed/],
    ["the state is unknown", { key: { state: "unrecognized" } }, /in the state unrecognized/],
    ["the key is protected", { policy: { deletionProtection: true } }, /no guard fails/],
    ["one person is not enough", { ...forOne, policy: {} }, /one person destroys/],
    [
      "this machine demands signatures",
      { ...forOne, key: { dualAuthDelete: false, signatures: { by: "x" } } },
      /one person/,
    ],
    ["the window is over", { key: { windowEndsAtMs: nowMs - hourMs } }, /only in its deletion window/],
    ["it names another window", { step: { kind: "destroy", approvedWindow: "k@other" } }, /confirmed this window/],
    ["the caller confirmed no window", { run: { approvals: [] } }, /confirmed this window/],
    ["a machine takes it", { run: { actor: aWorkload() } }, /a person takes/],
    ["the setter approves", { run: { actor: anActor(alice) } }, /did not open the window/],
  ])("stops if %s", (_, one, claim) => failsWith(() => check(one), claim));
});
