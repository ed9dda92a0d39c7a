import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  endsLikeRecord,
  type KeyTextPatch,
  markerLocation,
  maxDescriptionBesideRecord,
  parseKeyTexts,
  patchOfUser,
  patchWithHold,
  patchWithMarker,
  patchWithoutRecord,
  patchWithRecord,
  patchWithRelease,
  type RawKeyTexts,
} from "../../../provider/lifecycle/consent/record-locations.ts";
import { decodeNote, encodeCompact, encodeTagValue } from "../../../provider/lifecycle/consent/record-text.ts";
import {
  creationTagName,
  markerTagName,
  noteTagName,
  recordTagName,
} from "../../../provider/lifecycle/vocabulary/tag-names.ts";
import { aDraft, anApprovalOf, aRecord, dayMs, nowMs, sha256, someFacts } from "../../support/builders.ts";

const keyId = someFacts().keyId;
const team = { name: "team", value: "people" };
const created = { name: creationTagName, value: "a1" };
const recordTag = { name: recordTagName, value: encodeTagValue(aDraft()) };
const markerTag = (value: string) => ({ name: markerTagName, value });
const compact = encodeCompact(aDraft(), "both");
const raw = (over: Partial<RawKeyTexts> = {}): RawKeyTexts => ({ description: "Salaries", tags: [team], ...over });
const read = (some: RawKeyTexts) => parseKeyTexts(keyId, some, sha256);
/** What the service stores after a PATCH: a list is replaced as a whole, an absent field stays (uko-v4.md 9 U9). */
const patched = (before: RawKeyTexts, patch: KeyTextPatch | undefined): RawKeyTexts => ({ ...before, ...patch });

const many = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `t${at}`, value: "x" }));

describe("parseKeyTexts", () => {
  it("finds no uko data on an ordinary key", () => {
    expect(read(raw())).toEqual({
      carried: { kind: "none" },
      holds: [],
      releasedHolds: [],
      userDescription: "Salaries",
      userTags: [team],
    });
  });

  it("hides every reserved tag and the suffix of the description", () => {
    const both = read(raw({ tags: [team, created, markerTag("both")], description: `Salaries\n${compact}` }));
    expect(both).toMatchObject({ userDescription: "Salaries", userTags: [team], marker: "both" });
    expect(both.carried).toMatchObject({ kind: "one", record: { location: "description" } });
  });

  it("reads one record from the tag", () => {
    expect(read(raw({ tags: [team, recordTag] })).carried).toMatchObject({
      kind: "one",
      record: { location: "tag", step: "deactivate" },
    });
  });

  it("reports a record tag as unreadable, and gives the tag an ID nevertheless", () => {
    expect(read(raw({ tags: [{ name: recordTagName, value: "x" }] })).carried).toEqual({
      kind: "unreadable",
      id: sha256(`${keyId}\nx`).slice(0, 32),
    });
  });

  it.each([
    ["two tags", raw({ tags: [recordTag, recordTag] })],
    ["a tag and a compact record", raw({ tags: [recordTag], description: `Salaries\n${compact}` })],
    [
      "an unreadable tag and a compact record",
      raw({ tags: [{ name: recordTagName, value: "x" }], description: compact }),
    ],
  ])("never lets %s bind", (_what, some) => {
    expect(read(some).carried).toEqual({ kind: "twice" });
  });

  it.each([
    ["nothing", [], "Salaries", undefined],
    ["a tag for both", [markerTag("both")], "Salaries", "both"],
    ["a tag for destroy", [markerTag("destroy")], "Salaries", "destroy"],
    ["a tag for one person", [markerTag("single")], "Salaries", "single"],
    ["a tag with another value", [markerTag("")], "Salaries", "both"],
    ["two tags that agree", [markerTag("single"), markerTag("single")], "Salaries", "both"],
    ["a suffix for one person", [], "Salaries\n[uko1s]", "single"],
    ["tag and suffix that agree", [markerTag("destroy")], "Salaries\n[uko1d]", "both"],
    ["two tags that disagree", [markerTag("destroy"), markerTag("both")], "Salaries", "both"],
    ["a suffix for both", [], "Salaries\n[uko1b]", "both"],
    ["a suffix for destroy", [], "Salaries\n[uko1d]", "destroy"],
    ["a suffix alone", [], "[uko1d]", "destroy"],
    ["tag and suffix that disagree", [markerTag("destroy")], "Salaries\n[uko1b]", "both"],
    ["a record's own gate", [], `Salaries\n${encodeCompact(aDraft(), "destroy")}`, "destroy"],
    ["a suffix with text after it", [], "Salaries\n[uko1b] ", undefined],
    ["a suffix in the middle of a line", [], "Salaries [uko1b]", undefined],
  ] as const)("reads the marker from %s", (_what, tags, description, expected) => {
    expect(read({ tags, description }).marker).toBe(expected);
  });

  it("never throws, whatever the description and tags contain", () => {
    const tag = fc.record({
      name: fc.constantFrom(recordTagName, markerTagName, "team"),
      value: fc.string({ unit: "binary" }),
    });
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.array(tag, { maxLength: 3 }), (description, tags) => {
        const found = read({ description, tags });
        expect(found.userTags.every((each) => each.name === "team")).toBe(true);
        expect(found.carried.kind).not.toBe("one");
      }),
    );
  });

  it("recognizes the descriptions that a user may not write", () => {
    expect(["[uko1b]", `x\n${compact}`, "x\n[uko1d]"].map(endsLikeRecord)).toEqual([true, true, true]);
    expect(["x", "[uko1]", "x [uko1b]", "[uko1b] x"].map(endsLikeRecord)).toEqual([false, false, false, false]);
  });
});

