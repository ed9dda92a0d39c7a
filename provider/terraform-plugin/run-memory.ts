/**
 * The objects of one run, as its calls revealed them, because hosts do not report which calls are
 * about one object.
 */

import type { ObjectValue } from "./values.ts";

export type RunMemory = ReturnType<typeof createRunMemory>;

export function createRunMemory() {
  const [found, read, unread, declared, deleted] = [
    createObjects(),
    createObjects(),
    createObjects(),
    createObjects(),
    createObjects(),
  ];
  const reported = new Map<string, Set<string>>();
  const [existing, planned, conflicts] = [new Set<string>(), new Set<string>(), new Set<string>()];
  return {
    /**
     * A creation found this existing object: a deletion of the same ID only removes its former entry
     * in state.
     */
    noteFound: found.add,
    isFound: found.has,
    /**
     * This run has read the object, as it does for a plan; an apply plans once more, without a read
     * before it.
     */
    noteRead: read.add,
    isRead: read.has,
    /** This run could not read the object; returns the number of such objects so far. */
    noteUnread: unread.add,
    /** Returns how many objects this run has reported for this reason so far, with this one. */
    noteReported(reason: string, id: string): number {
      const ids = reported.get(reason) ?? new Set();
      reported.set(reason, ids.add(id));
      return ids.size;
    },
    /**
     * The program declares a resource whose state holds the object, or that adopts it. An object that
     * the run also deletes belongs to two resources, such as after a rename without a `moved` block.
     */
    noteDeclared: declared.add,
    isDeclared: declared.has,
    noteDeletion: deleted.add,
    isDeleted: deleted.has,
    /** State holds a key with these values. */
    trackExisting: (values: ObjectValue) => void add(existing, values),
    /** The key is gone, so its label is free. */
    noteGone: (values: ObjectValue) => void existing.delete(placeOf(values) ?? ""),
    /** A new key with these values is planned. */
    trackPlanned: (values: ObjectValue) => void add(planned, values),
    /**
     * Returns a label of both an existing and a planned key, once per label; the values may be those
     * of either key. A label is unique in its vault, so it belongs to a tainted key or a renamed
     * block.
     */
    popConflict(values: ObjectValue): string | undefined {
      const place = placeOf(values) ?? "";
      if (!existing.has(place) || !planned.has(place) || conflicts.has(place)) return undefined;
      conflicts.add(place);
      return String(values.label);
    },
  };
}

/** Objects by type and ID; `add` returns their number. */
function createObjects() {
  const all = new Set<string>();
  return {
    add: (typeName: string, id: string): number => all.add(`${typeName} ${id}`).size,
    has: (typeName: string, id: string): boolean => all.has(`${typeName} ${id}`),
  };
}

function add(all: Set<string>, values: ObjectValue): void {
  const place = placeOf(values);
  if (place !== undefined) all.add(place);
}

/**
 * Undefined for anything but a key with a label of its own, and for a label that is still unknown.
 */
function placeOf({ vault_id: vaultId, label }: ObjectValue): string | undefined {
  return typeof vaultId === "string" && typeof label === "string" ? `${vaultId}/${label}` : undefined;
}
