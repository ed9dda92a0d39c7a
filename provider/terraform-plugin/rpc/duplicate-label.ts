/**
 * A warning at plan time that a new key reuses a label already in state, which both the apply and
 * the service would reject.
 */

import { type Diagnostic, warningDiagnostic } from "../diagnostics.ts";
import type { Session } from "../session.ts";
import type { ObjectValue } from "../values.ts";

/** Only a warning: `tofu destroy` begins with such a plan, and an error would block it. */
export function duplicateLabelWarning({ labels, command }: Session, values: ObjectValue): Diagnostic[] {
  const label = labels.popConflict(values);
  if (label === undefined) return [];
  return [
    warningDiagnostic(
      [
        `Key "${label}" is already in the state, so no other key can have its label`,
        `  If the resource is tainted, run ${command} untaint to keep the key. An apply would not delete it.`,
        "  If you renamed the block, write a moved block from the old name to the new one. Otherwise an apply requests its deletion.",
      ].join("\n"),
    ),
  ];
}