describe("patchWithRecord", () => {
  it("adds record and marker to every tag of the user and of uko", () => {
    const patch = patchWithRecord(
      raw({ tags: [team, created, markerTag("destroy"), recordTag] }),
      aDraft(),
      "both",
      "tag",
    );
    expect(patch).toEqual({ tags: [team, created, markerTag("both"), recordTag] });
  });

  it("puts a compact record at the end of the description and removes the tag, but not the marker tag", () => {
    const before = raw({ tags: [team, markerTag("both"), recordTag], description: "Salaries\n[uko1b]" });
    expect(patchWithRecord(before, aDraft(), "both", "description")).toEqual({
      description: `Salaries\n${compact}`,
      tags: [team, markerTag("both")],
    });
    expect(patchWithRecord(raw(), aDraft(), "both", "description")).toEqual({ description: `Salaries\n${compact}` });
  });

  it.each([
    [maxDescriptionBesideRecord, 200],
    [maxDescriptionBesideRecord + 1, undefined],
  ])("leaves a description of %i characters -> %s in all", (length, total) => {
    const patch = patchWithRecord(raw({ description: "x".repeat(length) }), aDraft(), "both", "description");
    expect(patch?.description?.length).toBe(total);
  });

  it("has no room for an approval in a description, where it would be a request of its author", () => {
    const approval = anApprovalOf(aRecord());
    expect(patchWithRecord(raw(), approval, "both", "description")).toBeUndefined();
    expect(patchWithRecord(raw(), approval, "both", "tag")).toBeDefined();
  });

  it("reads back as the one record that was written, whatever the key had before", () => {
    const descriptions = fc.constantFrom(
      "",
      "Salaries",
      "two\nlines",
      "[uko1b]",
      `Salaries\n${compact}`,
      "Salaries\n[uko1d]",
    );
    const tags = fc.subarray([
      team,
      created,
      markerTag("both"),
      markerTag("destroy"),
      recordTag,
      { ...recordTag, value: "x" },
    ]);
    const gates = fc.constantFrom("both" as const, "destroy" as const, "single" as const);
    const locations = fc.constantFrom("tag" as const, "description" as const);
    fc.assert(
      fc.property(descriptions, tags, gates, locations, (description, some, gate, location) => {
        const before = { description, tags: some };
        const found = read(patched(before, patchWithRecord(before, aDraft({ step: "destroy" }), gate, location)));
        expect(found.carried).toMatchObject({ kind: "one", record: { location, step: "destroy" } });
        expect(found.userTags).toEqual(read(before).userTags);
        expect(found.userDescription).toBe(read(before).userDescription);
        expect(found.marker === "both" || found.marker === gate).toBe(true);
      }),
    );
  });

  it("needs a second write if a writer hid a record behind a second suffix; never reads that as one record", () => {
    const hidden = raw({ description: `Salaries\n${compact}\n[uko1b]` });
    const once = patched(hidden, patchWithRecord(hidden, aDraft(), "both", "tag"));
    expect(read(once).carried.kind).toBe("twice");
    const again = patched(once, patchWithRecord(once, aDraft(), "both", "tag"));
    expect(read(again)).toMatchObject({ carried: { kind: "one" }, userDescription: "Salaries" });
  });
});

