/** `kill -9` of the CLI: its plugin ends by itself, and the next run continues from the state of the service. */

import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { untilHeld } from "../../contracts/interfaces/support/emulator.ts";
import { codeOf, ended, messageOf } from "../../contracts/interfaces/support/next-steps.ts";
import type { Person } from "../../contracts/interfaces/support/person.ts";
import { killCli, untilGone, untilSaid } from "./support/interrupted-run.ts";
import { keyResource, withMade, withYaml } from "./support/yaml-scenario.ts";

const program = { resources: { payroll: keyResource("payroll") } };

test("killed during a creation: no second key, and the next run completes the pending creation", () =>
  withYaml({ program, people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    await scenario.control("faults", { operation: "createManagedKey", hold: "after", times: 1 });
    const started = bob.engine.start(["up", "--skip-preview", "--yes"]);
    await untilHeld(scenario.uko);
    const plugins = await started.providerPids();
    // One serves the engine, and one tells the YAML host of the package's types.
    expect(plugins.length).toBeGreaterThan(0);
    await killCli(started);
    await scenario.control("faults/release", {});
    await untilGone(plugins);
    expect((await bob.engine.exportState()).text).toContain('"type": "creating"');

    await unlock(bob);
    const again = ended(await bob.up(), 0);
    expect(messageOf(again.output, "payroll")).toMatch(/^Key "payroll" \S+ already exists: /);
    expect((await scenario.uko.world()).keys).toHaveLength(1);
    expect(await bob.resources()).toHaveLength(1);
    // The engine itself keeps what it once began, and says at each run how to have it forgotten.
    ended(await bob.refresh(["--clear-pending-creates"]), 0);
    expect((await bob.engine.exportState()).text).not.toContain('"type": "creating"');
  }));

test("killed while a deletion waits: no second request, and no step without the engine", () =>
  withMade({ program }, async ({ scenario, bob }) => {
    const alice = await scenario.person("alice");
    await scenario.advance("1m");
    ended(await bob.destroy(), 1);
    await scenario.advance("1m");
    ended(await alice.approve("payroll"), 0);
    ended(await bob.uko(["request", "payroll"]), 0);
    await scenario.advance("1m");
    ended(await alice.storeApproval("payroll"), 0);
    await scenario.advance("1m");

    const env = { UKO_WAIT: "5h" };
    const started = bob.engine.start(["destroy", "--skip-preview", "--yes"], { env });
    await untilSaid(started, /Cooling down, \d h/);
    const plugins = await started.providerPids();
    expect(plugins.length).toBeGreaterThan(0);
    const before = await scenario.mark();
    await killCli(started);
    // Its time comes, and the plugin that would take the step has no engine any more.
    expect(await untilGone(plugins)).toBeLessThan(5_000);
    await scenario.advance("4h1m");
    await pause(1_500);
    expect(await scenario.writes(before)).toEqual([]);

    await unlock(bob);
    const destroyed = ended(await bob.destroy(), 1);
    expect(codeOf(destroyed.output, "payroll")).toBe("UKO_DESTRUCTION_PENDING");
    expect((await scenario.writes(before)).map(({ operation }) => operation)).toEqual(["destroyManagedKey"]);
    await scenario.advance("31d");
    ended(await bob.destroy(), 0);
    expect(await scenario.findKey()).toBeUndefined();
  }));

/** A backend of files keeps the lock of a killed run, and the engine prints this command. */
async function unlock(person: Person): Promise<void> {
  expect(ended(await person.up(), 1).output).toContain("delete the lock file with `pulumi cancel`");
  ended(await person.engine.run(["cancel", "--yes"]), 0);
}
