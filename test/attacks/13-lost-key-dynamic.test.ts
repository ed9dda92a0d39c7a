/** Other people destroy or remove a key that a program with the dynamic provider still declares. */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { apiKeys, vaultId } from "../emulator/harness.ts";
import { type EngineWorld, startEngineWorld } from "../engine/harness.ts";
import { environmentAt } from "../engine/process-stage.ts";
import { type Plugin, startPlugin } from "../pulumi-dynamic/plugin.ts";

let uko: EngineWorld;
let run: Plugin;
beforeAll(async () => {
  uko = await startEngineWorld();
}, 60_000);
beforeEach(async () => {
  uko.reset();
  run = await startPlugin(environmentAt(uko, apiKeys.bob));
  return async () => run.close();
}, 60_000);
afterAll(() => uko.test.close());

const args = {
  vaultId,
  template: "payroll",
  label: "payroll",
  __origin: "acme/urn:pulumi:prod::pay::pulumi-nodejs:dynamic/uko:ManagedKey::payroll",
  __provider: 'exports.handler=()=>require("pulumi-uko/dynamic-provider").managedKey',
};

async function destroyedKey() {
  const { inputs } = await run.check({}, args);
  const { id, properties } = await run.create(inputs);
  await uko.test.control(`keys/${String(properties.keyId)}`, { record: { state: "destroyed" }, material: "absent" });
  await uko.advance("60s");
  // Each run of the engine has a process of its own.
  await run.close();
  run = await startPlugin(environmentAt(uko, apiKeys.bob));
  return { inputs, id, properties };
}

const warnings = () =>
  run.log.map(({ message }) => message).filter((each) => /is destroyed, but|was removed/.test(each));

test("each comparison with a program that declares the destroyed key warns, and a destroy does not", async () => {
  const { inputs, id, properties } = await destroyedKey();
  const read = await run.read(id, properties);
  await run.diff(read.properties, inputs, id);
  expect(warnings(), "a refresh or a destroy, without a check").toEqual([]);
  await run.check(inputs, inputs);
  for (const count of [1, 2]) {
    await run.diff(read.properties, inputs, id);
    await expect.poll(warnings).toHaveLength(count);
  }
  expect(warnings()[0]).toMatch(/^Key "payroll" is destroyed, but the program still declares it\n.*cannot decrypt/);
});

test("the refresh that drops a removed key from the state warns that a new key is another one", async () => {
  const { id, properties } = await destroyedKey();
  uko.test.emulator.world.keys.delete(String(properties.keyId));
  expect((await run.read(id, properties)).id).toBe("");
  await expect
    .poll(warnings)
    .toEqual([expect.stringMatching(/^Key "payroll" was removed from the service.*\n.*cannot decrypt/)]);
});
