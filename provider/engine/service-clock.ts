/** The service's time in one run: each answer is judged by it, and it never runs backwards. */

import { UkoError } from "../errors.ts";
import { type RunTime, runTimeAfter, skewOf, type TimeReading } from "../lifecycle/service-time.ts";
import { explainSkew } from "./explain/clock-skew.ts";

/** UKO and KMS have clocks of their own. */
type Service = "UKO" | "KMS";

/** An answer with the times of the objects in it. */
export interface StampedAnswer extends Pick<TimeReading, "updatedAtMs"> {
  readonly serviceTimeMs: number;
}

export interface ServiceClock {
  /** The run's time at an answer that a decision rests on; `what` names the object. Throws UKO_CLOCK_SKEW. */
  decideAt(service: Service, answer: StampedAnswer, what: string): number;
  /** The run's time at an answer that is only shown, or that reports what was already done. */
  showAt(service: Service, answer: StampedAnswer): number;
  /** The latest time that any service, token or object has shown; undefined before the first answer. */
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
