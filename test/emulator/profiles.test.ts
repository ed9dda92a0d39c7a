import { afterEach, describe, expect, it } from "vitest";
import { profiles, switchDefaults } from "../../provider/emulator/store/switches.ts";
import { connect, keyProperties, keystoreBodies, templateBody } from "./container-requests.ts";
import { type Body, startTestWorld, type TestWorld, vaultId } from "./harness.ts";

let world: TestWorld;
afterEach(() => world.close());

const tag = { name: "team", value: "pay" };

/** Key Protect has no managed keys. */
const withUko = Object.keys(profiles).filter((name) => name !== "key-protect");

it.each(withUko)("a key can be led from created to removed under the profile %s", async (profile) => {
  world = await startTestWorld({ profile });
  const { id } = await world.keyIn("destroyed");
  expect((await world.as("bob").remove(id)).status).toBe(204);
});

it("documented is the defaults", async () => {
  world = await startTestWorld({ profile: "documented" });
  expect(world.emulator.world.switches).toEqual(switchDefaults);
});

it("tags-dropped ignores tags without a word, and keeps those there were", async () => {
  world = await startTestWorld({ profile: "tags-dropped" });
  const created = await world.as("bob").create({ tags: [tag] });
  expect([created.status, created.body.tags]).toEqual([201, []]);
  const patched = await world.as("alice").patch(created.body.id, { tags: [tag], description: "kept\n[x]" });
  expect(patched.body).toMatchObject({ tags: [], description: "kept\n[x]" });
});

it("tags-rejected refuses them with 400", async () => {
  world = await startTestWorld({ profile: "tags-rejected" });
  expect((await world.as("bob").create({ tags: [tag] })).body.errors[0]).toMatchObject({
    code: "invalid_field",
    target: { name: "tags" },
  });
  const { id } = (await world.as("bob").create()).body;
  expect((await world.as("alice").patch(id, { tags: [] })).status).toBe(400);
});

it("no-record-location drops tags and collapses the white space of descriptions", async () => {
  world = await startTestWorld({ profile: "no-record-location" });
  const { body } = await world.as("bob").create({ tags: [tag], description: "one\n[two]" });
  expect(body).toMatchObject({ tags: [], description: "one [two]" });
});

it("sync-changes-writer names the caller of a sync as last writer", async () => {
  world = await startTestWorld({ profile: "sync-changes-writer" });
  const { id } = await world.keyIn("active");
  await world.as("alice").step(id, "sync_status_in_keystores");
  expect((await world.as("alice").key(id)).body.updated_by).toBe("IBMid-550000ALICE");
});

it("backing-key-as-service deletes backing keys as the service itself", async () => {
  world = await startTestWorld({ profile: "backing-key-as-service" });
  expect((await world.backingKeyOf(await world.keyIn("pending"))).deletedBy).toMatch(/^iam-ServiceId-/);
});

it("stale-status shows the stored status until a status call or a sync asks the keystores", async () => {
  world = await startTestWorld({ profile: "stale-status" });
  for (const renew of ["status", "sync"]) {
    const { id } = await world.keyIn("pending", "cards");
    await world.advance("30d");
    const stored = async () => (await world.as("carol").key(id)).body.status_in_keystores[0]?.status;
    expect(await stored()).toBe("pending_destruction");
    if (renew === "sync") await world.as("carol").step(id, "sync_status_in_keystores");
    else await world.as("carol").call("GET", `/api/v4/managed_keys/${id}/status_in_keystores`);
    expect(await stored()).toBe("not_present");
  }
});

it("zos tells neither who created nor who wrote last", async () => {
  world = await startTestWorld({ profile: "zos" });
  const key = await world.keyIn("active");
  expect(key).not.toHaveProperty("updated_by");
  expect(key).not.toHaveProperty("created_by");
});

it("the defaults show IBM's Terraform provider an internal keystore as it was declared", async () => {
  world = await startTestWorld();
  const declared = {
    name: "ring",
    description: "wages",
    groups: ["wages"],
    type: "ibm_cloud_kms",
    ibm_variant: "internal",
  };
  // As provider 2.5.0 sends it, with the SDK of API 4.7.9.
  const headers = { "uko-vault": vaultId, "x-original-user-agent": "terraform-provider-ibm/2.5.0" };
  const bob = world.as("bob");
  const { id } = (await bob.call("POST", "/api/v4/keystores", { ...declared, vault: { id: vaultId } }, headers)).body;
  const { body } = await bob.call("GET", `/api/v4/keystores/${id}`, undefined, headers);
  expect(body).toMatchObject(declared);
  // Its other attributes are optional and not computed: a value plans a change that no apply can make.
  const optional = Object.entries(body).filter(
    ([name]) => /^(aws|azure|google|ibm)_/.test(name) && !(name in declared),
  );
  expect(optional.filter(([, value]) => value !== "")).toEqual([]);
});

