/**
 * Lists the names of the tags on a key that mean something to `uko`: its own tags with the prefix `uko_`, and `hold`.
 * All other tags belong to the owner of the key, and a program may declare them.
 */

export const reservedTagPrefix = "uko_";
export const recordTagName = "uko_deletion";
export const markerTagName = "uko_dual";
export const creationTagName = "uko_created";
/** Keeps what a record said of a deactivation after the record is gone. */
export const noteTagName = "uko_note";
/** Keeps why a person declined a request. A new request removes it. */
export const declineTagName = "uko_declined";
/** The tag that holds a key, as uko writes it. */
export const holdTagName = "hold";

/** Whether the tag holds the key. Anyone may set it by hand, and a person who wrote `Hold` meant a hold. */
export function isHoldTag({ name }: { readonly name: string }): boolean {
  return name.trim().toLowerCase() === holdTagName;
}

/**
 * Whether a tag is a property of the key that a program declares. A hold is not one: the program of an owner does not
 * list the hold of a lawyer, and must not end the hold with the next run.
 */
export function isDeclaredTag(tag: { readonly name: string }): boolean {
  return !tag.name.startsWith(reservedTagPrefix) && !isHoldTag(tag);
}
