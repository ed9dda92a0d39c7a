import { describe, expect, test } from "vitest";
import { recordLifetimeMs, standingOf } from "../../../provider/lifecycle/consent/consent-record.ts";
import {
  clockToleranceMs,
  type RunTime,
  runTimeAfter,
  skewOf,
  tokenToleranceMs,
} from "../../../provider/lifecycle/vocabulary/service-time.ts";
import { aKeyWith, aRecord } from "../../support/builders.ts";

const noonMs = Date.parse("2026-11-24T12:00:00Z");
const dayMs = 86_400_000;
/** Times around every limit, and far beyond both. */
const offsets = [
  -5 * dayMs,
  -tokenToleranceMs - 1,
  -tokenToleranceMs,
  -clockToleranceMs - 1,
  -clockToleranceMs,
  -1,
  0,
  1,
  clockToleranceMs,
  tokenToleranceMs + 1,
  5 * dayMs,
];
const orAbsent = [undefined, ...offsets];

describe("the Date of a response", () => {
  test.each(orAbsent)("is refused only if the token was issued more than 60 s later (token %s ms off)", (token) => {
    for (const update of orAbsent) {
      for (const date of offsets) {
        const skew = skewOf({
          dateMs: noonMs + date,
          ...(token !== undefined && { tokenIssuedAtMs: noonMs + token }),
          ...(update !== undefined && { updatedAtMs: noonMs + update }),
        });
        const isBeforeToken = token !== undefined && token - date > 60_000;
        const isBeforeUpdate = update !== undefined && update - date > 10_000;
        const kind = isBeforeToken ? "before_token" : isBeforeUpdate ? "before_update" : undefined;
        expect(skew?.kind, `date ${date}, update ${update}`).toBe(kind);
      }
    }
  });

  test("never moves the run's time backwards, and every time that the run has read counts for expiry", () => {
    for (const first of offsets) {
      for (const second of offsets) {
        for (const other of offsets) {
          const dates = [noonMs + first, noonMs + second];
          let time: RunTime | undefined;
          for (const dateMs of dates) time = runTimeAfter(time, { dateMs, updatedAtMs: noonMs + other });
          expect(time).toEqual({
            reachedMs: Math.max(...dates),
            latestMs: Math.max(...dates, noonMs + other),
          });
        }
      }
    }
  });

  test("is not the only time that decides the expiry of a record", () => {
    const record = aRecord();
    const observation = aKeyWith(record);
    const nowMs = record.writtenAtMs + dayMs;
    const expiryMs = record.writtenAtMs + recordLifetimeMs;
    const binds = (latestTimeMs?: number): boolean =>
      standingOf({ ...observation, ...(latestTimeMs !== undefined && { latestTimeMs }) }, record.step, nowMs).binds;
    expect([binds(), binds(nowMs), binds(expiryMs - 1)]).toEqual([true, true, true]);
    expect(binds(expiryMs)).toBe(false);
  });
});
