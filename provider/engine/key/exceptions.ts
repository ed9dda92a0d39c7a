/**
 * Finds the exceptions among many keys that a person is about to approve. Each class is counted and named after the
 * list, just before the question, because a reader of 400 rows would miss them. If a class is too large to name all its
 * keys there, the person also types how many keys it has.
 */

import type { ReviewLine } from "../../lifecycle/consent/review.ts";
import type { ConsentRecord, ReleasedHold, UnapprovedStep } from "../../lifecycle/vocabulary/observation.ts";
import type { ShownKey } from "../ports/shown-key.ts";
import { maxNamed } from "../text/words.ts";

/** What the manifest of a campaign notes of a key. A text is empty if there is nothing to say. */
export interface NotedKey {
  /** What it knows of the use of the key, such as `usage.csv, last on 2026-11-20`. */
  readonly usage: string;
  /** Why a rule lets the campaign delete the key although it is in use. */
  readonly override: string;
  /** What the last manifest changed about the key, such as a new label. */
  readonly changes: string;
  /** The last write before the plan, if it was in the 30 days before: `on 2026-11-20 by IBMid-550000BOB`. */
  readonly written: string;
  /** Who that was. */
  readonly writtenBy: string;
  /** How many resources the manifest does not count yet. */
  readonly addedResources: number;
  /** Why a request on the key does not count, for the person who would request again. */
  readonly discounted?: string;
}

/** What says by itself whether a key is unusual. A fresh read, a list of a vault and a manifest have these facts. */
interface JudgedKey {
  readonly record: ConsentRecord | undefined;
  readonly shown: Pick<ShownKey, "createdAt" | "template" | "usedBy" | "pastLabels"> & {
    readonly said: Pick<ShownKey["said"], "description" | "warnings">;
  };
  /** Absent outside of campaigns. */
  readonly noted?: NotedKey | undefined;
  /** The holds that people released; a key that is held now cannot be approved. */
  readonly releasedHolds: readonly ReleasedHold[];
  /** The deactivation before the requested destruction, if no approval of it is known. */
  readonly unapproved: UnapprovedStep | undefined;
  /** The service's time at the read. */
  readonly nowMs: number;
}

/** A key among those about which a person decides at once. */
export interface KeyAmongMany extends JudgedKey {
  readonly line: Pick<ReviewLine, "label" | "keyId">;
}

/** A key in the summary and the table before an approval. */
export interface SummarizedKey extends KeyAmongMany {
  readonly line: ReviewLine;
  readonly record: ConsentRecord;
  /** What the step still waits for. */
  readonly waitsFor?: string;
}

interface NamedClass {
  /** What a person types to confirm a large class. */
  readonly word: string;
  /** The rule of the class, after the word. */
  readonly rule: string;
}

interface ExceptionClass extends NamedClass {
  readonly among: <Key extends KeyAmongMany>(keys: readonly Key[]) => readonly Key[];
}

