/** The whole protocol against the plugin in its own process, over a local UKO; what the engine makes of it is test/e2e/package. */

import { status } from "@grpc/grpc-js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { signKey, signs, unknownText } from "../../provider/pulumi-plugin/values.ts";
import { apiKeys, vaultId } from "../emulator/harness.ts";
import { consentIn, type EngineWorld, startEngineWorld } from "../engine/harness.ts";
import { type Plugin, type Properties, startPlugin, statusOf, structOf, unary, urnOf } from "./engine.ts";

const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
const secret = (value: unknown) => ({ [signKey]: signs.secret, value });
const absentId = "9b2d0000-0000-4000-8000-00000000dead";

let uko: EngineWorld;
let bob: Plugin;
const environmentOf = (name: keyof typeof apiKeys) => ({
  UKO_ENDPOINT: uko.test.url,
  UKO_KMS_ENDPOINT: uko.test.url,
  UKO_IAM_ENDPOINT: uko.test.url,
  UKO_INSTANCE_ID: uko.test.emulator.instanceId,
  UKO_API_KEY: apiKeys[name],
});
beforeAll(async () => {
  uko = await startEngineWorld();
  bob = await startPlugin(environmentOf("bob"));
  await bob.configure();
}, 60_000);
afterAll(async () => {
  await bob.close();
  await uko.test.close();
});
beforeEach(() => uko.reset());
const others: Plugin[] = [];
afterEach(async () => {
  await uko.clearFaults();
  for (const other of others.splice(0)) await other.close();
});

/** A plugin in another environment, which its test alone uses. */
async function another(environment: Readonly<Record<string, string>>, type?: string): Promise<Plugin> {
  const other = await startPlugin(environment, type);
  others.push(other);
  await other.configure();
  return other;
}

const news = (over: Properties = {}): Properties => ({ vaultId, template: "payroll", label: "payroll", ...over });

async function made(over: Properties = {}): Promise<{ id: string; inputs: Properties; properties: Properties }> {
  const { inputs, failures } = await bob.check(news(over));
  expect(failures).toEqual([]);
  const { id, properties } = await bob.create(inputs);
  await uko.advance("60s");
  return { id, inputs, properties };
}

describe("the start", () => {
  test("says its version, and accepts secrets, resources and outputs", async () => {
    const info = await unary<pluginPb.PluginInfo>((done) => bob.client.getPluginInfo(new emptyPb.Empty(), done));
    expect(info.getVersion()).toBe(packageFile.version);
    const configured = await bob.configure();
    expect(configured.toObject()).toMatchObject({
      acceptsecrets: true,
      acceptresources: true,
      acceptoutputs: true,
      supportspreview: true,
    });
  });

  test("answers the schema of its own version", async () => {
    const reply = await unary<providerPb.GetSchemaResponse>((done) =>
      bob.client.getSchema(new providerPb.GetSchemaRequest(), done),
    );
    const schema = JSON.parse(reply.getSchema()) as { version: string; resources: object; functions: object };
    expect(schema.version).toBe(packageFile.version);
    expect(Object.keys(schema.resources)).toHaveLength(5);
    expect(Object.keys(schema.functions)).toContain("uko:index:planDeletion");
  });

  test("has no mapping from elsewhere, and no components", async () => {
    const mapping = await unary<providerPb.GetMappingResponse>((done) =>
      bob.client.getMapping(new providerPb.GetMappingRequest(), done),
    );
    expect(mapping.getProvider()).toBe("");
    const construct = unary((done) => bob.client.construct(new providerPb.ConstructRequest(), done));
    expect(await statusOf(construct)).toMatchObject({ code: status.UNIMPLEMENTED });
  });
});

