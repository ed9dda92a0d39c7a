import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { demoSeed } from "../../provider/emulator/demo-seed.ts";
import { storedVersion } from "../../provider/emulator/stored-world.ts";
import { World } from "../../provider/emulator/world.ts";
import { compileCache } from "../support/child-env.ts";
import { isWhole, tier } from "../support/tier.ts";
import { auditOf, send, startCheckedWorld, type TestResponse, type TestWorld } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "uko-store-"));
let files = 0;
const newFile = (): string => {
  files += 1;
  return join(folder, `${files}.db`);
};
const open: TestWorld[] = [];
const start = async (...[options]: Parameters<typeof startCheckedWorld>): Promise<TestWorld> => {
  const world = await startCheckedWorld(options);
  open.push(world);
  return world;
};
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const frozen = { ...demoSeed, clock: { start: "2026-11-24T12:00:00Z", frozen: true } };
const snapshotOf = async (world: TestWorld): Promise<Record<string, unknown>> =>
  JSON.parse((await send(`${world.url}/_emulator/snapshot`, "GET")).text);

describe("a file", () => {
  it("has everything after a restart: keys, backing keys, clock, switches, faults with their counts, audit trail", async () => {
    const file = newFile();
    const first = await start({ file, seed: frozen });
    await first.keyIn("pending");
    await first.control("switches", { coolDownHours: 9 });
    await first.control("faults", { operation: "V1", status: 503, times: 2 });
    expect((await first.as("alice").call("GET", "/api/v4/vaults")).status).toBe(503);
    await first.control("keystores/aws-frankfurt", { refuses: ["destroy"] });
    const before = await snapshotOf(first);
    await first.close();

    const second = await start({ file });
    expect(await snapshotOf(second)).toEqual(before);
    const listed = async (): Promise<number> => (await second.as("alice").call("GET", "/api/v4/vaults")).status;
    expect([await listed(), await listed()]).toEqual([503, 200]);
    expect((await auditOf(second)).map(({ seq }) => seq)).toEqual((await auditOf(second)).map((_, index) => index + 1));
  });

  it("continues the sequence of IDs", async () => {
    const file = newFile();
    const first = await start({ file });
    const one = await first.as("bob").create({ label: "one" });
    await first.close();
    const two = await (await start({ file })).as("bob").create({ label: "two" });
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(two.body.id).not.toBe(one.body.id);
  });

  it("loses nothing that was removed or reset", async () => {
    const file = newFile();
    const first = await start({ file, seed: demoSeed });
    const { id } = await first.keyIn("destroyed");
    await first.as("bob").remove(id);
    await first.close();
    const second = await start({ file });
    expect((await second.as("bob").key(id)).status).toBe(404);
    await second.as("bob").create();
    await second.control("reset", {});
    await second.close();
    const third = await start({ file });
    expect((await snapshotOf(third)).audit).toEqual([]);
    expect((await third.as("bob").call("GET", "/api/v4/managed_keys")).body.total_count).toBe(0);
  });

  it.each([
    ["another seed", { seed: frozen }],
    ["another profile", { profile: "stale-status" }],
    ["other switches", { switches: { coolDownHours: 5 } }],
    ["a snapshot", { snapshot: "own" }],
  ])("refuses %s than its own, and says the way on", async (_, other) => {
    const file = newFile();
    const world = await start({ file, seed: demoSeed, profile: "tags-dropped" });
    const options = "snapshot" in other ? { snapshot: await snapshotOf(world) } : other;
    await world.close();
    await expect(startCheckedWorld({ file, ...options })).rejects.toThrow(
      /Leave the option out to continue with the file, or use/,
    );
    await start({ file, seed: demoSeed, profile: "tags-dropped" });
  });

  it("refuses a second process, a file of another program, and one that is not a database", async () => {
    const file = newFile();
    await start({ file });
    await expect(startCheckedWorld({ file })).rejects.toThrow(/in use by another emulator/);
    const foreign = newFile();
    const database = new DatabaseSync(foreign);
    database.exec("create table mine (x)");
    database.close();
    await expect(startCheckedWorld({ file: foreign })).rejects.toThrow(/is not a file of the emulator/);
    const text = newFile();
    writeFileSync(text, "not a database at all".repeat(100));
    await expect(startCheckedWorld({ file: text })).rejects.toThrow(/is not a file of the emulator/);
  });

  it("needs SQLite only if a file is given", async () => {
    const script = `
      const { registerHooks } = await import("node:module");
      registerHooks({ resolve: (name, context, next) => { if (/sqlite/.test(name)) throw new Error("loaded"); return next(name, context); } });
      const { startEmulator } = await import(${JSON.stringify(new URL("../../provider/emulator/start.ts", import.meta.url).href)});
      await (await startEmulator()).close();
      await startEmulator({ file: ":memory:" }).catch((error) => console.log(error.message));
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    expect(line).toBe("loaded");
  });
});

describe("versions", () => {
  it("a file of another version is refused, and stays unchanged", async () => {
    const file = newFile();
    await (await start({ file })).close();
    for (const version of [storedVersion - 1, 99]) {
      const database = new DatabaseSync(file);
      database.exec(`pragma user_version = ${version}`);
      database.close();
      await expect(startCheckedWorld({ file })).rejects.toThrow(
        `Another version of the emulator wrote this world: it has version ${version}, and this emulator reads version ${storedVersion}`,
      );
      const after = new DatabaseSync(file);
      expect(after.prepare("pragma user_version").get()).toEqual({ user_version: version });
      after.close();
    }
  });

  it("every Map and Set of the world is stored", async () => {
    const { collectionNames, valueNames } = await import("../../provider/emulator/world.ts");
    const world = (await start()).emulator.world;
    const kept: readonly string[] = [...collectionNames, ...valueNames];
    const others = ["origin", "baseUrl", "persist", "undo", "switches", "clock", "audit", "faults"];
    expect(world).toBeInstanceOf(World);
    expect(Object.keys(world).filter((name) => !kept.includes(name) && !others.includes(name))).toEqual([]);
  });
});

describe("a process that is killed under load", () => {
  const rounds = isWhole ? 50 : tier === "quick" ? 3 : 10;
  /** A busy machine takes 2.5 s for a round that takes an idle one half a second. */
  const limitMs = Math.ceil(rounds / 10) * 120_000;
  const script = new URL("../../provider/emulator/main.ts", import.meta.url).pathname;
  const startMs = Date.parse(frozen.clock.start);

  /** The responses that the writers received. The write in progress when the process died may be stored or not. */
  interface Promised {
    id: string | undefined;
    state: string;
    description: string;
    next: { readonly state?: string; readonly description?: string };
  }

  interface Kept {
    readonly values: { readonly clock: { readonly frozenAtMs: number } };
    readonly collections: { readonly keys: readonly (readonly [string, KeptKey])[] };
    readonly audit: readonly KeptAudit[];
  }
  interface KeptKey {
    readonly label: string;
    readonly state: string;
    readonly description: string;
  }
  interface KeptAudit {
    readonly seq: number;
    readonly keyId?: string;
    readonly operation: string;
    readonly effect: boolean;
    readonly after?: { readonly state: string; readonly description: string };
  }

  let running: ChildProcess | undefined;
  afterEach(() => running?.kill("SIGKILL"));

  async function launch(file: string, seedFile: string) {
    const child = spawn(process.execPath, [script, "--json", "--file", file, "--seed", seedFile], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    });
    running = child;
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    return { child, url: (JSON.parse(line) as { url: string }).url };
  }

  async function writeUntilKilled(url: string, name: string, promised: Map<string, Promised>): Promise<void> {
    const form = new URLSearchParams({
      grant_type: "urn:ibm:params:oauth:grant-type:apikey",
      apikey: "carol-demo-key",
    });
    const { access_token: token } = (
      await send(`${url}/identity/token`, "POST", form.toString(), {
        "content-type": "application/x-www-form-urlencoded",
      })
    ).body;
    const authorization = `Bearer ${String(token)}`;
    const keys = `${url}/api/v4/managed_keys`;
    for (let round = 0; ; round += 1) {
      const label = `${name} ${round}`;
      const key: Promised = {
        id: undefined,
        state: "",
        description: "",
        next: { state: "active", description: "new" },
      };
      promised.set(label, key);
      const noted = (response: TestResponse, status: number): string => {
        expect(response.status).toBe(status);
        Object.assign(key, key.next, { next: {} });
        return response.headers.get("etag") ?? "";
      };
      const fields = { template_name: "payroll", vault: { id: "5c1e0000-0000-4000-8000-000000000001" }, label };
      const created = await send(keys, "POST", { ...fields, description: "new" }, { authorization });
      let etag = noted(created, 201);
      key.id = created.body.id;
      key.next = { description: "changed" };
      const match = (): Record<string, string> => ({ authorization, "if-match": etag });
      etag = noted(await send(`${keys}/${key.id}`, "PATCH", key.next, match()), 200);
      key.next = { state: "deactivated" };
      noted(await send(`${keys}/${key.id}/deactivate`, "POST", undefined, match()), 200);
    }
  }

  function expectWhole({ values, collections, audit }: Kept, promised: ReadonlyMap<string, Promised>): void {
    const keys = new Map(collections.keys);
    const byLabel = new Map(collections.keys.map(([, key]) => [key.label, key]));
    expect(byLabel.size).toBe(keys.size);
    for (const [label, { id, state, description, next }] of promised) {
      const key = byLabel.get(label);
      if (id === undefined && key === undefined) continue;
      expect([state, next.state ?? state]).toContain(key?.state);
      expect([description, next.description ?? description]).toContain(key?.description);
    }
    const writes = audit.filter(({ effect }) => effect);
    expect(audit.map(({ seq }) => seq)).toEqual(audit.map((_, index) => index + 1));
    // A frozen clock ticks once with each write, so clock, trail and keys are all of the same moment or the sum is wrong.
    expect(values.clock.frozenAtMs).toBe(startMs + writes.length * 1_000);
    const last = new Map(writes.map((record) => [record.keyId, record.after]));
    expect([...last.keys()].toSorted()).toEqual([...keys.keys()].toSorted());
    for (const [id, key] of keys)
      expect(last.get(id)).toMatchObject({ state: key.state, description: key.description });
  }

  it(`has all that it answered and nothing by halves, ${rounds} times over`, { timeout: limitMs }, async () => {
    const file = newFile();
    const seedFile = join(folder, "seed.json");
    writeFileSync(seedFile, JSON.stringify(frozen));
    const promised = new Map<string, Promised>();
    const made = (): number => [...promised.values()].filter(({ id }) => id !== undefined).length;
    for (let round = 0; round <= rounds; round += 1) {
      const { child, url } = await launch(file, seedFile);
      expectWhole(JSON.parse((await send(`${url}/_emulator/snapshot`, "GET")).text) as Kept, promised);
      const before = made();
      const writers = ["a", "b", "c", "d"].map((name) =>
        writeUntilKilled(url, `${round} ${name}`, promised).catch((error: unknown) => {
          if (!(error instanceof TypeError)) throw error;
        }),
      );
      await expect.poll(made, { interval: 5, timeout: 20_000 }).toBeGreaterThan(before);
      // Real time, and a different moment of the load in each round.
      await new Promise((resolve) => setTimeout(resolve, (round * 37) % 140));
      child.kill("SIGKILL");
      await Promise.all([once(child, "exit"), ...writers]);
    }
  });
});
