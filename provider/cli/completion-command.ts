/**
 * `uko completion`: prints a script that completes commands, options, keys and vaults in bash, zsh and fish. The script
 * gets the names of keys and vaults by `uko completion --names`. Anyone who may set the label of a key could put shell
 * code into it. So a name is completed only if it consists of ASCII letters, digits, dots, underscores, hyphens and
 * slashes.
 */

import { Argument, type Command, Option } from "commander";
import type { CliWorld } from "./cli-world.ts";
import { helpTopics } from "./help.ts";
import { namesOf } from "./help-layout.ts";
import { withOperations } from "./run.ts";

const shells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof shells)[number];

const nameKinds = ["keys", "vaults"] as const;
type NameKind = (typeof nameKinds)[number];

interface Word {
  readonly name: string;
  readonly says: string;
  readonly options: readonly Flag[];
  /** The possible values of its arguments, if they are few. */
  readonly choices: readonly string[];
  /** The kind of names that the arguments have, keys or vaults, which the script gets from uko. */
  readonly names?: NameKind;
}

interface Flag {
  readonly name: string;
  readonly says: string;
  /** The value of the option: none, one of a few words, a file, a vault by any name, or another text. */
  readonly value:
    | { readonly kind: "none" | "file" | "vaults" | "other" }
    | { readonly kind: "choices"; readonly of: readonly string[] };
}

export function addCompletionCommand(program: Command, world: CliWorld): void {
  program
    .command("completion")
    .description("Print a script that completes commands and options in your shell")
    .addArgument(new Argument("<shell>", "your shell").choices(shells))
    .addOption(new Option("--names <kind>", "print the names that the script offers, instead").choices(nameKinds))
    .action(async (shell: Shell, { names }: { readonly names?: NameKind }) => {
      if (names === undefined)
        world.out.write(scripts[shell](wordsOf(program), program.options.map(flagOf).concat(helpFlag)));
      else world.out.write((await namesToComplete(world, names)).map((name) => `${name}\n`).join(""));
    });
}

/** The longest time that a completion may take. */
const maxWaitMs = 3_000;
const maxNames = 1_000;
/**
 * The names that are completed. A shell evaluates what it completes, and another person can set a label, so names with
 * other characters are left out.
 */
const safeName = /^[A-Za-z0-9._][A-Za-z0-9._/-]*$/;

/** Returns the names to complete; none without settings, without a connection or after any error. */
async function namesToComplete(world: CliWorld, kind: NameKind): Promise<readonly string[]> {
  try {
    const signal = AbortSignal.any([world.signal, AbortSignal.timeout(maxWaitMs)]);
    const silent = { ...world, err: { write: () => {} }, signal };
    return await withOperations(silent, async ({ directory, options }) => {
      const kinds = kind === "keys" ? (["key"] as const) : (["vault"] as const);
      const { objects } = await directory.list({ vaults: [], kinds }, options);
      const names = objects.map((each) => (each.resource === "key" ? `${each.vault}/${each.label}` : each.name));
      return names.filter((name) => safeName.test(name)).slice(0, maxNames);
    });
  } catch {
    return [];
  }
}

const helpFlag: Flag = { name: "--help", says: "show help", value: { kind: "none" } };

function wordsOf(program: Command): readonly Word[] {
  const words = program.commands.flatMap((command) =>
    namesOf(command).map((name) => ({
      name,
      says: command.description(),
      options: [...flagsOf(command), helpFlag],
      ...argumentsOf(command),
      choices: [
        ...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
        ...command.commands.map((each) => each.name()),
      ],
    })),
  );
  const choices = [...words.map(({ name }) => name), ...Object.keys(helpTopics)];
  return words.map((word) => (word.name === "help" ? { ...word, choices } : word));
}

/** The kind of names that a command's arguments have, if they are keys or vaults. */
function argumentsOf(command: Command): Pick<Word, "names"> {
  const [argument] = command.registeredArguments.map((each) => each.name());
  if (argument === "vault") return { names: "vaults" };
  const takesKeys = argument === "key" && command.name() !== "audit";
  return takesKeys ? { names: "keys" } : {};
}

