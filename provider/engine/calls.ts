/** What every call of the outside world takes and answers; a part of `ports.ts`. */

/** Every call can be stopped; deadlines of single calls are the adapter's. */
export interface CallOptions {
  readonly signal: AbortSignal;
  /** Takes what this one call has to tell while it works; the run's own progress does where it is absent. */
  readonly progress?: Progress;
}

/** Tells people how a long run goes; must never throw. */
export interface Progress {
  report(line: string): void;
}

/** One answer of the service with what comes beside every answer. */
export interface Answered<T> {
  readonly value: T;
  /** The service's `Date`, milliseconds; the only clock that decides anything. */
  readonly serviceTimeMs: number;
  readonly correlationId: string;
}

/** What became of a call that changes something. Faults that no plan can answer are thrown as `UkoError`. */
export type Written<T> =
  | ({ readonly kind: "done" } & Answered<T>)
  /** 412: somebody else wrote meanwhile. Nothing happened. */
  | { readonly kind: "stale" }
  /** No answer arrived, or one that does not tell: the effect may have happened. Read again, plan again. */
  | { readonly kind: "lost"; readonly reason: string }
  /** The service understood and said no (400, 404, 409, 410, 422, 424). Nothing happened. */
  | { readonly kind: "refused"; readonly status: number; readonly message: string; readonly correlationId: string }
  /** 403: the identity lacks the right. Nothing happened. */
  | { readonly kind: "forbidden"; readonly message: string; readonly correlationId: string };
