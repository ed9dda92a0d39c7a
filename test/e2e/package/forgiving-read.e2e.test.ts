/** Failed reads of a key: unrelated runs continue, and the state of the key stays unchanged (decision 0017). */

import { expect, test } from "vitest";
import { codeOf, ended, lookOf } from "../../contracts/interfaces/support/next-steps.ts";
import { type Scenario, vaultId } from "../../contracts/interfaces/support/scenario.ts";
import { keyResource, withMade, type YamlProgram, yamlProgram } from "./support/yaml-scenario.ts";

const programWith = (note: string, resources: YamlProgram["resources"] = {}): YamlProgram => ({
  resources: { payroll: keyResource("payroll"), ...resources },
  outputs: { note },
});
const notLookedAt = /^Could not refresh this resource; keeping the last known state: /;

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
