/** The key check value in evidence and certificates: auditors of payment keys recognize a key by it. */

import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { trustAll } from "../certificate/story.ts";
import { useStory } from "../certificate/use-story.ts";

const story = useStory();
beforeAll(async () => {
  await story.destroy("payroll");
  await story.remove("payroll");
  expect(await story.uko("bob", "certificate create --sign-key @bob.key --out @c.json")).toMatchObject({ err: "" });
});

interface Line {
  readonly step: string;
  readonly phase: string;
  readonly key?: { readonly keyCheckValues?: readonly { readonly method: string; readonly value: string }[] };
}

const lines = (): readonly Line[] =>
  readFileSync(story.file("evidence.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
const values = [{ method: "ENC-ZERO", value: expect.stringMatching(/^[\dA-F]{6}$/) }];

it("is in the evidence before each step that deactivates, destroys or removes", () => {
  const before = lines().filter(({ phase }) => phase === "before");
  expect(before.map(({ step, key }) => [step, key?.keyCheckValues])).toEqual([
    ["deactivate", values],
    ["destroy", values],
    ["remove", values],
  ]);
});

it("is in the signed statement, in the check and on the page", async () => {
  const statement = JSON.parse((await story.uko("erin", "certificate show @c.json --json")).out);
  expect(statement.predicate.keys[0].keyCheckValues).toEqual(values);
  const said = /^ {2}Key check value: [\dA-F]{6} \(ENC-ZERO\)$/m;
  const verify = `certificate verify @c.json --allow-emulator ${trustAll} --evidence @evidence.jsonl`;
  expect((await story.uko("erin", verify)).out).toMatch(said);
  expect(JSON.parse((await story.uko("erin", `${verify} --json`)).out).keys[0]).toMatchObject({
    keyCheckValues: values,
  });
  await story.uko("erin", "certificate show @c.json --html @c.html");
  expect(readFileSync(story.file("c.html"), "utf8")).toMatch(
    /<dt>Key check value<\/dt><dd>[\dA-F]{6} \(ENC-ZERO\)<\/dd>/,
  );
});
