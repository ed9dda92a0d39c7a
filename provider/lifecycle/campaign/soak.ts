/**
 * The time from which the soak of a key counts. It may be later than the deactivation, never earlier:
 * no request and no file of the folder shortens a soak.
 */

import { knownDeactivationMs } from "../authorization.ts";
import type { KeyObservation } from "../observation.ts";
import type { Run } from "../plan.ts";

/** Of a reader, who has taken no step. */
const nobody: Run = { actor: { displayName: "" }, consents: [], intent: "resume" };

/**
 * As a record on the key notes it, otherwise the last write. A reviewer saw the key active, so that
 * it was deactivated after each of `reviewedAtMs`, whatever a record notes. Undefined if the service
 * names no time.
 */
export function soaksFromMs(observation: KeyObservation, reviewedAtMs: readonly number[]): number | undefined {
  const fromMs = knownDeactivationMs(observation, nobody) ?? observation.updatedAtMs;
  return fromMs === undefined ? undefined : Math.max(fromMs, ...reviewedAtMs);
}
