/**
 * Decides where uko keeps record, note and marker on a key, and builds the tags and the description of each PATCH. If
 * the service keeps no tags, record and marker are at the end of the description, and no note exists. Each body removes
 * a record that it does not bring, so that no write makes a forged record look genuine (key-write.ts).
 */

import type {
  CarriedRecord,
  ConsentRecord,
  DeactivationNote,
  Decline,
  KeyHold,
  ReleasedHold,
  RequiredPeople,
  Tag,
} from "../vocabulary/observation.ts";
import {
  creationTagName,
  declineTagName,
  holdTagName,
  isDeclaredTag,
  isHoldTag,
  markerTagName,
  noteTagName,
  recordTagName,
  reservedTagPrefix,
} from "../vocabulary/tag-names.ts";
import { type ConsentDraft, recordToleranceMs } from "./consent-record.ts";
import { holdsIn } from "./hold.ts";
import { noteWithRelease, parseNote, withReleasesOf } from "./key-note.ts";
import {
  decodeCompact,
  decodeDecline,
  decodeTagValue,
  encodeCompact,
  encodeDecline,
  encodeTagValue,
  noSeal,
  noteOfRemovedRecord,
  type OwnSeal,
  recordId,
  type Sha256,
} from "./record-text.ts";
import { requiredPeopleValues } from "./required-people.ts";

/** The service allows this many tags (uko-v4.md 2.5 K2). */
const maxTags = 128;

/** The service allows 200 characters (uko-v4.md 2.5 K2); a compact record needs 90 of them. */
export const maxDescriptionBesideRecord = 110;
const maxDescription = 200;

export interface RawKeyTexts {
  readonly description: string;
  readonly tags: readonly Tag[];
  readonly stateWord?: string;
  readonly updatedAtMs?: number | undefined;
  readonly updatedBy?: string;
}

export interface ParsedKeyTexts {
  readonly carried: CarriedRecord;
  readonly marker?: RequiredPeople;
  readonly note?: DeactivationNote;
  readonly declined?: Decline;
  readonly holds: readonly KeyHold[];
  readonly releasedHolds: readonly ReleasedHold[];
  readonly userDescription: string;
  readonly userTags: readonly Tag[];
}

const suffixForm = /(?:^|\n)(?<text>\[uko1(?<marker>[bds])(?:[dx][am][0-9a-f]{80})?\])$/;

/** Whether a text ends in a form that this tool reserves for itself. */
export function endsLikeRecord(description: string): boolean {
  return suffixForm.test(description);
}

/** Parses the description and tags that the service returns. */
export function parseKeyTexts(
  keyId: string,
  raw: RawKeyTexts,
  sha256: Sha256,
  ownSeal: OwnSeal = noSeal,
): ParsedKeyTexts {
  const suffix = suffixForm.exec(raw.description);
  const compact = suffix?.groups?.text ?? "";
  const fromDescription = compact === "" ? undefined : decodeCompact(keyId, compact, sha256);
  const values = raw.tags.filter((tag) => tag.name === recordTagName).map((tag) => tag.value);
  const marker = markerIn([
    ...raw.tags.filter((tag) => tag.name === markerTagName).map((tag) => tag.value),
    ...(suffix === null ? [] : [compactMarker(raw.description)]),
  ]);
  const { deactivation: note, released: releasedHolds } = parseNote(noteIn(raw.tags), sha256);
  const declined = decodeDecline(raw.tags.find((tag) => tag.name === declineTagName)?.value ?? "", sha256);
  return {
    carried: carriedIn(values, fromDescription, { keyId, sha256, ownSeal }),
    ...(marker !== undefined && { marker }),
    ...(note !== undefined && { note }),
    ...(declined !== undefined && { declined }),
    userDescription: suffix === null ? raw.description : raw.description.slice(0, suffix.index),
    holds: holdsIn(raw.tags),
    releasedHolds,
    userTags: raw.tags.filter((tag) => !tag.name.startsWith(reservedTagPrefix)),
  };
}

/** The body of a PATCH; a field that is absent stays unchanged. */
export interface KeyTextPatch {
  readonly tags?: readonly Tag[];
  readonly description?: string;
}

/**
 * The patch that puts a record on a key; undefined if the tags or the description have no room for it. A description
 * never has room for an approval.
 */
