/**
 * `npm run simulate:mutants [-- --seed N --steps N --count N]`: breaks the deciders as test/lifecycle/model/mutants.ts says, and the
 * clients' writes, one rule at a time, and counts the steps until the simulator finds the break. `count` draws some of them by the
 * seed. A break that it does not find needs a move, or a reason (unfound.ts), and a break that it finds needs no reason.
 */

import { spawnSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { mutants } from "../lifecycle/model/mutants.ts";
import { copyCheckout, withFiles } from "./copy.ts";
import { unfound } from "./unfound.ts";

/** What a client does with a permit, an ETag and an answer, by file below `provider/`. */
const brokenClients: Readonly<Record<string, Readonly<Record<string, readonly [from: string, to: string]>>>> = {
  "services/uko/transport": {
    "a write names no version": ['...(etag !== undefined && { "if-match": etag }),', ""],
  },
  "services/http/client": {
    "a permit is not spent": ['if (typeof change !== "string") ', "if (false) "],
    "a permit never grows old": ["if (request.permit !== undefined && !isFresh(request.permit)) {", "if (false) {"],
  },
  "services/http/write-result": {
    "a write of another version is a lost answer": ['if (status === 412) return { kind: "stale" };', ""],
    "a refusal is a lost answer": ["const isRefusal = status >= 400 &&", "const isRefusal = status >= 600 &&"],
  },
};

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "48" },
    steps: { type: "string", default: "1500" },
    count: { type: "string" },
  },
});
const breaks = [
  ...mutants.map(({ name, edits }) => ({
    name,
    edits: edits.map((edit) => ({ ...edit, file: `lifecycle/${edit.file}` })),
  })),
  ...Object.entries(brokenClients).flatMap(([file, broken]) =>
    Object.entries(broken).map(([name, [from, to]]) => ({ name, edits: [{ file, from, to }] })),
  ),
];
const count = Number(values.count ?? breaks.length);
const [drawn = []] = fc.sample(fc.shuffledSubarray(breaks, { minLength: count, maxLength: count }), {
  seed: Number(values.seed),
  numRuns: 1,
});

const { copy, readIn } = copyCheckout();
const before = findingIn(copy);
if (before !== undefined) throw new Error(`The stories of this seed break a rule without a break: ${before}`);
let found = 0;
const wrong: string[] = [];
for (const { name, edits } of drawn.toSorted((a, b) => Number(unfound.has(a.name)) - Number(unfound.has(b.name)))) {
  const files = new Map<string, string>();
  for (const { file, from, to } of edits) {
    const place = `provider/${file}.ts`;
    const text = files.get(place) ?? readIn(place);
    if (!text.includes(from)) throw new Error(`There is nothing to break in ${file} for "${name}".`);
    files.set(place, text.replace(from, to));
  }
  const finding = withFiles(copy, files, () => findingIn(copy));
  if (finding !== undefined) found += 1;
  if ((finding === undefined) !== unfound.has(name)) wrong.push(name);
  const reason = unfound.get(name);
  const end = finding === undefined ? `not found in ${values.steps} steps` : `found ${finding}`;
  console.log(`${end}: ${name}${reason === undefined ? "" : ` (${reason})`}`);
}
console.log(`${found} of ${drawn.length} breaks were found`);
const stale = [...unfound.keys()].filter((name) => !breaks.some((each) => each.name === name));
if (wrong.length + stale.length > 0) {
  console.log(`Not as unfound.ts says:${[...wrong, ...stale].map((name) => `\n  ${name}`).join("")}`);
  process.exitCode = 1;
}

/** The rule that the simulator finds broken, and after how many steps. A run that ends by itself has found the break as well. */
function findingIn(folder: string): string | undefined {
  const args = [path.join(folder, "test/mutation/simulated.ts"), values.seed, values.steps];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) return `at once, since the run ends: ${stderr.trim().split("\n").at(-1)}`;
  const { rule, steps } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { rule?: string; steps: number };
  return rule === undefined ? undefined : `in ${steps} steps by "${rule}"`;
}
