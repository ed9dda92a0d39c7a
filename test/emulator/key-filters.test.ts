import { beforeAll, describe, expect, it } from "vitest";
import { payrollRing } from "./container-requests.ts";
import { type Body, stageWorld, vaultId } from "./harness.ts";

const world = stageWorld();
let rotated: Body;
beforeAll(async () => {
  await world.control("clock", { set: "2026-03-04T00:00:00Z", freeze: true });
  rotated = (await world.as("carol").create({ label: "rotated", template_name: "cards" })).body;
  await world.control("clock", { set: "2026-04-05T00:00:00Z" });
  await world.as("carol").step(rotated.id, "rotate");
  await world.as("carol").create({ label: "young" });
});

const keys = "/api/v4/managed_keys";
const labels = async (path: string): Promise<readonly string[]> =>
  (await world.as("carol").call("GET", path)).body.managed_keys.map((key) => key.label);

describe("K1 filters by date and place (uko-v4.md 2.3)", () => {
  it("finds a key by the places of its material that it shows", async () => {
    const { id } = await world.keyIn("active");
    await world.control(`keys/${id}`, { record: { state: "destroyed_compromised" }, material: "absent" });
    const places = (await world.as("carol").key(id)).body.key_material_present;
    expect(places).toEqual([]);
    const { body } = await world
      .as("carol")
      .call("GET", `${keys}?state=destroyed_compromised&key_material_present=repository`);
    expect(body.managed_keys).toEqual([]);
    await world.control(`keys/${id}`, { record: { state: "compromised" } });
    const found = await world.as("carol").call("GET", `${keys}?state=compromised&key_material_present=repository`);
    expect(found.body.managed_keys.map((key) => key.id)).toEqual([id]);
  });

  it.each([
    ["created_at=2026-03-04", ["rotated"]],
    ["created_at_min=2026-03-04&created_at_max=2026-03-04", ["rotated"]],
    ["created_at_min=2026-03-05", ["young"]],
    ["updated_at=2026-04-05", ["rotated", "young"]],
    ["updated_at_min=2026-04-05", []],
    ["updated_at_min=2026-04-04", ["rotated", "young"]],
    ["rotated_at_min=2026-04-04", ["rotated"]],
    ["rotated_at_max=2026-04-05", []],
    ["rotated_at=2026-04-05", ["rotated", "young"]],
    ["activation_date_max=2026-03-31", ["rotated"]],
    ["expiration_date=2028-03-04", ["rotated"]],
    ["deactivation_date_min=2028-03-05", ["young"]],
    ["referenced_keystores%5B%5D.name=payroll-ring", ["young"]],
    ["size_min=257", []],
    ["template.type%5B%5D=shadow", []],
    ["managing_systems=workstation", []],
    ["managing_systems=web&label=you", ["young"]],
  ])("K1 with %s", async (query, expected) => {
    expect(await labels(`${keys}?sort=label&${query}`)).toEqual(expected);
  });

  it.each([
    "deactivation_date=2026-01-01&expiration_date=2026-01-01",
    "deactivation_date_min=2026-01-01&expiration_date_max=2026-01-01",
    "expiration_date=2026-01-01&deactivation_date_max=2026-01-01",
    "deactivation_date=2026-01-01&expiration_date_min=2026-01-01",
    "activation_date=2026-01-01&activation_date_min=2026-01-01",
    "updated_at=2026-01-01&updated_at_max=2026-01-01",
    "referenced_keystores%5B%5D.type=aws_kms&instances%5B%5D.keystore.type=aws_kms",
    "created_at=yesterday",
    "algorithm=aes,blowfish",
    "referenced_keystores%5B%5D.type=ibm",
    "template.alignment_status=aligned,unaligned",
    "key_material_present=paper",
    "status_in_keystores%5B%5D.keystore_sync_flag=fine",
    "size=large",
    "size=256&size_max=256",
    "limit=0",
    "limit=1001",
    "offset=-1",
    "sort=nothing",
    "state=nothing",
    "label=",
  ])("K1 refuses %s", async (query) => {
    const { status, body } = await world.as("carol").call("GET", `${keys}?${query}`);
    expect([status, body.errors?.[0]?.code]).toEqual([400, "invalid_parameter"]);
  });

  it("S7 ignores the filters that only K1 and K14 know", async () => {
    const path = `/api/v4/keystores/${payrollRing}/managed_keys`;
    expect(await labels(`${path}?vault.id=none&referenced_keystores%5B%5D.type=aws_kms`)).toEqual(["young"]);
    expect(
      (await world.as("carol").call("GET", `${path}?created_at=2026-01-01&created_at_min=2026-01-01`)).status,
    ).toBe(400);
  });

  it("K14 filters versions, and hides no state by default (U11)", async () => {
    const path = `${keys}/${rotated.id}/versions`;
    const { body } = await world.as("carol").call("GET", path);
    expect(body.managed_keys.map((key) => key.version)).toEqual([2, 1]);
    expect(await labels(`${path}?created_at_min=2027-01-01`)).toEqual([]);
  });
});

