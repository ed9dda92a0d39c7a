/**
 * Limits the time of one call. `close` releases the timer and the listener as soon as the call ends, which
 * `AbortSignal.timeout` and `AbortSignal.any` would keep until the limit.
 */

export interface Deadline {
  readonly ms: number;
  /** Aborted by the caller, or once the time is over. */
  readonly signal: AbortSignal;
  isOver(): boolean;
  close(): void;
}

/** Close it after the call. */
export function openDeadline(caller: AbortSignal, ms: number): Deadline {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    abort();
  }, ms).unref();
  caller.addEventListener("abort", abort, { once: true });
  return {
    ...{ ms, signal: stop.signal, isOver: () => isOver },
    close() {
      clearTimeout(timer);
      caller.removeEventListener("abort", abort);
    },
  };
}
