import { describe, expect, it } from "vitest";
import type { ConsentDraft } from "../../../provider/lifecycle/consent/consent-record.ts";
import { decodeTagValue, encodeTagValue, fitToTag } from "../../../provider/lifecycle/consent/record-text.ts";
import {
  reasonsToRepeat,
  recordWithReasons,
  statedReasons,
} from "../../../provider/lifecycle/consent/stated-reasons.ts";
import { authorize } from "../../../provider/lifecycle/key/authorization.ts";
import type { ConsentRecord, KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  aDraft,
  aKey,
  aKeyWith,
  alice,
  anActor,
  aPolicy,
  aRecord,
  aRun,
  bob,
  carol,
  carrying,
  dayMs,
  deactivation,
  nowMs,
  sha256,
  someFacts,
  taken,
} from "../../support/builders.ts";

const byAlice = { author: alice, authorName: "Alice Example", reason: "End of contract" };
const byCarol = { author: carol, reason: "Moved to the ledger" };
const requestWith = (over: Partial<ConsentDraft> = {}): ReturnType<typeof aRecord> =>
  aRecord({ reason: "End of contract", ...over });

describe("statedReasons", () => {
  it("has the earlier reasons first and the record's own last", () => {
    expect(statedReasons(requestWith({ earlierReasons: [byCarol] }))).toEqual([byCarol, byAlice]);
    expect(statedReasons(aRecord({ author: bob }))).toEqual([]);
    const { authorName: _name, ...nameless } = requestWith();
    expect(statedReasons(nameless)).toEqual([{ author: alice, reason: "End of contract" }]);
  });
});

describe("reasonsToRepeat", () => {
  const used: Partial<KeyObservation> = { state: "deactivated", updatedBy: bob, updatedAtMs: nowMs };
  const acted = (over: Partial<ConsentRecord> = {}): KeyObservation =>
    aKeyWith(
      { ...requestWith({ author: bob, reason: undefined, earlierReasons: [byAlice] }), ...over },
      { ...used, updatedBy: carol },
    );

  it.each<[string, KeyObservation, boolean]>([
    ["a record that binds", aKeyWith(requestWith()), true],
    ["a record that expired", aKeyWith(requestWith({ writtenAtMs: nowMs - 8 * dayMs })), true],
    ["a record of a key that changed", aKeyWith(requestWith({ digest: "0".repeat(32) })), true],
    ["a record that the author of the new one acted on with the last write", aKeyWith(requestWith(), used), true],
    ["the author's own request, by its seal, after another person acted on it", acted({ isSealedHere: true }), true],
    ["a request in the author's name without their seal, after another person acted on it", acted(), false],
    ["a record that another person acted on", aKeyWith(requestWith(), { ...used, updatedBy: carol }), false],
    ["a record for destroy after another's write", aKeyWith(requestWith({ step: "destroy" }), used), false],
    [
      "a record after which the author of the new one wrote",
      aKeyWith(requestWith(), { ...used, state: "active" }),
      false,
    ],
    [
      "a record whose last writer is unknown",
      aKey({ carried: carrying(requestWith()), updatedBy: undefined } as never),
      false,
    ],
    ["no record", aKey(), false],
    ["a record without a reason", aKeyWith(aRecord()), false],
  ])("of %s", (_what, key, isRepeated) => {
    expect(reasonsToRepeat(key, bob, undefined)).toEqual(isRepeated ? [byAlice] : []);
  });

  it("keeps the first reason and the latest of several", () => {
    const byBob = { author: bob, reason: "As decided" };
    const key = aKeyWith(requestWith({ earlierReasons: [byCarol, byBob] }));
    expect(reasonsToRepeat(key, bob, undefined)).toEqual([byCarol, byAlice]);
  });

  it("leaves out a reason that the new record's author repeats in the same words", () => {
    expect(reasonsToRepeat(aKeyWith(requestWith()), alice, "End of contract")).toEqual([]);
    expect(reasonsToRepeat(aKeyWith(requestWith()), alice, "Another")).toEqual([byAlice]);
    expect(reasonsToRepeat(aKeyWith(requestWith()), bob, "End of contract")).toEqual([byAlice]);
  });
});

