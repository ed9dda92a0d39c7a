/**
 * A reporter whose last line says the outcome in plain words, and loudly what the reader chose to leave out. With
 * `UKO_TEST_COUNTS=<file>` the line sums up this run and the earlier ones that named the same file.
 */

import { appendFileSync, readFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    // A file that does not even load has no test that could fail.
    const broken = modules.filter((module) => module.state() === "failed" && module.children.size === 0).length;
    if (process.env.UKO_SKIP_ENGINE_TESTS === "1") {
      console.log("NOT RUN: every test with the real Pulumi CLI, because UKO_SKIP_ENGINE_TESTS=1 is set.");
    }
    if (process.env.UKO_SKIP_PYTHON === "1") {
      console.log("NOT RUN: every test with a program in Python, because UKO_SKIP_PYTHON=1 is set.");
    }
    for (const test of tests) {
      const result = test.result();
      // Whoever is left out by a list says why.
      if (result.state === "skipped" && result.note !== undefined) {
        console.log(`NOT RUN (${test.project.name}): ${test.fullName}: ${result.note}`);
      }
    }
    const failed = count("failed") + broken + unhandledErrors.length;
    const sum = addUp({ passed: count("passed"), failed, skipped: count("skipped") });
    // After the summary and the coverage, which are written later in the same turn.
    process.once("exit", () => {
      console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ""}`);
    });
  }
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The counts of this run, and of the earlier runs in the file that `UKO_TEST_COUNTS` names. */
export function addUp(counts: Counts): Counts {
  const file = process.env.UKO_TEST_COUNTS;
  if (file === undefined) return counts;
  appendFileSync(file, `${JSON.stringify(counts)}\n`);
  const runs = readFileSync(file, "utf8").trim().split("\n");
  return runs
    .map((line) => JSON.parse(line) as Counts)
    .reduce((sum, run) => ({
      passed: sum.passed + run.passed,
      failed: sum.failed + run.failed,
      skipped: sum.skipped + run.skipped,
    }));
}
