/**
 * `npm run mutate [-- --seed N --count N]`: breaks the deciders of `provider/lifecycle/` at places drawn by the seed, one condition
 * at a time, and names each break that no test within one process notices.
 *
 * A survivor is a rule that nobody tests, or a condition that cannot matter: a person has to say which.
 */

import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { repository } from "../support/documents.ts";
import { type MutationPoint, mutationPointsOf } from "./points.ts";

/** The tests that notice most breaks soonest come first, since a run ends with its first failure. */
const stages: readonly (readonly string[])[] = [
  ["test/lifecycle/every-situation.test.ts"],
  ["test/lifecycle/"],
  ["test/engine/", "test/attacks/", "test/cli/", "test/console/", "test/certificate/"],
];

interface Mutant extends MutationPoint {
  readonly file: string;
  readonly source: string;
}

const { values } = parseArgs({ options: { seed: { type: "string" }, count: { type: "string", default: "100" } } });
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const count = Number(values.count);

const deciders = globSync("provider/lifecycle/**/*.ts", { cwd: repository }).toSorted();
const points = deciders.flatMap((file): readonly Mutant[] => {
  const source = readFileSync(path.join(repository, file), "utf8");
  return mutationPointsOf(source).map((point) => ({ ...point, file, source }));
});
const [drawn = []] = fc.sample(fc.shuffledSubarray(points, { minLength: count, maxLength: count }), {
  seed,
  numRuns: 1,
});

const copy = mkdtempSync(path.join(tmpdir(), "uko-mutants-"));
process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
copyCheckout();

console.log(`seed ${seed}: ${drawn.length} of ${points.length} places in ${deciders.length} files`);
if (!passes(stages.flat(), "inherit")) throw new Error("the tests fail without a break: mend them first");
const survivors = drawn.filter((mutant, index) => {
  const isCaught = withMutant(mutant, () => stages.some((files) => !passes(files)));
  console.log(`${index + 1} ${isCaught ? "caught  " : "SURVIVED"} ${described(mutant)}`);
  return !isCaught;
});
console.log(`${drawn.length - survivors.length} of ${drawn.length} were caught`);

/** Everything that the tests read, their list of files in git too, so that no break ever stands in the checkout itself. */
function copyCheckout(): void {
  const listed = spawnSync("git", ["ls-files", "-z"], { cwd: repository, encoding: "utf8" }).stdout.split("\0");
  for (const file of listed.filter(Boolean)) cpSync(path.join(repository, file), path.join(copy, file));
  for (const folder of ["node_modules", "build", "dist"]) {
    symlinkSync(path.join(repository, folder), path.join(copy, folder));
  }
  for (const args of [
    ["init", "--quiet"],
    ["add", "--all"],
  ])
    spawnSync("git", args, { cwd: copy });
}

function withMutant<T>({ file, source, start, end, text }: Mutant, run: () => T): T {
  const target = path.join(copy, file);
  writeFileSync(target, source.slice(0, start) + text + source.slice(end));
  try {
    return run();
  } finally {
    writeFileSync(target, source);
  }
}

/** Tests that hang count as failing: a break can make a loop endless. */
function passes(files: readonly string[], stdio: "inherit" | "ignore" = "ignore"): boolean {
  const vitest = path.join(copy, "node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--project", "unit", "--bail", "1", "--reporter", "dot", ...files];
  const env = { ...process.env, UKO_TEST_TIER: "quick" };
  return spawnSync(process.execPath, args, { cwd: copy, env, stdio, timeout: 600_000 }).status === 0;
}

function described({ file, source, start, end, text }: Mutant): string {
  const line = source.slice(0, start).split("\n").length;
  return `${file}:${line}: ${source.slice(start, end).replaceAll(/\s+/gu, " ")} -> ${text.replaceAll(/\s+/gu, " ")}`;
}
