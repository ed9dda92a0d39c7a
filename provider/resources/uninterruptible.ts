/**
 * The uninterruptible part of a rotation, for both kinds of keys. Once sent, a rotation runs to
 * completion, and later failures become warnings (decision 0026).
 */

import { throwIfStopped } from "../engine/key/reconcile.ts";
import type { CallOptions } from "../engine/ports.ts";

/** For the rotation and the read after it. */
const limitMs = 120_000;

/**
 * Canceling mid-rotation would leave a rotated key that no state knows about, so the call ignores
 * cancellation. Throws UKO_CANCELLED if the run was canceled before.
 */
export function withoutCancellation(options: CallOptions): CallOptions {
  throwIfStopped(options.signal);
  return { ...options, signal: AbortSignal.timeout(limitMs) };
}
