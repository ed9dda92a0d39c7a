/**
 * Writes the tables and sentences about many keys for the person who reviews them, and the results of the approval as
 * text and as data.
 */

import {
  answerWithinMs,
  kindOf,
  type Review,
  type ReviewHeader,
  type ReviewKind,
  type ReviewLine,
} from "../../../lifecycle/consent/review.ts";
import { rights } from "../../../lifecycle/vocabulary/managed-key-states.ts";
import { withoutPeriod } from "../../../text/printable.ts";
import type { Report } from "../../loop/report.ts";
import {
  allStillReversible,
  cannotBeUndone,
  count,
  linesByReason,
  maxNamed,
  nameOrPath,
  plain,
  sayAuthor,
  sayRoles,
  sayTimeAndDistance,
  stillReversible,
} from "../../text/words.ts";
import type { Approving, KeyResult } from "./approve-set.ts";
import type { KeyInReview, SetReview } from "./review-set.ts";

export function sayKeystores({ keystores }: Pick<ReviewLine, "keystores">): string {
  return keystores.map(({ type, pendingPeriod }) => sayKeystore(type, pendingPeriod)).join(", ");
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

/** The keys that the review does not cover, for machines. */
export function describeApart({ apart }: SetReview): readonly object[] {
  return apart.map(({ vaultId, keyId, label, why }) => ({ vaultId, keyId, label, why }));
}

export function keysOfKind(kind: ReviewKind, keys: number): string {
  if (kind === "kms") return count(keys, "KMS key");
  const all = count(keys, "key");
  return kind === "managed" ? all : `${all} that ${keys === 1 ? "was" : "were"} never active`;
}

/** The first thing to read: what the approval does, and whether it can be undone. */
export function reviewTitle(keys: readonly unknown[], review: Review): string {
  const { step } = review.header;
  if (step === "deactivate") {
    return keys.length === 1
      ? `Deactivate 1 key. Everything that uses it stops working. ${stillReversible}`
      : `Deactivate ${keys.length} keys. Everything that uses them stops working. ${allStillReversible}`;
  }
  return `Destroy ${keysOfKind(kindOf(review), keys.length)}. This cannot be undone.`;
}

export function whoRequested(keys: readonly Pick<KeyInReview, "record">[]): readonly string[] {
  const [first] = keys;
  if (first === undefined) return [];
  return [`${sayAuthor(first.record)} requested ${keys.length === 1 ? "the step" : "all of them"}.`];
}

/** Until when the person answers. */
export function reviewLimits({ reviewedAtMs }: ReviewHeader, nowMs: number): string {
  return `Answer until ${sayTimeAndDistance(reviewedAtMs + answerWithinMs, nowMs)}. The answer counts for 4 hours, in this process.`;
}

/** Every key that the run left as it was, by the reason. */
export function linesOfSkippedKeys(results: readonly KeyResult[]): readonly string[] {
  const left = results.filter((result) => !isDone(result));
  return linesByReason(
    left.map((result) => ({
      label: result.label,
      why: result.kind === "failed" ? result.error.summary : whyLeft(result.report),
    })),
  );
}

/** A missing right also says which role has it: of keys in different states, other roles may take the step. */
function whyLeft({ code, explanation: { summary, facts } }: Report): string {
  return code === "UKO_RIGHTS_MISSING" ? withoutPeriod([summary, ...facts.slice(0, 1)].join(". ")) : summary;
}

/** Whether the approved step was taken, or the approval stored, whatever the deletion waits for next. */
export function isDone(result: KeyResult): boolean {
  if (result.kind === "failed") return false;
  const { code, taken } = result.report;
  return code === undefined || taken.some((step) => step === "deactivate" || step === "destroy");
}

export function exitCodeOf(result: KeyResult): number {
  return result.kind === "failed" ? result.error.exitCode : result.report.exitCode;
}

/** The result of an approval, `98 keys deactivated, 2 left`, and what comes next. */
export function summarizeApproval(
  results: readonly KeyResult[],
  { step, reviewedAtMs }: Pick<ReviewHeader, "step"> & Partial<Pick<ReviewHeader, "reviewedAtMs">>,
  { stores, names = new Map() }: Omit<Approving, "each"> & { readonly names?: ReadonlyMap<string, string> },
): readonly string[] {
  const nameOf = ({ label, vaultId, keyId }: NamedReport): string =>
    names.get(`${vaultId}/${keyId}`) ?? nameOrPath({ label, vaultId, keyId });
  const reports = results.flatMap((result) => (result.kind === "reported" && isDone(result) ? [result.report] : []));
  const here = reports.filter(({ taken }) => taken.length > 0);
  const verb = stores ? "approved" : step === "deactivate" ? "deactivated" : "destroyed";
  const parts = [
    `${count(here.length, "key")} ${verb}`,
    ...(reports.length > here.length ? [`${reports.length - here.length} ${verb} before`] : []),
    ...(results.length > reports.length ? [`${results.length - reports.length} left`] : []),
  ];
  const powerless = stores ? [] : results.filter((result) => codeOf(result) === "UKO_RIGHTS_MISSING");
  if (reports.length === 0) return [parts.join(", "), ...withoutRight(powerless, nameOf)];
  const next = stores
    ? storedNext(reports, reviewedAtMs)
    : step === "destroy"
      ? destroyedNext(reports)
      : deactivatedNext(reports, nameOf);
  return [parts.join(", "), ...next, ...withoutRight(powerless, nameOf)];
}

function codeOf(result: KeyResult): string | undefined {
  return result.kind === "failed" ? result.error.code : result.report.code;
}

/**
 * The advice for keys for which the role is missing. The service reports a missing role only when the step is tried.
 */
function withoutRight(powerless: readonly KeyResult[], nameOf: NameOf): readonly string[] {
  return storeInstead(powerless.map(({ label, ref }) => nameOf({ label, ...ref })));
}

type NamedReport = Required<Pick<Report, "label" | "vaultId" | "keyId">>;
/** What commands call the key. */
type NameOf = (key: NamedReport) => string;

/** The command with which the requester's next run takes the step, of which this run cannot be the one. */
export function storeInstead(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const who = `  Next: to let the requester's next run take the step, with the role ${sayRoles(rights.writeTags)}, run`;
  return names.length > maxNamed
    ? [`${who} the same command with --store.`]
    : [`${who}:`, `    uko approve ${names.join(" ")} --store`];
}

function storedNext(reports: readonly Report[], nowMs: number | undefined): readonly string[] {
  const ends = reports.flatMap(({ deletion: { recordExpiresAt } }) =>
    recordExpiresAt === undefined ? [] : [Date.parse(recordExpiresAt)],
  );
  const which = reports.length === 1 ? "The approval" : "The first of these approvals";
  return [
    "  Nothing was changed yet. The requester's next run takes the step: the engine, or uko continue.",
    ...(nowMs === undefined || ends.length === 0
      ? []
      : [`  ${which} expires on ${sayTimeAndDistance(Math.min(...ends), nowMs)}.`]),
  ];
}

/** A key that was never active has no pending period, so its metadata can be removed at once, by another role. */
function destroyedNext(reports: readonly Report[]): readonly string[] {
  if (reports.some(({ lifecycleState }) => lifecycleState !== "destroyed")) {
    return [
      `  ${cannotBeUndone}`,
      "  Next: to see when the keystores have deleted the material, run:",
      "    uko requests",
    ];
  }
  const names = reports.map(({ vaultId, keyId }) => `${vaultId}/${keyId}`);
  const who =
    "  Next: to remove the metadata, which the vault still holds, someone with the role Vault Administrator runs";
  return names.length > maxNamed
    ? [`  ${cannotBeUndone}`, `${who} the destroy of their program, or uko continue --step remove.`]
    : [`  ${cannotBeUndone}`, `${who}:`, `    uko continue ${names.join(" ")}`];
}

/** A command about more than a few keys chooses them by their vaults. */
function deactivatedNext(reports: readonly Report[], nameOf: NameOf): readonly string[] {
  const isOne = reports.length === 1;
  const names = reports.map(({ label = "", vaultId, keyId }) => nameOf({ label, vaultId, keyId }));
  const vaults = [...new Set(reports.map(({ vaultId }) => `--vault ${vaultId}`))];
  const which = names.length > maxNamed ? `--state deactivated ${vaults.join(" ")}` : names.join(" ");
  return [
    `  ${isOne ? stillReversible : allStillReversible}`,
    "  Next: to go on, request the destruction:",
    `    uko request ${which}`,
    ...(isOne
      ? ["    or: to end the outage, run:", `    uko reactivate ${names[0]}`]
      : ["    or: to end the outage of a key, run uko reactivate with its label."]),
  ];
}

function sayKeystore(type: string, pendingPeriod: string | undefined): string {
  return `${plain(type, 40)}${pendingPeriod === undefined ? "" : ` (${sayPeriod(pendingPeriod)})`}`;
}

/** Writes `PT168H` as `7 d`, and any other duration as the service writes it. */
function sayPeriod(period: string): string {
  const hours = Number(/^PT(\d{1,6})H$/.exec(period)?.[1] ?? Number.NaN);
  return hours % 24 === 0 ? `${hours / 24} d` : plain(period, 40);
}
