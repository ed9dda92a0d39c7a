/** The command that a message prints for an engine: pasted, it ends the one resource, or says plainly that it ends more. */

import { expect, test } from "vitest";
import { applyCommand, renderExplanation, rerunCommand, sayApply } from "../../provider/engine/explanation.ts";

const urn = "urn:pulumi:prod::pay::my:Component$pulumi-nodejs:dynamic/uko:ManagedKey::payroll";
const rendered = (commands: readonly string[]) =>
  renderExplanation({ summary: "Key waits", facts: [], next: [{ who: "you run", commands }] });

test("a command names its stack, and a destroy its target, where the engine tells it, in quotes that no shell looks into", () => {
  expect(rerunCommand({ rerun: "pulumi destroy", target: urn })).toBe(`pulumi destroy --stack prod --target '${urn}'`);
  expect(rerunCommand({ rerun: "pulumi destroy" })).toBe("pulumi destroy");
  expect(rerunCommand({ rerun: "pulumi up", target: urn })).toBe("pulumi up --stack prod");
  const spaced = urn.replace("prod", "my stack");
  expect(rerunCommand({ rerun: "pulumi destroy", target: spaced })).toBe(`pulumi destroy --target '${spaced}'`);
});

test.each([
  "urn:pulumi:a::b::c::d'; curl evil",
  "urn:pulumi:a::b::c::d\ncurl evil",
  "urn:pulumi:a::b::c::`x`",
  "--yes",
  `urn:pulumi:${"a".repeat(2000)}`,
])("what a state calls a URN and is none is not printed: %s", (target) => {
  expect(rerunCommand({ rerun: "pulumi destroy", target })).toBe("pulumi destroy");
});

test("a destroy without a target says that it goes for the whole stack", () => {
  const words = "you run (pulumi destroy goes for everything in the stack)";
  expect(rendered(["uko continue a/b", "UKO_CONSENT=1 pulumi destroy"])).toContain(words);
  expect(rendered([`pulumi destroy --target '${urn}'`, "pulumi up"])).not.toContain("everything");
});

test("OpenTofu tells no address, so what is narrow comes first, and the whole state last", () => {
  expect(rerunCommand({ rerun: "tofu destroy", target: urn })).toBe("tofu destroy");
  expect(rendered(["uko continue a/b", "UKO_CONSENT=1 tofu destroy"]).split("\n").slice(1)).toEqual([
    "  Next: you run",
    "    uko continue a/b",
    "    or: the same for what left the configuration",
    "    UKO_CONSENT=1 tofu apply",
    "    or: the same for everything in the state, or what -target names",
    "    UKO_CONSENT=1 tofu destroy",
  ]);
  expect(rendered(["tofu destroy"]).split("\n").slice(1)).toEqual([
    "  Next: you run, for what left the configuration",
    "    tofu apply",
    "    or: the same for everything in the state, or what -target names",
    "    tofu destroy",
  ]);
  expect(rendered(["UKO_CONSENT=1 tofu apply"])).not.toContain("everything");
  expect(rendered(["terraform destroy"])).toContain("configuration\n    terraform apply\n");
});

test("a changed program is brought about by the reader's own engine, and the command line names both", () => {
  for (const rerun of ["tofu destroy", "tofu apply"] as const) expect(applyCommand({ rerun })).toBe("tofu apply");
  expect(applyCommand({ rerun: "terraform destroy" })).toBe("terraform apply");
  for (const rerun of ["pulumi destroy", "pulumi up"] as const) expect(applyCommand({ rerun })).toBe("pulumi up");
  expect(applyCommand({ rerun: "uko continue" })).toBeUndefined();
  expect(sayApply({ rerun: "uko continue" })).toBe("pulumi up or tofu apply");
  expect(sayApply({ rerun: "terraform destroy" })).toBe("terraform apply");
});
