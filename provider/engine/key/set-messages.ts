/** The tables and sentences about many keys: for their reviewer, and about the results of an approval. */

import { typesOfUnseenUse } from "../../lifecycle/keystore-kind.ts";
import { rights } from "../../lifecycle/managed-key-states.ts";
import {
  keyPathOf,
  kindOf,
  type Review,
  type ReviewHeader,
  type ReviewKind,
  type ReviewLine,
  reviewLifetimeMs,
} from "../../lifecycle/review.ts";
import { isoTime } from "../loop/evidence.ts";
import { shellWord } from "../text/explanation.ts";
import { capital, count, plain, sayAuthor, sayTimeAndDistance, sayUse, stillReversible } from "../text/words.ts";
import type { KeyResult } from "./approve-set.ts";
import type { KeyInReview, ReviewFile, SetReview } from "./review-set.ts";

export const reviewHeads = ["LABEL", "KEY", "USED BY", "KEYSTORES", "REQUESTED", "NOTE"] as const;
const apartHeads = ["LABEL", "KEY", "WHY"] as const;

/** One cell for each of `reviewHeads`. */
export function reviewRows({ keys }: SetReview): readonly (readonly string[])[] {
  return keys.map(({ line, record, waitsFor }) => [
    ...lineCells(line),
    isoTime(record.writtenAtMs),
    [
      ...(waitsFor === undefined ? [] : [waitsFor]),
      ...(line.reason === undefined ? [] : [`"${plain(line.reason, 80)}"`]),
    ].join("; "),
  ]);
}

/** The cells of one reviewed key that its review file holds: label, key, use, keystores. */
export function lineCells({ label, keyId, resources, keystores }: ReviewLine): readonly string[] {
  return [
    plain(label, 60),
    keyId,
    sayUse(resources.length, keystores),
    keystores.map(({ type, pendingPeriod }) => sayKeystore(type, pendingPeriod)).join(", "),
  ];
}

/** More keys with the same reason share one row. */
const maxRowsPerReason = 5;

/** Rows whose first two cells name a key, and whose others say why. The rare reasons come first. */
export function sharedRows(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...Map.groupBy(rows, (row) => row.slice(2).join("\n")).values()]
    .sort((one, other) => one.length - other.length)
    .flatMap((group) => {
      const [[, second = "", ...why] = []] = group;
      return group.length > maxRowsPerReason ? [[`${group.length} keys`, `such as ${second}`, ...why]] : group;
    });
}

/** The reason beside a label: a name within it would keep rows with the same reason apart. */
export function unnamed(why: string, label: string): string {
  const name = `key "${plain(label)}"`;
  return [`KMS ${name}`, name].reduce(
    (text, each) => text.replaceAll(each, "the key").replaceAll(capital(each), "The key"),
    why,
  );
}

/** One cell for each of `apartHeads`. */
export function apartRows({ apart }: SetReview): readonly (readonly string[])[] {
  return apart.map(({ observed, why }) => {
    const { label, keyId } = observed.observation.facts;
    return [plain(label, 60), keyId, why];
  });
}

/** The keys of the review for machines, with the types of keystore in which UKO does not see their use. */
export function reviewedFacts({ keys }: SetReview): readonly object[] {
  return keys.map(({ line, waitsFor }) => {
    const useNotVisibleIn = typesOfUnseenUse(line.keystores);
    return { ...line, useNotVisibleIn, isReviewed: true, ...(waitsFor && { waitsFor }) };
  });
}

/** The same keys for machines. */
export function apartFacts({ apart }: SetReview): readonly object[] {
  return apart.map(({ observed, why, alone }) => {
    const { vaultId, keyId, label } = observed.observation.facts;
    return { vaultId, keyId, label, why, ...(alone !== undefined && { command: alone }) };
  });
}

const apartTitle = ({ apart }: SetReview): string =>
  `${count(apart.length, "key is", "keys are")} not part of this review:`;

export function keysOfKind(kind: ReviewKind, keys: number): string {
  if (kind === "kms") return count(keys, "KMS key");
  const all = count(keys, "key");
  return kind === "managed" ? all : `${all} that ${keys === 1 ? "was" : "were"} never active`;
}

/** The first thing to read: what the approval does, and whether it can be undone. */
export function reviewTitle(keys: readonly unknown[], review: Review): string {
  const { step } = review.header;
  if (step === "deactivate") {
    return `Deactivate ${count(keys.length, "key")}. Everything that uses ${keys.length === 1 ? "it" : "them"} stops working. ${stillReversible}`;
  }
  return `Destroy ${keysOfKind(kindOf(review), keys.length)}. This cannot be undone.`;
}

