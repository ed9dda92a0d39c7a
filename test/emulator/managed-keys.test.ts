import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startCheckedWorld, type TestWorld, vaultId } from "./harness.ts";

let world: TestWorld;
beforeAll(async () => {
  world = await startCheckedWorld();
});
beforeEach(() => world.emulator.world.reset());
afterAll(() => world.close());

describe("K2 creates a key (uko-v4.md 2.5, 4.3)", () => {
  it("in the template's state, installed where type and group match", async () => {
    const answer = await world
      .as("bob")
      .create({ label: "payroll", description: "Pays people", tags: [{ name: "team", value: "pay" }] });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("location")).toBe(`/v4/managed_keys/${answer.body.id}`);
    expect(answer.headers.get("etag")).toBe(answer.body.updated_at);
    expect(answer.body).toMatchObject({
      label: "payroll",
      state: "active",
      version: 1,
      size: "256",
      algorithm: "aes",
      description: "Pays people",
      tags: [{ name: "team", value: "pay" }],
      vault: { id: vaultId, name: "payments" },
      template: { name: "payroll", alignment_status: "aligned" },
      created_by: "IBMid-550000BOB",
      updated_by: "IBMid-550000BOB",
      key_material_present: ["repository", "keystores"],
      referenced_keystores: [{ name: "payroll-ring" }],
      status_in_keystores: [{ status: "active", keystore_sync_flag: "ok" }],
    });
    const twin = answer.body.status_in_keystores[0]?.key_id_in_keystore;
    expect(twin).toMatch(new RegExp(`^${world.emulator.instanceId}/[-0-9a-f]{36}$`));
  });

  it("as pre_activation without installing anything", async () => {
    const { body } = await world.as("bob").create({ template_name: "cards-draft" });
    expect(body.state).toBe("pre_activation");
    expect(body.key_material_present).toEqual(["repository"]);
    expect(body.status_in_keystores[0]).toMatchObject({ status: "not_present", keystore_sync_flag: "ok" });
  });

  it.each([
    ["a missing vault", { vault: undefined }, 400, "missing_field"],
    ["a missing label", { label: undefined }, 400, "missing_field"],
    ["a label with other characters", { label: "pay*roll" }, 400, "invalid_field"],
    ["a label of 256 characters", { label: "x".repeat(256) }, 400, "invalid_field"],
    ["a description of 201 characters", { description: "x".repeat(201) }, 400, "invalid_field"],
    ["a tag value with a dash", { tags: [{ name: "a", value: "b-c" }] }, 400, "invalid_field"],
    ["a tag value of 8193 characters", { tags: [{ name: "a", value: "x".repeat(8193) }] }, 400, "invalid_field"],
    ["129 tags", { tags: Array.from({ length: 129 }, () => ({ name: "a", value: "b" })) }, 400, "invalid_field"],
    ["an unknown field", { state: "active" }, 400, "invalid_field"],
    ["an unknown template", { template_name: "nothing" }, 404, "not_found"],
    ["an unknown vault", { vault: { id: "none" } }, 404, "not_found"],
  ])("refuses %s", async (_, fields, status, code) => {
    const answer = await world.as("bob").create(fields);
    expect([answer.status, answer.body.errors[0]?.code]).toEqual([status, code]);
  });

  it("accepts the longest description and tag value, digits, letters, underscores and white space", async () => {
    const answer = await world
      .as("bob")
      .create({ description: "a\n".repeat(100), tags: [{ name: "a b-c.d", value: `a_1 \n${"x".repeat(8187)}` }] });
    expect(answer.status).toBe(201);
  });

  it("refuses a label that another key of the vault has, until that is removed (U10)", async () => {
    const first = await world.as("carol").create({ label: "same", template_name: "payroll-draft" });
    expect((await world.as("carol").create({ label: "same" })).status).toBe(409);
    await world.as("carol").step(first.body.id, "destroy");
    expect((await world.as("carol").create({ label: "same" })).status).toBe(409);
    await world.as("carol").remove(first.body.id);
    expect((await world.as("carol").create({ label: "same" })).status).toBe(201);
  });

  it("refuses a body that is not JSON", async () => {
    const answer = await world.as("bob").call("POST", "/api/v4/managed_keys", "{");
    expect([answer.status, answer.body.errors[0]?.code]).toEqual([400, "invalid_body"]);
  });
});

