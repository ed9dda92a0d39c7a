/**
 * The projects of the test suite and the tier of a run (test/support/tier.ts): the tests within one process, those of one engine,
 * and the scenarios of test/contracts/interfaces once for each interface: `npx vitest run --project "interface: dynamic"`.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import {
  type InterfaceName,
  interfaceNames,
  scenariosOfEngines,
  wireInterfaces,
} from "./test/contracts/interfaces/interface-names.ts";
import { quickScenarios, type Tier, tier } from "./test/support/tier.ts";

const withoutEngines = process.env.UKO_SKIP_ENGINE_TESTS === "1";
const endToEnd = ["test/e2e/**/*.test.ts", "test/**/*.e2e.test.ts"];
const scenarios = ["test/contracts/interfaces/*.test.ts"];
const attacks = ["test/attacks/**/*.test.ts"];
/** What `quick` leaves out of the tests within one process. */
const notInQuick = [
  ...attacks,
  "test/lifecycle/model/mutants.test.ts",
  "test/engine/lost-responses.test.ts",
  "test/cli/campaign-planted.test.ts",
  "test/cli/import.test.ts",
  "test/simulation/seed.test.ts",
];
/** The same, and what `quick` explores less deeply or repeats less often. */
const slowUnit = [...notInQuick, "test/lifecycle/model/model.test.ts", "test/lifecycle/kms-key/kms-key-model.test.ts"];
/** What puts something in the place of a module that other files use; all others share a process and its modules. */
const apart = ["test/resources/schema/registry.test.ts"];
const filesOf = (names: readonly string[]): string[] =>
  names.map((name) => `test/contracts/interfaces/${name}.test.ts`);
/** The files that run with the CLI of an interface; `full` and `all` leave nothing to the wire alone. */
function withCli(userInterface: InterfaceName): string[] {
  if (tier === "quick") return filesOf(quickScenarios);
  return tier === "rest" && userInterface !== "terraform" ? filesOf(scenariosOfEngines) : scenarios;
}
// A test that starts a CLI or a browser waits for a third of its time, so one worker more than cores keeps the cores busy.
const maxWorkers = availableParallelism() + 1;

/** The files that take minutes. Vitest sorts by the size of a file, which would start some of these last. */
const longest = [
  "test/lifecycle/model/",
  "test/examples/stories.e2e",
  "test/docs/tutorials.e2e",
  "test/docs/install.e2e",
];

/** Starts the longest files first, so that no worker ends a run alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => longest.some((name) => moduleId.includes(`/${name}`));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** What counts the CPU time of each file. */
const counter = "test/support/cpu-time.ts";

/** No test writes evidence to the state folder of its developer, and none runs as in a pipeline without asking for it. */
const stateHome = mkdtempSync(path.join(tmpdir(), "uko-state-"));
process.once("exit", () => rmSync(stateHome, { recursive: true, force: true }));
const env = { XDG_STATE_HOME: stateHome, CI: "" };

const withEngine = {
  env,
  setupFiles: [counter],
  globalSetup: "test/support/build-first.ts",
  testTimeout: 180_000,
  hookTimeout: 120_000,
  pool: "forks",
  isolate: false,
  maxWorkers,
} as const;

const withinProcess = {
  env,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  setupFiles: [counter],
  maxWorkers,
} as const;
const leftOut = [...configDefaults.exclude, ...endToEnd, ...scenarios, ...(tier === "quick" ? notInQuick : [])];

const unit = {
  test: {
    ...withinProcess,
    name: "unit",
    isolate: false,
    include: tier === "rest" ? slowUnit : ["test/**/*.test.ts"],
    exclude: [...leftOut, ...apart],
  },
};
const unitApart = {
  test: {
    ...withinProcess,
    name: "unit: apart",
    include: tier === "rest" ? [] : apart,
    exclude: leftOut,
  },
};

/** What belongs to one engine. A recording of the path for it is made through the interface that needs no other process. */
const e2e = { test: { ...withEngine, name: "e2e", include: endToEnd, env: { ...env, UKO_TEST_INTERFACE: "dynamic" } } };

/** In `quick` the package alone runs with its CLI, and one scenario: it shows that the parts work together. */
const userInterfaces = interfaceNames
  .filter((userInterface) => tier !== "quick" || userInterface === "package")
  .map((userInterface) => ({
    test: {
      ...withEngine,
      name: `interface: ${userInterface}`,
      include: withCli(userInterface),
      setupFiles: [counter, "test/contracts/interfaces/support/each-file.ts"],
      env: { ...env, UKO_TEST_INTERFACE: userInterface },
    },
  }));

/** Scenarios on the wire, without the CLI: for the package in `quick`, and for the npm package in `rest`. */
const wiresOfTier = (
  { quick: ["package"], rest: ["dynamic"], full: ["package"], all: wireInterfaces } satisfies Record<
    Tier,
    readonly InterfaceName[]
  >
)[tier ?? "all"];
/** In these tiers a scenario runs once for each interface. */
const isShort = tier === "quick" || tier === "rest";
const wires = wiresOfTier.map((userInterface) => ({
  test: {
    ...withEngine,
    name: `wire: ${userInterface}`,
    include: scenarios,
    // The real CLI runs these in the same tier.
    exclude: [...configDefaults.exclude, ...(isShort && !withoutEngines ? withCli(userInterface) : [])],
    setupFiles: [counter, "test/contracts/interfaces/support/each-file.ts"],
    env: { ...env, UKO_TEST_INTERFACE: userInterface, UKO_TEST_HOST: "wire" },
  },
}));

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/closing-line.ts"],
    sequence: { sequencer: LongestFirst },
    projects: [
      unit,
      unitApart,
      ...wires,
      ...(withoutEngines ? [] : [...(tier === "quick" ? [] : [e2e]), ...userInterfaces]),
    ],
    coverage: {
      provider: "v8",
      include: ["provider/lifecycle/**/*.ts", "provider/campaign/rules/**/*.ts"],
      reporter: ["text-summary", "html"],
      // The product's safety is decided there, so every branch of it is seen.
      thresholds: { branches: 100, functions: 100, lines: 100, statements: 100 },
    },
  },
});
