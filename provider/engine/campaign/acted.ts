/** The results of an acting command for each key, and their report. */

import { asUkoError, mostSevere } from "../../errors.ts";
import type { ManyResults } from "../loop/many.ts";
import type { Report } from "../loop/report.ts";
import { count, plain } from "../text/words.ts";
import { csvTable } from "./csv.ts";
import { type CampaignReport, type ReportSection, section, tableOf } from "./report.ts";

/** One key after the command. Only `acted` means that the command changed it. */
export interface ActedKey {
  readonly name: string;
  readonly label: string;
  readonly outcome: "acted" | "unchanged" | "left" | "failed";
  readonly says: string;
  readonly code?: string;
  readonly exitCode: number;
}

interface NamedKey {
  readonly name: string;
  readonly line: { readonly label: string };
}

/** Keys with a reason each. */
export const reasonColumns = { label: "label", key: "name", why: "says" } as const;

/** The outcome of a report on one key, which says itself whether anything was changed. */
export function actedFrom({ name, line: { label } }: NamedKey, report: Report): ActedKey {
  const { taken, explanation, code, exitCode } = report;
  const outcome = taken.length > 0 ? "acted" : exitCode === 0 || exitCode === 11 ? "unchanged" : "left";
  return { name, label, outcome, says: explanation.summary, ...(code !== undefined && { code }), exitCode };
}

export function withoutStep({ name, line: { label } }: NamedKey, says: string): ActedKey {
  return { name, label, outcome: "left", says, exitCode: 0 };
}

/** An error about one key. */
export function failedOn({ name, line: { label } }: NamedKey, thrown: unknown): ActedKey {
  const { code, summary, exitCode } = asUkoError(thrown);
  return { name, label, outcome: "failed", says: summary, code, exitCode };
}

export interface ActedReport {
  /** The verb in the past, such as `Requested deactivate for`. */
  readonly did: string;
  readonly wave: string;
  readonly keys: readonly ActedKey[];
  /** Keys that the command did not start with, by reason. */
  readonly apart: readonly ActedKey[];
  readonly run: Pick<ManyResults<unknown>, "unstarted" | "stoppedBy">;
  /** What else the run found, after the keys that failed. */
  readonly found?: readonly ReportSection[];
  readonly next: readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

export function reportActed({ did, wave, keys, apart, run, found = [], next, data = {} }: ActedReport): CampaignReport {
  const acted = keys.filter(({ outcome }) => outcome === "acted");
  const unchanged = keys.filter(({ outcome }) => outcome === "unchanged");
  const left = [...keys.filter(({ outcome }) => outcome === "left"), ...apart];
  const failed = keys.filter(({ outcome }) => outcome === "failed");
  const stop = run.stoppedBy === undefined ? undefined : asUkoError(run.stoppedBy);
  const parts = [
    `${did} ${count(acted.length, "key")} of wave "${wave}"`,
    ...(unchanged.length > 0 ? [`${unchanged.length} unchanged`] : []),
    ...(left.length > 0 ? [`${left.length} unaffected`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(run.unstarted > 0 ? [`${run.unstarted} not started`] : []),
  ];
  const stopLine = stop === undefined ? [] : [`${stop.summary} [${stop.code}]`, "The same command continues."];
  return {
    summary: parts.join("; "),
    sections: [
      ...section("Why the run stopped", { lines: stopLine }),
      ...section("Failed", { table: tableOf(failed, shownColumns) }),
      ...found,
      ...section("Not changed, with the reason", { table: tableOf(left, shownColumns) }),
      ...section("Unchanged", { table: tableOf(unchanged, shownColumns) }),
    ],
    next,
    exitCode: mostSevere([...keys.map(({ exitCode }) => exitCode), ...(stop === undefined ? [] : [stop.exitCode])]),
    data: { wave, ...data, keys: [...keys, ...apart], unstarted: run.unstarted, ...(stop && { stoppedBy: stop.code }) },
    csv: csvTable(
      ["key", "label", "outcome", "code", "says"],
      [...keys, ...apart].map(({ name: key, code = "", ...rest }) => ({ key, code, ...rest })),
    ),
  };
}

const shownColumns = {
  label: ({ label }: ActedKey) => plain(label, 60),
  key: ({ name }: ActedKey) => name,
  why: ({ says, code }: ActedKey) => plain(code === undefined ? says : `${says} [${code}]`, 300),
};
