/** The command that a message prints for an engine: it deletes the one resource, or says plainly that it deletes more. */

import { expect, test } from "vitest";
import {
  aliasOption,
  applyCommand,
  renderExplanation,
  rerunCommand,
  shellWord,
} from "../../../provider/engine/text/explanation.ts";

const urn = "urn:pulumi:prod::pay::my:Component$pulumi-nodejs:dynamic/uko:ManagedKey::payroll";
const rendered = (commands: readonly string[]) =>
  renderExplanation({ summary: "Key waits", facts: [], next: [{ who: "you run", commands }] });

test("a command names its stack, and a destroy its target if the engine reports it, quoted for the shell", () => {
  expect(rerunCommand({ rerun: "pulumi destroy", target: urn })).toBe(`pulumi destroy --stack prod --target '${urn}'`);
  expect(rerunCommand({ rerun: "pulumi destroy" })).toBe("pulumi destroy");
  expect(rerunCommand({ rerun: "pulumi up", target: urn })).toBe("pulumi up --stack prod");
  const spaced = urn.replace("prod", "my stack");
  expect(rerunCommand({ rerun: "pulumi destroy", target: spaced })).toBe(`pulumi destroy --target '${spaced}'`);
});

test.each([
  ["retire-2027/wave.1", "retire-2027/wave.1"],
  ["retire 2027", "'retire 2027'"],
  ["bob's", "'bob'\\''s'"],
  ["", "''"],
])("prints a name as one word of a shell: %s", (name, word) => {
  expect(shellWord(name)).toBe(word);
});

test.each([
  "urn:pulumi:a::b::c::d'; curl evil",
  "urn:pulumi:a::b::c::d\ncurl evil",
  "urn:pulumi:a::b::c::`x`",
  "--yes",
  `urn:pulumi:${"a".repeat(2000)}`,
])("does not print a state's value that is not a URN: %s", (target) => {
  expect(rerunCommand({ rerun: "pulumi destroy", target })).toBe("pulumi destroy");
});

test("says that a destroy without a target deletes the whole stack", () => {
  const whole = "or: to delete the whole stack, run:\n    pulumi destroy";
  expect(rendered(["uko continue a/b", "pulumi destroy"])).toContain(whole);
  expect(rendered(["pulumi destroy"])).toContain("Next: you run (to delete the whole stack):\n    pulumi destroy");
  expect(rendered([`pulumi destroy --target '${urn}'`, "pulumi up"])).not.toContain("whole");
});

test("prints the narrow commands first for OpenTofu, which passes no address, and the whole state last", () => {
  expect(rerunCommand({ rerun: "tofu destroy", target: urn })).toBe("tofu destroy");
  expect(rendered(["uko continue a/b", "tofu destroy"]).split("\n").slice(1)).toEqual([
    "  Next: you run:",
    "    uko continue a/b",
    "    or: if you removed the resource from the configuration, run:",
    "    tofu apply",
    "    or: to delete everything in the state, or what -target=<address> names, run:",
    "    tofu destroy",
  ]);
  expect(rendered(["tofu destroy"]).split("\n").slice(1)).toEqual([
    "  Next: you run (if you removed the resource from the configuration):",
    "    tofu apply",
    "    or: to delete everything in the state, or what -target=<address> names, run:",
    "    tofu destroy",
  ]);
  expect(rendered(["tofu apply"])).not.toContain("everything");
  expect(rendered(["terraform destroy"])).toContain("configuration):\n    terraform apply\n");
});

test("distinguishes alternatives, several commands and later commands", () => {
  expect(rendered(["uko continue a/b", "pulumi up"])).toContain("Next: you run one of these commands:");
  const step = { who: "run", commands: ["uko continue a/b", "uko continue a/c"], isEach: true } as const;
  const next = [step, { who: "after that, run", commands: ["pulumi up"], isSequel: true }] as const;
  expect(renderExplanation({ summary: "Waiting", facts: [], next }).split("\n")).toEqual([
    "Waiting",
    "  Next: run:",
    "    uko continue a/b",
    "    uko continue a/c",
    "  then: after that, run:",
    "    pulumi up",
  ]);
});

test("keeps unchanged properties and the state as data until rendering", () => {
  const waiting = { summary: "Waiting", facts: ["A fact."], next: [] };
  expect(renderExplanation({ ...waiting, state: "active", isUnchanged: true })).toBe(
    "Waiting\n  A fact.\n  Nothing was changed. Current state: active.",
  );
  expect(renderExplanation({ ...waiting, state: "active" })).toBe("Waiting\n  A fact.\n  Current state: active.");
  expect(renderExplanation({ ...waiting, isUnchanged: true })).toBe("Waiting\n  A fact.\n  Nothing was changed.");
});

test("the reader's own engine applies a changed program", () => {
  for (const rerun of ["tofu destroy", "tofu apply"] as const) expect(applyCommand({ rerun })).toBe("tofu apply");
  expect(applyCommand({ rerun: "terraform destroy" })).toBe("terraform apply");
  for (const rerun of ["pulumi destroy", "pulumi up"] as const) expect(applyCommand({ rerun })).toBe("pulumi up");
  expect(applyCommand({ rerun: "uko continue" })).toBeUndefined();
});

test.each([
  ["python", 'opts=pulumi.ResourceOptions(aliases=["urn:a"])'],
  ["go", 'pulumi.Aliases([]pulumi.Alias{{URN: pulumi.URN("urn:a")}})'],
  ["java", 'CustomResourceOptions.builder().aliases(Alias.withUrn("urn:a"))'],
  ["yaml", 'aliases: ["urn:a"]'],
  ["nodejs", 'aliases: ["urn:a"]'],
  [undefined, 'aliases: ["urn:a"]'],
])("the option with a former URN is a line of a program in %s", (runtime, line) => {
  expect(aliasOption("urn:a", runtime)).toBe(line);
});
