/**
 * The progress of a long run: one line rewritten in place on a terminal, a line per change
 * elsewhere.
 */

import type { Progress } from "../engine/ports/world.ts";
import type { TextOutput } from "./cli-world.ts";

export interface ProgressLine extends Progress {
  /** Erases the line, so that the following text takes its place. */
  clear(): void;
}

export const eraseLine = "\r\u001b[2K";

export function createProgressLine(output: TextOutput): ProgressLine {
  const { columns } = output;
  let shown = "";
  const isTerminal = columns !== undefined;
  const report = (line: string): void => {
    if (line === shown) return;
    shown = line;
    output.write(isTerminal ? `${eraseLine}${shorten(line, columns)}` : `${line}\n`);
  };
  return {
    report,
    ...(isTerminal && { count: report }),
    clear() {
      if (isTerminal && shown !== "") output.write(eraseLine);
      shown = "";
    },
  };
}

/** A line that wraps could not be rewritten in place. */
function shorten(line: string, columns: number): string {
  const characters = Array.from(line);
  return characters.length < columns ? line : `${characters.slice(0, Math.max(0, columns - 2)).join("")}…`;
}
