/**
 * Defines a KMS key's states and the effect of each call in each state, as the emulated service applies them
 * (kms-v2-and-iam.md 3).
 */

import type { KmsKeyState } from "../store/model.ts";
import { invalidState } from "./envelope.ts";

export interface KmsCell {
  readonly to: KmsKeyState;
  readonly source: string;
}

const cell = <To extends KmsKeyState>(to: To, source: string) => ({ to, source: `kms-v2-and-iam.md ${source}` });

/**
 * The effects. State 0 is missing, because no source shows a key in it. Calls that are not listed for a state are
 * refused.
 */
const kmsKeyCells = {
  setKeyForDeletion: { 1: cell(1, "2.10, 10-9") },
  unsetKeyForDeletion: { 1: cell(1, "2.10, 10-9") },
  delete: { 1: cell(5, "2.5"), 2: cell(5, "2.5"), 3: cell(5, "2.5") },
  restore: { 5: cell(1, "2.6") },
  disable: { 1: cell(2, "2.8") },
  enable: { 2: cell(1, "2.8") },
  rotate: { 1: cell(1, "2.8, 2.14") },
  sync: { 1: cell(1, "2.8"), 5: cell(5, "2.8") },
} as const satisfies Record<string, Partial<Record<KmsKeyState, KmsCell>>>;
export type KmsAction = keyof typeof kmsKeyCells;

/** The effect of a call in a state; undefined if KMS refuses it. */
export function kmsCellOf(action: KmsAction, state: KmsKeyState): KmsCell | undefined {
  const row: Partial<Record<KmsKeyState, KmsCell>> = kmsKeyCells[action];
  return row[state];
}

/** The state that a call leads to; throws KEY_ACTION_INVALID_STATE_ERR if KMS refuses the call. */
export function nextState(action: KmsAction, key: { readonly state: KmsKeyState }, what: string): KmsKeyState {
  const cell = kmsCellOf(action, key.state);
  if (cell === undefined) throw invalidState(what);
  return cell.to;
}
