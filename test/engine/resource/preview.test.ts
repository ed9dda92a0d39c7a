/** The preview of a deletion, from the state alone. A deletion that it calls harmless has to be harmless. */

import { describe, expect, test } from "vitest";
import { containerDeletion } from "../../../provider/engine/container/deletion.ts";
import { keyDeletion } from "../../../provider/engine/key/deletion.ts";
import { kmsKeyDeletion } from "../../../provider/engine/kms-key/deletion.ts";
import type { Deletion } from "../../../provider/engine/resource/delete.ts";
import type { DeletionPreview } from "../../../provider/engine/resource/preview.ts";
import type { DeletionPolicy } from "../../../provider/lifecycle/key/plan.ts";
import type { KmsKeyPolicy } from "../../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";
import type { Identity } from "../../../provider/lifecycle/vocabulary/observation.ts";

const instanceId = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";
const recordId = "a".repeat(32);

const key = (policy: Partial<DeletionPolicy> = {}): Deletion =>
  keyDeletion({
    ref: { instanceId, vaultId: "v", keyId: "k" },
    policy: { goal: "removed", deletionProtection: false, people: "both", ...policy },
  });
const kmsKeyId = "9b2d0000-0000-4000-8000-000000000021";
const kmsKey = (policy: Partial<KmsKeyPolicy> = {}): Deletion =>
  kmsKeyDeletion({
    ref: { instanceId, kmsKeyId },
    name: "orders",
    policy: { goal: "destroyed", deletionProtection: false, people: "both", ...policy },
  });
const vault = (deletionProtection: boolean): Deletion =>
  containerDeletion({
    ref: { kind: "vault", instanceId, vaultId: "v", id: "v" },
    name: "archive",
    policy: { deletionProtection },
  });
const keystores = [{ name: "ring", type: "ibm_cloud_kms", status: "active", syncFlag: "ok" }];
const previewOf = (
  deletion: Deletion,
  facts: Readonly<Record<string, unknown>> = {},
  caller?: Identity,
): DeletionPreview =>
  deletion.preview({
    ...{ facts: { label: "payroll", keyState: "active", keystores, ...facts }, waits: false, caller },
    userInterface: { rerun: "tofu destroy" },
  }).preview;
const retired = (
  policy: Partial<DeletionPolicy> & Pick<DeletionPolicy, "goal">,
  over: Readonly<Record<string, unknown>> = {},
): DeletionPreview => {
  const context = {
    ...{ facts: { label: "payroll", keyState: "active", keystores, ...over }, waits: false },
    userInterface: { rerun: "tofu apply" },
  } as const;
  const planned = key(policy).previewRetirement?.(policy.goal, {}, context);
  if (planned === undefined) throw new Error("A managed key can be retired.");
  return planned.preview;
};
const textOf = (preview: DeletionPreview): string => ("message" in preview ? preview.message : "");

const pending = { deletionAwaits: "approval", deletionRecordId: recordId, deletionRequestedBy: "IBMid-550000BOB" };
const approved = {
  ...{ ...pending, deletionAwaits: "requester", deletionRequestedByName: "Bob Example" },
  ...{ deletionApprovedBy: "IBMid-550000ALICE", deletionApprovedByName: "Alice Example" },
};
const [bob, alice, pipeline] = ["IBMid-550000BOB", "IBMid-550000ALICE", "iam-ServiceId-1"].map((iamId) => ({
  ...{ iamId, mark: `mark of ${iamId}` },
}));
const soleStep = key({ people: "destroy" });
const byMark = { ...approved, deletionRequestedBy: bob?.mark };
const cases: Readonly<Record<string, DeletionPreview>> = {
  "an active key": previewOf(key()),
  "an active key whose destruction alone takes two": previewOf(key({ people: "destroy" })),
  "an active key of one person": previewOf(key({ people: "single", goal: "destroyed" })),
  "a deactivated key": previewOf(key({ goal: "destruction_scheduled" }), { keyState: "deactivated" }),
  "a deactivated key of one person": previewOf(key({ people: "single" }), { keyState: "deactivated" }),
  "a key without keystores of one person": previewOf(key({ people: "single" }), {
    ...{ keyState: "deactivated", keystores: [] },
  }),
  "a key that was never active": previewOf(key(), { keyState: "pre_activation" }),
  "a key that waits for approval": previewOf(key(), pending),
  "a deactivated key that waits for approval": previewOf(key(), { ...pending, keyState: "deactivated" }),
  "a key whose deactivation is approved": previewOf(key(), approved),
  "a key that cools down and waits for approval": previewOf(key(), {
    ...{ ...pending, keyState: "deactivated", deletionNotBefore: "2026-11-24T18:22:00.380Z" },
  }),
  "a key that cools down and whose destruction is approved": previewOf(key(), {
    ...{ ...approved, keyState: "deactivated", deletionNotBefore: "2026-11-24T18:22:00Z" },
  }),
  "a key that waits for approval of the caller's request": previewOf(key(), pending, bob),
  "a key that waits for approval, perhaps by the caller": previewOf(key(), pending, alice),
  "a key that waits for approval, not by a pipeline": previewOf(key(), pending, pipeline),
  "a key whose deactivation the caller requested, and another person approved": previewOf(key(), approved, bob),
  "a key whose deactivation the caller requested, by the mark": previewOf(key(), byMark, bob),
  "a key whose deactivation another person requested, and it is approved": previewOf(key(), approved, alice),
  "a key whose deactivation is approved, in a state that does not name the approver": previewOf(
    key(),
    { ...pending, deletionAwaits: "requester" },
    alice,
  ),
  "a key that the caller alone may deactivate": previewOf(soleStep, { ...pending, dualMarker: "destroy" }, bob),
  "a key that another requester may deactivate": previewOf(soleStep, { ...pending, dualMarker: "destroy" }, alice),
  "a key that waits for a keystore without a date": previewOf(key(), { keyState: "destroyed", deletionAwaits: "time" }),
  "a key that cools down": previewOf(key({ people: "single" }), {
    ...{ keyState: "deactivated", deletionAwaits: "time", deletionNotBefore: "2026-11-24T18:22:00Z" },
  }),
  "a protected key": previewOf(key({ deletionProtection: true })),
  "a KMS key": previewOf(kmsKey()),
  "a KMS key of one person": previewOf(kmsKey({ people: "single" })),
  "a KMS key that is set for deletion": previewOf(kmsKey(), {
    ...pending,
    deletionRecordId: `${kmsKeyId}@2026-12-01T14:22:00Z`,
  }),
  "a protected vault": previewOf(vault(true)),
};

