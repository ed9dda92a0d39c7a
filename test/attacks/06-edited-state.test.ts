/** An attacker edits a state so that the next person runs other code, or has fewer controls. Point 6 of issue 12. */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Check } from "../../provider/engine/commands/doctor-messages.ts";
import { type CliTestWorld, keys, startCliWorld } from "../cli/harness.ts";

interface Resource {
  type: string;
  urn: string;
  id?: string;
  provider?: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}
interface Exported {
  readonly version: number;
  readonly deployment: { readonly resources: Resource[] };
}

let world: CliTestWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

/** A state that a real engine wrote, freshly read for each test. */
function exported(by: "dynamic" | "package"): Exported {
  const file = new URL(`../fixtures/states/0.1.0/${by}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { stack: Exported }).stack;
}

function firstKey(state: Exported): Resource {
  const key = state.deployment.resources.find(({ type }) => type.endsWith(":ManagedKey"));
  if (key === undefined) throw new Error("The state holds no key");
  return key;
}

function providerOf(state: Exported): Resource {
  const provider = state.deployment.resources.find(({ type }) => type.startsWith("pulumi:providers:"));
  if (provider === undefined) throw new Error("The state holds no provider");
  return provider;
}

const offline = { UKO_API_KEY: "", UKO_INSTANCE_ID: "" };

async function doctor(state: unknown, environment: Readonly<Record<string, string>> = offline) {
  const text = typeof state === "string" ? state : JSON.stringify(state);
  const { exitCode, out } = await world.uko("bob", "doctor --json --state -", environment, text);
  const checks = out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Check);
  return { exitCode, of: (name: string) => checks.find(({ check }) => check === name) };
}

describe.each(["dynamic", "package"] as const)("a state of the %s provider", (by) => {
  test("passes as the engine wrote it, without network and without a credential", async () => {
    const { exitCode, of } = await doctor(exported(by));
    expect(exitCode).toBe(0);
    for (const check of ["state", "state code", "state duplicates", "state controls"]) {
      expect(of(check)).toMatchObject({ level: "ok" });
    }
    expect(of("other code")).toBeUndefined();
  });

  test("whose provider comes from another address is reported as code that the next run would execute", async () => {
    for (const place of ["inputs", "outputs"] as const) {
      for (const within of [
        { pluginDownloadURL: "https://evil.example" },
        { __internal: { pluginDownloadURL: "https://evil.example" } },
      ]) {
        const state = exported(by);
        const provider = providerOf(state);
        provider[place] = { ...provider[place], ...within };
        const { exitCode, of } = await doctor(state);
        expect(exitCode).toBe(1);
        expect(of("state code")).toMatchObject({ level: "fail", do: expect.stringContaining("https://evil.example") });
      }
    }
  });

  test("whose resource names another provider, or one that is not in the state, is reported", async () => {
    for (const edit of [
      (state: Exported) => {
        firstKey(state).provider = "urn:pulumi:dev::keys::pulumi:providers:evil::default::1";
      },
      (state: Exported) => {
        providerOf(state).type = "pulumi:providers:evil";
      },
      (state: Exported) => {
        const provider = providerOf(state);
        provider.inputs = { ...provider.inputs, __internal: { parameterization: "e30=" } };
      },
    ]) {
      const state = exported(by);
      edit(state);
      expect((await doctor(state)).of("state code")).toMatchObject({ level: "fail" });
    }
  });

  test.each(["creating", "importing", "updating"])(
    "with code in a pending operation (%s) is reported",
    async (type) => {
      const state = exported(by);
      const resource = firstKey(exported(by));
      const intact = { ...state.deployment, pending_operations: [{ type, resource }] };
      expect((await doctor({ ...state, deployment: intact })).exitCode).toBe(0);
      const edited = { ...resource, provider: "urn:pulumi:dev::keys::pulumi:providers:evil::default::1" };
      const deployment = { ...state.deployment, pending_operations: [{ type, resource: edited }] };
      const { exitCode, of } = await doctor({ ...state, deployment });
      expect(exitCode).toBe(1);
      expect(of("state code")?.do).toContain(`${resource.urn} (pending operation: ${type})`);
    },
  );

  test("that holds one key twice is reported with both names", async () => {
    const state = exported(by);
    const key = firstKey(state);
    state.deployment.resources.push({ ...key, urn: `${key.urn}-again` });
    const { exitCode, of } = await doctor(state);
    expect(exitCode).toBe(1);
    expect(of("state duplicates")?.do).toContain(`${key.urn}, ${key.urn}-again`);
  });
});

test.each(["inputs", "outputs"] as const)(
  "a __provider of the dynamic provider that was changed in the %s, or hidden as a secret, is reported",
  async (place) => {
    const evil = 'exports.handler=()=>require("pulumi-uko/dynamic-provider").managedKey;require("child_process")';
    for (const text of [
      evil,
      { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "x" },
    ]) {
      const state = exported("dynamic");
      firstKey(state)[place].__provider = text;
      const { exitCode, of } = await doctor(state);
      expect(exitCode).toBe(1);
      expect(of("state code")).toMatchObject({
        level: "fail",
        do: expect.stringContaining("__provider is not the text"),
      });
    }
  },
);

test("a version of the package that was not released is reported", async () => {
  const state = exported("package");
  providerOf(state).inputs.version = "0.0.666";
  expect((await doctor(state)).of("state code")?.do).toContain("version 0.0.666 is not a release");
});

test("a resource of another dynamic provider, and a provider from elsewhere, are reported as other code", async () => {
  const state = exported("package");
  const key = firstKey(state);
  state.deployment.resources.push(
    { ...key, urn: "urn:x::evil", type: "pulumi-nodejs:dynamic:Resource" },
    { ...providerOf(state), urn: "urn:x::other", inputs: { pluginDownloadURL: "https://evil.example" } },
  );
  const { exitCode, of } = await doctor(state);
  expect(exitCode).toBe(0);
  expect(of("other code")).toMatchObject({
    level: "warn",
    do: expect.stringMatching(/urn:x::evil[\s\S]*https:\/\/evil\.example/),
  });
});

describe("a state that requires only one person", () => {
  function loosened() {
    const state = exported("package");
    const [vaultId, keyId] = keys.payroll.split("/");
    const key = firstKey(state);
    Object.assign(key.outputs, { vaultId, keyId, dualAuthorization: "single" });
    Object.assign(key, { id: keys.payroll });
    return { state, key };
  }

  test("for a key whose marker requires two is reported", async () => {
    // A request writes the marker that the key needs two people.
    await world.uko("bob", `request ${keys.payroll}`);
    const { state, key } = loosened();
    const { exitCode, of } = await doctor(state, {});
    expect(exitCode).toBe(1);
    expect(of("state controls")).toMatchObject({ level: "fail", do: expect.stringContaining(key.urn) });
  });

  test("is not compared without a credential or if uko cannot read the key, and the doctor says so", async () => {
    const { state } = loosened();
    expect((await doctor(state)).of("state controls")).toMatchObject({
      level: "warn",
      says: "did not compare 1 key that the state loosens with the markers of the service",
    });
    await world.control("faults", { operation: "K3", status: 503 });
    await world.control("faults", { operation: "K1", status: 503 });
    expect((await doctor(state, {})).of("state controls")).toMatchObject({ level: "warn" });
  });
});

test("a state that lets one person destroy a KMS key is reported, because a KMS key has no marker", async () => {
  const state = exported("package");
  const key = { ...firstKey(state), urn: "urn:x::orders", type: "uko:index:KmsKey", id: "k" };
  state.deployment.resources.push({ ...key, outputs: { dualAuthorization: "required" } });
  expect((await doctor(state)).of("state KMS keys")).toBeUndefined();
  state.deployment.resources.push({ ...key, id: "l", outputs: { dualAuthorization: "single" } });
  const { exitCode, of } = await doctor(state);
  expect(exitCode).toBe(0);
  expect(of("state KMS keys")).toMatchObject({
    level: "warn",
    says: "the state lets one person destroy 1 KMS key, unless KMS requires two people",
    do: expect.stringContaining("urn:x::orders"),
  });
});

describe("a state of OpenTofu or Terraform", () => {
  const attributes = { id: keys.payroll, vault_id: keys.payroll.split("/")[0], key_id: keys.payroll.split("/")[1] };
  const provider = 'provider["registry.opentofu.org/pulumi-uko/uko"]';
  const file = (over = {}) => ({
    version: 4,
    terraform_version: "1.12.6",
    resources: [
      { mode: "managed", type: "uko_managed_key", name: "payroll", provider, instances: [{ attributes }], ...over },
      {
        mode: "managed",
        type: "uko_managed_key",
        name: "wages",
        provider,
        instances: [{ index_key: "a", attributes }],
      },
    ],
  });
  const shown = {
    format_version: "1.0",
    values: {
      root_module: {
        child_modules: [
          {
            resources: ["a", "b"].map((name) => ({
              address: `module.x.uko_managed_key.${name}`,
              mode: "managed",
              type: "uko_managed_key",
              provider_name: "registry.terraform.io/pulumi-uko/uko",
              values: attributes,
            })),
          },
        ],
      },
    },
  };

  test("that holds one key twice is reported with both addresses, as a file and as shown", async () => {
    expect((await doctor(file())).of("state duplicates")?.do).toContain(
      'uko_managed_key.payroll, uko_managed_key.wages["a"]',
    );
    expect((await doctor(shown)).of("state duplicates")?.do).toContain(
      "module.x.uko_managed_key.a, module.x.uko_managed_key.b",
    );
  });

  test.each(["registry.opentofu.org/evil/uko", "evil.example/pulumi-uko/uko"])(
    "whose resource is served by %s is reported",
    async (address) => {
      const { of } = await doctor(file({ provider: `provider["${address}"]` }));
      expect(of("state code")).toMatchObject({ level: "fail", do: expect.stringContaining(address) });
    },
  );

  test.each(["managed", "data"])(
    "in which a %s resource brings a provider of another host is reported",
    async (mode) => {
      const added = { mode, type: "null_resource", name: "x", instances: [] };
      const { resources, ...state } = file();
      const evil = { ...added, provider: 'provider["evil.example/hashicorp/null"]' };
      const common = { ...added, provider: 'provider["registry.terraform.io/hashicorp/null"].east' };
      const { of } = await doctor({ ...state, resources: [...resources, evil, common] });
      expect(of("other code")).toMatchObject({
        level: "warn",
        do: expect.stringMatching(/^evil\.example\/hashicorp\/null\b/),
      });
      expect(of("other code")?.do).not.toContain("registry.terraform.io");
      const more = { address: "x.y", mode, type: "null_resource", provider_name: "evil.example/hashicorp/null" };
      const root_module = { ...shown.values.root_module, resources: [more] };
      expect((await doctor({ ...shown, values: { root_module } })).of("other code")).toMatchObject({ level: "warn" });
    },
  );
});

test.each(["", "not json", "{}", '{"deployment":null}'])(
  "a text that is not a state (%j) is an error that names the command for one",
  async (text) => {
    const { exitCode, err } = await world.uko("bob", "doctor --state -", offline, text);
    expect(exitCode).toBe(1);
    expect(err).toContain("pulumi stack export");
  },
);
