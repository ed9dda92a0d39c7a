/** Every call of the whole path, lost before and after its effect, and the process ended before and after it: the next run converges. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { World } from "../../provider/engine/ports.ts";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { checked, consentIn, type EngineWorld, inputsOf, options, type Person, startEngineWorld } from "./harness.ts";

let uko: EngineWorld;
beforeAll(async () => {
  uko = await startEngineWorld();
});
afterAll(() => uko.test.close());

/** Where a story breaks: at the n-th call of its kind, once. */
interface Break {
  readonly wrap: (world: World) => World;
}

const noBreak: Break = { wrap: (world) => world };
const maxRuns = 4;

/** Runs until the destroy ends where the story needs it, as a person would who runs the same command again. */
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

async function wholePath(broken: Break, state: ManagedKeyState): Promise<void> {
  const first = await destroyUntil("UKO_APPROVAL_PENDING", "bob", state, [], broken);
  await uko.advance("60s");
  const second = await destroyUntil("UKO_APPROVAL_PENDING", "alice", state, [consentIn(first)], broken);
  await uko.advance("5h");
  await destroyUntil("UKO_DESTRUCTION_PENDING", "bob", state, [consentIn(second)], broken);
  await uko.advance("31d");
  await destroyUntil("ended", "bob", state, [], broken);
}

async function freshKey(dualAuthDelete: boolean): Promise<ManagedKeyState> {
  uko.reset();
  const state = await uko.make();
  if (dualAuthDelete) await uko.test.control(`keys/${state.keyId}`, { twin: { dualAuthDelete: true } });
  return state;
}

const once = ["K2", "K4", "K7", "K4", "K8", "K5"];
const onceWithWindow = ["K2", "K4", "M14", "K7", "K4", "K8", "K5"];
const isWindow = (operation: string): boolean => operation.startsWith("M");

describe.each([
  ["an ordinary key", false],
  ["a key under KMS dual authorization", true],
])("%s", (_name, dualAuthDelete) => {
  const expected = dualAuthDelete ? onceWithWindow : once;

  test("is ended in four runs, each step once", async () => {
    const state = await freshKey(dualAuthDelete);
    await wholePath(noBreak, state);
    const effects = (await uko.effects()).filter((each) => !isWindow(each));
    expect(effects).toEqual(expected.filter((each) => !isWindow(each)));
    await uko.expectNobodyAlone();
  });

  test.each(["before", "after"] as const)(
    "an answer lost %s the effect, of every call in turn",
    async (drop) => {
      let calls = 0;
      for (let isStruck = true; isStruck; calls += 1) {
        const state = await freshKey(dualAuthDelete);
        await uko.fault({ skip: calls, times: 1, drop });
        await wholePath(noBreak, state);
        const struck = (await uko.trail()).filter((entry) => "dropped" in entry && entry.dropped !== undefined);
        isStruck = struck.length === 1;
        const effects = (await uko.effects()).filter((each) => !isWindow(each));
        const at = `${drop} call ${calls}: ${struck[0]?.operation}`;
        expect(effects, at).toEqual(expected.filter((each) => !isWindow(each)));
        await uko.expectNobodyAlone();
      }
      expect(calls).toBeGreaterThan(20);
    },
    60_000,
  );

  test.each(["before", "after"] as const)(
    "a run that dies %s every call in turn",
    async (when) => {
      let died = true;
      let count = 0;
      for (; died; count += 1) {
        const state = await freshKey(dualAuthDelete);
        died = false;
        let left = count;
        const dieAtCall = (): boolean => {
          left -= 1;
          if (left !== -1) return false;
          died = true;
          return true;
        };
        await wholePath({ wrap: (world) => dying(world, when, dieAtCall) }, state);
        const effects = (await uko.effects()).filter((each) => !isWindow(each));
        expect(effects, `${when} call ${count}`).toEqual(expected.filter((each) => !isWindow(each)));
        await uko.expectNobodyAlone();
      }
      expect(count).toBeGreaterThan(20);
    },
    60_000,
  );
});

/** A process that ends at a call of a port: what follows never happens, and the next run starts with nothing. */
function dying(world: World, when: "before" | "after", isNow: () => boolean): World {
  const mortal = <T extends object>(port: T): T =>
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
  return { ...world, keys: mortal(world.keys), twins: mortal(world.twins), evidence: mortal(world.evidence) };
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
