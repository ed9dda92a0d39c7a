/** The bench of Pulumi's two doors: the plugin's process, and many keys from their creation to their end. */

import path from "node:path";
import { fileURLToPath } from "node:url";
import { installPlugins } from "../stage/language-setup.ts";
import { LocalUko } from "../stage/local-uko.ts";
import { type PulumiPerson, PulumiWorkspace } from "../stage/pulumi.ts";
import { buildNull } from "./build-null.ts";
import { endKeys, strain } from "./keys-run.ts";
import { expectExit, type Measured, measure, runLimitMs } from "./measure.ts";
import { measurePlugins } from "./plugin-process.ts";
import { type BenchDoor, keysProgram, nullProgram } from "./program.ts";
import { row, rule, runHead, runRow } from "./table.ts";

const up = ["up", "--skip-preview", "--yes"];
const refresh = ["refresh", "--skip-preview", "--yes"];
const destroy = ["destroy", "--skip-preview", "--yes", "--continue-on-error"];
const plugin = fileURLToPath(new URL("../../build/plugin/pulumi-resource-uko", import.meta.url));

/** `scratch` is a folder for what only this run needs. */
export async function benchPulumi(door: BenchDoor, count: number, scratch: string): Promise<void> {
  const nullPlugin = await buildNull("null-plugin.ts", path.join(scratch, "null"), "pulumi-resource-null");
  if (door === "package") await showProcesses(nullPlugin);
  const floor = await measureFloor(door, count, path.dirname(nullPlugin));
  console.log(runHead);
  await measureKeys(door, count, floor);
}

async function showProcesses(nullPlugin: string): Promise<void> {
  const uko = await LocalUko.start();
  try {
    const environment = { PATH: process.env.PATH ?? "", ...uko.settings, UKO_API_KEY: "bob-demo-key" };
    const inputs = { vaultId: "5c1e0000-0000-4000-8000-000000000001", template: "payroll", label: "bench" };
    const [ours, alone] = await measurePlugins([plugin, nullPlugin], environment, inputs);
    if (ours === undefined || alone === undefined) throw new Error("Both plugins are measured.");
    console.log(row("the plugin's process", "uko", "one that does nothing", "ratio"));
    console.log(rule(4));
    const compare = (name: string, unit: string, a: number, b: number, digits = 0) =>
      console.log(row(name, `${a.toFixed(digits)} ${unit}`, `${b.toFixed(digits)} ${unit}`, (a / b).toFixed(2)));
    compare("start to port line", "ms", ours.startMs, alone.startMs);
    compare("idle memory", "MiB", ours.idleMiB, alone.idleMiB);
    for (const name of ["Check", "Diff", "Read"] as const)
      compare(name, "ms", ours.callMs[name], alone.callMs[name], 2);
    console.log("");
  } finally {
    await uko.stop();
  }
}

function run(name: string, uko: LocalUko | undefined, person: PulumiPerson, args: readonly string[], env = {}) {
  return measure(name, uko, () => person.start(args, { env, timeoutMs: runLimitMs }));
}

async function measureFloor(
  door: BenchDoor,
  count: number,
  nullFolder: string,
): Promise<ReadonlyMap<string, Measured>> {
  await using workspace = await PulumiWorkspace.create();
  const person = await workspace.person("nobody", { program: nullProgram(door, count) });
  await installPlugins(path.join(person.home, ".pulumi"), [{ name: "resource-null-v0.0.1", folder: nullFolder }]);
  const measured = [];
  for (const [name, args] of [
    ["up", up],
    ["unchanged", up],
    ["refresh", refresh],
    ["destroy", destroy],
  ] as const) {
    measured.push(expectExit(await run(name, undefined, person, args), 0));
    if (name === "up") await showState(person, "engine alone");
  }
  return new Map(measured.map((each) => [each.name, each]));
}

async function measureKeys(door: BenchDoor, count: number, floor: ReadonlyMap<string, Measured>): Promise<void> {
  const uko = await LocalUko.start();
  const show = (name: string, floorName: string, measured: Measured): void =>
    console.log(runRow(name, measured, floor.get(floorName)));
  try {
    await using workspace = await PulumiWorkspace.create();
    const personWith = (name: string) =>
      workspace.person(name, {
        program: keysProgram(door, count),
        env: { ...uko.settings, UKO_API_KEY: `${name}-demo-key` },
      });
    const bob = await personWith("bob");
    const alice = await personWith("alice");

    show("up", "up", expectExit(await run("create", uko, bob, up), 0));
    show("up that changes nothing", "unchanged", expectExit(await run("up", uko, bob, up), 0));
    show("refresh", "refresh", expectExit(await run("refresh", uko, bob, refresh), 0));
    await showState(bob, "keys");
    await strain(uko);
    const people = { alice, bob };
    await endKeys(
      uko,
      count,
      (name, who, env) => run(name, uko, people[who], destroy, env),
      (name, measured) => show(name, "destroy", measured),
    );
  } finally {
    await uko.stop();
  }
}

/** How much of the state one resource takes, as the engine keeps it. */
async function showState(person: PulumiPerson, what: string): Promise<void> {
  const { resources } = await person.exportState();
  const ours = resources.map(({ inputs, outputs }) => JSON.stringify({ inputs, outputs }).length);
  const whole = resources.map((resource) => JSON.stringify(resource).length);
  const mean = (sizes: readonly number[]) => Math.round(sizes.reduce((sum, size) => sum + size, 0) / sizes.length);
  console.error(`state of a resource (${what}): ${mean(ours)} bytes of properties, ${mean(whole)} bytes in all`);
}
