/** The simulator's moves come from the program's own tables: what can write and has no move fails here, or fails to compile. */

import { expect, test } from "vitest";
import { resourceNames } from "../../provider/resources/registry.ts";
import { openConsole, startCliWorld } from "../console/console-world.ts";
import { moves } from "../support/moves.ts";
import { consoleForms } from "./console.ts";
import { linesOfCommands } from "./draw.ts";
import { resourceMoves } from "./engine.ts";

test("each command that writes has a move", () => {
  const writing = Object.entries(moves).flatMap(([command, row]) => ("writes" in row ? [command] : []));
  expect(writing.filter((command) => linesOfCommands[command] === undefined)).toEqual([]);
});

test("each form of the console has a move, or a reason", async () => {
  const world = await startCliWorld();
  const console = openConsole(world, "bob", { campaign: { folder: "/nowhere", name: "none" } });
  try {
    expect(Object.keys(consoleForms).toSorted()).toEqual([...console.forms].toSorted());
  } finally {
    await console.close();
    await world.close();
  }
});

test("the program of the engine declares each resource", () => {
  expect(Object.keys(resourceMoves).toSorted()).toEqual([...resourceNames].toSorted());
});
