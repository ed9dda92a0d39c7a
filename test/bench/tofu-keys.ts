/** The bench of the provider for OpenTofu and Terraform: many keys from their creation to their end. */

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { findTofu } from "../engines/find-tofu.ts";
import { LocalUko } from "../stage/local-uko.ts";
import { type TofuPerson, TofuWorkspace } from "../stage/tofu.ts";
import { buildNull } from "./build-null.ts";
import { deleteKeys, floorOf } from "./keys-run.ts";
import { expectExit, type Measured, measure, runLimitMs, total } from "./measure.ts";
import { refusing, type StoredKey, storing } from "./null-state.ts";
import { type BenchRow, type BenchSize, type Floor, openComparison, runHead } from "./table.ts";
import { keysConfiguration, nullConfiguration, nullRequirements, nullSettings } from "./tofu-program.ts";

const apply = ["apply", "-auto-approve"];
const refresh = ["apply", "-refresh-only", "-auto-approve"];
const destroy = ["destroy", "-auto-approve"];
/** OpenTofu's default. */
const parallelism = 10;
/** A refresh of a thousand keys may take so many calls of the service. */
const callsPerThousand = 10;

/** `scratch` is a folder for what only this run needs. */
export async function benchTofu(size: BenchSize, scratch: string, rows: BenchRow[]): Promise<void> {
  const width = size.parallel ?? parallelism;
  await findTofu((line) => console.error(line));
  const nullProvider = await buildNull("null-provider.ts", path.join(scratch, "null"), "terraform-provider-null");
  const settings = path.join(scratch, "null.rc");
  await writeFile(settings, nullSettings(path.dirname(nullProvider)));
  console.log(runHead);
  for (const count of size.counts) {
    await measureKeys({ count, width }, await measureFloor({ count, width }, settings), rows);
  }
}

function ukoPerson(workspace: TofuWorkspace, uko: LocalUko, name: string, count: number): Promise<TofuPerson> {
  const env = { ...uko.settings, UKO_API_KEY: `${name}-demo-key` };
  return workspace.person(name, { program: keysConfiguration(count), env });
}

async function nullPerson(workspace: TofuWorkspace, settings: string, count: number): Promise<TofuPerson> {
  const env = { TF_CLI_CONFIG_FILE: settings, ...storing(await storedKey()) };
  const person = await workspace.person("nobody", { program: nullConfiguration(count), env });
  await person.writeFile("versions.tf", nullRequirements);
  return person;
}

/** What OpenTofu stores of a managed key. */
async function storedKey(): Promise<StoredKey> {
  const uko = await LocalUko.start();
  try {
    await using workspace = await TofuWorkspace.create();
    const bob = await ukoPerson(workspace, uko, "bob", 1);
    expectExit(await run("one key", uko, bob, apply), 0);
    const key = (await bob.state()).resources[0];
    if (key === undefined) throw new Error("The state of one key has no resource.");
    return { inputs: {}, outputs: key.attributes };
  } finally {
    await uko.stop();
  }
}

function run(name: string, uko: LocalUko | undefined, person: TofuPerson, args: readonly string[], env = {}) {
  return measure(name, uko, () => person.start(args, { env, timeoutMs: runLimitMs }));
}

interface Keys {
  readonly count: number;
  /** How many the engine handles at once. */
  readonly width: number;
}

const at = (width: number, args: readonly string[]): readonly string[] => [...args, `-parallelism=${width}`];

/** The floor of each run, by its name. */
async function measureFloor({ count, width }: Keys, settings: string): Promise<ReadonlyMap<string, Floor>> {
  await using workspace = await TofuWorkspace.create();
  const person = await nullPerson(workspace, settings, count);
  const floors = new Map<string, Floor>();
  for (const [name, args, env, exitCode] of [
    ["plan", ["plan"], {}, 0],
    ["apply", apply, {}, 0],
    ["unchanged", ["plan"], {}, 0],
    ["refresh", refresh, {}, 0],
    ["refused", destroy, refusing, 1],
    ["deleted", destroy, {}, 0],
  ] as const) {
    const measured = expectExit(await run(name, undefined, person, at(width, args), env), exitCode);
    floors.set(name, { measured, ...(name === "apply" && { stateBytes: await stateBytesOf(person) }) });
  }
  return floors;
}

async function stateBytesOf(person: TofuPerson): Promise<number> {
  return (await person.state()).text.length;
}

async function measureKeys(
  { count, width }: Keys,
  floors: ReadonlyMap<string, Floor>,
  rows: BenchRow[],
): Promise<void> {
  const uko = await LocalUko.start();
  const comparison = await openComparison("terraform", count, width, rows);
  try {
    await using workspace = await TofuWorkspace.create();
    const bob = await ukoPerson(workspace, uko, "bob", count);
    const carol = await ukoPerson(workspace, uko, "carol", count);
    const measured = async (name: string, args: readonly string[]) =>
      expectExit(await run(name, uko, bob, at(width, args)), 0);

    await comparison.add("plan", await measured("plan", ["plan"]), { floor: floors.get("plan") });
    const created = await measured("create", apply);
    await comparison.add("apply", created, {
      ...{ floor: floors.get("apply"), bare: "create", stateBytes: await stateBytesOf(bob) },
    });
    const unchanged = await measured("unchanged", ["plan"]);
    await comparison.add("plan, unchanged", unchanged, { floor: floors.get("unchanged"), bare: "list" });
    const refreshed = await measured("refresh", refresh);
    await comparison.add("refresh", refreshed, { floor: floors.get("refresh"), bare: "list" });
    expectFewCalls(refreshed, count);
    await deleteKeys({
      ...{ uko, evidence: path.join(workspace.folder, "evidence.jsonl") },
      destroy: (name) => run(name, uko, carol, at(width, destroy)),
      show: (name, each) =>
        comparison.add(`destroy: ${name}`, each, {
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

function expectFewCalls({ calls }: Measured, count: number): void {
  const limit = callsPerThousand * Math.ceil(count / 1000);
  if (total(calls) <= limit) return;
  throw new Error(`A refresh of ${count} keys took ${total(calls)} calls of the service, more than ${limit}.`);
}
