/**
 * Finds the keys that a person typed by name or chose by options, and asks the person to confirm them. In a script, a
 * name could match another key after a rename, so a command that changes something accepts names only at a terminal, or
 * with `--yes` if its effect can be undone. A choice of keys for their removal needs no terminal, because that run
 * takes no other step.
 */

import type { FoundKmsKey } from "../engine/commands/find-by-name.ts";
import type { KeyRef } from "../engine/ports/world.ts";
import { UkoError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import {
  invalidInput,
  type KeyPath,
  type KmsKeyPath,
  notFullKeyPath,
  parseVaultId,
  type TypedKey,
  usageError,
} from "./arguments.ts";
import type { CliWorld, OpenOperations } from "./cli-world.ts";
import { isConfirmed } from "./hand.ts";
import { writeUnreadable } from "./print.ts";
import { isRemoval, isSelecting, keysInFile, kmsSelectionOf, type SelectionOptions, selectionOf } from "./selection.ts";

interface Typed {
  readonly keys: readonly TypedKey[];
  readonly selection?: SelectionOptions;
  readonly json: boolean;
  readonly writes?: string;
  /** The caller does not want to be asked about the keys that were found. */
  readonly yes?: boolean;
  /** Gets the exit code of each vault that could not be read. */
  readonly codes?: number[];
  /** Takes a line for each key that was found, and asks later. */
  readonly confirmLater?: (found: readonly string[]) => void;
}

export const yesOption = [
  "--yes",
  "do not ask about keys that a name or an option selects; then also without a terminal",
] as const;

const needsTerminal =
  "This command changes something. It accepts a name only at a terminal, where it asks before it runs, and never with --json.";

/** Throws UKO_USAGE_INVALID before the first call if a name needs a terminal and there is none. */
export function requireFullIds(world: CliWorld, { keys, selection = {}, json, writes, yes }: Typed): void {
  if (writes === undefined || yes === true || isAsking(world, json)) return;
  const why = yes === undefined ? needsTerminal : `${needsTerminal} With --yes it does not ask.`;
  if (isRemoval(selection)) for (const vault of selection.vault ?? []) parseVaultId(vault);
  else if (isSelecting(selection)) {
    throw usageError(
      "Options that choose keys need a terminal",
      `${why}\nNext: name each key by its full ID, or list them in a file for --keys.`,
    );
  }
  for (const key of keys) if ("name" in key) throw notFullKeyPath(key.name, why);
}

/** Whether the command can ask a person about the keys that it found. */
function isAsking({ ask }: Pick<CliWorld, "ask">, json: boolean): boolean {
  return ask !== undefined && !json;
}

export async function resolveKeys(
  world: CliWorld,
  { directory, operations, settings }: Pick<OpenOperations, "directory" | "operations" | "settings">,
  typed: Typed,
): Promise<readonly (KeyPath | KmsKeyPath)[]> {
  const { keys, selection = {}, json, writes, yes } = typed;
  const found: string[] = [];
  const resolved: (KeyPath | KmsKeyPath)[] = [];
  const options = { signal: world.signal };
  const inFile = await keysInFile(world, selection);
  requireFullIds(world, { ...typed, keys: inFile, selection: {} });
  const find = directory.keyFinder(options);
  const addKmsKey = ({ kmsKeyId, name, keyState }: FoundKmsKey): void => {
    resolved.push({ kmsKeyId });
    found.push(`kms/${kmsKeyId}  ${printable(name, 80)}  ${printable(keyState, 40)}`);
  };
  for (const key of [...keys, ...inFile]) {
    if (!("name" in key)) {
      resolved.push(key);
      continue;
    }
    const named = await find(key.name);
    if ("kmsKeyId" in named) {
      addKmsKey(named);
      continue;
    }
    const { vaultId, keyId, vault, label, keyState } = named;
    resolved.push({ vaultId, keyId });
    found.push(`${vaultId}/${keyId}  ${printable(`${vault}/${label}`, 80)}  ${printable(keyState, 40)}`);
  }
  if (isSelecting(selection) && settings.keyProtect !== undefined) {
    for (const key of await directory.selectKmsKeys(kmsSelectionOf(selection), options)) addKmsKey(key);
    if (resolved.length === 0) throw invalidInput("No key matches", "uko ls lists the keys that you can read.");
  } else if (isSelecting(selection)) {
    const selected = await operations.select(await selectionOf({ directory }, selection, options), options);
    for (const { observation } of selected.keys) {
      const { vaultId, keyId, label } = observation.facts;
      resolved.push({ vaultId, keyId });
      found.push(`${vaultId}/${keyId}  ${printable(label, 80)}  ${printable(observation.stateWord, 40)}`);
    }
    typed.codes?.push(...writeUnreadable(world, selected, json));
    if (resolved.length === 0 && !isRemoval(selection))
      throw invalidInput("No key matches", "uko ls --kind key lists the keys that you can read.");
  }
  if (typed.confirmLater !== undefined) typed.confirmLater(found);
  else if (writes !== undefined && found.length > 0 && yes !== true && isAsking(world, json))
    await confirmFound(world, writes, found);
  // A key that has several names is one key in the number that a person types.
  return [...new Map(resolved.map((key) => [JSON.stringify(key), key])).values()];
}

export function managedRefs(keys: readonly (KeyPath | KmsKeyPath)[], instanceId: string): readonly KeyRef[] {
  return keys.flatMap((key) => ("kmsKeyId" in key ? [] : [{ instanceId, ...key }]));
}

const maxFoundShown = 20;

/** Throws UKO_CANCELED if the person does not confirm the keys that were found. */
export async function confirmFound(world: CliWorld, command: string, found: readonly string[]): Promise<void> {
  const which = found.length === 1 ? "this key" : `these ${found.length} keys`;
  const hidden = found.length - maxFoundShown;
  const shown = [...found.slice(0, maxFoundShown), ...(hidden > 0 ? [`and ${hidden} more`] : [])];
  const question = `${shown.join("\n")}\nRun uko ${command} on ${which}? [y/N] `;
  if (await isConfirmed(world, question)) return;
  throw new UkoError("UKO_CANCELED", {
    summary: `uko ${command} was not confirmed`,
    detail: "Nothing was changed.",
  });
}
