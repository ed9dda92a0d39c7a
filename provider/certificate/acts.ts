/**
 * Lists who requested, approved and executed each step on a key, in the order of time: the check of a certificate, its
 * JSON and its page use this one list. A person who approved a step by executing it appears once, with both acts.
 */

import { isByOnePerson } from "../engine/commands/audit.ts";
import type { CertificateStep } from "./statement.ts";

/** What one person did on a key. A person who approves a step by executing it did both in one call. */
export interface Act {
  readonly did: readonly ("requested" | "approved" | "executed")[];
  readonly step: string;
  /** Empty if the evidence does not name the person. */
  readonly iamId: string;
  /** Absent for an approval or request that the evidence does not have. */
  readonly at?: string;
  /** The time before the call of the step that the act is part of. */
  readonly startedAt: string;
  /** The record that the person wrote. */
  readonly recordId?: string;
  readonly isConfirmed: boolean;
  readonly isSingle?: true;
  /** The position in the certificate of the step that the act is part of. */
  readonly of: number;
}

/** All acts on a key by their times. A record that a step used is an act of this step, and otherwise of its own. */
export function actsOf(steps: readonly CertificateStep[]): readonly Act[] {
  const used = new Set(
    steps.flatMap(({ about, requester, approver }) =>
      about === undefined ? [requester?.recordId, approver?.recordId] : [],
    ),
  );
  const acts = steps.flatMap((each, of): readonly Act[] => {
    const { about, requester, approver, executor, startedAt, doneAt } = each;
    const common = { step: about ?? each.step, of, startedAt, isConfirmed: doneAt !== undefined };
    const isSingle = isByOnePerson(each) === true;
    const isByCall = !isSingle && approver?.recordId === undefined && approver?.iamId === executor.iamId;
    const records = [
      ...(requester === undefined ? [] : [{ ...common, did: ["requested"], ...written(requester) } as const]),
      ...(approver === undefined || isByCall || isSingle
        ? []
        : [{ ...common, did: ["approved"], ...written(approver) } as const]),
    ];
    if (about !== undefined) return records.filter(({ recordId }) => !used.has(recordId));
    const did = isByCall ? (["approved", "executed"] as const) : (["executed"] as const);
    const call = { ...common, did, iamId: executor.iamId, at: doneAt ?? startedAt };
    return [...records, { ...call, ...(isSingle && { isSingle }) }];
  });
  const timeOf = ({ at, startedAt }: Act): number => Date.parse(at ?? startedAt);
  return acts.toSorted((a, b) => timeOf(a) - timeOf(b));
}

function written({ iamId, at, recordId }: NonNullable<CertificateStep["requester"]>) {
  return { iamId, ...(at !== undefined && { at }), ...(recordId !== undefined && { recordId }) };
}
