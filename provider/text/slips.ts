/**
 * Counts the slips of a finger that make one name of another: a letter too many, missing, wrong, or swapped with the
 * next one. The fewer they are, the more likely a mistyped name stands for the other.
 */
export function slipsBetween(one: string, other: string): number {
  const [typed, meant] = [[...one], [...other]];
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = [0, ...meant.map((_, at) => at + 1)];
  for (const [row, letter] of typed.entries()) {
    const current = [row + 1];
    for (const [at, wanted] of meant.entries()) {
      const replaced = (last[at] ?? 0) + (letter === wanted ? 0 : 1);
      const isSwapped = row > 0 && at > 0 && letter === meant[at - 1] && typed[row - 1] === wanted;
      const swapped = isSwapped ? (beforeLast[at - 1] ?? 0) + 1 : replaced;
      current.push(Math.min(replaced, swapped, (last[at + 1] ?? 0) + 1, (current[at] ?? 0) + 1));
    }
    [beforeLast, last] = [last, current];
  }
  return last[meant.length] ?? 0;
}
