/** Exit codes: what one call with several keys ends with. */

/**
 * The first of these that any key came to. A fault outranks a wait; then what only a person can repair outranks what a
 * person has to agree to, and that outranks what time alone brings.
 */
const mostSevereFirst = [1, 13, 12, 10, 11, 0] as const;

/** Answers the most severe of several exit codes; 0 for none, and 1 for one that is not known here. */
export function mostSevere(exitCodes: readonly number[]): number {
  const isKnown = (code: number): boolean => mostSevereFirst.some((known) => known === code);
  if (!exitCodes.every(isKnown)) return 1;
  return mostSevereFirst.find((code) => exitCodes.includes(code)) ?? 0;
}
