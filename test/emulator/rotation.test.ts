import { describe, expect, it } from "vitest";
import { connect, keyProperties, type keystoreBodies, makeTemplate } from "./container-requests.ts";
import { type Body, stageFreshWorld } from "./harness.ts";

const world = stageFreshWorld();

type Type = keyof typeof keystoreBodies;

async function keyOn(type: Type, algorithm: "aes" | "rsa" = "aes", deactivates = false): Promise<Body> {
  const carol = world.as("carol");
  const keystore = await connect(carol, type, { groups: ["apps"] });
  const size = algorithm === "rsa" ? "2048" : "256";
  await makeTemplate(carol, {
    name: "apps",
    key: { ...keyProperties, algorithm, size, deactivate_on_rotation: deactivates },
    keystores: [{ group: "apps", type: keystore.type }],
  });
  return (await carol.create({ template_name: "apps" })).body;
}

async function versionsOf(id: string): Promise<readonly string[]> {
  const { body } = await world.as("carol").call("GET", `/api/v4/managed_keys/${id}/versions`);
  return body.managed_keys.map((version) => version.state);
}

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
    expect(await versionsOf(key.id)).toEqual(["destroyed", "destroyed"]);
  });
});

describe("K9 leaves the older version in a state of its own (uko-v4.md 4.6)", () => {
  it.each([
    ["aws_kms", "aes", false, "active"],
    ["azure_key_vault", "rsa", false, "active"],
    ["google_kms", "rsa", false, "active"],
    ["google_kms", "aes", false, "deactivated"],
    ["internal", "aes", false, "deactivated"],
    ["hpcs", "aes", false, "deactivated"],
    ["key_protect", "aes", false, "deactivated"],
    ["aws_kms", "aes", true, "deactivated"],
    ["azure_key_vault", "rsa", true, "deactivated"],
  ] as const)("K9 in %s with %s, deactivate_on_rotation %s: %s", async (type, algorithm, deactivates, older) => {
    const { id } = await keyOn(type, algorithm, deactivates);
    expect((await world.as("carol").step(id, "rotate")).status).toBe(200);
    expect(await versionsOf(id)).toEqual(["active", older]);
  });

  it.each([
    ["aws_kms", "aes", /^arn:aws:kms:eu-west-1:\d+:key\/[-0-9a-f]{36}$/],
    ["google_kms", "aes", /^projects\/project-1\/locations\/europe-west3\/keyRings\/ring\/.*\/cryptoKeyVersions\/\d$/],
    ["azure_key_vault", "rsa", /^[-0-9a-f]{36}\/[-0-9a-f]{36}$/],
    ["hpcs", "aes", /^instance-1\/[-0-9a-f]{36}$/],
  ] as const)("K9 changes the key's id in %s, in that keystore's form (3.4)", async (type, algorithm, form) => {
    const key = await keyOn(type, algorithm);
    const rotated = (await world.as("carol").step(key.id, "rotate")).body;
    const [before, after] = [key, rotated].map((shown) => shown.status_in_keystores[0]?.key_id_in_keystore ?? "");
    expect(before).toMatch(form);
    expect(after).toMatch(form);
    expect(after).not.toBe(before);
    if (type === "google_kms") expect(after).toBe(before?.replace(/1$/, "2"));
    if (type === "azure_key_vault") expect(after?.split("/")[0]).toBe(before?.split("/")[0]);
  });

  it("K7 and K6 take versions along that were active, and no other", async () => {
    const { id } = await keyOn("aws_kms");
    await world.as("carol").step(id, "rotate");
    await world.as("carol").step(id, "deactivate");
    expect(await versionsOf(id)).toEqual(["deactivated", "deactivated"]);
    await world.as("carol").step(id, "activate");
    expect(await versionsOf(id)).toEqual(["active", "active"]);
    await world.emulator.world.reset();
    const ibm = await keyOn("hpcs");
    await world.as("carol").step(ibm.id, "rotate");
    await world.as("carol").step(ibm.id, "deactivate");
    await world.as("carol").step(ibm.id, "activate");
    expect(await versionsOf(ibm.id)).toEqual(["active", "deactivated"]);
  });
});
