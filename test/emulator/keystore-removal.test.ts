import { describe, expect, it } from "vitest";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import { awsFrankfurt, change, connect, payrollRing, refusalOf } from "./container-requests.ts";
import { type Body, stageFreshWorld, type TestResponse } from "./harness.ts";
import { purger } from "./kms-requests.ts";

const world = stageFreshWorld({ seed: { ...structuredClone(demoSeed), identities: [...demoSeed.identities, purger] } });

const one = (id: string): string => `/api/v4/keystores/${id}`;
const remove = (id: string, mode = "", as: "bob" | "carol" = "carol"): Promise<TestResponse> =>
  change(world.as(as), "DELETE", `${one(id)}${mode === "" ? "" : `?mode=${mode}`}`);
const keyNow = async (id: string): Promise<Body> => (await world.as("carol").key(id)).body;
const ringMessage = "Conflict: Key ring could not be deleted: Please see reasons for more details.";

describe("S5 deletes an internal keystore (uko-v4.md 5, U26)", () => {
  it("S5 takes the key ring with it when that is empty", async () => {
    const { id } = await connect(world.as("bob"), "internal");
    expect(world.emulator.world.rings.has("ring")).toBe(true);
    expect((await remove(id)).status).toBe(204);
    expect((await world.as("bob").call("GET", one(id))).status).toBe(404);
    expect(world.emulator.world.rings.has("ring")).toBe(false);
  });

  it("S5 is refused while keys are in use there", async () => {
    await world.keyIn("active");
    const response = await remove(payrollRing);
    expect(response.status).toBe(409);
    expect(response.body.errors[0]?.message).toBe(
      "The service was not able to delete keystore payroll-ring because it still contains some keys.",
    );
  });

  it("S5 is refused by what KMS still knows of destroyed keys: 90 days, though the key is removed from its vault", async () => {
    const key = await world.keyIn("destroyed");
    await world.as("carol").remove(key.id);
    const early = await remove(payrollRing);
    expect([early.status, early.body.errors[0]?.message]).toEqual([409, ringMessage]);
    await world.advance("58d");
    expect((await remove(payrollRing)).status).toBe(409);
    await world.advance("1d");
    expect((await remove(payrollRing)).status).toBe(204);
  });

  it("S5 is refused by a key that was restored in KMS, however long ago it was deleted", async () => {
    const key = await world.keyIn("pending");
    const backingKey = await world.backingKeyOf(key);
    await world.advance("1d");
    expect((await world.as("bob").kms("POST", `/keys/${backingKey.id}/restore`)).status).toBe(201);
    await world.advance("120d");
    expect((await remove(payrollRing)).status).toBe(409);
  });

  it("S5 is accepted once KMS has purged the destroyed keys", async () => {
    const key = await world.keyIn("pending");
    const backingKey = await world.backingKeyOf(key);
    await world.advance("4h");
    const purged = await world.as({ apiKey: "purger-key" }).kms("DELETE", `/keys/${backingKey.id}/purge`);
    expect(purged.status).toBe(204);
    expect((await remove(payrollRing)).status).toBe(204);
  });

  it.each(["disconnect", "deactivate", "destroy"])(
    "S5 with mode %s changes no key of a ring that is not empty",
    async (mode) => {
      const { id } = await world.keyIn("active");
      const response = await remove(payrollRing, mode);
      expect([response.status, response.body.errors[0]?.message]).toEqual([409, ringMessage]);
      expect((await keyNow(id)).state).toBe("active");
    },
  );

  it("S5 is not blocked by keys before their activation, which were never installed", async () => {
    const { id } = await world.keyIn("pre_activation");
    expect((await remove(payrollRing)).status).toBe(204);
    expect((await keyNow(id)).referenced_keystores).toEqual([]);
  });
});

describe("S5 disconnects an external keystore (uko-v4.md 5)", () => {
  it.each(["", "restrict"])("S5 with mode %j is refused while keys target it", async (mode) => {
    const { id } = await world.keyIn("deactivated", "cards");
    expect(refusalOf(await remove(awsFrankfurt, mode))).toEqual([409, "not_empty", undefined]);
    expect((await keyNow(id)).referenced_keystores).toHaveLength(1);
  });

  it("S5 is not blocked by destroyed keys, pending or not, nor by the group of a template", async () => {
    await world.keyIn("pending", "cards");
    expect((await remove(awsFrankfurt)).status).toBe(204);
  });

  it("S5 with mode disconnect leaves the keys' states alone", async () => {
    const { id, updated_at } = await world.keyIn("active", "cards");
    expect((await remove(awsFrankfurt, "disconnect")).status).toBe(204);
    expect(await keyNow(id)).toMatchObject({ state: "active", updated_at, status_in_keystores: [] });
  });

  it("S5 with mode deactivate needs the right to deactivate, and does it", async () => {
    const { id } = await world.keyIn("active", "cards");
    expect((await remove(awsFrankfurt, "deactivate", "bob")).status).toBe(403);
    expect((await keyNow(id)).state).toBe("active");
    expect((await remove(awsFrankfurt, "deactivate")).status).toBe(204);
    expect(await keyNow(id)).toMatchObject({ state: "deactivated", updated_by: "IBMid-550000CAROL" });
  });

  it("S5 with mode deactivate changes no key where one of them cannot be deactivated", async () => {
    const dublin = await connect(world.as("bob"), "aws_kms", { name: "aws-dublin", groups: ["cards"] });
    const inBoth = await world.keyIn("active", "cards");
    await world.control(`keystores/${dublin.id}`, { groups: ["other"] });
    await world.keyIn("active", "cards");
    await world.control(`keystores/${awsFrankfurt}`, { refuses: ["deactivate"] });
    expect((await remove(awsFrankfurt, "deactivate")).status).toBe(424);
    expect((await keyNow(inBoth.id)).state).toBe("active");
  });

  it("S5 with mode destroy obeys the rules of destroy: deactivated for more than 4 hours, or nothing happens", async () => {
    const cooled = await world.keyIn("deactivated", "cards");
    await world.advance("5h");
    const active = await world.keyIn("active", "cards");
    expect((await remove(awsFrankfurt, "destroy")).status).toBe(409);
    expect((await keyNow(cooled.id)).state).toBe("deactivated");
    await world.as("carol").step(active.id, "deactivate");
    expect(refusalOf(await remove(awsFrankfurt, "destroy"))[1]).toBe("recently_deactivated");
    await world.advance("5h");
    expect((await remove(awsFrankfurt, "destroy")).status).toBe(204);
    expect([(await keyNow(cooled.id)).state, (await keyNow(active.id)).state]).toEqual(["destroyed", "destroyed"]);
  });

  it("S5 refuses another mode", async () => {
    expect(refusalOf(await remove(awsFrankfurt, "force"))).toEqual([400, "invalid_parameter", "mode"]);
  });
});
