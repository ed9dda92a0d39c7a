import { expect, test } from "vitest";
import { constantTextOf, framesOf } from "../../examples/demo/frames.ts";
import { framesInPicture } from "../../examples/demo/picture.ts";
import { story as demo } from "../../examples/demo/story.ts";
import { isJavaLeftOut } from "../engines/find-java.ts";
import { isPythonLeftOut } from "../engines/find-python.ts";
import { perform, type Story } from "../stage/perform.ts";
import { read } from "../support/documents.ts";
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
