import { beforeEach, describe, expect, it } from "vitest";
import { type Body, stageFreshWorld, startTestWorld } from "./harness.ts";

const world = stageFreshWorld();
beforeEach(async () => {
  await world.control("clock", { set: "2026-11-24T12:00:00Z", freeze: true });
});

const setClock = (time: string) => world.control("clock", { set: time });

/** A key deactivated at exactly 12:00:30. */
async function deactivatedKey(template: "payroll" | "cards" = "cards"): Promise<Body> {
  const key = await world.keyIn("active", template);
  await setClock("2026-11-24T12:00:30Z");
  return (await world.as("alice").step(key.id, "deactivate")).body;
}

describe("K8 keeps the 4-hour rule (uko-v4.md 4.5, U7)", () => {
  it.each([
    ["2026-11-24T16:00:29.999Z", 409],
    ["2026-11-24T16:00:30.000Z", 409],
    ["2026-11-24T16:00:30.001Z", 200],
  ])("at %s destroy answers %i", async (time, status) => {
    const key = await deactivatedKey();
    await setClock(time);
    const response = await world.as("bob").step(key.id, "destroy");
    expect(response.status).toBe(status);
    if (status === 409) expect(response.body.errors[0]?.code).toBe("recently_deactivated");
  });

  it("K7 starts it again with a new deactivation", async () => {
    const key = await deactivatedKey();
    await world.advance("3h");
    await world.as("alice").step(key.id, "activate");
    await world.as("alice").step(key.id, "deactivate");
    await world.advance("3h");
    expect((await world.as("bob").step(key.id, "destroy")).status).toBe(409);
  });
});

describe("K8 and K5 know pending destruction (4.4)", () => {
  it.each([
    ["cards", "PT168H", "2026-12-01T17:00:00.000+00:00", "2026-12-01T16:59:59.999Z", "2026-12-01T17:00:00Z"],
    ["payroll", "PT720H", "2026-12-24T17:00:00.000+00:00", "2026-12-24T16:59:59.999Z", "2026-12-24T17:00:00Z"],
  ] as const)(
    "template %s keeps material for %s and may be removed after it",
    async (template, duration, at, lastMoment, end) => {
      const key = await deactivatedKey(template);
      await setClock("2026-11-24T17:00:00Z");
      const destroyed = await world.as("bob").step(key.id, "destroy");
      expect(destroyed.body).toMatchObject({
        state: "destroyed",
        key_material_present: ["keystores"],
        status_in_keystores: [
          { status: "pending_destruction", destruction_policy_duration: duration, destruction_at: at },
        ],
      });
      await setClock(lastMoment);
      expect((await world.as("bob").remove(key.id)).body.errors[0]?.code).toBe("pending_destruction");
      await setClock(end);
      expect((await world.as("bob").key(key.id)).body).toMatchObject({
        key_material_present: [],
        status_in_keystores: [{ status: "not_present" }],
      });
      expect((await world.as("bob").remove(key.id)).status).toBe(204);
    },
  );

  it("is skipped for a key that was never installed (U27)", async () => {
    const key = await world.keyIn("pre_activation");
    expect((await world.as("bob").step(key.id, "destroy")).status).toBe(200);
    expect((await world.as("bob").remove(key.id)).status).toBe(204);
  });

  it("can be changed per keystore", async () => {
    await world.control("keystores/aws-frankfurt", { pendingDays: 30 });
    const key = await deactivatedKey();
    await world.advance("5h");
    const { body } = await world.as("bob").step(key.id, "destroy");
    expect(body.status_in_keystores[0]?.destruction_policy_duration).toBe("PT720H");
  });
});

describe("refusals of a destroy", () => {
  it("a retention policy refuses K8, not K7 (U29)", async () => {
    const active = await world.keyIn("active");
    await world.control(`keys/${active.id}`, { addResource: { crn: "crn:a", preventKeyDeletion: true } });
    expect((await world.as("alice").step(active.id, "deactivate")).status).toBe(200);
    await world.advance("5h");
    expect((await world.as("bob").step(active.id, "destroy")).body.errors[0]?.code).toBe("retention_policy");
    await world.control(`keys/${active.id}`, { removeResource: "crn:a" });
    expect((await world.as("bob").step(active.id, "destroy")).status).toBe(200);
  });

  it("resources without a retention policy do not (5)", async () => {
    const key = await deactivatedKey("payroll");
    await world.control(`keys/${key.id}`, { addResource: { crn: "crn:a" } });
    await world.advance("5h");
    expect((await world.as("bob").step(key.id, "destroy")).status).toBe(200);
  });

  it("the only keystore refusing makes it 424 and changes nothing (U15)", async () => {
    const key = await deactivatedKey();
    await world.advance("5h");
    await world.control("keystores/aws-frankfurt", { refuses: ["destroy"] });
    expect((await world.as("bob").step(key.id, "destroy")).status).toBe(424);
    expect((await world.as("bob").key(key.id)).body).toMatchObject({
      state: "deactivated",
      updated_at: key.updated_at,
    });
  });

  it("one of two keystores refusing leaves the key out of sync there, until a sync succeeds (U15)", async () => {
    const seed = structuredClone(world.emulator.world.seed);
    const aws = seed.keystores.find((keystore) => keystore.type === "aws_kms");
    if (aws === undefined) throw new Error("The demo world has an AWS keystore.");
    seed.keystores.push({
      ...aws,
      id: "ce110000-0000-4000-8000-000000000003",
      name: "aws-dublin",
      refuses: ["destroy"],
    });
    const two = await startTestWorld({ seed });
    const { id } = await two.keyIn("deactivated", "cards");
    await two.advance("5h");
    const destroyed = (await two.as("bob").step(id, "destroy")).body;
    expect(destroyed.state).toBe("destroyed");
    expect(destroyed.status_in_keystores).toMatchObject([
      { status: "pending_destruction", keystore_sync_flag: "ok" },
      {
        status: "not_active",
        keystore_sync_flag: "out_of_sync",
        keystore_sync_flag_detail: "destroyed_key_is_present_in_keystore",
      },
    ]);
    await two.control("keystores/aws-dublin", { refuses: [] });
    const synced = await two.as("carol").step(id, "sync_status_in_keystores");
    expect(synced.body.status_in_keystores[1]?.status).toBe("pending_destruction");
    await two.close();
  });

  it("material back after a restore at the provider shows as present, and U6 lets the record go", async () => {
    const key = await world.keyIn("destroyed", "cards");
    await world.control(`keys/${key.id}`, { material: "disabled" });
    const { body } = await world.as("bob").key(key.id);
    expect(body.status_in_keystores[0]).toMatchObject({
      status: "not_active",
      keystore_sync_flag_detail: "destroyed_key_is_present_in_keystore",
    });
    expect((await world.as("bob").remove(key.id)).status).toBe(204);
  });

  it.each([
    ["error", "error", "connection_error"],
    ["unknown", "unknown", "unknown"],
  ])("a keystore that answers %s is shown so", async (statusResponse, status, detail) => {
    const key = await world.keyIn("active", "cards");
    await world.control("keystores/aws-frankfurt", { statusResponse });
    expect((await world.as("bob").key(key.id)).body.status_in_keystores[0]).toMatchObject({
      status,
      keystore_sync_flag_detail: detail,
    });
  });
});