describe("the tag form", () => {
  const { keyId } = someFacts();

  it.each([
    ["a reason of its own in one byte a character", "A", 500, 200],
    ["a long reason of its own in a script of many bytes", "🔑", 500, 50],
    ["control characters alone, which take six bytes each", "\u0001", 500, 0],
  ])("cuts earlier reasons until they fit next to %s", (_what, unit, own, kept) => {
    const earlier = { author: bob, authorName: "🔑".repeat(41), reason: "🔑".repeat(500) };
    const draft = aDraft({
      reason: unit.repeat(own),
      authorName: unit.repeat(100),
      earlierReasons: [earlier, earlier],
    });
    const value = encodeTagValue(fitToTag(draft) ?? draft);
    expect(value.length).toBeLessThanOrEqual(8192);
    const record = decodeTagValue(keyId, value, sha256);
    expect(record?.reason).toBe(draft.reason);
    expect(record?.earlierReasons?.map(({ reason }) => Array.from(reason).length) ?? [0, 0]).toEqual([kept, kept]);
    if (kept === 50) expect(record?.earlierReasons?.[0]?.reason).toBe(`${"🔑".repeat(49)}…`);
  });

  it.each([
    ["a text", "x"],
    ["three of them", Array.from({ length: 3 }, () => ({ a: "IBMid-1", w: "x" }))],
    ["no list", { a: "IBMid-1", w: "x" }],
    ["entries of no use", [null, 7, { w: "x" }, { a: "", w: "x" }, { a: "IBMid-1" }]],
    [
      "a reason without an author",
      [
        { a: "A".repeat(201), w: "x" },
        { a: "IBMid-1", w: "" },
      ],
    ],
    [
      "words that are none",
      [
        { a: "IBMid-1", w: 7 },
        { a: 7, w: "x" },
      ],
    ],
  ])("rejects %s in place of earlier reasons", (_what, e) => {
    const body = JSON.parse(Buffer.from(encodeTagValue(aDraft({ reason: "Why" })), "hex").toString());
    const value = Buffer.from(JSON.stringify({ ...body, e })).toString("hex");
    expect(decodeTagValue(keyId, value, sha256)).toBeUndefined();
  });

  it("keeps an author if only the mark is known", () => {
    const { mark } = bob;
    const value = encodeTagValue(aDraft({ earlierReasons: [{ author: { mark }, reason: "x" }] }));
    expect(decodeTagValue(keyId, value, sha256)?.earlierReasons).toEqual([{ author: { mark }, reason: "x" }]);
  });
});

describe("a new record", () => {
  it("repeats the reason of the record with which this run deactivated", () => {
    const key = aKeyWith(requestWith(), { state: "deactivated", updatedBy: bob, updatedAtMs: nowMs });
    const run = aRun({ intent: "request", ...taken(deactivation) });
    expect(authorize(key, aPolicy(), run, "destroy", nowMs)).toMatchObject({
      kind: "ready",
      step: { kind: "write_record", draft: { step: "destroy", author: bob, earlierReasons: [byAlice] } },
    });
  });

  it("never counts as an approval by the people whose reasons it repeats", () => {
    const record = aRecord({ author: bob, earlierReasons: [byAlice] });
    const run = aRun({ actor: anActor(bob), approvals: [record.id] });
    expect(authorize(aKeyWith(record), aPolicy(), run, "deactivate", nowMs)).toMatchObject({
      kind: "waitingForApproval",
      callerPosition: "wrote_it",
    });
  });
});

describe("recordWithReasons", () => {
  const record = requestWith();
  it.each<[string, KeyObservation, boolean]>([
    ["binds", aKeyWith(record), true],
    ["was acted on by a deactivation", aKeyWith(record, { state: "deactivated", updatedBy: bob }), true],
    [
      "was acted on by a destroy",
      aKeyWith(requestWith({ step: "destroy" }), { state: "destroyed", updatedBy: bob }),
      true,
    ],
    ["is for destroy and void", aKeyWith(requestWith({ step: "destroy" }), { updatedBy: bob }), false],
    ["is void", aKeyWith(record, { updatedBy: bob }), false],
    ["gives no reason", aKeyWith(aRecord()), false],
  ])("returns a record that %s: %#", (_what, key, isShown) => {
    const { carried } = key;
    expect(recordWithReasons(key, nowMs)).toEqual(isShown && carried.kind === "one" ? carried.record : undefined);
  });

  it("shows nothing for a key without a record", () => {
    expect(recordWithReasons(aKey(), nowMs)).toBe(undefined);
  });
});
