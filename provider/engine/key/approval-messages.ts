/** What a person reads before an approval: one key in full, or many keys with the exceptions first. */

import { keyPathOf, type ReviewedStep } from "../../lifecycle/review.ts";
import { holdTagName } from "../../lifecycle/tag-names.ts";
import {
  count,
  noWayBack,
  plain,
  sayAuthor,
  sayList,
  sayTime,
  sayTimeAndDistance,
  sayUse,
  stepNouns,
  stillReversible,
} from "../text/words.ts";
import { sayReasons } from "./record-words.ts";
import type { KeyInReview, PendingGroup } from "./review-set.ts";
import { keysOfKind } from "./set-messages.ts";

const groupHeads = ["APPROVE", "REQUESTED BY", "VAULT", "KEYS"] as const;

/** One cell for each of `groupHeads`. */
function groupCells({ step, kind, vaultId, keys }: PendingGroup): readonly string[] {
  const [first] = keys;
  const record = first?.observation.carried.record;
  const labels = keys.slice(0, maxNamed).map(({ observation }) => plain(observation.facts.label, 40));
  const more = keys.length > maxNamed ? `, and ${keys.length - maxNamed} more` : "";
  return [
    `${step} ${keysOfKind(kind, keys.length)}`,
    record === undefined ? "" : sayAuthor(record),
    vaultId,
    `${labels.join(", ")}${more}`,
  ];
}

/** So many keys of a class are named; the others are counted. */
const maxNamed = 5;

const nothingToApprove = "No request of another person is waiting for your approval.";
const apartTitle = (keys: number): string => `You cannot approve ${count(keys, "key")} now:`;
const secondQuestion = "Also request the destruction in your name? Another person must approve it.";

const purpose = (step: ReviewedStep, stores: boolean): string =>
  stores ? `store your approval of the ${stepNouns[step]}` : step;

/** What the approval of one key does, and whether it can be undone. */
function titleOfOne({ line, record }: KeyInReview): string {
  const key = `key "${plain(line.label, 100)}"`;
  return record.step === "deactivate"
    ? `Deactivate ${key}. Everything that uses it stops working. ${stillReversible}`
    : `Destroy ${key}. ${noWayBack}`;
}

/** The key, who asks, what stops working, and what comes next. */
function describeOne({ line, record, observed, waitsFor }: KeyInReview): readonly string[] {
  const { facts, keystores } = observed.observation;
  const names = keystores.map(({ name, type }) => `"${plain(name, 60)}" (${plain(type, 40)})`);
  return [
    `Key: ${keyPathOf(line)}.`,
    `${sayAuthor(record)} requested the ${stepNouns[record.step]} on ${sayTime(record.writtenAtMs)}${record.how === "met" ? ", because an engine ran a deletion" : ""}.`,
    ...sayReasons(record),
    `Used by: ${sayUse(line.resources.length, line.keystores)}.`,
    ...(names.length === 0 ? [] : [`Keystores: ${sayList(names)}.`]),
    ...(facts.description === "" ? [] : [`Description: ${plain(facts.description, 200)}`]),
    ...(waitsFor === undefined ? [] : [`${waitsFor}.`]),
  ];
}

/** A class of keys that a person should look at before they approve many at once. */
interface ExceptionClass {
  readonly title: string;
  readonly isIn: (key: KeyInReview, all: readonly KeyInReview[]) => boolean;
}

const warnsOfDeletion = /do not|don't|keep|legal|hold|never/i;
const recentMs = 30 * 24 * 60 * 60 * 1000;
/** A template of at most this share of the keys is rare. */
const rareShare = 0.05;

const exceptionClasses: readonly ExceptionClass[] = [
  { title: "in use", isIn: ({ line }) => line.resources.length > 0 },
  { title: "held", isIn: ({ observed }) => observed.snapshot.tags.some(({ name }) => name === holdTagName) },
  {
    title: "with a description that warns",
    isIn: ({ observed }) => warnsOfDeletion.test(observed.observation.facts.description),
  },
  {
    title: "created in the last 30 days",
    isIn: ({ observed: { snapshot, nowMs } }) => (snapshot.createdAtMs ?? 0) > nowMs - recentMs,
  },
  {
    title: "of a rare template",
    isIn: ({ observed: { snapshot } }, all) =>
      all.filter((other) => other.observed.snapshot.templateName === snapshot.templateName).length <=
      all.length * rareShare,
  },
];

/** At most 20 lines before the list: counts, then the exceptions. */
function summarise(keys: readonly KeyInReview[]): readonly string[] {
  const [first] = keys;
  const until =
    first === undefined
      ? []
      : [`The earliest request was made on ${sayTimeAndDistance(earliestMs(keys), first.observed.nowMs)}.`];
  const exceptions = exceptionClasses.flatMap(({ title, isIn }) => {
    const found = keys.filter((key) => isIn(key, keys));
    if (found.length === 0) return [];
    const named = found.slice(0, maxNamed).map(sayException);
    const more = found.length > maxNamed ? `, and ${found.length - maxNamed} more` : "";
    return [`${count(found.length, "key")} ${title}: ${named.join(", ")}${more}.`];
  });
  return [
    ...until,
    `Vaults: ${countsOf(keys, ({ line }) => line.vaultId)}.`,
    `Templates: ${countsOf(keys, ({ observed }) => observed.snapshot.templateName)}.`,
    `Keystores: ${countsOf(keys, ({ line }) =>
      line.keystores
        .map(({ type }) => type)
        .toSorted()
        .join(" and "),
    )}.`,
    ...exceptions,
  ];
}

function sayException({ line, observed }: KeyInReview): string {
  const { description } = observed.observation.facts;
  const says = warnsOfDeletion.test(description) ? ` ("${plain(description, 200)}")` : "";
  return `${plain(line.label, 40)}${says}`;
}

function earliestMs(keys: readonly KeyInReview[]): number {
  return Math.min(...keys.map(({ record }) => record.writtenAtMs));
}

/** `payroll (12), cards (3)`, the most frequent first. */
function countsOf(keys: readonly KeyInReview[], nameOf: (key: KeyInReview) => string): string {
  const counts = Array.from(Map.groupBy(keys, nameOf), ([name, members]) => ({ name, count: members.length }));
  const sorted = counts.toSorted((a, b) => b.count - a.count);
  const shown = sorted
    .slice(0, maxNamed)
    .map(({ name, count: members }) => `${plain(name === "" ? "none" : name, 60)} (${members})`);
  return `${shown.join(", ")}${sorted.length > maxNamed ? `, and ${sorted.length - maxNamed} more` : ""}`;
}

/** As one name, because the command line uses all of them. */
export const approvalMessages = {
  groupHeads,
  groupCells,
  nothingToApprove,
  apartTitle,
  secondQuestion,
  purpose,
  titleOfOne,
  describeOne,
  summarise,
} as const;
