/** `uko reactivate` of a KMS key behind a managed key. */

import { expect, it } from "vitest";
import { useCliStage } from "./cli-stage.ts";
import { seed } from "./harness.ts";

const id = "9b2d0000-0000-4000-8000-000000000009";
const deletedAt = "2026-11-20T08:00:00Z";
const destroyed = { id, name: "payroll-backing", ring: "payroll-ring", state: 5, deletedAt } as const;
const { world } = useCliStage({ seed: { ...seed, kmsKeys: [destroyed] } });

it("does not restore the key", async () => {
  const { exitCode, err } = await world.uko("carol", `reactivate kms/${id}`);
  expect([exitCode, err]).toEqual([12, expect.stringContaining("[UKO_KMS_KEY_IS_BACKING_KEY]")]);
  expect((await world.uko("carol", `status kms/${id}`)).out).toContain("is destroyed");
});
