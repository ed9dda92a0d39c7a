import { expect, test } from "vitest";
import { takeApart } from "./command-line.ts";

test("a command line is taken apart as a shell does", () => {
  expect(takeApart("UKO_CONSENT=ab12 pulumi destroy --target 'urn:pulumi:dev::keys::a b::payroll'")).toEqual({
    variables: { UKO_CONSENT: "ab12" },
    command: "pulumi",
    args: ["destroy", "--target", "urn:pulumi:dev::keys::a b::payroll"],
  });
  expect(takeApart('uko request v/k --reason "moved to B" --to=\'a\'"b"c')).toEqual({
    variables: {},
    command: "uko",
    args: ["request", "v/k", "--reason", "moved to B", "--to=abc"],
  });
});

test.each([
  "uko status $KEY",
  "uko list | head",
  "uko consent a && uko continue a",
  'uko request "$(whoami)"',
  "uko request it's",
  "A=b",
  "",
])("what needs a shell is left to one: %s", (line) => {
  expect(takeApart(line)).toBeUndefined();
});
