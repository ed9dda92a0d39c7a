import fc from "fast-check";
import { expect, test } from "vitest";
import { firstPace, type Pace, paceAfter } from "../../../provider/services/http/pace.ts";

const most = 16;
const full = firstPace(most);
const after = (pace: Pace, status: number, nowMs: number, over: { sentAtMs?: number; retryAfterMs?: number } = {}) =>
  paceAfter(pace, { status, sentAtMs: nowMs, retryAfterMs: undefined, nowMs, ...over }, most);

test("grows by about one call for each round of responses, up to the most", () => {
  let pace: Pace = { ...full, limit: 4 };
  for (let responses = 0; responses < 4; responses += 1) pace = after(pace, 200, responses);
  expect(Math.round(pace.limit)).toBe(5);
  for (let responses = 0; responses < 1000; responses += 1) pace = after(pace, 404, responses);
  expect(pace.limit).toBe(most);
});

test.each([429, 503])("halves after %s, once for the calls that were under way together", (status) => {
  const lowered = after(full, status, 1000);
  expect(lowered.limit).toBe(8);
  expect(after(lowered, status, 1010, { sentAtMs: 990 }).limit).toBe(8);
  expect(after(lowered, status, 1500, { sentAtMs: 1400 }).limit).toBe(4);
});

test("does not slow down for an error that says nothing about load", () => {
  expect(after(full, 500, 1000)).toEqual(full);
});

test("pauses every call for as long as the service asks, and never for longer than a run waits", () => {
  expect(after(full, 429, 1000, { retryAfterMs: 2000 }).pausedUntilMs).toBe(3000);
  expect(after(full, 429, 1000, { retryAfterMs: 31_000 }).pausedUntilMs).toBe(1000);
  const paused = after(full, 429, 1000, { retryAfterMs: 2000 });
  expect(after(paused, 429, 1100, { retryAfterMs: 500, sentAtMs: 900 }).pausedUntilMs).toBe(3000);
});

test("always lets between one call and the most through", () => {
  const responses = fc.array(fc.tuple(fc.constantFrom(200, 429, 500, 503), fc.nat(5000)), { maxLength: 200 });
  fc.assert(
    fc.property(responses, fc.integer({ min: 1, max: 32 }), (given, limit) => {
      let pace = firstPace(limit);
      for (const [status, nowMs] of given) {
        pace = paceAfter(pace, { status, retryAfterMs: undefined, sentAtMs: nowMs, nowMs }, limit);
        expect(Math.floor(pace.limit)).toBeGreaterThanOrEqual(1);
        expect(pace.limit).toBeLessThanOrEqual(limit);
      }
    }),
  );
});
