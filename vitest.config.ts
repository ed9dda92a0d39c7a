/** Two groups of tests, one after the other: those within one process, then those with the real Pulumi CLI (test/e2e). */

import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";

const withoutEngines = process.env.UKO_SKIP_ENGINE_TESTS === "1";
const endToEnd = ["test/e2e/**/*.test.ts", "test/**/*.e2e.test.ts"];
// A run of the CLI waits about as long as it computes, so two at once pay even on two cores.
const maxWorkers = Math.max(2, availableParallelism());

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/closing-line.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...endToEnd],
          testTimeout: 30_000,
          maxWorkers,
          sequence: { groupOrder: 0 },
        },
      },
      ...(withoutEngines
        ? []
        : [
            {
              test: {
                name: "e2e",
                include: endToEnd,
                globalSetup: "test/support/build-first.ts",
                testTimeout: 180_000,
                hookTimeout: 120_000,
                pool: "forks" as const,
                maxWorkers,
                sequence: { groupOrder: 1 },
              },
            },
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
