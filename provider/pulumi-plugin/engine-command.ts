/**
 * Finds out from the command line of the parent process, which only Linux shows, which command of the Pulumi CLI
 * started this plugin. The result words a message and decides nothing else.
 */

import { readFileSync } from "node:fs";

/** The first word of the command line that is not an option, such as `destroy`. Undefined if it is not known. */
export function engineCommand(pid: number): string | undefined {
  try {
    const [program = "", ...words] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return /(?:^|[/\\])pulumi(?:\.exe)?$/.test(program) ? words.find((word) => !word.startsWith("-")) : undefined;
  } catch {
    return undefined;
  }
}