describe("versions of the API (1.6)", () => {
  const header = { "uko-vault": vaultId };
  const get = async (path: string) => (await world.as("carol").call("GET", `/api/v4/${path}`, undefined, header)).body;

  it("api-4.12 and api-4.13 do not know force", async () => {
    for (const profile of ["api-4.12", "api-4.13"]) {
      world = await startTestWorld({ profile, switches: { forceDelete: "served" } });
      const { id } = await world.keyIn("pending");
      expect((await world.as("bob").remove(id, "?force=true")).status).toBe(409);
      if (profile !== "api-4.13") await world.close();
    }
  });

  it.each([
    ["api-4.12", { tags: [] }],
    ["api-4.14", { tags: [] }],
  ])("%s: tags of a request become %o (U9)", async (profile, expected) => {
    world = await startTestWorld({ profile });
    expect((await world.as("bob").create({ tags: [tag] })).body).toMatchObject(expected);
  });

  it.each([
    ["api-4.12", ["is_rotatable", "key_material_present"], ["status"]],
    ["api-4.13", ["key_material_present"], []],
    ["api-4.14.0", [], []],
    ["api-4.14", [], []],
  ] as const)("%s: answers and lists lack what came later", async (profile, key, keystore) => {
    world = await startTestWorld({ profile });
    const fields = { template_name: "cards", vault: { id: vaultId }, label: "x" };
    const { id } = (await world.as("carol").call("POST", "/api/v4/managed_keys", fields, header)).body;
    const all = ["is_rotatable", "key_material_present"];
    for (const body of [await get(`managed_keys/${id}`), (await get("managed_keys")).managed_keys[0] ?? {}]) {
      expect(all.filter((name) => !(name in body))).toEqual([...key]);
      const [status] = (body as Body).status_in_keystores;
      expect("destruction_at" in (status ?? {})).toBe(profile === "api-4.14");
    }
    const body = await get("keystores/ce110000-0000-4000-8000-000000000001");
    expect(["status"].filter((name) => !(name in body))).toEqual([...keystore]);
  });

  it.each([
    ["api-4.12", undefined],
    ["api-4.13", undefined],
    ["api-4.14.0", "destruction_in"],
    ["api-4.14", "destruction_at"],
  ])("%s: a pending destruction tells its end as %s", async (profile, expected) => {
    world = await startTestWorld({ profile });
    const { id } = await world.keyIn("pending", "cards");
    const read = [await get(`managed_keys/${id}`), await get(`managed_keys/${id}/status_in_keystores`)];
    const listed = (await get("managed_keys?state=destroyed")).managed_keys;
    for (const { status_in_keystores } of [...read, ...listed]) {
      const status = Object.entries(status_in_keystores[0] ?? {});
      const ends = status.filter(([name]) => name === "destruction_in" || name === "destruction_at");
      expect(ends.map(([name]) => name)).toEqual(expected === undefined ? [] : [expected]);
      expect(ends.every(([, value]) => /^\d{4}-\d\d-\d\dT/.test(String(value)))).toBe(true);
    }
    expect(listed).toHaveLength(1);
  });

  it.each([
    ["api-4.12", ["internal", "hpcs", "azure_key_vault"]],
    ["api-4.13", ["azure_key_vault"]],
    ["api-4.14.0", ["azure_key_vault"]],
    ["api-4.14", ["azure_key_vault"]],
  ] as const)("%s: tls_proxy is shown by %j", async (profile, shownBy) => {
    world = await startTestWorld({ profile });
    const shown = [];
    for (const type of ["internal", "hpcs", "azure_key_vault"] as const) {
      const body = { ...keystoreBodies[type], tls_proxy: "proxy.example.com:3128" };
      const response = await world.as("bob").call("POST", "/api/v4/keystores", body, header);
      if (response.body.tls_proxy !== undefined) shown.push(type);
    }
    expect(shown).toEqual(shownBy);
    // 4.12 requires the member in every response (SDK `KeystoreTypeAwsKms`).
    const { tls_proxy } = await get("keystores/ce110000-0000-4000-8000-000000000002");
    expect(tls_proxy).toBe(profile === "api-4.12" ? "" : undefined);
  });

  it("api-4.13-cloud deletes a keystore without If-Match, whatever the mode says", async () => {
    const remove = async (query: string, headers = {}) => {
      const { id } = await connect(world.as("bob"), "hpcs");
      return (await world.as("bob").call("DELETE", `/api/v4/keystores/${id}${query}`, undefined, headers)).status;
    };
    world = await startTestWorld({ profile: "api-4.13" });
    expect(await remove("")).toBe(400);
    await world.close();
    world = await startTestWorld({ profile: "api-4.13-cloud" });
    expect(await remove("")).toBe(204);
    expect(await remove("?mode=nonsense", { "if-match": "2020-01-01T00:00:00Z" })).toBe(204);
    expect((await world.as("bob").call("DELETE", `/api/v4/vaults/${vaultId}`)).status).toBe(400);
  });

  it.each([
    ["api-4.13", 201],
    ["api-4.13-cloud", 400],
  ])("%s answers %i to CCA keystores, and to templates for them", async (profile, status) => {
    world = await startTestWorld({ profile });
    const post = (kind: string, body: object) => world.as("bob").call("POST", `/api/v4/${kind}`, body);
    expect((await post("keystores", keystoreBodies.cca)).status).toBe(status);
    const key = { ...keyProperties, algorithm: "des", size: "192" };
    const template = await post("templates", templateBody({ key, keystores: [{ group: "cca", type: "cca" }] }));
    expect(template.status).toBe(status);
    expect((await post("templates", templateBody({ name: "plain" }))).status).toBe(201);
  });
});

