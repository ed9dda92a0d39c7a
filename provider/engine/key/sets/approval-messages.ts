/**
 * Writes the text that a person reads before an approval. One key is shown in full. For many keys, the counts and the
 * exceptions come first, so that they do not get lost in a long list. The file also writes the table of all requests
 * that wait for the caller.
 */

import { keyPathOf } from "../../../lifecycle/consent/review.ts";
import { rights } from "../../../lifecycle/vocabulary/managed-key-states.ts";
import type { ApprovedStep } from "../../../lifecycle/vocabulary/observation.ts";
import { nextLines } from "../../text/explanation.ts";
import {
  cannotBeUndone,
  capital,
  count,
  linesByReason,
  maxNamed,
  nameOrPath,
  plain,
  quotedName,
  sayAuthor,
  sayFirst,
  sayLabel,
  sayRoles,
  sayTimeAndDistance,
  sayUse,
  sayWhatOpens,
  stepNouns,
  stillReversible,
  withoutKeyName,
} from "../../text/words.ts";
import { coversMost, exceptionClasses, isCommonplace, type KeyAmongMany, type SummarizedKey } from "../exceptions.ts";
import { sayReleasedHolds } from "../text/hold-words.ts";
import { sayOutsideCampaign, sayWhoRequested } from "../text/record-words.ts";
import { sayDetail, sayShownKey } from "../text/shown-key-words.ts";
import { sayUnapproved } from "../text/unapproved-words.ts";
import type { KeyApart, KeyInReview, PendingGroup } from "./review-set.ts";
import { keysOfKind, sayKeystores, storeInstead } from "./set-messages.ts";

/** The name of each vault by its ID; an ID without a name stands for itself. */
export type VaultNames = ReadonlyMap<string, string>;

const sayVault = (id: string, names: VaultNames): string => plain(names.get(id) ?? id, 60);

export const groupHeads = ["APPROVE", "REQUESTED BY", "VAULT", "KEYS"] as const;

/** One cell for each of `groupHeads`. */
export function groupCells({ step, kind, vaultId, keys }: PendingGroup, vaults: VaultNames): readonly string[] {
  const [first] = keys;
  const record = first?.observation.carried.record;
  return [
    `${step} ${keysOfKind(kind, keys.length)}`,
    record === undefined ? "" : sayAuthor(record),
    sayVault(vaultId, vaults),
    sayFirst(keys.map(({ observation }) => sayLabel(observation.facts.label, 40))),
  ];
}

export const nothingToApprove = "No request of another person is waiting for your approval.";

type LeftKey = Pick<KeyApart, "label" | "why">;

/** The most reasons that stand before a question, so that they do not push the classes out of sight. */
const maxReasons = 8;
/** The most remedies that are shown, because each has several lines. */
const maxRemedies = 2;

/** A tag on a key can make a reason of thousands of characters, which a terminal shows on many lines. */
const maxReasonLength = 200;

const shortReasons = (apart: readonly LeftKey[]): readonly string[] =>
  linesByReason(apart).map((line) => `  ${plain(line, maxReasonLength)}`);

/** The keys that stand apart, by the reason: at most ten lines. */
export function sayApart(apart: readonly LeftKey[], act: "approve" | "request" = "approve"): readonly string[] {
  if (apart.length === 0) return [];
  const reasons = shortReasons(apart);
  const hidden = reasons.length - maxReasons;
  return [
    `You cannot ${act} ${count(apart.length, "key")} now:`,
    ...reasons.slice(0, maxReasons),
    ...(hidden > 0 ? [`  and keys for ${count(hidden, "other reason")}`] : []),
  ];
}

/** Says why each key stays out of this approval, how to approve what is too early, and how to mend the first refusals. */
export function explainKeysApart(apart: readonly KeyApart[]): readonly string[] {
  const early = apart.filter(({ isStorable }) => isStorable);
  const refused = apart.filter(({ remedy }) => remedy !== undefined);
  // The first key stands for all keys with the same reason.
  const firsts = Array.from(
    Map.groupBy(refused, ({ label, why }) => withoutKeyName(why, label)).values(),
    ([first]) => first,
  );
  return [
    ...sayApart(apart),
    ...storeInstead(early.map(nameOrPath)),
    ...firsts
      .slice(0, maxRemedies)
      .flatMap((key) =>
        key?.remedy === undefined
          ? []
          : nextLines(firsts.length > 1 ? `Next, for ${nameOrPath(key)}:` : "Next:", key.remedy),
      ),
  ];
}

/** Every key that stands apart with its whole reason, if the lines before the question leave out anything of it. */
export function sayEachApart(apart: readonly LeftKey[]): readonly string[] {
  const whole = linesByReason(apart, apart.length);
  const isShort = whole.length <= maxReasons && shortReasons(apart).every((line, at) => line === whole[at]);
  return isShort ? [] : whole;
}