/** The options of a command; a group of commands has the options of all of them. */
function flagsOf(command: Command): readonly Flag[] {
  const flags = [command, ...command.commands].flatMap(({ options }) => options.map(flagOf));
  return [...new Map(flags.map((flag) => [flag.name, flag])).values()];
}

function flagOf({ long, description, flags, required, optional, argChoices }: Option): Flag {
  const takesFile = /<(file|folder)>/.test(flags);
  const takesName = flags.endsWith("<vault>");
  const takesValue = required || optional;
  const kind = takesFile ? "file" : takesName ? "vaults" : takesValue ? "other" : "none";
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

function bashCase({ name, options, choices, names }: Word): string {
  const words = [...choices, namesIn(options)].join(" ").trim();
  const offer = `COMPREPLY=($(compgen -W "${words}" -- "$current"))`;
  if (names === undefined) return `    ${name}) ${offer} ;;`;
  // Options are completed without a call to uko.
  const asked = `COMPREPLY=($(compgen -W "$(${namesCommand("bash", names)})" -- "$current"))`;
  return `    ${name}) if [[ "$current" == -* ]]; then ${offer}; else ${asked}; fi ;;`;
}

function namesCommand(shell: Shell, names: NameKind): string {
  return `uko completion ${shell} --names ${names} 2>/dev/null`;
}

function bashValues({ name, options }: Word): readonly string[] {
  return options
    .filter(({ value }) => value.kind !== "none")
    .map(({ name: flag, value }) => `    "${name} ${flag}") ${bashValue(value)}return ;;`);
}

function bashValue(value: Flag["value"]): string {
  if (value.kind === "choices") return `COMPREPLY=($(compgen -W "${value.of.join(" ")}" -- "$current")); `;
  if (value.kind === "vaults")
    return `COMPREPLY=($(compgen -W "$(${namesCommand("bash", "vaults")})" -- "$current")); `;
  return value.kind === "file" ? 'COMPREPLY=($(compgen -f -- "$current")); ' : "";
}

function zshCase({ name, options, choices, names }: Word): string {
  const flags = options.map(({ name: flag, says, value }) =>
    quoted(`*${flag}[${says.replaceAll(/[[\]:]/g, "\\$&")}]${zshValue(value)}`),
  );
  const asked = names === undefined ? " " : zshNames(names);
  const rest = choices.length === 0 ? quoted(`*:argument:${asked}`) : quoted(`*:argument:(${choices.join(" ")})`);
  return `    ${name}) shift words; (( CURRENT-- )); _arguments ${[...flags, rest].join(" ")} ;;`;
}

function zshValue(value: Flag["value"]): string {
  if (value.kind === "choices") return `:value:(${value.of.join(" ")})`;
  return { none: "", file: ":file:_files", vaults: `:value:${zshNames("vaults")}`, other: ":value: " }[value.kind];
}

function zshNames(names: NameKind): string {
  return `{compadd -- \${(f)"$(${namesCommand("zsh", names)})"}}`;
}

function fishLines({ name, says, options, choices, names }: Word): readonly string[] {
  const inside = `complete -c uko -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
  return [
    `complete -c uko -n __fish_use_subcommand -a ${name} -d ${quoted(says)}`,
    ...options.map((flag) => `${inside} -l ${flag.name.slice(2)}${fishValue(flag.value)} -d ${quoted(flag.says)}`),
    ...(choices.length === 0 ? [] : [`${inside} -a ${quoted(choices.join(" "))}`]),
    ...(names === undefined ? [] : [`${inside} -a ${quoted(`(${namesCommand("fish", names)})`)}`]),
  ];
}

function fishValue(value: Flag["value"]): string {
  if (value.kind === "choices") return ` -x -a ${quoted(value.of.join(" "))}`;
  const vaults = ` -x -a ${quoted(`(${namesCommand("fish", "vaults")})`)}`;
  return { none: "", file: " -r -F", vaults, other: " -x" }[value.kind];
}

function namesIn(named: readonly { readonly name: string }[]): string {
  return named.map(({ name }) => name).join(" ");
}

/** Quotes a text for any of the three shells: in single quotes, with the text's own single quotes outside of them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
