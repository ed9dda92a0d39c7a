/**
 * Finds the one object that has a name, for the functions that read an object. Exactly one object must have the name: a
 * function never chooses between objects. If none or several have it, the error names the IDs of those that can be meant.
 */

import type { World } from "../engine/ports/world.ts";
import type { ListOptions, NamedObject, ResourceDefinition } from "../engine/resource/definition.ts";
import { plain, slipsBetween } from "../engine/text/words.ts";
import { UkoError } from "../errors.ts";
import { describeMissing } from "./write.ts";

/** The name of an object of a resource, as a function gets it. */
export interface SearchedName {
  readonly definition: Pick<ResourceDefinition<object, object>, "noun" | "names" | "notFound">;
  /** `name` or `label`. */
  readonly property: string;
  /** The argument that names the object by its ID, such as `keyId`. */
  readonly idProperty: string;
  readonly name: string;
  readonly vaultId?: string | undefined;
}

const maxShown = 10;
const maxAlikeShown = 3;

/** Returns the ID of the object. Throws UKO_NOT_FOUND, UKO_KEY_NOT_FOUND, or UKO_INPUT_INVALID if several have the name. */
export async function idOfName(world: World, searched: SearchedName, options: ListOptions): Promise<string> {
  const { definition, name, vaultId } = searched;
  const place = vaultId === undefined ? {} : { vaultId };
  const found = (await definition.names?.(world, { ...place, name }, options)) ?? [];
  const [first, ...others] = found.filter((each) => each.name === name);
  if (first === undefined) throw await nothingNamed(world, searched, options);
  if (others.length > 0) throw severalNamed(world, searched, [first, ...others]);
  return first.id;
}

function severalNamed({ dialect }: World, searched: SearchedName, found: readonly NamedObject[]): UkoError {
  const { definition, property, idProperty, name } = searched;
  const hidden = found.length - maxShown;
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `${found.length} ${definition.noun}s have the ${property} "${plain(name, 100)}"`,
    detail: [
      `Set ${dialect.property(idProperty)} to the ID of one of these, in place of ${property}:`,
      ...found.slice(0, maxShown).map(({ id }) => `  ${lastPart(id)}`),
      ...(hidden > 0 ? [`  and ${hidden} more`] : []),
    ].join("\n"),
  });
}

async function nothingNamed(world: World, searched: SearchedName, options: ListOptions): Promise<UkoError> {
  const { definition, property, name, vaultId } = searched;
  const { noun, notFound = "UKO_NOT_FOUND" } = definition;
  const place = vaultId === undefined ? {} : { vaultId };
  const missing = vaultId === undefined ? undefined : await describeMissing(world, { vaultId }, options);
  if (missing !== undefined)
    return new UkoError("UKO_NOT_FOUND", { summary: `Vault ${vaultId} was not found`, detail: missing });
  const alike = closestTo(name, (await definition.names?.(world, place, options)) ?? []);
  const meant = alike.map((each) => `"${plain(each.name, 100)}" (${lastPart(each.id)})`);
  const why =
    meant.length > 0 ? `Did you mean ${meant.join(", ")}?` : "It does not exist, or this identity cannot read it.";
  const command = vaultId === undefined ? "uko ls" : `uko ls ${vaultId} --kind ${noun}`;
  return new UkoError(notFound, {
    summary: `No ${noun}${vaultId === undefined ? "" : " of the vault"} has the ${property} "${plain(name, 100)}"`,
    detail: `${why}\nNext: list the ${noun}s that you can read with\n  ${command}`,
  });
}

/** The names that a mistyped one most likely stands for, the closest first. */
function closestTo(name: string, all: readonly NamedObject[]): readonly NamedObject[] {
  const typed = name.toLowerCase();
  const limit = Math.max(2, Math.floor(typed.length / 4));
  return all
    .map((each) => ({ each, slips: slipsBetween(typed, each.name.toLowerCase()) }))
    .filter(({ slips }) => slips <= limit)
    .sort((a, b) => a.slips - b.slips || (a.each.name < b.each.name ? -1 : 1))
    .slice(0, maxAlikeShown)
    .map(({ each }) => each);
}

/** The ID of the object within its vault. */
function lastPart(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}
