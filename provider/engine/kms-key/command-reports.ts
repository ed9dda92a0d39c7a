/** Makes the reports with which commands on a KMS key end. */

import { UkoError } from "../../errors.ts";
import { certainSteps } from "../../lifecycle/vocabulary/steps-taken.ts";
import { codeOf, type Report, type Subject } from "../loop/report.ts";
import type { KmsKeyRef } from "../ports/kms-keys.ts";
import type { Explanation } from "../text/explanation.ts";
import type { KmsOutcome } from "./kind.ts";
import { explainKmsOutcome } from "./messages.ts";
import { reportKmsKeyDeletion } from "./report.ts";

/** A reader at the command line or in the console. */
export const userInterface = { rerun: "uko continue" } as const;

export function subjectOf({ instanceId, kmsKeyId }: KmsKeyRef): Subject {
  return { instanceId, resource: "kms_key", vaultId: "", keyId: kmsKeyId };
}

export function kmsKeyNotFound({ kmsKeyId }: KmsKeyRef): UkoError {
  return new UkoError("UKO_NOT_FOUND", {
    summary: `KMS key ${kmsKeyId} was not found: it is gone, or its ID is mistyped`,
    detail: "KMS has no key with this ID. Nothing was changed.",
  });
}

export function reportOutcome(ref: KmsKeyRef, outcome: KmsOutcome): Report {
  const taken = certainSteps(outcome.memory.run).map(({ kind }) => kind);
  const about = { v: 1, instanceId: ref.instanceId, vaultId: "", keyId: ref.kmsKeyId, taken } as const;
  if (outcome.kind === "gone") {
    const explanation = {
      summary: `KMS key ${ref.kmsKeyId} is gone, or its ID is mistyped: KMS has no key with this ID`,
      facts: [],
      next: [],
    };
    return { ...about, lifecycleState: "gone", deletion: {}, explanation, exitCode: 0 };
  }
  const { observed } = outcome;
  const { observation } = observed;
  const { registrations } = observation;
  const plan = outcome.kind === "stopped" ? outcome.plan : undefined;
  const { lifecycleState, ...deletion } = reportKmsKeyDeletion(observed, { run: outcome.memory.run, plan });
  const explanation: Explanation = explainKmsOutcome(outcome, userInterface);
  return {
    ...about,
    label: observation.name,
    lifecycleState,
    keyState: observation.stateWord,
    dualAuthDelete: observation.dualAuthDelete,
    ...(registrations.kind !== "unreadable" && { usedBy: registrations.items.map(({ resourceCrn }) => resourceCrn) }),
    deletion,
    explanation,
    ...codeOf(explanation),
  };
}
