/**
 * Names and connects the resources of the programs that `uko import` writes. It replaces the ID of a vault and the name
 * of a template by a reference, and finds the keystores of a key, so that the engine deletes them after the keys.
 */

import type { InventoryItem } from "../engine/commands/inventory.ts";

export interface ProgramFile {
  readonly name: string;
  readonly text: string;
}

/** A resource with its names in a language. */
interface Named {
  readonly item: InventoryItem;
}

/** Returns the resource to reference in place of an ID. Engines then delete a vault or a template after what uses it. */
export function referenceFrom<Each extends Named>(
  item: InventoryItem,
  property: string,
  value: unknown,
  named: readonly Each[],
): { readonly to: Each; readonly output: "vaultId" | "name" } | undefined {
  if (property === "vaultId" && item.resource !== "Vault") {
    const vault = named.find((each) => each.item.resource === "Vault" && each.item.id === value);
    return vault === undefined ? undefined : { to: vault, output: "vaultId" };
  }
  if (property !== "template" || typeof value !== "string") return undefined;
  const template = named.find((each) => each.item.resource === "KeyTemplate" && each.item.name === value);
  return template === undefined ? undefined : { to: template, output: "name" };
}

/** The keystores of a key, which engines must delete after the key. */
export function keystoresOf<Each extends Named>({ keystores }: InventoryItem, named: readonly Each[]): readonly Each[] {
  return keystores.flatMap((name) => named.filter(({ item }) => item.resource === "Keystore" && item.name === name));
}

/** Returns the name with the first suffix that makes it unique, and records it. */
export function unique(name: string, names: Set<string>, suffix: (n: number) => string): string {
  let free = name;
  for (let n = 2; names.has(free); n += 1) free = `${name}${suffix(n)}`;
  names.add(free);
  return free;
}