describe("patchWithoutRecord", () => {
  it("removes the record alone and keeps the marker", () => {
    expect(patchWithoutRecord(raw({ tags: [team, created, markerTag("both"), recordTag] }))).toEqual({
      tags: [team, created, markerTag("both")],
    });
    expect(patchWithoutRecord(raw({ description: `Salaries\n${compact}` }))).toEqual({
      description: "Salaries\n[uko1b]",
    });
    expect(patchWithoutRecord(raw({ description: encodeCompact(aDraft(), "destroy") }))).toEqual({
      description: "\n[uko1d]",
    });
  });
});

describe("patchOfUser", () => {
  const before = raw({ tags: [team, created, markerTag("destroy"), recordTag], description: `Salaries\n${compact}` });

  it("drops an expired record and keeps the marker, whatever the user changes", () => {
    for (const user of [{}, { description: "New" }, { tags: [] }, { description: "New", tags: [team] }]) {
      const after = read(patched(before, patchOfUser(before, user)));
      expect(after).toMatchObject({
        carried: { kind: "none" },
        marker: "both",
        userDescription: user.description ?? "Salaries",
        userTags: user.tags ?? [team],
      });
    }
  });

  it("leaves out unchanged fields", () => {
    expect(patchOfUser(raw(), {})).toEqual({});
    expect(patchOfUser(raw(), { description: "New" })).toEqual({ description: "New" });
    expect(patchOfUser(raw({ tags: [team, created] }), { tags: [] })).toEqual({ tags: [created] });
  });
});

describe("patchWithMarker", () => {
  it("marks in the location that the service keeps", () => {
    expect(patchWithMarker(raw({ tags: [team, markerTag("destroy")] }), "both", "tag")).toEqual({
      tags: [team, markerTag("both")],
    });
    expect(patchWithMarker(raw(), "destroy", "description")).toEqual({ description: "Salaries\n[uko1d]" });
  });

  it("leaves no marker in the other location, which would make the marker count as both", () => {
    const inTag = raw({ tags: [team, markerTag("both")] });
    expect(patchWithMarker(inTag, "single", "description")).toEqual({
      tags: [team],
      description: "Salaries\n[uko1s]",
    });
    const inDescription = raw({ tags: [team], description: "Salaries\n[uko1b]" });
    expect(patchWithMarker(inDescription, "single", "tag")).toEqual({
      tags: [team, markerTag("single")],
      description: "Salaries",
    });
  });

  it.each([
    [192, true],
    [193, false],
  ])("leaves room for a description of %i characters: %s", (length, fits) => {
    const patch = patchWithMarker(raw({ description: "x".repeat(length) }), "both", "description");
    expect(patch !== undefined).toBe(fits);
  });
});

