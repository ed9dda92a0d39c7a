/** When a key may be called gone: the one mistake that cannot be seen afterwards is to forget a key that still lives. */

/** What one run saw when the key was not found. */
export interface Absence {
  /** Whether the instance that answered is the one in state. */
  readonly isSameInstance: boolean;
  readonly vault: "found" | "not_found" | "unknown";
  /** Whether this run's broker answer or the host name itself proves which instance answered. */
  readonly isInstanceProven: boolean;
}

export type GoneVerdict =
  | { readonly kind: "gone" }
  | { readonly kind: "unproven"; readonly why: "other_instance" | "vault_not_found" | "vault_unknown" };

/** A command has no state that pins the instance: a 404 counts only where the instance is proven, unless this run removed the key. */
export function isGoneForCommand(seen: {
  readonly isRemovedHere: boolean;
  readonly isInstanceProven: boolean;
}): boolean {
  return seen.isRemovedHere || seen.isInstanceProven;
}

/** A 404 for the key counts on its own instance, beside its vault, or where the instance is proven; 401 and 403 never come here. */
export function isGone(absence: Absence): GoneVerdict {
  if (!absence.isSameInstance) return { kind: "unproven", why: "other_instance" };
  if (absence.vault === "found") return { kind: "gone" };
  if (absence.vault === "unknown") return { kind: "unproven", why: "vault_unknown" };
  return absence.isInstanceProven ? { kind: "gone" } : { kind: "unproven", why: "vault_not_found" };
}
