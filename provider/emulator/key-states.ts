/** The states of a managed key, and the effect of each call in each state (uko-v4.md 4.1, 4.2). */

export const keyStates = [
  "pre_activation",
  "active",
  "deactivated",
  "destroyed",
  "compromised",
  "destroyed_compromised",
] as const;
export type KeyState = (typeof keyStates)[number];

export type KeyAction = "activate" | "deactivate" | "destroy" | "rotate" | "realign" | "sync" | "patch" | "remove";

export interface Cell {
  /** The state afterwards; `removed` means that the metadata is erased. */
  readonly to: KeyState | "removed";
  /** The fine-grained rights of the call, without the prefix `hs-crypto.` (uko-v4.md 6, U30). */
  readonly rights: readonly string[];
  readonly source: string;
}

/** Calls that are not listed for a state are refused with 409 (uko-v4.md 2.6). */
export const keyCells = {
  activate: {
    pre_activation: { to: "active", rights: ["managed-keys.preactivation-activate"], source: "uko-v4.md 4.2" },
    deactivated: { to: "active", rights: ["managed-keys.deactivated-reactivate"], source: "uko-v4.md 4.2" },
  },
  deactivate: {
    active: { to: "deactivated", rights: ["managed-keys.active-deactivate"], source: "uko-v4.md 4.2" },
  },
  destroy: {
    pre_activation: { to: "destroyed", rights: ["managed-keys.preactivation-destroy"], source: "uko-v4.md 4.2, 6" },
    deactivated: { to: "destroyed", rights: ["managed-keys.deactivated-destroy"], source: "uko-v4.md 4.2, 4.5" },
  },
  rotate: {
    active: {
      to: "active",
      rights: ["managed-keys.generate", "managed-keys.write"],
      source: "uko-v4.md 4.6, U13, U30",
    },
  },
  realign: {
    pre_activation: { to: "pre_activation", rights: ["managed-keys.distribute"], source: "uko-v4.md U21, U30" },
    active: { to: "active", rights: ["managed-keys.distribute"], source: "uko-v4.md 4.7, U30" },
    deactivated: { to: "deactivated", rights: ["managed-keys.distribute"], source: "uko-v4.md 4.7, U30" },
  },
  sync: {
    pre_activation: { to: "pre_activation", rights: ["managed-keys.distribute"], source: "uko-v4.md 4.2, U30" },
    active: { to: "active", rights: ["managed-keys.distribute"], source: "uko-v4.md 4.2, U30" },
    deactivated: { to: "deactivated", rights: ["managed-keys.distribute"], source: "uko-v4.md 4.2, U30" },
    destroyed: { to: "destroyed", rights: ["managed-keys.distribute"], source: "uko-v4.md 4.2, U30" },
  },
  patch: {
    pre_activation: { to: "pre_activation", rights: ["managed-keys.write"], source: "uko-v4.md 4.2" },
    active: { to: "active", rights: ["managed-keys.write"], source: "uko-v4.md 4.2" },
    deactivated: { to: "deactivated", rights: ["managed-keys.write"], source: "uko-v4.md 4.2, inferred" },
    destroyed: { to: "destroyed", rights: ["managed-keys.write"], source: "uko-v4.md 4.2, unstated; a switch" },
  },
  remove: {
    destroyed: {
      to: "removed",
      rights: ["managed-keys.destroyed-remove", "managed-keys.delete"],
      source: "uko-v4.md 4.2, U5",
    },
  },
} as const satisfies Record<KeyAction, Partial<Record<KeyState, Cell>>>;

/** The effect of an action in a state; undefined if the service refuses it. */
export function cellOf(action: KeyAction, state: KeyState): Cell | undefined {
  const row: Partial<Record<KeyState, Cell>> = keyCells[action];
  return row[state];
}

/** The rights of the action, one set for each state. A caller must hold at least one set. */
export function rightsOf(action: KeyAction): readonly (readonly string[])[] {
  const row: Partial<Record<KeyState, Cell>> = keyCells[action];
  return Object.values(row).map((cell) => cell.rights);
}
