/** The encoding of reports and errors: text for people, one line of JSON for machines. */

import { jsonLine, renderExplanation } from "../compose.ts";
import type { Report } from "../engine/loop/report.ts";
import type { UkoError } from "../errors.ts";
import type { KeyPath } from "./arguments.ts";

export function reportText(report: Report): string {
  return `${renderExplanation(report.explanation)}\n`;
}

export function reportJson(report: Report): string {
  return `${jsonLine(report)}\n`;
}

export function errorText(error: UkoError): string {
  const detail = error.detail === "" ? [] : error.detail.split("\n");
  return `${[error.summary, ...detail.map((line) => `  ${line}`), `  [${error.code}]`].join("\n")}\n`;
}

/** `key` is absent if the error concerns the whole run. */
export function errorJson(error: UkoError, key?: Partial<KeyPath>): string {
  const { code, summary, detail } = error;
  return `${jsonLine({ v: 1, ...key, error: { code, summary, detail }, exitCode: error.exitCode })}\n`;
}
