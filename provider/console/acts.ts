/**
 * Maps each act of the console, such as `approve`, to the operation that the command for this act calls. The file also
 * checks the form of the act. An act is refused if the key has changed since the page showed it, so that a person
 * approves only what they saw.
 */

import type { Operations } from "../engine/key/commands.ts";
import type { KmsOperations } from "../engine/kms-key/commands.ts";
import type { Report } from "../engine/loop/report.ts";
import type { CallOptions, KeyRef } from "../engine/ports/world.ts";
import type { KeyAct, KeyActId } from "../engine/text/act.ts";
import { confirmingText } from "../text/printable.ts";
import { type ActProblem, type ActSubject, mistakeIn } from "./act-page.ts";

export interface ActForm {
  readonly basis: string;
  readonly record: string;
  readonly typed: string;
  readonly reason: string;
  /** Empty unless the person ticked the box. */
  readonly requestsNext: string;
}

type Operation = (operations: Operations, ref: KeyRef, form: ActForm, options: CallOptions) => Promise<Report>;

const operationOf = {
  request: (operations, ref, { reason }, options) =>
    operations.request(ref, reason === "" ? undefined : reason, options),
  approve: (operations, ref, { record: recordId, requestsNext }, options) =>
    operations.approveOne(ref, { recordId, stores: false, requestsNext: requestsNext !== "" }, options),
  store: (operations, ref, { record: recordId }, options) =>
    operations.approveOne(ref, { recordId, stores: true }, options),
  continue: (operations, ref, { record: recordId }, options) => operations.takeApproved(ref, recordId, options),
  withdraw: (operations, ref, { reason }, options) => operations.withdraw(ref, { ...options, reason }),
  reactivate: (operations, ref, _form, options) => operations.reactivate(ref, options),
  remove: (operations, ref, _form, options) => operations.sweep(ref, options),
} as const satisfies Record<KeyActId, Operation>;

export function actOnKey(
  operations: Operations,
  { instanceId, vaultId, keyId }: Report,
  id: KeyActId,
  form: ActForm,
  options: CallOptions,
): Promise<Report> {
  return operationOf[id](operations, { instanceId, vaultId, keyId }, form, options);
}

/** Takes an act on a KMS key; KMS offers no other acts. */
export function actOnKmsKey(
  operations: KmsOperations,
  { instanceId, keyId: kmsKeyId }: Report,
  id: KeyActId,
  form: ActForm,
  options: CallOptions,
): Promise<Report> {
  const ref = { instanceId, kmsKeyId };
  if (id === "request") return operations.request(ref, options);
  if (id === "approve") return operations.approve(ref, form.record, options);
  return operations.withdraw(ref, options);
}

export type Judged =
  | { readonly kind: "ready"; readonly act: KeyAct }
  | { readonly kind: "mistyped"; readonly act: KeyAct; readonly problem: ActProblem }
  | { readonly kind: "changed" };

/** Checks that the key is still as the page showed it, and that the form is filled in as the page asked. */
export function judgeForm({ report, basis, acts, record }: ActSubject, id: string, form: ActForm): Judged {
  const act = acts.find((each) => each.id === id && each.isSigned !== true);
  if (act === undefined || basis !== form.basis || form.record !== (record?.id ?? "")) return { kind: "changed" };
  const problem = mistakeIn(act.fields, form, confirmingText(report.label ?? "", report.keyId));
  return problem === undefined ? { kind: "ready", act } : { kind: "mistyped", act, problem };
}
