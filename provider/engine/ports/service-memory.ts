/**
 * Keeps what one run learned about the service: its time, and whether it really stores what its responses to writes
 * show (decision 0048). The time never runs backwards; if it contradicts another time, the run stops, because with a
 * wrong time an expired approval would still count.
 */

import { UkoError } from "../../errors.ts";
import { type RunTime, runTimeAfter, skewOf, type TimeReading } from "../../lifecycle/vocabulary/service-time.ts";
import { explainSkew } from "../text/clock-skew.ts";

/** UKO and KMS have separate clocks. */
type Service = "UKO" | "KMS";

/** A response with the times of the objects in it. */
export interface StampedResponse extends Pick<TimeReading, "updatedAtMs"> {
  readonly serviceTimeMs: number;
}

export interface ServiceClock {
  /** The time of a response that a decision depends on. Throws UKO_CLOCK_SKEW. */
  decideAt(service: Service, response: StampedResponse, what: string): number;
  /** The run's time at a response that is only displayed, or that reports a completed change. */
  showAt(service: Service, response: StampedResponse): number;
  /** The latest time of any service, token or object; undefined before the first response. */
  latestMs(): number | undefined;
}

export function createServiceClock(tokenIssuedAtMs: () => number | undefined): ServiceClock {
  const times = new Map<Service, RunTime>();
  const readingOf = ({ serviceTimeMs, updatedAtMs }: StampedResponse): TimeReading => ({
    dateMs: serviceTimeMs,
    tokenIssuedAtMs: tokenIssuedAtMs(),
    updatedAtMs,
  });
  const advance = (service: Service, reading: TimeReading): number => {
    const time = runTimeAfter(times.get(service), reading);
    times.set(service, time);
    return time.reachedMs;
  };
  return {
    decideAt(service, response, what) {
      const reading = readingOf(response);
      const skew = skewOf(reading);
      if (skew !== undefined) throw new UkoError("UKO_CLOCK_SKEW", explainSkew(service, skew, what));
      return advance(service, reading);
    },
    showAt: (service, response) => advance(service, readingOf(response)),
    latestMs: () => (times.size === 0 ? undefined : Math.max(...[...times.values()].map(({ latestMs }) => latestMs))),
  };
}

export interface ResponseTrust {
  /**
   * True if a read of this run confirmed a response to a write of this kind. The first caller
   * confirms by `confirm`, and concurrent callers wait for the result. A confirmed kind says nothing
   * about another: a service may store labels and drop tags.
   */
  isConfirmed(kind: string, confirm: () => Promise<boolean>): Promise<boolean>;
}

/** Makes the memory of confirmed responses, one for the whole run. A confirmation that failed is tried again. */
export function createResponseTrust(): ResponseTrust {
  const confirmations = new Map<string, Promise<boolean>>();
  return {
    async isConfirmed(kind, confirm) {
      const earlier = confirmations.get(kind);
      if (earlier !== undefined) return earlier.catch(() => false);
      const confirmation = confirm();
      confirmations.set(kind, confirmation);
      let isTrue = false;
      try {
        isTrue = await confirmation;
        return isTrue;
      } finally {
        if (!isTrue) confirmations.delete(kind);
      }
    },
  };
}
