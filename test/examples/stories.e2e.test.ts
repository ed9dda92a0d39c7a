import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { commandStory } from "../../examples/demo/command-story.ts";
import { constantTextOf, framesOf } from "../../examples/demo/frames.ts";
import { framesInPicture } from "../../examples/demo/picture.ts";
import { story as demo } from "../../examples/demo/story.ts";
import { isJavaLeftOut } from "../engines/find-java.ts";
import { isPythonLeftOut } from "../engines/find-python.ts";
import { perform, type Story } from "../stage/perform.ts";
import { read, repository } from "../support/documents.ts";
import { explainVerdict, judge } from "../support/oracle.ts";
import { stories } from "./stories/index.ts";
import { story as onePerson } from "./stories/one-person.ts";

const wholeLife = ["createManagedKey", "deactivateManagedKey", "destroyManagedKey", "deleteManagedKey"];

interface Expectation {
  /** Whether the deletion requires two people. */
  readonly required?: boolean;
  readonly keys?: number;
  readonly steps?: readonly string[];
}

/** What is special about an example; all others delete one key with two people. */
const expectations: Readonly<Record<string, Expectation>> = {
  "the demo without an engine": { steps: wholeLife.slice(1) },
  "one-person": { required: false },
  "whole-stack": { keys: 2 },
  "existing-key/pulumi": { steps: ["deactivateManagedKey"] },
  "existing-key/opentofu": { steps: ["deactivateManagedKey"] },
  "existing-vault/imported": { steps: ["destroyManagedKey"] },
  "existing-vault/component": { steps: [] },
  "existing-vault/opentofu": { steps: [] },
  "rotate-then-retire": {
    steps: ["createManagedKey", "createManagedKey", "deactivateManagedKey", "destroyManagedKey", "deleteManagedKey"],
  },
};
const leftOut = new Set([...(isPythonLeftOut() ? ["pulumi-python"] : []), ...(isJavaLeftOut() ? ["pulumi-java"] : [])]);
const told: readonly { readonly name: string; readonly story: Story }[] = [
  { name: "the demo", story: demo },
  { name: "the demo without an engine", story: commandStory },
  ...Object.entries(stories).flatMap(([name, story]) =>
    // A browser takes the steps of the console: test/examples/console.e2e.test.ts.
    story.kind === "console" || leftOut.has(name) ? [] : [{ name, story }],
  ),
];

test.each(told)("$name goes as told, with two people wherever they are required", async ({ name, story }) => {
  const { required = true, keys = 1, steps = wholeLife } = expectations[name] ?? {};
  const printed: string[] = [];
  const audit = await perform(story, (text) => {
    printed.push(text);
  });
  const verdict = judge(audit, { required, gate: "both" });
  expect(verdict.ok, explainVerdict(verdict)).toBe(true);
  const changes = audit.filter(
    ({ operation, effect, keyId, from, to }) => operation !== "seed" && effect && keyId !== undefined && from !== to,
  );
  const expected = steps.flatMap((step) => Array.from({ length: keys }, () => step));
  expect(changes.map(({ operation }) => operation)).toEqual(expected);
  expect(printed.join(""), "no color without a terminal").not.toContain("\u001b[");
  if (story === demo) {
    const stored = constantTextOf(framesInPicture(read("provider/docs/images/demo.svg")));
    expect(stored, "the picture shows another run: npm run picture").toEqual(constantTextOf(framesOf(printed)));
  }
});

test("with Node alone, the demo plays the whole month by command line, and says what to install for Pulumi", async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), "uko-demo-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["test/engines/prepare.mjs", "examples/demo/demo.ts"],
    {
      cwd: repository,
      env: { HOME: home, PATH: path.dirname(process.execPath) },
    },
  );
  expect(stdout).toContain("you requested this step yourself, so another person has to approve it");
  expect(stdout).toMatch(/Bob Example +removed the key's metadata +destroyed → removed/);
  const [install, next] = stdout.trimEnd().split("\n\n").slice(-2);
  expect(install).toBe(
    "To see the same month with `pulumi destroy`, install Pulumi (https://www.pulumi.com/docs/install/), and run `npm run demo` again.",
  );
  expect(next).toContain("provider/docs/tutorials/two-people.md");
});

test("an unexpected result ends a story, and the error shows the expected one", async () => {
  const impatient = {
    ...onePerson,
    tell: async (stage: Parameters<typeof onePerson.tell>[0]) => {
      await stage.pulumi("carol", "up", { exitCode: 0, says: "ManagedKey payroll created" });
      await stage.pulumi("carol", "destroy", { exitCode: 0, says: "ManagedKey payroll deleted" });
    },
  };
  await expect(perform(impatient, () => {})).rejects.toThrow(
    /Expected exit code 0 .*but the exit code was 1:[\s\S]*COOLING_DOWN/,
  );
});
