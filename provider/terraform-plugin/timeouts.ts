/** The block `timeouts` of a resource: the wait budget of its destroy. */

import { parseDurationMs } from "../compose/engines.ts";
import { type Diagnostic, diagnosticOf } from "./diagnostics.ts";
import type { ObjectValue } from "./values.ts";

/** Without the block, a destroy does not wait. Throws UKO_SETTINGS_INVALID. */
export function deleteTimeoutMs({ timeouts }: ObjectValue): number {
  const { delete: written } = Object(timeouts) as { readonly delete?: unknown };
  return typeof written === "string" ? parseDurationMs(written, "timeouts.delete") : 0;
}

/** An unknown duration passes. */
export function timeoutFaults(config: ObjectValue): Diagnostic[] {
  try {
    deleteTimeoutMs(config);
    return [];
  } catch (error) {
    const { severity = 0, summary = "", detail = "" } = diagnosticOf(error);
    const steps = ["timeouts", "delete"].map((value) => ({ selector: { case: "attributeName", value } as const }));
    return [{ severity, summary, detail, attribute: { steps } }];
  }
}
