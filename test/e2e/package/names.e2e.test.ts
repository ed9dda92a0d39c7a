/** Names in the engine: renames, with and without an alias, and a stack that reads the ID of a key of another stack. */

import { expect, test } from "vitest";
import { ended, messageOf } from "../../contracts/interfaces/support/next-steps.ts";
import { type Scenario, vaultId } from "../../contracts/interfaces/support/scenario.ts";
import { from, keyResource, urnOf, withMade, type YamlProgram, yamlProgram } from "./support/yaml-scenario.ts";

const named = (name: string, options?: Readonly<Record<string, unknown>>): YamlProgram => ({
  resources: { [name]: keyResource("payroll", {}, options) },
});

test("a rename by alias keeps the key and changes nothing, also during its deletion", () =>
  withMade({ program: named("payroll") }, async ({ scenario, bob, made }) => {
    const [before] = await bob.resources();
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

test.each(["required", "single"])(
  "a key that moves under a parent keeps its key by the printed alias (%s)",
  (dualAuthorization) => {
    const under = (options?: Readonly<Record<string, unknown>>): YamlProgram => ({
      resources: {
        group: { type: "uko:index:Vault", properties: { name: "group" } },
        payroll: keyResource("payroll", { dualAuthorization }, options),
      },
    });
    return withMade({ program: under() }, async ({ scenario, bob, made }) => {
      const parent = { parent: from("group") };
      await bob.writeProgram(yamlProgram(under(parent)));
      const stopped = ended(await bob.up(), 1, /^The service did not create the key: A key with this label exists/);
      expect(stopped.output).not.toContain("state rename");
      const printed = /^ +aliases: (?<list>\[.*\])$/m.exec(stopped.output)?.groups?.list ?? "[]";
      expect(JSON.parse(printed)).toEqual([urnOf("payroll")]);

      await bob.writeProgram(yamlProgram(under({ ...parent, aliases: JSON.parse(printed) })));
      expect(ended(await bob.up(), 0).output).not.toMatch(/creat|delet|replac/);
      expect(await scenario.writes(made)).toEqual([]);
    });
  },
);

test("a rename without an alias stops, and the command of its hint moves the key to the new name", () =>
  withMade({ program: named("payroll") }, async ({ scenario, bob, made }) => {
    await bob.writeProgram(yamlProgram(named("wages")));
    const stopped = ended(await bob.up(), 1);
    expect(messageOf(stopped.output, "wages")).toMatch(
      /^The service did not create the key: A key with this label exists/,
    );
    expect((await bob.resources()).map(({ urn }) => urn)).toEqual([urnOf("payroll")]);
    const refused = ended(await bob.up(["--continue-on-error"]), 1);
    expect(refused.output).toContain(`pulumi state rename --stack dev '${urnOf("payroll")}' 'wages'`);
    expect(refused.output).toContain("[UKO_DECLARED_TWICE]");
    expect(await scenario.writes(made)).toEqual([]);

    ended(await bob.engine.run(["state", "rename", urnOf("payroll"), "wages", "--yes"]), 0);
    ended(await bob.up(), 0);
    await expectRenamed(scenario, made);
  }));

/** A vault of its own, and a keystore of the demo world's vault, under a parent or at the top level. */
const containers = (vault: string, ring?: Readonly<Record<string, unknown>>, options?: typeof ring): YamlProgram => ({
  resources: {
    [vault]: { type: "uko:index:Vault", properties: { name: "ledger" }, ...(options && { options }) },
    group: { type: "uko:index:Vault", properties: { name: "group" } },
    ring: {
      type: "uko:index:Keystore",
      properties: { vaultId, type: "internal", name: "ledger" },
      ...(ring && { options: ring }),
    },
  },
});

test("a renamed vault and a moved keystore stay, and the URNs of the messages are the aliases that work", () =>
  withMade({ program: containers("ledger") }, async ({ scenario, bob, made }) => {
    const parent = { parent: from("group") };
    await bob.writeProgram(yamlProgram(containers("books", parent)));
    const refused = ended(await bob.up(["--continue-on-error"]), 1);
    expect(refused.output.match(/\[UKO_DECLARED_TWICE\]/g)).toHaveLength(2);
    const aliases = ["Vault", "Keystore"].map((kind) => urnOf(kind === "Vault" ? "ledger" : "ring", kind));
    for (const urn of aliases) expect(refused.output).toContain(`"${urn}"`);
    expect(await scenario.writes(made)).toEqual([]);

    const [ofVault, ofRing] = aliases;
    await bob.writeProgram(yamlProgram(containers("books", { ...parent, aliases: [ofRing] }, { aliases: [ofVault] })));
    expect(ended(await bob.up(), 0).output).not.toMatch(/creat|delet|replac/);
    expect(await scenario.writes(made)).toEqual([]);
    expect((await bob.resources()).map(({ urn }) => urn.split("::").at(-1)).sort()).toEqual(["books", "group", "ring"]);
  }));

async function expectRenamed(scenario: Scenario, made: number): Promise<void> {
  expect(await scenario.writes(made)).toEqual([]);
  expect((await (await scenario.person("bob")).resources()).map(({ urn }) => urn)).toEqual([urnOf("wages")]);
  expect((await scenario.uko.world()).keys.map(({ state }) => state)).toEqual(["active"]);
}
