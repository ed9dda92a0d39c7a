/**
 * Builds the smaller `uko` that the executables of the plugins contain, with the commands about single keys, `approve`
 * and `whoami`. A person can thus approve without installing `uko` itself.
 */

import type { Command } from "commander";
import { addApproveCommand } from "./approve-command.ts";
import type { CliWorld } from "./cli-world.ts";
import { createProgram, runProgram } from "./command-line.ts";
import { appendHelpToCommands, proseFor } from "./help-layout.ts";
import { addKeyCommands } from "./key-commands.ts";
import { tracedWorld } from "./run.ts";
import { addWhoamiCommand } from "./whoami-command.ts";

const notes = `
In examples and messages, uko stands for this executable. The other commands, such as uko requests, are only in uko, which
is an archive of the release.`;

/** Runs a command. `name` is the file name of the executable. */
export function runKeyProgram(typed: readonly string[], name: string, world: CliWorld): Promise<number> {
  return runProgram(typed, world, (untraced, end) => buildKeyProgram(name, untraced, end));
}

export function buildKeyProgram(name: string, untraced: CliWorld, end: (exitCode: number) => void): Command {
  const program = createProgram(name, untraced).description(
    "Serves an engine, which starts it. For people, it answers these commands of uko:",
  );
  const world = tracedWorld(program, untraced);
  program.addHelpText("afterAll", () => proseFor(world.out, notes));
  addKeyCommands({ program, world, end });
  addApproveCommand(program, world, end);
  addWhoamiCommand(program, world);
  appendHelpToCommands(program, world);
  return program;
}
