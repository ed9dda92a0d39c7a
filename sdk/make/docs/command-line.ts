/** The reference of the command line and its man page, from the commands themselves. */

import type { Command } from "commander";
import type { UkoWorld } from "../../../provider/cli/cli-world.ts";
import { type CommandName, examples, generalHelp, helpProse, listed, variables } from "../../../provider/cli/help.ts";
import { namesOf } from "../../../provider/cli/help-layout.ts";
import { buildProgram } from "../../../provider/cli/program.ts";
import { withProgress } from "../../../provider/cli/run.ts";
import { exitCodes, mostSevereFirst } from "../../../provider/errors.ts";
import { capital } from "../../../provider/text/printable.ts";

const unused = (): never => {
  throw new Error("no command runs while its reference is written");
};
/** The world of a program that is described and never run. Help needs no service, and the texts have no width of a terminal. */
export const unstartedWorld: UkoWorld = {
  version: "",
  environment: {},
  ...withProgress({ write: unused }, { write: unused }),
  readInput: unused,
  signal: new AbortController().signal,
  openOperations: unused,
  openLogin: unused,
  runProgram: unused,
  startEmulator: unused,
  startConsole: unused,
  advanceEmulator: unused,
  readErrorPage: unused,
  machine: { system: "linux", processor: "x64", home: "", providerFolder: "" },
};

type Group = (typeof listed)[CommandName][0];

/** What the reader does with the commands of each group. */
const purposes: Readonly<Record<Group, string>> = {
  Inspect: "list keys, and show and prove what happened to them",
  Delete: "request, approve and continue a deletion",
  Undo: "undo or hold a deletion",
  Fleet: "clean up a vault, and retire many keys by a date",
  "Set up": "log in, check your setup, install the provider, and start the emulator",
};

/** A command as both forms show it. */
interface Described {
  readonly name: string;
  readonly group: Group;
  readonly says: string;
  readonly usage: string;
  readonly prose: readonly string[];
  readonly items: readonly Item[];
  readonly examples: readonly (readonly [what: string, command: string])[];
}

/** An argument, an option, or a variable. */
type Item = readonly [term: string, says: string];

function describedCommands(): readonly Described[] {
  const program = buildProgram(unstartedWorld, () => {});
  const helper = program.createHelp();
  const walk = (command: Command, path: string, group: Group): readonly Described[] => {
    const name = `${path} ${command.name()}`;
    const top = command.name() as CommandName;
    const isTop = path === "uko";
    return [
      {
        name,
        group,
        says: command.description(),
        usage: `${path} ${namesOf(command).join("|")} ${command.usage()}`,
        prose: isTop ? paragraphsOf(helpProse[top] ?? "") : [],
        items: [
          ...helper
            .visibleArguments(command)
            .map((each): Item => [helper.argumentTerm(each), helper.argumentDescription(each)]),
          ...helper
            .visibleOptions(command)
            .map((each): Item => [helper.optionTerm(each), helper.optionDescription(each)]),
        ],
        examples: isTop ? (examples[top] ?? []) : [],
      },
      ...command.commands.filter((each) => each.name() !== "help").flatMap((each) => walk(each, name, group)),
    ];
  };
  const position = (command: Command): number => Object.keys(listed).indexOf(command.name());
  const sorted = program.commands.toSorted((one, other) => position(one) - position(other));
  return sorted
    .filter((command) => command.name() !== "help")
    .flatMap((command) => walk(command, "uko", listed[command.name() as CommandName][0]));
}

