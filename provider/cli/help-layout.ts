/**
 * Lays out the help: wraps texts to the width of the terminal, groups the commands, and refuses an unknown command with
 * the name that is nearest.
 */

import { Command, CommanderError, Help } from "commander";
import type { CliWorld, TextOutput } from "./cli-world.ts";
import { type CommandName, examples, firstTimeHelp, helpProse, helpTopics, listed, rootHelp } from "./help.ts";

/** The widest help, because wider lines are hard to read. */
const maxColumns = 110;
const minColumns = 40;

export function helpColumns({ columns = maxColumns }: TextOutput): number {
  return Math.max(minColumns, Math.min(columns, maxColumns));
}

/** Wraps paragraphs to the width of help. The description of an indented item continues below its own beginning. */
export function proseFor(output: TextOutput, text: string): string {
  const columns = helpColumns(output);
  const joined = text.replaceAll(/(?<=[^\n:])\n(?=[^\s|-])/g, " ");
  return joined
    .split("\n")
    .flatMap((line) => wrapLine(line, columns))
    .join("\n");
}

function wrapLine(line: string, columns: number): readonly string[] {
  const [, item = "", description = ""] = /^(\s+\S.*?\s{2,}|\s*)(.*)$/.exec(line) ?? [];
  const indent = item.length > columns / 2 ? 4 : item.length;
  const lines = new Help().boxWrap(description, columns - indent).split("\n");
  return lines.map((each, index) => (index === 0 ? `${item}${each}` : `${" ".repeat(indent)}${each}`).trimEnd());
}

export function groupCommands(program: Command): void {
  const order = Object.keys(listed);
  for (const command of program.commands) {
    const found = Object.entries(listed).find(([name]) => name === command.name())?.[1];
    if (found !== undefined) command.helpGroup(`${found[0]}:`).summary(found[1]);
  }
  const position = (command: Command): number => order.indexOf(command.name());
  program.configureHelp({
    subcommandTerm: (command) => namesOf(command).join("|"),
    visibleCommands: (command) =>
      new Help().visibleCommands(command).toSorted((one, other) => position(one) - position(other)),
  });
}

export const namesOf = (command: Command): readonly string[] => [command.name(), ...command.aliases()];

export function addHelpCommand(program: Command, world: CliWorld): void {
  program
    .command("help")
    .description(`Show help for a command, or about: ${Object.keys(helpTopics).join(", ")}`)
    .argument("[command...]", "a command or a topic")
    .action((names: readonly string[]) => {
      const topic = Object.entries(helpTopics).find(([each]) => each === names.join(" "))?.[1];
      if (topic !== undefined) return world.out.write(`${proseFor(world.out, topic)}\n`);
      let shown = program;
      for (const name of names) {
        const command = shown.commands.find((each) => namesOf(each).includes(name));
        shown = command ?? refuseUnknown(name, shown, shown === program ? Object.keys(helpTopics) : []);
      }
      return shown.outputHelp();
    });
}

/** Throws the error of the parser about an unknown command, with the name that is nearest, if the parent has any. */
export function refuseUnknown(name: string, parent: Command, topics: readonly string[] = []): never {
  const near = didYouMean(name, [...topics, ...parent.commands.flatMap(namesOf)]);
  const unknown = parent.commands.length > 0 ? name : `${parent.name()} ${name}`;
  return parent.error([`error: unknown command '${unknown}'`, ...near].join("\n"));
}

/** The line `(Did you mean status?)`, as the parser writes it; no line if no name is near. */
export function didYouMean(typed: string, names: readonly string[]): readonly string[] {
  const known = new Command().exitOverride().configureOutput({ outputError: () => {} });
  for (const name of names) known.addCommand(new Command(name));
  try {
    known.parse([typed], { from: "user" });
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.message.split("\n").slice(1);
    throw thrown;
  }
  return [];
}

export function appendHelpToCommands(program: Command, { out }: CliWorld): void {
  const names = Object.keys(examples) as readonly CommandName[];
  for (const command of program.commands) {
    const name = names.find((each) => each === command.name());
    if (name !== undefined) command.addHelpText("after", () => commandHelp(out, name));
  }
}

function commandHelp(output: TextOutput, name: CommandName): string {
  const prose = helpProse[name];
  const shown = examples[name].map(([what, command]) => `  # ${what}\n  ${command}`);
  const title = shown.length === 1 ? "Example" : "Examples";
  return `${prose === undefined ? "" : `${proseFor(output, prose)}\n`}\n${title}:\n${shown.join("\n")}`;
}

export function addGeneralHelp(program: Command, world: CliWorld): void {
  program.addHelpText("after", () => proseFor(world.out, rootHelp));
  if (world.environment.UKO_INSTANCE_ID === undefined)
    program.addHelpText("after", () => proseFor(world.out, firstTimeHelp));
}
