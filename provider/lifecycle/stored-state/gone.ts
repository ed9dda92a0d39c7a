/**
 * Decides whether a key counts as gone. If a key that still exists were dropped from a state, no later run could detect
 * the mistake, and a 404 alone proves nothing: another instance, or a request with a mistyped vault, also gets a 404.
 * So the instance that answers must be the one in state. In addition, the vault must exist on it; or the vault is
 * missing too, and it must be proven which instance answered.
 *
 * A command has no state that names the instance. For a command, a key that was not found counts as gone if it is
 * proven which instance answered, or if this run removed the key itself.
 */

/** What one run observed when the key was not found. */
export interface Absence {
  /** Whether the responding instance is the one in state. */
  readonly isSameInstance: boolean;
  readonly vault: "found" | "not_found" | "unknown";
  /** Whether this run's broker response, or the host name itself, proves which instance answered. */
  readonly isInstanceProven: boolean;
}

export type GoneVerdict =
  | { readonly kind: "gone" }
  | { readonly kind: "unproven"; readonly why: "other_instance" | "vault_not_found" | "vault_unknown" };

/**
 * The rule for a command, which has no state that names the instance: the instance must be proven, unless this run
 * removed the key itself.
 */
export function isGoneForCommand(seen: {
  readonly isRemovedHere: boolean;
  readonly isInstanceProven: boolean;
}): boolean {
  return seen.isRemovedHere || seen.isInstanceProven;
}

/**
 * A 404 for the key counts on its own instance, if the vault was found, or if the vault is missing
 * too and the instance is proven. 401 and 403 never reach this function.
 */
export function isGone(absence: Absence): GoneVerdict {
  if (!absence.isSameInstance) return { kind: "unproven", why: "other_instance" };
  if (absence.vault === "found") return { kind: "gone" };
  if (absence.vault === "unknown") return { kind: "unproven", why: "vault_unknown" };
  return absence.isInstanceProven ? { kind: "gone" } : { kind: "unproven", why: "vault_not_found" };
}
