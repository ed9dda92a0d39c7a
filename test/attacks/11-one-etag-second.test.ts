/** Writes of several people within one second of the service. They share an ETag, so `If-Match` alone cannot distinguish them. */

import { beforeEach, expect, test } from "vitest";
import type { Keys, World } from "../../provider/engine/ports/world.ts";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { checkedBy, containersOf } from "../engine/containers-harness.ts";
import {
  checked,
  codeOf,
  inputsOf,
  options,
  type Person,
  type PersonsRun,
  unfinished,
  useEngineWorld,
  withKeys,
} from "../engine/harness.ts";

const uko = useEngineWorld();
beforeEach(() => {
  uko.test.emulator.world.clock.tickMs = 0;
});

/** A key to which Carol wrote in this very second. */
async function justWritten(inputs = {}): Promise<ManagedKeyState> {
  const state = await uko.make(inputs);
  await uko.test.as("carol").patch(state.keyId, { description: "just now" });
  return state;
}

/** A run in which another change happens once between its read and its write. */
function runWith(who: Person, meanwhile: () => Promise<unknown>, choices = {}): PersonsRun {
  let hasHappened = false;
  const before = async (): Promise<void> => {
    if (hasHappened) return;
    hasHappened = true;
    await meanwhile();
  };
  const over = (keys: Keys): Partial<Keys> => ({
    async update(...call) {
      await before();
      return keys.update(...call);
    },
    async align(...call) {
      await before();
      return keys.align(...call);
    },
    async act(...call) {
      await before();
      return keys.act(...call);
    },
    async sync(...call) {
      await before();
      return keys.sync(...call);
    },
  });
  return uko.run(who, { ...choices, wrap: withKeys(over) });
}

/** Carol adds a tag, as a colleague at the console would. */
async function tagByCarol({ keyId }: ManagedKeyState): Promise<void> {
  const carol = uko.test.as("carol");
  const { tags } = (await carol.key(keyId)).body;
  await carol.patch(keyId, { tags: [...tags, { name: "owner", value: "finance" }] });
}

const isBusy = (code: string): boolean => code === "UKO_CHANGED_MEANWHILE";

/** Runs that end in any way: the tag that a colleague sets between the run's read and its write remains. */
const writers: readonly (readonly [string, inputs: object, (state: ManagedKeyState) => Promise<unknown>])[] = [
  ["a request", {}, (state) => unfinished(runWith("bob", () => tagByCarol(state)).handlers, state)],
  [
    "the marker that an adoption writes",
    { dualAuthorization: "single" },
    (state) => {
      const { handlers } = runWith("carol", () => tagByCarol(state));
      return handlers.create(checked(handlers, inputsOf({ existingKeyId: state.keyId })), options);
    },
  ],
  [
    "a withdrawal",
    {},
    async (state) => {
      await uko.advance("60s");
      await unfinished(uko.run("bob").handlers, state);
      return runWith("carol", () => tagByCarol(state)).operations.withdraw(uko.ref(state.keyId), options);
    },
  ],
];
test.each(writers)("%s does not erase a colleague's tag", async (_what, inputs, write) => {
  const state = await justWritten(inputs);
  await codeOf(write(state));
  expect(await uko.tagNames(state)).toContain("owner");
});

test("an update of tags does not erase a tag that a colleague sets between its read and its write", async () => {
  const state = await justWritten();
  const { handlers } = runWith("carol", () => tagByCarol(state));
  const news = checked(handlers, inputsOf({ tags: { team: "people" } }));
  const code = await codeOf(handlers.update(state, news, options));
  expect(isBusy(code), code).toBe(true);
  expect(await uko.tagNames(state)).toContain("owner");
  expect(await uko.tagNames(state)).not.toContain("team");
});

test("an update of the description does not replace a colleague's of the same second", async () => {
  const state = await justWritten();
  const { handlers } = runWith("carol", () => uko.test.as("alice").patch(state.keyId, { description: "by Alice" }));
  const news = checked(handlers, inputsOf({ description: "by the program" }));
  const code = await codeOf(handlers.update(state, news, options));
  expect(isBusy(code), code).toBe(true);
  expect((await uko.keyOf(state)).description).toBe("by Alice");
});

