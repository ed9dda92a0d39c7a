/**
 * Defines the parameters and results that all ports share, and the settings of a run. After a `lost` write, the caller
 * reads the object before it sends anything again.
 */
import type { RequiredPeople } from "../../lifecycle/vocabulary/observation.ts";

/**
 * What differs from call to call in one world (decision 63). Every call can be canceled. The adapter sets deadlines for
 * single calls.
 */
export interface CallOptions {
  readonly signal: AbortSignal;
  /** Receives the progress of this one call; if absent, the run's own progress does. */
  readonly progress?: Progress;
  /** Asks the person at the terminal before a destroy or a removal, the step; absent without a person. */
  readonly confirm?: (question: string, step: string) => Promise<boolean>;
}

/** Reports the progress of a long run; must never throw. */
export interface Progress {
  report(line: string): void;
  /** The count of a long run, for a person at a terminal. Absent if the run stays quiet. */
  readonly count?: (line: string) => void;
}

/** One response of the service, with the values that every response has. */
export interface WithServiceTime<T> {
  readonly value: T;
  /** The service's `Date` in milliseconds; the only clock that decides anything. */
  readonly serviceTimeMs: number;
  readonly correlationId: string;
}

/** The result of a change. Faults that no plan can handle are thrown as `UkoError`. */
export type Written<T> =
  | ({ readonly kind: "done" } & WithServiceTime<T>)
  /** 412: the ETag is not the current one, as a rule because another writer changed the object. Nothing happened. */
  | { readonly kind: "stale" }
  /**
   * No conclusive response, so the effect may have happened. Read again, plan again. `isThrottled` marks a creation that
   * was answered with 429: most likely nothing was created.
   */
  | { readonly kind: "lost"; readonly reason: string; readonly isThrottled?: true }
  /** The service understood and refused it (400, 404, 409, 410, 422, 424). Nothing happened. */
  | { readonly kind: "refused"; readonly status: number; readonly message: string; readonly correlationId: string }
  /** 403: the identity lacks the right. Nothing happened. */
  | { readonly kind: "forbidden"; readonly message: string; readonly correlationId: string };

/** The result of a change that takes a permit. `expired`: the decision was too old, so nothing was sent. Read and plan again. */
export type Permitted<T> = Written<T> | { readonly kind: "expired" };

/** Settings of the caller and the provider, in addition to those of the resource. */
export interface RunSettings {
  /** The people that the environment or the provider demand at least. A resource can demand more, never fewer. */
  readonly leastPeople: RequiredPeople;
  /** How long the caller lets this run wait; absent if not set. */
  readonly waitMs?: number;
  /** Whether the run is in a pipeline, where no person sees what a wait blocks. */
  readonly isUnattended?: boolean;
}