describe("K3 and K4 read and change a key", () => {
  it("K3 answers the key and its ETag; 404 for an unknown id", async () => {
    const key = await world.keyIn("active");
    expect((await world.as("erin").key(key.id)).body.label).toBe(key.label);
    expect((await world.as("erin").key("none")).status).toBe(404);
  });

  it("K4 replaces the list of tags, and names its caller as last writer (U9)", async () => {
    const key = (await world.as("bob").create({ tags: [{ name: "a", value: "1" }] })).body;
    const answer = await world.as("alice").patch(key.id, { tags: [{ name: "b", value: "2" }], description: "new" });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      tags: [{ name: "b", value: "2" }],
      description: "new",
      updated_by: "IBMid-550000ALICE",
    });
  });

  it("K4 leaves alone what it is not given", async () => {
    const key = (await world.as("bob").create({ description: "old", tags: [{ name: "a", value: "1" }] })).body;
    const { body } = await world.as("alice").patch(key.id, { expiration_date: "2031-02-03" });
    expect(body).toMatchObject({
      description: "old",
      tags: [{ name: "a", value: "1" }],
      expiration_date: "2031-02-03",
    });
  });

  it("K4 renames the key in its keystores", async () => {
    const key = await world.keyIn("active");
    await world.as("alice").patch(key.id, { label: "renamed" });
    expect((await world.twinOf(key)).name).toBe("renamed");
  });

  it.each([
    ["a state", { state: "destroyed" }],
    ["a date that is none", { activation_date: "2026-13-01" }],
    ["a description that is too long", { description: "x".repeat(201) }],
  ])("K4 refuses %s", async (_, fields) => {
    const key = await world.keyIn("active");
    expect((await world.as("alice").patch(key.id, fields)).status).toBe(400);
  });
});

