/**
 * Labels of keys that this run has met in the state, and those for which it plans a new key. A label is a key's alone in its
 * vault, so one that is both is a key that is tainted, or whose block has another name now: hosts tell neither.
 */

import type { ObjectValue } from "./values.ts";

export interface Labels {
  /** The state has a key of these values. */
  noteHeld(values: ObjectValue): void;
  /** It is gone, so its label is free. */
  noteGone(values: ObjectValue): void;
  /** A new key is planned of these values. */
  noteWanted(values: ObjectValue): void;
  /** What has both, once for each label; the values are those of either. */
  takeClash(values: ObjectValue): string | undefined;
}

export function createLabels(): Labels {
  const held = new Set<string>();
  const wanted = new Set<string>();
  const told = new Set<string>();
  return {
    noteHeld: (values) => void add(held, values),
    noteGone: (values) => void held.delete(placeOf(values) ?? ""),
    noteWanted: (values) => void add(wanted, values),
    takeClash(values) {
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

/** Undefined for whatever is no key with a label of its own, or is not known yet. */
function placeOf({ vault_id: vaultId, label }: ObjectValue): string | undefined {
  return typeof vaultId === "string" && typeof label === "string" ? `${vaultId}/${label}` : undefined;
}
