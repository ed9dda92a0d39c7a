/** The bench of many keys through one interface: what each run costs, from their creation to their removal by two people. */

import path from "node:path";
import type { InterfaceName } from "../contracts/interfaces/interface-names.ts";
import { findTofu } from "../engines/find-tofu.ts";
import type { EngineResult, EngineRun } from "../stage/engine-run.ts";
import { LocalUko } from "../stage/local-uko.ts";
import { PulumiWorkspace } from "../stage/pulumi.ts";
import { TofuWorkspace } from "../stage/tofu.ts";
import { typeUko } from "../stage/typing.ts";
import { expectExit, type Measured, measure, total } from "./measure.ts";

/** One run of all keys. CPU time and memory are those of the engine with its program and providers, and of the providers alone. */
export interface BenchRow {
  readonly userInterface: InterfaceName;
  readonly keys: number;
  readonly run: string;
  readonly calls: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly providerCpuMsPerKey: number;
  readonly providerMiB: number;
  /** Absent for a run after which the state is not read. */
  readonly stateBytesPerKey?: number;
}

const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
export const head = [
  row("keys", "run", "calls", "s", "CPU s", "provider, CPU ms/key", "provider, MiB", "state, bytes/key"),
  row("---", ...Array.from({ length: 7 }, () => "---:")),
].join("\n");

const tell = (each: BenchRow): string =>
  row(
    ...[String(each.keys), each.run, String(each.calls), each.seconds.toFixed(1), each.cpuSeconds.toFixed(1)],
    ...[each.providerCpuMsPerKey.toFixed(1), String(each.providerMiB), String(each.stateBytesPerKey ?? "")],
  );

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const modules = { package: "@uko/pulumi", dynamic: "pulumi-uko" } as const;

const pulumiProgram = (
  name: keyof typeof modules,
  count: number,
): string => `import { ManagedKey } from "${modules[name]}";

for (let index = 1; index <= ${count}; index += 1) {
  const label = "bench " + String(index).padStart(4, "0");
  new ManagedKey(label.replace(" ", "-"), { vaultId: "${vaultId}", template: "payroll", label });
}
`;
const configuration = (count: number): string => `resource "uko_managed_key" "bench" {
  count    = ${count}
  vault_id = "${vaultId}"
  template = "payroll"
  label    = format("bench %04d", count.index + 1)
}
`;

type RunName = "up" | "unchanged" | "refresh" | "destroy";
const pulumiRuns: Readonly<Record<RunName, readonly string[]>> = {
  up: ["up", "--skip-preview", "--yes"],
  unchanged: ["up", "--skip-preview", "--yes"],
  refresh: ["refresh", "--skip-preview", "--yes"],
  destroy: ["destroy", "--skip-preview", "--yes", "--continue-on-error"],
};
const tofuRuns: Readonly<Record<RunName, readonly string[]>> = {
  up: ["apply", "-auto-approve"],
  unchanged: ["plan"],
  refresh: ["apply", "-refresh-only", "-auto-approve"],
  destroy: ["destroy", "-auto-approve"],
};

/** A person at a stack of all keys, and with OpenTofu at the same working copy. */
interface BenchPerson {
  start(name: RunName): EngineRun<EngineResult>;
  stateBytes(): Promise<number>;
}

interface Bench extends AsyncDisposable {
  readonly folder: string;
  person(name: string): Promise<BenchPerson>;
}

export interface BenchSize {
  readonly userInterface: InterfaceName;
  readonly keys: number;
  /** Keys at once; by default as many as the engine handles by itself. */
  readonly parallel: number | undefined;
}

