/** The engine's own options and previews, for a key whose deletion takes two people and 90 days. */

import path from "node:path";
import { expect, test } from "vitest";
import { codeOf, ended, firstLineOf, messageOf } from "../../contracts/interfaces/support/next-steps.ts";
import type { Scenario } from "../../contracts/interfaces/support/scenario.ts";
import { emptySeed } from "../../contracts/interfaces/support/whole-stack.ts";
import {
  from,
  keyResource,
  urnOf,
  withMade,
  withYaml,
  type YamlProgram,
  yamlProgram,
} from "./support/yaml-scenario.ts";

const two: YamlProgram = { resources: { cards: keyResource("cards"), payroll: keyResource("payroll") } };
const operations = async (scenario: Scenario, mark: number) =>
  (await scenario.writes(mark)).map(({ operation, label }) => `${operation} ${label}`).sort();

test("protect: a destroy stops before a call to the provider; --exclude-protected requests the others", () =>
  withMade(
    { program: { resources: { cards: keyResource("cards"), payroll: keyResource("payroll", {}, { protect: true }) } } },
    async ({ scenario, bob, made }) => {
      const refused = ended(await bob.destroy(["--target", urnOf("payroll")]), 1);
      expect(messageOf(refused.output, "payroll")).toContain("because it is protected");
      expect(await operations(scenario, made)).toEqual([]);

      const asked = ended(await bob.destroy(["--exclude-protected"]), 1);
      expect(codeOf(asked.output, "cards")).toBe("UKO_APPROVAL_PENDING");
      expect(await operations(scenario, made)).toEqual(["updateManagedKey cards"]);
      expect(await bob.resources()).toHaveLength(2);

      const ignored = ended(await bob.destroy(["--ignore-protect", "--target", urnOf("payroll")]), 1);
      expect(codeOf(ignored.output)).toBe("UKO_APPROVAL_PENDING");
      expect(await operations(scenario, made)).toEqual(["updateManagedKey cards", "updateManagedKey payroll"]);
    },
  ));

test("state delete: the stack forgets a living key, and uko ls --undeclared finds it", () =>
  withMade({ program: two }, async ({ scenario, bob, made }) => {
    ended(await bob.engine.run(["state", "delete", urnOf("payroll"), "--yes"]), 0);
    ended(await bob.engine.run(["stack", "export", "--file", "state.json"]), 0);
    const state = path.join(bob.engine.workingCopy, "state.json");
    const found = ended(await bob.uko(["ls", "--undeclared", state, "--json"]), 0)
      .stdout.trim()
      .split("\n");
    expect(found.map((line) => JSON.parse(line))).toMatchObject([{ label: "payroll", lifecycleState: "active" }]);
    expect(await operations(scenario, made)).toEqual([]);
  }));

test("deletedWith: a key leaves the state unchanged and keeps its vault; an up adopts it again", () =>
  withMade({ seed: emptySeed, program: withVault }, async ({ scenario, bob, made }) => {
    const destroyed = ended(await bob.destroy(["--continue-on-error"]), 1);
    // The engine takes the key as deleted as soon as the run deletes its vault, and does not call the provider.
    expect(await bob.resources()).toHaveLength(3);
    expect(await operations(scenario, made)).toEqual([]);
    expect(await scenario.key("ledger")).toMatchObject({ state: "active" });
    for (const name of ["ring", "ofLedger"]) expect(codeOf(destroyed.output, name)).toBe("UKO_CONTAINER_IN_USE");
    expect(messageOf(destroyed.output, "ring")).toMatch(/uko plan \S+\/\S+/);

    const back = ended(await bob.up(), 0);
    expect(messageOf(back.output, "ledger")).toMatch(/^Key "ledger" \S+ already exists: /);
    expect(await bob.resources()).toHaveLength(4);
    expect((await scenario.uko.world()).keys).toHaveLength(1);
  }));

test("--continue-on-error: one run makes every request; without it the first wait stops the run", () =>
  withMade({ program: two }, async ({ scenario, bob, made }) => {
    const stopped = ended(await bob.destroy(["--parallel", "1"]), 1);
    expect(stopped.output).toContain("Pulumi did not begin the deletion of 1 other resource that this run read");
    const first = await operations(scenario, made);
    expect(first).toHaveLength(1);
    const both = ended(await bob.destroy(["--parallel", "1", "--continue-on-error"]), 1);
    expect(both.output).not.toContain("did not begin");
    expect(await operations(scenario, made)).toEqual(["updateManagedKey cards", "updateManagedKey payroll"]);
    expect(await bob.resources()).toHaveLength(2);
  }));