export function patchWithRecord(
  raw: RawKeyTexts,
  draft: ConsentDraft,
  marker: RequiredPeople,
  location: "tag" | "description",
): KeyTextPatch | undefined {
  const replaced = [recordTagName, markerTagName, declineTagName];
  const kept = raw.tags.filter(({ name }) => !replaced.includes(name));
  // The request of a new deactivation starts without the note of an earlier one.
  const others = draft.step === "deactivate" ? withNote(kept, undefined) : kept;
  const userDescription = raw.description.replace(suffixForm, "");
  if (location === "tag") {
    if (others.length + 2 > maxTags) return undefined;
    return {
      tags: [...others, { name: markerTagName, value: marker }, { name: recordTagName, value: encodeTagValue(draft) }],
      ...(userDescription !== raw.description && { description: userDescription }),
    };
  }
  // Without the request that it quotes, an approval would be a request in the name of its author.
  if (draft.quotes !== undefined || userDescription.length > maxDescriptionBesideRecord) return undefined;
  return {
    description: `${userDescription}\n${encodeCompact(draft, marker)}`,
    ...(raw.tags.some(isRecord) && { tags: tagsWithoutRecord(raw) }),
  };
}

/**
 * Takes a record off a key and leaves the marker; undefined if the key has no record, and no note to drop. The reason of
 * a person who declined the record takes its place, if a tag held the record and the key has room for another tag.
 */
