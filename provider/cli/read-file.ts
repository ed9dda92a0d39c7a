/** The reader of files that commands take as input, with a limit; `-` is standard input. */

import { readFile, stat } from "node:fs/promises";
import { UkoError } from "../errors.ts";
import type { CliWorld } from "./cli-world.ts";

const maxBytes = 512 * 1024 * 1024;

/** `what` names the content, `next` says how to write the file. Throws UKO_INPUT_INVALID. */
export async function readInputFile(
  world: Pick<CliWorld, "readInput">,
  file: string,
  { what, next }: { readonly what: string; readonly next: string },
): Promise<string> {
  try {
    if (file === "-") return await world.readInput();
    const { size } = await stat(file);
    if (size > maxBytes) throw new Error("it is larger than 512 MiB");
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `Could not read ${what} from ${file === "-" ? "standard input" : file}`,
      detail: `${error instanceof Error ? error.message : "unknown fault"}\nNext: ${next}`,
    });
  }
}

/** Appends a file to the previous ones, for an option that can be repeated. */
export function collectFiles(file: string, before: readonly string[] = []): readonly string[] {
  return [...before, file];
}
