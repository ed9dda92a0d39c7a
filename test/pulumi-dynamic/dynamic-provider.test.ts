/**
 * Frozen format: state written by one release names the provider by this text permanently, so the test has
 * the text in full.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { apiKeys, vaultId } from "../emulator/harness.ts";
import { type EngineWorld, resetGoingForward, startEngineWorld } from "../engine/harness.ts";
import { emulatorAddresses } from "../support/emulator-addresses.ts";
import { type CallError, type Plugin, type Properties, startPlugin } from "./plugin.ts";

const __provider = 'exports.handler=()=>require("pulumi-uko/dynamic-provider").managedKey';
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const [diffNone, diffSome] = [1, 2];
const [info, warning] = [1, 2];

let uko: EngineWorld;
let bob: Plugin;
let alice: Plugin;
const environmentOf = (name: keyof typeof apiKeys) => ({
  ...emulatorAddresses(uko.test.url),
  UKO_API_KEY: apiKeys[name],
});
const config = () => ({ "uko:instanceId": uko.test.emulator.instanceId, "uko:apiKey": apiKeys.carol });
beforeAll(async () => {
  uko = await startEngineWorld();
  [bob, alice] = await Promise.all([
    startPlugin(environmentOf("bob"), config()),
    startPlugin({ ...environmentOf("alice"), UKO_WAIT: "30d" }, config()),
  ]);
}, 60_000);
afterAll(async () => {
  await Promise.all([bob.close(), alice.close()]);
  await uko.test.close();
});
beforeEach(() => resetGoingForward(uko));

const news = (over: Properties = {}): Properties => ({
  vaultId,
  template: "payroll",
  label: "payroll",
  ...over,
  __provider,
});

async function created(over: Properties = {}): Promise<Properties> {
  const { inputs, failures } = await bob.check({}, news(over));
  expect(failures).toEqual([]);
  const { properties } = await bob.create(inputs);
  await uko.advance("60s");
  return properties;
}

async function errorOf(call: Promise<unknown>): Promise<CallError> {
  try {
    await call;
  } catch (error) {
    return error as CallError;
  }
  throw new Error("The call went well.");
}

describe("the frozen text in state", () => {
  test("identifies the provider for check, create, read, update and delete", async () => {
    const { inputs } = await bob.check({}, news());
    expect(inputs).toMatchObject({ __provider, dualAuthorization: "required", deletionCompletesAt: "removed" });
    const { id, properties } = await bob.create(inputs);
    expect(id).toBe(`${vaultId}/${properties.keyId}`);
    expect(properties).toMatchObject({ __provider, keyState: "active", label: "payroll" });
    expect(await bob.diff(properties, inputs)).toEqual({ changes: diffNone, replaces: [] });
    const changed = { ...inputs, description: "new" };
    expect(await bob.diff(properties, changed)).toEqual({ changes: diffSome, replaces: [] });
    const updated = (await bob.update(properties, changed)).properties;
    expect(updated).toMatchObject({ __provider, description: "new" });
    expect(await bob.read(id, updated)).toEqual({ id, properties: updated });
    expect((await errorOf(bob.delete(updated))).details).toContain("[UKO_APPROVAL_PENDING]");
  });

  test("is refused under a library that starts the provider in another way, with an error and no stack", async () => {
    const later = await startPlugin(environmentOf("bob"), config(), ["--later-option"]);
    try {
      const { details } = await errorOf(later.check({}, news()));
      const { "@pulumi/pulumi": oldest } = packageFile.peerDependencies;
      expect(details.split("\n")).toEqual([
        "This version of Pulumi's Node library does not say how a dynamic provider reaches the engine's log",
        "The log keeps the evidence of each step, so no step was taken.",
        `Next: npm install @pulumi/pulumi@${oldest.replace("^", "")}`,
        "[UKO_EVIDENCE_UNWRITABLE]",
      ]);
      expect(later.written()).not.toContain(" at ");
    } finally {
      await later.close();
    }
  });

  test("equals the text that the program writes", async () => {
    const source = await import("node:fs").then(({ readFileSync }) =>
      readFileSync(new URL("../../provider/pulumi-dynamic/generated.ts", import.meta.url), "utf8"),
    );
    expect(source).toContain(`providerText: '${__provider}',`);
  });
});

describe("a preview with unknown inputs", () => {
  test.each([
    ["a whole property", { vaultId: unknown }],
    ["a part of one", { tags: { team: unknown } }],
    ["a description", { description: unknown }],
  ])("%s passes the check, and differs", async (_what, over) => {
    const { failures } = await bob.check({}, news(over));
    expect(failures).toEqual([]);
    const properties = await created();
    expect(await bob.diff(properties, news(over))).toEqual({ changes: diffSome, replaces: [] });
  });

  test("checks the known inputs", async () => {
    const { failures } = await bob.check({}, news({ vaultId: unknown, labbel: "x", tags: { uko_dual: "destroy" } }));
    expect(failures.map(({ reason }) => reason.split(":")[0]).sort()).toEqual(["labbel", "tags"]);
  });
});

test("a change of an immutable input fails the check and never causes a replacement", async () => {
  const olds = news();
  const { failures } = await bob.check(olds, news({ vaultId: "5c1e0000-0000-4000-8000-00000000000f" }));
  expect(failures).toEqual([{ property: "", reason: expect.stringMatching(/^vaultId: .*create a new key/) }]);
});

describe("an error", () => {
  test("has code 9, begins with its sentence, ends with its code, and prints no stack of uko", async () => {
    const properties = await created();
    const before = bob.written().length;
    const error = await errorOf(bob.delete(properties));
    expect(error.code).toBe(9);
    const lines = error.details.split("\n");
    expect(lines[0]).toMatch(/^Key "payroll" is waiting for a second person/);
    expect(lines.at(-1)).toBe("  [UKO_APPROVAL_PENDING]");
    const printed = bob.written().slice(before);
    expect(printed).not.toMatch(/\n\s+at /);
    expect(printed.trim().split("\n")).toHaveLength(1);
  });

  test("of settings has code 9 in diff, read and delete too; create and update carry the message", async () => {
    const properties = await created();
    const stranger = await startPlugin({ UKO_API_KEY: "k" }, {});
    for (const call of [stranger.read("id", properties), stranger.delete(properties)]) {
      expect(await errorOf(call)).toMatchObject({ code: 9, details: expect.stringContaining("UKO_SETTINGS_INVALID") });
    }
    const made = await errorOf(stranger.create((await stranger.check({}, news())).inputs));
    expect(made.details).toContain("The instance ID is not set");
    await stranger.close();
  });
});

test("the outputs keep the resource's name, so that a printed destroy command deletes this resource alone", async () => {
  const urn = "urn:pulumi:prod::pay::pulumi-nodejs:dynamic/uko:ManagedKey::payroll";
  const single = { dualAuthorization: "single" };
  const properties = await created({ ...single, __origin: `acme/${urn}` });
  const changed = news({ ...single, description: "new" });
  const updated = (await bob.update(properties, { ...changed, __origin: `acme/${urn}` })).properties;
  const { properties: refreshed } = await bob.read("id", updated);
  // With another ID, because the process remembers which resource declares which key.
  const renamed = { ...changed, __origin: `acme/${urn.replace(/payroll$/, "wages")}` };
  expect(await bob.diff(refreshed, renamed, "another")).toMatchObject({ changes: diffSome });
  expect(await bob.diff(refreshed, { ...renamed, __origin: `acme/${urn}` }, "another")).toMatchObject({
    changes: diffNone,
  });
  expect([properties, updated, refreshed].map(({ __origin }) => __origin)).toEqual(Array(3).fill(`acme/${urn}`));
  await uko.advance("60s");
  // In another process, as in a later run: this one has seen that the program declares the resource.
  const { details } = await errorOf(alice.delete(refreshed));
  expect(details).toContain(`pulumi destroy --stack prod --target '${urn}'`);
  expect(details).not.toMatch(/pulumi destroy$/m);
});

test("a state without the name of its resource gets the warning next to the command", async () => {
  const properties = await created({ dualAuthorization: "single" });
  await uko.advance("60s");
  const { details } = await errorOf(alice.delete(properties));
  expect(details).toContain("run (to delete the whole stack):");
});

test("a failed check names no property to the engine, because the engine would print its value, even of a secret", async () => {
  const payload = "not base64, and secret";
  const { failures } = await bob.check(
    {},
    { name: "key", payload, __provider: __provider.replace("managedKey", "kmsKey") },
  );
  expect(failures).toEqual([{ property: "", reason: "payload: must be base64" }]);
});

test("an unchanged secret causes no change, whether the engine passes the former inputs or a state", async () => {
  const kmsKey = __provider.replace("managedKey", "kmsKey");
  const inputs = { name: "key", payload: "QUJDREVGR0hJSktMTU5PUA==", dualAuthorization: "single", __provider: kmsKey };
  const { properties } = await bob.create((await bob.check({}, inputs)).inputs);
  expect(JSON.stringify(properties)).not.toContain(inputs.payload);
  for (const olds of [inputs, properties]) expect((await bob.check(olds, inputs)).failures).toEqual([]);
  const [failure] = (await bob.check(inputs, { ...inputs, payload: "UVVJQ0tCUk9XTkZPWCEhIQ==" })).failures;
  expect(failure?.reason).toContain("requires a rotation");
});

test("a state of the package, which names no provider, gets one from an update that writes nothing", async () => {
  const { inputs } = await bob.check({}, news());
  const { properties } = await bob.create(inputs);
  const { __provider: _text, ...ofPackage } = properties;
  expect(await bob.diff(ofPackage, inputs)).toEqual({ changes: diffSome, replaces: [] });
  const moved = (await bob.update(ofPackage, inputs)).properties;
  expect(moved).toEqual(properties);
});

test("a deleted key reads as deleted: no ID", async () => {
  const properties = await created();
  uko.test.emulator.world.keys.delete(String(properties.keyId));
  expect((await bob.read("id", properties)).id).toBe("");
});

test("warnings reach the engine as warnings, the path of the evidence as a line of its log", async () => {
  const properties = await created();
  await errorOf(bob.delete(properties));
  const { id } = await bob.read(`${vaultId}/${properties.keyId}`, properties);
  expect(id).not.toBe("");
  expect(bob.log).toContainEqual(
    expect.objectContaining({ severity: warning, message: expect.stringContaining("is waiting for approval") }),
  );
  expect(bob.log.filter(({ message }) => message.startsWith("Evidence of this run"))).toEqual([
    expect.objectContaining({ severity: info, message: expect.stringContaining("/uko/evidence-") }),
  ]);
});

test("the provider uses the caller's own environment, not stored values, and never waits, whatever UKO_WAIT says", async () => {
  const properties = await created();
  await uko.run("bob").operations.request(uko.ref(String(properties.keyId)), undefined, {
    signal: new AbortController().signal,
  });
  const started = Date.now();
  const error = await errorOf(alice.delete(properties));
  expect(Date.now() - started).toBeLessThan(10_000);
  expect(error.details).toContain("UKO_APPROVAL_PENDING");
  const callers = new Set(
    (await uko.trail()).filter(({ path }) => path?.includes("/managed_keys")).map((each) => each.caller),
  );
  expect([...callers].filter((caller) => caller !== undefined).sort()).toEqual([
    "IBMid-550000ALICE",
    "IBMid-550000BOB",
  ]);
});

test("no credential appears in state, errors, logs or output", async () => {
  const properties = await created({ description: "Salaries" });
  const error = await errorOf(bob.delete(properties));
  const everything = JSON.stringify([properties, error.details, bob.log, bob.written(), alice.log, alice.written()]);
  for (const apiKey of Object.values(apiKeys)) expect(everything).not.toContain(apiKey);
  expect(everything).not.toMatch(/eyJ[A-Za-z0-9_-]{20}/);
});
