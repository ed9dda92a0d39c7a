/**
 * Defines the options that choose keys without naming each one, and finds vaults by name for commands that only read.
 */

import { type Command, Option } from "commander";
import type { KmsSelection } from "../engine/commands/find-by-name.ts";
import type { Selection, SelectionStep } from "../engine/key/sets/selection.ts";
import { readNamedText } from "../process/regular-file.ts";
import { collectVaults, invalidInput, isVaultId, parseAnyKey, type TypedKey, usageError } from "./arguments.ts";
import type { CliWorld, OpenOperations } from "./cli-world.ts";

/** The options as the parser passes them. */
export interface SelectionOptions {
  readonly vault?: readonly string[];
  readonly state?: string;
  readonly label?: string;
  readonly template?: string;
  readonly requestedBy?: string;
  readonly step?: SelectionStep;
  readonly keys?: string;
}

const requestedSteps: readonly SelectionStep[] = ["deactivate", "destroy"];

export function addSelectionOptions(command: Command, steps = requestedSteps): Command {
  const saysOfRemoval = steps.includes("remove") ? "; remove takes no other step, and needs no terminal" : "";
  return command
    .addOption(
      new Option("--vault <vault>", "the keys of this vault, by name or ID; repeatable").argParser(collectVaults),
    )
    .option("--state <state>", "only keys in this state, such as deactivated")
    .addOption(labelOption())
    .option("--template <name>", "only keys of this template")
    .option("--requested-by <person>", "only requests of this person: an IAM ID, or the name in the request")
    .addOption(new Option("--step <step>", `only keys whose next step is this one${saysOfRemoval}`).choices(steps))
    .addOption(keysOption());
}

/** The options that choose keys for a command that only reads. */
export function addReadingOptions(command: Command): Command {
  return command.addOption(labelOption()).addOption(keysOption());
}

const labelOption = (): Option =>
  new Option("--label <glob>", "only labels like this one; * stands for any text, ? for any character");

const keysOption = (): Option =>
  new Option(
    "--keys <file>",
    `the keys in this file, one name or ID a line, at most ${maxKeysText}; - reads standard input`,
  );

/** A run that chooses keys for their removal takes no other step. */
export const isRemoval = ({ step }: SelectionOptions): boolean => step === "remove";

/** Whether any option but `--keys` chooses keys. */
export function isSelecting({ keys: _keys, ...others }: SelectionOptions): boolean {
  return Object.values(others).some((value) => value !== undefined);
}

export async function selectionOf(
  run: Pick<OpenOperations, "directory">,
  { vault = [], state, label, template, requestedBy, step }: SelectionOptions,
  options: { readonly signal: AbortSignal },
): Promise<Selection> {
  return {
    vaultIds: await resolveVaults(run, vault, options),
    ...(state !== undefined && { state }),
    ...(label !== undefined && { label }),
    ...(template !== undefined && { template }),
    ...(requestedBy !== undefined && { requester: requestedBy }),
    ...(step !== undefined && { step }),
  };
}

/** The choice among the keys of Key Protect, which has no vaults, templates and stored requests. */
export function kmsSelectionOf({ vault, state, label, template, requestedBy, step }: SelectionOptions): KmsSelection {
  const others = { vault, template, "requested-by": requestedBy, step };
  const given = Object.entries(others).find(([, value]) => value !== undefined);
  if (given !== undefined) {
    throw usageError(
      `--${given[0]} does not choose keys of Key Protect`,
      "Key Protect has no vaults, templates, deactivation or stored requests.\nNext: choose keys with --label, --state or --keys.",
    );
  }
  return { ...(state !== undefined && { state }), ...(label !== undefined && { label }) };
}

/** The options that choose keys, without the other options of the command. */
export function selectionIn(given: SelectionOptions): SelectionOptions {
  const { vault, state, label, template, requestedBy, step, keys } = given;
  const all = { vault, state, label, template, requestedBy, step, keys };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** As many keys as one run handles well. More names, such as a wrong file, must not keep a run searching for hours. */
const maxKeysInFile = 10_000;
const maxKeysText = maxKeysInFile.toLocaleString("en");

/** Reads the file of `--keys`. # begins a comment. */
export async function keysInFile(
  { readInput }: CliWorld,
  { keys: file }: SelectionOptions,
): Promise<readonly TypedKey[]> {
  if (file === undefined) return [];
  const text =
    file === "-"
      ? await readInput()
      : readNamedText(file, `The file ${file} could not be read`, "Next: name a file, or - for standard input.");
  const lines = text.split("\n").map((line) => line.trim());
  const named = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (named.length > maxKeysInFile)
    throw invalidInput(
      `The file ${file} names ${named.length.toLocaleString("en")} keys`,
      `The limit is ${maxKeysText} keys in one run. Nothing was read or changed.\nNext: split the file, for example with split --lines=${maxKeysInFile} ${file}`,
    );
  if (named.length > 0) return named.map(keyInLine);
  throw invalidInput(
    `The file ${file} names no key`,
    "Write one key a line: <vaultId>/<keyId>, <vault>/<label> or a label.",
  );
}

/**
 * A line may have more after the key, as in tables that uko prints. An ID ends at a blank. A label may contain single
 * blanks, so it ends at two blanks or a tab. Otherwise the line `card 2019` would name another key, `card`.
 */
function keyInLine(line: string): TypedKey {
  const key = parseAnyKey(line.split(/\s/)[0] ?? "");
  return "name" in key ? parseAnyKey(line.split(/\t| {2}/)[0] ?? "") : key;
}

/** The IDs of vaults that a command only reads, by their names, IDs or the starts of their IDs. */
export async function resolveVaults(
  { directory }: Pick<OpenOperations, "directory">,
  names: readonly string[],
  options: { readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const name of names) {
    ids.push(isVaultId(name) ? name.toLowerCase() : (await directory.findVault(name, options)).id);
  }
  return [...new Set(ids)];
}
