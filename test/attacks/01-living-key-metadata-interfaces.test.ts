/** Point 1 in each interface of its own: the native package, OpenTofu, and the command line, as a process or a whole command. */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type CliTestWorld, keys, startCliWorld } from "../cli/harness.ts";
import { usePluginStage } from "../pulumi-plugin/plugin-stage.ts";
import { useStage } from "../terraform-plugin/stage.ts";

const native = usePluginStage();
const tofu = useStage();
let local: CliTestWorld;
beforeAll(async () => {
  local = await startCliWorld();
});
beforeEach(() => local.reset());
afterAll(() => local.close());

const blocked = "[UKO_KEYSTORE_BLOCKS_REMOVAL]";
/** Destroyed, and the material back at the provider. */
const restored = { record: { state: "destroyed" }, material: "enabled" };
/** Only the stored status still names the keystore. */
const lies = [
  { operation: "K3", rewrite: { referenced_keystores: [] }, omit: ["key_material_present"] },
  { operation: "K12", rewrite: { status_in_keystores: [] } },
];

test("a destroy by the native package keeps the metadata that only a stored status still speaks of", async () => {
  const { id, properties } = await native.made({ template: "cards" });
  const keyId = id.split("/")[1];
  await native.uko.test.control(`keys/${keyId}`, restored);
  const seq = await native.uko.lastSeq();
  for (const lie of lies) await native.uko.fault(lie);
  const run = await native.another(native.environmentOf("bob"));
  await expect(run.delete(properties)).rejects.toMatchObject({ details: expect.stringContaining(blocked) });
  expect(await native.uko.effects(seq)).toEqual([]);
});

test("a destroy by OpenTofu keeps it", async () => {
  const core = await tofu.made({ template: "cards" });
  const keyId = String(core.saved?.value.id).split("/")[1];
  await tofu.uko.test.control(`keys/${keyId}`, restored);
  const seq = await tofu.uko.lastSeq();
  for (const lie of lies) await tofu.uko.fault(lie);
  await tofu.bob.provider.configureProvider();
  expect((await core.apply(null)).errors.join("\n")).toContain(blocked);
  expect(await tofu.uko.effects(seq)).toEqual([]);
  expect(core.saved).toBeDefined();
});

test.each([
  [`continue ${keys.cards}`, "uko did not remove key"],
  ["sweep --yes", "Removed 0 keys; 1 blocked"],
])("uko %s keeps it", async (command, says) => {
  await local.control(`keys/${keys.cards.split("/")[1]}`, restored);
  for (const lie of lies) await local.control("faults", lie);
  const { exitCode, out } = await local.uko("bob", command);
  expect(out).toContain(says);
  expect(exitCode).toBe(12);
  expect((await local.trail()).filter(({ operation }) => operation === "K5")).toEqual([]);
});
