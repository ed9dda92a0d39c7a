import { describe, expect, it } from "vitest";
import { awsFrankfurt, payrollRing } from "./container-requests.ts";
import { type Body, stageFreshWorld } from "./harness.ts";

const world = stageFreshWorld();

const one = (id: string): string => `/api/v4/keystores/${id}`;

describe("S6 asks a keystore for its health (uko-v4.md 3.7)", () => {
  it.each([
    ["ok", "ok"],
    ["error", "not_responding"],
    ["unknown", "pending_check"],
  ])("S6 of a keystore that answers %s says %s", async (statusResponse, health) => {
    await world.control(`keystores/${awsFrankfurt}`, { statusResponse });
    const response = await world.as("erin").call("GET", `${one(awsFrankfurt)}/status`);
    expect([response.status, response.body.health_status]).toEqual([200, health]);
    expect(Object.keys(response.body)).toEqual(["health_status", "last_heartbeat", "message"]);
  });
});

describe("S7 lists the keys that are installed in a keystore (uko-v4.md 2.3)", () => {
  const states = async (query: string): Promise<readonly string[]> => {
    const { body } = await world.as("bob").call("GET", `${one(payrollRing)}/managed_keys?${query}`);
    return body.managed_keys.map((key) => key.state).toSorted();
  };

  it("S7 leaves out keys before activation and destroyed ones, and hides deactivated ones by default", async () => {
    for (const state of ["pre_activation", "active", "pending", "deactivated"]) await world.keyIn(state);
    await world.keyIn("active", "cards");
    expect(await states("")).toEqual(["active"]);
    expect(await states("state=pre_activation,active,deactivated,destroyed")).toEqual(["active", "deactivated"]);
    expect(await states("label=none")).toEqual([]);
  });

  it("S7 leaves out a key that a realign took from the keystore", async () => {
    const key = await world.keyIn("active");
    await world.control(`keystores/${payrollRing}`, { groups: ["other"] });
    expect(await states("")).toEqual(["active"]);
    await world.as("carol").step(key.id, "update_from_template");
    expect(await states("")).toEqual([]);
  });
});

describe("S8 lists the resources of all keys in a keystore (uko-v4.md 3.13)", () => {
  it("S8 names key and keystore of each", async () => {
    const keys = [await world.keyIn("active"), await world.keyIn("active")];
    for (const [index, key] of keys.entries()) {
      await world.control(`keys/${key.id}`, { addResource: { crn: `crn:v1:${index}`, name: `bucket ${index}` } });
    }
    const { body } = await world.as("erin").call("GET", `${one(payrollRing)}/associated_resources?limit=1`);
    expect(body.total_count).toBe(2);
    expect(body.associated_resources).toMatchObject([
      { name: "bucket 0", managed_key: { id: keys[0]?.id }, referenced_keystore: { id: payrollRing } },
    ]);
    const others = await world.as("erin").call("GET", `${one(awsFrankfurt)}/associated_resources`);
    expect(others.body.associated_resources as readonly Body[]).toEqual([]);
  });
});
