import type { ErrorHookFunction } from "@pulumi/pulumi";
import { describe, expect, test, vi } from "vitest";
import { createDecision, waitForApproval } from "../../provider/pulumi-hooks/wait-for-approval.ts";

// The real one registers itself with an engine; test/e2e/package has that.
vi.mock("@pulumi/pulumi", () => ({
  log: { info: async () => {} },
  runtime: { getMonitor: () => undefined },
  ErrorHook: class {
    readonly name: string;
    readonly callback: ErrorHookFunction;
    constructor(name: string, callback: ErrorHookFunction) {
      this.name = name;
      this.callback = callback;
    }
  },
}));

const waiting = 'Key "payroll" is waiting for a second person to approve its deactivation\n  [UKO_APPROVAL_PENDING]';
const cooling = 'Key "payroll" is deactivated and cooling down\n  [UKO_COOLING_DOWN]';
const refused = 'Key "payroll" is protected\n  [UKO_DELETION_PROTECTED]';

function decide(budgetMs: number, intervalMs: number) {
  const pauses: number[] = [];
  const decision = createDecision(budgetMs, intervalMs, async (ms) => void pauses.push(ms));
  return {
    pauses,
    ask: (errors: string[], failedOperation = "delete") => decision({ failedOperation, errors, name: "payroll" }),
  };
}

describe("after a failure", () => {
  test("it looks again where another person or time can end the wait", async () => {
    const { pauses, ask } = decide(600_000, 60_000);
    expect(await ask([waiting])).toBe(true);
    expect(await ask([cooling, waiting])).toBe(true);
    expect(pauses).toEqual([60_000, 60_000]);
  });

  test.each([
    ["somebody has to change something", [refused], "delete"],
    ["the fault is somebody else's", ["dial tcp: connection refused"], "delete"],
    ["a code stands in the middle of other words", [`[UKO_COOLING_DOWN] and then ${refused}`], "delete"],
    ["it was no deletion", [waiting], "update"],
    ["nothing is told", [], "delete"],
  ])("it does not where %s", async (_what, errors, operation) => {
    const { pauses, ask } = decide(600_000, 60_000);
    expect(await ask(errors, operation)).toBe(false);
    expect(pauses).toEqual([]);
  });

  test("it stops once the time that the program grants is spent", async () => {
    const { pauses, ask } = decide(180_000, 60_000);
    const errors: string[] = [];
    let tries = 0;
    do {
      errors.unshift(waiting);
      tries += 1;
    } while (await ask(errors));
    expect(tries).toBe(4);
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBe(180_000);
  });
});

describe("the hook", () => {
  test("is one for the same wait, however often a program asks", () => {
    expect(waitForApproval({ atMost: "8h" })).toBe(waitForApproval({ atMost: "8h", every: "5m" }));
    expect(waitForApproval({ atMost: "8h" })).not.toBe(waitForApproval({ atMost: "9h" }));
  });

  test("spreads the engine's tries over the whole wait, and is no quicker than asked", () => {
    const intervalOf = (wait: { atMost: string; every: string }) =>
      Number(/-(\d+)$/.exec(waitForApproval(wait).name)?.[1]);
    expect(intervalOf({ atMost: "30d", every: "1m" }) * 99).toBeGreaterThanOrEqual(30 * 86_400_000);
    expect(intervalOf({ atMost: "1h", every: "10m" })).toBe(600_000);
  });

  test("refuses what is no duration", () => {
    expect(() => waitForApproval({ atMost: "soon" })).toThrow(/atMost is not a duration/);
  });
});
