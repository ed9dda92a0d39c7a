/** The number of calls that each run of a deletion makes for one key. A count that grows fails here. Vaults are listed several at a time. */

import { describe, expect, test } from "vitest";
import { takeCampaignInventory } from "../../provider/campaign/view/inventory.ts";
import { createDirectory } from "../../provider/engine/commands/find-by-name.ts";
import { listAll } from "../../provider/engine/key/sets/survey.ts";
import type { VaultSnapshot } from "../../provider/engine/ports/containers.ts";
import type { KeySnapshot, Keys, KeyWithEtag, World, Written } from "../../provider/engine/ports/world.ts";
import { UkoError } from "../../provider/errors.ts";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import type { TrailEntry } from "../support/oracle.ts";
import { checked, inputsOf, options, type Person, useEngineWorld, withKeys } from "./harness.ts";

const uko = useEngineWorld();
const keyCount = 20;

/** Calls per key of one run, in the order of the last key; the first key also pays for what a run reads once. */
async function callsOf(
  who: Person,
  states: readonly ManagedKeyState[],
): Promise<{ readonly calls: string; readonly onceARun: number; readonly messages: readonly string[] }> {
  const { handlers } = uko.run(who);
  const messages: string[] = [];
  const start = await uko.lastSeq();
  let last = start;
  for (const state of states) {
    last = await uko.lastSeq();
    const outcome = await handlers.delete(state, options);
    messages.push(outcome.kind === "ended" ? "ended" : outcome.message);
  }
  const made = (await uko.trail()).filter(({ seq, operation }) => seq > start && operation !== "token");
  const perKey = made.filter(({ seq }) => seq > last).map(({ operation }) => operation);
  return { calls: perKey.join(" "), onceARun: made.length - perKey.length * states.length, messages };
}

/** Calls per key of one `uko approve`, in alphabetical order: what its person is shown, and what the approval then does. */
async function callsOfApproval(
  who: Person,
  states: readonly ManagedKeyState[],
  { stores = false } = {},
): Promise<{ readonly shown: string; readonly act: string }> {
  const { operations } = uko.run(who);
  const since = await uko.lastSeq();
  const refs = states.map(({ keyId }) => uko.ref(keyId));
  const { sets } = await operations.approvable({ refs, stores }, options);
  const shownAt = await uko.lastSeq();
  const review = sets[0]?.file?.review;
  if (review === undefined) throw new Error("Nothing to approve.");
  const { clock } = uko.test.emulator.world;
  const { tickMs } = clock;
  // Keys are approved at the same time, and the calls of the others must not make a record late.
  clock.tickMs = 0;
  await operations.approve(review, { stores, each: () => {} }, options);
  clock.tickMs = tickMs;
  const perKey = (entries: readonly TrailEntry[]): string => {
    const byOperation = Map.groupBy(entries, ({ operation }) => operation);
    const calls = [...byOperation].flatMap(([name, { length }]) =>
      Array.from({ length: Math.floor(length / states.length) }, () => name),
    );
    return calls.sort().join(" ");
  };
  const made = (await uko.trail()).filter(({ seq }) => seq > since);
  return {
    shown: perKey(made.filter(({ seq }) => seq <= shownAt)),
    act: perKey(made.filter(({ seq }) => seq > shownAt)),
  };
}

async function makeKeys(): Promise<readonly ManagedKeyState[]> {
  const states: ManagedKeyState[] = [];
  for (let index = 0; index < keyCount; index += 1) states.push(await uko.make({ label: `key-${index}` }));
  return states;
}

test("requests with 4 calls a key, deactivates with 4, destroys with 4 and removes with 6", async () => {
  const states = await makeKeys();
  expect(await callsOf("bob", states)).toMatchObject({
    calls: "getManagedKey getKmsKeyMetadata listResourcesOfKey updateManagedKey",
    onceARun: 3,
  });
  await uko.advance("1m");
  const deactivation = await callsOfApproval("alice", states);
  expect(deactivation).toEqual({
    shown: "getKmsKeyMetadata getManagedKey listResourcesOfKey",
    act: "deactivateManagedKey getKmsKeyMetadata getManagedKey listResourcesOfKey",
  });
  await uko.advance("5h");
  const requesting = uko.run("alice").operations;
  for (const { keyId } of states) await requesting.request(uko.ref(keyId), undefined, options);
  await uko.advance("1m");
  const destruction = await callsOfApproval("bob", states);
  expect(destruction).toEqual({
    shown: "getKmsKeyMetadata getManagedKey listResourcesOfKey",
    act: "destroyManagedKey getKmsKeyMetadata getManagedKey listResourcesOfKey",
  });
  await uko.advance("31d");
  const removal = await callsOf("bob", states);
  // The two reads at the end prove that the key is gone, in its vault and in any other.
  expect(removal).toMatchObject({
    calls: "getManagedKey getStatusInKeystores getKmsKeyMetadata deleteManagedKey getManagedKey getManagedKey",
    onceARun: 3,
  });
  expect(new Set(removal.messages)).toEqual(new Set(["ended"]));
  await uko.expectNobodyAlone();
});

