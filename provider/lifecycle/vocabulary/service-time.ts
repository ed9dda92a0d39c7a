/**
 * Compares the time of the service with when the run's token was issued, and when the objects that it reads were last
 * changed. With a clock that runs behind, an expired request would still count. So a `Date` that is earlier than one of
 * these times by more than the tolerance stops the run. A clock that runs ahead is not detected. A run decides by the
 * latest `Date`, so its time never runs backwards. Consent records expire by the latest of all times, also those of
 * tokens and objects.
 */

/** How much the service's `Date` and the times of its objects may differ. */
export const clockToleranceMs = 10_000;

/** IAM has its own clock, which may differ slightly from the service's. */
export const tokenToleranceMs = 60_000;

/** One response: the service's `Date` and the other times that the run knows of. */
export interface TimeReading {
  readonly dateMs: number;
  /** When IAM issued the token of this run; absent if the token does not state it. */
  readonly tokenIssuedAtMs?: number | undefined;
  /** When the object in the response was last changed; absent if the service does not report it. */
  readonly updatedAtMs?: number | undefined;
}

/** The times that one run has seen so far. */
export interface RunTime {
  /** The latest `Date`. A run decides by this time, so its time never runs backwards. */
  readonly reachedMs: number;
  /** The latest of all times seen, of tokens and objects too. Consent records expire by it. */
  readonly latestMs: number;
}

/** A `Date` that another time contradicts. */
export type ClockSkew =
  | { readonly kind: "before_token"; readonly dateMs: number; readonly tokenIssuedAtMs: number }
  | { readonly kind: "before_update"; readonly dateMs: number; readonly updatedAtMs: number };

/** The time of the run after a response. */
export function runTimeAfter(earlier: RunTime | undefined, reading: TimeReading): RunTime {
  const { dateMs, tokenIssuedAtMs = dateMs, updatedAtMs = dateMs } = reading;
  const reachedMs = Math.max(dateMs, earlier?.reachedMs ?? dateMs);
  return { reachedMs, latestMs: Math.max(reachedMs, tokenIssuedAtMs, updatedAtMs, earlier?.latestMs ?? dateMs) };
}

/** What contradicts a `Date` beyond the tolerance; undefined if nothing does. */
export function skewOf({ dateMs, tokenIssuedAtMs, updatedAtMs }: TimeReading): ClockSkew | undefined {
  if (tokenIssuedAtMs !== undefined && dateMs < tokenIssuedAtMs - tokenToleranceMs) {
    return { kind: "before_token", dateMs, tokenIssuedAtMs };
  }
  if (updatedAtMs !== undefined && dateMs < updatedAtMs - clockToleranceMs) {
    return { kind: "before_update", dateMs, updatedAtMs };
  }
  return undefined;
}