describe("K1 lists keys (uko-v4.md 0.2, 2.2, 2.3)", () => {
  const labels = async (query: string): Promise<readonly string[]> =>
    (await world.as("alice").call("GET", `/api/v4/managed_keys${query}`)).body.managed_keys.map((key) => key.label);

  beforeEach(async () => {
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
    expect(await labels("")).toEqual(["three", "two", "one"]);
    expect(await labels("?state=deactivated")).toEqual(["four"]);
    expect(await labels("?state=active,deactivated&sort=label")).toEqual(["four", "one", "two"]);
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
    ["created_at_min=2001-01-01&algorithm=aes&size=256&size_max=256&sort=-label", []],
    ["created_at_min=2001-01-01&algorithm=aes&size=256&sort=-label", ["two", "three", "one"]],
    ["updated_at_min=2100-01-01", []],
    ["status_in_keystores[].keystore_sync_flag=out_of_sync", []],
    ["nonsense=1&sort=label", ["one", "three", "two"]],
  ])("filters by %s", async (query, expected) => {
    const answer = await world.as("alice").call("GET", `/api/v4/managed_keys?${query}`);
    const isExclusive = query.includes("size=256&size_max");
    if (isExclusive) expect(answer.status).toBe(400);
    else expect(answer.body.managed_keys.map((key) => key.label)).toEqual(expected);
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

  it.each(["limit=0", "limit=1001", "offset=-1", "sort=nothing", "state=nothing"])(
    "refuses %s (U33)",
    async (query) => {
      expect((await world.as("alice").call("GET", `/api/v4/managed_keys?${query}`)).status).toBe(400);
    },
  );
});

describe("K9 and K14 rotate a key and list its versions (uko-v4.md 4.6)", () => {
  it("gives the key new material and keeps the older version under an id of its own (U11)", async () => {
    const key = await world.keyIn("active", "cards");
    const rotated = await world.as("bob").step(key.id, "rotate");
    expect(rotated.status).toBe(200);
    expect(rotated.body).toMatchObject({ id: key.id, version: 2, state: "active" });
    expect(rotated.body.rotated_at).toBeDefined();
    const { body } = await world.as("bob").call("GET", `/api/v4/managed_keys/${key.id}/versions`);
    expect(body.managed_keys.map((version) => version.version)).toEqual([2, 1]);
    const older = body.managed_keys[1]?.id ?? "";
    expect((await world.as("bob").key(older)).status).toBe(200);
    expect((await world.as("alice").patch(older, { description: "x" })).status).toBe(409);
    expect((await world.as("alice").call("GET", "/api/v4/managed_keys")).body.total_count).toBe(1);
  });

  it("refuses a second rotation within an hour (4.5)", async () => {
    await world.control("clock", { freeze: true, tickMs: 0 });
    const key = await world.keyIn("active");
    await world.as("bob").step(key.id, "rotate");
    expect((await world.as("bob").step(key.id, "rotate")).body.errors[0]?.code).toBe("rotated_recently");
    await world.advance("1h");
    expect((await world.as("bob").step(key.id, "rotate")).status).toBe(200);
  });

  it("takes older versions along through the end of life", async () => {
    const key = await world.keyIn("active", "cards");
    await world.as("bob").step(key.id, "rotate");
    await world.as("carol").step(key.id, "deactivate");
    await world.advance("5h");
    await world.as("carol").step(key.id, "destroy");
    const { body } = await world.as("bob").call("GET", `/api/v4/managed_keys/${key.id}/versions`);
    expect(body.managed_keys.map((version) => version.state)).toEqual(["destroyed", "destroyed"]);
  });
});

describe("K10, K11, K12 and K13", () => {
  it("K10 unlinks where the group went and installs where it came (4.7)", async () => {
    const key = await world.keyIn("active", "cards");
    await world.control("keystores/aws-frankfurt", { groups: ["other"] });
    expect((await world.as("carol").key(key.id)).body.template).toMatchObject({ alignment_status: "unaligned" });
    const dry = await world.as("carol").step(key.id, "update_from_template?dry_run=true");
    expect([dry.status, dry.body.updated_at]).toEqual([200, key.updated_at]);
    const realigned = await world.as("carol").step(key.id, "update_from_template");
    expect(realigned.body.template).toMatchObject({ alignment_status: "aligned" });
    expect(realigned.body.status_in_keystores[0]).toMatchObject({
      keystore_sync_flag_detail: "target_keystore_removed_by_user",
    });
    await world.control("keystores/aws-frankfurt", { groups: ["cards"] });
    expect((await world.as("carol").step(key.id, "update_from_template")).body.status_in_keystores[0]?.status).toBe(
      "active",
    );
  });

  it("K11 pushes the state again, without an ETag in its answer (0.7)", async () => {
    const key = await world.keyIn("active", "cards");
    await world.control(`keys/${key.id}`, { material: "disabled" });
    expect((await world.as("carol").key(key.id)).body.status_in_keystores[0]?.keystore_sync_flag).toBe("out_of_sync");
    await world.advance("2s");
    const synced = await world.as("alice").step(key.id, "sync_status_in_keystores");
    expect(synced.headers.get("etag")).toBeNull();
    expect(synced.body.status_in_keystores[0]).toMatchObject({ status: "active", keystore_sync_flag: "ok" });
    const after = (await world.as("alice").key(key.id)).body;
    expect(after.updated_at).not.toBe(key.updated_at);
    expect(after.updated_by).toBe(key.updated_by);
  });

  it("K12 answers 200 where a keystore fails, with the error in its entry", async () => {
    const key = await world.keyIn("active", "cards");
    await world.control("keystores/aws-frankfurt", { answers: "error" });
    const answer = await world.as("erin").call("GET", `/api/v4/managed_keys/${key.id}/status_in_keystores`);
    expect(answer.status).toBe(200);
    expect(answer.body.status_in_keystores[0]).toMatchObject({
      status: "error",
      keystore_sync_flag: "error",
      error: { code: "keystore_error" },
    });
  });

  it("K13 lists what uses the key (3.13)", async () => {
    const key = await world.keyIn("active");
    await world.control(`keys/${key.id}`, {
      addResource: { crn: "crn:v1:a:b", name: "bucket", preventsKeyDeletion: true },
    });
    const { body } = await world.as("erin").call("GET", `/api/v4/managed_keys/${key.id}/associated_resources`);
    expect(body).toMatchObject({
      total_count: 1,
      associated_resources: [
        {
          id: "crn%3Av1%3Aa%3Ab",
          name: "bucket",
          managed_key: { id: key.id },
          type: "com_ibm_cloud_kms_registration",
          com_ibm_cloud_kms_registration: { prevents_key_deletion: true, crn: "crn:v1:a:b" },
        },
      ],
    });
  });
});
