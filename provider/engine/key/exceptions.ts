/**
 * Finds the exceptions among many keys that a person is about to approve. Each class is counted and named after the
 * list, just before the question, because a reader of 400 rows would miss them. If a class is too large to name all its
 * keys there, the person also types how many keys it has.
 */

import type { ReviewLine } from "../../lifecycle/consent/review.ts";
import type { ConsentRecord, ReleasedHold, UnapprovedStep } from "../../lifecycle/vocabulary/observation.ts";
import type { ShownKey } from "../ports/shown-key.ts";
import { maxNamed } from "../text/words.ts";

/** What says by itself whether a key is unusual. A fresh read and a list of a vault both have these facts. */
interface JudgedKey {
  readonly record: ConsentRecord | undefined;
  readonly shown: Pick<ShownKey, "createdAt" | "template" | "usedBy" | "pastLabels"> & {
    readonly said: Pick<ShownKey["said"], "description">;
  };
  /** How many resources the manifest of a campaign does not count yet; absent outside of campaigns. */
  readonly addedResources?: number;
  /** The holds that people released; a key that is held now cannot be approved. */
  readonly releasedHolds: readonly ReleasedHold[];
  /** The deactivation before the requested destruction, if no approval of it is known. */
  readonly unapproved: UnapprovedStep | undefined;
  /** The service's time at the read. */
  readonly nowMs: number;
}

/** A key in the summary and the table before an approval. */
export interface SummarizedKey extends JudgedKey {
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
  readonly among: (keys: readonly SummarizedKey[]) => readonly SummarizedKey[];
}

/** Words that warn of a deletion, in the languages of the people who write descriptions. */
export const warnsOfDeletion =
  /(?<!\p{L})(?:do not|don't|must not|keep|legal|hold|never|nicht|niemals|behalten|aufbewahren|ne pas|jamais|conserver|no borrar|no eliminar|nunca|conservar|non eliminare|não|niet|bewaren)(?!\p{L})/iu;
const dayMs = 24 * 60 * 60 * 1000;
const recentMs = 30 * dayMs;
const editedMs = 7 * dayMs;
/** A trait of at most this share of the keys is rare. The trait of one key can be rare among a few, too. */
const rareShare = 0.05;

/** Classes to which a key belongs, whatever the other keys are. */
const ownClasses: readonly (NamedClass & { readonly has: (key: JudgedKey) => boolean })[] = [
  { word: "renamed", rule: "known here under another label", has: ({ shown }) => shown.pastLabels.length > 0 },
  { word: "in use", rule: "by resources that UKO knows", has: ({ shown: { usedBy = [] } }) => usedBy.length > 0 },
  {
    word: "newly used",
    rule: "by resources that the manifest does not count",
    has: ({ addedResources = 0 }) => addedResources > 0,
  },
  { word: "released", rule: "from a hold", has: ({ releasedHolds }) => releasedHolds.length > 0 },
  {
    word: "unapproved",
    rule: "deactivated without a known approval",
    has: ({ unapproved }) => unapproved !== undefined,
  },
  { word: "with a warning", rule: "in the description", has: hasWarning },
  { word: "recent", rule: "created in the last 30 days", has: isRecent },
  { word: "edited", rule: "by the requester in the 7 days before the request", has: isEdited },
];

const classes: readonly ExceptionClass[] = [
  ...ownClasses.map(({ has, ...named }) => ({ ...named, among: (keys: readonly SummarizedKey[]) => keys.filter(has) })),
  { word: "rare", rule: "of a template that few of these keys have", among: rareBy(({ shown }) => shown.template) },
  { word: "described", rule: "unlike the others", among: (keys) => rareDescriptions(keys) },
  {
    word: "unlike",
    rule: "with a label unlike the others",
    among: rareBy(({ line }) => line.label.toLowerCase().replaceAll(/\d+/g, "#")),
  },
];

/** The rule of each class to which a key belongs by itself. */
export const ruleOf: ReadonlyMap<string, string> = new Map(ownClasses.map(({ word, rule }) => [word, rule]));

/** The words of the classes to which one key belongs by itself, for machines. */
export function exceptionsOf(key: JudgedKey): readonly string[] {
  return ownClasses.flatMap(({ word, has }) => (has(key) ? [word] : []));
}

type FoundClass = Omit<ExceptionClass, "among"> & { readonly found: readonly SummarizedKey[] };

export function hasWarning({ shown }: JudgedKey): boolean {
  return warnsOfDeletion.test(shown.said.description);
}

function isRecent({ shown: { createdAt }, nowMs }: JudgedKey): boolean {
  return createdAt !== undefined && Date.parse(createdAt) > nowMs - recentMs;
}

function isEdited({ record }: JudgedKey): boolean {
  const { ownWriteAtMs, writtenAtMs = 0 } = record ?? {};
  return ownWriteAtMs !== undefined && ownWriteAtMs > writtenAtMs - editedMs;
}

/** Each class of exceptions with its keys, the rarest first; a class without keys is left out. */
export function exceptionClasses(keys: readonly SummarizedKey[]): readonly FoundClass[] {
  const found = classes.map(({ among, ...each }) => ({ ...each, found: among(keys) }));
  return found.filter((each) => each.found.length > 0).toSorted((a, b) => a.found.length - b.found.length);
}

/** Classes that can say the same of all keys without a danger, as of the keys of a program that was written this week. */
const commonplace: readonly string[] = ["recent", "edited"];

/** Whether a class says the same of every key. One line then says so, since no key stands out by it. */
export function holdsForAll(keys: readonly SummarizedKey[], { word, found }: FoundClass): boolean {
  return keys.length > maxNamed && found.length === keys.length && commonplace.includes(word);
}

/** The classes that a person confirms, as typed: `12 in use, 31 recent`. Empty if every class is small, or holds for all. */
export function classesToConfirm(keys: readonly SummarizedKey[]): string {
  const large = exceptionClasses(keys).filter((each) => each.found.length > maxNamed && !holdsForAll(keys, each));
  return large.map(({ word, found }) => `${found.length} ${word}`).join(", ");
}

/**
 * Keys whose trait few other keys have. If many keys have a trait of their own, the trait shows nothing, and the class
 * is empty.
 */
function rareBy(traitOf: (key: SummarizedKey) => string): ExceptionClass["among"] {
  return (keys) => {
    const most = Math.max(1, Math.floor(keys.length * rareShare));
    const byTrait = Map.groupBy(keys, traitOf);
    const rare = keys.filter((key) => (byTrait.get(traitOf(key))?.length ?? 0) <= most);
    return keys.length > 2 && rare.length <= most ? rare : [];
  };
}

/** A description that warns is in a class of its own. */
function rareDescriptions(keys: readonly SummarizedKey[]): readonly SummarizedKey[] {
  const rare = rareBy(({ shown }) => shown.said.description)(keys);
  return rare.filter((key) => key.shown.said.description !== "" && !hasWarning(key));
}
