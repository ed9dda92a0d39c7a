/**
 * Names the people behind a step, in the same words and the same order wherever evidence is shown. A request and an
 * approval have only the IAM ID of their author, whose name another line may have.
 */

import { sayPerson } from "../text/words.ts";

export const peopleHeads = ["REQUESTED BY", "APPROVED BY", "EXECUTED BY"] as const;

/** Names a person by the IAM ID, which is empty for a person whom the evidence does not name. */
export type NameOf = (iamId: string) => string;

interface NamedPerson {
  readonly iamId: string;
  readonly name?: string | undefined;
}

export function namesOf(executors: readonly NamedPerson[]): NameOf {
  const names = new Map(executors.flatMap(({ iamId, name = "" }) => (name === "" ? [] : [[iamId, name] as const])));
  return (iamId) => (iamId === "" ? "not recorded" : sayPerson(iamId, names.get(iamId)));
}

/** One cell for each of `peopleHeads`. One person never fills two cells as if they were two. */
export function peopleCells(
  {
    requester,
    approver,
    executor,
    isByOne,
  }: {
    readonly requester?: NamedPerson | undefined;
    readonly approver?: NamedPerson | undefined;
    readonly executor?: NamedPerson | undefined;
    /** One person alone took the step. */
    readonly isByOne: boolean;
  },
  nameOf: NameOf,
): readonly [string, string, string] {
  const nameIn = (person: NamedPerson | undefined): string => (person === undefined ? "" : nameOf(person.iamId));
  return [nameIn(requester), isByOne ? "(one person)" : nameIn(approver), nameIn(executor)];
}
