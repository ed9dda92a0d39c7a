/** Every call of the whole path, lost before and after its effect, and the process killed before and after it: the next run converges. */

import { beforeAll, describe, expect, test } from "vitest";
import { loadSnapshot, takeSnapshot } from "../../provider/emulator/control/snapshot.ts";
import type { Snapshot } from "../../provider/emulator/store/options.ts";
import type { Report } from "../../provider/engine/loop/report.ts";
import type { World } from "../../provider/engine/ports/world.ts";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { isKmsCall } from "../support/calls.ts";
import {
  approve,
  checked,
  inputsOf,
  options,
  type Person,
  type PersonsRun,
  unfinished,
  useEngineWorld,
  withKeys,
} from "./harness.ts";

const uko = useEngineWorld();

/** The point at which a story breaks: at the n-th call of its kind, once. */
interface Break {
  readonly wrap: (world: World) => World;
}

const noBreak: Break = { wrap: (world) => world };
const maxRuns = 4;

/** One of the runs of a path: the person, the delay before it, and its end. */
interface Step {
  readonly who: Person;
  readonly wait: string;
  /** What the run does, and the code or state at its end. */
  readonly run: (run: PersonsRun, state: ManagedKeyState) => Promise<string>;
  readonly end: string;
}

const byEngine: Step["run"] = async ({ handlers }, state) => {
  const outcome = await handlers.delete(state, options);
  return outcome.kind === "ended" ? "ended" : outcome.code;
};
const byRequest: Step["run"] = async ({ operations }, { keyId }) =>
  (await operations.request(uko.ref(keyId), undefined, options)).deletion.awaits ?? "nothing";
const byApproval =
  (how: Parameters<typeof approve>[2]): Step["run"] =>
  async (run, { keyId }) => {
    const ref = uko.ref(keyId);
    // An approval whose response was lost may have taken effect, so that nothing is left to approve.
    const orStatus = (error: Error): Promise<Report> => {
      if (!error.message.startsWith("Nothing to approve")) throw error;
      return run.operations.status(ref, options);
    };
    const report = await approve(run, ref, how).catch(orStatus);
    return `${report.keyState ?? ""} ${report.deletion.awaits ?? ""}`;
  };

/** An engine requests, a person approves each step and requests the next one, an engine removes. */
const approved: readonly Step[] = [
  { who: "bob", wait: "0s", run: byEngine, end: "UKO_APPROVAL_PENDING" },
  { who: "alice", wait: "60s", run: byApproval({}), end: "deactivated request" },
  { who: "alice", wait: "0s", run: byRequest, end: "approval" },
  { who: "bob", wait: "5h", run: byApproval({}), end: "destroyed time" },
  { who: "bob", wait: "31d", run: byEngine, end: "ended" },
];

/** The second person stores each approval, and the requester's run of an engine takes the step. */
const stored: readonly Step[] = [
  { who: "alice", wait: "0s", run: byEngine, end: "UKO_APPROVAL_PENDING" },
  { who: "bob", wait: "60s", run: byApproval({ stores: true }), end: "active requester" },
  { who: "alice", wait: "60s", run: byEngine, end: "UKO_REQUEST_PENDING" },
  { who: "bob", wait: "5h", run: byRequest, end: "approval" },
  { who: "alice", wait: "60s", run: byApproval({ stores: true }), end: "deactivated requester" },
  { who: "bob", wait: "60s", run: byEngine, end: "UKO_DESTRUCTION_PENDING" },
  { who: "bob", wait: "31d", run: byEngine, end: "ended" },
];

/** Repeats the run until it reaches its end, as a person would repeat the command. */
async function runStep({ who, wait, run, end }: Step, state: ManagedKeyState, broken: Break): Promise<void> {
  if (wait !== "0s") await uko.advance(wait);
  let last = "";
  for (let count = 0; count < maxRuns; count += 1) {
    try {
      last = await run(uko.run(who, { wrap: broken.wrap }), state);
    } catch (error) {
      last = String(error);
    }
    if (last === end) return;
    uko.test.emulator.world.clock.advance(30_000);
  }
  throw new Error(`${who} never got to ${end}:\n${last}`);
}

/** The world before a run of the path. */
interface Start {
  readonly step: number;
  readonly world: Snapshot;
  readonly state: ManagedKeyState;
}

/** Walks the path once without a fault, and keeps the start of each run. */
async function recordStarts(steps: readonly Step[], dualAuthDelete: boolean): Promise<readonly Start[]> {
  uko.reset();
  const state = await uko.make();
  if (dualAuthDelete) await uko.test.control(`keys/${state.keyId}`, { backingKey: { dualAuthDelete: true } });
  const starts: Start[] = [];
  for (const [step, each] of steps.entries()) {
    starts.push({ step, world: takeSnapshot(uko.test.emulator.world), state });
    await runStep(each, state, noBreak);
  }
  return starts;
}

/** From a start to the end of the path: the first run has the fault, unless `isStruck` says that the fault did not occur. */
async function goOn(
  steps: readonly Step[],
  start: Start,
  broken: Break,
  isStruck: () => Promise<boolean>,
): Promise<boolean> {
  for (const [step, each] of steps.entries()) {
    if (step < start.step) continue;
    await runStep(each, start.state, broken);
    if (step === start.step && !(await isStruck())) return false;
  }
  return true;
}

const once = [
  "createManagedKey",
  "updateManagedKey",
  "deactivateManagedKey",
  "updateManagedKey",
  "destroyManagedKey",
  "deleteManagedKey",
];
const onceStored = [
  "createManagedKey",
  "updateManagedKey",
  "updateManagedKey",
  "deactivateManagedKey",
  "updateManagedKey",
  "updateManagedKey",
  "destroyManagedKey",
  "deleteManagedKey",
];

