/** The service's time in one run. It is checked with each response and never runs backwards. */

import { UkoError } from "../../errors.ts";
import { type RunTime, runTimeAfter, skewOf, type TimeReading } from "../../lifecycle/service-time.ts";
import { explainSkew } from "../text/clock-skew.ts";

/** UKO and KMS have separate clocks. */
type Service = "UKO" | "KMS";

/** A response with the times of the objects in it. */
export interface StampedAnswer extends Pick<TimeReading, "updatedAtMs"> {
  readonly serviceTimeMs: number;
}

export interface ServiceClock {
  /** The time of a response that a decision depends on. Throws UKO_CLOCK_SKEW. */
  decideAt(service: Service, answer: StampedAnswer, what: string): number;
  /** The run's time at a response that is only displayed, or that reports a completed change. */
  showAt(service: Service, answer: StampedAnswer): number;
  /** The latest time of any service, token or object; undefined before the first response. */
  latestMs(): number | undefined;
}

export function createServiceClock(tokenIssuedAtMs: () => number | undefined): ServiceClock {
  const times = new Map<Service, RunTime>();
  const readingOf = ({ serviceTimeMs, updatedAtMs }: StampedAnswer): TimeReading => {
    const issuedAtMs = tokenIssuedAtMs();
    return {
      dateMs: serviceTimeMs,
      ...(issuedAtMs !== undefined && { tokenIssuedAtMs: issuedAtMs }),
      ...(updatedAtMs !== undefined && { updatedAtMs }),
    };
  };
  const advance = (service: Service, reading: TimeReading): number => {
    const time = runTimeAfter(times.get(service), reading);
    times.set(service, time);
    return time.reachedMs;
  };
  return {
    decideAt(service, answer, what) {
      const reading = readingOf(answer);
      const skew = skewOf(reading);
      if (skew !== undefined) throw new UkoError("UKO_CLOCK_SKEW", explainSkew(service, skew, what));
      return advance(service, reading);
    },
    showAt: (service, answer) => advance(service, readingOf(answer)),
    latestMs: () => (times.size === 0 ? undefined : Math.max(...[...times.values()].map(({ latestMs }) => latestMs))),
  };
}
