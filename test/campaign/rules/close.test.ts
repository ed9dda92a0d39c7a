import { expect, it } from "vitest";
import { isFinal, isNewerThanManifest, vaultBlock } from "../../../provider/campaign/rules/outcomes.ts";
import { planRingDeletion } from "../../../provider/lifecycle/container/plan-ring-deletion.ts";

const emptied = { isRead: true, outcomes: ["removed", "lives_on"], newKeys: 0 } as const;

it("lets the containers of a vault go only if each of its keys has its final outcome", () => {
  expect(vaultBlock(emptied)).toBeUndefined();
  for (const outcome of ["open", "held", "not_read", "pending_destruction"] as const) {
    expect(isFinal(outcome)).toBe(false);
    expect(vaultBlock({ ...emptied, outcomes: ["removed", outcome] })).toEqual({ kind: "unfinished", keys: 1 });
  }
});

it("keeps a vault that could not be read, or that has keys since the manifest", () => {
  expect(vaultBlock({ ...emptied, isRead: false })).toEqual({ kind: "not_read" });
  expect(vaultBlock({ ...emptied, newKeys: 2 })).toEqual({ kind: "new_keys", keys: 2 });
});

it("keeps a container that is newer than the manifest", () => {
  expect([isNewerThanManifest(5, 4), isNewerThanManifest(4, 4), isNewerThanManifest(undefined, 4)]).toEqual([
    true,
    false,
    false,
  ]);
});

it("deletes a key ring only if it is empty and no keystore may have it", () => {
  const key = { kmsKeyId: "k", name: "root", isDestroyed: true };
  const ring = { ring: "spare", keys: [], keystores: [] };
  expect(planRingDeletion(ring)).toEqual({ kind: "ready" });
  expect(planRingDeletion({ ...ring, keystores: ["ring"] })).toMatchObject({ guard: { guard: "of_keystore" } });
  expect(planRingDeletion({ ...ring, keys: [{ ...key, isDestroyed: false }] })).toMatchObject({
    guard: { guard: "holds_keys" },
  });
  const dated = { ...key, purgeScheduledAtMs: 7 };
  expect(planRingDeletion({ ...ring, keys: [dated] })).toMatchObject({ kind: "waitingForTime", untilMs: 7 });
  expect(planRingDeletion({ ...ring, keys: [dated, key] })).toEqual({ kind: "waitingForTime", keys: [dated, key] });
  expect(planRingDeletion(ring, "not now")).toMatchObject({ guard: { guard: "service_refused" } });
});
