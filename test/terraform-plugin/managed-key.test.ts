/** A managed key's life in Terraform, call by call, as its core makes the calls. */

import { expect, test } from "vitest";
import { consentIn } from "../engine/harness.ts";
import { keyConfig, useStage } from "./stage.ts";

const stage = useStage();

test("a key is made, and a plan after it is empty", async () => {
  const core = await stage.made({ tags: { team: "payroll" } });
  expect(core.saved?.value).toMatchObject({ label: "payroll", lifecycle_state: "active", align: false, state: null });
  expect(await core.refresh()).toMatchObject({ errors: [] });
  expect(await core.plan(keyConfig({ tags: { team: "payroll" } }))).toMatchObject({ action: "none", errors: [] });
});

test("a destroy by two people ends it step by step, and each step is in the state at once", async () => {
  const core = await stage.made();
  const asked = await core.apply(null);
  expect(asked.errors).toHaveLength(1);
  expect(core.saved?.value).toMatchObject({ lifecycle_state: "pending_approval", deletion_awaits: "approval" });
  const record = consentIn(asked.errors[0] ?? "");
  const alice = await stage.another({ ...stage.environmentOf("alice"), UKO_CONSENT: record });
  const acted = await core.by(alice).apply(null);
  expect(core.saved?.value).toMatchObject({ lifecycle_state: "cooling_down", key_state: "deactivated" });
  await stage.uko.advance("4h1m");
  const carol = await stage.another({ ...stage.environmentOf("bob"), UKO_CONSENT: consentIn(acted.errors[0] ?? "") });
  const destroyed = await core.by(carol).apply(null);
  console.log(asked, acted, destroyed);
  await stage.uko.advance("31d");
  const removed = await core.apply(null);
  expect(removed.errors).toEqual([]);
  expect(core.saved).toBeUndefined();
  await stage.uko.expectNobodyAlone();
});
