/**
 * A limit on concurrent calls: the others wait in order of arrival, until their signal aborts.
 * Writes go before reads, because a consent record counts only if the service writes it within
 * seconds of the read that it is based on.
 */

import { UkoError } from "../../errors.ts";
import { cancelled } from "./single-flight.ts";

export interface Turnstile {
  /**
   * Resolves at the caller's turn with a function that the caller has to call once at the end.
   * Throws UKO_CANCELLED.
   */
  enter(signal: AbortSignal, order?: "in turn" | "before reads"): Promise<() => void>;
}

/** More waiting calls than all keys of an instance could cause are a bug of ours. */
const maxWaiting = 100_000;

export function createTurnstile(maxInside: number): Turnstile {
  const first = new Set<() => void>();
  const others = new Set<() => void>();
  let inside = 0;
  const leave = (): void => {
    const queue = first.size > 0 ? first : others;
    const [next] = queue;
    if (next === undefined) {
      inside -= 1;
      return;
    }
    queue.delete(next);
    next();
  };

  return {
    async enter(signal, order = "in turn") {
      if (signal.aborted) throw cancelled();
      if (inside < maxInside) {
        inside += 1;
        return leave;
      }
      const waiting = order === "in turn" ? others : first;
      if (waiting.size >= maxWaiting) throw new UkoError("UKO_BUG", { detail: `${maxWaiting} calls wait at once.` });
      await new Promise<void>((resolve, reject) => {
        const stop = (): void => {
          waiting.delete(next);
          reject(cancelled());
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
