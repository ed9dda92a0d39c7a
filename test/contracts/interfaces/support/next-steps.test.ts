import { expect, test } from "vitest";
import { codeOf, firstLineOf, lookOf, messageOf, nextSteps } from "./next-steps.ts";

const said = `Key "payroll" is waiting for a second person to approve its deactivation
  Current state: active.
  Next: another person runs one of these commands:
    uko continue 5c1e/9b2d
    pulumi destroy --stack dev --target 'urn:pulumi:dev::keys::pulumi-nodejs:dynamic/uko:ManagedKey::payroll'
    or: to withdraw it, someone runs:
    uko withdraw 5c1e/9b2d
  [UKO_APPROVAL_PENDING]`;
const indented = said.replaceAll("\n", "\n    ");
const destroyed = `Destroying (dev):

 -  pulumi-nodejs:dynamic/uko:ManagedKey payroll deleting (0s) error: ${said.split("\n")[0]}
Diagnostics:
  pulumi:pulumi:Stack (keys-dev):
    UKO_APPROVAL_PENDING: ${said.split("\n")[0]}

    error: update failed

  pulumi-nodejs:dynamic/uko:ManagedKey (payroll):
    error: ${indented}

Resources:
    2 errored
`;

/** The package looks before each run, and tells what it sees as warnings. */
const looked = destroyed
  .replaceAll("pulumi-nodejs:dynamic/uko:ManagedKey", "uko:index:ManagedKey")
  .replace(/^ {4}UKO_APPROVAL_PENDING: .*\n\n/m, "")
  .replace("\n\n -", '\n\n ~  uko:index:ManagedKey payroll refreshing (0s) warning: Key "payroll" is out of sync\n -')
  .replace("(payroll):\n", '(payroll):\n    warning: Key "payroll" is out of sync\n');

test.each([
  ["the dynamic provider", destroyed],
  ["the package", looked],
  ["the command line", `${said}\n`],
])("a message reads the same from %s", (_, output) => {
  const text = said.replaceAll("pulumi-nodejs:dynamic/uko:", output === looked ? "uko:index:" : "$&");
  const target = `urn:pulumi:dev::keys::${output === looked ? "uko:index" : "pulumi-nodejs:dynamic/uko"}:ManagedKey::payroll`;
  expect(messageOf(output)).toBe(text);
  expect(firstLineOf(output)).toBe('Key "payroll" is waiting for a second person to approve its deactivation');
  expect(nextSteps(output)).toEqual([
    {
      who: "another person runs one of these commands:",
      commands: ["uko continue 5c1e/9b2d", `pulumi destroy --stack dev --target '${target}'`],
    },
    { who: "to withdraw it, someone runs:", commands: ["uko withdraw 5c1e/9b2d"] },
  ]);
  expect(codeOf(output)).toBe("UKO_APPROVAL_PENDING");
});

test("what a run saw before it did anything is apart, and a refresh has nothing else to say", () => {
  const seen = 'Key "payroll" is out of sync';
  expect(lookOf(looked)).toEqual([seen]);
  expect(lookOf(looked, "other")).toEqual([]);
  expect(lookOf(destroyed)).toEqual([]);
  const refreshed = looked.replace("Destroying (dev)", "Refreshing (dev)");
  expect(lookOf(refreshed)).toEqual([]);
  expect(messageOf(refreshed, "payroll").split("\n").slice(0, 2)).toEqual([seen, said.split("\n")[0]]);
});

test("a step that follows another one is read as well", () => {
  const sequel = said.replace("    or: to withdraw it, someone runs:", "  then: to withdraw it, someone runs:");
  expect(nextSteps(sequel)).toEqual(nextSteps(said));
});
