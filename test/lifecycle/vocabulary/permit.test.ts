import { describe, expect, test, vi } from "vitest";
import type { Vaults } from "../../../provider/engine/ports/containers.ts";
import type { Keys } from "../../../provider/engine/ports/world.ts";
import { planKeyDeletion } from "../../../provider/lifecycle/key/plan-key-deletion.ts";
import { planKmsKeyDeletion } from "../../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";
import {
  beginDecision,
  endDecision,
  isFresh,
  issuePermit,
  issueWindowPermit,
  type Permit,
  requirePermit,
  spendPermit,
} from "../../../provider/lifecycle/vocabulary/permit.ts";
import {
  aBackingKey,
  aKeyWith,
  alice,
  anActor,
  anApprovalOf,
  aPolicy,
  aRecord,
  aRun,
  bob,
  nowMs,
  someFacts,
} from "../../support/builders.ts";
import { aKmsKey, aKmsKeySetBy, aKmsPolicy, aKmsRun, kmsKeyId, openWindow } from "../../support/kms-builders.ts";
import { aDecision, permitForContainer, permitForKmsKey, permitForRing, permitTo } from "../../support/permits.ts";

const { instanceId, vaultId, keyId } = someFacts();
const ref = { instanceId, vaultId, keyId };
const isBug = (why: RegExp) => expect.objectContaining({ code: "UKO_BUG", detail: expect.stringMatching(why) });
const onePerson = aPolicy({ people: "single" });

