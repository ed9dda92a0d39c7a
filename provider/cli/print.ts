/**
 * Writes reports and errors: text and tables for people, or JSON lines or CSV for programs. Values in tables and the
 * texts of a campaign are made printable here; the texts of other reports and errors must arrive printable.
 */

import { isDeepStrictEqual } from "node:util";
import type { CampaignReport, NextCommand, ReportSection, ReportTable } from "../campaign/reports/report.ts";
import { jsonLine, renderExplanation, runnable } from "../compose/text.ts";
import type { Survey } from "../engine/key/sets/survey.ts";
import type { Report } from "../engine/loop/report.ts";
import type { UkoError } from "../errors.ts";
import { areDays } from "../text/iso-time.ts";
import { jsonParts } from "../text/json.ts";
import { printable, printableLines } from "../text/printable.ts";
import type { KeyPath } from "./arguments.ts";
import type { CliWorld, TextOutput } from "./cli-world.ts";
import { paint, renderTable, type Tone } from "./table.ts";

type Colors = Pick<TextOutput, "hasColors">;

/** Returns the report with commands that work on this machine, for people and for programs, which may run them. */
export function reportFor({ program }: Pick<CliWorld, "program">, report: Report): Report {
  const { explanation } = report;
  const next = explanation.next.map((step) => ({
    ...step,
    commands: step.commands.map((command) => runnable(command, program)),
  }));
  return { ...report, explanation: { ...explanation, next } };
}

/** The text of a report. On a terminal with colors, the summary and the commands to paste are highlighted. */
export function reportText({ explanation, exitCode }: Report, output: Colors = {}): string {
  const commands = new Set(explanation.next.flatMap(({ commands: each }) => each.map((command) => `    ${command}`)));
  const [summary = "", ...lines] = renderExplanation(explanation).split("\n");
  const shown = lines.map((line) => (commands.has(line) ? paint(output, "command", line) : line));
  return `${[paint(output, toneOf(exitCode), summary), ...shown].join("\n")}\n`;
}

/** The texts of the reports of one run, with blank lines between them. */
interface ReportTexts {
  next(report: Report): string;
  /** Returns the text before an error, which is shown in full, and the text after the last report. */
  end(next?: "error"): string;
}

/** Creates the texts. A key that stopped for the same reason as the one before it is shown in one line. */
export function createReportTexts(output: Colors): ReportTexts {
  let before: Report | undefined;
  let last: "nothing" | "line" | "block" = "nothing";
  let closing = "";
  const gapTo = (next: typeof last): string => {
    const gap = last === "nothing" || (last === "line" && next === "line") ? "" : "\n";
    last = next;
    return gap;
  };
  const end: ReportTexts["end"] = (next) => {
    const text = closing;
    closing = "";
    before = undefined;
    return `${text}${next === undefined ? "" : gapTo("block")}`;
  };
  return {
    end,
    next(report) {
      const isAgain = before !== undefined && report.code !== undefined && isAlike(before, report);
      const earlier = isAgain ? "" : end();
      const { summary } = report.explanation;
      const text = reportText(isAgain ? { ...report, explanation: { summary, facts: [], next: [] } } : report, output);
      const gap = gapTo(text.indexOf("\n") === text.length - 1 ? "line" : "block");
      before = report;
      if (isAgain) closing = commandForEach(report, output);
      return `${earlier}${gap}${text}`;
    },
  };
}

/**
 * The command for the other keys of the run. `uko approve` without a key lists what the reader can approve; any other
 * command needs the name of a key.
 */
function commandForEach({ explanation }: Report, output: Colors): string {
  const [command] = explanation.next.flatMap(({ commands }) => commands);
  if (command === undefined) return "";
  const [all] = /^.*\buko approve(?= )/.exec(command) ?? [];
  const text = all === undefined ? "the same command with its label" : paint(output, "command", all);
  return `  Next for each of these keys: ${text}\n`;
}

/**
 * Whether two keys stopped for the same reason. The time of day is ignored, because the keys of a run are read within
 * minutes.
 */
function isAlike({ explanation: one, code }: Report, { explanation: other, code: otherCode }: Report): boolean {
  const shared = ({ facts, state, next }: typeof one) =>
    [...facts, state ?? "", ...next.map(({ who }) => who)].map((text) => text.replaceAll(/\d\d:\d\d UTC/g, "UTC"));
  return code === otherCode && isDeepStrictEqual(shared(one), shared(other));
}

