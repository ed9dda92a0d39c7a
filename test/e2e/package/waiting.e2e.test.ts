/** Runs with a wait budget: a wait ends by itself or by a cancel, and prints little. */

import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import { codeOf, ended, messageOf } from "../../contracts/interfaces/support/next-steps.ts";
import { type Scenario, startTime } from "../../contracts/interfaces/support/scenario.ts";
import { untilSaid } from "./support/interrupted-run.ts";
import { keyResource, withYaml, type YamlProgram } from "./support/yaml-scenario.ts";

/** A clock that runs, since a wait passes in real time. */
const seed = { ...demoSeed, clock: { start: startTime, frozen: false } };
const programWith = (options?: Readonly<Record<string, unknown>>): YamlProgram => ({
  resources: { payroll: keyResource("payroll", {}, options) },
});
const destroying = ["destroy", "--skip-preview", "--yes"];
const linesOf = (output: string, what: RegExp) => output.split("\n").filter((line) => what.test(line));
const operations = async (scenario: Scenario, mark: number) =>
  (await scenario.writes(mark)).map(({ operation }) => operation);

test.each([
  ["the resource's customTimeouts.delete", { customTimeouts: { delete: "2m" } }, {}],
  [
    "the person's UKO_WAIT, which takes precedence over the resource",
    { customTimeouts: { delete: "1s" } },
    { UKO_WAIT: "2m" },
  ],
] as const)("within %s, a run waits for the end of a cool-down and takes the next step", (_who, options, env) =>
  withYaml({ seed, program: programWith(options) }, async (scenario) => {
    const { bob, mark } = await deactivated(scenario);
    await scenario.advance("3h59m50s");
    const run = await bob.engine.run(destroying, { env });
    expect(codeOf(ended(run, 1).output, "payroll")).toBe("UKO_DESTRUCTION_PENDING");
    expect(await operations(scenario, mark)).toEqual(["destroyManagedKey"]);
    expect(linesOf(run.output, /Cooling down, \d+ min left/).length).toBeLessThanOrEqual(1);
  }),
);

test("Ctrl-C cancels a wait at once with its reason; a person gets one line of progress and no warning", () =>
  withYaml({ seed, program: programWith() }, async (scenario) => {
    const { bob, mark } = await deactivated(scenario);
    const started = bob.engine.start(destroying, { env: { UKO_WAIT: "5h" } });
    await untilSaid(started, /Cooling down, (?:4 h|3 h 5\d min) left/);
    await pause(2_000);
    const stoppedAt = performance.now();
    started.child.kill("SIGINT");
    const stopped = ended(await started.result, 1);
    expect(performance.now() - stoppedAt).toBeLessThan(20_000);
    const message = messageOf(stopped.output, "payroll");
    expect(message).toContain("The wait was canceled");
    expect(message).toMatch(/pulumi destroy/);
    expect(linesOf(stopped.output, /Cooling down, /)).toHaveLength(1);
    expect(stopped.output).not.toContain("holds the state lock");
    expect(await operations(scenario, mark)).toEqual([]);
    expect((await bob.engine.exportState()).text).not.toContain("pending_operations");

    await scenario.advance("4h1m");
    ended(await bob.destroy(), 1);
    expect(await operations(scenario, mark)).toEqual(["destroyManagedKey"]);
  }));

test("warns a pipeline that waits for more than 15 minutes that it holds the lock of its state", () =>
  withYaml({ seed, program: programWith({ customTimeouts: { delete: "5h" } }) }, async (scenario) => {
    const { bob } = await deactivated(scenario);
    const started = bob.engine.start(destroying, { env: { CI: "true" } });
    await untilSaid(started, /warning: This run waits for up to 4 h and holds the state lock/);
    started.child.kill("SIGINT");
    ended(await started.result, 1);
    await scenario.advance("3h55m");
    const short = bob.engine.start(destroying, { env: { CI: "true" } });
    const said = await untilSaid(short, /Cooling down, \d min left/);
    short.child.kill("SIGINT");
    expect(said + ended(await short.result, 1).output).not.toContain("holds the state lock");
  }));

/** Alice deactivated what Bob's run requested, and approved his request for the destruction, which his next run takes after four hours. */
async function deactivated(scenario: Scenario) {
  const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
  ended(await bob.up(), 0);
  await scenario.advance("1m");
  ended(await bob.engine.run(destroying, { env: { UKO_WAIT: "0" } }), 1);
  await scenario.advance("1m");
  ended(await alice.approve("payroll"), 0);
  ended(await bob.uko(["request", "payroll"]), 0);
  await scenario.advance("5s");
  ended(await alice.storeApproval("payroll"), 0);
  await scenario.advance("5s");
  return { bob, mark: await scenario.mark() };
}
