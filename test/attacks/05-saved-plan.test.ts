/** A saved plan that is applied when more is possible than it showed: OpenTofu applies the deletion without planning it again. */

import { describe, expect, test } from "vitest";
import { UNKNOWN } from "../../provider/engine/resource/unknown.ts";
import { approve } from "../engine/harness.ts";
import type { Core } from "../terraform-plugin/core.ts";
import { keyConfig, useStage } from "../terraform-plugin/stage.ts";

const stage = useStage();

const stateOf = async (core: Core): Promise<unknown> =>
  (await stage.uko.test.as("carol").key(String(core.saved?.value.key_id))).body.state;
const keyId = (core: Core): string => String(core.saved?.value.key_id);
/** Alice stores her approval of the request on the key. */
const storeApproval = async (core: Core): Promise<void> => {
  await stage.uko.advance("60s");
  await approve(stage.uko.run("alice"), stage.uko.ref(keyId(core)), { stores: true });
  await stage.uko.advance("60s");
};
/** Carol, who may take each step and requests the deletion. */
const byCarol = async (core: Core): Promise<Core> => core.by(await stage.another(stage.environmentOf("carol")));
const single = { dual_authorization: "single" };

describe("a saved plan of a destroy", () => {
  test("that said 'deactivated' does not destroy a key that was deactivated by hand five hours ago", async () => {
    const core = await stage.made(single);
    const plan = await core.plan(null);
    const before = core.saved;
    await stage.uko.test.as("carol").step(keyId(core), "deactivate");
    await stage.uko.advance("5h");
    const { errors } = await core.applySaved(plan, null);
    expect(errors.join("\n")).toContain("[UKO_PLAN_OUTDATED]");
    expect(errors[0]).toMatch(/^The applied plan did not show that key "payroll" would be destroyed\n/);
    expect(errors[0]).toContain("The plan showed the deactivation, and more is possible now");
    expect(await stateOf(core)).toBe("deactivated");
    expect(core.saved?.value.key_id).toBe(before?.value.key_id);
    await core.refresh();
    expect((await core.apply(null)).errors.join("\n")).not.toContain("UKO_PLAN_OUTDATED");
    expect(await stateOf(core)).toBe("destroyed");
  });

  test("that said 'changes nothing' does not deactivate on an approval that was stored after it", async () => {
    const core = await byCarol(await stage.made());
    await core.apply(null);
    await core.refresh();
    const plan = await core.plan(null);
    expect(plan.warnings.join("\n")).toContain("changes nothing");
    await storeApproval(core);
    const { errors } = await core.applySaved(plan, null);
    expect(errors.join("\n")).toContain("[UKO_PLAN_OUTDATED]");
    expect(await stateOf(core)).toBe("active");
    await core.refresh();
    expect((await core.apply(null)).errors.join("\n")).toContain("[UKO_REQUEST_PENDING]");
    expect(await stateOf(core)).toBe("deactivated");
  });

  test("that showed an approved step does nothing in the run of another person", async () => {
    const core = await byCarol(await stage.made());
    await core.apply(null);
    await storeApproval(core);
    await core.refresh();
    const plan = await core.plan(null);
    const alice = core.by(await stage.another(stage.environmentOf("alice")));
    expect((await alice.applySaved(plan, null)).errors.join("\n")).toContain("[UKO_APPROVAL_PENDING]");
    expect(await stateOf(core)).toBe("active");
    await core.applySaved(plan, null);
    expect(await stateOf(core)).toBe("deactivated");
  });

  test("that showed a wait does not remove a key once its keystores have destroyed the material", async () => {
    const core = await stage.made(single);
    const id = keyId(core);
    await stage.uko.test.as("carol").step(id, "deactivate");
    await stage.uko.advance("5h");
    await stage.uko.test.as("carol").step(id, "destroy");
    await core.refresh();
    const plan = await core.plan(null);
    await stage.uko.advance("31d");
    const carol = await stage.another(stage.environmentOf("carol"));
    const { errors } = await core.by(carol).applySaved(plan, null);
    expect(errors[0]).toMatch(/^The applied plan did not show that key "payroll" would be removed\n/);
    expect(await stateOf(core)).toBe("destroyed");
    await core.by(carol).refresh();
    expect(await core.by(carol).apply(null)).toMatchObject({ errors: [] });
  });

  test("that rests on one approval does not act on another one", async () => {
    const core = await byCarol(await stage.made());
    await core.apply(null);
    await storeApproval(core);
    await core.refresh();
    const first = core.saved?.value.deletion_record_id;
    const plan = await core.plan(null);
    const { operations } = stage.uko.run("carol");
    await operations.withdraw(stage.uko.ref(keyId(core)), { signal: new AbortController().signal });
    const other = await byCarol(stage.core("uko_managed_key"));
    other.restore(core.saved);
    await other.refresh();
    await other.apply(null);
    await storeApproval(core);
    await other.refresh();
    expect(other.saved?.value.deletion_record_id).not.toBe(first);
    const { errors } = await core.applySaved(plan, null);
    expect(errors[0]).toContain("was based on a different consent record");
    expect(await stateOf(core)).toBe("active");
  });

  test("does not touch a key whose tags changed after the plan", async () => {
    const core = await stage.made(single);
    const plan = await core.plan(null);
    await stage.uko.test.as("carol").patch(keyId(core), { description: "in use again: do not touch" });
    const { errors } = await core.applySaved(plan, null);
    expect(errors[0]).toContain("changed after the plan was made");
    expect(await stateOf(core)).toBe("active");
  });

  test.each([
    ["is missing", new Uint8Array()],
    ["is not JSON", new TextEncoder().encode("{")],
    [
      "has steps that are unknown",
      json({ version: 1, planned: "destroy", planLimit: { subject: "a", shown: "b", steps: ["all"] } }),
    ],
    ["has no steps", json({ version: 1, planned: "destroy" })],
  ])("whose plan limit %s counts as a plan that changes nothing", async (_what, bytes) => {
    const core = await stage.made(single);
    const plan = await core.plan(null);
    const { errors } = await core.applySaved({ ...plan, private: bytes }, null);
    expect(errors.join("\n")).toContain("[UKO_PLAN_OUTDATED]");
    expect(await stateOf(core)).toBe("active");
  });

  test("of another key does not act on this one", async () => {
    const core = await stage.made(single);
    const ledger = await stage.made({ ...single, label: "ledger" });
    const plan = await ledger.plan(null);
    expect((await core.applySaved(plan, null)).errors.join("\n")).toContain("[UKO_PLAN_OUTDATED]");
    expect(await stateOf(core)).toBe("active");
  });

  test("may do less than it showed: it requests the deletion of a key that requires two people by now", async () => {
    const core = await stage.made(single);
    const plan = await core.plan(null);
    const strict = await stage.another({ ...stage.environmentOf("bob"), UKO_DUAL_AUTHORIZATION: "required" });
    expect((await core.by(strict).applySaved(plan, null)).errors.join("\n")).toContain("[UKO_APPROVAL_PENDING]");
    expect(await stateOf(core)).toBe("active");
  });

  test("of a KMS key or a vault limits its apply as well", async () => {
    const kms = stage.core("uko_kms_key");
    expect(await kms.apply({ name: "orders", dual_authorization: "single" })).toMatchObject({ errors: [] });
    const plan = await kms.plan(null);
    expect((await kms.applySaved({ ...plan, private: new Uint8Array() }, null)).errors.join("\n")).toContain(
      "[UKO_PLAN_OUTDATED]",
    );
    const vault = stage.core("uko_vault", await stage.another(stage.environmentOf("carol")));
    expect(await vault.apply({ name: "archive" })).toMatchObject({ errors: [] });
    const other = await vault.plan(null);
    expect((await vault.applySaved({ ...other, private: new Uint8Array() }, null)).errors.join("\n")).toContain(
      "[UKO_PLAN_OUTDATED]",
    );
    expect((await vault.applySaved(other, null)).errors).toEqual([]);
  });
});