test("a stored approval costs one write a key, and the requester's run acts on it with 4 calls", async () => {
  const states = await makeKeys();
  await callsOf("alice", states);
  await uko.advance("1m");
  const stored = await callsOfApproval("bob", states, { stores: true });
  expect(stored).toEqual({
    shown: "getKmsKeyMetadata getManagedKey listResourcesOfKey",
    act: "getKmsKeyMetadata getManagedKey listResourcesOfKey updateManagedKey",
  });
  await uko.advance("1m");
  const requesters = await callsOf("alice", states);
  expect(requesters).toMatchObject({
    calls: "getManagedKey getKmsKeyMetadata listResourcesOfKey deactivateManagedKey",
    onceARun: 2,
  });
  expect(new Set(requesters.messages.map((each) => /\[UKO_\w+\]/.exec(each)?.[0]))).toEqual(
    new Set(["[UKO_REQUEST_PENDING]"]),
  );
  await uko.expectNobodyAlone();
});

test("a state forgets no key because of a response: a run that ends with the destruction reads the key again", async () => {
  const state = await uko.make({ deletionCompletesAt: "destruction_scheduled" });
  await callsOf("bob", [state]);
  await uko.advance("1m");
  await callsOfApproval("alice", [state]);
  await uko.advance("5h");
  await uko.run("bob").operations.request(uko.ref(state.keyId), undefined, options);
  await uko.advance("1m");
  await callsOfApproval("carol", [state], { stores: true });
  await uko.advance("1m");
  const { handlers } = uko.run("bob");
  const since = await uko.lastSeq();
  expect(await handlers.delete(state, options)).toMatchObject({ kind: "ended" });
  expect(await uko.keyCalls(since)).toEqual([
    "getManagedKey",
    "listResourcesOfKey",
    "destroyManagedKey",
    "getManagedKey",
    "getStatusInKeystores",
  ]);
});

/** A service that drops tags, and repeats them in its response. */
const echoing = (keys: Keys) => ({
  async update(...call: Parameters<Keys["update"]>): Promise<Written<KeyWithEtag>> {
    const written = await keys.update(...call);
    const { tags } = call[1];
    if (written.kind !== "done" || tags === undefined) return written;
    return { ...written, value: { ...written.value, snapshot: { ...written.value.snapshot, tags } } };
  },
});

describe("an update", () => {
  /** Calls of the second key of one run; the first one also confirms that responses show what was stored. */
  async function callsOfUpdate(
    inputs: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly calls: string; readonly state: ManagedKeyState }> {
    const [first, second] = [await uko.make({ label: "first" }), await uko.make({ label: "second" })];
    const { handlers } = uko.run("carol");
    const update = ({ label }: ManagedKeyState) => checked(handlers, inputsOf({ label, ...inputs }));
    await handlers.update(first, update(first), options);
    const since = await uko.lastSeq();
    const { state } = await handlers.update(second, update(second), options);
    return { calls: (await uko.keyCalls(since)).join(" "), state };
  }

  test.each([[{ description: "new" }], [{ tags: { team: "a" }, align: true, state: "active" }]])(
    "is one read and one write a key: %o",
    async (inputs) => {
      const { calls, state } = await callsOfUpdate(inputs);
      expect(calls).toBe("getManagedKey updateManagedKey");
      expect((await uko.run("carol").handlers.read(state, options))?.state).toEqual(state);
    },
  );

  test("that changes nothing is one read", async () => {
    expect((await callsOfUpdate({ deletionReason: "old" })).calls).toBe("getManagedKey");
  });

  test("is read again if the service drops tags but repeats them, although its responses about descriptions are true", async () => {
    uko.test.emulator.world.switches = { ...uko.test.emulator.world.switches, tags: "dropped" };
    const [first, second] = [await uko.make({ label: "first" }), await uko.make({ label: "second" })];
    const { handlers } = uko.run("carol", { wrap: withKeys(echoing) });
    await handlers.update(first, checked(handlers, inputsOf({ label: "first", description: "new" })), options);
    const tagged = checked(handlers, inputsOf({ label: "second", tags: { team: "a" } }));
    const { state } = await handlers.update(second, tagged, options);
    expect(state.tags).toEqual({});
  });
});

