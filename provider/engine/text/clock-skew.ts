/**
 * Writes two messages about wrong times: of the service, which contradict each other, so the run stops. And of the
 * write of a record, which then does not count.
 */

import type { UkoErrorOptions } from "../../errors.ts";
import type { ClockSkew } from "../../lifecycle/vocabulary/service-time.ts";
import { sayDuration } from "./words.ts";

const next = "  Next: ask the operator of the service to check its clock; to compare the clocks, run:\n    uko doctor";

export function explainSkew(service: string, skew: ClockSkew, what: string): UkoErrorOptions {
  const { dateMs } = skew;
  const otherMs = skew.kind === "before_token" ? skew.tokenIssuedAtMs : skew.updatedAtMs;
  const why =
    skew.kind === "before_token" ? "IAM issued this run's token" : `the service reports the last change of ${what}`;
  return {
    summary: `The Date header of ${service} is wrong: it is at least ${saySkew(otherMs - dateMs)} behind`,
    detail: [
      `The header says ${saySecond(dateMs)}, but ${why} on ${saySecond(otherMs)}.`,
      "Approvals and waits depend on the time of the service, so uko took no further step.",
      next,
    ].join("\n"),
    data: { service, dateMs, [skew.kind === "before_token" ? "tokenIssuedAtMs" : "updatedAtMs"]: otherMs },
  };
}

/**
 * The message about a record that cannot count, because the service stamped each of its writes too late, or before the
 * record's time.
 */
export function explainUnfitRecord(writtenAtMs: number, updatedAtMs: number, what: string): UkoErrorOptions {
  const lateMs = updatedAtMs - writtenAtMs;
  const distance = `${saySkew(Math.abs(lateMs))} ${lateMs < 0 ? "before" : "after"}`;
  return {
    summary: `The consent record that this run wrote to ${what} does not count: the service stamped the write ${distance} the record's own time`,
    detail: [
      `The record's time is ${saySecond(writtenAtMs)}, by the Date header of UKO. The time of the write is ${saySecond(updatedAtMs)}.`,
      "A record counts only if its write is stamped at most 2 s after the record's time. uko took no step.",
      "The connection to the service is slow, or the clocks of the service differ.",
      "  Next: run the same command again from a place with a faster connection; to compare the clocks, run:\n    uko doctor",
    ].join("\n"),
    data: { service: "UKO", writtenAtMs, updatedAtMs },
  };
}

/** Writes a difference of times, such as `40 s` or `5 d 2 h`. */
function saySkew(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1000)} s` : sayDuration(ms);
}

function saySecond(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