describe.each([
  ["an ordinary key", approved, once, false],
  ["a key under KMS dual authorization", approved, once, true],
  ["a key with stored approvals", stored, onceStored, false],
])("%s", (_name, steps, expected, dualAuthDelete) => {
  const expectEachStepOnce = async (at: string): Promise<void> => {
    expect(
      (await uko.effects()).filter((each) => !isKmsCall(each)),
      at,
    ).toEqual(expected);
    await uko.expectNobodyAlone();
  };

  let starts: readonly Start[] = [];
  beforeAll(async () => {
    starts = await recordStarts(steps, dualAuthDelete);
  });

  /** Places the fault at every call of every run in turn, and returns the number of calls. */
  const disturbEach = async (
    disturb: (call: number) => Promise<{ readonly broken: Break; isStruck(): Promise<string | undefined> }>,
  ): Promise<number> => {
    let calls = 0;
    for (const start of starts) {
      for (let call = 0; ; call += 1) {
        loadSnapshot(uko.test.emulator.world, start.world);
        const { broken, isStruck } = await disturb(call);
        if (!(await goOn(steps, start, broken, async () => (await isStruck()) !== undefined))) break;
        calls += 1;
        await expectEachStepOnce(`run ${start.step + 1}, call ${call}: ${await isStruck()}`);
      }
      await uko.clearFaults();
    }
    return calls;
  };

  test("is deleted, each step once", async () => {
    await recordStarts(steps, dualAuthDelete);
    await expectEachStepOnce("undisturbed");
  });

  test.each(["before", "after"] as const)(
    "converges if the response is lost %s the effect, for every call in turn",
    async (drop) => {
      const calls = await disturbEach(async (call) => {
        await uko.clearFaults();
        await uko.fault({ skip: call, times: 1, drop });
        const isDropped = (entry: object): boolean => "dropped" in entry && entry.dropped !== undefined;
        return { broken: noBreak, isStruck: async () => (await uko.trail()).find(isDropped)?.operation };
      });
      expect(calls).toBeGreaterThan(20);
    },
    60_000,
  );

  test.each(["before", "after"] as const)(
    "converges if the process ends %s every call in turn",
    async (when) => {
      const calls = await disturbEach(async (call) => {
        let left = call;
        let died: string | undefined;
        const dieAtCall = (): boolean => {
          left -= 1;
          if (left === -1) died = when;
          return left === -1;
        };
        return { broken: { wrap: (world) => killedAt(world, when, dieAtCall) }, isStruck: async () => died };
      });
      expect(calls).toBeGreaterThan(20);
    },
    60_000,
  );
});

/** A process that ends at a call of a port: no later call happens, and the next run starts empty. */
function killedAt(world: World, when: "before" | "after", isNow: () => boolean): World {
  const killable = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return async (...parameters: unknown[]): Promise<unknown> => {
          const now = isNow();
          if (now && when === "before") throw new Error("killed");
          const response: unknown = await member.apply(target, parameters);
          if (now) throw new Error("killed");
          return response;
        };
      },
    });
  return {
    ...world,
    keys: killable(world.keys),
    backingKeys: killable(world.backingKeys),
    evidence: killable(world.evidence),
  };
}

test.each(["before", "after"] as const)(
  "a creation whose response is lost %s the effect makes one key",
  async (drop) => {
    await uko.fault({ operation: "createManagedKey", times: 1, drop });
    const { handlers } = uko.run("bob");
    const create = (): Promise<unknown> => handlers.create(checked(handlers, inputsOf()), options);
    if (drop === "after") await create();
    else await expect(create()).rejects.toMatchObject({ code: "UKO_RESPONSE_LOST" });
    if (drop === "before") await create();
    expect(await uko.effects()).toEqual(["createManagedKey"]);
  },
);

test("a run that is stopped while a step is in flight names the step and the command that checks it", async () => {
  const state = await uko.make({ dualAuthorization: "single" });
  const stop = new AbortController();
  const { handlers } = uko.run("carol", {
    wrap: withKeys((keys) => ({
      async act(...call) {
        await keys.act(...call);
        stop.abort();
        return { kind: "lost", reason: "the run was canceled before the response arrived" };
      },
    })),
  });
  const deleted = handlers.delete(state, { ...options, signal: stop.signal });
  await expect(deleted).rejects.toMatchObject({
    code: "UKO_CANCELED",
    summary: "The run was stopped before the service responded to a change",
    detail: [
      'Deactivating key "payroll": the call was sent, and can still take effect.',
      "Earlier steps stay in effect.",
      "Next: show what became of it:",
      `  uko status ${state.vaultId}/${state.keyId}`,
    ].join("\n"),
  });
});

test("a deactivation that takes effect after the next read prevents destroying, as this run's step", async () => {
  const state = await uko.make({ dualAuthorization: "single" });
  let calls = 0;
  const carol = uko.run("carol", {
    wrap: withKeys((keys) => ({
      async act(permit, callOptions) {
        calls += 1;
        if (calls === 1) return { kind: "lost", reason: "cut" };
        const written = await keys.act(permit, callOptions);
        if (calls > 2) return written;
        // The first call has taken effect by now, so the service refuses the ETag of the second one.
        await uko.advance("5h");
        return { kind: "stale" };
      },
    })),
  });
  const { code } = await unfinished(carol.handlers, state);
  expect(code).toBe("UKO_SEPARATE_RUN_NEEDED");
  expect(carol.evidence.map(({ step, phase }) => [step, phase])).toEqual([
    ["deactivate", "before"],
    ["deactivate", "before"],
    ["deactivate", "after"],
  ]);
});