describe("a permit", () => {
  test("names the instance, the object, the act and the ETag of the read, and the consents of the plan", async () => {
    const permit = await permitTo("deactivate", ref, "e-7");
    expect(permit.act).toBe("deactivate");
    expect(permit.subject).toEqual({ instanceId, vaultId, id: keyId, etag: "e-7" });
    expect(permit.consents).toEqual([]);

    const template = await permitForContainer({ kind: "template", instanceId, vaultId, id: "t-1" }, "e-8");
    expect(template.act).toBe("delete_template");
    expect(template.subject).toEqual({ instanceId, vaultId, id: "t-1", etag: "e-8" });
    expect((await permitForRing(instanceId, "payments")).subject).toEqual({ instanceId, vaultId: "", id: "payments" });
  });

  test("of two people names the record that allows the step", async () => {
    const { decision } = await aDecision(ref, "e-1", "active");
    const request = aRecord({ author: alice });
    const run = aRun({ actor: anActor(bob), approvals: [request.id], intent: "approve" });
    expect(planKeyDeletion({ ...aKeyWith(request), decision }, aPolicy(), run, nowMs)).toMatchObject({
      permit: { act: "deactivate", consents: [request.id] },
    });
    const approval = anApprovalOf(request, { isSealedHere: true });
    const requester = aRun({ actor: anActor(alice), intent: "resume" });
    expect(planKeyDeletion({ ...aKeyWith(approval), decision }, aPolicy(), requester, nowMs)).toMatchObject({
      permit: { consents: [approval.id] },
    });
  });

  test("for a deletion window names the KMS instance, the KMS key and the managed key, and no ETag", async () => {
    const { decision } = await aDecision(ref, "e-1", "active");
    const request = aRecord({ author: alice });
    const run = aRun({ actor: anActor(bob), approvals: [request.id], intent: "approve" });
    const key = { ...aKeyWith(request), backingKeys: [aBackingKey({ dualAuthDelete: true })], decision };
    const plan = planKeyDeletion(key, aPolicy(), run, nowMs);
    if (plan.kind !== "ready") throw new Error("Not ready.");
    expect(plan.permit?.act).toBe("open_kms_window");
    expect(plan.permit?.subject).toEqual({ instanceId, vaultId: "", id: "kms-1", managedKeyId: keyId });
    expect(plan.permit?.consents).toEqual([request.id]);
  });

  test("of a KMS key names the window that another identity opened", async () => {
    const decision = beginDecision({ instanceId, vaultId: "", id: kmsKeyId }, () => 0);
    const run = aKmsRun({ approvals: [openWindow] });
    const plan = planKmsKeyDeletion({ ...aKmsKeySetBy(alice), decision }, aKmsPolicy(), run, nowMs);
    expect(plan).toMatchObject({ permit: { act: "destroy_kms_key", consents: [openWindow] } });
  });

  test("is only for a step that can cut the key off", async () => {
    const { decision } = await aDecision(ref, "e-1", "active");
    const withdrawal = planKmsKeyDeletion(
      { ...aKmsKey({ dualAuthDelete: false }), decision },
      aKmsPolicy(),
      aKmsRun(),
      nowMs,
    );
    expect(withdrawal).not.toHaveProperty("permit");
    const request = planKeyDeletion(await aDecision(ref, "e-1", "active"), aPolicy(), aRun(), nowMs);
    expect(request).toMatchObject({ kind: "ready", step: { kind: "write_record" } });
    expect(request).not.toHaveProperty("permit");
  });

  test("is never made from a preview, which reads the same facts", async () => {
    const preview = await aDecision(ref, "e-1", "active", "inspection");
    const plan = planKeyDeletion(preview, onePerson, aRun(), nowMs);
    if (plan.kind !== "ready") throw new Error("Not ready.");
    expect(plan).toEqual({ kind: "ready", step: { kind: "deactivate" } });
    expect(() => requirePermit(plan.permit, "deactivate")).toThrow(isBug(/has no permit/));
    const { decision, ...same } = await aDecision(ref, "e-1", "active");
    expect(decision).toBeDefined();
    expect(same).toEqual(preview);
  });

  test("is never made for another object than the one that was read", () => {
    const read = beginDecision({ ...ref, id: keyId, etag: "e-1" }, () => 0);
    expect(() => issuePermit(read, { act: "destroy", id: "another" })).toThrow(isBug(/not about the object/));
    const window = { kmsKeyId, managedKeyId: "another", consents: [] };
    expect(() => issueWindowPermit(read, window)).toThrow(isBug(/not about the object/));
  });

  test("is for its own act", async () => {
    const permit: Permit = await permitTo("deactivate", ref, "e-1");
    expect(requirePermit(permit, "deactivate")).toBe(permit);
    expect(() => requirePermit(permit, "destroy")).toThrow(isBug(/permit to deactivate was used to destroy/));
  });

  test("cannot be changed, and holds nothing that a copy or a text would keep", async () => {
    const permit = await permitTo("destroy", ref, "e-1");
    expect(() => Object.assign(permit, { act: "remove" })).toThrow(TypeError);
    expect(() => Object.assign(permit.subject, { id: "another" })).toThrow(TypeError);
    expect(JSON.stringify(permit)).toBe("{}");
    expect({ ...permit }).toEqual({});
  });
});

