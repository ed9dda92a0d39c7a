/**
 * Attributes that the program tells the engine to ignore. No apply changes them: hosts remove them from the
 * plan, and pass them to the apply nevertheless.
 */

import { describe, expect, test } from "vitest";
import { UNKNOWN } from "../../../provider/engine/resource/unknown.ts";
import { vaultId } from "../../emulator/harness.ts";
import type { Config, Core } from "../core.ts";
import { keyConfig, useStage } from "../stage.ts";

const stage = useStage();

/** The effects on keys of an update that changes the description and ignored attributes. */
async function effectsOf(core: Core, config: Config, ...ignoreChanges: readonly string[]): Promise<readonly string[]> {
  const seq = await stage.uko.lastSeq();
  expect(await core.apply(config, { ignoreChanges })).toMatchObject({ errors: [], warnings: [] });
  await core.refresh();
  expect((await core.plan(config, { ignoreChanges })).action).toBe("none");
  return stage.uko.effects(seq);
}

describe("ignore_changes on a key", () => {
  test.each(["deactivated", "destroyed"])("keeps it from a change to %s", async (state) => {
    const core = await stage.made();
    expect(await effectsOf(core, keyConfig({ state, description: "new" }), "state")).toEqual(["updateManagedKey"]);
    expect(core.saved?.value).toMatchObject({ lifecycle_state: "active", description: "new", state: null });
  });

  test("does not change the tags of others", async () => {
    const tags = { team: "payroll", cost: "7" };
    const core = await stage.made({ tags });
    await effectsOf(core, keyConfig({ tags: { team: "payroll" }, description: "new" }), "tags");
    expect(core.saved?.value).toMatchObject({ tags, description: "new" });
  });

  test("rotates nothing", async () => {
    const core = await stage.made({ rotation_trigger: "1" });
    const config = keyConfig({ rotation_trigger: "2", description: "new" });
    expect(await effectsOf(core, config, "rotation_trigger")).toEqual(["updateManagedKey"]);
    expect(core.saved?.value).toMatchObject({ version: 1, rotation_trigger: "1" });
  });

  test("keeps a protection that the program no longer has", async () => {
    const core = await stage.made({ deletion_protection: true });
    const ignoreChanges = ["deletion_protection"];
    const seq = await stage.uko.lastSeq();
    const { errors } = await core.apply(keyConfig({ state: "destroyed" }), { ignoreChanges });
    expect(errors[0]).toMatch(/^Deletion protection is on for key "payroll"/);
    expect(await stage.uko.effects(seq)).toEqual([]);
  });

  test("of all attributes is a plan without a change", async () => {
    const core = await stage.made();
    const config = keyConfig({ state: "destroyed", description: "new", tags: { a: "b" }, rotation_trigger: "1" });
    expect((await core.plan(config, { ignoreChanges: "all" })).action).toBe("none");
  });
});

const config = {
  ...{ vault_id: vaultId, type: "aws_kms", name: "paris", groups: ["paris"], aws_region: "eu_west_3" },
  ...{ aws_access_key_id: "AKIAEXAMPLE", aws_secret_access_key: "hush-hush" },
};

describe("ignore_changes on a keystore's secrets", () => {
  const made = async (): Promise<Core> => {
    const core = stage.core("uko_keystore", await stage.another(stage.environmentOf("carol")));
    expect(await core.apply(config)).toMatchObject({ errors: [] });
    await core.refresh();
    return core;
  };

  test("keeps the last sent one, while another one goes to the service", async () => {
    const core = await made();
    const before = Object(core.saved?.value.secret_digests);
    const other = { ...config, aws_access_key_id: "AKIAOTHER", aws_secret_access_key: "hush-more" };
    expect(await core.apply(other, { ignoreChanges: ["aws_secret_access_key"] })).toMatchObject({ errors: [] });
    const after = Object(core.saved?.value.secret_digests);
    expect(after.aws_secret_access_key).toBe(before.aws_secret_access_key);
    expect(after.aws_access_key_id).not.toBe(before.aws_access_key_id);
  });

  test("of all prevents neither plan nor destroy", async () => {
    const core = await made();
    const other = { ...config, aws_access_key_id: "AKIAOTHER", aws_secret_access_key: "hush-more", groups: ["lyon"] };
    expect(await core.plan(other, { ignoreChanges: "all" })).toMatchObject({ errors: [], action: "none" });
    const later = core.by(await stage.another(stage.environmentOf("carol")));
    expect(await later.apply(null)).toMatchObject({ errors: [] });
    expect(core.saved).toBeUndefined();
  });

  test("applies to existing keystores: a creation requires all secrets", async () => {
    const core = stage.core("uko_keystore");
    const { errors } = await core.plan({ ...config, aws_secret_access_key: null });
    expect(errors.join("\n")).toContain("is required");
  });
});

describe("an unknown secret", () => {
  test("is planned as a change, and immutable attributes that change with it are reported", async () => {
    const core = stage.core("uko_keystore", await stage.another(stage.environmentOf("carol")));
    expect(await core.apply(config)).toMatchObject({ errors: [] });
    const later = { ...config, aws_secret_access_key: UNKNOWN };
    const plan = await core.plan(later);
    expect(plan).toMatchObject({ errors: [], action: "update" });
    expect(plan.planned?.secret_digests).toBe(UNKNOWN);
    const { errors } = await core.plan({ ...later, aws_region: "eu_west_1" });
    expect(errors.join("\n")).toContain("cannot change");
  });

  test("may be the material of a KMS key", async () => {
    const core = stage.core("uko_kms_key");
    const key = { name: "orders", payload: "AAAAAAAAAAAAAAAAAAAAAA==", dual_authorization: "single" };
    expect(await core.apply(key)).toMatchObject({ errors: [] });
    expect(await core.plan({ ...key, payload: UNKNOWN })).toMatchObject({ errors: [], action: "update" });
  });
});
