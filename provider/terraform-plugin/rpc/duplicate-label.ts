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
        `Key "${label}" is in the state, so none can be made under its label`,
        `  If it is tainted: ${command} untaint takes that back, and the key stays. An apply refuses to end it.`,
        "  If its block has another name now: a moved block from the old name to the new one keeps the key. Without it an apply",
        "  asks for the key's end.",
      ].join("\n"),
    ),
  ];
}