/** Words that warn of a deletion, in the languages of the people who write descriptions. */
export const warnsOfDeletion =
  /(?<!\p{L})(?:do not|don't|must not|keep|legal|hold|never|nicht|niemals|behalten|aufbewahren|ne pas|jamais|conserver|no borrar|no eliminar|nunca|conservar|non eliminare|não|niet|bewaren)(?!\p{L})/iu;
const dayMs = 24 * 60 * 60 * 1000;
const recentMs = 30 * dayMs;
const editedMs = 7 * dayMs;
const yearMs = 365 * dayMs;
/** A trait of at most this share of the keys is rare. The trait of one key can be rare among a few, too. */
const rareShare = 0.05;
/** Fewer keys with similar labels show nothing about each other. */
const fewestNeighbors = 5;

/** Classes to which a key belongs, whatever the other keys are. */
const ownClasses: readonly (NamedClass & { readonly has: (key: JudgedKey) => boolean })[] = [
  { word: "renamed", rule: "known here under another label", has: ({ shown }) => shown.pastLabels.length > 0 },
  {
    word: "in use",
    rule: "by resources that UKO knows",
    has: ({ shown: { usedBy = [] }, noted }) => usedBy.length > 0 || (noted?.usage ?? "") !== "",
  },
  {
    word: "overridden",
    rule: "in use, and a rule of campaign.yaml allows the deletion",
    has: ({ noted }) => noted !== undefined && noted.override !== "" && noted.usage !== "",
  },
  {
    word: "newly used",
    rule: "by resources that the manifest does not count",
    has: ({ noted }) => (noted?.addedResources ?? 0) > 0,
  },
  {
    word: "disputed",
    rule: "with a request that does not count",
    has: ({ noted }) => (noted?.discounted ?? "") !== "",
  },
  { word: "changed", rule: "since an earlier manifest", has: ({ noted }) => (noted?.changes ?? "") !== "" },
  { word: "released", rule: "from a hold", has: ({ releasedHolds }) => releasedHolds.length > 0 },
  {
    word: "unapproved",
    rule: "deactivated without a known approval",
    has: ({ unapproved }) => unapproved !== undefined,
  },
  {
    word: "with a warning",
    rule: "in the description or a tag",
    has: ({ shown }) => shown.said.warnings.length > 0,
  },
  { word: "recent", rule: "created in the last 30 days", has: isRecent },
  { word: "written", rule: "in the 30 days before the plan", has: wasWritten },
  { word: "edited", rule: "by the requester in the 7 days before the request", has: isEdited },
];

const classes: readonly ExceptionClass[] = [
  ...ownClasses.map(({ has, ...named }) => ({
    ...named,
    among: <Key extends KeyAmongMany>(keys: readonly Key[]) => keys.filter(has),
  })),
  {
    word: "rare",
    rule: "of a template that few of these keys, or few with a similar label, have",
    among: (keys) => inEither(keys, rareBy(templateOf), amongNeighbors(rareBy(templateOf))),
  },
  {
    word: "odd in writer",
    rule: "written in the 30 days before the plan by a person who wrote to few of these keys",
    among: (keys) => rareBy(({ noted }) => noted?.writtenBy ?? "")(keys.filter(wasWritten)),
  },
  {
    word: "odd in age",
    rule: "created long before the keys with a similar label",
    among: amongNeighbors(oddInAge),
  },
  { word: "described", rule: "unlike the others", among: rareDescriptions },
  { word: "unlike", rule: "with a label unlike the others", among: rareBy(familyOf) },
];

/** The rule of each class to which a key belongs by itself. */
export const ruleOf: ReadonlyMap<string, string> = new Map(ownClasses.map(({ word, rule }) => [word, rule]));

/** The words of the classes to which one key belongs by itself, for machines. */
export function exceptionsOf(key: JudgedKey): readonly string[] {
  return ownClasses.flatMap(({ word, has }) => (has(key) ? [word] : []));
}

type FoundClass<Key> = Omit<ExceptionClass, "among"> & { readonly found: readonly Key[] };

/**
 * The texts that warn of a deletion. A tag such as `do-not-delete` warns by its name. `words` are those of a campaign;
 * they never take the place of the words above, so that no editor of a campaign can silence a warning.
 */
export function warningsIn(texts: readonly string[], words: readonly string[]): readonly string[] {
  const more = words.map(asWords);
  return texts.filter((text) => {
    const said = asWords(text);
    return warnsOfDeletion.test(said) || more.some((word) => hasWord(said, word));
  });
}

function asWords(text: string): string {
  return text
    .normalize("NFC")
    .replaceAll(/[-_.:=\s]+/g, " ")
    .trim()
    .toLowerCase();
}

/** A letter without cases, such as a Chinese one, ends no word: scripts without cases may have no spaces. */
const casedLetter = /\p{LC}/u;

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const around = [text.slice(0, at).at(-1) ?? "", text.at(at + word.length) ?? ""];
    if (!around.some((each) => casedLetter.test(each))) return true;
  }
  return false;
}

/** A tag as one text: `team=payments`, or its name alone. */
export function sayTag({ name, value }: { readonly name: string; readonly value: string }): string {
  return value === "" ? name : `${name}=${value}`;
}

function wasWritten({ noted }: JudgedKey): boolean {
  return (noted?.written ?? "") !== "";
}

function isRecent({ shown: { createdAt }, nowMs }: JudgedKey): boolean {
  return createdAt !== undefined && Date.parse(createdAt) > nowMs - recentMs;
}

function isEdited({ record }: JudgedKey): boolean {
  const { ownWriteAtMs, writtenAtMs = 0 } = record ?? {};
  return ownWriteAtMs !== undefined && ownWriteAtMs > writtenAtMs - editedMs;
}

/** Each class of exceptions with its keys, the rarest first; a class without keys is left out. */
export function exceptionClasses<Key extends KeyAmongMany>(keys: readonly Key[]): readonly FoundClass<Key>[] {
  const found = classes.map(({ among, ...each }) => ({ ...each, found: among(keys) }));
  return found.filter((each) => each.found.length > 0).toSorted((a, b) => a.found.length - b.found.length);
}