/** Whose request it is, who may approve it, and until when. */
export function reviewFacts(keys: readonly KeyInReview[], { review }: ReviewFile): readonly string[] {
  const { header } = review;
  const [first] = keys;
  const requested =
    first === undefined
      ? []
      : [`${sayAuthor(first.record)} requested ${keys.length === 1 ? "the step" : "all of them"}.`];
  return [...requested, reviewLimits(header, first?.observed.nowMs ?? header.reviewedAtMs)];
}

export function reviewLimits({ reviewer, reviewedAtMs }: ReviewHeader, nowMs: number): string {
  const expires = sayTimeAndDistance(reviewedAtMs + reviewLifetimeMs, nowMs);
  return `Only you, ${plain(reviewer, 100)}, can use this review. The review expires on ${expires}.`;
}

/** The next command; `file` is absent if the review was not written. */
function reviewNext({ review, digest }: ReviewFile, file: string | undefined): readonly string[] {
  const { step } = review.header;
  if (file === undefined) return ["Next: to approve these keys, run the same command with --out review.jsonl."];
  const right = kindOf(review) === "never-active" ? rights.destroyUnused : rights[step];
  const command = `uko approve --review ${shellWord(file)} --digest ${digest}`;
  return [
    `SHA-256 of ${file}: ${digest}`,
    `Next: if you have the role ${right.roles.join(" or ")}, run:`,
    `  ${command}`,
    "  or: to let the requester act, run:",
    `  ${command} --record-only`,
  ];
}

const nothingToReview = "No key can be approved with a review.";

/** What a person types to approve the set: `destroy 812`. */
export function approvalPhrase({ step }: Pick<ReviewHeader, "step">, keys: number, recordOnly: boolean): string {
  return `${recordOnly ? "approve" : step} ${keys}`;
}

const resultHeads = ["LABEL", "KEY", "RESULT"] as const;

/** Every key that the run left as it was, one cell for each of `resultHeads`. */
function leftRows(results: readonly KeyResult[]): readonly (readonly string[])[] {
  const rows = results.flatMap((result) => {
    const { label, ref } = result;
    if (result.kind === "failed") return [[plain(label, 60), ref.keyId, unnamed(result.error.summary, label)]];
    const { code, explanation } = result.report;
    return code === undefined ? [] : [[plain(label, 60), ref.keyId, unnamed(explanation.summary, label)]];
  });
  return sharedRows(rows);
}

/** `98 keys deactivated, 2 left`, and what comes next. */
function summariseApproval(
  results: readonly KeyResult[],
  { step }: Pick<ReviewHeader, "step">,
  recordOnly: boolean,
): readonly string[] {
  const reports = results.flatMap((result) => (result.kind === "reported" ? [result.report] : []));
  const done = reports.filter(({ code }) => code === undefined);
  const here = done.filter(({ taken }) => taken.length > 0);
  const verb = recordOnly ? "approved" : step === "deactivate" ? "deactivated" : "destroyed";
  const parts = [
    `${count(here.length, "key")} ${verb}`,
    ...(done.length > here.length ? [`${done.length - here.length} ${verb} before`] : []),
    ...(results.length > done.length ? [`${results.length - done.length} left`] : []),
  ];
  const first = done[0];
  if (first === undefined) return [parts.join(", ")];
  const path = keyPathOf(first);
  const next = recordOnly
    ? `Next: the requester runs uko requests, and then uko approve <key> <recordId> for each key.`
    : step === "deactivate"
      ? `${stillReversible} Next: to go on, request the destruction of the keys that uko requests lists, with uko request <key>...\n  or: to end the outage of a key, run: uko reactivate ${path}`
      : `This cannot be undone. Next: to see when the keystores have deleted the material, run: uko requests`;
  return [parts.join(", "), next];
}

function sayKeystore(type: string, pendingPeriod: string | undefined): string {
  return `${plain(type, 40)}${pendingPeriod === undefined ? "" : ` (${sayPeriod(pendingPeriod)})`}`;
}

/** `PT168H` as `7 d`; any other duration as the service writes it. */
function sayPeriod(period: string): string {
  const hours = Number(/^PT(\d{1,6})H$/.exec(period)?.[1] ?? Number.NaN);
  return hours % 24 === 0 ? `${hours / 24} d` : plain(period, 40);
}

/** As one name, because the command line uses all of them. */
export const setMessages = {
  apartFacts,
  reviewedFacts,
  apartHeads,
  apartRows,
  apartTitle,
  approvalPhrase,
  leftRows,
  nothingToReview,
  resultHeads,
  sharedRows,
  reviewFacts,
  reviewHeads,
  reviewNext,
  reviewRows,
  reviewTitle,
  summariseApproval,
} as const;
