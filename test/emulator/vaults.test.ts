import { describe, expect, it } from "vitest";
import { change, connect, makeTemplate, refusalOf } from "./container-requests.ts";
import { auditOf, type Body, stageFreshWorld, vaultId } from "./harness.ts";

const world = stageFreshWorld();

const path = "/api/v4/vaults";
const make = async (name: string, fields: object = {}): Promise<Body> =>
  (await world.as("bob").call("POST", path, { name, ...fields })).body;

describe("V1 and V3 show vaults (uko-v4.md 2.4, 3.12)", () => {
  it("V1 filters by the beginning of the name and a part of the description", async () => {
    await make("paylater", { description: "Buys now" });
    const names = async (query: string) => {
      const { body } = await world.as("bob").call("GET", `${path}?sort=name&${query}`);
      return (body.vaults as readonly Body[]).map((vault) => vault.name);
    };
    expect(await names("name=pay")).toEqual(["paylater", "payments"]);
    expect(await names("name=later")).toEqual([]);
    expect(await names("description=now")).toEqual(["paylater"]);
    expect((await world.as("bob").call("GET", `${path}?name=`)).status).toBe(400);
  });

  it("V3 counts keys, templates and keystores", async () => {
    await world.keyIn("active");
    const { body } = await world.as("erin").call("GET", `${path}/${vaultId}`);
    expect(body).toMatchObject({ name: "payments", keys_count: 1, key_templates_count: 4, keystores_count: 2 });
  });
});

describe("V2 creates a vault (uko-v4.md 2.5)", () => {
  it("with an ETag and, as documented, no Location", async () => {
    const response = await world
      .as("bob")
      .call("POST", path, { name: "ledger 'main'", description: "Books", recovery_key_label: "RECOVERY" });
    expect(response.status).toBe(201);
    expect(response.headers.get("location")).toBeNull();
    expect(response.headers.get("etag")).toBe(response.body.updated_at);
    expect(response.body).toMatchObject({
      name: "ledger 'main'",
      description: "Books",
      recovery_key_label: "RECOVERY",
      keys_count: 0,
      created_by: "IBMid-550000BOB",
      href: `/v4/vaults/${response.body.id}`,
    });
    expect((await world.as("bob").call("GET", `${path}/${response.body.id}`)).body).toEqual(response.body);
    expect((await auditOf(world)).at(-2)).toMatchObject({
      operation: "createVault",
      vaultId: response.body.id,
      effect: true,
    });
  });

  it.each([
    ["no name", {}, [400, "missing_field", "name"]],
    ["a name with other characters", { name: "a.b" }, [400, "invalid_field", "name"]],
    ["a name that begins with a blank", { name: " a" }, [400, "invalid_field", "name"]],
    ["a name of 101 characters", { name: "x".repeat(101) }, [400, "invalid_field", "name"]],
    [
      "a description of 201 characters",
      { name: "a", description: "x".repeat(201) },
      [400, "invalid_field", "description"],
    ],
    ["a field that no vault has", { name: "a", groups: [] }, [400, "invalid_field", "groups"]],
    ["a name that is taken (U10)", { name: "payments" }, [409, "already_exists", undefined]],
  ])("V2 refuses %s", async (_, body, expected) => {
    expect(refusalOf(await world.as("bob").call("POST", path, body))).toEqual(expected);
  });
});

describe("V4 changes a vault", () => {
  it("V4 changes what it is given, and the ETag", async () => {
    const { id, updated_at } = await make("old", { description: "stays" });
    await world.advance("2s");
    const response = await change(world.as("carol"), "PATCH", `${path}/${id}`, { name: "new" });
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({ name: "new", description: "stays", updated_by: "IBMid-550000CAROL" });
    expect(response.headers.get("etag")).not.toBe(updated_at);
  });

  it("V4 refuses a name that is taken, and accepts the vault's own", async () => {
    const { id } = await make("other");
    expect((await change(world.as("bob"), "PATCH", `${path}/${id}`, { name: "payments" })).status).toBe(409);
    expect((await change(world.as("bob"), "PATCH", `${path}/${id}`, { name: "other" })).status).toBe(200);
  });
});

describe("V5 deletes an empty vault (uko-v4.md 5, U19)", () => {
  const remove = (id: string) => change(world.as("bob"), "DELETE", `${path}/${id}`);

  it("V5 returns 204, and the vault is gone", async () => {
    const { id } = await make("short");
    expect((await remove(id)).status).toBe(204);
    expect((await world.as("bob").call("GET", `${path}/${id}`)).status).toBe(404);
  });

  it("V5 is refused while keys or keystores are in it", async () => {
    const response = await remove(vaultId);
    expect(response.status).toBe(409);
    expect(response.body.errors[0]?.message).toBe(
      "The service was not able to delete vault payments because it still contains some keys or keystores.",
    );
  });

  it("V5 is refused by a destroyed key that has not been removed", async () => {
    const { id } = await make("ending");
    const bob = world.as("carol");
    const vault = { id };
    const keystore = await connect(bob, "aws_kms", { vault, groups: ["cards"] });
    await makeTemplate(bob, {
      vault,
      name: "drafts",
      key: { size: "256", algorithm: "aes", activation_date: "P0D", expiration_date: "P1Y", state: "pre_activation" },
      keystores: [{ type: "aws_kms", group: "cards" }],
    });
    const key = (await bob.create({ vault, template_name: "drafts" })).body;
    await bob.step(key.id, "destroy");
    expect((await change(bob, "DELETE", `/api/v4/keystores/${keystore.id}`)).status).toBe(204);
    expect((await remove(id)).body.errors[0]?.message).toContain("some keys or keystores");
    await bob.remove(key.id);
    expect((await remove(id)).body.errors[0]?.message).toContain("unarchived templates");
  });

  it("V5 takes archived templates along, and is refused by others", async () => {
    const { id } = await make("templates");
    const template = await makeTemplate(world.as("bob"), { vault: { id } });
    expect((await remove(id)).status).toBe(409);
    await change(world.as("bob"), "POST", `/api/v4/templates/${template.id}/archive`);
    expect((await remove(id)).status).toBe(204);
    expect((await world.as("bob").call("GET", `/api/v4/templates/${template.id}`)).status).toBe(404);
  });
});
