/** Reads an evidence file line by line, and the head record next to it. */

import { readFile } from "node:fs/promises";
import { UkoError } from "../errors.ts";
import { type HashedLine, hashedLines } from "./line-stream.ts";

/** Passes each line on, and returns the head record. Throws UKO_INPUT_INVALID. */
export async function readEvidenceFile(path: string, add: (line: HashedLine) => void): Promise<string | undefined> {
  try {
    for await (const line of hashedLines(path)) add(line);
  } catch (error) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The evidence file ${path} could not be read`,
      detail: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
  return readFile(`${path}.head`, "utf8").catch(() => undefined);
}
