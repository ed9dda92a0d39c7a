/** Every call of the whole path, lost before and after its effect, and the process killed before and after it: the next run converges. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadSnapshot, takeSnapshot } from "../../provider/emulator/control/snapshot.ts";
import type { World } from "../../provider/engine/ports/world.ts";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import {
  checked,
  consentIn,
  type EngineWorld,
  inputsOf,
  options,
  type Person,
  startEngineWorld,
  unfinished,
  withKeys,
} from "./harness.ts";

let uko: EngineWorld;
beforeAll(async () => {
  uko = await startEngineWorld();
});
afterAll(() => uko.test.close());

/** The point at which a story breaks: at the n-th call of its kind, once. */
interface Break {
  readonly wrap: (world: World) => World;
}

const noBreak: Break = { wrap: (world) => world };
const maxRuns = 4;

/** Repeats the run until the destroy finishes if the story needs it, as a person would repeat the command. */
async function destroyUntil(
  code: string,
  who: Person,
  state: ManagedKeyState,
  consents: readonly string[],
  broken: Break,
): Promise<string> {
  let last = "";
  for (let run = 0; run < maxRuns; run += 1) {
    try {
      const outcome = await uko.run(who, { consents, wrap: broken.wrap }).handlers.delete(state, options);
      last = outcome.kind === "ended" ? "ended" : outcome.message;
    } catch (error) {
      last = String(error);
    }
    if (last.includes(code)) return last;
    uko.test.emulator.world.clock.advance(30_000);
  }
  throw new Error(`${who} never got to ${code}:\n${last}`);
}

/** One of the four runs: the person, the delay before it, and the state after it. */
interface Step {
  readonly who: Person;
  readonly wait: string;
  readonly end: string;
  /** True if the run names the record of the run before it. */
  readonly isNaming: boolean;
}

const steps: readonly Step[] = [
  { who: "bob", wait: "0s", end: "UKO_APPROVAL_PENDING", isNaming: false },
  { who: "alice", wait: "60s", end: "UKO_APPROVAL_PENDING", isNaming: true },
  { who: "bob", wait: "5h", end: "UKO_DESTRUCTION_PENDING", isNaming: true },
  { who: "bob", wait: "31d", end: "ended", isNaming: false },
];

/** The world and the last message before a run of the path. */
interface Start {
  readonly step: number;
  readonly world: unknown;
  readonly message: string;
  readonly state: ManagedKeyState;
}

async function runStep({ who, wait, end, isNaming }: Step, message: string, state: ManagedKeyState, broken: Break) {
  if (wait !== "0s") await uko.advance(wait);
  return destroyUntil(end, who, state, isNaming ? [consentIn(message)] : [], broken);
}

/** Walks the path once without a fault, and keeps the start of each run. */
async function recordStarts(dualAuthDelete: boolean): Promise<readonly Start[]> {
  uko.reset();
  const state = await uko.make();
  if (dualAuthDelete) await uko.test.control(`keys/${state.keyId}`, { twin: { dualAuthDelete: true } });
  const starts: Start[] = [];
  let message = "";
  for (const [step, each] of steps.entries()) {
    starts.push({ step, world: takeSnapshot(uko.test.emulator.world), message, state });
    message = await runStep(each, message, state, noBreak);
  }
  return starts;
}

/** From a start to the end of the path: the first run has the fault, unless `isStruck` says that the fault did not occur. */
async function goOn(start: Start, broken: Break, isStruck: () => Promise<boolean>): Promise<boolean> {
  let { message } = start;
  for (const [step, each] of steps.entries()) {
    if (step < start.step) continue;
    message = await runStep(each, message, start.state, broken);
    if (step === start.step && !(await isStruck())) return false;
  }
  return true;
}

const once = ["K2", "K4", "K7", "K4", "K8", "K5"];
const onceWithWindow = ["K2", "K4", "M14", "K7", "K4", "K8", "K5"];
const isWindow = (operation: string): boolean => operation.startsWith("M");

describe.each([
  ["an ordinary key", false],
  ["a key under KMS dual authorization", true],
])("%s", (_name, dualAuthDelete) => {
  const expected = (dualAuthDelete ? onceWithWindow : once).filter((each) => !isWindow(each));
  const expectEachStepOnce = async (at: string): Promise<void> => {
    expect(
      (await uko.effects()).filter((each) => !isWindow(each)),
      at,
    ).toEqual(expected);
    await uko.expectNobodyAlone();
  };

  let starts: readonly Start[] = [];
  beforeAll(async () => {
    starts = await recordStarts(dualAuthDelete);
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
        if (!(await goOn(start, broken, async () => (await isStruck()) !== undefined))) break;
        calls += 1;
        await expectEachStepOnce(`run ${start.step + 1}, call ${call}: ${await isStruck()}`);
      }
      await uko.clearFaults();
    }
    return calls;
  };

  test("is deleted in four runs, each step once", async () => {
    await recordStarts(dualAuthDelete);
    await expectEachStepOnce("undisturbed");
  });

  test.each(["before", "after"] as const)(
    "converges if the answer is lost %s the effect, for every call in turn",
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
          const answer: unknown = await member.apply(target, parameters);
          if (now) throw new Error("killed");
          return answer;
        };
      },
    });
  return { ...world, keys: killable(world.keys), twins: killable(world.twins), evidence: killable(world.evidence) };
}

test.each(["before", "after"] as const)("a creation whose answer is lost %s the effect makes one key", async (drop) => {
  uko.reset();
  await uko.fault({ operation: "K2", times: 1, drop });
  const { handlers } = uko.run("bob");
  const create = (): Promise<unknown> => handlers.create(checked(handlers, inputsOf()), options);
  if (drop === "after") await create();
  else await expect(create()).rejects.toMatchObject({ code: "UKO_ANSWER_LOST" });
  if (drop === "before") await create();
  expect(await uko.effects()).toEqual(["K2"]);
});

test("a deactivation that takes effect after the next read prevents destroying, as this run's step", async () => {
  uko.reset();
  const state = await uko.make({ dualAuthorization: "single" });
  let calls = 0;
  const carol = uko.run("carol", {
    wrap: withKeys((keys) => ({
      async act(ref, action, etag, callOptions) {
        calls += 1;
        if (calls === 1) return { kind: "lost", reason: "cut" };
        const written = await keys.act(ref, action, etag, callOptions);
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