describe("a saved plan of an update that retires a key", () => {
  const retired = keyConfig({ state: "destroyed" });

  test("does not deactivate on an approval that was stored after the plan", async () => {
    const core = await byCarol(await stage.made());
    await core.apply(retired);
    await core.refresh();
    const plan = await core.plan(retired);
    await storeApproval(core);
    expect((await core.applySaved(plan, retired)).errors.join("\n")).toContain("[UKO_PLAN_OUTDATED]");
    expect(await stateOf(core)).toBe("active");
    await core.refresh();
    expect(await core.apply(retired)).toMatchObject({ errors: [] });
    expect(await stateOf(core)).toBe("deactivated");
  });

  test("that said 'deactivated' does not destroy a key that was deactivated by hand five hours ago", async () => {
    const config = keyConfig({ ...single, state: "destroyed" });
    const core = await stage.made(single);
    await core.refresh();
    const plan = await core.plan(config);
    await stage.uko.test.as("carol").step(keyId(core), "deactivate");
    await stage.uko.advance("5h");
    expect((await core.applySaved(plan, config)).errors.join("\n")).toContain("[UKO_PLAN_OUTDATED]");
    expect(await stateOf(core)).toBe("deactivated");
  });
});

// Terraform 1.17 plans first, reads only what has a change, and plans this again. It never reads what is deleted.
describe("a plan with -minimal-refresh", () => {
  test("of a removed key in deletion does not know an approval since the last read, so its apply does nothing", async () => {
    const core = await byCarol(await stage.made());
    await core.apply(null);
    await storeApproval(core);
    const plan = await core.plan(null);
    expect((await core.applySaved(plan, null)).errors.join("\n")).toContain("[UKO_PLAN_OUTDATED]");
    expect(await stateOf(core)).toBe("active");
    await core.refresh();
    expect((await core.apply(null)).errors.join("\n")).toContain("[UKO_REQUEST_PENDING]");
    expect(await stateOf(core)).toBe("deactivated");
  });

  test("of a key with a change takes the step that its second plan shows", async () => {
    const retired = keyConfig({ state: "destroyed" });
    const core = await byCarol(await stage.made());
    await core.apply(retired);
    await storeApproval(core);
    expect((await core.plan(retired)).errors).toEqual([]);
    await core.refresh();
    const plan = await core.plan(retired);
    expect(plan.warnings.join("\n")).toContain('This run deactivates key "payroll"');
    expect(await core.applySaved(plan, retired)).toMatchObject({ errors: [] });
    expect(await stateOf(core)).toBe("deactivated");
  });
});

// The second plan of an apply alone knows the value, and receives nothing of the first plan.
test.each([
  ["state", { state: UNKNOWN }],
  ["dual_authorization", { state: "deactivated", dual_authorization: UNKNOWN }],
])("a plan of an update that does not know %s warns that its apply may do more", async (name, over) => {
  const core = await stage.made(single);
  await core.refresh();
  const { errors, warnings } = await core.plan(keyConfig({ ...single, ...over }));
  expect(errors).toEqual([]);
  expect(warnings.at(-1)).toMatch(/^This plan may not show all that the apply does to key "payroll"/);
  expect(warnings.at(-1)).toContain(`${name} is known only after the apply\n`);
  expect(warnings.at(-1)).toContain("deactivates or destroys the key");
});

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
