/**
 * The number of service calls of each step, from the audit trail. IBM's provider: 4 calls for a creation, 2
 * for a read, and no deletion of keys.
 */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import { readObject, resourceNamed, writeObject } from "../../provider/terraform-plugin/blocks.ts";
import type { ObjectValue } from "../../provider/terraform-plugin/values.ts";
import { apiKeys } from "../emulator/harness.ts";
import {
  approve,
  type EngineWorld,
  options,
  resetGoingForward,
  startEngineWorld,
  startTime,
} from "../engine/harness.ts";
import { environmentAt } from "../engine/process-stage.ts";
import { isHostLine } from "../support/emulator-addresses.ts";
import { openCore } from "./core.ts";
import { type Host, startHost } from "./host.ts";
import { keyConfig } from "./stage.ts";

const count = 1_000;
/** The number of concurrent requests of the host, by default. */
const parallelism = 10;
const typeName = "uko_managed_key";
const seed = {
  ...demoSeed,
  clock: { start: startTime, frozen: true },
  keys: Array.from({ length: count }, (_, at) => ({ label: `key ${at}`, vault: "payments", template: "payroll" })),
};

let uko: EngineWorld;
let bob: Host;
const environmentOf = (name: keyof typeof apiKeys, over: Readonly<Record<string, string>> = {}) =>
  environmentAt(uko, apiKeys[name], over);
beforeAll(async () => {
  uko = await startEngineWorld({ seed });
  bob = await startHost(environmentOf("bob"));
}, 60_000);
beforeEach(() => resetGoingForward(uko));
afterAll(async () => {
  await bob.close();
  await uko.test.close();
});

/**
 * The number of calls of a run for each row of the contract, without tokens and the broker, which a process
 * reads once.
 */
async function callsIn(run: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> {
  const before = await uko.lastSeq();
  await run();
  const made = (await uko.trail()).filter(
    ({ seq, operation }) => seq > before && !/^(token|broker|control)$/.test(operation),
  );
  const counts: Record<string, number> = {};
  for (const { operation } of made) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}

const totalOf = (calls: Readonly<Record<string, number>>): number =>
  Object.values(calls).reduce((sum, times) => sum + times, 0);

test("a creation is one call, its plan reads each list once, and a read of one key is one call", async () => {
  await bob.provider.configureProvider();
  const core = openCore(bob, typeName);
  const other = openCore(bob, typeName);
  const plan = await callsIn(() => core.plan(keyConfig({ label: "another" })));
  // The list of 1,000 keys has 5 pages.
  expect(plan).toEqual({ listVaults: 1, listTemplates: 1, listManagedKeys: 5 });
  expect(await callsIn(() => other.plan(keyConfig({ label: "a third" })))).toEqual({});
  expect(await callsIn(() => core.apply(keyConfig()))).toEqual({ createManagedKey: 1 });
  await uko.advance("60s");
  await bob.provider.configureProvider();
  expect(await callsIn(() => core.refresh())).toEqual({ getManagedKey: 1 });
  expect(await callsIn(() => core.plan(keyConfig()))).toEqual({});
});

test("each run that deletes a key has its number of calls, including reads before and after each write", async () => {
  await bob.provider.configureProvider();
  const core = openCore(bob, typeName);
  await core.apply(keyConfig());
  const run = async (name: keyof typeof apiKeys) => {
    const host = await startHost(environmentOf(name));
    try {
      await host.provider.configureProvider();
      const own = core.by(host);
      const calls = await callsIn(async () => {
        await own.refresh();
        await own.apply(null);
      });
      return { calls };
    } finally {
      await host.close();
    }
  };
  await uko.advance("60s");
  const requested = await run("alice");
  await uko.advance("60s");
  const ref = uko.ref(String(core.saved?.value.key_id));
  await approve(uko.run("bob"), ref, { stores: true });
  await uko.advance("60s");
  const deactivated = await run("alice");
  await uko.run("bob").operations.request(ref, undefined, options);
  await uko.advance("4h1m");
  await approve(uko.run("alice"), ref, { stores: true });
  await uko.advance("60s");
  const destroyed = await run("bob");
  await uko.advance("30d1m");
  const removed = await run("bob");
  expect(core.saved).toBeUndefined();
  const runs = [requested, deactivated, destroyed, removed];
  expect(runs.map(({ calls }) => calls)).toMatchObject([
    { updateManagedKey: 1 },
    { deactivateManagedKey: 1 },
    { destroyManagedKey: 1 },
    { deleteManagedKey: 1 },
  ]);
  // The last one reads the key in its vault and in any vault, and the vault, to prove that the key is gone.
  const most = [11, 16, 11, 10];
  for (const [at, { calls }] of runs.entries()) {
    expect(totalOf(calls), JSON.stringify(calls)).toBeLessThanOrEqual(most[at] ?? 0);
  }
});

test(`a read of ${count} keys, ${parallelism} at a time, is at most ten calls`, async () => {
  await bob.provider.configureProvider();
  const core = openCore(bob, typeName);
  await core.apply(keyConfig());
  const resource = resourceNamed(typeName);
  const kept = core.saved?.value ?? {};
  const ownId = String(kept.key_id);
  const states = [...uko.test.emulator.world.keys.values()].map(({ id, label }): ObjectValue => {
    const values = Object.entries(kept).map(([name, value]) => [
      name,
      typeof value === "string" ? value.replace(ownId, id) : value,
    ]);
    return { ...Object.fromEntries(values), label };
  });
  expect(states.length).toBe(count + 1);
  await bob.provider.configureProvider();

  const left = states.values();
  const readAll = async () => {
    for (const state of left) {
      const { newState, diagnostics } = await bob.provider.readResource({
        typeName,
        currentState: writeObject(state, resource),
      });
      expect(diagnostics.filter(({ summary }) => !isHostLine(summary))).toEqual([]);
      expect(readObject(newState, resource)?.label).toBe(state.label);
    }
  };
  const calls = await callsIn(() => Promise.all(Array.from({ length: parallelism }, readAll)));
  expect(totalOf(calls), JSON.stringify(calls)).toBeLessThanOrEqual(10);
  expect(totalOf(calls)).toBeGreaterThan(0);
});
