import { beforeAll, describe, expect, it } from "vitest";
import { type Body, stageWorld, startTestWorld, vaultId } from "./harness.ts";

const world = stageWorld();

describe("a request about one key", () => {
  let key: Body;
  beforeAll(async () => {
    key = await world.keyIn("active", "payroll");
    const { keys, kmsKeys } = world.emulator.world;
    for (const collection of [keys, kmsKeys]) {
      const refuse = (): never => {
        throw new Error("A request about one key read all of them.");
      };
      Object.assign(collection, { values: refuse, entries: refuse, forEach: refuse, keys: refuse });
      Object.defineProperty(collection, Symbol.iterator, { value: refuse });
    }
  });

  it("reads no other key: reads, changes, steps, rotation, KMS, and its container", async () => {
    const carol = world.as("carol");
    const bob = world.as("bob");
    const { id } = key;
    const backingKey = key.status_in_keystores[0]?.key_id_in_keystore?.split("/")[1] ?? "";
    expect((await carol.key(id)).status).toBe(200);
    expect((await carol.call("GET", `/api/v4/managed_keys/${id}/status_in_keystores`)).status).toBe(200);
    expect((await carol.call("GET", `/api/v4/managed_keys/${id}/versions`)).status).toBe(200);
    expect((await carol.call("GET", `/api/v4/managed_keys/${id}/associated_resources`)).status).toBe(200);
    expect((await carol.call("GET", "/api/v4/templates")).status).toBe(200);
    expect((await carol.call("GET", `/api/v4/vaults/${vaultId}`)).status).toBe(200);
    expect((await carol.patch(id, { label: "renamed" })).status).toBe(200);
    expect((await bob.kms("GET", `/keys/${backingKey}/metadata`)).status).toBe(200);
    expect((await bob.kms("GET", "/keys/no-such-alias/metadata")).status).toBe(404);
    for (const action of ["rotate", "sync_status_in_keystores", "deactivate"]) {
      expect((await carol.step(id, action)).status).toBe(200);
    }
    await world.advance("5h");
    expect((await carol.step(id, "destroy")).status).toBe(200);
    await world.advance("31d");
    expect((await carol.remove(id)).status).toBe(204);
  });
});

describe("an index", () => {
  it("finds objects by what they are now", async () => {
    const fresh = await startTestWorld();
    const carol = fresh.as("carol");
    const { id } = (await carol.create({ label: "first" })).body;
    await carol.patch(id, { label: "second" });
    expect((await carol.create({ label: "second" })).status).toBe(409);
    expect((await carol.create({ label: "first" })).status).toBe(201);
    const backingKey = (await fresh.backingKeyOf((await carol.key(id)).body)).id;
    const bob = fresh.as("bob");
    await bob.kms("POST", `/keys/${backingKey}/aliases/one`);
    expect((await bob.kms("GET", "/keys/one/metadata")).status).toBe(200);
    await bob.kms("DELETE", `/keys/${backingKey}/aliases/one`);
    expect((await bob.kms("GET", "/keys/one/metadata")).status).toBe(404);
    await fresh.close();
  });
});
