/** The frame of each program with commands: its name, version, help and errors. */

import { Command, CommanderError } from "commander";
import { asUkoError, UkoError } from "../errors.ts";
import { capital } from "../text/printable.ts";
import type { CliWorld } from "./cli-world.ts";
import { helpColumns } from "./help-layout.ts";
import { printError } from "./print.ts";

/** Adds the commands; `end` receives the exit code of the one that was run. */
export type Build<World> = (world: World, end: (exitCode: number) => void) => Command;

/** Runs one command to its end; `typed` are the arguments after the program's name. Never throws. */
export async function runProgram<World extends CliWorld>(
  typed: readonly string[],
  world: World,
  build: Build<World>,
): Promise<number> {
  let exitCode = 0;
  const program = build(world, (code) => {
    exitCode = code;
  });
  try {
    if (typed.length === 0) program.outputHelp();
    else await program.parseAsync(typed, { from: "user" });
    return exitCode;
  } catch (thrown) {
    // Help and version also end by throwing.
    if (thrown instanceof CommanderError && (thrown.exitCode === 0 || thrown.code === "commander.help")) return 0;
    const error = thrown instanceof CommanderError ? misused(program, thrown) : asUkoError(thrown);
    printError(world, error, typed.includes("--json"));
    return error.exitCode;
  }
}

export function createProgram(name: string, world: CliWorld): Command {
  return new Command(name)
    .version(world.version, "-V, --version", "show the version")
    .option("--debug", "print a line for each call: method, path, status and correlation ID, and no secret")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.out.write(text),
      // The help of a command that was typed without one of its own commands.
      writeErr: (text) => world.out.write(text),
      // An error is reported once, where it is caught.
      outputError: () => {},
      getOutHelpWidth: () => helpColumns(world.out),
      getErrHelpWidth: () => helpColumns(world.out),
    });
}

/** `error: unknown command 'stauts'\n(Did you mean status?)`, in the form of this project's errors. */
function misused(program: Command, { message }: CommanderError): UkoError {
  const [first = "", ...others] = message.replace(/^error: /, "").split("\n");
  const name = program.name();
  return new UkoError("UKO_INPUT_INVALID", {
    summary: capital(first),
    detail: [...others, `${name} --help lists the commands, ${name} <command> --help their arguments.`].join("\n"),
  });
}
