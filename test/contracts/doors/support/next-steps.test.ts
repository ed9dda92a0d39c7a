import { expect, test } from "vitest";
import { codeOf, consentIn, firstLineOf, messageOf, nextSteps } from "./next-steps.ts";

const id = "5f1180e436aedf857d5b820e4f5951b6";
const said = `Key "payroll" waits for a second person to consent to its deactivation
  Nothing has changed yet: the key is active.
  Next: somebody else runs
    uko continue 5c1e/9b2d --consent ${id}
    UKO_CONSENT=${id} pulumi destroy --target 'urn:pulumi:dev::keys::pulumi-nodejs:dynamic/uko:ManagedKey::payroll'
    or: to take it back, anybody runs
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

test.each([
  ["an engine", destroyed],
  ["the command line", `${said}\n`],
])("a message reads the same from %s", (_, output) => {
  expect(messageOf(output)).toBe(said);
  expect(firstLineOf(output)).toBe('Key "payroll" waits for a second person to consent to its deactivation');
  expect(nextSteps(output)).toEqual([
    {
      who: "somebody else runs",
      commands: [
        `uko continue 5c1e/9b2d --consent ${id}`,
        `UKO_CONSENT=${id} pulumi destroy --target 'urn:pulumi:dev::keys::pulumi-nodejs:dynamic/uko:ManagedKey::payroll'`,
      ],
    },
    { who: "to take it back, anybody runs", commands: ["uko withdraw 5c1e/9b2d"] },
  ]);
  expect(consentIn(output)).toBe(id);
  expect(codeOf(output)).toBe("UKO_APPROVAL_PENDING");
});

test("two different records leave nothing to name", () => {
  expect(() => consentIn(`${said}\nUKO_CONSENT=${"0".repeat(32)} pulumi up`)).toThrow("No single record");
  expect(() => consentIn("nothing")).toThrow("No single record");
});