/** The keys whose campaigns approve them, by the wave. */
export function explainLed(led: readonly KeyApart[]): readonly string[] {
  return [
    `${count(led.length, "key")} ${led.length === 1 ? "waits" : "wait"} for approval in a campaign:`,
    ...linesByReason(led),
  ];
}

export const purpose = (step: ApprovedStep, stores: boolean): string =>
  stores ? `store your approval of the ${stepNouns[step]}` : step;

/**
 * Says to a person who stores an approval which role the requester needs, and that the person may not have to store it.
 * The service does not report which roles a person has, so the sentences name the role. A key that waits for time can
 * only be approved with --store.
 */
export function actInstead(keys: readonly KeyInReview[]): readonly string[] {
  const [first] = keys;
  if (first === undefined) return [];
  const { record, line } = first;
  const right = line.kind === "never-active" ? rights.destroyUnused : rights[record.step];
  const roles = sayRoles(right);
  return [
    `  The next run of ${sayAuthor(record)} takes the step, if this person has the role ${roles}.`,
    ...(keys.every(({ isReady }) => isReady)
      ? [`  If you have the role ${roles} yourself, approve without --store: the step is then taken now.`]
      : []),
  ];
}

/** What the approval of one key does, and whether it can be undone. */
export function titleOfApproval({ line, record }: KeyInReview): string {
  const key = `key ${quotedName(line.label, 100)}`;
  return record.step === "deactivate"
    ? `Deactivate ${key}. Everything that uses it stops working. ${stillReversible}`
    : `Destroy ${key}. ${cannotBeUndone}`;
}

/** What the approval opens, the key and who asks, then the key as `sayShownKey` says it, and what comes next. */
export function describeOne(key: KeyInReview, vaults: VaultNames): readonly string[] {
  const { line, record, shown, nowMs, releasedHolds, unapproved, waitsFor } = key;
  return [
    ...sayWhatOpens(record.step),
    `Key: ${keyPathOf(line)}${vaults.has(line.vaultId) ? `, in vault ${sayVault(line.vaultId, vaults)}` : ""}.`,
    sayWhoRequested(record),
    ...(unapproved === undefined ? [] : [sayUnapproved(unapproved, record)]),
    ...sayReleasedHolds(releasedHolds),
    ...sayOutsideCampaign(key.leader),
    ...sayShownKey(shown, nowMs),
    ...(waitsFor === undefined ? [] : [`${waitsFor}.`]),
  ];
}

/** The keys that a person should look at before they approve many at once, with the reasons as one clause. */
export function keysToLookAt<Key extends KeyAmongMany>(keys: readonly Key[]) {
  const classes = exceptionClasses(keys)
    .filter((each) => !isCommonplace(keys, each))
    .map(({ found, ...each }) => ({ ...each, found: new Set(found) }));
  return keys.flatMap((key) => {
    const reasons = classes.flatMap(({ word, rule, found }) =>
      found.has(key) ? [`${word}, ${rule}${sayDetail(word, key.shown, key.noted)}`] : [],
    );
    return reasons.length === 0 ? [] : [{ key, why: reasons.join("; ") }];
  });
}

/** Every unusual key by name, if the lines of the classes leave out names. */
export function sayExceptions(keys: readonly KeyAmongMany[]): readonly string[] {
  if (exceptionClasses(keys).every((each) => each.found.length <= maxNamed || isCommonplace(keys, each))) return [];
  const labels = Map.groupBy(keys, ({ line }) => line.label);
  return keysToLookAt(keys).map(({ key: { line }, why }) => `${labelIn(line, labels)}: ${why}`);
}

/**
 * The lines just before the question: a line for each class of unusual keys, the rarest first, with its rule and at most
 * five names, or `most`. A class that has most of the keys says so without names.
 */
export function sayClasses(keys: readonly KeyAmongMany[], most = maxNamed): readonly string[] {
  // An approval shows its only key above these lines.
  const only = keys.length === 1 && keys[0]?.record !== undefined ? keys[0] : undefined;
  const labels = Map.groupBy(keys, ({ line }) => line.label);
  return exceptionClasses(keys).map((each) => {
    const { word, rule, found } = each;
    const share = found.length === keys.length ? `All ${found.length}` : `Most, ${found.length} of ${keys.length},`;
    if (coversMost(keys, each)) return `${share} are ${word}, ${rule}.`;
    if (only !== undefined) return `${capital(word)}, ${rule}${sayDetail(word, only.shown, only.noted)}.`;
    const names = found.map((key) => `${labelIn(key.line, labels)}${sayDetail(word, key.shown, key.noted)}`);
    return `${found.length} ${word}, ${rule}: ${sayFirst(names, most)}.`;
  });
}

