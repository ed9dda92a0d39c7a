/**
 * Finds the unusual keys among many that a person is about to approve, such as a key that is in use. A reader of 400
 * rows would miss it, so each class of unusual keys is counted and named before the list. If a class is too large to
 * name all its keys, the person also types how many keys it has. A person who types only "destroy 400" could overlook
 * that 31 of these keys were created last week.
 */

import type { ConsentRecord, ReleasedHold, UnapprovedStep } from "../../../lifecycle/observation.ts";
import type { ReviewLine } from "../../../lifecycle/review.ts";
import { maxNamed } from "../../text/words.ts";

/** A key in the summary and the table before an approval. A fresh read and a list of a vault both have these facts. */
export interface SummarizedKey {
  readonly line: ReviewLine;
  readonly record: ConsentRecord;
  readonly description: string;
  /** The holds that people released; a key that is held now cannot be approved. */
  readonly releasedHolds: readonly ReleasedHold[];
  /** The deactivation before the requested destruction, if no approval of it is known. */
  readonly unapproved: UnapprovedStep | undefined;
  readonly createdAtMs?: number | undefined;
  readonly templateName: string;
  /** The service's time at the read. */
  readonly nowMs: number;
  /** What the step still waits for. */
  readonly waitsFor?: string;
}

interface ExceptionClass {
  readonly title: string;
  /** What a person types to confirm a large class. */
  readonly word: string;
  readonly among: (keys: readonly SummarizedKey[]) => readonly SummarizedKey[];
}

export const warnsOfDeletion = /\b(?:do not|don't|keep|legal|hold|never)\b/i;
const recentMs = 30 * 24 * 60 * 60 * 1000;
/** A template, or a kind of label, of at most this share of the keys is rare. */
const rareShare = 0.05;

const classes: readonly ExceptionClass[] = [
  { title: "in use", word: "in use", among: (keys) => keys.filter(({ line }) => line.resources.length > 0) },
  {
    title: "released from a hold",
    word: "released",
    among: (keys) => keys.filter(({ releasedHolds }) => releasedHolds.length > 0),
  },
  {
    title: "deactivated without a known approval",
    word: "unapproved",
    among: (keys) => keys.filter(({ unapproved }) => unapproved !== undefined),
  },
  { title: "with a description that warns", word: "with a warning", among: (keys) => keys.filter(hasWarning) },
  {
    title: "created in the last 30 days",
    word: "recent",
    among: (keys) => keys.filter(({ createdAtMs = 0, nowMs }) => createdAtMs > nowMs - recentMs),
  },
  {
    title: "of a rare template",
    word: "rare",
    among: (keys) => rareIn(keys, ({ templateName }) => templateName),
  },
  { title: "with a label unlike the others", word: "unlike", among: keysWithStrangeLabels },
];

/** Whether the description of the key warns of its deletion. */
export function hasWarning({ description }: SummarizedKey): boolean {
  return warnsOfDeletion.test(description);
}

/** Each class of exceptions with its keys; a class without keys is left out. */
export function exceptionClasses(keys: readonly SummarizedKey[]) {
  return classes.map(({ among, ...each }) => ({ ...each, found: among(keys) })).filter(({ found }) => found.length > 0);
}

/** The classes that a person confirms, as typed: `12 in use, 31 recent`. Empty if every class is small. */
export function classesToConfirm(keys: readonly SummarizedKey[]): string {
  const large = exceptionClasses(keys).filter(({ found }) => found.length > maxNamed);
  return large.map(({ word, found }) => `${found.length} ${word}`).join(", ");
}

/** Keys whose trait few other keys have. */
function rareIn(keys: readonly SummarizedKey[], traitOf: (key: SummarizedKey) => string): readonly SummarizedKey[] {
  const byTrait = Map.groupBy(keys, traitOf);
  return keys.filter((key) => (byTrait.get(traitOf(key))?.length ?? 0) <= keys.length * rareShare);
}

/**
 * The keys whose label, without its numbers, is rare. If many keys have a label of their own, the labels show nothing,
 * and the class is empty.
 */
function keysWithStrangeLabels(keys: readonly SummarizedKey[]): readonly SummarizedKey[] {
  const strange = rareIn(keys, ({ line }) => line.label.toLowerCase().replaceAll(/\d+/g, "#"));
  return strange.length <= keys.length * rareShare ? strange : [];
}