async function open({ userInterface, keys, parallel }: BenchSize, uko: LocalUko): Promise<Bench> {
  const timeoutMs = 3_600_000;
  const envOf = (name: string) => ({ ...uko.settings, UKO_API_KEY: `${name}-demo-key` });
  if (userInterface === "terraform") {
    await findTofu((line) => console.error(line));
    const workspace = await TofuWorkspace.create();
    const at = parallel === undefined ? [] : [`-parallelism=${parallel}`];
    return {
      folder: workspace.folder,
      [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
      async person(name) {
        const person = await workspace.person(name, { program: configuration(keys), env: envOf(name) });
        const start = (run: RunName) => person.start([...tofuRuns[run], ...at], { timeoutMs });
        return { start, stateBytes: async () => (await person.state()).text.length };
      },
    };
  }
  const workspace = await PulumiWorkspace.create();
  const env = parallel === undefined ? {} : { PULUMI_PARALLEL: String(parallel) };
  return {
    folder: workspace.folder,
    [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
    async person(name) {
      const program = pulumiProgram(userInterface, keys);
      const person = await workspace.person(name, { program, env: { ...envOf(name), ...env } });
      const start = (run: RunName) => person.start(pulumiRuns[run], { timeoutMs });
      return { start, stateBytes: async () => (await person.exportState()).text.length };
    },
  };
}

/** Carol's runs take each step on an approval that Alice stores. Prints a row for each run. */
export async function benchKeys(size: BenchSize, rows: BenchRow[]): Promise<void> {
  const { userInterface, keys } = size;
  const uko = await LocalUko.start();
  try {
    await using bench = await open(size, uko);
    const [bob, carol] = [await bench.person("bob"), await bench.person("carol")];
    const run = async (title: string, person: BenchPerson, name: RunName, exitCode: number): Promise<void> => {
      const measured: Measured = expectExit(await measure(title, uko, () => person.start(name)), exitCode);
      const each: BenchRow = {
        ...{ userInterface, keys, run: title, calls: total(measured.calls) },
        ...{ seconds: measured.seconds, cpuSeconds: measured.cpuSeconds, providerMiB: measured.providerMiB },
        providerCpuMsPerKey: (measured.providerCpuSeconds * 1000) / keys,
        ...(name === "up" && { stateBytesPerKey: Math.round((await person.stateBytes()) / keys) }),
      };
      rows.push(each);
      console.log(tell(each));
    };
    const type = async (who: "alice" | "carol", command: string): Promise<void> => {
      const evidence = path.join(bench.folder, "evidence.jsonl");
      const environment = { ...uko.settings, UKO_API_KEY: `${who}-demo-key`, UKO_EVIDENCE: evidence };
      const { exitCode, output } = await typeUko([...command.split(" "), "--vault", "payments"], environment);
      if (exitCode !== 0) throw new Error(`uko ${command} ended with ${exitCode}:\n${output}`);
      await uko.advance("1m");
    };
    await run("up", bob, "up", 0);
    await run("unchanged", bob, "unchanged", 0);
    await run("refresh", bob, "refresh", 0);
    await uko.advance("1m");
    await run("destroy: request", carol, "destroy", 1);
    await uko.advance("1m");
    await type("alice", "approve --store");
    await run("destroy: deactivate", carol, "destroy", 1);
    await uko.advance("4h1m");
    await type("carol", "request --state deactivated");
    await type("alice", "approve --store");
    await run("destroy: destroy", carol, "destroy", 1);
    await uko.advance("30d1m");
    await run("destroy: remove", carol, "destroy", 0);
    await expectNothingTwice(uko);
  } finally {
    await uko.stop();
  }
}

/** No key was created, deactivated, destroyed or removed twice, or written more than four times. */
async function expectNothingTwice(uko: LocalUko): Promise<void> {
  const seen = new Map<string, number>();
  for (const { operation, effect, keyId } of await uko.audit()) {
    if (!effect || keyId === undefined) continue;
    const deed = `${operation} ${keyId}`;
    seen.set(deed, (seen.get(deed) ?? 0) + 1);
  }
  // A request and an approval for each of two steps.
  const tooOften = [...seen].filter(([deed, times]) => times > (deed.startsWith("updateManagedKey ") ? 4 : 1));
  if (tooOften.length > 0) throw new Error(`Took effect more often than expected: ${tooOften.slice(0, 5).join(", ")}`);
}
