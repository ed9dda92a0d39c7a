/**
 * Whether the service's responses to writes show what the service stored. One read per run confirms
 * it, so that the run need not read back each write (decision 0048).
 */

export interface AnswerTrust {
  /**
   * True if a read of this run confirmed a response to a write. The first caller confirms by
   * `confirm`, and concurrent callers wait for the result.
   */
  isConfirmed(confirm: () => Promise<boolean>): Promise<boolean>;
}

/** One instance for the whole run. A confirmation that failed is tried again. */
export function createAnswerTrust(): AnswerTrust {
  let confirmation: Promise<boolean> | undefined;
  return {
    async isConfirmed(confirm) {
      if (confirmation !== undefined) return confirmation.catch(() => false);
      confirmation = confirm();
      let isTrue = false;
      try {
        isTrue = await confirmation;
        return isTrue;
      } finally {
        if (!isTrue) confirmation = undefined;
      }
    },
  };
}