describe("a response that does not show what the service stored", () => {
  const answering = (change: (value: KeyWithEtag) => KeyWithEtag) => (keys: Keys) => ({
    async update(...call: Parameters<Keys["update"]>): Promise<Written<KeyWithEtag>> {
      const written = await keys.update(...call);
      return written.kind === "done" ? { ...written, value: change(written.value) } : written;
    },
  });
  const request = async (state: ManagedKeyState, wrap: (world: World) => World) =>
    uko.run("bob", { wrap }).handlers.delete(state, options);

  test("is not trusted: a tag that the service only repeats is not taken for a record", async () => {
    const state = await uko.make();
    uko.test.emulator.world.switches = { ...uko.test.emulator.world.switches, tags: "dropped" };
    await request(state, withKeys(echoing));
    const { description } = await uko.keyOf(state);
    expect(String(description)).toMatch(/\[uko1/);
  });

  let oldEtag = "";
  test.each([
    ["without the record", ({ snapshot, etag }: KeyWithEtag) => ({ etag, snapshot: { ...snapshot, tags: [] } })],
    [
      "by another writer",
      ({ snapshot, etag }: KeyWithEtag) => ({ etag, snapshot: { ...snapshot, updatedBy: "IBMid-550000CAR0" } }),
    ],
    ["under the old ETag", ({ snapshot }: KeyWithEtag) => ({ snapshot, etag: oldEtag })],
    [
      "at another time",
      ({ snapshot, etag }: KeyWithEtag) => ({ etag, snapshot: { ...snapshot, updatedAtMs: 1_000_000_000_000 } }),
    ],
  ])("leads to a read: %s", async (_name, change) => {
    const [first, second] = [await uko.make({ label: "first" }), await uko.make({ label: "second" })];
    const { world, handlers } = uko.run("bob");
    oldEtag = (await world.keys.read(uko.ref(second.keyId), options)).value?.etag ?? "";
    await handlers.delete(first, options);
    const since = await uko.lastSeq();
    const { handlers: again } = uko.run("bob", {
      wrap: (other) => ({ ...withKeys(answering(change))(other), responseTrust: world.responseTrust }),
    });
    await again.delete(second, options);
    expect(await uko.keyCalls(since)).toEqual([
      "getManagedKey",
      "listResourcesOfKey",
      "updateManagedKey",
      "getManagedKey",
    ]);
  });
});

test.each<readonly [string, (world: World) => Promise<{ readonly seen: string; readonly unread: readonly string[] }>]>([
  [
    "a campaign",
    async (world) => {
      const { keys, unreadable } = await takeCampaignInventory(world, { kmsKeys: false }, options);
      return { seen: keys.map(({ traits }) => traits.label).join(" "), unread: unreadable.map(({ id }) => id) };
    },
  ],
  [
    "the choice of keys and the list of requests",
    async (world) => {
      const { keys, unreadable } = await listAll(world, [], options);
      return { seen: keys.map(({ label }) => label).join(" "), unread: unreadable.map((each) => each.vaultId) };
    },
  ],
  [
    "a key that a person names",
    async (world) => {
      const key = await createDirectory(world).keyFinder(options)("key-5");
      return { seen: "vaultId" in key ? key.vaultId : "", unread: [] };
    },
  ],
])("lists several of twelve vaults at a time, once each and in order: %s", async (name, list) => {
  const ids = Array.from({ length: 12 }, (_, at) => `vault-${at}`);
  const [isFinding, listed, most] = [name.includes("names"), [] as string[], [0]];
  let underWay = 0;
  const { world } = uko.run("bob");
  await uko.make();
  const [key] = await world.keys.list({ vaultId: uko.ref("").vaultId }, options);
  const keys: Keys = {
    ...world.keys,
    async list({ vaultId }) {
      const at = listed.push(vaultId) - 1;
      underWay += 1;
      most.push(underWay);
      // Later lists of those under way end first.
      for (let turns = 0; turns < 100 - at; turns += 1) await Promise.resolve();
      underWay -= 1;
      if (!isFinding && (at === 3 || at === 5)) throw new UkoError("UKO_RIGHTS_MISSING", { summary: "no role" });
      return [{ ...(key as KeySnapshot), vaultId, label: `key-${at}` }];
    },
  };
  const [vault] = await world.vaults.list({}, options);
  const vaults = {
    ...world.vaults,
    list: async () => ids.map((id) => ({ ...(vault as VaultSnapshot), id, name: id })),
  };
  const { seen, unread } = await list({ ...world, keys, vaults });
  expect(listed).toEqual(ids);
  expect(Math.max(...most)).toBe(8);
  if (isFinding) return expect(seen).toBe("vault-5");
  expect(seen).toBe([0, 1, 2, 4, 6, 7, 8, 9, 10, 11].map((at) => `key-${at}`).join(" "));
  expect(unread).toEqual(["vault-3", "vault-5"]);
});