describe("the provider's own settings", () => {
  const checked = async (given: Properties) => {
    const request = new providerPb.CheckRequest();
    request.setNews(structOf(given));
    const reply = await unary<providerPb.CheckResponse>((done) => bob.client.checkConfig(request, done));
    return { inputs: reply.getInputs()?.toJavaScript(), failures: reply.getFailuresList().map((f) => f.getReason()) };
  };
  const differing = async (olds: Properties, given: Properties) => {
    const request = new providerPb.DiffRequest();
    request.setOldInputs(structOf(olds));
    request.setNews(structOf(given));
    return unary<providerPb.DiffResponse>((done) => bob.client.diffConfig(request, done));
  };

  test("are checked, and credentials become secrets", async () => {
    expect(await checked({ apiKey: "k", region: "eu-de", instanceId: unknownText })).toEqual({
      inputs: { apiKey: secret("k"), region: "eu-de", instanceId: unknownText },
      failures: [],
    });
    const { failures } = await checked({
      apiKey: "k",
      token: "t",
      instanceId: "NO UUID",
      dualAuthorization: "none",
      endpoint: "nowhere",
      apikey: "typo",
    });
    expect(failures.map((reason) => reason.split(":")[0])).toEqual([
      "apikey",
      "instanceId",
      "token",
      "dualAuthorization",
      "endpoint",
    ]);
    expect(failures.join()).not.toMatch(/NO UUID|typo$/);
  });

  test("pass with what the engine keeps beside them", async () => {
    const { failures } = await checked({ version: "0.1.0", pluginDownloadURL: "https://a.example", __internal: {} });
    expect(failures).toEqual([]);
  });

  test("may change without replacing a key, but for the instance", async () => {
    const changed = await differing({ region: "us-south", apiKey: "a" }, { region: "eu-de", apiKey: "b" });
    expect(changed.toObject()).toMatchObject({ changes: DIFF_SOME, replacesList: [], deletebeforereplace: false });
    expect((await differing({ region: "eu-de" }, { region: "eu-de" })).getChanges()).toBe(DIFF_NONE);
    const first = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";
    const moved = await statusOf(differing({ instanceId: first }, { instanceId: absentId }));
    expect(moved.details).toMatch(
      new RegExp(`^This provider serves instance ${first}, and the program now says ${absentId}`),
    );
    expect(moved.details).toContain("[UKO_INSTANCE_MISMATCH]");
  });

  test("of the dynamic provider, whose keys move over, are no instance's", async () => {
    expect((await differing({ __internal: {} }, { instanceId: absentId })).getReplacesList()).toEqual([]);
  });
});

describe("without the service", () => {
  test("check, differences and previews are told", async () => {
    const { properties, inputs } = await made({ tags: { team: "payroll", old: "x" } });
    const offline = await another({ ...environmentOf("bob"), UKO_ENDPOINT: "http://127.0.0.1:9" });
    const changed = { ...inputs, description: "new", tags: { team: "ledger", "new one": "y" } };
    expect((await offline.check(changed, inputs)).failures).toEqual([]);
    expect(await offline.diff(properties, changed)).toMatchObject({
      changes: DIFF_SOME,
      details: { description: "add", "tags.team": "update", "tags.old": "delete", 'tags["new one"]': "add" },
      replaces: [],
      deleteBeforeReplace: false,
    });
    expect((await offline.create(inputs, true)).properties).toMatchObject({ label: "payroll", keyId: unknownText });
    const promised = (await offline.update(properties, changed, true)).properties;
    expect(promised).toEqual({ ...properties, description: "new", tags: changed.tags });
  });

  test("and even without a credential", async () => {
    const nobody = await another({});
    const { inputs } = await nobody.check(news());
    expect(inputs).toMatchObject({ dualAuthorization: "required" });
    const read = await statusOf(nobody.read(`${vaultId}/${absentId}`));
    expect(read).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining("UKO_INSTANCE_ID") });
  });
});

describe("a check", () => {
  test("fills in defaults, and does so beside what is not known yet", async () => {
    const { inputs, failures } = await bob.check(news({ vaultId: unknownText, tags: { team: unknownText } }));
    expect(failures).toEqual([]);
    expect(inputs).toEqual({
      ...news({ vaultId: unknownText, tags: { team: unknownText } }),
      align: false,
      deletionProtection: false,
      dualAuthorization: "required",
      deletionGate: "both",
      deletionCompletesAt: "removed",
    });
  });

  test("names the property in its reason alone, since the engine prints the value of a named one", async () => {
    const { failures } = await bob.check(news({ vaultId: "payments", labbel: "x" }));
    expect(failures).toEqual([
      expect.stringMatching(/^vaultId: has to be a UUID/),
      expect.stringMatching(/^labbel: is not known/),
    ]);
  });

  test("refuses to move a key, which would be a replacement", async () => {
    const { failures } = await bob.check(news({ vaultId: absentId }), news());
    expect(failures).toEqual([expect.stringMatching(/^vaultId: cannot change on an existing key; make a new key/)]);
  });

  test("keeps what the program calls secret, and makes secret what the schema calls so", async () => {
    const { inputs } = await bob.check(news({ description: secret("d") }));
    expect(inputs.description).toEqual(secret("d"));
    const keystores = await another(environmentOf("bob"), "uko:index:Keystore");
    const aws = { region: "eu_west_3", accessKeyId: "AKIA", secretAccessKey: "s" };
    const checked = await keystores.check({ vaultId, type: "aws_kms", name: "paris", groups: ["smoke"], aws });
    expect(checked.failures).toEqual([]);
    expect(checked.inputs.aws).toEqual({
      region: "eu_west_3",
      accessKeyId: secret("AKIA"),
      secretAccessKey: secret("s"),
    });
  });
});