it("key-protect serves KMS and the instance, and neither UKO nor the broker", async () => {
  world = await startTestWorld({ profile: "key-protect" });
  const { url } = world.emulator;
  const statusOf = async (path: string) => (await fetch(`${url}${path}`)).status;
  expect(await statusOf("/api/v2/keys")).toBe(400);
  expect(await statusOf("/v2/resource_instances")).toBe(401);
  for (const path of ["/api/v4/vaults", "/api/v4/managed_keys", `/crypto_v2/instances/${world.emulator.instanceId}`]) {
    expect(await statusOf(path), path).toBe(404);
  }
});

describe("single switches", () => {
  it.each([
    ["coolDownHours", { coolDownHours: 10 }, "9h", 409],
    ["coolDownHours", { coolDownHours: 10 }, "11h", 200],
  ] as const)("%s: %o after %s: %i", async (_, switches, passed, status) => {
    world = await startTestWorld({ switches });
    const { id } = await world.keyIn("deactivated");
    await world.advance(passed);
    expect((await world.as("bob").step(id, "destroy")).status).toBe(status);
  });

  it("rotateStatus 204 answers a rotation without a body (U12)", async () => {
    world = await startTestWorld({ switches: { rotateStatus: 204 } });
    expect(await world.as("bob").step((await world.keyIn("active")).id, "rotate")).toMatchObject({
      status: 204,
      text: "",
    });
  });

  it("patchDestroyed refused returns 409", async () => {
    world = await startTestWorld({ switches: { patchDestroyed: "refused" } });
    expect((await world.as("alice").patch((await world.keyIn("pending")).id, { description: "x" })).status).toBe(409);
  });

  it("labelRules keystore applies the user interface's rules (3.10)", async () => {
    world = await startTestWorld({ switches: { labelRules: "keystore" } });
    expect((await world.as("bob").create({ label: "pay-roll" })).status).toBe(400);
    expect((await world.as("bob").create({ label: "pay-roll", template_name: "cards" })).status).toBe(201);
  });

  it("hrefs absolute are whole addresses (U32)", async () => {
    world = await startTestWorld({ switches: { hrefs: "absolute" } });
    const key = await world.keyIn("active");
    expect(key.href).toBe(`${world.url}/api/v4/managed_keys/${key.id}`);
    expect((await world.as("alice").call("GET", String(key.href).slice(world.url.length))).status).toBe(200);
  });
});

it("key-protect serves IBM's clients, whose tokens live by the clock of the machine", async () => {
  world = await startTestWorld({ profile: "key-protect" });
  expect(world.emulator.world.switches).toMatchObject({ ...profiles["ibm-clients"], product: "key-protect" });
});

it("api-4.13-cloud says that a check is pending, in the word of 4.13.0", async () => {
  world = await startTestWorld({ profile: "api-4.13-cloud" });
  const { id } = await world.keyIn("active");
  await world.control("keystores/payroll-ring", { statusResponse: "unknown" });
  const { body } = await world.as("alice").key(id);
  expect(body.status_in_keystores[0]).toMatchObject({ status: "unknown", keystore_sync_flag: "pending" });
});
