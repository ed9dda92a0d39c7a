/** A reporter whose last line says the outcome in plain words, and loudly what the reader chose to leave out. */

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
    const skipped = count("skipped");
    // After the summary and the coverage, which are written later in the same turn.
    process.once("exit", () => {
      console.log(`${count("passed")} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
    });
  }
}
