/**
 * One call in progress, shared by many callers. It is stopped only when none of them waits any
 * more.
 */

import { UkoError } from "../../errors.ts";

/**
 * Returns a function that joins the call in progress, or starts one. A failed call is not kept, so
 * the next caller tries again.
 */
export function singleFlight<T>(start: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let underWay: { readonly result: Promise<T>; readonly stop: AbortController; waiters: number } | undefined;

  return async (signal) => {
    if (signal.aborted) throw cancelled();
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

export function cancelled(): UkoError {
  return new UkoError("UKO_CANCELLED", {
    detail: "Nothing was sent for the call that was due. Run the same command again.",
  });
}

async function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(cancelled());
  });
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
