/** What the emulator answers, keeps and says if its file cannot take a change. */

import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { demoSeed } from "../../provider/emulator/demo-seed.ts";
import { startFromCommandLine } from "../../provider/emulator/start.ts";
import { auditOf, send, startCheckedWorld, startTestWorld, type TestWorld, vaultId } from "./harness.ts";
import { keyBody } from "./kms-requests.ts";

const databases = vi.hoisted(() => [] as DatabaseSync[]);
vi.mock("node:sqlite", async (original) => {
  const { DatabaseSync: Real } = await original<typeof import("node:sqlite")>();
  class Seen extends Real {
    constructor(file: string) {
      super(file);
      databases.push(this);
    }
  }
  return { DatabaseSync: Seen };
});

const folder = mkdtempSync(join(tmpdir(), "uko-full-"));
let files = 0;
const newFile = (): string => {
  files += 1;
  return join(folder, `${files}.db`);
};
let world: TestWorld;
afterEach(() => world?.close());
afterAll(() => rmSync(folder, { recursive: true }));

/** No page is left, as on a full disk; later there are. */
const limit = (pages: number) => databases.at(-1)?.exec(`pragma max_page_count = ${pages}`);
const fill = (): void => limit(1);
const free = (): void => limit(1_000_000);
/** Larger than what is left in the last page. */
const large = { description: "d".repeat(200), tags: [{ name: "a", value: "v".repeat(8_000) }] };
const snapshotOf = async () => JSON.parse((await send(`${world.url}/_emulator/snapshot`, "GET")).text);

describe("a write that a full disk refuses", () => {
  let file: string;
  beforeEach(async () => {
    file = newFile();
    world = await startTestWorld({
      file,
      // Stores the statuses of keys, too, so that a reset needs more than what is left in the last page.
      profile: "stale-status",
      seed: { ...demoSeed, clock: { start: "2026-11-24T12:00:00Z", frozen: true } },
    });
  });

  it("answers in the API's own envelope with the cause, and takes no effect", async () => {
    const { id } = await world.keyIn("active");
    const before = await snapshotOf();
    fill();
    const refused = await world.as("carol").create(large);
    expect(refused.status).toBe(500);
    expect(refused.body.errors[0]).toMatchObject({
      code: "emulated_storage_failed",
      message: expect.stringContaining("database or disk is full"),
    });
    expect((await world.as("carol").patch(id, large)).status).toBe(500);
    const kms = await world
      .as("bob")
      .kms("POST", "/keys", keyBody({ description: "d".repeat(240), tags: Array(30).fill("t".repeat(300)) }));
    expect([kms.status, kms.text]).toEqual([500, expect.stringContaining("database or disk is full")]);
    const { values, collections } = await snapshotOf();
    expect({ values, collections }).toEqual({ values: before.values, collections: before.collections });
    const [entry] = (await auditOf(world)).filter(({ code }) => code === "emulated_storage_failed");
    expect(entry).toMatchObject({ status: 500, effect: false });
    expect(entry?.after).toBeUndefined();
  });

  it("leaves the same world in memory as after a restart, and works again when there is room", async () => {
    const { id } = await world.keyIn("active");
    fill();
    expect((await world.as("carol").create(large)).status).toBe(500);
    free();
    expect((await world.as("carol").patch(id, { description: "now" })).status).toBe(200);
    const { values, collections, audit } = await snapshotOf();
    await world.close();
    world = await startTestWorld({ file });
    expect(await snapshotOf()).toMatchObject({ values, collections, audit });
  });

  it("does not stop reads, whose entries of the trail follow later", async () => {
    const { id } = await world.keyIn("active");
    fill();
    for (let round = 0; round < 60; round += 1) expect((await world.as("carol").key(id)).status).toBe(200);
    expect((await world.as("carol").create(large)).status).toBe(500);
    const reads = async () => (await auditOf(world)).filter(({ operation }) => operation === "K3").length;
    const seen = await reads();
    expect(seen).toBeGreaterThan(60);
    free();
    await world.as("carol").patch(id, { description: "now" });
    await world.close();
    world = await startTestWorld({ file });
    expect(await reads()).toBe(seen + 1);
  });

  it("is undone in the control API, too: edits, switches, a reset", async () => {
    const { id } = await world.keyIn("active");
    const before = await snapshotOf();
    fill();
    const edits = [
      ["reset", {}],
      [`keys/${id}`, { record: large }],
      ["faults", { operation: "V1", body: "b".repeat(20_000), status: 503 }],
    ] as const;
    for (const [path, body] of edits) {
      const response = await world.control(path, body);
      expect([path, response.status, response.body.error]).toEqual([
        path,
        500,
        expect.stringContaining("disk is full"),
      ]);
    }
    const { values, collections } = await snapshotOf();
    expect({ values, collections }).toEqual({ values: before.values, collections: before.collections });
    expect((await auditOf(world)).length).toBeGreaterThan(0);
  });

  it("whose file is gone says so, and is not acknowledged", async () => {
    rmSync(file);
    const response = await world.as("carol").create();
    expect([response.status, response.body.errors[0]?.message]).toEqual([
      500,
      expect.stringContaining(`${file} is gone`),
    ]);
  });
});

describe("a start", () => {
  it("names a database that is cut off", async () => {
    const file = newFile();
    world = await startTestWorld({ file });
    await world.keyIn("active");
    await world.close();
    truncateSync(file, readFileSync(file).length - 8_192);
    await expect(startTestWorld({ file })).rejects.toThrow(file);
  });

  it.each(["seed", "load"])("names a file of --%s that is missing or cut off", async (option) => {
    const file = join(folder, `${option}.json`);
    await expect(startFromCommandLine({ [option]: file })).rejects.toThrow(file);
    writeFileSync(file, '{ "instance": ');
    await expect(startFromCommandLine({ [option]: file })).rejects.toThrow(new RegExp(`${option}\\.json is not JSON`));
  });

  it("names a database whose folder is missing", async () => {
    const file = join(folder, "none", "world.db");
    await expect(startTestWorld({ file })).rejects.toThrow(file);
  });
});

describe("memory", () => {
  it("takes a snapshot of at most 32 MiB", async () => {
    world = await startCheckedWorld();
    const response = await send(`${world.url}/_emulator/snapshot`, "PUT", "x".repeat(32 * 1024 * 1024 + 1));
    expect([response.status, response.body.error]).toEqual([413, expect.stringContaining("32 MiB")]);
  });

  it("keeps as many entries of the trail as the switch auditEntries says, the newest", async () => {
    world = await startCheckedWorld({ file: newFile(), switches: { auditEntries: 20 } });
    for (let round = 0; round < 50; round += 1) await world.as("erin").call("GET", `/api/v4/vaults/${vaultId}`);
    const entries = await auditOf(world);
    expect(entries.length).toBeLessThanOrEqual(20);
    expect(entries.length).toBeGreaterThanOrEqual(10);
    expect(entries.at(-1)?.seq).toBeGreaterThan(50);
    expect((await snapshotOf()).audit).toEqual(entries);
  });

  it("answers a failure of the emulator itself in JSON, too", async () => {
    world = await startTestWorld();
    world.emulator.world.persist = () => {
      throw new Error("the unforeseen");
    };
    vi.spyOn(console, "error").mockImplementation(() => {});
    const response = await world.as("erin").call("GET", `/api/v4/vaults/${vaultId}`);
    expect([response.status, response.body.error]).toEqual([500, expect.stringContaining("the unforeseen")]);
  });
});
