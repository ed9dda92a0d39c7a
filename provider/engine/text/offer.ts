/** An operation that an interface offers to one caller on one key. An offer decides nothing. */

/** The operation of the command line with the same name, except that `remove` is `sweep` of one key. */
export type OfferedOperation = "request" | "continue" | "consent" | "withdraw" | "reactivate" | "remove";

export interface Offer {
  readonly operation: OfferedOperation;
  /** An imperative: `Approve the deactivation and deactivate the key`. */
  readonly title: string;
  /** The effect, whether it can be undone, and the deadline, in this order. */
  readonly facts: readonly string[];
  /** The roles that the operation requires, of which one is enough. */
  readonly roles: string;
  /** Cuts data off, or cannot be undone. */
  readonly isConsequential: boolean;
  /** Acts on the request of another person, or on a key that is only waiting for its removal. */
  readonly isAwaited: boolean;
}
