/** Two resources of one program declare one key, on the dynamic provider. 04-shared-key-native has what the engine decides for both. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { apiKeys, vaultId } from "../emulator/harness.ts";
import { approve, type EngineWorld, options, startEngineWorld } from "../engine/harness.ts";
import { type CallError, type Plugin, type Properties, startPlugin } from "../pulumi-dynamic/plugin.ts";
import { emulatorAddresses } from "../support/emulator-addresses.ts";

let uko: EngineWorld;
let run: Plugin;
beforeAll(async () => {
  uko = await startEngineWorld();
}, 60_000);
beforeEach(async () => {
  uko.reset();
  // Each run of the engine has a process of its own.
  run = await newRun();
  return () => run.close();
});
afterAll(() => uko.test.close());

function newRun(who: "bob" | "carol" = "bob"): Promise<Plugin> {
  return startPlugin({
    ...emulatorAddresses(uko.test.url),
    UKO_INSTANCE_ID: uko.test.emulator.instanceId,
    UKO_API_KEY: apiKeys[who],
  });
}

const originOf = (name: string) => `acme/urn:pulumi:prod::pay::pulumi-nodejs:dynamic/uko:ManagedKey::${name}`;
const argsOf = (name: string, over: Properties = {}): Properties => ({
  vaultId,
  template: "payroll",
  label: "payroll",
  ...over,
  __origin: originOf(name),
  __provider: 'exports.handler=()=>require("pulumi-uko/dynamic-provider").managedKey',
});

async function made(name: string, over: Properties = {}) {
  const { inputs } = await run.check({}, argsOf(name, over));
  const created = await run.create(inputs);
  await uko.advance("60s");
  return { inputs, ...created };
}

async function errorOf(call: Promise<unknown>): Promise<CallError> {
  try {
    await call;
  } catch (error) {
    return error as CallError;
  }
  throw new Error("The call went well.");
}

async function nextRun(who: "bob" | "carol" = "bob"): Promise<() => Promise<readonly unknown[]>> {
  await run.close();
  run = await newRun(who);
  const seq = await uko.lastSeq();
  return () => uko.effects(seq);
}

test("a program drops one of two resources of a key: the key stays, and the run says so", async () => {
  const payroll = await made("payroll");
  const wages = await made("wages", { existingKeyId: payroll.properties.keyId });
  const writes = await nextRun();
  await run.diff(wages.properties, wages.inputs, wages.id);
  await run.delete(payroll.properties, payroll.id);
  expect(await writes()).toEqual([]);
  await expect
    .poll(() => run.log.map(({ message }) => message))
    .toContainEqual(expect.stringMatching(/^"payroll" left only the state: "wages" declares the same object/));
});

test("the creation under the new name fails and the run continues: the deletion is refused, since the state would lose the key", async () => {
  const payroll = await made("payroll");
  await nextRun();
  const { inputs } = await run.check({}, argsOf("wages"));
  const refused = await errorOf(run.create(inputs));
  expect(refused.details).toContain(
    `had another name or parent before, set its option:\n  aliases: ["<former URN>"]\n`,
  );
  expect((await errorOf(run.delete(payroll.properties, payroll.id))).details).toContain("[UKO_DECLARED_TWICE]");
});

test("a key moved under a parent: the error prints the URN that created it, and neither an alias by name nor a rename", async () => {
  await made("payroll");
  await nextRun();
  const urn = "urn:pulumi:prod::pay::pulumi-nodejs:dynamic/uko:ManagedKey::payroll";
  const moved = originOf("payroll").replace("pulumi-nodejs:", "pay:index:Ledger$pulumi-nodejs:");
  const { inputs } = await run.check({}, { ...argsOf("payroll"), __origin: moved });
  const { details } = await errorOf(run.create(inputs));
  expect(details).toContain(
    `at the top level of this stack. If you moved it under a parent, set the option:\n  aliases: ["${urn}"]\n`,
  );
  expect(details).not.toContain("state rename");
});

test("an interrupted replacement left a former entry of a resource that stays: its deletion takes no step on the key", async () => {
  const payroll = await made("payroll");
  const writes = await nextRun();
  await run.check(payroll.inputs, payroll.inputs);
  await run.diff(payroll.properties, payroll.inputs, payroll.id);
  const { details } = await errorOf(run.delete(payroll.properties, payroll.id));
  expect(details).toContain("[UKO_DECLARED_TWICE]");
  expect(details).toContain("pulumi state delete --stack prod ");
  expect(await writes()).toEqual([]);
});

test("a forced replacement by another key prints no command that deletes the new key as well", async () => {
  const payroll = await made("payroll");
  await nextRun();
  const { inputs } = await run.check({}, argsOf("payroll", { label: "payroll-2" }));
  await run.create(inputs);
  const { details } = await errorOf(run.delete(payroll.properties, payroll.id));
  expect(details).toContain("uko approve payroll");
  expect(details).not.toMatch(/pulumi (?:up|destroy)/);
});

describe("a run of Carol, after Bob requested the deactivation and Alice stored an approval, prints what Bob runs", () => {
  async function approvedForBob(): ReturnType<typeof made> {
    const payroll = await made("payroll");
    const ref = uko.ref(String(payroll.properties.keyId));
    await uko.run("bob").operations.request(ref, undefined, options);
    await uko.advance("60s");
    await approve(uko.run("alice"), ref, { stores: true });
    await nextRun("carol");
    return payroll;
  }

  test("for a forced replacement by another key: a command that does not delete the new key as well", async () => {
    const payroll = await approvedForBob();
    const { inputs } = await run.check({}, argsOf("payroll", { label: "payroll-2" }));
    await run.create(inputs);
    const { details } = await errorOf(run.delete(payroll.properties, payroll.id));
    expect(details).toMatch(/^ +pulumi up --stack prod$/m);
    expect(details).not.toContain("pulumi destroy");
  });

  test("for a destroy with a refresh, after which engines compare as well: a destroy", async () => {
    const payroll = await approvedForBob();
    await run.read(payroll.id, payroll.properties);
    await run.diff(payroll.properties, payroll.inputs, payroll.id);
    const { details } = await errorOf(run.delete(payroll.properties, payroll.id));
    expect(details).toContain("pulumi destroy --stack prod --target");
  });
});
