/**
 * Defines a managed key's states, and for each call in each state the next state and the rights that the call needs
 * (uko-v4.md 4.1, 4.2, 6). It is written independently of the client's table, so that a test against the emulator can
 * find an error there.
 */

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

/** A cell of the table: the state afterwards, the rights below `managed-keys`, and the section of uko-v4.md. */
const cell = <To extends Cell["to"]>(to: To, rights: string, source: string) => ({
  to,
  rights: rights.split(" ").map((right) => `managed-keys.${right}`),
  source: `uko-v4.md ${source}`,
});

/** Calls that are not listed for a state are refused with 409 (uko-v4.md 2.6). */
export const keyCells = {
  activate: {
    pre_activation: cell("active", "preactivation-activate", "4.2"),
    deactivated: cell("active", "deactivated-reactivate", "4.2"),
  },
  deactivate: { active: cell("deactivated", "active-deactivate", "4.2") },
  destroy: {
    pre_activation: cell("destroyed", "preactivation-destroy", "4.2, 6"),
    deactivated: cell("destroyed", "deactivated-destroy", "4.2, 4.5"),
  },
  rotate: { active: cell("active", "generate write", "4.6, U13, U30") },
  realign: {
    pre_activation: cell("pre_activation", "distribute", "U21, U30"),
    active: cell("active", "distribute", "4.7, U30"),
    deactivated: cell("deactivated", "distribute", "4.7, U30"),
  },
  sync: {
    pre_activation: cell("pre_activation", "distribute", "4.2, U30"),
    active: cell("active", "distribute", "4.2, U30"),
    deactivated: cell("deactivated", "distribute", "4.2, U30"),
    destroyed: cell("destroyed", "distribute", "4.2, U30"),
  },
  patch: {
    pre_activation: cell("pre_activation", "write", "4.2"),
    active: cell("active", "write", "4.2"),
    deactivated: cell("deactivated", "write", "4.2, inferred"),
    destroyed: cell("destroyed", "write", "4.2, unstated; a switch"),
  },
  remove: { destroyed: cell("removed", "destroyed-remove delete", "4.2, U5") },
} as const satisfies Record<KeyAction, Partial<Record<KeyState, Cell>>>;

/** The effect of an action in a state; undefined if the service refuses it. */
export function effectIfAllowed(action: KeyAction, state: KeyState): Cell | undefined {
  const row: Partial<Record<KeyState, Cell>> = keyCells[action];
  return row[state];
}

/** The rights of the action, one set for each state. A caller must hold at least one set. */
export function rightsOf(action: KeyAction): readonly (readonly string[])[] {
  const row: Partial<Record<KeyState, Cell>> = keyCells[action];
  return Object.values(row).map((cell) => cell.rights);
}
