/**
 * Two groups of tests, one after the other: those within one process, then those with the real Pulumi CLI. Of the latter the
 * scenarios of test/contracts/doors run once for each door, each a project: `npx vitest run --project "door: dynamic"`.
 */

import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";
import { doorNames } from "./test/contracts/doors/door-names.ts";

const withoutEngines = process.env.UKO_SKIP_ENGINE_TESTS === "1";
const endToEnd = ["test/e2e/**/*.test.ts", "test/**/*.e2e.test.ts"];
const scenarios = ["test/contracts/doors/*.test.ts"];
// A run of the CLI waits about as long as it computes, so two at once pay even on two cores.
const maxWorkers = Math.max(2, availableParallelism());

const withEngine = {
  globalSetup: "test/support/build-first.ts",
  testTimeout: 180_000,
  hookTimeout: 120_000,
  pool: "forks",
  maxWorkers,
  sequence: { groupOrder: 1 },
} as const;

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/closing-line.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...endToEnd, ...scenarios],
          testTimeout: 30_000,
          maxWorkers,
          sequence: { groupOrder: 0 },
        },
      },
      ...(withoutEngines
        ? []
        : [
            // What begins anywhere on a recorded path records it through the door that needs no other process.
            { test: { ...withEngine, name: "e2e", include: endToEnd, env: { UKO_TEST_DOOR: "dynamic" } } },
            ...doorNames.map((door) => ({
              test: {
                ...withEngine,
                name: `door: ${door}`,
                include: scenarios,
                setupFiles: "test/contracts/doors/support/skip-listed.ts",
                env: { UKO_TEST_DOOR: door },
              },
            })),
          ]),
    ],
    coverage: {
      provider: "v8",
      include: ["provider/lifecycle/**"],
      reporter: ["text-summary", "html"],
      // The product's safety is decided there, so every branch of it is seen.
      thresholds: { branches: 100, functions: 100, lines: 100, statements: 100 },
    },
  },
});
