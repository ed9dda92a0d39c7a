/**
 * The people behind a step, as `uko audit` and certificates name them: who requested, approved and executed. An event of
 * one person must never read as the events of two. Pure.
 */

import { isConsequential } from "../commands/audited-steps.ts";

/** The two people behind a step that deactivates or destroys a key; nothing for other steps. */
export interface People {
  readonly requester?: Consenter;
  readonly approver?: Consenter;
  /** Whether one person alone took the step; absent if the evidence does not name both. */
  readonly isSingle?: boolean;
}

interface Consenter {
  /** Empty if the evidence does not have it. */
  readonly iamId: string;
  readonly recordId?: string;
}

/** What a line of evidence says of the people. */
interface StepLine {
  readonly step: string;
  readonly actor: { readonly iamId: string };
  readonly record?: RecordLine | undefined;
  readonly consentedBy?: RecordLine | undefined;
}

interface RecordLine {
  readonly id: string;
  readonly how: string;
  readonly author: string;
  readonly answers?: string | undefined;
}

/** The author of each consent record that a line has. */
export type Authors = ReadonlyMap<string, string>;

export function authorsOf(lines: readonly Pick<StepLine, "record" | "consentedBy">[]): Authors {
  const records = lines.flatMap(({ record, consentedBy }) => [record, consentedBy]);
  return new Map(records.flatMap((each) => (each === undefined ? [] : [[each.id, each.author]])));
}

const consequential = new Map<string, boolean>(Object.entries(isConsequential));

/**
 * An answer is an approval of its own; otherwise the person who executed the step approved the request. A person who
 * answers their own request is one person, no matter who executes the step. If the evidence does not name both, as for a
 * window in KMS, `isSingle` is absent, so that no reader takes the two for different people.
 */
export function peopleBehind({ step, actor, consentedBy }: StepLine, authors: Authors): People {
  if (consequential.get(step) !== true) return {};
  if (consentedBy === undefined) return { isSingle: true };
  const { id: recordId, author, how, answers } = consentedBy;
  const isAnswer = how === "answer";
  const requester = isAnswer
    ? { iamId: authors.get(answers ?? "") ?? "", ...(answers !== undefined && { recordId: answers }) }
    : { iamId: author, recordId };
  const approver = isAnswer ? { iamId: author, recordId } : { iamId: actor.iamId };
  const areNamed = requester.iamId !== "" && approver.iamId !== "";
  return { requester, approver, ...(areNamed && { isSingle: requester.iamId === approver.iamId }) };
}
