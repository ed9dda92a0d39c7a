/** The output and the questions of uko for many keys without any stack, from the request to the removal. */

import { expect, onTestFinished, test } from "vitest";
import { explainVerdict } from "../support/oracle.ts";
import { type CliTestWorld, type Person, seed, startCliWorld } from "./harness.ts";

const [aKey] = seed.keys?.slice(4) ?? [];
if (aKey === undefined) throw new Error("the seed has no fifth key");

async function startWorldOf(count: number): Promise<CliTestWorld> {
  const keys = Array.from({ length: count }, (_, at) => ({
    ...aKey,
    id: `9b2d0000-0000-4000-8000-1${String(at).padStart(11, "0")}`,
    label: `app-${at}`,
    vault: "payments",
    template: "payroll",
  }));
  const world = await startCliWorld({ seed: { ...seed, keys } });
  onTestFinished(() => world.close());
  return world;
}

/** The runs of two people until the keys may be removed. */
const runs: readonly {
  readonly who: Person;
  readonly command: string;
  readonly questions: number;
  readonly wait: string;
}[] = [
  { who: "bob", command: "request --vault payments", questions: 1, wait: "1m" },
  { who: "alice", command: "approve --vault payments", questions: 1, wait: "1m" },
  { who: "alice", command: "request --vault payments", questions: 1, wait: "5h" },
  { who: "bob", command: "approve --vault payments", questions: 1, wait: "31d" },
];

const linesOf = (text: string): number => text.split("\n").length - 1;

test.each([
  [12, 40],
  [60, 80],
])("%i keys take five commands, with at most %i lines each and no question twice", async (count, maxLines) => {
  const world = await startWorldOf(count);
  const outputs: string[] = [];
  for (const { who, command, questions, wait } of [
    ...runs,
    { who: "bob", command: "continue --vault payments", questions: 2, wait: "1m" } as const,
  ]) {
    const ended = await world.type(who, command);
    expect(ended.exitCode, ended.out).toBe(0);
    expect(linesOf(ended.out), ended.out).toBeLessThanOrEqual(maxLines);
    expect(ended.questions).toHaveLength(questions);
    outputs.push(ended.out);
    await world.advance(wait);
  }
  expect(outputs[0]).toMatch(/\n {2}Next for each of these keys: uko approve\n$/);
  expect(linesOf(outputs[4] ?? "")).toBe(count);
  const verdict = await world.verdict();
  expect(verdict.ok, explainVerdict(verdict)).toBe(true);
});

test.each([
  { answers: ["remove 3"], left: 0 },
  { answers: ["y", "remove 3"], left: 0 },
  { answers: ["y", ""], left: 2 },
  { answers: ["remove 2"], left: 3 },
  { answers: ["destroy 3"], left: 3 },
])("at the removal of three keys, the answers $answers leave $left", async ({ answers, left }) => {
  const world = await startWorldOf(3);
  for (const { who, command, wait } of runs) {
    await world.type(who, command);
    await world.advance(wait);
  }
  const { questions } = await world.type("bob", "continue --vault payments", ["y", ...answers]);
  expect(questions[1]).toMatch(/^Remove key "app-0" .*\. \[y\/N, or remove 3 for each of the 3 keys\] $/);
  const { out } = await world.uko("bob", "ls --kind key --json");
  expect(linesOf(out)).toBe(left);
});