test("two requests in one second do not replace one another", async () => {
  const state = await justWritten();
  const ref = uko.ref(state.keyId);
  let first = "";
  const bob = runWith("bob", async () => {
    first = (await uko.run("carol").operations.request(ref, undefined, options)).deletion.recordId ?? "";
  });
  const report = await bob.operations.request(ref, undefined, options);
  expect(first).not.toBe("");
  expect(report.deletion.recordId).toBe(first);
  expect(report.taken).toEqual([]);
});

test("a sync does not void a request of the same second", async () => {
  uko.reset({ syncChangesLastWriter: true });
  uko.test.emulator.world.clock.tickMs = 0;
  const state = await justWritten();
  const ref = uko.ref(state.keyId);
  const still = (world: World): World => ({ ...world, clock: { ...world.clock, sleep: async () => {} } });
  const bob = uko.run("bob", { wrap: still });
  const carol = runWith("carol", () => bob.operations.request(ref, undefined, options));
  await codeOf(carol.operations.sync(ref, options));
  const { deletion } = await uko.run("carol").operations.status(ref, options);
  expect(deletion.requestedBy).toBe("IBMid-550000BOB");
});

test("a run reports a key as busy after one wait if another writer keeps changing it, and does not write", async () => {
  const state = await justWritten();
  const busy = (world: World): World => ({
    ...world,
    clock: {
      ...world.clock,
      async sleep(ms, signal) {
        await world.clock.sleep(ms, signal);
        await uko.test.as("carol").patch(state.keyId, { description: `at ${ms}` });
      },
    },
  });
  const since = await uko.lastSeq();
  const bob = uko.run("bob", { wrap: busy });
  await expect(bob.handlers.delete(state, options)).rejects.toMatchObject({
    code: "UKO_CHANGED_MEANWHILE",
    retryable: true,
  });
  expect(bob.sleeps).toHaveLength(1);
  // Carol's own write alone.
  expect(await uko.effects(since)).toEqual(["updateManagedKey"]);
  const { handlers, sleeps } = uko.run("carol", { wrap: busy });
  const update = handlers.update(state, checked(handlers, inputsOf({ tags: { team: "people" } })), options);
  await expect(update).rejects.toMatchObject({ code: "UKO_CHANGED_MEANWHILE" });
  expect(sleeps).toHaveLength(1);
});

test("a creation that has to write again does not wait for itself", async () => {
  uko.reset({ tags: "rejected" });
  uko.test.emulator.world.clock.tickMs = 0;
  const carol = uko.run("carol");
  const news = checked(carol.handlers, inputsOf({ expirationDate: "2030-01-01", tags: {} }));
  const { warnings } = await carol.handlers.create(news, options);
  expect(warnings).toEqual([]);
  expect(carol.sleeps).toEqual([]);
});

test("an update of a vault does not replace a colleague's description of the same second", async () => {
  const { vaults } = containersOf(uko, "carol");
  const { state } = await vaults.create(checkedBy(vaults, { name: "spare" }), options);
  const describe = async (description: string): Promise<void> => {
    const carol = uko.test.as("carol");
    const path = `/api/v4/vaults/${state.vaultId}`;
    const etag = (await carol.call("GET", path)).headers.get("etag") ?? "";
    expect((await carol.call("PATCH", path, { description }, { "if-match": etag })).status).toBe(200);
  };
  await describe("just now");
  let hasHappened = false;
  const wrap = (world: World): World => ({
    ...world,
    vaults: {
      ...world.vaults,
      async update(...call) {
        if (!hasHappened) await describe("by a colleague");
        hasHappened = true;
        return world.vaults.update(...call);
      },
    },
  });
  const run = containersOf(uko, "carol", { wrap }).vaults;
  const news = checkedBy(run, { name: "spare", description: "by the program" }, state);
  const code = await codeOf(run.update(state, news, options));
  expect(isBusy(code), code).toBe(true);
  expect((await run.read(state, options))?.state.description).toBe("by a colleague");
});
