/** `destroy --target VAULT --target-dependents` of the native package, which Pulumi 3.259 serves only with `--refresh`. */

import { expect, test } from "vitest";
import { codeOf, ended } from "../../contracts/doors/support/next-steps.ts";
import { emptySeed } from "../../contracts/doors/support/whole-stack.ts";
import { from, urnOf, withYaml, type YamlProgram } from "./support/yaml-scenario.ts";

const program: YamlProgram = {
  resources: {
    vault: { type: "uko:index:Vault", properties: { name: "treasury" } },
    ofLedger: {
      type: "uko:index:KeyTemplate",
      properties: {
        ...{ vaultId: from("vault.vaultId"), name: "ledger", keystoreType: "ibm_cloud_kms", group: "ledger" },
        ...{ algorithm: "aes", size: "256", activationPeriod: "P0D", expirationPeriod: "P5Y" },
      },
    },
    ledger: {
      type: "uko:index:ManagedKey",
      properties: { vaultId: from("vault.vaultId"), template: from("ofLedger.name"), label: "ledger" },
    },
  },
};

/**
 * deployment_executor.go, `refresh`: "The provider reference is already ensured" does not hold here. A key that is refreshed
 * before each run depends on a target that is not, so the engine loads no provider before it reads the key.
 */
test("--target-dependents requires --refresh: without it the engine loads no provider, and no step is taken", () =>
  withYaml({ seed: emptySeed, program }, async (scenario) => {
    const bob = await scenario.person("bob");
    ended(await bob.up(), 0);
    const made = await scenario.mark();
    const target = ["--target", urnOf("vault", "Vault"), "--target-dependents"];
    const failed = ended(await bob.destroy([], target), 1);
    expect(failed.output, "the engine's error is gone: take --refresh out of what-destroy-does.md").toMatch(
      /unknown provider '\S+' for resource \S+::ledger/,
    );
    expect(await scenario.writes(made)).toEqual([]);
    expect(await bob.resources()).toHaveLength(3);

    const asked = ended(await bob.destroy([], ["--refresh", ...target]), 1);
    expect(codeOf(asked.output, "ledger")).toBe("UKO_APPROVAL_PENDING");
    expect((await scenario.writes(made)).map(({ operation }) => operation)).toEqual(["K4"]);
    expect(await bob.resources()).toHaveLength(3);
  }));