function toneOf(exitCode: number): Tone {
  if (exitCode === 10 || exitCode === 11) return "waiting";
  return exitCode === 0 ? "strong" : "refused";
}

export function reportJson(report: Report): string {
  return `${jsonLine(report)}\n`;
}

export function errorText(error: UkoError, output: Colors = {}): string {
  const detail = error.detail === "" ? [] : error.detail.split("\n");
  return `${[paint(output, "refused", error.summary), ...detail.map((line) => `  ${line}`), `  [${error.code}]`].join("\n")}\n`;
}

/** `key` is absent if the error concerns the whole run. */
export function errorJson(error: UkoError, key?: Partial<KeyPath>): string {
  const { code, summary, detail } = error;
  return `${jsonLine({ v: 1, ...key, error: { code, summary, detail }, exitCode: error.exitCode })}\n`;
}

/** Writes an error: to standard output for a program, and to standard error for a person. */
export function printError(world: CliWorld, error: UkoError, json: boolean, key?: Partial<KeyPath>): void {
  if (json) world.out.write(errorJson(error, key));
  else world.err.write(errorText(error, world.err));
}

export interface OutputForm {
  readonly json?: true;
}

export function printReport({ out }: CliWorld, { json }: OutputForm, report: CampaignReport): void {
  if (json === true) {
    for (const part of jsonParts({ v: 1, ...report.data, exitCode: report.exitCode }, jsonLine)) out.write(part);
    out.write("\n");
  } else out.write(`${textOf(out, report)}\n`);
}

function textOf(output: TextOutput, { summary, sections, next }: CampaignReport): string {
  const parts = [paint(output, "strong", oneLine(summary)), ...sections.map((each) => sectionText(output, each))];
  if (next.length > 0) {
    parts.push(["Next:", ...next.flatMap((each) => commandLines(output, each))].join("\n"));
  }
  return parts.join("\n\n");
}

function commandLines(output: TextOutput, { command, remark }: NextCommand): readonly string[] {
  return [
    `  ${paint(output, "command", oneLine(command))}`,
    ...(remark === undefined ? [] : [`    ${oneLine(remark)}`]),
  ];
}

/** The width to which a cell may be cut, because `--json` shows it whole. The first column is never cut. */
const minWidth = 10;
/** Columns that a person decides by are cut late or never. */
const longer: Readonly<Record<string, number>> = { "waits for": 30 };
const whole: ReadonlySet<string> = new Set([
  ...["key", "label", "by", "first expires", "why", "blocked", "late because", "description"],
]);

function sectionText(output: TextOutput, { title, table, lines = [] }: ReportSection): string {
  const columns = table?.columns.map((head, at) => ({
    head: head.toUpperCase(),
    ...(at > 0 && !whole.has(head) && { minWidth: longer[head] ?? minWidth }),
    ...((table.rows.every((row) => row[at] === "-") || (head === "key" && isNamed(table))) && {
      isOptional: true as const,
    }),
  }));
  const hasDays = table?.columns.some((_, at) => areDays(table.rows.map((row) => row[at]))) === true;
  return [
    paint(output, "head", oneLine(hasDays ? `${title} (dates in UTC)` : title)),
    ...(table === undefined ? [] : [renderTable(output, { columns: columns ?? [], rows: table.rows })]),
    ...lines.map((line) => `  ${oneLine(line)}`),
  ].join("\n");
}

/**
 * Whether labels name the keys, as a table shows them. A narrow terminal then leaves their IDs out, because a cut ID
 * cannot be pasted.
 */
function isNamed({ columns, rows }: ReportTable): boolean {
  const at = columns.indexOf("label");
  const names = new Set(rows.map((row) => printable(row[at] ?? "")));
  return at >= 0 && !names.has("") && names.size === rows.length;
}

/** Makes a text printable on one line. It may quote a file of the campaign folder, which anyone who commits can write. */
function oneLine(text: string): string {
  return printableLines(text).replaceAll("\n", " ");
}

/** Reports each vault and key that could not be read, and returns their exit codes. The other keys are still shown. */
export function writeUnreadable(world: CliWorld, { unreadable }: Pick<Survey, "unreadable">, json: boolean): number[] {
  for (const { vaultId, keyId, error } of unreadable) {
    const what = keyId === undefined ? `Vault ${vaultId}` : `Key ${vaultId}/${keyId}`;
    if (json) printError(world, error, true, { vaultId, ...(keyId !== undefined && { keyId }) });
    else world.err.write(`${what}: ${error.summary}\n`);
  }
  return unreadable.map(({ error }) => error.exitCode);
}
