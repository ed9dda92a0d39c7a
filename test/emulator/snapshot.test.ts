import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startEmulator, startFromCommandLine } from "../../provider/emulator/start.ts";
import type { AuditEntry } from "../../provider/emulator/store/audit.ts";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import { generateSeed, parseGeneratedSize } from "../../provider/emulator/store/generate.ts";
import type { Snapshot } from "../../provider/emulator/store/options.ts";
import { decode, encode } from "../../provider/emulator/store/stored-world.ts";
import { World } from "../../provider/emulator/store/world.ts";
import { auditOf, send, startTestWorld, type TestWorld } from "./harness.ts";

const open: { close(): Promise<void> }[] = [];
const start = async (...[options]: Parameters<typeof startTestWorld>): Promise<TestWorld> => {
  const world = await startTestWorld(options);
  open.push(world);
  return world;
};
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});
const textOf = async ({ url }: { readonly url: string }): Promise<string> =>
  (await send(`${url}/_emulator/snapshot`, "GET")).text;
const take = async (world: TestWorld): Promise<Snapshot> => JSON.parse(await textOf(world));
const frozen = { ...demoSeed, clock: { start: "2026-11-24T12:00:00Z", frozen: true } };

describe("a snapshot as the seed", () => {
  it("is the same world and behaves alike from then on", async () => {
    const one = await start({ seed: frozen, profile: "stale-status" });
    const { id } = await one.keyIn("pending");
    const other = await start({ seed: await take(one) });
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

  it("has switches, faults with their counts, edited keystores and the audit trail", async () => {
    const first = await start({ seed: frozen });
    await first.control("switches", { coolDownHours: 9 });
    await first.control("faults", { operation: "listVaults", status: 503, times: 2 });
    expect((await first.as("alice").call("GET", "/api/v4/vaults")).status).toBe(503);
    await first.control("keystores/aws-frankfurt", { refuses: ["destroy"] });
    const before = await take(first);
    const second = await start({ seed: before });
    expect(await take(second)).toEqual(before);
    const listed = async (): Promise<number> => (await second.as("alice").call("GET", "/api/v4/vaults")).status;
    expect([await listed(), await listed()]).toEqual([503, 200]);
    expect((await auditOf(second)).map(({ seq }) => seq)).toEqual((await auditOf(second)).map((_, index) => index + 1));
  });

  it("brings a running clock back to where it was", async () => {
    const one = await start();
    await one.control("clock", { set: "2030-01-01T00:00:00Z" });
    const other = await start({ seed: await take(one) });
    expect(new Date(other.emulator.world.clock.nowMs()).toISOString()).toMatch(/^2030-01-01T00:00:0/);
  });

  it("is what a reset returns to", async () => {
    const one = await start({ seed: frozen });
    await one.keyIn("deactivated");
    const before = await take(one);
    const other = await start({ seed: before });
    await other.keyIn("destroyed");
    await other.control("switches", { coolDownHours: 9 });
    await other.control("reset", {});
    expect(await take(other)).toEqual(before);
  });

  it("has a profile and switches of its own", async () => {
    const seed = await take(await start());
    for (const more of [{ profile: "zos" }, { switches: { coolDownHours: 5 } }]) {
      await expect(startTestWorld({ seed, ...more })).rejects.toThrow(/a profile and switches of its own/);
    }
  });

  it.each([
    ["of another version", (own: Snapshot) => ({ ...own, version: 99 }), /another version of the emulator/i],
    ["of no date", (own: Snapshot) => ({ ...own, takenAt: "soon" }), /not valid[\s\S]*ISO datetime/],
    [
      "without its clock",
      (own: Snapshot) => ({ ...own, values: { ...(own.values as object), clock: undefined } }),
      /lacks clock/,
    ],
    [
      "with keys that are not keys",
      (own: Snapshot) => ({ ...own, collections: { ...(own.collections as object), keys: [["x", {}]] } }),
      /not valid/,
    ],
  ])("is refused if it is %s", async (_, change, message) => {
    const seed = JSON.parse(JSON.stringify(change(await take(await start({ seed: frozen })))));
    await expect(startTestWorld({ seed })).rejects.toThrow(message);
  });

  it("has every Map and Set of the world", async () => {
    const { collectionNames, valueNames } = await import("../../provider/emulator/store/world.ts");
    const { world } = (await start()).emulator;
    const kept: readonly string[] = [...collectionNames, ...valueNames];
    const others = ["origin", "baseUrl", "switches", "clock", "audit", "faults"];
    expect(world).toBeInstanceOf(World);
    expect(Object.keys(world).filter((name) => !kept.includes(name) && !others.includes(name))).toEqual([]);
  });

  it("of 5,600 keys is read back from its file", async () => {
    const large = await startEmulator({ seed: generateSeed(parseGeneratedSize("keys=5600,vaults=12,kms=600")) });
    open.push(large);
    // A world in use has a long trail: with it, the snapshot has twice the size that a request could ever have.
    const entry = { ...large.world.audit.since(0)[0], query: "?".repeat(900) } as AuditEntry;
    for (let count = 0; count < 60_000; count += 1) large.world.audit.append(entry);
    const folder = mkdtempSync(join(tmpdir(), "uko-snapshot-"));
    const file = join(folder, "snapshot.json");
    writeFileSync(file, await textOf(large));
    expect(statSync(file).size).toBeGreaterThan(64 * 1_048_576);
    const again = await startFromCommandLine({ seed: file });
    open.push(again);
    rmSync(folder, { recursive: true });
    expect([again.world.keys.size, again.world.kmsKeys.size]).toEqual([
      large.world.keys.size,
      large.world.kmsKeys.size,
    ]);
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