/** What stands just before the question about many keys: the classes, then what the person cannot approve. */
export function sayLast(keys: readonly KeyAmongMany[], apart: readonly LeftKey[], act?: "request"): readonly string[] {
  return [...sayClasses(keys), ...sayApart(apart, act)];
}

/** Since when and why, and the keys by vault, template and keystores. */
export function sayCounts(keys: readonly SummarizedKey[], vaults: VaultNames): readonly string[] {
  const [first] = keys;
  const earliest = keys.length === 1 ? "The request" : "The earliest request";
  const reason = commonReason(keys);
  return [
    ...(first === undefined ? [] : sayWhatOpens(first.record.step, keys.length)),
    ...(first === undefined ? [] : [`${earliest} was made on ${sayTimeAndDistance(earliestMs(keys), first.nowMs)}.`]),
    ...(reason === undefined ? [] : [`Reason${keys.length === 1 ? "" : " of each request"}: ${plain(reason, 500)}`]),
    `Vaults: ${countsOf(keys, ({ line }) => sayVault(line.vaultId, vaults))}.`,
    `Templates: ${countsOf(keys, ({ shown }) => shown.template)}.`,
    `Keystores: ${countsOf(keys, ({ line }) =>
      line.keystores
        .map(({ type }) => type)
        .toSorted()
        .join(" and "),
    )}.`,
  ];
}

function commonReason(keys: readonly SummarizedKey[]): string | undefined {
  const [first] = keys;
  return keys.every(({ line }) => line.reason === first?.line.reason) ? first?.line.reason : undefined;
}

/** The list of many keys. A column in which every key has the same value is left out, because the summary has it. */
export function listKeys(
  keys: readonly SummarizedKey[],
  vaults: VaultNames,
): { readonly heads: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const isOneVault = new Set(keys.map(({ line }) => line.vaultId)).size === 1;
  const hasCommonReason = commonReason(keys) !== undefined;
  const labels = Map.groupBy(keys, ({ line }) => line.label);
  const columns = [
    { head: "LABEL", cell: ({ line }: SummarizedKey) => labelIn(line, labels) },
    ...(isOneVault ? [] : [{ head: "VAULT", cell: ({ line }: SummarizedKey) => sayVault(line.vaultId, vaults) }]),
    { head: "CREATED", cell: ({ shown }: SummarizedKey) => shown.createdAt?.slice(0, 10) ?? "" },
    { head: "USED BY", cell: ({ line, shown }: SummarizedKey) => sayUseInList(line, shown.usedBy) },
    { head: "KEYSTORES", cell: ({ line }: SummarizedKey) => sayKeystores(line) },
    {
      head: "NOTE",
      cell: ({ line, waitsFor = "" }: SummarizedKey) =>
        [waitsFor, hasCommonReason ? "" : plain(line.reason ?? "", 80)].filter((text) => text !== "").join("; "),
    },
  ];
  const rows = keys.map((key) => columns.map(({ cell }) => cell(key)));
  const kept = columns.flatMap((_column, at) => (rows.some((row) => row[at] !== "") ? [at] : []));
  return {
    heads: kept.map((at) => columns[at]?.head ?? ""),
    rows: rows.map((row) => kept.map((at) => row[at] ?? "")),
  };
}

/** The label, and the ID if another of these keys has the same label. */
function labelIn({ label, keyId }: KeyAmongMany["line"], labels: ReadonlyMap<string, readonly KeyAmongMany[]>): string {
  return (labels.get(label)?.length ?? 0) > 1 ? `${sayLabel(label)} (${keyId})` : sayLabel(label);
}

/** The first resource, and a count of the others; only a count where a list does not name them. */
function sayUseInList(
  { resources, keystores }: SummarizedKey["line"],
  usedBy: SummarizedKey["shown"]["usedBy"],
): string {
  const [first, ...others] = usedBy ?? [];
  if (first === undefined) return sayUse(resources.length, keystores);
  return `${plain(first.name, 40)}${others.length === 0 ? "" : ` and ${others.length} more`}`;
}

function earliestMs(keys: readonly SummarizedKey[]): number {
  return Math.min(...keys.map(({ record }) => record.writtenAtMs));
}

/** The names with their counts, the most frequent first: `payroll (12), cards (3)`. */
function countsOf(keys: readonly SummarizedKey[], nameOf: (key: SummarizedKey) => string): string {
  const counts = Array.from(Map.groupBy(keys, nameOf), ([name, members]) => ({ name, count: members.length }));
  const sorted = counts.toSorted((a, b) => b.count - a.count);
  return sayFirst(sorted.map(({ name, count: members }) => `${plain(name === "" ? "none" : name, 60)} (${members})`));
}
