/**
 * `npm run bench`: what many keys cost, run by run, beside what the engine costs by itself, for the native package; before it, what
 * the plugin's process costs beside one that does nothing. `npm run bench 100` takes fewer keys, `npm run bench 100 dynamic` the
 * dynamic provider.
 */

import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { installPlugins } from "../support/language-setup.ts";
import { LocalUko } from "../support/local-uko.ts";
import { type PulumiPerson, PulumiWorkspace } from "../support/pulumi.ts";
import { type Measured, measure, total } from "./measure.ts";
import { measurePlugins } from "./plugin-process.ts";
import { type BenchDoor, keysProgram, nullProgram } from "./program.ts";

const [countText = "500", doorText = "package"] = process.argv.slice(2);
const count = Number(countText);
const door: BenchDoor | undefined = doorText === "package" || doorText === "dynamic" ? doorText : undefined;
if (!Number.isInteger(count) || count < 1 || count > 5000 || door === undefined) {
  console.error("npm run bench takes a number of keys from 1 to 5000, and then package or dynamic.");
  process.exit(1);
}

const up = ["up", "--skip-preview", "--yes"];
const refresh = ["refresh", "--skip-preview", "--yes"];
const destroy = ["destroy", "--skip-preview", "--yes", "--continue-on-error"];
const repository = fileURLToPath(new URL("../../", import.meta.url));

const scratch = await mkdtemp(path.join(os.tmpdir(), "uko-bench-"));
try {
  const nullPlugin = await buildNullPlugin(path.join(scratch, "null"));
  if (door === "package") await showProcesses(nullPlugin);
  const floor = await measureFloor(door);
  console.log(row("run", "s", "engine alone, s", "provider, MiB", "engine alone, MiB", "calls of the service"));
  console.log(row("---", "---:", "---:", "---:", "---:", "---"));
  await measureKeys(door, floor);
} finally {
  await rm(scratch, { recursive: true, force: true });
}

