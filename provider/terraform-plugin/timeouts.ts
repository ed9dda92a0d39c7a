/**
 * Reads the block `timeouts` of a resource. Its value `delete` limits how long a destroy waits for people and for time
 * before it stops.
 */

import { longestWait, parseDurationMs } from "../compose/engines.ts";
import { type Diagnostic, diagnosticOf } from "./diagnostics.ts";
import type { ObjectValue } from "./values.ts";

/** How long a destroy waits, in ms. Without the block it does not wait. Throws UKO_SETTINGS_INVALID. */
export function deleteTimeoutMs({ timeouts }: ObjectValue): number {
  const { delete: written } = Object(timeouts) as { readonly delete?: unknown };
  return typeof written === "string" ? parseDurationMs(written, "timeouts.delete", longestWait) : 0;
}

/** The errors in the block. An unknown duration is accepted. */
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
