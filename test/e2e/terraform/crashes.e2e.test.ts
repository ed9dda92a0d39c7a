/** Runs of the real OpenTofu that do not finish: interrupted during a creation, and a provider that dies during a wait. */

import { expect, test } from "vitest";
import { untilHeld } from "../../contracts/interfaces/support/emulator.ts";
import { keyProgram, vaultId, withMade, withStage } from "./support/tofu-stage.ts";

test("an apply that is interrupted during a creation keeps the key in the state, untainted, and the next plan is empty", () =>
  withStage(async (stage) => {
    const bob = await stage.person("bob");
    await stage.uko.control("faults", { operation: "createManagedKey", hold: "after", times: 1 });
    const run = bob.start(["apply"]);
    await untilHeld(stage.uko);
    // A terminal sends it to the engine and to the provider alike.
    expect(await run.killProvider("SIGINT")).toBe(1);
    run.child.kill("SIGINT");
    // The engine hands it on to the provider before the service's response comes.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await stage.uko.control("faults/release", {});
    const ended = await run.result;
    expect(ended.exitCode, ended.output).toBe(1);
    expect((await bob.state()).resources).toMatchObject([
      { address: "uko_managed_key.payroll", isTainted: false, attributes: { lifecycle_state: "active" } },
    ]);
    const mark = await stage.mark();
    expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);
    expect(await stage.effects(mark)).toEqual([]);
  }));

test("after a kill in a creation within for_each, the import block of the message keeps the key, and creates no second one", () =>
  withStage(async (stage) => {
    const program = (block = "") => `
resource "uko_managed_key" "payroll" {
  for_each = toset(["blue"])
  vault_id = "${vaultId}"
  template = "payroll"
  label    = each.key
}
${block}
`;
    const bob = await stage.person("bob", program());
    await stage.uko.control("faults", { operation: "createManagedKey", hold: "after", times: 1 });
    const run = bob.start(["apply"]);
    await untilHeld(stage.uko);
    expect(await run.killProvider()).toBe(1);
    await run.result;
    await stage.uko.control("faults/release", {});
    const refused = await bob.apply();
    expect(refused.exitCode, refused.output).toBe(1);
    const told = refused.output.replaceAll(/^[│|] ?/gm, "");
    const [block = ""] = /^ *import \{\n.*\n.*\n *\}/m.exec(told) ?? [];
    expect(block, told).toContain("to = uko_managed_key.<name>");
    await bob.writeProgram(program(block.replace("<name>", 'payroll["blue"]')));
    const imported = await bob.apply();
    expect(imported, imported.output).toMatchObject({
      ...{ exitCode: 0, applied: { add: 0, change: 0, import: 1, remove: 0 } },
    });
    expect((await bob.state()).resources).toMatchObject([{ address: 'uko_managed_key.payroll["blue"]' }]);
    await bob.writeProgram(program());
    expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);
    expect(await stage.effects()).toEqual(["createManagedKey"]);
  }));

test("a provider that is killed during a wait loses nothing, and the next run makes no second request", () =>
  withMade(keyProgram(), async ({ stage, bob }) => {
    await stage.advance(60_000);
    const mark = await stage.mark();
    const run = bob.start(["destroy"], { env: { UKO_WAIT: "2h" } });
    await expect.poll(() => stage.effects(mark), { timeout: 30_000 }).toEqual(["updateManagedKey"]);
    expect(await run.killProvider()).toBe(1);
    const ended = await run.result;
    expect(ended.exitCode).toBe(1);
    expect((await bob.state()).resources).toMatchObject([
      { isTainted: false, attributes: { lifecycle_state: "active" } },
    ]);

    const again = await bob.destroy();
    expect(again.exitCode).toBe(1);
    expect(again.output).toContain('  Key "payroll" is waiting for a second person to approve its deactivation');
    expect((await bob.state()).resources[0]?.attributes).toMatchObject({ lifecycle_state: "pending_approval" });
    expect(await stage.effects(mark)).toEqual(["updateManagedKey"]);
  }));
