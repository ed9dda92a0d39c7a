/** Whether responses to writes show what was stored. One read confirms it (decision 0048). */

export interface AnswerTrust {
  /**
   * True if a read of this run confirmed a response to a write of this kind. The first caller
   * confirms by `confirm`, and concurrent callers wait for the result. A confirmed kind says nothing
   * about another: a service may store labels and drop tags.
   */
  isConfirmed(kind: string, confirm: () => Promise<boolean>): Promise<boolean>;
}

/** One instance for the whole run. A confirmation that failed is tried again. */
export function createAnswerTrust(): AnswerTrust {
  const confirmations = new Map<string, Promise<boolean>>();
  return {
    async isConfirmed(kind, confirm) {
      const earlier = confirmations.get(kind);
      if (earlier !== undefined) return earlier.catch(() => false);
      const confirmation = confirm();
      confirmations.set(kind, confirmation);
      let isTrue = false;
      try {
        isTrue = await confirmation;
        return isTrue;
      } finally {
        if (!isTrue) confirmations.delete(kind);
      }
    },
  };
}