/** Answers the executable; beside it nothing else is needed. */
async function buildNullPlugin(folder: string): Promise<string> {
  const outfile = path.join(folder, "pulumi-resource-null");
  await build({
    entryPoints: [fileURLToPath(new URL("null-plugin.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    banner: { js: "#!/usr/bin/env node" },
  });
  const { chmod, writeFile } = await import("node:fs/promises");
  await chmod(outfile, 0o755);
  await writeFile(path.join(folder, "package.json"), '{ "type": "commonjs" }\n');
  return outfile;
}

async function showProcesses(nullPlugin: string): Promise<void> {
  const uko = await LocalUko.start();
  try {
    const environment = { PATH: process.env.PATH ?? "", ...uko.settings, UKO_API_KEY: "bob-demo-key" };
    const inputs = { vaultId: "5c1e0000-0000-4000-8000-000000000001", template: "payroll", label: "bench" };
    const executables = [path.join(repository, "build", "plugin", "pulumi-resource-uko"), nullPlugin];
    const [ours, alone] = await measurePlugins(executables, environment, inputs);
    if (ours === undefined || alone === undefined) throw new Error("Both plugins are measured.");
    console.log(row("the plugin's process", "uko", "one that does nothing", "ratio"));
    console.log(row("---", "---:", "---:", "---:"));
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

async function measureFloor(of: BenchDoor): Promise<ReadonlyMap<string, Measured>> {
  await using workspace = await PulumiWorkspace.create();
  const person = await workspace.person("nobody", { program: nullProgram(of, count) });
  await installPlugins(path.join(person.home, ".pulumi"), [
    { name: "resource-null-v0.0.1", folder: path.join(scratch, "null") },
  ]);
  const measured = [];
  for (const [name, args] of [
    ["up", up],
    ["unchanged", up],
    ["refresh", refresh],
    ["destroy", destroy],
  ] as const) {
    measured.push(expectExit(await measure(name, undefined, person, args), 0));
    if (name === "up") await showState(person, "engine alone");
  }
  return new Map(measured.map((each) => [each.name, each]));
}

async function measureKeys(of: BenchDoor, floor: ReadonlyMap<string, Measured>): Promise<void> {
  const uko = await LocalUko.start();
  const show = (name: string, floorName: string, measured: Measured): void =>
    showRun(name, measured, floor.get(floorName));
  try {
    await using workspace = await PulumiWorkspace.create();
    const personWith = (name: string) =>
      workspace.person(name, {
        program: keysProgram(of, count),
        env: { ...uko.settings, UKO_API_KEY: `${name}-demo-key` },
      });
    const bob = await personWith("bob");
    const alice = await personWith("alice");

    show("up", "up", expectExit(await measure("create", uko, bob, up), 0));
    show("up that changes nothing", "unchanged", expectExit(await measure("up", uko, bob, up), 0));
    show("refresh", "refresh", expectExit(await measure("refresh", uko, bob, refresh), 0));
    await showState(bob, "keys");
    // One answer in a hundred is a 429 or a 503, as a busy service would give them.
    await uko.fault({ every: 200, status: 429, retryAfter: 1 });
    await uko.fault({ every: 200, skip: 100, status: 503, retryAfter: 1 });
    const asked = expectExit(await measure("request", uko, bob, destroy), 1);
    show("destroy: requests", "destroy", asked);
    const consented = expectExit(await measure("consent", uko, alice, destroy, consentTo(asked)), 1);
    show("destroy: consent, deactivate", "destroy", consented);
    await uko.advance("4h1m");
    const destroyed = expectExit(await measure("destroy", uko, bob, destroy, consentTo(consented)), 1);
    show("destroy: consent, destroy", "destroy", destroyed);
    await uko.advance("30d1m");
    show("destroy: remove", "destroy", expectExit(await measure("remove", uko, bob, destroy), 0));
    await expectNothingTwice(uko);
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

/** Every record that the run's messages ask a second person to name. */
function consentTo({ result, name }: Measured): Readonly<Record<string, string>> {
  const ids = new Set(Array.from(result.output.matchAll(/--consent ([0-9a-f]{32})/g), ([, id = ""]) => id));
  if (ids.size !== count) throw new Error(`The run "${name}" names ${ids.size} records for ${count} keys`);
  return { UKO_CONSENT: [...ids].join(",") };
}

/** Each key was made, asked for, ended and removed exactly once. */
async function expectNothingTwice(uko: LocalUko): Promise<void> {
  const seen = new Map<string, number>();
  for (const { operation, effect, keyId } of await uko.audit()) {
    if (effect && keyId !== undefined) {
      const deed = `${operation} ${keyId}`;
      seen.set(deed, (seen.get(deed) ?? 0) + 1);
    }
  }
  // Two consent records: one for each step.
  const tooOften = [...seen].filter(([deed, times]) => times > (deed.startsWith("K4 ") ? 2 : 1));
  if (tooOften.length > 0) throw new Error(`Written more often than asked for: ${tooOften.slice(0, 5).join(", ")}`);
  console.log(`\nEach of ${count} keys was created, deactivated, destroyed and removed once, with two records.`);
}

function expectExit(measured: Measured, exitCode: number): Measured {
  if (measured.result.exitCode === exitCode) return measured;
  throw new Error(`"${measured.name}" ended with ${measured.result.exitCode}:\n${measured.result.output.slice(-4000)}`);
}

function showRun(name: string, { seconds, calls, providerMiB }: Measured, alone: Measured | undefined): void {
  const rows = [...calls].slice(0, 6).map(([operation, times]) => `${operation} ${times}`);
  const called = `${total(calls)} (${rows.join(", ")})`;
  const aside = [alone?.seconds.toFixed(1), providerMiB, alone?.providerMiB].map(String);
  console.log(row(name, seconds.toFixed(1), ...aside, called));
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
