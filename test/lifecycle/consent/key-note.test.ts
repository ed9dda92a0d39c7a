import { describe, expect, it } from "vitest";
import { noteWithRelease, parseNote } from "../../../provider/lifecycle/consent/key-note.ts";
import {
  type KeyTextPatch,
  parseKeyTexts,
  patchOfUser,
  patchWithHold,
  patchWithMarker,
  patchWithoutRecord,
  patchWithRecord,
  patchWithRelease,
  type RawKeyTexts,
} from "../../../provider/lifecycle/consent/record-locations.ts";
import { encodeTagValue, hexJson } from "../../../provider/lifecycle/consent/record-text.ts";
import { markerTagName, noteTagName, recordTagName } from "../../../provider/lifecycle/vocabulary/tag-names.ts";
import { aDraft, nowMs, sha256, someFacts } from "../../support/builders.ts";

const team = { name: "team", value: "people" };
const both = { name: markerTagName, value: "both" };
const raw = (over: Partial<RawKeyTexts> = {}): RawKeyTexts => ({ description: "Salaries", tags: [team], ...over });
const read = (some: RawKeyTexts) => parseKeyTexts(someFacts().keyId, some, sha256);
const patched = (before: RawKeyTexts, patch: KeyTextPatch | undefined): RawKeyTexts => ({ ...before, ...patch });

describe("the released holds in the note", () => {
  const release = (hold: string, reason = "Case closed") => ({ hold, releasedBy: "IBMid-2", atMs: nowMs, reason });
  const releasing = (before: RawKeyTexts, hold: string, reason?: string) =>
    patched(before, patchWithRelease(before, [], release(hold, reason)));
  const of = (texts: RawKeyTexts) => read(texts).releasedHolds.map(({ hold }) => hold);

  it("are read only in the form that uko writes", () => {
    const written = { h: "legal", b: "IBMid-2", t: 1, w: "Case closed" };
    for (const other of [7, null, { ...written, h: 7 }, { ...written, t: 1.5 }, { ...written, t: -1 }]) {
      const { released } = parseNote(hexJson({ v: 1, h: [other, written] }), sha256);
      expect(released.map(({ hold }) => hold)).toEqual(["legal"]);
    }
  });

  it("yield, the earliest first, if three of them do not fit into the tag even with short reasons", () => {
    const wide = "\u6f22".repeat(200);
    const notes = ["legal 1", "legal 2", "legal 3"].reduce<string | undefined>(
      (note, hold) => noteWithRelease(note, { hold: `${hold} ${wide}`, releasedBy: wide, atMs: nowMs, reason: wide }),
      undefined,
    );
    const { released } = parseNote(notes, sha256);
    expect(released.map(({ hold }) => hold.slice(0, 7))).toEqual(["legal 2", "legal 3"]);
  });

  it("stay through each write of uko, a request of a deactivation and a reactivation, too", () => {
    const before = releasing(raw({ tags: [team, both] }), "legal ticket L_7");
    const requested = patched(before, patchWithRecord(before, aDraft(), "both", "tag"));
    const writes = [
      patchOfUser(before, { tags: [] }),
      patchWithMarker(before, "both", "tag"),
      patchWithRecord(before, aDraft({ step: "destroy" }), "both", "tag"),
      patchWithoutRecord(before, "drop_note"),
      patchWithHold(before, ["owner"]),
    ];
    for (const patch of writes) expect(of(patched(before, patch ?? {}))).toEqual(["legal ticket L_7"]);
    expect(of(requested)).toEqual(["legal ticket L_7"]);
    expect(of(patched(requested, patchWithoutRecord(requested)))).toEqual(["legal ticket L_7"]);
  });

  it("stay beside the note of a deactivation, which ends alone", () => {
    const record = aDraft({ step: "destroy", deactivatedAtMs: nowMs - 60_000 });
    const held = releasing(raw({ tags: [{ name: recordTagName, value: encodeTagValue(record) }] }), "owner");
    expect(read(held)).toMatchObject({ note: { deactivatedAtMs: nowMs - 60_000 }, releasedHolds: [{ hold: "owner" }] });
    const active = patched(held, patchWithoutRecord(held, "drop_note"));
    expect(read(active).note).toBeUndefined();
    expect(of(active)).toEqual(["owner"]);
  });

  it("are the last three, and a legal hold stays longer than another one", () => {
    let texts = raw();
    for (const hold of ["legal ticket L_1", "owner", "incident", "owner ticket O_2"]) texts = releasing(texts, hold);
    expect(of(texts)).toEqual(["legal ticket L_1", "incident", "owner ticket O_2"]);
    for (const hold of ["legal ticket L_2", "legal ticket L_3", "owner"]) texts = releasing(texts, hold);
    expect(of(texts)).toEqual(["legal ticket L_2", "legal ticket L_3", "owner"]);
  });

  it("fit into a tag, whatever reasons and texts people write", () => {
    let texts = raw();
    for (let each = 0; each < 4; each += 1) texts = releasing(texts, "漢".repeat(8000), "漢".repeat(500));
    expect(texts.tags.find(({ name }) => name === noteTagName)?.value.length).toBeLessThanOrEqual(8192);
    expect(of(texts)).toHaveLength(3);
    expect(read(raw({ tags: [{ name: noteTagName, value: "zz" }] })).releasedHolds).toEqual([]);
  });
});
