import { describe, expect, test } from "vitest";
import { keyKind } from "../../../provider/engine/key/kind.ts";
import { converge } from "../../../provider/engine/loop/converge.ts";
import type { ReportLine } from "../../../provider/engine/ports/evidence.ts";
import type { KeyRef } from "../../../provider/engine/ports/world.ts";
import { certainSteps } from "../../../provider/lifecycle/vocabulary/steps-taken.ts";
import type { ManagedKeyState } from "../../../provider/resources/managed-key/schema.ts";
import { ref as aRef, aWorld } from "../fakes.ts";
import { approve, checked, inputsOf, options, unfinished, useEngineWorld } from "../harness.ts";

const uko = useEngineWorld();

const hourMs = 3_600_000;
const patience = (budgetMs: number) => ({ budgetMs, pollIntervalMs: 600_000 });

async function requestedByBob(): Promise<{ readonly state: ManagedKeyState; readonly ref: KeyRef }> {
  const state = await uko.make();
  await unfinished(uko.run("bob").handlers, state);
  await uko.advance("60s");
  return { state, ref: uko.ref(state.keyId) };
}

/** A key that Alice has just deactivated, and whose destruction Bob requested and Alice approved, for Bob's next run. */
async function approvedForBob(): Promise<KeyRef> {
  const { ref } = await requestedByBob();
  await approve(uko.run("alice"), ref);
  await uko.advance("60s");
  await storedForBob(ref);
  return ref;
}

/** Bob requests the next step, and Alice stores her approval. */
async function storedForBob(ref: KeyRef): Promise<void> {
  await uko.run("bob").operations.request(ref, undefined, options);
  await uko.advance("60s");
  await approve(uko.run("alice"), ref, { stores: true });
  await uko.advance("60s");
}

