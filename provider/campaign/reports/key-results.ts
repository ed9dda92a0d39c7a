/**
 * Records what a command of a campaign did to each key: changed it, found nothing to do, skipped it, or failed. It
 * makes the report of all these results, with the exit code of the command.
 */

import type { ManyResults } from "../../engine/loop/many.ts";
import type { Report } from "../../engine/loop/report.ts";
import { count, plain, withoutKeyName } from "../../engine/text/words.ts";
import { asUkoError, mostSevere } from "../../errors.ts";
import {
  type CampaignReport,
  type NextCommand,
  type ReportSection,
  reasonSection,
  reportOf,
  section,
  tableOf,
} from "./report.ts";

/** One key after the command. Only `acted` means that the command changed it. */
export interface KeyResult {
  readonly key: string;
  readonly label: string;
  readonly outcome: "acted" | "unchanged" | "left" | "failed";
  readonly says: string;
  readonly code?: string;
  readonly exitCode: number;
}

export interface NamedKey {
  readonly name: string;
  readonly line: { readonly label: string };
}

/** The outcome of a report on one key, which says itself whether anything was changed. */
export function resultFrom({ name: key, line: { label } }: NamedKey, report: Report): KeyResult {
  const { taken, explanation, code, exitCode } = report;
  const outcome = outcomeOf(taken, exitCode);
  return { key, label, outcome, says: explanation.summary, ...(code !== undefined && { code }), exitCode };
}

/**
 * The outcome of the steps that were taken. A step that the service refused after its deletion window was opened counts
 * as a failure, so that the small first run shows the failure. A record that was removed before a step that then failed
 * is no change of the key.
 */
function outcomeOf(reported: Report["taken"], exitCode: number): KeyResult["outcome"] {
  const taken = reported.filter((step) => step !== "drop_record" || exitCode === 0);
  if (hasChanged(taken)) return "acted";
  if (taken.length > 0) return "failed";
  return exitCode === 0 || exitCode === 11 ? "unchanged" : "left";
}

/** A deletion window that was opened and closed again is no change. */
function hasChanged(taken: Report["taken"]): boolean {
  const isClosed = taken.lastIndexOf("unset_for_deletion") > taken.lastIndexOf("set_for_deletion");
  const isUndone = isClosed && taken.includes("set_for_deletion");
  return taken.some((step) => !isUndone || (step !== "set_for_deletion" && step !== "unset_for_deletion"));
}

/** The results of the keys in the data of a report; none if the command stopped before its keys. */
export function resultsIn({ keys }: CampaignReport["data"]): readonly KeyResult[] {
  return Array.isArray(keys) ? (keys as readonly KeyResult[]) : [];
}

/** Whether the run may have sent a call that changes the key, whatever the service answered. */
export function isCall({ outcome, code }: KeyResult): boolean {
  return outcome === "acted" || outcome === "failed" || code !== undefined;
}

export function withoutStep({ name: key, line: { label } }: NamedKey, says: string): KeyResult {
  return { key, label, outcome: "left", says, exitCode: 0 };
}

/** An error about one key. */
export function failedOn({ name: key, line: { label } }: NamedKey, thrown: unknown): KeyResult {
  const { code, summary, exitCode } = asUkoError(thrown);
  return { key, label, outcome: "failed", says: summary, code, exitCode };
}

export interface ResultsReport {
  /** The verb in the past, such as `Requested the deactivation of`. */
  readonly did: string;
  readonly wave: string;
  readonly keys: readonly KeyResult[];
  /** Keys that the command did not start with, by reason. */
  readonly apart: readonly KeyResult[];
  /** How many keys the next run takes, once a person has checked the keys of this one. */
  readonly later?: number;
  readonly run: Pick<ManyResults<unknown>, "unstarted" | "stoppedBy">;
  /** What else the run found, after the keys that failed. */
  readonly found?: readonly ReportSection[];
  readonly next: readonly NextCommand[];
  readonly data?: Readonly<Record<string, unknown>>;
}

export function reportResults(report: ResultsReport): CampaignReport {
  const { did, wave, keys, apart, later = 0, run, found = [], next, data = {} } = report;
  const all = [...keys, ...apart];
  const of = (wanted: KeyResult["outcome"]) => keys.filter(({ outcome }) => outcome === wanted);
  const acted = of("acted");
  const failed = Map.groupBy(of("failed"), ({ code }) => code === "UKO_CANCELED");
  const stop = run.stoppedBy === undefined ? undefined : asUkoError(run.stoppedBy);
  const groups = [
    { says: "interrupted", title: "Interrupted: the step may have been taken", keys: failed.get(true) ?? [] },
    { says: "failed", title: "Failed", keys: failed.get(false) ?? [] },
    { says: "unaffected", title: "Not changed, with the reason", keys: [...of("left"), ...apart] },
    { says: "unchanged", title: "Unchanged", keys: of("unchanged") },
  ];
  const numbers = [
    ...groups.map(({ says, keys: { length } }) => ({ says, length })),
    { says: "to follow after your check", length: later },
    { says: "not started", length: run.unstarted },
  ];
  const others = numbers.filter(({ length }) => length > 0).map(({ says, length }) => `${length} ${says}`);
  const stopLine = stop === undefined ? [] : [`${stop.summary} [${stop.code}]`, "The same command continues."];
  return reportOf({
    summary: [`${did} ${count(acted.length, "key")} of wave "${wave}"`, ...others].join("; "),
    parts: [
      { data: { wave, ...data, keys: all, unstarted: run.unstarted } },
      { sections: section("Why the run stopped", { lines: stopLine }), exitCode: stop?.exitCode ?? 0 },
      stop === undefined ? [] : { data: { stoppedBy: stop.code } },
      later === 0 ? [] : section("Check these keys before the rest", { table: tableOf(acted, namingColumns) }),
      found,
      ...groups.map(({ title, keys: members }) => reasonSection(title, tableOf(members, reasonColumns))),
      { exitCode: mostSevere([...keys, ...apart].map(({ exitCode }) => exitCode)) },
    ],
    next,
  });
}

const namingColumns = {
  label: ({ label }: KeyResult) => plain(label, 60),
  key: "key",
} as const;
/** Keys with a reason each. */
export const reasonColumns = {
  ...namingColumns,
  why: ({ says, label, code }: KeyResult) => {
    const why = withoutKeyName(says, label);
    return plain(code === undefined ? why : `${why} [${code}]`, 300);
  },
};
