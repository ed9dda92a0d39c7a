/** The answers of a person at a terminal who agrees with each question of a command. */

/** The second question of `uko approve`, whose answer a test can choose. */
const secondQuestion = /^Also request the destruction/;
/** The label or phrase that a question wants typed. */
const typed = /Type [^"]*"([^"]+)"[^:]*: $/;
/** A question that one answer can settle for every key of the run. */
const forEach = /\[y\/N, or ([a-z]+ \d+) for each/;

export interface Answers {
  /** Whether the person also requests the destruction of a key that they deactivate. */
  readonly requestsNext?: boolean;
}

export function answerTo(question: string, { requestsNext = true }: Answers = {}): string {
  if (secondQuestion.test(question)) return requestsNext ? "y" : "n";
  return (typed.exec(question) ?? forEach.exec(question))?.[1] ?? "y";
}