test("--refresh: a run reads changes made outside it, also of a key that it would not read", () =>
  withYaml(
    {
      program: { resources: { payroll: keyResource("payroll", { dualAuthorization: "single", description: "ours" }) } },
      single: ["payroll"],
    },
    async (scenario) => {
      const [bob, carol] = [await scenario.person("bob"), scenario.outsider("carol")];
      ended(await bob.up(), 0);
      const made = await scenario.mark();
      ended(await bob.up(["--expect-no-changes"]), 0);
      expect((await scenario.audit()).filter(({ seq }) => seq > made)).toEqual([]);

      await carol.patch((await scenario.key()).id, { description: "theirs" });
      const refreshed = ended(await bob.up(["--refresh"]), 0);
      expect(refreshed.output).toContain("[diff: ~description]");
      expect((await scenario.key()).description).toBe("ours");

      await scenario.advance("1m");
      await carol.act((await scenario.key()).id, "deactivate");
      await scenario.advance("4h1m");
      await carol.act((await scenario.key()).id, "destroy");
      await scenario.advance("31d");
      await carol.remove((await scenario.key()).id);
      const gone = ended(await bob.destroy(["--refresh"]), 0);
      expect(firstLineOf(gone.output)).toBe('Key "payroll" was removed from the service, so it leaves the state');
      expect(await bob.resources()).toEqual([]);
    },
  ));

/**
 * deployment_executor.go, `refresh`: "The provider reference is already ensured" does not hold here. A key that is refreshed
 * before each run depends on a target that is not, so the engine loads no provider before it reads the key.
 */
test("--target-dependents requires --refresh: without it the engine loads no provider, and no step is taken", () =>
  withMade({ seed: emptySeed, program: { resources: inVault } }, async ({ scenario, bob, made }) => {
    const target = ["--target", urnOf("vault", "Vault"), "--target-dependents"];
    const failed = ended(await bob.destroy(target), 1);
    expect(failed.output, "the engine's error is gone: remove --refresh from what-destroy-does.md").toMatch(
      /unknown provider '\S+' for resource \S+::ledger/,
    );
    expect(await operations(scenario, made)).toEqual([]);
    expect(await bob.resources()).toHaveLength(3);

    const asked = ended(await bob.destroy(["--refresh", ...target]), 1);
    expect(codeOf(asked.output, "ledger")).toBe("UKO_APPROVAL_PENDING");
    expect(await operations(scenario, made)).toEqual(["updateManagedKey ledger"]);
    expect(await bob.resources()).toHaveLength(3);
  }));

test("a preview predicts nothing that only a run knows, and changes nothing", () =>
  withMade({ program: { resources: { payroll: keyResource("payroll") } } }, async ({ scenario, bob, made }) => {
    await bob.writeProgram(
      yamlProgram({
        resources: { payroll: keyResource("payroll", { state: "destroyed" }) },
        outputs: { lifecycle: from("payroll.lifecycleState") },
      }),
    );
    const preview = ended(await bob.preview(["--diff"]), 0);
    expect(preview.output).toMatch(/lifecycle\S*\s*: (?:output<string>|\[unknown\])/);
    expect(await operations(scenario, made)).toEqual([]);
  }));

const ledger = {
  type: "uko:index:ManagedKey",
  properties: { vaultId: from("vault.vaultId"), template: from("ofLedger.name"), label: "ledger" },
} as const;
/** A key and the template and vault that it depends on. */
const inVault = {
  vault: { type: "uko:index:Vault", properties: { name: "treasury" } },
  ofLedger: {
    type: "uko:index:KeyTemplate",
    properties: {
      ...{ vaultId: from("vault.vaultId"), name: "ledger", keystoreType: "ibm_cloud_kms", group: "ledger" },
      ...{ algorithm: "aes", size: "256", activationPeriod: "P0D", expirationPeriod: "P5Y" },
    },
  },
  ledger,
} as const;
/** The same with a keystore, and a key that the engine takes as deleted with its vault. */
const withVault: YamlProgram = {
  resources: {
    ...inVault,
    ring: {
      type: "uko:index:Keystore",
      properties: { vaultId: from("vault.vaultId"), type: "internal", name: "treasury-ring", groups: ["ledger"] },
    },
    ledger: { ...ledger, options: { dependsOn: [from("ring")], deletedWith: from("vault") } },
  },
};
