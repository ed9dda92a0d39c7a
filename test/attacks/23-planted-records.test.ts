/**
 * Carol plants a consent record in a colleague's name. It is void, because she wrote last. Then the colleague writes to
 * the key for another purpose, and becomes the last writer. No write of uko may make the planted record count.
 */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { observeKey } from "../../provider/engine/key/observe.ts";
import { standingOf } from "../../provider/lifecycle/consent/consent-record.ts";
import { digestText } from "../../provider/lifecycle/consent/digest.ts";
import { encodeTagValue, recordId } from "../../provider/lifecycle/consent/record-text.ts";
import type { ApprovedStep, CoveredKey, QuotedRequest } from "../../provider/lifecycle/vocabulary/observation.ts";
import { recordTagName } from "../../provider/lifecycle/vocabulary/tag-names.ts";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { options, type Person, useEngineWorld } from "../engine/harness.ts";
import { identityOf, sha256 } from "../support/builders.ts";

const uko = useEngineWorld();
const atOnce = { budgetMs: 0, pollIntervalMs: 1 };
const carolsId = "IBMid-550000CAROL";
const iamIds = { alice: "IBMid-550000ALICE", bob: "IBMid-550000BOB" } as const;

interface Scenario {
  readonly victim: keyof typeof iamIds;
  /** Makes the key, as it is before Carol plants the record. */
  readonly make: () => Promise<ManagedKeyState>;
  /** The victim's write, for another purpose than a deletion by two people. */
  readonly act: (state: ManagedKeyState, who: Person) => Promise<unknown>;
  /** The step that the planted record names: the one that the key waits for after the write. */
  readonly step?: ApprovedStep;
  /** What Carol expects of the key after the write. */
  readonly predicted?: Partial<CoveredKey>;
  /** Tags that Carol takes off when she plants the record. */
  readonly without?: string;
}

const payroll = () => uko.make();
const by = (who: Person) => uko.run(who).operations;
const held = { kind: "hold", hold: { kind: "owner" } } as const;
const released = { kind: "release", choice: {}, reason: "No longer needed" } as const;

const cards = { template: "cards", label: "cards", align: true };

async function deactivated(): Promise<ManagedKeyState> {
  const state = await uko.make();
  await uko.test.as("carol").step(state.keyId, "deactivate");
  await uko.advance("5h");
  return state;
}

async function unaligned(): Promise<ManagedKeyState> {
  const state = await uko.make(cards);
  const { keystores } = uko.test.emulator.world;
  const aws = keystores.get("ce110000-0000-4000-8000-000000000002");
  if (aws === undefined) throw new Error("no keystore");
  keystores.set("ce110000-0000-4000-8000-00000000000a", {
    ...aws,
    id: "ce110000-0000-4000-8000-00000000000a",
    name: "aws-paris",
  });
  return state;
}

const scenarios: Readonly<Record<string, Scenario>> = {
  hold: { victim: "bob", make: payroll, act: ({ keyId }) => by("bob").hold(uko.ref(keyId), held, options) },
  release: {
    victim: "bob",
    async make() {
      const state = await uko.make();
      await by("bob").hold(uko.ref(state.keyId), held, options);
      return state;
    },
    act: ({ keyId }) => by("bob").hold(uko.ref(keyId), released, options),
  },
  update: {
    victim: "bob",
    make: payroll,
    act: (state, who) => uko.update(state, { description: "new" }, who),
    predicted: { description: "new" },
  },
  mark: {
    victim: "bob",
    make: payroll,
    act: (state, who) => uko.update({ ...state, dualMarker: "" } as unknown as ManagedKeyState, {}, who),
    without: "uko_dual",
  },
  activate: {
    victim: "alice",
    make: () => uko.make({ template: "payroll-draft", label: "draft" }),
    act: (state, who) => uko.update(state, { template: "payroll-draft", label: "draft", state: "active" }, who),
  },
  sync: {
    victim: "bob",
    async make() {
      Object.assign(uko.test.emulator.world.switches, { syncChangesLastWriter: true });
      return uko.make();
    },
    act: ({ keyId }) => by("bob").sync(uko.ref(keyId), options),
  },
  align: {
    victim: "bob",
    make: unaligned,
    act: async (state, who) => {
      const read = await uko.run(who).handlers.read(state, options);
      return uko.update(read?.state ?? state, cards, who);
    },
  },
  rotate: {
    victim: "bob",
    make: payroll,
    act: (state, who) => uko.update(state, { rotationTrigger: "2" }, who),
    predicted: { version: 2 },
  },
  reactivate: {
    victim: "alice",
    make: deactivated,
    act: ({ keyId }) => by("alice").reactivate(uko.ref(keyId), options),
  },
  withdraw: { victim: "bob", make: payroll, act: ({ keyId }) => by("bob").withdraw(uko.ref(keyId), options) },
  "deactivate where one person suffices": {
    victim: "alice",
    make: () => uko.make({ dualAuthorization: "single" }),
    act: (state, who) => uko.run(who).handlers.delete(state, options),
    step: "destroy",
  },
};

