/** Start, configuration and functions of the plugin, in a process of its own with an emulator. */

import { type ServiceError, status } from "@grpc/grpc-js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { describe, expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { unknownText } from "../../provider/pulumi-plugin/values.ts";
import { vaultId } from "../emulator/harness.ts";
import { type Properties, statusOf, structOf, unary } from "./engine.ts";
import { absentId, news, secret, usePluginStage } from "./plugin-stage.ts";

const stage = usePluginStage();
const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;

describe("the start", () => {
  test("reports its version, and accepts secrets, resources and outputs", async () => {
    const info = await unary<pluginPb.PluginInfo>((done) => stage.bob.client.getPluginInfo(new emptyPb.Empty(), done));
    expect(info.getVersion()).toBe(packageFile.version);
    const configured = await stage.bob.configure();
    expect(configured.toObject()).toMatchObject({
      acceptsecrets: true,
      acceptresources: true,
      acceptoutputs: true,
      supportspreview: true,
    });
  });

  test("warns of an engine that reads no key before a run, once for each run", async () => {
    const handshake = async (supports: boolean) => {
      await stage.bob.beginRun();
      const request = new providerPb.ProviderHandshakeRequest();
      request.setSupportsRefreshBeforeUpdate(supports);
      await unary((done) => stage.bob.client.handshake(request, done));
      return stage.bob.log.map(({ message }) => message);
    };
    expect(await handshake(true)).toEqual([]);
    expect(await handshake(false)).toEqual([
      expect.stringMatching(
        /^This Pulumi CLI does not read a key before each run, .*\n.*3\.249\.0.*\n {2}Next: update/,
      ),
    ]);
  });

  test("returns the schema of its own version", async () => {
    const reply = await unary<providerPb.GetSchemaResponse>((done) =>
      stage.bob.client.getSchema(new providerPb.GetSchemaRequest(), done),
    );
    const schema = JSON.parse(reply.getSchema()) as { version: string; resources: object; functions: object };
    expect(schema.version).toBe(packageFile.version);
    expect(Object.keys(schema.resources)).toHaveLength(5);
    expect(Object.keys(schema.functions)).toContain("uko:index:planDeletion");
  });

  test("has a mapping from its own Terraform provider, for converters of Terraform alone", async () => {
    const mappingFor = (key: string, provider: string) => {
      const request = new providerPb.GetMappingRequest();
      request.setKey(key);
      request.setProvider(provider);
      return unary<providerPb.GetMappingResponse>((done) => stage.bob.client.getMapping(request, done));
    };
    const providersFor = async (key: string) => {
      const request = new providerPb.GetMappingsRequest();
      request.setKey(key);
      const reply = await unary<providerPb.GetMappingsResponse>((done) => stage.bob.client.getMappings(request, done));
      return reply.getProvidersList();
    };
    expect(await providersFor("terraform")).toEqual(["uko"]);
    for (const provider of ["", "uko"]) {
      const mapping = await mappingFor("terraform", provider);
      expect(mapping.getProvider()).toBe("uko");
      expect(JSON.parse(Buffer.from(mapping.getData_asU8()).toString())).toMatchObject({
        version: packageFile.version,
        resources: { uko_managed_key: { tok: "uko:index:ManagedKey", fields: { vault_id: { name: "vaultId" } } } },
      });
    }
    expect(await providersFor("ansible")).toEqual([]);
    for (const other of [await mappingFor("ansible", "uko"), await mappingFor("terraform", "ibm")])
      expect([other.getProvider(), other.getData_asU8()]).toEqual(["", new Uint8Array()]);
  });

  test("has no components", async () => {
    const construct = unary((done) => stage.bob.client.construct(new providerPb.ConstructRequest(), done));
    expect(await statusOf(construct)).toMatchObject({ code: status.UNIMPLEMENTED });
  });
});