describe("patchWithHold", () => {
  const hold = { name: "hold", value: "legal" };
  const release = { hold: "legal", releasedBy: "IBMid-2", atMs: nowMs, reason: "Case closed" };

  it("puts the hold on and takes it off, and drops whatever record is on the key", () => {
    const before = raw({ tags: [team, created, recordTag], description: `Salaries\n${compact}` });
    const held = patched(before, patchWithHold(before, ["legal"]));
    expect(held).toEqual({ tags: [team, created, hold], description: "Salaries\n[uko1b]" });
    const planted = { ...held, tags: [...held.tags, recordTag] };
    const free = patched(planted, patchWithRelease(planted, [], release));
    expect(read(free)).toMatchObject({ carried: { kind: "none" }, holds: [], releasedHolds: [release] });
    expect(free.tags.map(({ name }) => name)).toEqual(["team", creationTagName, noteTagName]);
  });

  it("keeps the other holds, and one tag for them, after the release of one", () => {
    const before = raw({ tags: [hold, { name: "hold", value: "owner" }] });
    const after = patched(before, patchWithRelease(before, ["owner"], release));
    expect(after.tags.filter(({ name }) => name === "hold")).toEqual([{ name: "hold", value: "owner" }]);
  });

  it("lets the tags of uko give way to the hold if there is no room, and never a tag of the user", () => {
    const own = [created, markerTag("single")];
    const names = (tags: RawKeyTexts["tags"]) =>
      patchWithHold(raw({ tags }), ["legal"])
        ?.tags?.map(({ name }) => name)
        .filter((name) => !/^t\d/.test(name));
    expect(names([...many(125), ...own])).toEqual([creationTagName, markerTagName, "hold"]);
    expect(names([...many(126), ...own])).toEqual([markerTagName, "hold"]);
    expect(names([...many(127), markerTag("both")])).toEqual(["hold"]);
    expect(names(many(128))).toBeUndefined();
    expect(names([...many(127), hold])).toEqual(["hold"]);
  });
});

describe("the reason of a decline", () => {
  const author = { iamId: "IBMid-2", mark: sha256("IBMid-2").slice(0, 16) };
  const decline = { step: "deactivate", atMs: nowMs, author, authorName: "Alice", reason: "Still in use" } as const;
  const before = raw({ tags: [team, markerTag("both"), recordTag] });
  const declined = patched(before, patchWithoutRecord(before, "keep_note", decline));

  it("takes the place of the record, counts as none, and stays until the next request", () => {
    expect(read(declined)).toMatchObject({ carried: { kind: "none" }, declined: decline, userTags: [team] });
    const changed = patched(declined, patchOfUser(declined, { tags: [] }));
    expect(read(changed)).toMatchObject({ carried: { kind: "none" }, declined: decline });
    const requested = patched(changed, patchWithRecord(changed, aDraft({ step: "destroy" }), "both", "tag"));
    expect(read(requested)).toMatchObject({ carried: { kind: "one" } });
    expect(read(requested).declined).toBeUndefined();
  });

  it("replaces an earlier one, and is left out where no tag held the record or no tag fits", () => {
    const again = { ...declined, tags: [...declined.tags, recordTag] };
    const later = { ...decline, reason: "Read the ticket" };
    expect(read(patched(again, patchWithoutRecord(again, "keep_note", later))).declined).toEqual(later);
    const inText = raw({ description: `Salaries\n${compact}` });
    expect(patchWithoutRecord(inText, "keep_note", decline)).toEqual({ description: "Salaries\n[uko1b]" });
    const full = raw({ tags: [...many(128), recordTag] });
    expect(read(patched(full, patchWithoutRecord(full, "keep_note", decline))).declined).toBeUndefined();
  });

  it("yields to a hold before any other tag", () => {
    const full = { ...declined, tags: [...declined.tags, ...many(125)] };
    const held = patched(full, patchWithHold(full, ["legal"]));
    expect(read(held)).toMatchObject({ marker: "both" });
    expect(read(held).declined).toBeUndefined();
  });
});

