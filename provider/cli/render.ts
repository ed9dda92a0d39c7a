/** The encoding of reports and errors: text for people, one line of JSON for machines. */

import { jsonLine, renderExplanation } from "../compose-text.ts";
import type { Report } from "../engine/loop/report.ts";
import type { UkoError } from "../errors.ts";
import type { KeyPath } from "./arguments.ts";
import type { TextOutput } from "./cli-world.ts";
import { paint, type Tone } from "./table.ts";

/** The summary by how the run ended, and the commands to paste, stand out on a terminal with colors. */
export function reportText({ explanation, exitCode }: Report, output: Colors = {}): string {
  const commands = new Set(explanation.next.flatMap(({ commands: each }) => each.map((command) => `    ${command}`)));
  const [summary = "", ...lines] = renderExplanation(explanation).split("\n");
  const shown = lines.map((line) => (commands.has(line) ? paint(output, "command", line) : line));
  return `${[paint(output, toneOf(exitCode), summary), ...shown].join("\n")}\n`;
}

type Colors = Pick<TextOutput, "hasColors">;

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