describe("the provider's own settings", () => {
  const checked = async (given: Properties) => {
    const request = new providerPb.CheckRequest();
    request.setNews(structOf(given));
    const reply = await unary<providerPb.CheckResponse>((done) => stage.bob.client.checkConfig(request, done));
    return { inputs: reply.getInputs()?.toJavaScript(), failures: reply.getFailuresList().map((f) => f.getReason()) };
  };
  const differing = async (olds: Properties, given: Properties) => {
    const request = new providerPb.DiffRequest();
    request.setOldInputs(structOf(olds));
    request.setNews(structOf(given));
    return unary<providerPb.DiffResponse>((done) => stage.bob.client.diffConfig(request, done));
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

  test("pass together with the engine's own entries", async () => {
    const { failures } = await checked({ version: "0.1.0", pluginDownloadURL: "https://a.example", __internal: {} });
    expect(failures).toEqual([]);
  });

  test("may change without replacing a key, except for the instance", async () => {
    const changed = await differing({ region: "us-south", apiKey: "a" }, { region: "eu-de", apiKey: "b" });
    expect(changed.toObject()).toMatchObject({ changes: DIFF_SOME, replacesList: [], deletebeforereplace: false });
    expect((await differing({ region: "eu-de" }, { region: "eu-de" })).getChanges()).toBe(DIFF_NONE);
    const first = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";
    const moved = await statusOf(differing({ instanceId: first }, { instanceId: absentId }));
    expect(moved.details).toMatch(
      new RegExp(`^This provider uses instance ${first}, but the program now sets ${absentId}`),
    );
    expect(moved.details).toContain("[UKO_INSTANCE_MISMATCH]");
  });

  test("that name another instance than the environment are refused before a preview, and a run", async () => {
    const { instanceId } = stage.uko.test.emulator;
    const refused = await statusOf(stage.bob.configure({ instanceId: absentId }));
    expect(refused.details).toMatch(
      `UKO_INSTANCE_ID names instance ${instanceId}, but instanceId in the configuration of the provider names ${absentId}`,
    );
    expect(refused.details).toContain("[UKO_INSTANCE_MISMATCH]");
    await stage.bob.configure({ instanceId });
  });

  test("with another credential than the environment cause a warning that names the winner, and shows neither", async () => {
    const bob = await stage.another(stage.environmentOf("bob"));
    await bob.configure({ apiKey: "key-of-payments" });
    expect(bob.log).toMatchObject([
      {
        severity: enginePb.LogSeverity.WARNING,
        message: expect.stringMatching(
          /^UKO_API_KEY overrides apiKey in the configuration of the provider\nThis run acts as the person behind UKO_API_KEY\. /,
        ),
      },
    ]);
    expect(bob.log[0]?.message).not.toMatch(/of-payments|-demo-key/);
    await bob.configure({ apiKey: stage.environmentOf("bob").UKO_API_KEY });
    expect(bob.log).toHaveLength(1);
  });

  test("of the dynamic provider, whose keys migrate, belong to no instance", async () => {
    expect((await differing({ __internal: {} }, { instanceId: absentId })).getReplacesList()).toEqual([]);
  });
});

describe("functions", () => {
  test("return results, and change nothing", async () => {
    const { properties } = await stage.made();
    const seq = await stage.uko.lastSeq();
    const { keyId } = properties;
    expect(await stage.bob.invoke("uko:index:getManagedKey", { vaultId, keyId })).toEqual(properties);
    expect(await stage.bob.invoke("uko:index:getManagedKey", { vaultId, label: properties.label })).toEqual(properties);
    expect(await stage.bob.invoke("uko:index:getVault", { name: "payments" })).toMatchObject({ vaultId });
    expect(await stage.bob.invoke("uko:index:listManagedKeys", {})).toEqual({ managedKeys: [properties] });
    expect(await stage.bob.invoke("uko:index:listPendingDeletions", { vaultId })).toEqual({ pendingDeletions: [] });
    expect(await stage.bob.invoke("uko:index:planDeletion", { vaultId, keyId })).toMatchObject({
      lifecycleState: "active",
      explanation: { facts: expect.arrayContaining([expect.stringContaining("Point of no return")]) },
    });
    expect(await stage.uko.effects(seq)).toEqual([]);
  });

  test.each([
    ["a missing function", "uko:index:getSecret", {}, "UKO_INPUT_INVALID"],
    ["a method of every object", "uko:index:toString", {}, "UKO_INPUT_INVALID"],
    ["unknown arguments", "uko:index:listVaults", { name: "x" }, "UKO_INPUT_INVALID"],
    ["a missing key", "uko:index:getManagedKey", { vaultId, keyId: absentId }, "UKO_KEY_NOT_FOUND"],
    ["a label of no key", "uko:index:getManagedKey", { vaultId, label: "absent" }, "UKO_KEY_NOT_FOUND"],
    ["neither ID nor name", "uko:index:getVault", {}, "UKO_INPUT_INVALID"],
    ["both ID and name", "uko:index:getVault", { vaultId, name: "payments" }, "UKO_INPUT_INVALID"],
  ])("with invalid input, %s, return an error that states the fault", async (_what, name, args, code) => {
    expect((await statusOf(stage.bob.invoke(name, args))).details).toContain(`[${code}]`);
  });

  test("list in pages, each key once", async () => {
    for (const label of ["a", "b", "c"]) await stage.made({ label });
    const token = "uko:index:ManagedKey";
    const all = await stage.bob.list(token, { vaultId });
    expect(all.map(({ result }) => (result as { name: string }).name).sort()).toEqual(["a", "b", "c"]);
    const first = await stage.bob.list(token, {}, { size: 2 });
    expect(first).toHaveLength(3);
    const next = (first[2] as { continuation: { continuationToken: string } }).continuation.continuationToken;
    const second = await stage.bob.list(token, {}, { size: 2, token: next });
    expect(second).toHaveLength(1);
    const ids = [...first.slice(0, 2), ...second].map(({ result }) => (result as { id: string }).id);
    expect(new Set(ids).size).toBe(3);
    expect(await stage.bob.list(token, {}, { limit: 1 })).toHaveLength(1);
    expect(await stage.bob.list(token, { vaultId: unknownText })).toMatchObject([{ computed: {} }]);
  });

  test("end a list with an error if the service denies it", async () => {
    await stage.uko.fault({ path: "/api/v4/managed_keys", status: 403 });
    const error = await statusOf(stage.bob.list("uko:index:ManagedKey", { vaultId }));
    expect(error.code).toBe(status.PERMISSION_DENIED);
    expect(error.details).toContain("[UKO_RIGHTS_MISSING]");
  });

  test("stop calling the service after a cancellation", async () => {
    const held = () => stage.uko.test.emulator.world.faults.held();
    await stage.uko.fault({ path: "/api/v4/managed_keys", hold: "before" });
    const request = new providerPb.ListRequest();
    request.setToken("uko:index:ManagedKey");
    const call = stage.bob.client.list(request);
    const end = new Promise<ServiceError>((resolve) => call.once("error", resolve));
    await expect.poll(held, { timeout: 25_000 }).toHaveLength(1);
    call.cancel();
    expect((await end).code).toBe(status.CANCELLED);
    await expect.poll(held, { timeout: 25_000 }).toEqual([]);
  });
});

test("a resource that the package lacks causes an error that lists the existing ones", async () => {
  const other = await stage.another(stage.environmentOf("bob"), "uko:index:Certificate");
  const error = await statusOf(other.check({}));
  expect(error.details).toMatch(/^This package has no resource uko:index:Certificate\nIt has .*uko:index:ManagedKey,/);
});

test("one process serves run after run, and cancels each run separately", async () => {
  const shared = await stage.another(stage.environmentOf("bob"));
  await shared.cancel();
  const { inputs } = await shared.check(news());
  expect(await statusOf(shared.create(inputs))).toMatchObject({ code: status.CANCELLED });
  const attach = new pluginPb.PluginAttach();
  attach.setAddress("127.0.0.1:9");
  await unary((done) => shared.client.attach(attach, done));
  expect((await shared.create(inputs)).properties.keyState).toBe("active");
});