describe("content types of lists (uko-v4.md 1.5)", () => {
  const lists = [
    ["listManagedKeys", keys, "managed-key-list"],
    ["listKeysOfKeystore", `/api/v4/keystores/${payrollRing}/managed_keys`, "managed-key-list"],
    ["listTemplates", "/api/v4/templates", "key-template-list"],
    ["listKeystores", "/api/v4/keystores", "keystore-list"],
    ["listVaults", "/api/v4/vaults", "vault-list"],
  ] as const;

  it.each(lists)("%s answers JSON under IBM's name for it too, and 406 for archives", async (_, path, name) => {
    const ask = (accept: string) => world.as("carol").call("GET", path, undefined, { accept });
    const vendor = `application/vnd.ibm.uko.${name}.v4.1+json`;
    const response = await ask(vendor);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, vendor]);
    expect(response.body.total_count).toBeGreaterThan(0);
    expect((await ask(`${vendor}, application/json`)).headers.get("content-type")).toBe("application/json");
    for (const form of ["json+zip", "csv+zip"]) {
      const refused = await ask(`application/vnd.ibm.uko.${name}.v4.1.${form}`);
      expect([refused.status, refused.body.errors[0]?.target]).toEqual([406, { type: "header", name: "Accept" }]);
    }
  });
});

describe("K1 lists keys (uko-v4.md 0.2, 2.2, 2.3)", () => {
  beforeAll(async () => {
    world.emulator.world.reset();
    for (const [label, template] of [
      ["one", "payroll"],
      ["two", "cards"],
      ["three", "payroll-draft"],
      ["four", "payroll"],
    ]) {
      await world.as("carol").create({ label, template_name: template });
      await world.advance("1s");
    }
    const four = (await world.as("carol").call("GET", "/api/v4/managed_keys?label=four")).body.managed_keys[0];
    await world.as("carol").step(four?.id ?? "", "deactivate");
  });

  it("hides deactivated and destroyed keys unless asked for", async () => {
    expect(await labels(keys)).toEqual(["three", "two", "one"]);
    expect(await labels(`${keys}?state=deactivated`)).toEqual(["four"]);
    expect(await labels(`${keys}?state=active,deactivated&sort=label`)).toEqual(["four", "one", "two"]);
  });

  it.each([
    ["label=o", ["two", "one"]],
    ["template.name=cards", ["two"]],
    ["template.id=7e110000-0000-4000-8000-000000000002", ["three"]],
    ["vault.id=none", []],
    [`vault.id=${vaultId}&sort=label`, ["one", "three", "two"]],
    ["referenced_keystores[].type=aws_kms", ["two"]],
    ["instances%5B%5D.keystore.type=ibm_cloud_kms&sort=label", ["one", "three"]],
    ["key_material_present=keystores&sort=label", ["one", "two"]],
    ["template.alignment_status=unaligned", []],
    ["created_at_min=2001-01-01&algorithm=aes&size=256&sort=-label", ["two", "three", "one"]],
    ["updated_at_min=2100-01-01", []],
    ["status_in_keystores[].keystore_sync_flag=out_of_sync", []],
    ["nonsense=1&sort=label", ["one", "three", "two"]],
  ])("filters by %s", async (query, expected) => {
    expect(await labels(`${keys}?${query}`)).toEqual(expected);
  });

  it("pages by limit and offset, with next until the end (3.14)", async () => {
    const first = await world.as("alice").call("GET", "/api/v4/managed_keys?limit=2&sort=label");
    expect(first.body).toMatchObject({ total_count: 3, limit: 2, offset: 0 });
    expect(first.body.managed_keys.map((key) => key.label)).toEqual(["one", "three"]);
    expect(first.body.next).toEqual({ href: expect.stringContaining("offset=2") });
    const second = await world.as("alice").call("GET", "/api/v4/managed_keys?limit=2&offset=2&sort=label");
    expect(second.body.managed_keys.map((key) => key.label)).toEqual(["two"]);
    expect(second.body.next).toBeUndefined();
    expect(second.body.previous).toBeDefined();
  });
});
