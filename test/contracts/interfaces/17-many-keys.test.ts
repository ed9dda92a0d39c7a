import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/store/seed.ts";
import { isWhole } from "../../support/tier.ts";
import type { AuditEntry } from "./support/emulator.ts";
import { ended, messageOf } from "./support/next-steps.ts";
import { programOf, type Scenario, withScenario } from "./support/scenario.ts";

/** The suite that everybody runs has 40, the whole one the 100 that people have asked for. */
const count = isWhole ? 100 : 40;
/** A clock that runs: one that stands still moves a second with each write, so that writes side by side would seem slow. */
const seed: Seed = { ...demoSeed, clock: { frozen: false } };
const timeoutMs = 170_000;
/** Log-in, broker, kinds of keystores, the first read back, and lists. */
const callsOnceARun = 10;
/** A write without a response: the key, its KMS key and what uses it are read again before it is repeated. */
const callsAfterFault = 4;
const budget = (perKey: number, calls: readonly AuditEntry[]): number =>
  count * perKey + callsOnceARun + callsAfterFault * faultsIn(calls);
/** What uko itself writes in one run: one line a key, and the closing. The engine adds its own frames. */
const maxLines = count + 40;
const linesOf = (text: string): number => text.split("\n").length;
const program = programOf(Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, {}])));

test(
  `${count} keys: an engine requests, two people approve, and the engine removes all of them with few calls, also of a service under strain`,
  () =>
    withScenario({ profile: "documented", seed, program }, async (scenario) => {
      const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
      const labels = Array.from({ length: count }, (_, index) => `key-${index}`).sort();
      ended(await bob.up([], { timeoutMs }), 0);
      await scenario.advance("1m");

      const created = await scenario.mark();
      ended(await bob.refresh([], { timeoutMs }), 0);
      expect((await callsSince(scenario, created)).length).toBeLessThanOrEqual(10);

      // One response of a hundred tells to come later, or tells nothing.
      await scenario.control("faults", { every: 200, status: 429, retryAfter: 1 });
      await scenario.control("faults", { every: 200, skip: 100, status: 503 });
      const before = await scenario.mark();
      const requested = ended(await bob.destroy(["--continue-on-error"], { timeoutMs }), 1);
      expect(linesOf(messageOf(requested.output))).toBeLessThanOrEqual(maxLines);
      expect(await changedLabels(scenario, before, "updateManagedKey")).toEqual(labels);
      const asking = await callsSince(scenario, before);
      expect(asking.length, tally(asking)).toBeLessThanOrEqual(budget(4, asking));

      await scenario.advance("1m");
      const due = await scenario.mark();
      const approved = ended(await alice.approveAndRequest(["--label", "key-*"]), 0);
      expect(approved.output).toContain(`${count} keys deactivated`);
      expect(linesOf(approved.output)).toBeLessThanOrEqual(maxLines);
      expect(await changedLabels(scenario, due, "deactivateManagedKey")).toEqual(labels);
      expect(await changedLabels(scenario, due, "updateManagedKey"), "each destruction requested once").toEqual(labels);
      expect((await scenario.uko.world()).keys.every(({ state }) => state === "deactivated")).toBe(true);
      const approving = await callsSince(scenario, due);
      // The approval takes 9 calls a key, and the request of the destruction 4.
      expect(approving.length, tally(approving)).toBeLessThanOrEqual(budget(13, approving));
      expect(faultsIn([...asking, ...approving])).toBeGreaterThan(0);

      await scenario.advance("5h");
      const dueDestroy = await scenario.mark();
      ended(await bob.approve(["--label", "key-*"]), 0);
      expect(await changedLabels(scenario, dueDestroy, "destroyManagedKey")).toEqual(labels);
      const destroying = await callsSince(scenario, dueDestroy);
      expect(destroying.length, tally(destroying)).toBeLessThanOrEqual(budget(7, destroying));

      await scenario.advance("31d");
      const dueRemoval = await scenario.mark();
      ended(await bob.engine.destroy(["--continue-on-error"], { timeoutMs }), 0);
      expect((await scenario.uko.world()).keys).toHaveLength(0);
      const removing = await callsSince(scenario, dueRemoval);
      // One more than the command line: the refresh before it asks the keystores, so that the state is true.
      expect(removing.length, tally(removing)).toBeLessThanOrEqual(budget(7, removing));
    }),
  timeoutMs * 4,
);

function faultsIn(calls: readonly AuditEntry[]): number {
  return calls.filter(({ status }) => status === 429 || status === 503).length;
}

function tally(calls: readonly AuditEntry[]): string {
  const by = new Map<string, number>();
  for (const { operation } of calls) by.set(operation, (by.get(operation) ?? 0) + 1);
  return JSON.stringify([calls.length, ...by]);
}

async function callsSince(scenario: Scenario, mark: number): Promise<readonly AuditEntry[]> {
  return (await scenario.audit()).filter(({ seq, operation }) => seq > mark && operation !== "control");
}

/** The labels of the keys that a call changed, one for each time. */
async function changedLabels(scenario: Scenario, mark: number, operation: string): Promise<readonly unknown[]> {
  const writes = await scenario.writes(mark);
  return writes
    .filter((entry) => entry.operation === operation)
    .map(({ label }) => label)
    .sort();
}
