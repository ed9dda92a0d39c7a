/**
 * Runs one destroy of a managed key by both people against the emulator, and prints which files of `lifecycle/`,
 * `engine/` and `resources/` ran, with the number of their functions that ran. Bob types `pulumi destroy` (the calls of
 * the dynamic provider) and `uko request`, Alice approves twice. Run it with node: the tests compare ARCHITECTURE.md
 * with it.
 */

import { Session } from "node:inspector/promises";
import { startCliWorld } from "../cli/harness.ts";
import { vaultId } from "../emulator/harness.ts";

const provider = new URL("../../provider/", import.meta.url).href;
const measured = /^(?:lifecycle|engine|resources)\//;

/** The functions that ran since the last call, by file. Functions of other folders are left out. */
async function takeRan(session: Session): Promise<ReadonlyMap<string, number>> {
  const { result } = await session.post("Profiler.takePreciseCoverage");
  const files = result
    .filter(({ url }) => url.startsWith(provider) && measured.test(url.slice(provider.length)))
    .map(({ url, functions }) => {
      // The function without a name at the beginning of a file is the module itself.
      const ran = functions.filter(({ ranges: [range], functionName }) => {
        return (range?.count ?? 0) > 0 && !(functionName === "" && range?.startOffset === 0);
      });
      return [`provider/${url.slice(provider.length)}`, ran.length] as const;
    });
  return new Map(files.filter(([, functions]) => functions > 0));
}

const world = await startCliWorld();
Object.assign(process.env, world.environmentOf("bob"));
// The provider reads the environment at its first call.
const { managedKey } = await import("../../provider/pulumi-dynamic/dynamic-provider.ts");
const { inputs = {} } = (await managedKey.check?.({}, { vaultId, template: "payroll", label: "cheques" })) ?? {};
const { id = "", outs } = (await managedKey.create?.(inputs)) ?? {};
await world.advance("1h");

/** The first line of what a run of the engine ends with, or `gone`. */
async function destroy(): Promise<string> {
  try {
    await managedKey.delete?.(id, outs);
    return "gone";
  } catch (error) {
    return Object(error).details.split("\n")[0];
  }
}
const uko = async (who: "alice" | "bob", command: string): Promise<string> =>
  `exit code ${(await world.type(who, `${command} ${id}`)).exitCode}`;

const session = new Session();
session.connect();
await session.post("Profiler.enable");
await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
await takeRan(session);
const runs = [
  { run: "Bob's first destroy", work: destroy, later: "1m" },
  { run: "Alice's approval", work: () => uko("alice", "approve"), later: "1m" },
  { run: "Bob's second destroy", work: destroy, later: "1m" },
  { run: "Bob's request", work: () => uko("bob", "request"), later: "1m" },
  { run: "Alice's stored approval", work: () => uko("alice", "approve --store"), later: "4h1m" },
  { run: "Bob's third destroy", work: destroy, later: "31d" },
  { run: "Bob's last destroy", work: destroy, later: "0s" },
];
const told = [];
for (const { run, work, later } of runs) {
  const ended = await work();
  told.push({ run, ended, ran: Object.fromEntries(await takeRan(session)) });
  await world.advance(later);
}
process.stdout.write(`${JSON.stringify(told)}\n`);
await world.close();
// The connection to the engine, which does not exist here, would keep the process alive.
process.exit(0);
