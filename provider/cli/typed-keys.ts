/** Keys as people type them. Commands that write accept a name only at a terminal, where they show the key and ask. */

import { UkoError } from "../errors.ts";
import { printable } from "../printable.ts";
import { isVaultId, type KeyName, type KeyPath, type KmsKeyPath, notFullKeyPath, type TypedKey } from "./arguments.ts";
import type { CliWorld, OpenOperations } from "./cli-world.ts";

interface Typed {
  readonly keys: readonly TypedKey[];
  readonly json: boolean;
  readonly writes?: string;
}

const needsTerminal =
  "This command changes something. It accepts a name only at a terminal, where it asks before it runs, and never with --json.";

/** Throws UKO_INPUT_INVALID before the first call if a name needs a terminal and there is none. */
export function requireFullIds(world: CliWorld, { keys, json, writes }: Typed): void {
  if (writes === undefined || (world.ask !== undefined && !json)) return;
  for (const key of keys) if ("name" in key) throw notFullKeyPath(key.name, needsTerminal);
}

/** Throws UKO_CANCELLED if the person does not confirm the keys that were found. */
export async function resolveKeys(
  world: CliWorld,
  { directory }: OpenOperations,
  { keys, writes }: Typed,
): Promise<readonly (KeyPath | KmsKeyPath)[]> {
  const found: string[] = [];
  const resolved: (KeyPath | KmsKeyPath)[] = [];
  for (const key of keys) {
    if (!("name" in key)) {
      resolved.push(key);
      continue;
    }
    const { vaultId, keyId, vault, label, keyState } = await directory.findKey(key.name, { signal: world.signal });
    resolved.push({ vaultId, keyId });
    found.push(`${vaultId}/${keyId}  ${printable(`${vault}/${label}`, 80)}  ${printable(keyState, 40)}`);
  }
  if (writes !== undefined && found.length > 0) await confirmFound(world, writes, found);
  return resolved;
}

export async function resolveManagedKeys(
  world: CliWorld,
  opened: OpenOperations,
  typed: Typed & { readonly keys: readonly (KeyPath | KeyName)[] },
): Promise<readonly KeyPath[]> {
  const keys = await resolveKeys(world, opened, typed);
  return keys.filter((key): key is KeyPath => !("kmsKeyId" in key));
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

async function confirmFound(world: CliWorld, command: string, found: readonly string[]): Promise<void> {
  const which = found.length === 1 ? "this key" : `these ${found.length} keys`;
  const question = `${found.join("\n")}\nRun uko ${command} on ${which}? [y/N] `;
  if (await isConfirmed(world, question)) return;
  throw new UkoError("UKO_CANCELLED", {
    summary: `uko ${command} was not confirmed`,
    detail: "Nothing was changed.",
  });
}

/** Whether the person at the terminal agrees; only `y` and `yes` do. */
export async function isConfirmed(world: CliWorld, question: string): Promise<boolean> {
  return /^y(es)?$/i.test(((await world.ask?.(question)) ?? "").trim());
}
