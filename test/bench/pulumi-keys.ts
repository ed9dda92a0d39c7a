/** The bench of Pulumi's two interfaces: many keys from their creation to their end. */

import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { installPlugins } from "../stage/language-setup.ts";
import { LocalUko } from "../stage/local-uko.ts";
import { type PulumiPerson, PulumiWorkspace } from "../stage/pulumi.ts";
import { buildNull } from "./build-null.ts";
import { deleteKeys, floorOf } from "./keys-run.ts";
import { expectExit, measure, runLimitMs, total } from "./measure.ts";
import { refusing, type StoredKey, storing } from "./null-state.ts";
import { type BenchInterface, keysProgram, nullProgram } from "./program.ts";
import { type BenchRow, type BenchSize, type Floor, openComparison, runHead } from "./table.ts";

const up = ["up", "--skip-preview", "--yes"];
const refresh = ["refresh", "--skip-preview", "--yes"];
const destroy = ["destroy", "--skip-preview", "--yes", "--continue-on-error"];
const handler = fileURLToPath(new URL("null-handler.cjs", import.meta.url));

/** `scratch` is a folder for what only this run needs. */
export async function benchPulumi(
  userInterface: BenchInterface,
  size: BenchSize,
  scratch: string,
  rows: BenchRow[],
): Promise<void> {
  const nullPlugin = await buildNull("null-plugin.ts", path.join(scratch, "null"), "pulumi-resource-null");
  const stored = await storedKey(userInterface);
  console.log(runHead);
  const { parallel } = size;
  const width = parallel ?? parallelism();
  const env = { PULUMI_PARALLEL: String(width) };
  for (const count of size.counts) {
    const keys = { userInterface, count, width, env };
    await measureKeys(keys, await measureFloor(keys, stored, path.dirname(nullPlugin)), rows);
  }
}

/** What the engine stores of a managed key, without what the interface itself adds. */
async function storedKey(userInterface: BenchInterface): Promise<StoredKey> {
  const uko = await LocalUko.start();
  try {
    await using workspace = await PulumiWorkspace.create();
    const env = { ...uko.settings, UKO_API_KEY: "bob-demo-key" };
    const person = await workspace.person("bob", { program: keysProgram(userInterface, 1), env });
    expectExit(await run("one key", uko, person, up), 0);
    const key = (await person.exportState()).resources[0];
    if (key === undefined) throw new Error("The state of one key has no resource.");
    return {
      ...(key.id !== undefined && { id: key.id }),
      inputs: propertiesOf(key.inputs),
      outputs: propertiesOf(key.outputs),
      passed: Object.keys(propertiesOf(key.propertyDependencies ?? {})),
      ...(key.refreshBeforeUpdate !== undefined && { refreshBeforeUpdate: key.refreshBeforeUpdate }),
    };
  } finally {
    await uko.stop();
  }
}

function propertiesOf(stored: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(stored).filter(([name]) => !name.startsWith("__")));
}

function run(name: string, uko: LocalUko | undefined, person: PulumiPerson, args: readonly string[], env = {}) {
  return measure(name, uko, () => person.start(args, { env, timeoutMs: runLimitMs }));
}

interface Keys {
  readonly userInterface: BenchInterface;
  readonly count: number;
  /** How many the engine handles at once. */
  readonly width: number;
  /** The engine's settings. */
  readonly env: Readonly<Record<string, string>>;
}

/** The floor of each run, by its name. */
async function measureFloor(
  { userInterface, count, env: settings }: Keys,
  stored: StoredKey,
  nullFolder: string,
): Promise<ReadonlyMap<string, Floor>> {
  await using workspace = await PulumiWorkspace.create();
  const person = await workspace.person("nobody", {
    program: nullProgram(userInterface, count, stored),
    env: { ...settings, ...storing(stored), BENCH_HANDLER: handler },
  });
  await installPlugins(path.join(person.home, ".pulumi"), [{ name: "resource-null-v0.0.1", folder: nullFolder }]);
  const floors = new Map<string, Floor>();
  for (const [name, args, env, exitCode] of [
    ["up", up, {}, 0],
    ["unchanged", up, {}, 0],
    ["refresh", refresh, {}, 0],
    ["refused", destroy, refusing, 1],
    ["deleted", destroy, {}, 0],
  ] as const) {
    const measured = expectExit(await run(name, undefined, person, args, env), exitCode);
    floors.set(name, { measured, ...(name === "up" && { stateBytes: (await person.exportState()).text.length }) });
  }
  return floors;
}

async function measureKeys(
  { userInterface, count, width, env: settings }: Keys,
  floors: ReadonlyMap<string, Floor>,
  rows: BenchRow[],
): Promise<void> {
  const uko = await LocalUko.start();
  const comparison = await openComparison(userInterface, count, width, rows);
  try {
    await using workspace = await PulumiWorkspace.create();
    const personWith = (name: string) =>
      workspace.person(name, {
        program: keysProgram(userInterface, count),
        env: { ...uko.settings, ...settings, UKO_API_KEY: `${name}-demo-key` },
      });
    const bob = await personWith("bob");
    const carol = await personWith("carol");

    const created = expectExit(await run("create", uko, bob, up), 0);
    const stateBytes = (await bob.exportState()).text.length;
    await comparison.add("up", created, { floor: floors.get("up"), bare: "create", stateBytes });
    const unchanged = expectExit(await run("up", uko, bob, up), 0);
    const isRead = total(unchanged.calls) > 0;
    await comparison.add("up, unchanged", unchanged, {
      floor: floors.get("unchanged"),
      ...(isRead && { bare: "list" }),
    });
    const refreshed = expectExit(await run("refresh", uko, bob, refresh), 0);
    await comparison.add("refresh", refreshed, { floor: floors.get("refresh"), bare: "list" });
    await deleteKeys({
      ...{ uko, evidence: path.join(workspace.folder, "evidence.jsonl") },
      destroy: (name) => run(name, uko, carol, destroy),
      show: (name, measured) =>
        comparison.add(`destroy: ${name}`, measured, {
          floor: floors.get(floorOf[name]),
          bare: name,
        }),
      async advance(duration) {
        await uko.advance(duration);
        await comparison.advance(duration);
      },
    });
  } finally {
    await comparison.close();
    await uko.stop();
  }
}

/** Pulumi's default. */
function parallelism(): number {
  return 4 * os.availableParallelism();
}