/** Carol writes the record in the victim's name; returns its ID and whether it names the key as the write leaves it. */
async function plant(state: ManagedKeyState, scenario: Scenario, how: "command" | "approval", inSeconds: number) {
  const { victim, predicted, without, step = "deactivate" } = scenario;
  const seen = await observeKey(uko.run("carol").world, uko.ref(state.keyId), "summary", options);
  if (seen.kind === "gone") throw new Error("the key is gone");
  const value = encodeTagValue({
    step,
    writtenAtMs: seen.nowMs + inSeconds * 1000,
    digest: sha256(digestText({ ...seen.observation.facts, ...predicted }, step)).slice(0, 32),
    author: identityOf(iamIds[victim]),
    how,
    ...(how === "approval" && {
      quotes: { sha256: "0".repeat(64), body: "0".repeat(64), author: identityOf(carolsId), writtenAtMs: seen.nowMs },
    }),
    deactivatedAtMs: undefined,
    reason: undefined,
    authorName: "Planted",
    earlierReasons: undefined,
  });
  const tags = seen.snapshot.tags.filter(({ name }) => name !== recordTagName && name !== without);
  const response = await uko.test.as("carol").patch(state.keyId, { tags: [...tags, { name: recordTagName, value }] });
  expect(response.status).toBe(200);
  return recordId(state.keyId, value, sha256);
}

describe.each(Object.entries(scenarios))("a record planted before the write: %s", (_name, scenario) => {
  // The victim's write comes between one and eight seconds after the planted record, depending on the waits of its run.
  test.each(["command", "approval"] as const)("does not count as the victim's, as %s", async (how) => {
    for (let inSeconds = 0; inSeconds <= 8; inSeconds += 1) {
      uko.reset();
      const { victim, step = "deactivate" } = scenario;
      const state = await scenario.make();
      const planted = await plant(state, scenario, how, inSeconds);
      const before = await uko.lastSeq();
      await scenario.act(state, victim);
      expect(await uko.effects(before), "the victim's write happened").not.toEqual([]);
      const after = await observeKey(uko.run("carol").world, uko.ref(state.keyId), "summary", options);
      if (after.kind === "gone") throw new Error("the key is gone");
      expect(standingOf(after.observation, step, after.nowMs).binds).toBe(false);
      expect(after.snapshot.tags.map(({ name }) => name)).not.toContain(recordTagName);
      await uko.advance("5h");
      const ref = uko.ref(state.keyId);
      const report = await by("carol").continue(ref, planted, atOnce, options);
      expect(report.taken).toEqual([]);
      await expect(by("carol").approveOne(ref, { recordId: planted, stores: false }, options)).rejects.toThrow(
        "was shown",
      );
    }
  });
});

