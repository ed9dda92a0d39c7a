/** The answers of a person at a terminal who agrees with each question of a command. */

/** The label or phrase that a question wants typed. */
const typed = /[Tt]ype [^"]*"([^"]+)"[^:]*: $/;
/** A question that one answer can settle for every key of the run. */
const forEach = /\[y\/N, or ([a-z]+ \d+) for each/;

/** A choice between several acts. A choice after an act is an offer of another one, so it ends the run. */
const choice = /Choose a number from 1 to \d+/;

export function answerTo(question: string, earlier: readonly string[] = [], chosen = 1): string {
  if (choice.test(question)) return earlier.length === 0 ? `${chosen}` : "";
  return (typed.exec(question) ?? forEach.exec(question))?.[1] ?? "y";
}
