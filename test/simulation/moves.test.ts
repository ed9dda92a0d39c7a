/** The simulator's moves come from the program's own tables: what can write and has no move fails here. */

import { expect, test } from "vitest";
import { moves } from "../support/moves.ts";
import { linesOfCommands } from "./draw.ts";

test("each command that writes has a move, and none is drawn that the program lacks", () => {
  const writing = Object.entries(moves).flatMap(([command, row]) => ("writes" in row ? [command] : []));
  const missing = writing.filter((command) => linesOfCommands[command] === undefined);
  expect(missing).toEqual([]);
});
