import { expect, test } from "vitest";
import { renderBriefly, renderExplanation } from "../../../provider/engine/text/explanation.ts";
import { runnable } from "../../../provider/engine/text/own-commands.ts";

const program = "~/.pulumi/plugins/resource-uko-v0.1.0/pulumi-resource-uko";

test.each([
  ["uko approve payroll", `${program} approve payroll`],
  ["  uko approve a b --store", `  ${program} approve a b --store`],
  ["uko reactivate v/k", `${program} reactivate v/k`],
  // Only uko itself has these commands.
  ["uko requests", "uko requests"],
  ["uko campaign status", "uko campaign status"],
  // A command of an engine, and a sentence.
  ["pulumi destroy --stack prod", "pulumi destroy --stack prod"],
  ["To end the outage, run uko reactivate with its label.", "To end the outage, run uko reactivate with its label."],
])("%s", (command, expected) => {
  expect(runnable(command, program)).toBe(expected);
  expect(runnable(command, undefined)).toBe(command);
});

test("an explanation prints the commands of the reader's machine, and quotes of other people as they are", () => {
  const explanation = {
    summary: "Key waits",
    facts: ['Reason: "uko approve other"'],
    next: [{ who: "you run", commands: ["uko approve payroll", "pulumi destroy"] }],
  };
  const [, reason, , command] = renderExplanation(explanation, { program }).split("\n");
  expect([reason, command]).toEqual(['  Reason: "uko approve other"', `    ${program} approve payroll`]);
  expect(renderBriefly(explanation, { program })).toContain(`    ${program} approve payroll`);
  expect(renderBriefly(explanation, {})).toContain("    uko approve payroll");
});
