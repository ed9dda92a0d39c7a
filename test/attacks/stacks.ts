/**
 * The stacks of attacks that hold for every interface: people change a program and run it, and the attack is in the order of
 * their runs. The emulator, the provider and the engine in little are in this process, and no run waits.
 */

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import type { Outputs } from "../../provider/compose/world.ts";
import type { InterfaceName } from "../contracts/interfaces/interface-names.ts";
import type { Resource } from "../contracts/interfaces/user-interface.ts";
import { apiKeys, vaultId } from "../emulator/harness.ts";
import { type EngineWorld, resetGoingForward, startEngineWorld } from "../engine/harness.ts";
import { environmentAt } from "../engine/process-stage.ts";
import { connectDynamic } from "../simulation/hosts.ts";
import { openStack, type Stack, type StackReport, type StackRun } from "../simulation/stack.ts";
import { freshStateHome } from "../support/state-home.ts";

type Who = keyof typeof apiKeys;

export interface RunBy extends Partial<Omit<StackRun, "kind" | "outputs">> {
  readonly who?: Who;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Report extends StackReport {
  /** The calls of the run that changed something. */
  readonly writes: readonly string[];
}

export interface AttackedStack extends Pick<Stack, "known" | "edit"> {
  run(kind: StackRun["kind"], request?: RunBy): Promise<Report>;
  /** A run by Bob that has to go well; a minute passes after it. */
  up(program: StackRun["program"], request?: RunBy): Promise<Report>;
  /** The names of the resources in the state. */
  names(): readonly string[];
}

export interface Stacks {
  readonly uko: EngineWorld;
  /** A stack with an empty state. */
  open(userInterface: InterfaceName): AttackedStack;
  /** For calls that no engine in little makes: what a run prints to, and from then on the environment of this person. */
  readonly outputs: Outputs;
  be(who: Who, env?: Readonly<Record<string, string>>): void;
}

/** A key of a program. */
export const keyWith = (over: Readonly<Record<string, unknown>> = {}): Resource => ({
  type: "ManagedKey",
  args: { vaultId, template: "payroll", label: "payroll", ...over },
});

/** One world for a file of tests, seeded again before each. */
export function useStacks(): Stacks {
  let uko: EngineWorld;
  let engine: { close(): void };
  const own = process.env;
  const root = mkdtempSync(path.join(tmpdir(), "uko-stacks-"));
  // Keys of other files have the same IDs, so the evidence of those files must not speak of these.
  const home = { XDG_STATE_HOME: freshStateHome() };
  beforeAll(async () => {
    uko = await startEngineWorld();
    engine = await connectDynamic();
  });
  beforeEach(() => {
    resetGoingForward(uko);
    uko.test.emulator.world.faults.clear();
  });
  afterEach(() => {
    process.env = own;
  });
  afterAll(async () => {
    engine.close();
    await uko.test.close();
    rmSync(root, { recursive: true, force: true });
  });
  const outputs: Outputs = {
    progress: { report() {} },
    evidenceLog: async () => {},
    clock: {
      monotonicMs: () => performance.now(),
      async sleep(_ms, signal) {
        signal.throwIfAborted();
      },
    },
  };
  const be: Stacks["be"] = (who, env = {}) => {
    process.env = environmentAt(uko, apiKeys[who], { ...home, ...env });
  };
  return {
    get uko() {
      return uko;
    },
    outputs,
    be,
    open(userInterface) {
      const folder = mkdtempSync(path.join(root, "stack-"));
      mkdirSync(path.join(folder, "backend"));
      const stack = openStack(userInterface, folder);
      const run: AttackedStack["run"] = async (kind, { who = "bob", env = {}, program = {}, ...rest } = {}) => {
        const seq = await uko.lastSeq();
        be(who, env);
        const report = await stack.run({ kind, program, outputs, ...rest });
        return { ...report, writes: await uko.effects(seq) };
      };
      return {
        ...stack,
        run,
        async up(program, request = {}) {
          const report = await run("up", { program, ...request });
          expect(report.errors).toEqual([]);
          await uko.advance("60s");
          return report;
        },
        names: () => stack.known().map(({ name }) => name),
      };
    },
  };
}
