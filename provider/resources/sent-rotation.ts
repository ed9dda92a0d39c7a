/** What both kinds of keys hold to once a rotation is sent: it is let end, and what follows is told and not thrown (decision 0026). */

import type { CallOptions } from "../engine/ports.ts";
import { throwIfStopped } from "../engine/reconcile.ts";

/** For the rotation and the look after it. */
const limitMs = 120_000;

/** Who stops the run while a rotation is under way would have one that no state notes. Throws UKO_CANCELLED where the run is stopped before. */
export function letEnd(options: CallOptions): CallOptions {
  throwIfStopped(options.signal);
  return { ...options, signal: AbortSignal.timeout(limitMs) };
}
