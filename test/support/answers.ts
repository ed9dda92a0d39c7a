/** What a person types at a terminal who agrees with what a command asks. */

/** The question that `uko approve` asks beside its own, and that a person may answer apart. */
const secondQuestion = /^Also request the destruction/;
/** The label or phrase that a question wants typed. */
const typed = /Type [^"]*"([^"]+)"[^:]*: $/;

export interface Answers {
  /** Whether the person also requests the destruction of a key that they deactivate. */
  readonly requestsNext?: boolean;
}

export function answerTo(question: string, { requestsNext = true }: Answers = {}): string {
  if (secondQuestion.test(question)) return requestsNext ? "y" : "n";
  return typed.exec(question)?.[1] ?? "y";
}
