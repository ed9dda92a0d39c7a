/**
 * Limits how many calls run at a time. Writes start before reads, because a record counts only if it is written within
 * seconds of the read before it.
 */

import { UkoError } from "../../errors.ts";

export interface Turnstile {
  /** Resolves at the caller's turn with a function to call at the end. Throws UKO_CANCELED. */
  enter(signal: AbortSignal, order?: "in turn" | "before reads"): Promise<() => void>;
}

/** The most waiting calls. All keys of an instance cannot cause more, so a larger number is a bug of uko. */
const maxWaiting = 100_000;

/** `maxInside` may change between calls. */
export function createTurnstile(maxInside: () => number): Turnstile {
  const first = new Set<() => void>();
  const others = new Set<() => void>();
  let inside = 0;
  const leave = (): void => {
    inside -= 1;
    while (inside < maxInside()) {
      const queue = first.size > 0 ? first : others;
      const [next] = queue;
      if (next === undefined) return;
      queue.delete(next);
      inside += 1;
      next();
    }
  };

  return {
    async enter(signal, order = "in turn") {
      if (signal.aborted) throw canceled();
      if (inside < maxInside() && first.size + others.size === 0) {
        inside += 1;
        return leave;
      }
      const waiting = order === "in turn" ? others : first;
      if (waiting.size >= maxWaiting) throw new UkoError("UKO_BUG", { detail: `${maxWaiting} calls wait at once.` });
      await new Promise<void>((resolve, reject) => {
        const stop = (): void => {
          waiting.delete(next);
          reject(canceled());
        };
        const next = (): void => {
          signal.removeEventListener("abort", stop);
          resolve();
        };
        waiting.add(next);
        signal.addEventListener("abort", stop, { once: true });
      });
      return leave;
    },
  };
}

/** Joins the call in progress, or starts one. A failed call is not kept. */
export function singleFlight<T>(start: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let underWay: { readonly result: Promise<T>; readonly stop: AbortController; waiters: number } | undefined;

  return async (signal) => {
    if (signal.aborted) throw canceled();
    if (underWay === undefined) {
      const stop = new AbortController();
      const flight = { result: start(stop.signal), stop, waiters: 0 };
      underWay = flight;
      const land = (): void => {
        if (underWay === flight) underWay = undefined;
      };
      flight.result.then(land, land);
    }
    const flight = underWay;
    flight.waiters += 1;
    try {
      return await untilAborted(flight.result, signal);
    } finally {
      flight.waiters -= 1;
      if (flight.waiters === 0 && underWay === flight) {
        underWay = undefined;
        flight.stop.abort();
      }
    }
  };
}

export function canceled(): UkoError {
  return new UkoError("UKO_CANCELED", {
    detail: "The call was not sent. Run the same command again.",
  });
}

async function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(canceled());
  });
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
