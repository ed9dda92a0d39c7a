/**
 * The decision about a deletion when other resources declare the same object, as after a rename
 * without an alias or a `moved` block. Deleting one of them must not delete the object that the
 * program still declares.
 */

/** One resource of the program or state, and the object that it represents. */
export interface Declaration {
  /** The resource's name in its engine, or any text that tells two resources apart. */
  readonly resource: string;
  /** The object's id, `<vaultId>/<keyId>` for a managed key. */
  readonly id: string;
  /** State holds the object there. False if the program only names it (`existingKeyId`). */
  readonly isStored: boolean;
  /** The run found no difference or has updated the resource, so the resource stays with this object. */
  readonly isKept?: true;
}

export type SharedDeletion =
  /** No other resource declares the object, so its own planner decides. */
  | { readonly kind: "delete" }
  /** The resource leaves state; the object stays, and state holds the object under `holder`. */
  | { readonly kind: "let_go"; readonly holder: string }
  /**
   * The program names the object for `holder`, and state does not hold the object there. If the
   * resource let go, the object could be lost. If `holder` is the resource itself, the deletion is of a
   * former entry, which an interrupted replacement left, and the program keeps the object.
   */
  | { readonly kind: "refused"; readonly holder: string };

/** `resource` is undefined if the engine does not name the resource that it deletes. */
export function decideSharedDeletion(
  declarations: readonly Declaration[],
  target: { readonly resource: string | undefined; readonly id: string },
): SharedDeletion {
  const same = declarations.filter(({ id }) => id === target.id);
  const others = same.filter(({ resource }) => resource !== target.resource);
  const holder = others.find(({ isStored }) => isStored);
  if (holder !== undefined) return { kind: "let_go", holder: holder.resource };
  const [keeper] = [...others, ...same.filter(({ isKept }) => isKept === true)];
  return keeper === undefined ? { kind: "delete" } : { kind: "refused", holder: keeper.resource };
}