describe("spending a permit", () => {
  test("allows one request", async () => {
    const permit = await permitTo("deactivate", ref, "e-1");
    spendPermit(permit, { act: "deactivate", id: keyId });
    expect(() => spendPermit(permit, { act: "deactivate", id: keyId })).toThrow(isBug(/no longer counted/));
  });

  test("ends the decision read, so that a second plan of the same read allows nothing", async () => {
    const observation = await aDecision(ref, "e-1", "active");
    const permitOf = () => {
      const plan = planKeyDeletion(observation, onePerson, aRun(), nowMs);
      return plan.kind === "ready" ? plan.permit : undefined;
    };
    const [first, second] = [permitOf(), permitOf()];
    spendPermit(first, { act: "deactivate", id: keyId });
    for (const late of [second, permitOf()]) {
      expect(() => spendPermit(late, { act: "deactivate", id: keyId })).toThrow(isBug(/no longer counted/));
    }
  });

  test("is refused after the decision read has ended", async () => {
    const observation = await aDecision(ref, "e-1", "active");
    const plan = planKeyDeletion(observation, onePerson, aRun(), nowMs);
    endDecision(observation.decision);
    endDecision(undefined);
    const permit = plan.kind === "ready" ? plan.permit : undefined;
    expect(() => spendPermit(permit, { act: "deactivate", id: keyId })).toThrow(isBug(/no longer counted/));
  });

  test("is refused for another key and for another act, and then still allows its own", async () => {
    const permit = await permitTo("deactivate", ref, "e-1");
    expect(() => spendPermit(permit, { act: "deactivate", id: "another" })).toThrow(isBug(/another object/));
    expect(() => spendPermit(permit, { act: "destroy", id: keyId })).toThrow(isBug(/used to destroy/));
    spendPermit(permit, { act: "deactivate", id: keyId });
  });

  test("is refused for everything that only looks like a permit", async () => {
    const real = await permitTo("destroy", ref, "e-1");
    const { act, subject, consents } = real;
    const prototype: object = Object.getPrototypeOf(real);
    vi.resetModules();
    const realm = await import("../../../provider/lifecycle/vocabulary/permit.ts");
    const read = realm.beginDecision({ ...subject }, () => 0);
    const forged: readonly unknown[] = [
      undefined,
      null,
      "permit",
      {},
      { act, subject, consents },
      { ...real },
      Object.create(prototype),
      Object.create(prototype, { act: { value: act }, subject: { value: subject } }),
      Object.create(real),
      new Proxy(real, {}),
      structuredClone({ act, subject }),
      // A permit of another copy of this module.
      realm.issuePermit(read, { act: "destroy", id: keyId }),
    ];
    for (const each of forged) {
      expect(() => spendPermit(each, { act: "destroy", id: keyId })).toThrow(isBug(/has no permit/));
    }
    spendPermit(real, { act: "destroy", id: keyId });
  });

  test("never leads from a permit to its class, which could construct another", async () => {
    const real = await permitTo("destroy", ref, "e-1");
    expect(real.constructor).toBe(Object);
  });
});

describe("the age of a decision", () => {
  test("of a KMS key is at most 10 s, because KMS has no ETags", async () => {
    let ageMs = 0;
    const at = { instanceId, kmsKeyId };
    const permit = await permitForKmsKey("destroy_kms_key", at, () => ageMs);
    for (const [age, expected] of [
      [0, true],
      [10_000, true],
      [10_001, false],
    ] as const) {
      ageMs = age;
      expect(isFresh(permit)).toBe(expected);
    }
  });

  test("does not matter with an ETag, with which the service notices a change", async () => {
    let ageMs = 0;
    const read = beginDecision({ instanceId, vaultId, id: keyId, etag: "e-1" }, () => ageMs);
    const permit = issuePermit(read, { act: "destroy", id: keyId });
    const window = issueWindowPermit(read, { kmsKeyId, managedKeyId: keyId, consents: [] });
    ageMs = 3_600_000;
    expect([isFresh(permit), isFresh(window)]).toEqual([true, false]);
  });
});

test("a call without a permit for it does not compile", () => {
  expect(doesNotCompile).toBeTypeOf("function");
});

/** Never runs. The compiler requires an error at each comment. */
async function doesNotCompile(keys: Keys, vaults: Vaults, preview: { permit?: Permit<"destroy"> }) {
  const options = { signal: new AbortController().signal };
  const destroy = await permitTo("destroy", ref, "e-1");
  // @ts-expect-error: a call without a permit
  await keys.act(options);
  // @ts-expect-error: a plain object that looks like a permit
  await keys.act({ act: "destroy", subject: destroy.subject, consents: [] }, options);
  // @ts-expect-error: a permit for another step
  await keys.remove(destroy, options);
  // @ts-expect-error: a permit for another kind of object
  await vaults.remove(destroy, options);
  // @ts-expect-error: the key, the step and the ETag come from the permit alone
  await keys.act(ref, "destroy", "e-1", options);
  // @ts-expect-error: a plan of a preview has no permit
  await keys.act(preview.permit, options);
  // @ts-expect-error: the read of a preview is no decision read
  issuePermit({ subject: destroy.subject }, { act: "destroy", id: keyId });
  // @ts-expect-error: a text is no permit
  await keys.act(JSON.parse(JSON.stringify(destroy)) as string, options);
}