describe("a key's life", () => {
  test("created, read, changed and asked to end; watched from its first day", async () => {
    const { id, inputs, properties } = await made();
    expect(id).toBe(`${vaultId}/${properties.keyId}`);
    expect(await bob.diff(properties, inputs)).toMatchObject({ changes: DIFF_NONE, details: {} });
    const read = await bob.read(id, properties, inputs);
    expect(read).toEqual({ id, properties, inputs, refreshBeforeUpdate: true });
    const changed = await bob.update(properties, { ...inputs, description: "new" });
    expect(changed).toMatchObject({ properties: { description: "new" }, refreshBeforeUpdate: true });

    // A run that met the key in its program would be asked to run again as an up.
    const laterRun = await another(environmentOf("bob"));
    const error = await statusOf(laterRun.delete(changed.properties));
    expect(error.code).toBe(status.FAILED_PRECONDITION);
    const lines = error.details.split("\n");
    expect(lines[0]).toBe('Key "payroll" waits for a second person to consent to its deactivation');
    expect(lines.at(-1)).toBe("  [UKO_APPROVAL_PENDING]");
    expect(error.details).toContain(`pulumi destroy --target '${urnOf("uko:index:ManagedKey")}'`);
    const waiting = await bob.read(id, changed.properties, inputs);
    expect(waiting.properties).toMatchObject({ lifecycleState: "pending_approval", deletionAwaits: "approval" });
    expect(waiting.properties.deletionRecordId).toBe(consentIn(error.details));
  });

  test("an active key that code lets one person end is not looked at before each run", async () => {
    const { inputs } = await bob.check(news({ dualAuthorization: "single" }));
    expect(await bob.create(inputs)).toMatchObject({ refreshBeforeUpdate: false });
  });

  test("drift shows in the inputs of a look, so that the next program brings it back", async () => {
    const { id, inputs, properties } = await made({ description: "ours", tags: { team: "payroll" } });
    const state = properties as { keyId: string };
    await uko.test.control(`keys/${state.keyId}`, { record: { description: "theirs" } });
    const read = await bob.read(id, properties, inputs);
    expect(read.properties.description).toBe("theirs");
    expect(read.inputs).toEqual({ ...inputs, description: "theirs" });
    expect(await bob.diff(read.properties, inputs)).toMatchObject({ details: { description: "update" } });
    expect(await bob.diff(read.properties, inputs, ["description"])).toMatchObject({ changes: DIFF_NONE });
  });

  test("is imported by its id alone, and its program then differs in nothing", async () => {
    const { id, properties } = await made({ tags: { team: "payroll" } });
    const imported = await bob.read(id);
    expect(imported.properties).toEqual(properties);
    const { inputs, failures } = await bob.check(imported.inputs, imported.inputs);
    expect(failures).toEqual([]);
    expect(inputs).toEqual(imported.inputs);
    expect(imported.inputs).toMatchObject(news({ tags: { team: "payroll" } }));
    expect(await bob.diff(imported.properties, inputs)).toMatchObject({ changes: DIFF_NONE });
    expect((await bob.read(`${vaultId}/${absentId}`)).id, "nothing to import").toBe("");
  });

  test("a goal that is not reached is a difference, told by what has not reached it", async () => {
    const { inputs, properties } = await made();
    const goal = { ...inputs, state: "destroyed" };
    expect(await bob.diff(properties, goal)).toMatchObject({ details: { state: "add" } });
    const under = (await bob.update(properties, goal)).properties;
    expect(under).toMatchObject({ state: "destroyed", lifecycleState: "pending_approval" });
    expect(await bob.diff(under, goal)).toMatchObject({ changes: DIFF_SOME, details: { lifecycleState: "update" } });
    const promised = (await bob.update(under, goal, true)).properties;
    expect(promised).toMatchObject({ state: "destroyed", lifecycleState: unknownText, label: "payroll" });
  });

  test("what a state of the dynamic provider has beside its own differs in nothing and does not stay", async () => {
    const { id, inputs, properties } = await made();
    const dynamic = { __provider: "exports.handler=…", __origin: "organization/urn:pulumi:dev::keys::x::payroll" };
    const olds = { ...properties, ...dynamic };
    expect(await bob.diff(olds, inputs)).toMatchObject({ changes: DIFF_NONE });
    expect((await bob.check(inputs, { ...inputs, ...dynamic })).failures).toEqual([]);
    const read = await bob.read(id, olds, { ...inputs, ...dynamic });
    expect(read.properties).toEqual(properties);
    expect(read.inputs).toEqual(inputs);
  });
});

