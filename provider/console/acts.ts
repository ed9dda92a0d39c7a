/** Takes the acts of a page: each calls the operation of its command, only on the key as the page showed it. */

import type { Operations } from "../engine/key/commands.ts";
import type { Inspection } from "../engine/key/inspection.ts";
import type { KmsOperations } from "../engine/kms-key/commands.ts";
import type { Report } from "../engine/loop/report.ts";
import type { CallOptions, KeyRef } from "../engine/ports/world.ts";
import type { KeyAct, KeyActId } from "../engine/text/act.ts";
import { confirmingText } from "../text/printable.ts";
import { type ActProblem, mistakeIn } from "./act-form.ts";
import type { ActSubject } from "./act-page.ts";

export interface ActForm {
  readonly basis: string;
  readonly record: string;
  readonly typed: string;
  readonly reason: string;
  /** Empty unless the person ticked the box. */
  readonly requestsNext: string;
}

export type Acted =
  | { readonly kind: "done"; readonly report: Report }
  | { readonly kind: "mistyped"; readonly act: KeyAct; readonly problem: ActProblem }
  | { readonly kind: "changed" };

type Operation = (operations: Operations, ref: KeyRef, form: ActForm, options: CallOptions) => Promise<Report>;

const operationOf = {
  request: (operations, ref, { reason }, options) =>
    operations.request(ref, reason === "" ? undefined : reason, options),
  approve: (operations, ref, { record: recordId, requestsNext }, options) =>
    operations.approveOne(ref, { recordId, stores: false, requestsNext: requestsNext !== "" }, options),
  store: (operations, ref, { record: recordId }, options) =>
    operations.approveOne(ref, { recordId, stores: true }, options),
  continue: (operations, ref, { record: recordId }, options) => operations.takeApproved(ref, recordId, options),
  withdraw: (operations, ref, _form, options) => operations.withdraw(ref, options),
  reactivate: (operations, ref, _form, options) => operations.reactivate(ref, options),
  remove: (operations, ref, _form, options) => operations.sweep(ref, options),
} as const satisfies Record<KeyActId, Operation>;

export function actOnKey(
  operations: Operations,
  { inspection, id }: { readonly inspection: Inspection; readonly id: string },
  form: ActForm,
  options: CallOptions,
): Promise<Acted> {
  const { instanceId, vaultId, keyId } = inspection.report;
  const ref = { instanceId, vaultId, keyId };
  return take(inspection, id, form, (act) => operationOf[act.id](operations, ref, form, options));
}

/** The operations of a KMS key; KMS offers no others. */
export function actOnKmsKey(
  operations: KmsOperations,
  { inspection, id }: { readonly inspection: ActSubject; readonly id: string },
  form: ActForm,
  options: CallOptions,
): Promise<Acted> {
  const { instanceId, keyId: kmsKeyId } = inspection.report;
  const ref = { instanceId, kmsKeyId };
  return take(inspection, id, form, (act) => {
    if (act.id === "request") return operations.request(ref, options);
    if (act.id === "approve") return operations.approve(ref, form.record, options);
    return operations.withdraw(ref, options);
  });
}

async function take(
  { report, basis, acts, record }: ActSubject,
  id: string,
  form: ActForm,
  operate: (act: KeyAct) => Promise<Report>,
): Promise<Acted> {
  const act = acts.find((each) => each.id === id && each.isSigned !== true);
  if (act === undefined || basis !== form.basis || form.record !== (record?.id ?? "")) return { kind: "changed" };
  const problem = mistakeIn(act, form, confirmingText(report.label ?? "", report.keyId));
  return problem === undefined ? { kind: "done", report: await operate(act) } : { kind: "mistyped", act, problem };
}
