import { describe, expect, test } from "vitest";
import {
  type AttemptEnd,
  longestRetryAfterMs,
  maxAttempts,
  type Resend,
  type RetryQuestion,
  retryDelayMs,
} from "../../../provider/services/http/retry.ts";

const response = (status: number, retryAfterMs?: number): AttemptEnd => ({ kind: "response", status, retryAfterMs });
const broken: AttemptEnd = { kind: "broken", isUnsent: false };
const ask = (question: Partial<RetryQuestion>): number | undefined =>
  retryDelayMs({
    resend: "always",
    end: broken,
    attempts: 1,
    elapsedMs: 0,
    deadlineMs: 60_000,
    random: 0,
    ...question,
  });

describe("the errors that lead to another attempt", () => {
  const ends: readonly (readonly [string, AttemptEnd])[] = [
    ["a broken connection", broken],
    ["no connection", { kind: "broken", isUnsent: true }],
    ...[200, 204, 301, 400, 401, 403, 404, 408, 409, 412, 424, 429, 500, 501, 502, 503, 504].map(
      (status) => [String(status), response(status)] as const,
    ),
  ];
  test.each<[Resend, readonly string[]]>([
    ["always", ["a broken connection", "no connection", "429", "502", "503", "504"]],
    ["after_429", ["no connection", "429"]],
    ["never", ["no connection"]],
  ])("%s", (resend, expected) => {
    expect(ends.filter(([, end]) => ask({ resend, end }) !== undefined).map(([name]) => name)).toEqual(expected);
  });
});

test("retries at most four times in total", () => {
  expect(maxAttempts).toBe(4);
  expect([1, 2, 3, 4].map((attempts) => ask({ attempts }) !== undefined)).toEqual([true, true, true, false]);
});

test("doubles the waits, and spreads them randomly", () => {
  expect([1, 2, 3].map((attempts) => ask({ attempts }))).toEqual([250, 500, 1000]);
  expect([1, 2, 3].map((attempts) => ask({ attempts, random: 1 }))).toEqual([500, 1000, 2000]);
});

test("never waits less than Retry-After, and ends the call if Retry-After exceeds the limit", () => {
  expect(ask({ end: response(429, 7_000), random: 0 })).toBe(7_000);
  expect(ask({ end: response(503, 7_000), random: 0.5 })).toBe(7_250);
  expect(ask({ end: response(503, longestRetryAfterMs) })).toBe(longestRetryAfterMs);
  expect(ask({ end: response(503, longestRetryAfterMs + 1) })).toBeUndefined();
});

test("never waits beyond the deadline", () => {
  expect(ask({ end: response(503, 10_000), elapsedMs: 49_999 })).toBe(10_000);
  expect(ask({ end: response(503, 10_000), elapsedMs: 50_000 })).toBeUndefined();
});
