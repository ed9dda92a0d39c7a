/** Files and outputs with one JSON object a line: evidence, reports, recordings, and what `--json` prints of several keys. */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const jsonLines = <Line>(text: string): readonly Line[] =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Line]));

export const linesIn = <Line>(file: string): readonly Line[] => jsonLines(readFileSync(file, "utf8"));

/** The lines of all files with this ending in a folder, such as the evidence of a campaign. */
export const linesBelow = <Line>(folder: string): readonly Line[] =>
  readdirSync(folder).flatMap((name) => (name.endsWith(".jsonl") ? linesIn<Line>(path.join(folder, name)) : []));
