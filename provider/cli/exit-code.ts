/** Exit codes, and the exit code of one call with several keys. */

/**
 * The first of these that any key caused. A fault outranks every wait. A problem that a person must
 * repair outranks an approval, and an approval outranks a wait for time.
 */
const mostSevereFirst = [1, 13, 12, 10, 11, 0] as const;

/** Returns the most severe of several exit codes; 0 for none, and 1 for an unknown one. */
export function mostSevere(exitCodes: readonly number[]): number {
  const isKnown = (code: number): boolean => mostSevereFirst.some((known) => known === code);
  if (!exitCodes.every(isKnown)) return 1;
  return mostSevereFirst.find((code) => exitCodes.includes(code)) ?? 0;
}
