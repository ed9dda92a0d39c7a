/** The bench of the provider for OpenTofu and Terraform: its process, one key, and many keys from their creation to their end. */

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findTofu } from "../engines/find-tofu.ts";
import { LocalUko } from "../stage/local-uko.ts";
import { type TofuPerson, TofuWorkspace } from "../stage/tofu.ts";
import { buildNull } from "./build-null.ts";
import { endKeys, strain } from "./keys-run.ts";
import { expectExit, type Measured, measure, runLimitMs, total } from "./measure.ts";
import { median } from "./processes.ts";
import { measureProviders } from "./provider-process.ts";
import { row, rule, runHead, runRow } from "./table.ts";
import {
  builtInConfiguration,
  keysConfiguration,
  nullConfiguration,
  nullRequirements,
  nullSettings,
} from "./tofu-program.ts";

const provider = fileURLToPath(new URL("../../build/terraform/terraform-provider-uko", import.meta.url));
const apply = ["apply", "-auto-approve"];
const refresh = ["apply", "-refresh-only", "-auto-approve"];
const destroy = ["destroy", "-auto-approve"];
const plans = 5;
/** A refresh of a thousand keys may take so many calls of the service. */
const callsPerThousand = 10;

/** Measured once, elsewhere, so that it tells the order of things and no more. */
const ibmsProvider =
  "IBM's provider, in Go: 54 ms to its line, 4 calls of the service for a creation, 2 for a look, and it ends no key.";

/** `scratch` is a folder for what only this run needs. */
export async function benchTofu(count: number, scratch: string): Promise<void> {
  await findTofu((line) => console.error(line));
  const nullProvider = await buildNull("null-provider.ts", path.join(scratch, "null"), "terraform-provider-null");
  const settings = path.join(scratch, "null.rc");
  await writeFile(settings, nullSettings(path.dirname(nullProvider)));
  await showProcesses(nullProvider);
  await showFirstPlans(settings);
  console.log(`${runHead}`);
  await measureKeys(1, await measureFloor(1, settings));
  console.log(`\n${runHead}`);
  await measureKeys(count, await measureFloor(count, settings));
}

async function showProcesses(nullProvider: string): Promise<void> {
  const { providers, nodeLineMs } = await measureProviders([provider, nullProvider]);
  const [ours, alone] = providers;
  if (ours === undefined || alone === undefined) throw new Error("Both providers are measured.");
  console.log(row("the provider's process", "uko", "one that does nothing", "Node alone"));
  console.log(rule(4));
  console.log(row("start to handshake line", ...[ours.lineMs, alone.lineMs, nodeLineMs].map(spread)));
  console.log(row("start to the schema's answer", ...[ours.answerMs, alone.answerMs].map(spread), ""));
  console.log(row("idle memory", `${ours.idleMiB} MiB`, `${alone.idleMiB} MiB`, ""));
  console.log(`\n${ibmsProvider}\n`);
}

/** Where other work goes on beside, the least says more than the middle. */
function spread(times: readonly number[]): string {
  return `${median(times).toFixed(0)} ms (least ${Math.min(...times).toFixed(0)})`;
}

/** A plan of one resource that is not there yet, in turn, so that a machine whose speed drifts treats them alike. */
async function showFirstPlans(settings: string): Promise<void> {
  const uko = await LocalUko.start();
  try {
    await using workspace = await TofuWorkspace.create();
    const people = [
      await ukoPerson(workspace, uko, "bob", 1),
      await nullPerson(workspace, settings, 1),
      await bareOf(await workspace.person("bare", { program: builtInConfiguration })),
    ];
    const times = people.map((): number[] => []);
    for (let round = 0; round < plans; round += 1) {
      for (const [index, person] of people.entries()) {
        const { seconds } = expectExit(await run("plan", undefined, person, ["plan"]), 0);
        times[index]?.push(seconds * 1000);
      }
    }
    console.log(row("first plan of one resource", "uko", "one that does nothing", "terraform_data"));
    console.log(rule(4));
    console.log(row("start to end", ...times.map(spread)));
    console.log("");
  } finally {
    await uko.stop();
  }
}

function ukoPerson(workspace: TofuWorkspace, uko: LocalUko, name: string, count: number): Promise<TofuPerson> {
  const env = { ...uko.settings, UKO_API_KEY: `${name}-demo-key` };
  return workspace.person(name, { program: keysConfiguration(count), env });
}

async function nullPerson(workspace: TofuWorkspace, settings: string, count: number): Promise<TofuPerson> {
  const env = { TF_CLI_CONFIG_FILE: settings };
  const person = await workspace.person("nobody", { program: nullConfiguration(count), env });
  await person.writeFile("versions.tf", nullRequirements);
  return person;
}

/** Needs no provider. */
async function bareOf(person: TofuPerson): Promise<TofuPerson> {
  await person.writeFile("versions.tf", "");
  return person;
}

function run(name: string, uko: LocalUko | undefined, person: TofuPerson, args: readonly string[], env = {}) {
  return measure(name, uko, () => person.start(args, { env, timeoutMs: runLimitMs }));
}

async function measureFloor(count: number, settings: string): Promise<ReadonlyMap<string, Measured>> {
  await using workspace = await TofuWorkspace.create();
  const person = await nullPerson(workspace, settings, count);
  const measured: Measured[] = [];
  for (const [name, args] of [
    ["plan", ["plan"]],
    ["apply", apply],
    ["unchanged", ["plan"]],
    ["refresh", refresh],
    ["destroy", destroy],
  ] as const) {
    measured.push(expectExit(await run(name, undefined, person, args), 0));
  }
  return new Map(measured.map((each) => [each.name, each]));
}

async function measureKeys(count: number, floor: ReadonlyMap<string, Measured>): Promise<void> {
  const uko = await LocalUko.start();
  const show = (name: string, floorName: string, measured: Measured): void =>
    console.log(runRow(name, measured, floor.get(floorName)));
  try {
    await using workspace = await TofuWorkspace.create();
    const bob = await ukoPerson(workspace, uko, "bob", count);
    const alice = await ukoPerson(workspace, uko, "alice", count);
    const keys = count === 1 ? "1 key" : `${count} keys`;

    show(`plan of ${keys}`, "plan", expectExit(await run("plan", uko, bob, ["plan"]), 0));
    show("apply", "apply", expectExit(await run("create", uko, bob, apply), 0));
    show("plan that changes nothing", "unchanged", expectExit(await run("unchanged", uko, bob, ["plan"]), 0));
    const refreshed = expectExit(await run("refresh", uko, bob, refresh), 0);
    show("refresh", "refresh", refreshed);
    expectFewCalls(refreshed, count);
    if (count > 1) await strain(uko);
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

function expectFewCalls({ calls }: Measured, count: number): void {
  const limit = callsPerThousand * Math.ceil(count / 1000);
  if (total(calls) <= limit) return;
  throw new Error(`A refresh of ${count} keys took ${total(calls)} calls of the service, more than ${limit}.`);
}
