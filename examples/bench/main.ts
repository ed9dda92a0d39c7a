/** `npm run bench`: what many keys cost, run by run, beside what the engine costs by itself. `npm run bench 100` takes fewer keys. */

import { LocalUko } from "../support/local-uko.ts";
import { PulumiWorkspace } from "../support/pulumi.ts";
import { type Measured, measure, total } from "./measure.ts";
import { keysProgram, nullProgram } from "./program.ts";

const count = Number(process.argv[2] ?? 1000);
if (!Number.isInteger(count) || count < 1 || count > 5000) {
  console.error("npm run bench takes a number of keys from 1 to 5000.");
  process.exit(1);
}

const up = ["up", "--skip-preview", "--yes"];
const refresh = ["refresh", "--skip-preview", "--yes"];
const destroy = ["destroy", "--skip-preview", "--yes", "--continue-on-error"];

const floor = await measureFloor();
console.log(row("run", "s", "engine alone, s", "provider, MiB", "engine alone, MiB", "calls of the service"));
console.log(row("---", "---:", "---:", "---:", "---:", "---"));
await measureKeys();

async function measureFloor(): Promise<ReadonlyMap<string, Measured>> {
  await using workspace = await PulumiWorkspace.create();
  const person = await workspace.person("nobody", { program: nullProgram(count) });
  const measured = [];
  for (const [name, args] of [
    ["up", up],
    ["refresh", refresh],
    ["destroy", destroy],
  ] as const) {
    measured.push(expectExit(await measure(name, undefined, person, args), 0));
  }
  return new Map(measured.map((each) => [each.name, each]));
}

async function measureKeys(): Promise<void> {
  const uko = await LocalUko.start();
  try {
    await using workspace = await PulumiWorkspace.create();
    const personWith = (name: string) =>
      workspace.person(name, {
        program: keysProgram(count),
        env: { ...uko.settings, UKO_API_KEY: `${name}-demo-key` },
      });
    const bob = await personWith("bob");
    const alice = await personWith("alice");

    show("up", "up", expectExit(await measure("create", uko, bob, up), 0));
    show("up that changes nothing", "up", expectExit(await measure("up", uko, bob, up), 0));
    show("refresh", "refresh", expectExit(await measure("refresh", uko, bob, refresh), 0));
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

function show(name: string, floorName: string, { seconds, calls, providerMiB }: Measured): void {
  const alone = floor.get(floorName);
  const rows = [...calls].slice(0, 6).map(([operation, times]) => `${operation} ${times}`);
  const called = `${total(calls)} (${rows.join(", ")})`;
  const aside = [alone?.seconds.toFixed(1), providerMiB, alone?.providerMiB].map(String);
  console.log(row(name, seconds.toFixed(1), ...aside, called));
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
