/** The commands that a run prints reach the resource after an alias, and from a terminal in which another stack is selected. */

import { expect, test } from "vitest";
import { endAgain, ended } from "../contracts/interfaces/support/next-steps.ts";
import { type Scenario, vaultId, withScenario } from "../contracts/interfaces/support/scenario.ts";
import { keyResource, urnOf, withYaml, yamlProgram } from "./package/support/yaml-scenario.ts";

const dynamicProgram = (name: string, options: object) =>
  `import { ManagedKey } from "pulumi-uko";
new ManagedKey("${name}", ${JSON.stringify({ vaultId, template: "payroll", label: "payroll" })}, ${JSON.stringify(options)});
`;
const people = ["alice", "bob", "carol"];

async function pasteElsewhere(scenario: Scenario, renamed: string): Promise<void> {
  const [alice, bob, carol] = [
    await scenario.person("alice"),
    await scenario.person("bob"),
    await scenario.person("carol"),
  ];
  ended(await bob.up(), 0);
  for (const person of [bob, carol]) await person.writeProgram(renamed);
  ended(await bob.up(), 0);
  await scenario.advance("1m");
  ended(await carol.destroy(), 1);
  await scenario.advance("1m");
  ended(await alice.storeApproval("payroll"), 0);
  const waiting = ended(await bob.destroy(), 1);

  await carol.openStack("other", {});
  const acted = await carol.runNext(waiting.output, endAgain);
  expect(acted.output).toContain("is deactivated");
  expect(await scenario.key()).toMatchObject({ state: "deactivated" });
}

test("of the dynamic provider", () =>
  withScenario({ profile: "documented", program: dynamicProgram("payroll", {}), people }, (scenario) =>
    pasteElsewhere(scenario, dynamicProgram("wages", { aliases: [{ name: "payroll" }] })),
  ));

test("of the native package", () => {
  const under = (name: string, options = {}) => ({ resources: { [name]: keyResource("payroll", {}, options) } });
  return withYaml({ program: under("payroll"), people }, (scenario) =>
    pasteElsewhere(scenario, yamlProgram(under("wages", { aliases: [urnOf("payroll")] }))),
  );
});
