/** Points 1 and 12 in the interfaces: false responses of the service stop a destroy in the native package, OpenTofu and the command line. */

import { describe, expect, test } from "vitest";
import { useCliStage } from "../cli/cli-stage.ts";
import { keys } from "../cli/harness.ts";
import { usePluginStage } from "../pulumi-plugin/plugin-stage.ts";
import { useStage } from "../terraform-plugin/stage.ts";

const native = usePluginStage();
const tofu = useStage();
const { world: local } = useCliStage();

/** A destroyed key whose material is back at the provider, and only a stored status still names its keystore. */
const restored = {
  before: { record: { state: "destroyed" }, material: "enabled" },
  lies: [
    { operation: "getManagedKey", rewrite: { referenced_keystores: [] }, omit: ["key_material_present"] },
    { operation: "getStatusInKeystores", rewrite: { status_in_keystores: [] } },
  ],
  code: "[UKO_KEYSTORE_BLOCKS_REMOVAL]",
};
/** A key under KMS dual authorization whose keystore has an unknown variant, so that its backing key cannot be found. */
const hidden = {
  before: { backingKey: { dualAuthDelete: true } },
  lies: [{ operation: "getKeystore", rewrite: { ibm_variant: "Internal" } }],
  code: "[UKO_BACKING_KEY_UNREADABLE]",
};

describe.each([
  ["restored material that only a stored status shows", restored, { template: "cards" }, "bob"],
  ["a keystore variant that is spelled differently, under `single`", hidden, { people: "single" }, "carol"],
] as const)("%s", (_what, { before, lies, code }, { template = "payroll", people = "required" }: KeyOf, who) => {
  test("stops a destroy by the native package, without a write", async () => {
    const { id, properties } = await native.made({ template, dualAuthorization: people });
    await native.uko.test.control(`keys/${id.split("/")[1]}`, before);
    const seq = await native.uko.lastSeq();
    for (const lie of lies) await native.uko.fault(lie);
    const run = await native.another(native.environmentOf(who));
    await expect(run.delete(properties)).rejects.toMatchObject({ details: expect.stringContaining(code) });
    expect(await native.uko.effects(seq)).toEqual([]);
  });

  test("stops a destroy by OpenTofu, without a write, and the state keeps the key", async () => {
    const core = await tofu.made({ template, dual_authorization: people });
    await tofu.uko.test.control(`keys/${String(core.saved?.value.id).split("/")[1]}`, before);
    const seq = await tofu.uko.lastSeq();
    for (const lie of lies) await tofu.uko.fault(lie);
    const run = core.by(await tofu.another(tofu.environmentOf(who)));
    expect((await run.apply(null)).errors.join("\n")).toContain(code);
    expect(await tofu.uko.effects(seq)).toEqual([]);
    expect(run.saved).toBeDefined();
  });
});

interface KeyOf {
  readonly template?: string;
  readonly people?: string;
}

test.each([
  [`continue ${keys.cards}`, "uko did not remove key"],
  ["continue --step remove", "uko did not remove key"],
])("uko %s keeps the metadata of a key whose material only a stored status shows", async (command, says) => {
  await local.control(`keys/${keys.cards.split("/")[1]}`, restored.before);
  for (const lie of restored.lies) await local.control("faults", lie);
  const { exitCode, out } = await local.uko("bob", command);
  expect(out).toContain(says);
  expect(exitCode).toBe(12);
  expect((await local.trail()).filter(({ operation }) => operation === "deleteManagedKey")).toEqual([]);
});
