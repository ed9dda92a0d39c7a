import { afterEach, describe, expect, it } from "vitest";
import { demoSeed } from "../../provider/emulator/demo-seed.ts";
import { decode, encode } from "../../provider/emulator/stored-world.ts";
import { send, startCheckedWorld, type TestWorld } from "./harness.ts";

const open: TestWorld[] = [];
const start = async (...[options]: Parameters<typeof startCheckedWorld>): Promise<TestWorld> => {
  const world = await startCheckedWorld(options);
  open.push(world);
  return world;
};
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});
const take = async (world: TestWorld): Promise<Record<string, unknown>> =>
  JSON.parse((await send(`${world.url}/_emulator/snapshot`, "GET")).text);
const load = (world: TestWorld, snapshot: unknown) => send(`${world.url}/_emulator/snapshot`, "PUT", snapshot);
const frozen = { ...demoSeed, clock: { start: "2026-11-24T12:00:00Z", frozen: true } };

describe("a snapshot", () => {
  it("loaded into another emulator, is the same world and behaves alike from then on", async () => {
    const one = await start({ seed: frozen, profile: "stale-status" });
    const { id } = await one.keyIn("pending");
    const other = await start();
    await other.keyIn("active");
    expect((await load(other, await take(one))).status).toBe(204);
    expect(await take(other)).toEqual(await take(one));
    const end = async (world: TestWorld): Promise<unknown> => {
      const early = (await world.as("bob").remove(id)).status;
      await world.advance("31d");
      await world.as("bob").call("GET", `/api/v4/managed_keys/${id}/status_in_keystores`);
      const late = (await world.as("bob").remove(id)).status;
      const created = (await world.as("bob").create({ label: "after" })).body.id;
      return { early, late, created, now: world.emulator.world.clock.nowMs() };
    };
    const ended = await end(one);
    expect(ended).toMatchObject({ early: 409, late: 204 });
    expect(await end(other)).toEqual(ended);
  });

  it("begins a world at the start, and brings a running clock back to where it was", async () => {
    const one = await start();
    await one.control("clock", { set: "2030-01-01T00:00:00Z" });
    const snapshot = await take(one);
    await one.advance("90d");
    await load(one, snapshot);
    expect(new Date(one.emulator.world.clock.nowMs()).toISOString()).toMatch(/^2030-01-01T00:00:0/);
    const other = await start({ snapshot });
    expect((await take(other)).collections).toEqual(snapshot.collections);
    await expect(startCheckedWorld({ snapshot, profile: "zos" })).rejects.toThrow(/a seed, a profile or switches/);
  });

  it.each([
    ["something else", () => ({ keys: [] }), /not a snapshot of the emulator/],
    ["of another version", (own: object) => ({ ...own, version: 99 }), /another version of the emulator/i],
    [
      "a record without its clock",
      (own: { values: object }) => ({ ...own, values: { ...own.values, clock: undefined } }),
      /lacks clock/,
    ],
    [
      "keys that are none",
      (own: { collections: object }) => ({ ...own, collections: { ...own.collections, keys: [["x", {}]] } }),
      /not loaded/,
    ],
  ])("is refused where it is %s, and nothing changes", async (_, change, message) => {
    const world = await start({ seed: frozen });
    await world.keyIn("deactivated");
    const before = await take(world);
    const response = await load(world, change(before as never));
    expect([response.status, response.text]).toEqual([400, expect.stringMatching(message)]);
    expect(await take(world)).toEqual(before);
  });
});

it("the codec gives back Maps, Sets and objects that look like its marks", () => {
  const value = {
    set: new Set(["a", "b"]),
    map: new Map([["k", new Set([1])]]),
    marks: [{ $set: [1] }, { $map: "no" }, { $object: [] }, { $set: [], more: 1 }],
    nothing: null,
  };
  expect(decode(JSON.parse(JSON.stringify(encode(value))))).toEqual(value);
  expect(encode({ gone: undefined })).toEqual({});
});
