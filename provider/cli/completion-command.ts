/**
 * `uko completion`: prints a script that completes commands, options and their fixed values. The script never calls
 * uko, so a shell evaluates no text that another person can set, such as the label of a key.
 */

import { Argument, type Command, type Option } from "commander";
import type { CliWorld } from "./cli-world.ts";
import { helpTopics } from "./help.ts";
import { namesOf } from "./help-layout.ts";

const shells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof shells)[number];

interface Word {
  readonly name: string;
  readonly says: string;
  readonly options: readonly Flag[];
  /** The possible values of its arguments, if they are few. */
  readonly choices: readonly string[];
}

interface Flag {
  readonly name: string;
  readonly says: string;
  /** The value of the option: none, one of a few words, a file, or another text. */
  readonly value:
    | { readonly kind: "none" | "file" | "other" }
    | { readonly kind: "choices"; readonly of: readonly string[] };
}

export function addCompletionCommand(program: Command, world: CliWorld): void {
  program
    .command("completion")
    .description("Print a script that completes commands and options in your shell")
    .addArgument(new Argument("<shell>", "your shell").choices(shells))
    .action((shell: Shell) => {
      world.out.write(scripts[shell](wordsOf(program), program.options.map(flagOf).concat(helpFlag)));
    });
}

const helpFlag: Flag = { name: "--help", says: "show help", value: { kind: "none" } };

function wordsOf(program: Command): readonly Word[] {
  const words = program.commands.flatMap((command) =>
    namesOf(command).map((name) => ({
      name,
      says: command.description(),
      options: [...flagsOf(command), helpFlag],
      choices: [
        ...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
        ...command.commands.map((each) => each.name()),
      ],
    })),
  );
  const choices = [...words.map(({ name }) => name), ...Object.keys(helpTopics)];
  return words.map((word) => (word.name === "help" ? { ...word, choices } : word));
}

/** The options of a command; a group of commands has the options of all of them. */
function flagsOf(command: Command): readonly Flag[] {
  const flags = [command, ...command.commands].flatMap(({ options }) => options.map(flagOf));
  return [...new Map(flags.map((flag) => [flag.name, flag])).values()];
}

function flagOf({ long, description, flags, required, optional, argChoices }: Option): Flag {
  const takesFile = /<(file|folder)>/.test(flags);
  const takesValue = required || optional;
  const kind = takesFile ? "file" : takesValue ? "other" : "none";
  const value: Flag["value"] = argChoices === undefined ? { kind } : { kind: "choices", of: argChoices };
  return { name: long ?? "", says: description, value };
}

const scripts: Readonly<Record<Shell, (words: readonly Word[], own: readonly Flag[]) => string>> = {
  bash: (words, own) => `# uko in bash: source <(uko completion bash)
_uko() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" word=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ "$word" != -* ]]; then command="$word"; break; fi
  done
  COMPREPLY=()
  case "$command $previous" in
${words.flatMap(bashValues).join("\n")}
  esac
  case "$command" in
    "") COMPREPLY=($(compgen -W "${namesIn([...words, ...own])}" -- "$current")) ;;
${words.map(bashCase).join("\n")}
  esac
}
complete -F _uko uko
`,

  zsh: (words, own) => `#compdef uko
# uko in zsh: source <(uko completion zsh)
_uko() {
  local -a commands=(
${words.map(({ name, says }) => `    ${quoted(`${name}:${says.replaceAll(":", "\\:")}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    compadd -- ${namesIn(own)}
    return
  fi
  case "$words[2]" in
${words.map(zshCase).join("\n")}
  esac
}
if [[ "$funcstack[1]" == _uko ]]; then _uko "$@"; else compdef _uko uko; fi
`,

  fish: (words, own) =>
    [
      "# uko in fish: uko completion fish | source",
      "complete -c uko -f",
      ...own.map(({ name, says }) => `complete -c uko -n __fish_use_subcommand -l ${name.slice(2)} -d ${quoted(says)}`),
      ...words.flatMap(fishLines),
      "",
    ].join("\n"),
};

function bashCase({ name, options, choices }: Word): string {
  const words = [...choices, namesIn(options)].join(" ").trim();
  return `    ${name}) COMPREPLY=($(compgen -W "${words}" -- "$current")) ;;`;
}

function bashValues({ name, options }: Word): readonly string[] {
  return options
    .filter(({ value }) => value.kind !== "none")
    .map(({ name: flag, value }) => `    "${name} ${flag}") ${bashValue(value)}return ;;`);
}

function bashValue(value: Flag["value"]): string {
  if (value.kind === "choices") return `COMPREPLY=($(compgen -W "${value.of.join(" ")}" -- "$current")); `;
  return value.kind === "file" ? 'COMPREPLY=($(compgen -f -- "$current")); ' : "";
}

function zshCase({ name, options, choices }: Word): string {
  const flags = options.map(({ name: flag, says, value }) =>
    quoted(`*${flag}[${says.replaceAll(/[[\]:]/g, "\\$&")}]${zshValue(value)}`),
  );
  const rest = choices.length === 0 ? quoted("*:argument: ") : quoted(`*:argument:(${choices.join(" ")})`);
  return `    ${name}) shift words; (( CURRENT-- )); _arguments ${[...flags, rest].join(" ")} ;;`;
}

function zshValue(value: Flag["value"]): string {
  if (value.kind === "choices") return `:value:(${value.of.join(" ")})`;
  return { none: "", file: ":file:_files", other: ":value: " }[value.kind];
}

function fishLines({ name, says, options, choices }: Word): readonly string[] {
  const inside = `complete -c uko -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
  return [
    `complete -c uko -n __fish_use_subcommand -a ${name} -d ${quoted(says)}`,
    ...options.map((flag) => `${inside} -l ${flag.name.slice(2)}${fishValue(flag.value)} -d ${quoted(flag.says)}`),
    ...(choices.length === 0 ? [] : [`${inside} -a ${quoted(choices.join(" "))}`]),
  ];
}

function fishValue(value: Flag["value"]): string {
  if (value.kind === "choices") return ` -x -a ${quoted(value.of.join(" "))}`;
  return { none: "", file: " -r -F", other: " -x" }[value.kind];
}

function namesIn(named: readonly { readonly name: string }[]): string {
  return named.map(({ name }) => name).join(" ");
}

/** Quotes a text for any of the three shells: in single quotes, with the text's own single quotes outside of them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
