import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Skip, skipCounts, skips } from "../skips.ts";
import { findSkip } from "./find-skip.ts";

/** What is wrong with an entry, or nothing. */
function faultOf({ file, title, reason }: Skip): string | undefined {
  const source = new URL(`../${file}.test.ts`, import.meta.url);
  if (!existsSync(source)) return `There is no file ${file}.test.ts.`;
  if (!readFileSync(source, "utf8").includes(JSON.stringify(title))) return `${file} has no test "${title}".`;
  return /\S \S/.test(reason) ? undefined : "The reason is no sentence.";
}

const real: Skip = {
  userInterface: "package",
  file: "08-gone-or-not",
  title: "two people destroy a key that was never active, both by hand (%s)",
  reason: "it has no such key",
};

describe("the committed skip list", () => {
  test("names tests that are there, each with its reason", () => {
    expect(skips.map(faultOf).filter((fault) => fault !== undefined)).toEqual([]);
  });

  test("is as long for each interface as committed", () => {
    const counts = Object.fromEntries(
      Object.keys(skipCounts).map((userInterface) => [
        userInterface,
        skips.filter((skip) => skip.userInterface === userInterface && skip.needs === undefined).length,
      ]),
    );
    expect(counts).toEqual(skipCounts);
  });

  test("is checked for a missing file, test or reason", () => {
    expect(faultOf(real)).toBeUndefined();
    expect(faultOf({ ...real, file: "08-gone" })).toBe("There is no file 08-gone.test.ts.");
    expect(faultOf({ ...real, title: "a key that was never" })).toMatch(/has no test/);
    expect(faultOf({ ...real, reason: "" })).toMatch(/no sentence/);
  });
});

test("an entry leaves out that test alone, with every value of its table, for that interface alone", () => {
  const running = {
    userInterface: "package",
    isOnWire: false,
    file: "test/contracts/interfaces/08-gone-or-not.test.ts",
    title: "two people destroy a key that was never active, both by hand (documented)",
  } as const;
  expect(findSkip([real], running)).toBe(real);
  expect(findSkip([real], { ...running, title: running.title.replace("documented", "tags-dropped") })).toBe(real);
  expect(findSkip([real], { ...running, userInterface: "dynamic" })).toBeUndefined();
  expect(findSkip([{ ...real, needs: "cli" }], running)).toBeUndefined();
  expect(findSkip([{ ...real, needs: "cli" }], { ...running, isOnWire: true })).toMatchObject({ needs: "cli" });
  expect(findSkip([real], { ...running, file: "01-four-runs.test.ts" })).toBeUndefined();
  expect(findSkip([real], { ...running, title: `${running.title} twice` })).toBeUndefined();
});
