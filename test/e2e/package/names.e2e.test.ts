/** Names in the engine: a rename moves no key, and another stack learns a key's id from an output. */

import { expect, test } from "vitest";
import { ended, messageOf } from "../../contracts/doors/support/next-steps.ts";
import { from, keyResource, urnOf, withYaml, type YamlProgram, yamlProgram } from "./support/yaml-scenario.ts";

const named = (name: string, options?: Readonly<Record<string, unknown>>): YamlProgram => ({
  resources: { [name]: keyResource("payroll", {}, options) },
});

test("a rename by alias keeps the key and changes nothing, also during its deletion", () =>
  withYaml({ program: named("payroll") }, async (scenario) => {
    const bob = await scenario.person("bob");
    ended(await bob.up(), 0);
    const [before] = await bob.resources();
    const made = await scenario.mark();
    await bob.writeProgram(yamlProgram(named("salaries", { aliases: [urnOf("payroll")] })));
    expect(ended(await bob.preview(), 0).output).not.toMatch(/(?:create|delete|replace)/);
    ended(await bob.up(), 0);
    expect(await bob.resources()).toMatchObject([{ urn: urnOf("salaries"), id: before?.id, outputs: before?.outputs }]);
    expect(await scenario.writes(made)).toEqual([]);

    ended(await bob.destroy(), 1);
    await bob.writeProgram(yamlProgram(named("wages", { aliases: [urnOf("salaries")] })));
    const asked = await scenario.mark();
    ended(await bob.up(), 0);
    expect(await bob.resources()).toMatchObject([
      { urn: urnOf("wages"), outputs: { lifecycleState: "pending_approval" } },
    ]);
    expect(await scenario.writes(asked)).toEqual([]);
  }));

test("a rename without an alias creates no second key and requests nothing: the label exists, and the run stops", () =>
  withYaml({ program: named("payroll"), people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    ended(await bob.up(), 0);
    const made = await scenario.mark();
    await bob.writeProgram(yamlProgram(named("salaries")));
    const refused = ended(await bob.up(), 1);
    expect(messageOf(refused.output, "salaries")).toMatch(
      /^The service did not create the key: A key with this label exists/,
    );
    expect(await scenario.writes(made)).toEqual([]);
    expect((await bob.resources()).map(({ urn }) => urn)).toEqual([urnOf("payroll")]);
  }));

test("another stack reads the ID and state of a key through a stack reference, and does not hold the key", () =>
  withYaml({ people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    const outputs = { keyId: from("payroll.keyId"), lifecycle: from("payroll.lifecycleState") };
    await bob.writeProgram(yamlProgram({ ...named("payroll"), outputs }));
    ended(await bob.up(), 0);
    ended(await bob.engine.run(["stack", "init", "reader"]), 0);
    const reference = {
      resources: { keys: { type: "pulumi:pulumi:StackReference", properties: { name: "organization/keys/dev" } } },
      outputs: { keyId: from('keys.outputs["keyId"]'), lifecycle: from('keys.outputs["lifecycle"]') },
    } as const;
    await bob.writeProgram(yamlProgram(reference));
    ended(await bob.up(["--stack", "reader"]), 0);
    const read = await bob.engine.run(["stack", "output", "--json", "--stack", "reader"]);
    expect(JSON.parse(read.stdout)).toEqual({ keyId: (await scenario.key()).id, lifecycle: "active" });

    const made = await scenario.mark();
    ended(await bob.engine.destroy(["--stack", "reader"]), 0);
    expect(await scenario.writes(made)).toEqual([]);
    expect(await scenario.key()).toMatchObject({ state: "active" });
  }));
