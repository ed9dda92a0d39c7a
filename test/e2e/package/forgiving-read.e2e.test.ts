/** Failed reads of a key: unrelated runs continue, and the state of the key stays unchanged (decision 0017). */

import { expect, test } from "vitest";
import { codeOf, ended, lookOf, messageOf } from "../../contracts/interfaces/support/next-steps.ts";
import { type Scenario, vaultId } from "../../contracts/interfaces/support/scenario.ts";
import { keyResource, withMade, type YamlProgram, yamlProgram } from "./support/yaml-scenario.ts";

const programWith = (note: string, resources: YamlProgram["resources"] = {}): YamlProgram => ({
  resources: { payroll: keyResource("payroll"), ...resources },
  outputs: { note },
});
const archive = { type: "uko:index:Vault", properties: { name: "archive" } } as const;
const notLookedAt = /^Could not refresh this resource; keeping the last known state: /;

test.each([
  ["refuses this identity the key", { status: 403 }, "UKO_RIGHTS_MISSING"],
  ["answers nonsense for the key", { status: 200, body: "<html>" }, "UKO_RESPONSE_INVALID"],
] as const)(
  "if the service %s, an up creates the other resources, warns, and keeps the state of the key",
  (_title, response, code) =>
    withMade({ program: programWith("first") }, async ({ scenario, bob }) => {
      const [before] = await bob.resources();
      const made = await scenario.mark();
      await scenario.control("faults", { keyId: (await scenario.key()).id, ...response });
      // A list, from which looks at many keys are answered, tells of each of them.
      await scenario.control("faults", { operation: "listManagedKeys", ...response });
      await bob.writeProgram(yamlProgram(programWith("second", { archive })));

      const up = ended(await bob.up(), 0);
      expect(lookOf(up.output, "payroll")).toEqual([expect.stringMatching(notLookedAt)]);
      expect(up.output).toContain(`[${code}]`);
      expect((await scenario.writes(made)).map(({ operation }) => operation)).toEqual(["createVault"]);
      const find = async () => (await bob.resources()).find(({ urn }) => urn.endsWith("::payroll"));
      expect((await find())?.outputs).toEqual(before?.outputs);

      const refreshed = ended(await bob.refresh(), 0);
      expect(messageOf(refreshed.output, "payroll")).toMatch(notLookedAt);
      expect(refreshed.output).toContain("This run could not read 1 resource");
      expect(refreshed.output).toContain("This run could not read 1 resource, ");
      const strict = await bob.refresh([], { env: { UKO_STRICT_READS: "1" } });
      expect([strict.exitCode !== 0, strict.output]).toEqual([true, expect.stringContaining(`[${code}]`)]);
      expect((await find())?.inputs).toEqual(before?.inputs);

      await clearFaults(scenario);
      expect(ended(await bob.up(), 0).output).not.toContain("warning");
    }),
);

test("if the service is unreachable, an up of other resources continues, and a destroy stops and keeps the key", () =>
  withMade({ program: programWith("first") }, async ({ scenario, bob }) => {
    await scenario.control("faults", { path: "/api/v4", drop: "before" });
    await bob.writeProgram(yamlProgram(programWith("second")));
    const up = ended(await bob.up(), 0);
    expect(lookOf(up.output, "payroll")).toEqual([expect.stringMatching(notLookedAt)]);
    expect((await bob.engine.run(["stack", "output", "note"])).stdout.trim()).toBe("second");

    const destroyed = ended(await bob.destroy(), 1);
    expect(codeOf(destroyed.output, "payroll")).toMatch(/^UKO_(?:ANSWER_LOST|SERVICE_UNAVAILABLE)$/);
    expect(await bob.resources()).toHaveLength(1);
    expect(await scenario.key()).toMatchObject({ state: "active" });
  }));

test("a pending deletion stays in the state while the key is unreadable, and continues afterwards", () =>
  withMade({ program: programWith("first") }, async ({ scenario, bob }) => {
    const alice = await scenario.person("alice");
    ended(await bob.destroy(), 1);
    ended(await bob.refresh(), 0);
    await scenario.control("faults", { path: `/vaults`, method: "DELETE", status: 403 });
    await scenario.control("faults", { keyId: (await scenario.key()).id, status: 403 });
    ended(await bob.refresh(), 0);
    expect(await bob.resources()).toMatchObject([
      { outputs: { vaultId, lifecycleState: "pending_approval", deletionAwaits: "approval" } },
    ]);
    await clearFaults(scenario);
    await scenario.advance("1m");
    ended(await alice.approve("payroll"), 0);
    expect(await scenario.key()).toMatchObject({ state: "deactivated" });
  }));

async function clearFaults({ url }: Scenario): Promise<void> {
  expect((await fetch(`${url}/_emulator/faults`, { method: "DELETE" })).ok).toBe(true);
}