describe("waiting in one run", () => {
  test("does not begin if the budget ends before the time", async () => {
    const ref = await approvedForBob();
    const bob = uko.run("bob");
    const report = await bob.operations.continue(ref, undefined, patience(hourMs), options);
    expect(report).toMatchObject({ code: "UKO_COOLING_DOWN", exitCode: 11, taken: [] });
    expect(bob.sleeps).toEqual([]);
  });

  test("continues by itself once the time has come, reading at every interval", async () => {
    const ref = await approvedForBob();
    const bob = uko.run("bob");
    const report = await bob.operations.continue(ref, undefined, patience(5 * hourMs), options);
    expect(report).toMatchObject({ code: "UKO_DESTRUCTION_PENDING", taken: ["destroy"] });
    expect(bob.sleeps.length).toBeGreaterThan(20);
    expect(Math.max(...bob.sleeps)).toBeLessThanOrEqual(600_000);
    await uko.expectNobodyAlone();
  });

  test("tries again after the service's own 4 hours if their start is unknown", async () => {
    const state = await uko.make({ dualAuthorization: "single", label: "alone" });
    const key = { record: { state: "deactivated", deactivatedAt: "2026-11-24T14:20:00Z" } };
    await uko.test.control(`keys/${state.keyId}`, key);
    const ref = uko.ref(state.keyId);
    await storedForBob(ref);
    const since = await uko.lastSeq();
    const report = await uko.run("bob").operations.continue(ref, undefined, patience(5 * hourMs), options);
    expect(report.taken).toContain("destroy");
    // Once too early, once in time: a refused step is not repeated at every read.
    expect((await uko.keyCalls(since)).filter((call) => call === "destroyManagedKey")).toHaveLength(2);
  });

  test("ends with the budget if only a person can help, and writes nothing in the meantime", async () => {
    const { ref } = await requestedByBob();
    const { seq } = (await uko.trail()).at(-1) ?? { seq: 0 };
    const records: ReportLine[] = [];
    const reports = { open: async () => {}, append: async (record: ReportLine) => void records.push(record) };
    const bob = uko.run("bob", { wrap: (world) => ({ ...world, reports }) });
    const report = await bob.operations.continue(ref, undefined, patience(hourMs), options);
    expect(report).toMatchObject({ code: "UKO_APPROVAL_PENDING", exitCode: 10 });
    const waits = { operation: "continue", code: "UKO_APPROVAL_PENDING", exitCode: 10, awaits: "approval" };
    expect(records).toMatchObject([{ ...waits, isWaiting: true }, waits]);
    expect(records[1]).not.toHaveProperty("isWaiting");
    expect(bob.sleeps.reduce((sum, each) => sum + each, 0)).toBe(hourMs);
    expect(bob.progress).toEqual([expect.stringMatching(/^Waiting for a second person to run: uko/)]);
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("reads the key every 30 seconds if the caller names no interval", async () => {
    const { ref } = await requestedByBob();
    const bob = uko.run("bob");
    await bob.operations.continue(ref, undefined, { budgetMs: 60_000 }, options);
    expect(bob.sleeps).toEqual([30_000, 30_000]);
  });

  test("never writes its request again after another caller withdrew it", async () => {
    const state = await uko.make();
    const ref = uko.ref(state.keyId);
    let isWithdrawn = false;
    const bob = uko.run("bob", {
      wrap: (world) => ({
        ...world,
        clock: {
          ...world.clock,
          async sleep(ms, signal) {
            await world.clock.sleep(ms, signal);
            if (ms !== 30_000 || isWithdrawn) return;
            isWithdrawn = true;
            await uko.run("carol").operations.withdraw(ref, options);
          },
        },
      }),
    });
    const waiting = { timeoutMs: hourMs, warn: () => {} };
    const outcome = await bob.handlers.delete(state, { ...options, waiting });
    expect(isWithdrawn).toBe(true);
    expect(outcome).toMatchObject({ code: "UKO_REQUEST_PENDING", facts: { taken: ["write_record"] } });
    // Created, requested, withdrawn by Carol; nothing after that.
    expect(await uko.effects()).toEqual(["createManagedKey", "updateManagedKey", "updateManagedKey"]);
  });

  test("counts a step that took effect only during the wait, after its response was lost", async () => {
    const state = await uko.make({ label: "late" });
    const key = { record: { state: "deactivated", deactivatedAt: "2026-11-24T14:20:00Z" } };
    await uko.test.control(`keys/${state.keyId}`, key);
    const ref = uko.ref(state.keyId);
    await storedForBob(ref);
    let calls = 0;
    const bob = uko.run("bob", {
      wrap: (world) => ({
        ...world,
        keys: {
          ...world.keys,
          // The first call is still on its way while the service refuses the second one as too early.
          act: async (...call) => {
            calls += 1;
            return calls === 1 ? { kind: "lost", reason: "cut" } : world.keys.act(...call);
          },
        },
        clock: {
          ...world.clock,
          async sleep(ms, signal) {
            await world.clock.sleep(ms, signal);
            if (bob.sleeps.length !== 2) return;
            await uko.advance("4h");
            await uko.test.as("bob").step(ref.keyId, "destroy");
          },
        },
      }),
    });
    const report = await bob.operations.continue(ref, undefined, patience(5 * hourMs), options);
    expect(report).toMatchObject({ code: "UKO_DESTRUCTION_PENDING", taken: ["destroy"] });
    expect(bob.evidence.map(({ step, phase }) => [step, phase]).at(-1)).toEqual(["destroy", "after"]);
    expect(calls).toBe(2);
  });

  test("never destroys alone in the run that deactivated, however long it waits", async () => {
    const state = await uko.make({ dualAuthorization: "single" });
    const { handlers } = uko.run("carol");
    const { code } = await unfinished(handlers, state);
    expect(code).toBe("UKO_COOLING_DOWN");
    const { keyKind } = await import("../../../provider/engine/key/kind.ts");
    const { planKeyDeletion } = await import("../../../provider/lifecycle/key/plan-key-deletion.ts");
    const fresh = await uko.make({ dualAuthorization: "single", label: "another" });
    const policy = { goal: "removed", deletionProtection: false, people: "single" } as const;
    const carol = uko.run("carol");
    const outcome = await converge(
      carol.world,
      keyKind,
      {
        ref: uko.ref(fresh.keyId),
        plan: (observation, run, nowMs) => planKeyDeletion(observation, policy, run, nowMs),
        approvals: [],
        intent: "resume",
      },
      options,
      patience(9 * hourMs),
    );
    expect(outcome).toMatchObject({ kind: "stopped", plan: { kind: "waitingForTime", awaits: "separate_run" } });
    expect(certainSteps(outcome.memory.run).map(({ kind }) => kind)).toEqual(["deactivate"]);
    // More waiting changes nothing, so the run does not spend the rest of the budget.
    expect(carol.sleeps.reduce((sum, each) => sum + each, 0)).toBeLessThan(5 * hourMs);
  });

  test("is reported rarely without a terminal: each report is a line of its own", async () => {
    const ref = await approvedForBob();
    const bob = uko.run("bob");
    await bob.operations.continue(ref, undefined, { budgetMs: 5 * hourMs, pollIntervalMs: 30_000 }, options);
    const reports = bob.progress.filter((line) => line.startsWith("Cooling down"));
    expect(bob.sleeps.length).toBeGreaterThan(400);
    expect(reports[0]).toMatch(/^Cooling down, (?:4 h|3 h 5\d min) left$/);
    expect(reports.length).toBeLessThan(80);
    expect(new Set(reports).size, "no line says the same as the one before").toBe(reports.length);
  });

  test("is announced once if it is long, with its possible duration", async () => {
    const { ref } = await requestedByBob();
    const announced: number[] = [];
    const beforeLongWait = (neededMs: number) => void announced.push(neededMs);
    const bob = uko.run("bob");
    await bob.operations.continue(ref, undefined, { ...patience(10 * 60_000), beforeLongWait }, options);
    expect(announced).toEqual([]);
    await bob.operations.continue(ref, undefined, { ...patience(hourMs), beforeLongWait }, options);
    expect(announced).toEqual([hourMs]);
  });

  test("ends at once when it is canceled", async () => {
    const { ref } = await requestedByBob();
    const stop = new AbortController();
    const bob = uko.run("bob", {
      wrap: (world) => ({
        ...world,
        clock: {
          ...world.clock,
          async sleep(ms, signal) {
            stop.abort();
            await world.clock.sleep(ms, signal);
          },
        },
      }),
    });
    await expect(bob.operations.continue(ref, undefined, patience(hourMs), { signal: stop.signal })).rejects.toThrow();
    const none = uko.run("bob").handlers.create(checked(uko.run("bob").handlers, inputsOf({ label: "x" })), {
      signal: stop.signal,
    });
    await expect(none).rejects.toMatchObject({ code: "UKO_CANCELED" });
  });
});

test("a canceled run reads nothing, whatever the ports would return", async () => {
  const task = { ref: aRef, plan: () => ({ kind: "done" }) as const, approvals: [], intent: "engine" } as const;
  const stopped = { signal: AbortSignal.abort() };
  await expect(converge(aWorld(), keyKind, task, stopped)).rejects.toMatchObject({ code: "UKO_CANCELED" });
});