describe("the note of a deactivation", () => {
  const deactivatedAtMs = nowMs - 60_000;
  const knowing = encodeTagValue(
    aDraft({ step: "destroy", deactivatedAtMs, kmsSetter: { iamId: "IBMid-1", mark: sha256("IBMid-1").slice(0, 16) } }),
  );
  const before = raw({ tags: [team, { name: recordTagName, value: knowing }] });
  const note = { deactivatedAtMs, kmsSetter: { iamId: "IBMid-1", mark: sha256("IBMid-1").slice(0, 16) } };

  it("stays when a write drops the record that knew it, and later writes keep it", () => {
    const dropped = patched(before, patchWithoutRecord(before));
    expect(read(dropped)).toMatchObject({ carried: { kind: "none" }, note, userTags: [team] });
    const changed = patched(dropped, patchOfUser(dropped, { tags: [] }));
    expect(read(changed)).toMatchObject({ note, userTags: [] });
    const requested = patched(changed, patchWithRecord(changed, aDraft({ step: "destroy" }), "both", "tag"));
    expect(read(requested)).toMatchObject({ carried: { kind: "one" }, note });
    const again = patched(changed, patchWithRecord(changed, aDraft({ step: "deactivate" }), "both", "tag"));
    expect(read(again).note, "a new deactivation").toBeUndefined();
    expect(requested.tags.filter(({ name }) => name === noteTagName)).toHaveLength(1);
  });

  it("dates the deactivation by the last write, if the request of the deactivation is still on the key", () => {
    const used = raw({ tags: [team, recordTag], stateWord: "deactivated", updatedAtMs: nowMs + 999 });
    expect(read(patched(used, patchWithoutRecord(used))).note).toEqual({ deactivatedAtMs: nowMs });
    for (const over of [{ stateWord: "active" }, { updatedAtMs: undefined }]) {
      expect(patchWithoutRecord({ ...used, ...over })).toEqual({ tags: [team] });
    }
  });

  it("names the writer of the deactivation, which may have opened the KMS window", () => {
    const used = { stateWord: "deactivated", updatedAtMs: nowMs, updatedBy: "IBMid-2" };
    const tags = [team, recordTag];
    const noteOf = (over: Partial<RawKeyTexts>) =>
      read(patched(raw({ tags }), patchWithoutRecord(raw({ tags, ...over })))).note;
    const deactivatedBy = { iamId: "IBMid-2", mark: sha256("IBMid-2").slice(0, 16) };
    expect(noteOf(used)).toEqual({ deactivatedAtMs: nowMs, deactivatedBy });
    expect(noteOf({ ...used, stateWord: "active" })).toBeUndefined();
    // After a request to destroy, the last write is no longer the deactivation.
    expect(noteOf({ ...used, tags: before.tags })).toEqual(note);
  });

  it("goes when the deactivation is undone, also if only the note is left", () => {
    expect(patchWithoutRecord(before, "drop_note")).toEqual({ tags: [team] });
    const noted = patched(before, patchWithoutRecord(before));
    expect(patchWithoutRecord(noted, "drop_note")).toEqual({ tags: [team] });
    expect(patchWithoutRecord(noted)).toBeUndefined();
  });

  it("is not left by a record that knows nothing, and is not read from another version or from nonsense", () => {
    expect(patchWithoutRecord(raw({ tags: [recordTag] }))).toEqual({ tags: [] });
    const hex = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("hex");
    expect(decodeNote(hex({ v: 2, x: 1 }), sha256)).toBeUndefined();
    expect(decodeNote("zz", sha256)).toBeUndefined();
    expect(decodeNote(hex({ v: 1, x: "1", k: 5 }), sha256)).toEqual({
      deactivatedAtMs: undefined,
      kmsSetter: undefined,
    });
  });
});

it("finds the location of a key's marker", () => {
  expect(markerLocation(raw())).toBe("tag");
  expect(markerLocation(raw({ tags: [markerTag("single")] }))).toBe("tag");
  expect(markerLocation(raw({ description: "Salaries\n[uko1s]" }))).toBe("description");
  expect(markerLocation(raw({ tags: [markerTag("single")], description: "Salaries\n[uko1s]" }))).toBe("tag");
});

describe("a service that began to drop tags and kept an old record's tag on the key", () => {
  const old = aDraft({ writtenAtMs: nowMs - 10 * dayMs });
  const left = { name: recordTagName, value: encodeTagValue(old) };
  const withDescriptionRecord = (agoMs: number) =>
    read(
      raw({
        tags: [left],
        description: `Salaries\n${encodeCompact(aDraft({ writtenAtMs: old.writtenAtMs + agoMs }), "both")}`,
      }),
    ).carried;

  it("lets the description's record count once the tag's record cannot bind", () => {
    expect(withDescriptionRecord(21_000)).toMatchObject({ kind: "one", record: { location: "description" } });
  });

  it.each([4000, 0, -21_000])("counts neither record if the description's record is %i ms later", (agoMs) => {
    expect(withDescriptionRecord(agoMs)).toEqual({ kind: "twice" });
  });
});
