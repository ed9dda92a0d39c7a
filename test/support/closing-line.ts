/**
 * A reporter whose last line says the outcome in plain words, and loudly what the reader chose to leave out. With
 * `UKO_TEST_COUNTS=<file>` the line sums up this run and the earlier ones that named the same file. The line before it
 * says what the run cost; `UKO_TEST_TIMES=1` lists the files that cost most.
 */

import { appendFileSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import { tier } from "./tier.ts";

/** What a run of `npm test` may cost. A busy machine is slower, so a run over it is shown and does not fail. */
const budgetMinutes = 7;
const listedFiles = 20;

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    // A file that does not even load has no test that could fail.
    const broken = modules.filter((module) => module.state() === "failed" && module.children.size === 0).length;
    if (process.env.UKO_SKIP_ENGINE_TESTS === "1") {
      console.log("NOT RUN: every test with the real Pulumi CLI, because UKO_SKIP_ENGINE_TESTS=1 is set.");
    }
    if (process.env.UKO_SKIP_JAVA === "1") {
      console.log("NOT RUN: every test with a program in Java, because UKO_SKIP_JAVA=1 is set.");
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
    if (process.env.UKO_TEST_TIMES === "1") console.log(slowestOf(modules));
    // After the summary and the coverage, which are written later in the same turn.
    process.once("exit", () => {
      console.log(costOf({ wallSeconds: process.uptime(), cpuSeconds: cpuSeconds(), isQuick: tier === "quick" }));
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

/** The CPU time so far of this process and, on Linux, of all those that it started and that have ended. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000 + childSeconds();
}

function childSeconds(): number {
  if (process.platform !== "linux") return 0;
  // proc(5): after the name in parentheses, cutime and cstime are the 14th and 15th field, in hundredths of a second.
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

export interface Cost {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly isQuick: boolean;
}

/** What a run cost, and if it is one of `npm test`, whether that is within its budget. */
export function costOf({ wallSeconds, cpuSeconds, isQuick }: Cost): string {
  const minutes = (seconds: number): string => (seconds / 60).toFixed(1);
  const cost = `${minutes(wallSeconds)} minutes, ${minutes(cpuSeconds)} CPU-minutes`;
  if (!isQuick) return cost;
  const isOver = Math.max(wallSeconds, cpuSeconds) > budgetMinutes * 60;
  return `${cost}; the budget of npm test is ${budgetMinutes} of each${isOver ? ": OVER BUDGET" : ""}`;
}

function slowestOf(modules: readonly TestModule[]): string {
  const costs = modules
    .map((module) => ({
      seconds: module.meta().cpuSeconds ?? 0,
      name: `${path.relative(process.cwd(), module.moduleId)} (${module.project.name})`,
    }))
    .sort((one, other) => other.seconds - one.seconds);
  const lines = costs.slice(0, listedFiles).map(({ seconds, name }) => `${seconds.toFixed(1).padStart(7)} s  ${name}`);
  const rest = costs.slice(listedFiles).reduce((sum, { seconds }) => sum + seconds, 0);
  return ["CPU time by test file, with its processes:", ...lines, `${rest.toFixed(1).padStart(7)} s  all others`].join(
    "\n",
  );
}
