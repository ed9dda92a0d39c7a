/**
 * Decides whether the deletion of a resource deletes its object, if another resource declares the same object. This
 * happens after a rename without an alias or a `moved` block: the engine creates the new name and deletes the old one,
 * and would destroy the key that the program still declares. If state already has the object under the new name, only
 * the old name leaves state. Otherwise the deletion is refused: the program keeps the object, and it could be left in
 * no state at all.
 */

/** One resource of the program or state, and the object that it represents. */
export interface Declaration {
  /** The resource's name in its engine, or any text that tells two resources apart. */
  readonly resource: string;
  /** The object's id, `<vaultId>/<keyId>` for a managed key. Absent if the run does not know one yet. */
  readonly id?: string;
  /**
   * The object's unique name in the service. Only for a resource that state does not hold: the run
   * may fail to create it before anything reveals the ID of the object that has the name.
   */
  readonly place?: string;
  /** State holds the object there. False if the program only names it (`existingKeyId`, or its name). */
  readonly isStored: boolean;
  /** The run found no difference or has updated the resource, so the resource stays with this object. */
  readonly isKept?: true;
}

/** The resource that the engine deletes. */
export interface DeletionTarget {
  /** Undefined if the engine does not name the resource. */
  readonly resource: string | undefined;
  readonly id: string;
  /** Undefined if the service accepts two objects of one name, as KMS does. */
  readonly place?: string | undefined;
}

export type SharedDeletion =
  /** No other resource declares the object, so its own planner decides. */
  | { readonly kind: "delete" }
  /** The resource leaves state; the object stays, and state holds the object under `holder`. */
  | { readonly kind: "let_go"; readonly holder: string }
  /**
   * The program names the object for `holder`, but state does not hold the object there. If the resource only left
   * state, no state would hold the object. If `holder` is the resource itself, the deletion is of a former entry, which
   * an interrupted replacement left, and the program keeps the object.
   */
  | { readonly kind: "refused"; readonly holder: string };

export function decideSharedDeletion(declarations: readonly Declaration[], target: DeletionTarget): SharedDeletion {
  const same = declarations.filter((each) => isSameObject(each, target));
  const others = same.filter(({ resource }) => resource !== target.resource);
  const holder = others.find(({ isStored }) => isStored);
  if (holder !== undefined) return { kind: "let_go", holder: holder.resource };
  const [keeper] = [...others, ...same.filter(({ isKept }) => isKept === true)];
  return keeper === undefined ? { kind: "delete" } : { kind: "refused", holder: keeper.resource };
}

/**
 * A name is unique, so a resource that state does not hold can only mean the object that has its
 * name: after a rename, its creation fails and the deletion of the former name follows.
 */
function isSameObject({ id, place, isStored }: Declaration, target: DeletionTarget): boolean {
  return id === target.id || (!isStored && place !== undefined && place === target.place);
}
