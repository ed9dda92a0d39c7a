/** The output of a campaign command: tables for people, JSON or CSV for machines. */

import { jsonLine } from "../../compose-text.ts";
import type { CampaignReport, ReportSection } from "../../engine/campaign/report.ts";
import type { CliWorld, TextOutput } from "../cli-world.ts";
import { paint, renderTable } from "../table.ts";

export interface OutputForm {
  readonly json?: true;
  readonly csv?: true;
}

export function printReport({ out }: Pick<CliWorld, "out">, { json, csv }: OutputForm, report: CampaignReport): void {
  if (json === true) out.write(`${jsonLine({ v: 1, ...report.data, exitCode: report.exitCode })}\n`);
  else if (csv === true) out.write(report.csv ?? "");
  else out.write(`${textOf(out, report)}\n`);
}

function textOf(output: TextOutput, { summary, sections, next }: CampaignReport): string {
  const parts = [paint(output, "strong", summary), ...sections.map((each) => sectionText(output, each))];
  if (next.length > 0) parts.push(["Next:", ...next.map((line) => `  ${paint(output, "command", line)}`)].join("\n"));
  return parts.join("\n\n");
}

/** A cell may be cut, because `--csv` and `--json` show it as a whole; the first column never is. */
const minWidth = 10;

function sectionText(output: TextOutput, { title, table, lines = [] }: ReportSection): string {
  const columns = table?.columns.map((head, at) => ({ head: head.toUpperCase(), ...(at > 0 && { minWidth }) })) ?? [];
  return [
    paint(output, "head", title),
    ...(table === undefined ? [] : [renderTable(output, { columns, rows: table.rows })]),
    ...lines.map((line) => `  ${line}`),
  ].join("\n");
}