/** The words of the classes of each key, for a list, and how many keys each class has. */
export function classWords(keys: readonly KeyAmongMany[]) {
  const classes = exceptionClasses(keys).map(({ word, found }) => ({ word, found: new Set(found) }));
  const wordsOf = (key: KeyAmongMany): string =>
    classes.flatMap(({ word, found }) => (found.has(key) ? [word] : [])).join(", ");
  return { rows: keys.map(wordsOf), counts: classes.map(({ word, found }) => ({ word, keys: found.size })) };
}

/** Whether a class has most of the keys. One line then says so without names, since no key stands out by it. */
export function coversMost(keys: readonly unknown[], { found }: Pick<FoundClass<unknown>, "found">): boolean {
  return keys.length > maxNamed && found.length * 2 > keys.length;
}

/** Classes that can have most of the keys without danger, such as the keys of a program that was written this week. */
const commonplace: readonly string[] = ["recent", "edited", "written"];

export function isCommonplace(keys: readonly unknown[], each: FoundClass<unknown>): boolean {
  return commonplace.includes(each.word) && coversMost(keys, each);
}

/** The classes that a person confirms, as typed: `12 in use, 31 recent`. Empty if every class is small or commonplace. */
export function classesToConfirm(keys: readonly KeyAmongMany[]): string {
  const large = exceptionClasses(keys).filter((each) => each.found.length > maxNamed && !isCommonplace(keys, each));
  return large.map(({ word, found }) => `${found.length} ${word}`).join(", ");
}

const templateOf = ({ shown }: JudgedKey): string => shown.template;

/** The labels of keys of one purpose differ only in their numbers. */
function familyOf({ line }: KeyAmongMany): string {
  return line.label.toLowerCase().replaceAll(/\d+/g, "#");
}

/**
 * Keys whose trait few other keys have. If many keys have a trait of their own, the trait shows nothing, and the class
 * is empty.
 */
function rareBy(traitOf: (key: KeyAmongMany) => string): ExceptionClass["among"] {
  return (keys) => {
    const byTrait = Map.groupBy(keys, traitOf);
    return unlessMany(keys, (key) => (byTrait.get(traitOf(key))?.length ?? 0) <= fewOf(keys));
  };
}

const fewOf = (keys: readonly unknown[]): number => Math.max(1, Math.floor(keys.length * rareShare));

function unlessMany<Key>(keys: readonly Key[], isRare: (key: Key) => boolean): readonly Key[] {
  const rare = keys.filter(isRare);
  return keys.length > 2 && rare.length <= fewOf(keys) ? rare : [];
}

/** The same, among the keys with a similar label: a key in disguise differs from those that it looks like. */
function amongNeighbors(among: ExceptionClass["among"]): ExceptionClass["among"] {
  return (keys) => {
    const families = [...Map.groupBy(keys, familyOf).values()].filter(({ length }) => length >= fewestNeighbors);
    return families.flatMap((family) => among(family));
  };
}

function inEither<Key extends KeyAmongMany>(keys: readonly Key[], ...classes: readonly ExceptionClass["among"][]) {
  const found = new Set(classes.flatMap((among) => among(keys)));
  return keys.filter((key) => found.has(key));
}

/** Keys that are over a year, and over three times the usual spread, older than their neighbors. */
function oddInAge<Key extends KeyAmongMany>(keys: readonly Key[]): readonly Key[] {
  const createdMs = ({ shown: { createdAt } }: KeyAmongMany): number => Date.parse(createdAt ?? "");
  const times = keys
    .map(createdMs)
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b);
  const quarter = (of: number): number => times[Math.floor((times.length * of) / 4)] ?? 0;
  const limit = Math.max(yearMs, 3 * (quarter(3) - quarter(1)));
  return unlessMany(keys, (key) => createdMs(key) < quarter(1) - limit);
}

/** A description that warns is in a class of its own. */
function rareDescriptions<Key extends KeyAmongMany>(keys: readonly Key[]): readonly Key[] {
  const isDescribed = ({ shown }: KeyAmongMany): string => String(shown.said.description !== "");
  const rare = inEither(
    keys,
    rareBy(({ shown }) => shown.said.description),
    amongNeighbors(rareBy(isDescribed)),
  );
  return rare.filter(({ shown: { said } }) => said.description !== "" && !said.warnings.includes(said.description));
}
