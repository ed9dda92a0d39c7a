/**
 * `npm run mutate [-- --seed N --count N]`: breaks the deciders of `provider/lifecycle/` and `provider/campaign/rules/`,
 * and the clients' code that takes permits, at places drawn by the seed, one condition at a time, and names each break
 * that no test within one process notices.
 *
 * A survivor is a rule that nobody tests, or a condition that cannot matter: a person has to say which.
 */

import { spawnSync } from "node:child_process";
import { globSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { repository } from "../support/documents.ts";
import { copyCheckout, withFiles } from "./copy.ts";
import { type MutationPoint, mutationPointsOf } from "./points.ts";

const lifecycleTests = readdirSync(path.join(repository, "test/lifecycle")).map((name) => `test/lifecycle/${name}`);
const isModel = (tests: string) => tests.endsWith("/model");

/** The tests for a break in one file. Those that notice most breaks soonest come first, and the others see what is left. */
const stages: readonly ((file: string) => readonly string[])[] = [
  (file) => [file.replace(/^provider(.*)\.ts$/u, "test$1.test.ts")],
  () => ["test/campaign/", ...lifecycleTests.filter((tests) => !isModel(tests))],
  () => ["test/services/http/", "test/services/uko/", "test/services/kms/", "test/engine/"],
  () => lifecycleTests.filter(isModel),
  () => ["test/cli/", "test/console/", "test/certificate/"],
];

interface Mutant extends MutationPoint {
  readonly file: string;
  readonly source: string;
}

const { values } = parseArgs({ options: { seed: { type: "string" }, count: { type: "string", default: "100" } } });
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const count = Number(values.count);

const sourceOf = (file: string) => readFileSync(path.join(repository, file), "utf8");
const takesPermits = (file: string) => sourceOf(file).includes("ermit");
const files = [
  ...globSync("provider/{lifecycle,campaign/rules}/**/*.ts", { cwd: repository }),
  ...globSync("provider/services/**/*.ts", { cwd: repository }).filter(takesPermits),
].toSorted();
const points = files.flatMap((file): readonly Mutant[] => {
  const source = sourceOf(file);
  return mutationPointsOf(source).map((point) => ({ ...point, file, source }));
});
const [drawn = []] = fc.sample(fc.shuffledSubarray(points, { minLength: count, maxLength: count }), {
  seed,
  numRuns: 1,
});

const { copy } = copyCheckout();

console.log(`seed ${seed}: ${drawn.length} of ${points.length} places in ${files.length} files`);
let left: readonly Mutant[] = drawn;
for (const testsFor of stages) {
  const tests = [...new Set(left.flatMap(({ file }) => testsFor(file)))];
  const limitMs = left.length > 0 ? Math.ceil(timeOfUnbroken(tests) * 4 + 60_000) : 0;
  left = left.filter((mutant) => {
    const isCaught = withMutant(mutant, () => run(testsFor(mutant.file), limitMs).status !== 0);
    console.log(`${isCaught ? "caught" : "missed"} by ${testsFor(mutant.file).at(-1)}: ${described(mutant)}`);
    return !isCaught;
  });
}
for (const mutant of left) console.log(`SURVIVED: ${described(mutant)}`);
console.log(`${drawn.length - left.length} of ${drawn.length} were caught`);

function withMutant<T>({ file, source, start, end, text }: Mutant, act: () => T): T {
  return withFiles(copy, new Map([[file, source.slice(0, start) + text + source.slice(end)]]), act);
}

/** How long the tests take without a break. A busy machine can fail one of them, so they have a second chance. */
function timeOfUnbroken(tests: readonly string[]): number {
  const startMs = performance.now();
  if (run(tests).status === 0) return performance.now() - startMs;
  const { status, stdout } = run(tests);
  if (status !== 0) throw new Error(`these fail without a break: ${tests.join(" ")}\n${stdout}`);
  return performance.now() - startMs;
}

/** Tests that take much longer than without a break count as failing, since a break can make a loop endless. */
function run(tests: readonly string[], timeout?: number) {
  const vitest = path.join(copy, "node_modules/vitest/vitest.mjs");
  const patience = ["--testTimeout", "500000", "--hookTimeout", "500000"];
  const args = [vitest, "run", "--project", "unit", "--bail", "1", "--passWithNoTests", ...patience, ...tests];
  const env = { ...process.env, UKO_TEST_TIER: "quick" };
  return spawnSync(process.execPath, [...args, "--reporter", "dot"], { cwd: copy, env, encoding: "utf8", timeout });
}

function described({ file, source, start, end, text }: Mutant): string {
  const line = source.slice(0, start).split("\n").length;
  return `${file}:${line}: ${source.slice(start, end).replaceAll(/\s+/gu, " ")} -> ${text.replaceAll(/\s+/gu, " ")}`;
}
