/**
 * Defines an act: its effect, the right that it requires, and its command, which the command line prints and for which
 * the console renders a form. The operation behind it reads the key and decides again.
 */

import type { Right } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { Explanation, NextStep } from "./explanation.ts";
import { sayHolder } from "./words.ts";

export interface Act {
  /** Names the act among those of its key or wave; the last part of its address in the console. */
  readonly id: string;
  /** An imperative: `Approve the deactivation and deactivate the key`. */
  readonly title: string;
  /** The effect, whether it can be undone, and the deadline, in this order. */
  readonly facts: readonly string[];
  /** What the act requires; absent if reading is enough. */
  readonly right?: Right;
  /** What the act requires in KMS, in addition. */
  readonly kmsRight?: Right;
  /** What a person fills in, if anything: options of the command, or what confirms it. */
  readonly fields?: readonly ActField[];
  /** Does the same as the form. Can be pasted into a shell as it is. */
  readonly command: string;
  /** Who runs the command, or why. It stands on a line of its own: zsh takes a pasted `#` for an argument. */
  readonly remark?: string;
  /** Cuts data off, or cannot be undone. */
  readonly isConsequential?: true;
  /** The person's SSH key signs the act, so that only the command can do it. */
  readonly isSigned?: true;
}

/** `label` and `phrase` confirm the act: the person types what the page shows. */
export type ActField = "reason" | "label" | "phrase";

/**
 * The command with the same name; `store` is `approve --store`, `remove` is `continue` on a destroyed key, and
 * `withdraw` is also `decline`.
 */
export type KeyActId = "request" | "approve" | "store" | "continue" | "withdraw" | "reactivate" | "remove";

export interface KeyAct extends Act {
  readonly id: KeyActId;
  readonly right: Right;
}

/** Offers every act on the command line: those whose command no step of the explanation has yet. */
export function withActs(explanation: Explanation, acts: readonly KeyAct[]): Explanation {
  const offered = explanation.next.flatMap(({ commands }) => commands);
  const missing = acts.filter(({ command }) => !offered.includes(command));
  return { ...explanation, next: [...explanation.next, ...missing.map(stepOf)] };
}

function stepOf({ title, right, kmsRight, command }: KeyAct): NextStep {
  const purpose = `to ${title.charAt(0).toLowerCase()}${title.slice(1)},`;
  return { who: `${sayHolder(right, kmsRight, purpose)}, run`, commands: [command], neededRoles: right.roles };
}