const single = { people: "single" } as const;
const coolsDown = { keyState: "deactivated", deletionNotBefore: "2026-11-24T18:22:00Z" };
const retirements: Readonly<Record<string, DeletionPreview>> = {
  "an active key to destroyed": retired({ goal: "destroyed" }),
  "an active key to deactivated": retired({ goal: "deactivated" }),
  "an active key to deactivated, whose destruction alone takes two": retired({
    goal: "deactivated",
    people: "destroy",
  }),
  "an active key of one person to destroyed": retired({ ...single, goal: "destroyed" }),
  "an active key of one person to deactivated": retired({ ...single, goal: "deactivated" }),
  "a deactivated key to destroyed": retired({ goal: "destroyed" }, { keyState: "deactivated" }),
  "a key that was never active to destroyed": retired({ goal: "destroyed" }, { keyState: "pre_activation" }),
  "a key that was never active to deactivated": retired({ goal: "deactivated" }, { keyState: "pre_activation" }),
  "a key to destroyed that waits for approval": retired({ goal: "destroyed" }, pending),
  "a key of one person to destroyed that requires two all the same": retired({ ...single, goal: "destroyed" }, pending),
  "a key to deactivated that waits for approval": retired({ goal: "deactivated" }, pending),
  "a key to destroyed whose deactivation is approved": retired({ goal: "destroyed" }, approved),
  "a key to destroyed that cools down and waits for approval": retired(
    { goal: "destroyed" },
    { ...pending, ...coolsDown },
  ),
  "a key of one person to destroyed that cools down": retired(
    { ...single, goal: "destroyed" },
    { ...coolsDown, deletionAwaits: "time" },
  ),
  "a destroyed key whose keystores hold its material": retired(
    { goal: "destroyed" },
    {
      ...{ keyState: "destroyed", deletionAwaits: "time", deletionNotBefore: "2026-12-24T18:22:00Z" },
      keystores: [{ name: "ring", type: "ibm_cloud_kms", status: "pending_destruction", syncFlag: "ok" }],
    },
  ),
  "a protected key to deactivated": retired({ goal: "deactivated", deletionProtection: true }),
  "a compromised key to destroyed": retired({ goal: "destroyed" }, { keyState: "compromised" }),
  "a key in a new state to destroyed": retired({ goal: "destroyed" }, { keyState: "hibernating" }),
};

test("matches the golden text if the program retires a key", async () => {
  const text = Object.entries(retirements)
    .map(([title, preview]) => `## ${title} (${preview.kind})\n${textOf(preview)}\n`)
    .join("");
  await expect(text).toMatchFileSnapshot("../../golden/explain/retirement-previews.txt");
});

test("matches the golden text", async () => {
  const text = Object.entries(cases)
    .map(([title, preview]) => `## ${title} (${preview.kind})\n${textOf(preview)}\n`)
    .join("");
  await expect(text).toMatchFileSnapshot("../../golden/explain/deletion-previews.txt");
});

describe("a run that stops a working resource", () => {
  const harmless = /Nothing stops working/;

  test("is never called harmless", () => {
    const alone = previewOf(key({ people: "single" }));
    for (const preview of [alone, retired({ ...single, goal: "deactivated" })]) {
      expect(textOf(preview)).toMatch(/1\. In this run, .*stops working/);
      expect(textOf(preview)).not.toMatch(harmless);
    }
    expect(textOf(previewOf(key({ people: "single" }), { keyState: "deactivated" }))).toMatch(
      /1\. In this run, .*cannot be undone/,
    );
  });
});

test("predicts nothing for a key that is destroyed or in an unknown state", () => {
  for (const keyState of ["compromised", "destroyed", "hibernating", undefined]) {
    expect(previewOf(key(), { keyState })).toEqual({ kind: "short" });
  }
  expect(previewOf(vault(false))).toEqual({ kind: "short" });
});

test("predicts nothing for a retired key that has reached its goal", () => {
  for (const goal of ["deactivated", "destroyed"] as const) {
    expect(retired({ goal }, { keyState: "destroyed", keystores: [] })).toEqual({ kind: "short" });
  }
  expect(retired({ goal: "deactivated", deletionProtection: true }, { keyState: "deactivated" })).toEqual({
    kind: "short",
  });
});

test("never calls the wait of a retirement an error, since its runs succeed", () => {
  const waits = Object.values(retirements).filter(({ kind }) => kind === "long");
  expect(waits.length).toBeGreaterThan(10);
  for (const wait of waits) expect(textOf(wait)).not.toMatch(/with an error/);
});