describe("a look that finds nothing out", () => {
  test("keeps the state as it is, warns, and has the engine look again", async () => {
    const { id, inputs, properties } = await made();
    for (const status of [401, 403, 503]) {
      for (const operation of ["K1", "K3"]) await uko.fault({ operation, status });
      const looking = await another(environmentOf("bob"));
      const read = await looking.read(id, properties, inputs);
      expect(read).toEqual({ id, properties, inputs, refreshBeforeUpdate: true });
      expect(looking.log).toMatchObject([
        {
          severity: enginePb.LogSeverity.WARNING,
          message: expect.stringMatching(/^Could not be looked at, so its state is from the last look: /),
          urn: urnOf("uko:index:ManagedKey"),
        },
      ]);
      await uko.clearFaults();
    }
  });

  test("is an error where somebody has to change the settings, and in an import", async () => {
    const { id, inputs, properties } = await made();
    const elsewhere = { ...properties, instanceId: absentId };
    const mismatch = await statusOf(bob.read(id, elsewhere, inputs));
    expect(mismatch.details).toContain("[UKO_INSTANCE_MISMATCH]");
    for (const operation of ["K1", "K3"]) await uko.fault({ operation, status: 403 });
    const importing = await another(environmentOf("bob"));
    expect(await statusOf(importing.read(id))).toMatchObject({ code: status.PERMISSION_DENIED });
  });
});

describe("a wait within a run", () => {
  const asked = async () => {
    const { properties } = await made();
    const { details } = await statusOf(bob.delete(properties));
    return { properties, record: consentIn(details) };
  };

  test("does not begin unless somebody grants it", async () => {
    const { properties } = await asked();
    const before = bob.log.length;
    await statusOf(bob.delete(properties));
    expect(bob.log.slice(before).filter(({ message }) => /^Waiting/.test(message))).toEqual([]);
  });

  test("shows one passing line on the resource, and ends at once with the reason when it is stopped", async () => {
    const { properties } = await asked();
    const waiting = await another(environmentOf("bob"));
    const call = statusOf(waiting.delete(properties, 3600));
    await expect
      .poll(() => waiting.log.map(({ message }) => message), { timeout: 10_000 })
      .toContain("Waiting for a second person");
    const begun = performance.now();
    await waiting.cancel();
    const error = await call;
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.details.split("\n")[0]).toMatch(/^Key "payroll" waits for a second person/);
    expect(error.details).toContain("The wait was stopped, and nothing is lost");
    const line = waiting.log.find(({ message }) => message === "Waiting for a second person");
    expect(line).toMatchObject({ ephemeral: true, urn: urnOf("uko:index:ManagedKey") });
    expect(waiting.log.filter(({ severity }) => severity === enginePb.LogSeverity.WARNING)).toEqual([]);
  });

  test("is outweighed by what the person says of the run, and warned of in a pipeline", async () => {
    const { properties } = await asked();
    const impatient = await another({ ...environmentOf("bob"), UKO_WAIT: "0" });
    await statusOf(impatient.delete(properties, 3600));
    expect(impatient.log.map(({ message }) => message)).not.toContain("Waiting for a second person");

    const pipeline = await another({ ...environmentOf("bob"), UKO_WAIT: "2h", CI: "true" });
    const call = statusOf(pipeline.delete(properties));
    const warnings = () => pipeline.log.filter(({ severity }) => severity === enginePb.LogSeverity.WARNING);
    await expect.poll(warnings, { timeout: 10_000 }).toHaveLength(1);
    expect(warnings()[0]?.message).toMatch(/^This run waits for up to 2 h and holds the lock of its state meanwhile/);
    await pipeline.cancel();
    await call;
  });

  test("goes on by itself once its time has come", async () => {
    const { properties, record } = await asked();
    await uko.advance("60s");
    const alice = await another({ ...environmentOf("alice"), UKO_CONSENT: record });
    const half = consentIn((await statusOf(alice.delete(properties))).details);
    // Two seconds are left of the cool-down.
    await uko.advance("3h59m58s");
    const patient = await another({ ...environmentOf("bob"), UKO_CONSENT: half });
    const clock = setInterval(() => void uko.advance("1s"), 500);
    const error = await statusOf(patient.delete(properties, 60)).finally(() => clearInterval(clock));
    expect(error.details.split("\n")[0]).toMatch(/^Key "payroll" is destroyed; keystore "payroll-ring" holds/);
    expect(patient.log.map(({ message }) => message)).toContain("Cooling down, 1 min left");
    await uko.expectNobodyAlone();
  });

  test("does not outlive the engine", async () => {
    const { properties } = await asked();
    const { spawn } = await import("node:child_process");
    const { fileURLToPath } = await import("node:url");
    const main = fileURLToPath(new URL("../../provider/pulumi-plugin/main.ts", import.meta.url));
    // An engine that starts the plugin and is killed: the shell is its parent.
    const script = `"${process.execPath}" "${main}" 127.0.0.1:9 & echo "pid $!"; wait`;
    const engine = spawn("/bin/sh", ["-c", script], { env: { PATH: process.env.PATH, ...environmentOf("bob") } });
    let out = "";
    engine.stdout.on("data", (text: Buffer) => {
      out += text.toString();
    });
    await expect.poll(() => /pid (\d+)[\s\S]*^\d+$/m.test(out), { timeout: 20_000 }).toBe(true);
    const pid = Number(/pid (\d+)/.exec(out)?.[1]);
    const isAlive = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    expect(isAlive()).toBe(true);
    engine.kill("SIGKILL");
    await expect.poll(isAlive, { timeout: 10_000 }).toBe(false);
    expect(properties.keyId).toBeDefined();
  });
});