/** Paragraphs without the line ends of the source; indented lines are left out. */
function paragraphsOf(text: string): readonly string[] {
  return text
    .split(/\n{2,}/)
    .filter((block) => !/^ |\n /.test(block))
    .map((block) => block.trim().replaceAll("\n", " "))
    .filter((block) => block !== "");
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
const sentence = (text: string): string => `${text.replaceAll(/\. (?=[A-Z])/g, ".\n").replaceAll("<", "&lt;")}`;

function table(heads: string, items: readonly Item[]): string {
  const rows = items.map(([term, says]) => `| \`${term.replaceAll("|", "\\|")}\` | ${cell(says)} |`);
  return [`| ${heads} |`, "| --- | --- |", ...rows].join("\n");
}

/** The pages below `provider/docs/reference`: `cli.md`, the index, and one for each group of commands. */
export function commandLinePages(): ReadonlyMap<string, string> {
  const commands = describedCommands();
  const groups = (Object.keys(purposes) as Group[]).map((group) => {
    return [group, commands.filter((each) => each.group === group)] as const;
  });
  const pages = groups.map(([group, own]) => [pageOf(group), groupPage(group, own)] as const);
  return new Map([["cli.md", commandLineIndex(groups)], ...pages]);
}

const pageOf = (group: Group): string => `cli-${group.toLowerCase().replaceAll(" ", "-")}.md`;
const generatedBy = "The page is generated from the commands: `npm run schema` writes it.";

function groupPage(group: Group, commands: readonly Described[]): string {
  return `${[
    `# The command line: ${group.toLowerCase()}`,
    `Commands with which you ${purposes[group]}.\n${generatedBy}\n[The index](cli.md) says how to name keys, and lists variables and exit codes.`,
    ...commands.map(commandSection),
  ].join("\n\n")}\n`;
}

function commandSection({ name, says, usage, prose, items, examples: shown }: Described): string {
  return [
    `## ${name}`,
    `${cell(says)}.`,
    `\`\`\`text\n${usage}\n\`\`\``,
    ...(items.length === 0 ? [] : [table("argument or option | meaning", items)]),
    ...prose.map(sentence),
    ...shown.map(([what, command]) => `${capital(what)}:\n\n\`\`\`sh\n${command}\n\`\`\``),
  ].join("\n\n");
}

function commandLineIndex(groups: readonly (readonly [Group, readonly Described[]])[]): string {
  const sections = groups.flatMap(([group, commands]) => [
    `## ${group}`,
    [
      "| command | meaning |",
      "| --- | --- |",
      ...commands.map(({ name, says }) => {
        const anchor = name.replaceAll(" ", "-");
        // Links to a command on this page lead to its row.
        return `| <a id="${anchor}"></a>[\`${name}\`](${pageOf(group)}#${anchor}) | ${cell(says)} |`;
      }),
    ].join("\n"),
  ]);
  return `${[
    "# The command line",
    `Every command of \`uko\`, with the variables and exit codes of all commands.\n${generatedBy}\nThe man page \`uko.1\` next to it has all commands on one page.`,
    ...paragraphsOf(generalHelp).map(sentence),
    "With `--debug`, every command prints a line for each call on standard error, without any secret.",
    ...sections,
    "## Environment",
    table("variable | meaning", Object.entries(variables)),
    "## Exit codes",
    table("exit code | meaning", Object.entries(exitCodes)),
    `With several keys, the most severe code counts: ${mostSevereFirst.join(", ")}.\n[Errors and waits](errors.md) explains the codes in brackets; \`uko explain\` prints the same text.`,
  ].join("\n\n")}\n`;
}

/** `provider/docs/reference/uko.1`. */
export function commandLineManPage(): string {
  const items = (all: readonly Item[]): readonly string[] =>
    all.flatMap(([term, says]) => [".TP", `.B ${roff(term)}`, roff(says)]);
  const commands = describedCommands().flatMap(({ name, says, usage, prose, items: described, examples: shown }) => [
    `.SS ${roff(name)}`,
    `${roff(says)}.`,
    ".PP",
    `.B ${roff(usage)}`,
    ...items(described),
    ...prose.flatMap((paragraph) => [".PP", roff(paragraph)]),
    ...(shown.length === 0
      ? []
      : [".PP", ".nf", ...shown.flatMap(([what, command]) => [`# ${roff(what)}`, roff(command)]), ".fi"]),
  ]);
  return `${[
    '.TH UKO 1 "" "uko" "User Commands"',
    ".SH NAME",
    "uko \\- delete encryption keys in IBM Unified Key Orchestrator, with the approval of two people",
    ".SH SYNOPSIS",
    ".B uko",
    "[\\-\\-debug] \\fIcommand\\fR [\\fIarguments\\fR]",
    ".SH DESCRIPTION",
    ...paragraphsOf(generalHelp).flatMap((paragraph) => [".PP", roff(paragraph)]),
    ".SH COMMANDS",
    ...commands,
    ".SH ENVIRONMENT",
    ...items(Object.entries(variables)),
    ".SH EXIT STATUS",
    ...items(Object.entries(exitCodes)),
  ].join("\n")}\n`;
}

/** Text that troff prints as it is. */
function roff(text: string): string {
  const escaped = text.replaceAll("`", "").replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("…", "...");
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
