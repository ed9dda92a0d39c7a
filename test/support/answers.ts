/** The answers of a person at a terminal who agrees with each question of a command. */

/** The label or phrase that a question wants typed. */
const typed = /[Tt]ype [^"]*"([^"]+)"[^:]*: $/;
/** A question that one answer can settle for every key of the run. */
const forEach = /\[y\/N, or ([a-z]+ \d+) for each/;

export function answerTo(question: string): string {
  return (typed.exec(question) ?? forEach.exec(question))?.[1] ?? "y";
}
