/**
 * Creates the parser of a program with its name, version, help and options, and runs one command to its end. Errors
 * become messages and an exit code; nothing is thrown.
 */

import { Command, CommanderError } from "commander";
import { asUkoError, UkoError } from "../errors.ts";
import { capital } from "../text/printable.ts";
import type { CliWorld } from "./cli-world.ts";
import { helpColumns, namesOf } from "./help-layout.ts";
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
    // The parser also throws after it has shown the help or the version.
    if (thrown instanceof CommanderError && (thrown.exitCode === 0 || thrown.code === "commander.help")) return 0;
    const error = thrown instanceof CommanderError ? misused(commandOf(program, typed), thrown) : asUkoError(thrown);
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
      // Shows the help if a group of commands was typed without one of them.
      writeErr: (text) => world.out.write(text),
      // Errors are not written here, because they are reported where they are caught.
      outputError: () => {},
      getOutHelpWidth: () => helpColumns(world.out),
      getErrHelpWidth: () => helpColumns(world.out),
    });
}

/** The innermost command among the typed words; of `uko help campaign stats`, it is `uko campaign`. */
function commandOf(program: Command, [word, ...others]: readonly string[]): Command {
  if (word === "help" || word?.startsWith("-") === true) return commandOf(program, others);
  const named = program.commands.find((each) => namesOf(each).includes(word ?? ""));
  return named === undefined ? program : commandOf(named, others);
}

/**
 * Turns an error of the parser, such as `error: unknown command 'stauts'\n(Did you mean status?)`, into an error of uko.
 */
function misused(command: Command, { message }: CommanderError): UkoError {
  const [first = "", ...others] = message.replace(/^error: /, "").split("\n");
  const what = command.commands.length > 0 ? "commands" : "arguments and options";
  return new UkoError("UKO_USAGE_INVALID", {
    summary: capital(first),
    detail: [...others, `${pathOf(command)} --help lists the ${what}.`].join("\n"),
  });
}

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