describe("an approval in Carol's own name, which counts at once,", () => {
  /** Carol writes her approval of a request by Alice, whose runs then look for something to do. */
  async function approveByHand(state: ManagedKeyState, quotes: QuotedRequest): Promise<string> {
    const seen = await observeKey(uko.run("carol").world, uko.ref(state.keyId), "summary", options);
    if (seen.kind === "gone") throw new Error("the key is gone");
    const draft = { step: "deactivate", digest: seen.observation.digests.deactivate, how: "approval", quotes } as const;
    const value = encodeTagValue({ ...draft, writtenAtMs: seen.nowMs, author: identityOf(carolsId) });
    const tags = seen.snapshot.tags.filter(({ name }) => name !== recordTagName);
    const response = await uko.test.as("carol").patch(state.keyId, { tags: [...tags, { name: recordTagName, value }] });
    expect(response.status).toBe(200);
    await uko.advance("1m");
    return recordId(state.keyId, value, sha256);
  }

  async function requestOf(state: ManagedKeyState): Promise<QuotedRequest> {
    await by("alice").request(uko.ref(state.keyId), undefined, options);
    const seen = await observeKey(uko.run("carol").world, uko.ref(state.keyId), "summary", options);
    const record = seen.kind === "gone" ? undefined : seen.observation.carried.record;
    if (record === undefined) throw new Error("no request");
    await uko.advance("1m");
    return record;
  }

  async function takenByAlice(state: ManagedKeyState): Promise<readonly unknown[]> {
    const byEngine = await uko.run("alice").handlers.delete(state, options);
    const byCommand = await by("alice").continue(uko.ref(state.keyId), undefined, atOnce, options);
    return [...((byEngine.facts?.taken as readonly string[] | undefined) ?? []), ...byCommand.taken];
  }

  test("of a request that Alice never made, with a seal that Carol saw elsewhere, moves no run of Alice", async () => {
    const other = await requestOf(await uko.make({ label: "wages" }));
    const state = await uko.make();
    await approveByHand(state, other);
    expect(await takenByAlice(state)).toEqual([]);
  });

  test("of a withdrawn request with a later time moves no run of Alice", async () => {
    const state = await uko.make();
    const request = await requestOf(state);
    await by("alice").withdraw(uko.ref(state.keyId), options);
    await uko.advance("1m");
    await approveByHand(state, { ...request, writtenAtMs: request.writtenAtMs + 60_000 });
    expect(await takenByAlice(state)).toEqual([]);
  });

  test("moves no run of a third person, not even one who confirms it", async () => {
    const state = await uko.make();
    const planted = await approveByHand(state, await requestOf(state));
    const report = await by("bob").continue(uko.ref(state.keyId), planted, atOnce, options);
    expect(report).toMatchObject({ code: "UKO_APPROVAL_PENDING", taken: [] });
  });

  test("of the request on the key is an approval like any other", async () => {
    const state = await uko.make();
    await approveByHand(state, await requestOf(state));
    expect(await takenByAlice(state)).toEqual(["deactivate"]);
    await uko.expectNobodyAlone();
  });
});

describe("every call of uko that writes to a key", () => {
  /** The scenario above that covers each call, or why the call needs none. */
  const covered: Readonly<Record<string, readonly string[]>> = {
    "engine/key/steps.ts update": [
      "withdraw",
      "writes a record, which replaces the one on the key",
      "restores a description, without the record (record-locations.test.ts)",
    ],
    "engine/key/steps.ts act": ["deactivate where one person suffices"],
    "engine/key/steps.ts activate": ["reactivate"],
    "engine/key/steps.ts sync": ["sync"],
    "engine/key/hold.ts update": ["hold", "release"],
    "resources/managed-key/write.ts update": ["activate", "align", "rotate"],
    "resources/managed-key/update.ts update": ["update"],
    "resources/managed-key/update.ts activate": ["activate"],
    "resources/managed-key/align.ts align": ["align"],
    "resources/managed-key/rotate.ts rotate": ["rotate"],
    "resources/managed-key/marker.ts update": ["mark", "marks a key that this very run created, at its own ETag"],
    "resources/managed-key/create.ts update": [
      "sends the tags of a key that this run created or found, without a record",
    ],
  };

  test("is covered by a scenario, or says why it needs none", () => {
    const folder = fileURLToPath(new URL("../../provider/", import.meta.url));
    const calls = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.startsWith("emulator"))
      .flatMap((file) =>
        Array.from(
          readFileSync(folder + file, "utf8").matchAll(/\bkeys\.(update|act|activate|rotate|align|sync)\(/g),
          ([, method]) => `${file} ${method}`,
        ),
      );
    expect([...new Set(calls)].sort()).toEqual(Object.keys(covered).sort());
    const named = Object.values(covered).flat();
    for (const name of Object.keys(scenarios)) expect(named).toContain(name);
  });
});
