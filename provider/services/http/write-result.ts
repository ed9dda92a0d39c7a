/**
 * Turns the end of a change into one of a few results, such as done, refused or lost. An unclear response always counts
 * as lost, because a wrong "refused" could hide a deletion.
 */

import type { Permitted, Written } from "../../engine/ports/world.ts";
import { withoutPeriod, withoutSecret } from "../../text/printable.ts";
import type { HttpResponse, NoResponse } from "./client.ts";
import { accessDenied, noResponseError, unavailable } from "./read-result.ts";

export interface WrittenRules<T> {
  readonly service: string;
  /** The service's own sentence about a refusal, sanitized for people. */
  readonly serviceMessageOf: (response: HttpResponse) => string;
  /** Whether this service reports a missing role as 401 (kms-v2-and-iam.md 4.3). */
  readonly unauthorizedIsForbidden: boolean;
  /** Set for a creation, for which even a 429 does not prove that no object was created. */
  readonly isCreation?: boolean;
  /** Added to a 403: the right that the call requires. */
  readonly rightNeeded?: string;
  /** Secrets that the call sent; a refusal that repeats them is shown without them. */
  readonly secrets?: readonly string[];
  /** The value of a success; undefined if the response does not contain it. */
  readonly readValue: (response: HttpResponse) => { readonly value: T } | undefined;
}

/**
 * Throws only if nothing happened: UKO_ACCESS_DENIED for 401, UKO_SERVICE_UNAVAILABLE for a 429 that outlasts the
 * retries, and UKO_SERVICE_UNAVAILABLE or UKO_DEADLINE for a request that was not sent.
 */
export function toWritten<T>(end: HttpResponse | NoResponse, rules: WrittenRules<T>): Written<T> {
  if (end.kind === "none") {
    if (end.isUnsent === true) throw noResponseError(rules.service, end);
    return { kind: "lost", reason: end.reason };
  }
  const { status, correlationId } = end;
  if (status >= 200 && status < 300) return toDone(end, rules);
  const text = (rules.secrets ?? []).reduce(withoutSecret, end.text);
  const message = rules.serviceMessageOf({ ...end, text });
  if (status === 412) return { kind: "stale" };
  if (status === 403 || (status === 401 && rules.unauthorizedIsForbidden)) {
    const needed = rules.rightNeeded === undefined ? "" : ` The call requires ${rules.rightNeeded}.`;
    const said = message === "" || needed === "" ? message : `${withoutPeriod(message)}.`;
    return { kind: "forbidden", message: `${said}${needed}`.trim(), correlationId };
  }
  if (status === 401) throw accessDenied(rules.service, end, message);
  if (status === 429 && rules.isCreation !== true) throw unavailable(rules.service, end, message);
  // A 408 says that services that use the key did not confirm in time. It does not prove that nothing happened (uko-v4.md
  // 4.5).
  const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  if (isRefusal) return { kind: "refused", status, message: message || "the service gave no reason", correlationId };
  const reason = `${rules.service} returned ${status}${message === "" ? "" : `: ${message}`}`;
  return { kind: "lost", reason, ...(status === 429 && { isThrottled: true }) };
}

/** As `toWritten`, for a call that takes a permit. */
export function toPermitted<T>(end: HttpResponse | NoResponse, rules: WrittenRules<T>): Permitted<T> {
  return end.kind === "none" && end.why === "expired" ? { kind: "expired" } : toWritten(end, rules);
}

function toDone<T>(response: HttpResponse, rules: WrittenRules<T>): Written<T> {
  const read = rules.readValue(response);
  if (read === undefined || response.serviceTimeMs === undefined) {
    const why =
      read === undefined ? "a response that could not be understood" : "a response without a valid Date header";
    return { kind: "lost", reason: `${rules.service} returned ${response.status} with ${why}` };
  }
  return {
    kind: "done",
    value: read.value,
    serviceTimeMs: response.serviceTimeMs,
    correlationId: response.correlationId,
  };
}
