/**
 * Labels of keys in state that this run has read, and labels of keys that it plans to create. A
 * label is unique in its vault, so a label in both sets belongs to a tainted key or a renamed
 * block, which hosts do not report.
 */

import type { ObjectValue } from "./values.ts";

export interface Labels {
  /** State holds a key with these values. */
  trackExisting(values: ObjectValue): void;
  /** The key is gone, so its label is free. */
  noteGone(values: ObjectValue): void;
  /** A new key with these values is planned. */
  trackPlanned(values: ObjectValue): void;
  /**
   * Returns a label that is in both sets, once per label; the values may be those of either key.
   */
  popConflict(values: ObjectValue): string | undefined;
}

export function createLabels(): Labels {
  const held = new Set<string>();
  const wanted = new Set<string>();
  const told = new Set<string>();
  return {
    trackExisting: (values) => void add(held, values),
    noteGone: (values) => void held.delete(placeOf(values) ?? ""),
    trackPlanned: (values) => void add(wanted, values),
    popConflict(values) {
      const place = placeOf(values) ?? "";
      if (!held.has(place) || !wanted.has(place) || told.has(place)) return undefined;
      told.add(place);
      return String(values.label);
    },
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