export function patchWithoutRecord(
  raw: RawKeyTexts,
  note: "keep_note" | "drop_note" = "keep_note",
  decline?: Decline,
): KeyTextPatch | undefined {
  const { tags = raw.tags, ...cleared } = patchOfUser(raw, {});
  const noted = note === "drop_note" ? withNote(tags, undefined) : tags;
  const kept = noted.filter(({ name }) => decline === undefined || name !== declineTagName);
  const hasRoom = raw.tags.some(({ name }) => name === recordTagName) && kept.length < maxTags;
  if (decline !== undefined && hasRoom) kept.push({ name: declineTagName, value: encodeDecline(decline) });
  const isChanged = kept.length !== raw.tags.length || kept.some((tag, at) => tag !== raw.tags[at]);
  const patch = { ...cleared, ...(isChanged && { tags: kept }) };
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Changes a user's own description or tags. It keeps the marker and a hold, and drops a dead record. */
export function patchOfUser(
  raw: RawKeyTexts,
  user: { readonly description?: string; readonly tags?: readonly Tag[] },
): KeyTextPatch {
  const description = describe(user.description ?? userPart(raw.description), compactMarker(raw.description));
  const kept = tagsWithoutRecord(raw).filter((tag) => user.tags === undefined || !isDeclaredTag(tag));
  return {
    ...((user.tags !== undefined || raw.tags.some(isRecord)) && { tags: [...(user.tags ?? []), ...kept] }),
    ...(description !== raw.description && { description }),
  };
}

/** Marks a key, only in the location that the service keeps. It also drops a dead record. */
export function patchWithMarker(
  raw: RawKeyTexts,
  marker: RequiredPeople,
  location: "tag" | "description",
): KeyTextPatch | undefined {
  const cleared = tagsWithoutRecord(raw);
  const others = cleared.filter((tag) => tag.name !== markerTagName);
  if (location === "tag") {
    const description = userPart(raw.description);
    return {
      tags: [...others, { name: markerTagName, value: marker }],
      ...(description !== raw.description && { description }),
    };
  }
  const description = describe(userPart(raw.description), marker);
  if (description.length > maxDescription) return undefined;
  // A service that accepts no tags refuses a patch with any tag. The strictest marker may stay next
  // to a marker tag, because two markers count as the strictest.
  const tags = marker === "both" ? cleared : others;
  return { description, ...((tags.length < raw.tags.length || raw.tags.some(isRecord)) && { tags }) };
}

/**
 * Writes the tag that holds a key. The patch also drops a record, which another person may have planted. If the tags
 * leave no room for the hold, it drops tags of uko: first why a request was declined, then the tag of the creation, then
 * the marker, whose absence means that both steps require two people, then the note. Undefined if the hold still does
 * not fit.
 */
export function patchWithHold(raw: RawKeyTexts, values: readonly string[]): KeyTextPatch | undefined {
  const cleared = patchOfUser(raw, {});
  const others = (cleared.tags ?? raw.tags).filter((tag) => !isHoldTag(tag));
  const tags = withRoomFor(values.map(holdTag), others, yieldingToHold);
  return tags && { ...cleared, tags };
}

/** The tags of uko that yield their room to a hold, in this order. */
const yieldingToHold = [declineTagName, creationTagName, markerTagName, noteTagName];

/** Adds tags to others, some of which yield if there is no room. Undefined if there is still none. */
function withRoomFor(
  added: readonly Tag[],
  others: readonly Tag[],
  yielding: readonly string[],
): readonly Tag[] | undefined {
  const excess = Math.max(0, others.length + added.length - maxTags);
  const yielded = yielding.filter((name) => others.some((tag) => tag.name === name)).slice(0, excess);
  return yielded.length < excess ? undefined : [...others.filter(({ name }) => !yielded.includes(name)), ...added];
}

/**
 * Ends a hold: `values` are the hold tags that stay. The note keeps who released the hold and why. If other holds stay,
 * the note may need the room of other tags of uko. Undefined if it does not fit.
 */
export function patchWithRelease(
  raw: RawKeyTexts,
  values: readonly string[],
  release: ReleasedHold,
): KeyTextPatch | undefined {
  const cleared = patchOfUser(raw, {});
  const tags = (cleared.tags ?? raw.tags).filter((tag) => !isHoldTag(tag));
  const noted = { name: noteTagName, value: noteWithRelease(noteIn(tags), release) };
  const others = tags.filter(({ name }) => name !== noteTagName);
  const all = withRoomFor([...values.map(holdTag), noted], others, yieldingToHold);
  return all && { ...cleared, tags: all };
}

const holdTag = (value: string): Tag => ({ name: holdTagName, value });

function isRecord({ name }: Tag): boolean {
  return name === recordTagName;
}

function noteIn(tags: readonly Tag[]): string | undefined {
  return tags.find(({ name }) => name === noteTagName)?.value;
}

/** The tags with another note of a deactivation, or none. The released holds in the note stay. */
function withNote(tags: readonly Tag[], note: string | undefined): readonly Tag[] {
  const earlier = noteIn(tags);
  const value = withReleasesOf(earlier, note);
  if (value === earlier) return tags;
  const others = tags.filter(({ name }) => name !== noteTagName);
  return value === undefined ? others : [...others, { name: noteTagName, value }];
}

/**
 * The tags without a record. If the record knows when and by whom the key was deactivated, or who set its KMS window, a
 * note takes its place.
 */
function tagsWithoutRecord({ tags, stateWord, updatedAtMs: atMs, updatedBy: by }: RawKeyTexts): readonly Tag[] {
  const record = tags.find((tag) => tag.name === recordTagName);
  const lastWrite = stateWord === "deactivated" && atMs !== undefined ? { atMs, by } : undefined;
  const note = record && noteOfRemovedRecord(record.value, lastWrite);
  const others = tags.filter((tag) => !isRecord(tag));
  return note === undefined ? others : withNote(others, note);
}

/** Where the key has its marker now, so that a new marker replaces it. */
export function markerLocation(raw: RawKeyTexts): "tag" | "description" {
  const isInTag = raw.tags.some((tag) => tag.name === markerTagName);
  return !isInTag && suffixForm.test(raw.description) ? "description" : "tag";
}

/** Unknown markers, or two, count as the strictest one: a doubt never loosens a key. */
function markerIn(values: readonly unknown[]): RequiredPeople | undefined {
  const [value, ...more] = values;
  if (value === undefined) return undefined;
  return more.length > 0 ? "both" : (requiredPeopleValues.find((each) => each === value) ?? "both");
}

function carriedIn(
  values: readonly string[],
  fromDescription: ReturnType<typeof decodeCompact>,
  { keyId, sha256, ownSeal }: { readonly keyId: string; readonly sha256: Sha256; readonly ownSeal: OwnSeal },
): CarriedRecord {
  const [value, ...more] = values;
  if (more.length > 0) return { kind: "twice" };
  if (value === undefined) {
    return fromDescription === undefined ? { kind: "none" } : { kind: "one", record: fromDescription };
  }
  const record = decodeTagValue(keyId, value, sha256, ownSeal);
  if (fromDescription !== undefined) {
    return record !== undefined && isOutlived(record, fromDescription)
      ? { kind: "one", record: fromDescription }
      : { kind: "twice" };
  }
  return record === undefined ? { kind: "unreadable", id: recordId(keyId, value, sha256) } : { kind: "one", record };
}

/**
 * Whether a last write that fits the newer record cannot also fit the older one. A service that
 * began to drop tags leaves the tag of an old record on the key for good, and no write takes it
 * off.
 */
function isOutlived(older: ConsentRecord, newer: ConsentRecord): boolean {
  return newer.writtenAtMs - older.writtenAtMs > 2 * recordToleranceMs;
}

function userPart(description: string): string {
  return description.replace(suffixForm, "");
}

function compactMarker(description: string): RequiredPeople | undefined {
  const letter = suffixForm.exec(description)?.groups?.marker;
  return requiredPeopleValues.find((marker) => marker.charAt(0) === letter);
}

function describe(userDescription: string, marker: RequiredPeople | undefined): string {
  return marker === undefined ? userDescription : `${userDescription}\n[uko1${marker.charAt(0)}]`;
}
