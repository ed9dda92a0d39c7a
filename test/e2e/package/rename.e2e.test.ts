/** A resource gets another name in the program and Pulumi is not informed. The key stays active, whichever hint is followed. */

import { expect, test } from "vitest";
import { ended } from "../../contracts/doors/support/next-steps.ts";
import type { Scenario } from "../../contracts/doors/support/scenario.ts";
import { keyResource, urnOf, withYaml, yamlProgram } from "./support/yaml-scenario.ts";

const under = (name: string, properties = {}) => ({
  resources: { [name]: keyResource("payroll", { label: "payroll", ...properties }) },
});
const statesIn = async (scenario: Scenario) => (await scenario.uko.world()).keys.map(({ state }) => state);

test("the hint names the resource that holds the key, and its command moves the key to the new name", () =>
  withYaml({ program: under("payroll"), people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    ended(await bob.up(), 0);
    const made = await scenario.mark();
    await bob.writeProgram(yamlProgram(under("wages")));
    const refused = ended(await bob.up(["--continue-on-error"]), 1);
    expect(refused.output).toContain(`pulumi state rename --stack dev '${urnOf("payroll")}' 'wages'`);
    expect(refused.output).toContain("[UKO_DECLARED_TWICE]");
    expect(await scenario.writes(made)).toEqual([]);

    ended(await bob.engine.run(["state", "rename", urnOf("payroll"), "wages", "--yes"]), 0);
    ended(await bob.up(), 0);
    expect(await scenario.writes(made)).toEqual([]);
    expect((await bob.resources()).map(({ urn }) => urn)).toEqual([urnOf("wages")]);
    expect(await statesIn(scenario)).toEqual(["active"]);
  }));

test("an adoption under the new name leaves the key active, and the former resource leaves the state", () =>
  withYaml({ program: under("payroll"), people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    ended(await bob.up(), 0);
    const made = await scenario.mark();
    await bob.writeProgram(yamlProgram(under("wages", { existingKeyId: (await scenario.key()).id })));
    const renamed = ended(await bob.up(), 0);
    expect(renamed.output).toContain('"payroll" left only the state: "wages" declares the same object');
    expect(await scenario.writes(made)).toEqual([]);
    expect((await bob.resources()).map(({ urn }) => urn)).toEqual([urnOf("wages")]);
    expect(await statesIn(scenario)).toEqual(["active"]);
  }));
