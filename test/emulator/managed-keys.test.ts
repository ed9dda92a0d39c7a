import { describe, expect, it } from "vitest";
import { stageFreshWorld, vaultId } from "./harness.ts";

const world = stageFreshWorld();

describe("K2 creates a key (uko-v4.md 2.5, 4.3)", () => {
  it("in the template's state, installed where type and group match", async () => {
    const response = await world
      .as("bob")
      .create({ label: "payroll", description: "Pays people", tags: [{ name: "team", value: "pay" }] });
    expect(response.status).toBe(201);
    expect(response.headers.get("location")).toBe(`/v4/managed_keys/${response.body.id}`);
    expect(response.headers.get("etag")).toBe(response.body.updated_at);
    expect(response.body).toMatchObject({
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
    const backingKey = response.body.status_in_keystores[0]?.key_id_in_keystore;
    expect(backingKey).toMatch(new RegExp(`^${world.emulator.instanceId}/[-0-9a-f]{36}$`));
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
    ["an unknown vault", { vault: { id: "5c1e0000-0000-4000-8000-00000000ffff" } }, 404, "not_found"],
    ["a vault ID that is no UUID", { vault: { id: "none" } }, 400, "invalid_field"],
  ])("refuses %s", async (_, fields, status, code) => {
    const response = await world.as("bob").create(fields);
    expect([response.status, response.body.errors[0]?.code]).toEqual([status, code]);
  });

  it("accepts the longest description and tag value, digits, letters, underscores and white space", async () => {
    const response = await world
      .as("bob")
      .create({ description: "a\n".repeat(100), tags: [{ name: "a b-c.d", value: `a_1 \n${"x".repeat(8187)}` }] });
    expect(response.status).toBe(201);
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
    const response = await world.as("bob").call("POST", "/api/v4/managed_keys", "{");
    expect([response.status, response.body.errors[0]?.code]).toEqual([400, "invalid_body"]);
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
    const response = await world.as("alice").patch(key.id, { tags: [{ name: "b", value: "2" }], description: "new" });
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({
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
    expect((await world.backingKeyOf(key)).name).toBe("renamed");
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

describe("K11, K12 and K13", () => {
  it("K11 pushes the state again, without an ETag in its response (0.7)", async () => {
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

  it("K12 returns 200 where a keystore fails, with the error in its entry", async () => {
    const key = await world.keyIn("active", "cards");
    await world.control("keystores/aws-frankfurt", { statusResponse: "error" });
    const response = await world.as("erin").call("GET", `/api/v4/managed_keys/${key.id}/status_in_keystores`);
    expect(response.status).toBe(200);
    expect(response.body.status_in_keystores[0]).toMatchObject({
      status: "error",
      keystore_sync_flag: "error",
      error: { code: "keystore_error" },
    });
  });

  it("K13 lists what uses the key (3.13)", async () => {
    const key = await world.keyIn("active");
    await world.control(`keys/${key.id}`, {
      addResource: { crn: "crn:v1:a:b", name: "bucket", preventKeyDeletion: true },
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
