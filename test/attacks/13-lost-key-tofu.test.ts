/** Other people destroy or remove a key that an OpenTofu configuration still declares. */

import { expect, test } from "vitest";
import type { Core } from "../terraform-plugin/core.ts";
import { keyConfig, useStage } from "../terraform-plugin/stage.ts";

const stage = useStage();

const destroyed = /^Key "payroll" is destroyed, but the configuration still declares it\n/;
const removed = /^Key "payroll" was removed from the service, so it leaves the state\n/;

const keyIdOf = ({ saved }: Core): string => String(saved?.value.key_id);
const destroy = (key: Core) =>
  stage.uko.test.control(`keys/${keyIdOf(key)}`, { record: { state: "destroyed" }, material: "absent" });
const remove = (key: Core) => stage.uko.test.emulator.world.keys.delete(keyIdOf(key));

/** What a plan with its refresh says about a lost key. */
async function planned(key: Core, config: Parameters<Core["plan"]>[0] = keyConfig()) {
  await stage.bob.provider.configureProvider();
  const { warnings } = await key.refresh();
  const plan = await key.plan(config);
  expect(plan.errors).toEqual([]);
  const losses = [...warnings, ...plan.warnings].filter((each) => /is destroyed, but|was removed/.test(each));
  return { action: plan.action, losses };
}

test("a plan of a deactivated key says how to reactivate it, and the plan of a destroy does not", async () => {
  const key = await stage.made();
  expect((await key.apply(null)).errors[0]).toContain("[UKO_APPROVAL_PENDING]");
  await stage.uko.test.as("carol").step(keyIdOf(key), "deactivate");
  const hints = async (config: Parameters<Core["plan"]>[0]) => {
    await stage.bob.provider.configureProvider();
    const { warnings } = await key.refresh();
    return [...warnings, ...(await key.plan(config)).warnings].filter((each) => each.includes("uko reactivate"));
  };
  expect(await hints(keyConfig())).toEqual([
    expect.stringMatching(/is deactivated, but the configuration declares it/),
  ]);
  expect(await hints(null)).toEqual([]);
});

test("a configuration that asks for the destruction is not warned", async () => {
  const key = await stage.made();
  await destroy(key);
  const asking = keyConfig({ state: "destroyed" });
  await stage.bob.provider.configureProvider();
  expect(await key.apply(asking)).toMatchObject({ errors: [] });
  expect(await planned(key, asking)).toMatchObject({ action: "none", losses: [] });
});

test("the refresh and the plan of a deletion that has begun do not warn, and a plan that declares the key again does", async () => {
  const key = await stage.made();
  expect((await key.apply(null)).errors[0]).toContain("[UKO_APPROVAL_PENDING]");
  await destroy(key);
  for (const _time of [1, 2]) expect((await planned(key, null)).losses).toEqual([]);
  expect((await planned(key)).losses).toEqual([expect.stringMatching(destroyed)]);
});

test("the plan that creates a removed key again warns that it is another key, also if its deletion had begun", async () => {
  for (const hasBegun of [false, true]) {
    const key = await stage.made();
    if (hasBegun) expect((await key.apply(null)).errors[0]).toContain("[UKO_APPROVAL_PENDING]");
    await destroy(key);
    remove(key);
    const { action, losses } = await planned(key);
    expect(action).toBe("create");
    expect(losses).toEqual([expect.stringMatching(removed)]);
  }
});

test("the refresh of a removed key whose deletion has begun does not warn", async () => {
  const key = await stage.made();
  expect((await key.apply(null)).errors[0]).toContain("[UKO_APPROVAL_PENDING]");
  remove(key);
  await stage.bob.provider.configureProvider();
  expect((await key.refresh()).warnings).toEqual([]);
});
