/** The search for the entry of the skip list about a test. */

import path from "node:path";
import type { InterfaceName } from "../interface-names.ts";
import type { Skip } from "../skips.ts";

export interface RunningTest {
  readonly userInterface: InterfaceName;
  readonly isOnWire: boolean;
  /** Its file, with folder and ending. */
  readonly file: string;
  /** Its title with the table's values filled in. */
  readonly title: string;
}

export function findSkip(
  skips: readonly Skip[],
  { userInterface, isOnWire, file, title }: RunningTest,
): Skip | undefined {
  const name = path.basename(file, ".test.ts");
  return skips
    .filter(({ needs }) => needs !== "cli" || isOnWire)
    .find((skip) => skip.userInterface === userInterface && skip.file === name && formOf(skip.title).test(title));
}

function formOf(title: string): RegExp {
  const parts = title.split(/%[sdj]|\$\w+/).map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}
