/** The limits of each interface, each with its reason. Only this list leaves a scenario out of a run of an interface. */

import type { InterfaceName } from "./interface-names.ts";

export interface Skip {
  readonly userInterface: InterfaceName;
  /** The scenario's file, without folder and ending. */
  readonly file: string;
  /** The title as it stands in the file, with `%s` and `$name` where a table fills it in. */
  readonly title: string;
  /** Absent if the interface itself cannot do it; `cli` if only the engine's own CLI shows it. */
  readonly needs?: "cli";
  /** Why, in words for people: printed at each run. */
  readonly reason: string;
}

export const skips: readonly Skip[] = [];

/** How many entries each interface has above. It may fall; a rise takes a scenario from the users of that interface. */
export const skipCounts: Readonly<Record<InterfaceName, number>> = { dynamic: 0, package: 0, terraform: 0 };
