/** Messages about a service whose `Date` cannot be right. */

import type { UkoErrorOptions } from "../../errors.ts";
import type { ClockSkew } from "../../lifecycle/service-time.ts";
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

/** For a record that cannot count, because the service stamped the write with a different time than its `Date` said. */
export function explainUnfitRecord(writtenAtMs: number, updatedAtMs: number, what: string): UkoErrorOptions {
  const aheadMs = writtenAtMs - updatedAtMs;
  return {
    summary: `The Date header of UKO is wrong: it is ${saySkew(Math.abs(aheadMs))} ${aheadMs > 0 ? "ahead of" : "behind"} the time of its writes`,
    detail: [
      `This run wrote a consent record to ${what} at ${saySecond(writtenAtMs)} by the header. The service reports ${saySecond(updatedAtMs)} for this write.`,
      "A record does not count if its time differs from the time of its write. uko did not write it again and took no step.",
      next,
    ].join("\n"),
    data: { service: "UKO", writtenAtMs, updatedAtMs },
  };
}

/** `40 s`, `5 d 2 h`. */
function saySkew(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1000)} s` : sayDuration(ms);
}

function saySecond(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