describe("questions", () => {
  test("are answered, and change nothing", async () => {
    const { properties } = await made();
    const seq = await uko.lastSeq();
    const { keyId } = properties;
    expect(await bob.invoke("uko:index:getManagedKey", { vaultId, keyId })).toEqual(properties);
    expect(await bob.invoke("uko:index:listManagedKeys", {})).toEqual({ managedKeys: [properties] });
    expect(await bob.invoke("uko:index:listPendingDeletions", { vaultId })).toEqual({ pendingDeletions: [] });
    expect(await bob.invoke("uko:index:planDeletion", { vaultId, keyId })).toMatchObject({
      lifecycleState: "active",
      explanation: { facts: expect.arrayContaining([expect.stringContaining("Point of no return")]) },
    });
    expect(await uko.effects(seq)).toEqual([]);
  });

  test.each([
    ["a function that is not there", "uko:index:getSecret", {}, "UKO_INPUT_INVALID"],
    ["a method of every object", "uko:index:toString", {}, "UKO_INPUT_INVALID"],
    ["arguments that are not known", "uko:index:listVaults", { name: "x" }, "UKO_INPUT_INVALID"],
    ["a key that is not there", "uko:index:getManagedKey", { vaultId, keyId: absentId }, "UKO_KEY_NOT_FOUND"],
  ])("about %s are an error that says so", async (_what, name, args, code) => {
    expect((await statusOf(bob.invoke(name, args))).details).toContain(`[${code}]`);
  });

  test("a list comes in pages, each key once", async () => {
    for (const label of ["a", "b", "c"]) await made({ label });
    const token = "uko:index:ManagedKey";
    const all = await bob.list(token, { vaultId });
    expect(all.map(({ result }) => (result as { name: string }).name).sort()).toEqual(["a", "b", "c"]);
    const first = await bob.list(token, {}, { size: 2 });
    expect(first).toHaveLength(3);
    const next = (first[2] as { continuation: { continuationToken: string } }).continuation.continuationToken;
    const second = await bob.list(token, {}, { size: 2, token: next });
    expect(second).toHaveLength(1);
    const ids = [...first.slice(0, 2), ...second].map(({ result }) => (result as { id: string }).id);
    expect(new Set(ids).size).toBe(3);
    expect(await bob.list(token, {}, { limit: 1 })).toHaveLength(1);
    expect(await bob.list(token, { vaultId: unknownText })).toMatchObject([{ computed: {} }]);
  });
});

test("a resource that the package lacks is an error that says what it has", async () => {
  const other = await another(environmentOf("bob"), "uko:index:Certificate");
  const error = await statusOf(other.check({}));
  expect(error.details).toMatch(/^This package has no resource uko:index:Certificate\nIt has uko:index:ManagedKey,/);
});

test("one process serves run after run, each stopped for itself", async () => {
  const shared = await another(environmentOf("bob"));
  await shared.cancel();
  const { inputs } = await shared.check(news());
  expect(await statusOf(shared.create(inputs))).toMatchObject({ code: status.CANCELLED });
  const attach = new pluginPb.PluginAttach();
  attach.setAddress("127.0.0.1:9");
  await unary((done) => shared.client.attach(attach, done));
  expect((await shared.create(inputs)).properties.keyState).toBe("active");
});
