/** Replacements by the engine, which creates a resource and deletes the former one. No replacement deletes a key in use. */

import { expect, test } from "vitest";
import { codeOf, ended, firstLineOf, nextCommands } from "../../contracts/interfaces/support/next-steps.ts";
import type { Person } from "../../contracts/interfaces/support/person.ts";
import type { Scenario } from "../../contracts/interfaces/support/scenario.ts";
import { from, keyResource, urnOf, withMade, withYaml, yamlProgram } from "./support/yaml-scenario.ts";

const programWith = (properties = {}, options?: Readonly<Record<string, unknown>>) => ({
  resources: { payroll: keyResource("payroll", properties, options) },
});
const keysIn = async (scenario: Scenario) =>
  (await scenario.uko.world()).keys.map(({ label, state }) => [label, state]);
const idsIn = async (person: Person) => (await person.resources()).map(({ id }) => id);

test.each([
  ["--replace", ["--replace", urnOf("payroll")], {}],
  ["--target-replace", ["--target-replace", urnOf("payroll")], {}],
  ["replaceOnChanges", [], { replaceOnChanges: ["description"] }],
] as const)(
  "%s under the same label creates and deletes nothing, because the key cannot replace itself",
  (_name, args, options) =>
    withMade({ program: programWith({}, options) }, async ({ scenario, bob }) => {
      const [made, before] = [await scenario.mark(), await idsIn(bob)];
      await bob.writeProgram(yamlProgram(programWith({ description: "another" }, options)));
      ended(await bob.up(args), 1, /^"payroll" cannot be replaced: /);
      expect(await scenario.writes(made)).toEqual([]);
      expect(await idsIn(bob)).toEqual(before);
      expect(await keysIn(scenario)).toEqual([["payroll", "active"]]);
    }),
);

test('replaceOnChanges: ["*"] names itself as the reason, also for a key that is too old to be matched by its mark', () => {
  const options = { replaceOnChanges: ["*"] };
  return withMade({ program: programWith({}, options) }, async ({ scenario, bob }) => {
    await scenario.advance("8d");
    const made = await scenario.mark();
    await bob.writeProgram(yamlProgram(programWith({ description: "another" }, options)));
    const refused = ended(await bob.up(), 1, /^"payroll" cannot be replaced: /);
    expect(refused.output).toContain("remove the option replaceOnChanges");
    expect(refused.output).not.toMatch(/aliases|state rename/);
    expect(await scenario.writes(made)).toEqual([]);

    await bob.writeProgram(yamlProgram(programWith({ description: "another" })));
    ended(await bob.up(), 0);
    expect(await keysIn(scenario)).toEqual([["payroll", "active"]]);
  });
});

test("a key that the program adopted cannot replace itself either", () =>
  withYaml({ people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    const { body } = await scenario.outsider("carol").create({
      ...{ vault: { id: "5c1e0000-0000-4000-8000-000000000001" }, template_name: "payroll", label: "payroll" },
    });
    await bob.writeProgram(yamlProgram(programWith({ existingKeyId: body.id })));
    ended(await bob.up(), 0);
    ended(await bob.up(["--replace", urnOf("payroll")]), 1, /^"payroll" cannot be replaced: /);
    expect(await idsIn(bob)).toHaveLength(1);
    expect(await keysIn(scenario)).toEqual([["payroll", "active"]]);
  }));

test("drops only the old state entry of a key that one person may delete and that no run reads", () =>
  withMade({ program: programWith({ dualAuthorization: "single" }) }, async ({ scenario, bob }) => {
    const [made, before] = [await scenario.mark(), await idsIn(bob)];
    ended(await bob.up(["--replace", urnOf("payroll")]), 0);
    expect(await scenario.writes(made)).toEqual([]);
    expect(await idsIn(bob)).toEqual(before);
    expect(await keysIn(scenario)).toEqual([["payroll", "active"]]);
  }));

test("--replace under another label creates a key, and the old one waits for two people at every up", () =>
  withMade({ program: programWith() }, async ({ scenario, bob }) => {
    const alice = await scenario.person("alice");
    const old = (await scenario.key()).id;
    await scenario.advance("1m");
    for (const person of [alice, bob]) await person.writeProgram(yamlProgram(programWith({ label: "payroll-2" })));
    const asked = ended(await bob.up(["--replace", urnOf("payroll")]), 1);
    expect(codeOf(asked.output)).toBe("UKO_APPROVAL_PENDING");
    expect(await keysIn(scenario)).toEqual([
      ["payroll", "active"],
      ["payroll-2", "active"],
    ]);
    // A destroy by this name would ask for the end of the new key too.
    expect(nextCommands(asked.output)).toEqual(["uko approve payroll", "uko approve payroll --store"]);
    expect(asked.output).not.toContain("pulumi destroy");

    await scenario.advance("1m");
    const waiting = await scenario.mark();
    expect(codeOf(ended(await bob.up(), 1).output, "payroll")).toBe("UKO_APPROVAL_PENDING");
    expect(await scenario.writes(waiting), "asked for once").toEqual([]);
    ended(await alice.approveAndRequest("payroll"), 0);
    await scenario.advance("4h1m");
    ended(await bob.approve("payroll"), 0);
    ended(await bob.up(), 1);
    await scenario.advance("31d");
    const last = ended(await bob.up(), 0);
    expect(firstLineOf(last.output)).toBe("");
    expect(await keysIn(scenario)).toEqual([["payroll-2", "active"]]);
    expect(
      (await scenario.audit()).filter(({ keyId, operation }) => keyId === old && operation === "deleteManagedKey"),
    ).toHaveLength(1);
    expect(await idsIn(bob)).toHaveLength(1);
  }));

test("deleteBeforeReplace requests the deletion first, so the key stays and no new one is created", () =>
  withMade({ program: programWith({}, { deleteBeforeReplace: true }) }, async ({ scenario, bob }) => {
    const asked = ended(await bob.up(["--replace", urnOf("payroll")]), 1);
    expect(codeOf(asked.output)).toBe("UKO_APPROVAL_PENDING");
    expect(await keysIn(scenario)).toEqual([["payroll", "active"]]);
    expect(await idsIn(bob)).toHaveLength(1);
    // A later up withdraws nothing and takes no further step.
    const before = await scenario.mark();
    ended(await bob.up(), 0);
    expect(await scenario.writes(before)).toEqual([]);
  }));

test("an interrupted --replace leaves a former entry in the state, whose deletion takes no step on the key", () => {
  const payroll = keyResource("payroll", { dualAuthorization: "single" });
  const both = { resources: { payroll, cards: keyResource("cards", {}, { dependsOn: [from("payroll")] }) } };
  return withMade({ program: both, single: ["payroll"] }, async ({ scenario, bob }) => {
    // The deletion of the second key waits for a person, so the run ends before it drops the former entry of the first one.
    await bob.writeProgram(yamlProgram({ resources: { payroll } }));
    ended(await bob.up(["--replace", urnOf("payroll")]), 1);
    const [first, ...others] = (await bob.resources()).filter(({ urn }) => urn === urnOf("payroll"));
    expect(others.map(({ id }) => id)).toEqual([first?.id]);
    const interrupted = await scenario.mark();
    await bob.writeProgram(yamlProgram(both));
    const refused = ended(await bob.up(), 1);
    expect(codeOf(refused.output, "payroll")).toBe("UKO_DECLARED_TWICE");
    expect(refused.output).toContain(`pulumi state delete --stack dev '${urnOf("payroll")}'`);
    expect(await scenario.writes(interrupted)).toEqual([]);
    expect(await scenario.key()).toMatchObject({ state: "active" });
  });
});
