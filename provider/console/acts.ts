/** The acts of a page: each calls the operation of the same command, only on the key as the page showed it. */

import { maxReasonCharacters } from "../compose-text.ts";
import type { Operations } from "../engine/key/commands.ts";
import type { Inspection } from "../engine/key/inspection.ts";
import type { KmsOperations } from "../engine/kms-key/commands.ts";
import type { Report } from "../engine/loop/report.ts";
import type { CallOptions, KeyRef } from "../engine/ports/world.ts";
import type { Offer, OfferedOperation } from "../engine/text/explanation.ts";
import { type ActProblem, type ActSubject, typedForm } from "./act-page.ts";

export interface ActForm {
  readonly basis: string;
  readonly record: string;
  readonly label: string;
  readonly reason: string;
}

export type Acted =
  | { readonly kind: "done"; readonly report: Report }
  | { readonly kind: "mistyped"; readonly offer: Offer; readonly problem: ActProblem }
  | { readonly kind: "changed" };

type Operation = (operations: Operations, ref: KeyRef, form: ActForm, options: CallOptions) => Promise<Report>;

/** A page does not wait: it shows what the key waits for. */
const noWait = { budgetMs: 0 } as const;

const acts = {
  request: (operations, ref, { reason }, options) =>
    operations.request(ref, reason === "" ? undefined : reason, options),
  continue: (operations, ref, { record }, options) => operations.continue(ref, [record], noWait, options),
  consent: (operations, ref, { record }, options) => operations.consent(ref, record, options),
  withdraw: (operations, ref, _form, options) => operations.withdraw(ref, options),
  reactivate: (operations, ref, _form, options) => operations.reactivate(ref, options),
  remove: (operations, ref, _form, options) => operations.sweep(ref, options),
} as const satisfies Record<OfferedOperation, Operation>;

export function isOperation(name: string): name is OfferedOperation {
  return Object.hasOwn(acts, name);
}

export function actOnKey(
  operations: Operations,
  { inspection, operation }: { readonly inspection: Inspection; readonly operation: OfferedOperation },
  form: ActForm,
  options: CallOptions,
): Promise<Acted> {
  const { instanceId, vaultId, keyId } = inspection.report;
  const ref = { instanceId, vaultId, keyId };
  return act(inspection, operation, form, () => acts[operation](operations, ref, form, options));
}

/** The operations of a KMS key; KMS offers no others. */
export async function actOnKmsKey(
  operations: KmsOperations,
  { inspection, operation }: { readonly inspection: ActSubject; readonly operation: OfferedOperation },
  form: ActForm,
  options: CallOptions,
): Promise<Acted> {
  const { instanceId, keyId: kmsKeyId } = inspection.report;
  const ref = { instanceId, kmsKeyId };
  return act(inspection, operation, form, () => {
    if (operation === "request") return operations.request(ref, options);
    if (operation === "continue") return operations.continue(ref, [form.record], options);
    return operations.withdraw(ref, options);
  });
}

async function act(
  inspection: ActSubject,
  operation: OfferedOperation,
  form: ActForm,
  take: () => Promise<Report>,
): Promise<Acted> {
  const { report, basis, offers } = inspection;
  const offer = offers.find((each) => each.operation === operation);
  if (offer === undefined || basis !== form.basis || form.record !== (inspection.record?.id ?? "")) {
    return { kind: "changed" };
  }
  const mistake = mistakeIn(form, offer, report.label ?? "");
  if (mistake !== undefined) return { kind: "mistyped", offer, problem: { says: mistake, reason: form.reason } };
  return { kind: "done", report: await take() };
}

function mistakeIn({ label: typed, reason }: ActForm, { isConsequential }: Offer, label: string): string | undefined {
  if (isConsequential && typed.trim() !== typedForm(label))
    return "The label that you typed is not the label of this key.";
  const length = Array.from(reason).length;
  return length > maxReasonCharacters ? `The reason has ${length} characters.` : undefined;
}
