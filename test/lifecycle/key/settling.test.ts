import { expect, test } from "vitest";
import { settledAfterMs, settlingOf } from "../../../provider/lifecycle/key/settling.ts";

const nowMs = Date.parse("2026-11-24T12:00:00Z");
const reading = (ageMs: number | undefined, etag = "e-1") => ({
  etag,
  nowMs,
  ...(ageMs !== undefined && { updatedAtMs: nowMs - ageMs }),
});

test("a key that was last written 2 s ago or more is settled, whatever the run did before", () => {
  for (const ageMs of [settledAfterMs, settledAfterMs + 1, 86_400_000, undefined]) {
    for (const hasWaited of [false, true]) {
      expect(settlingOf(reading(ageMs), { hasWaited })).toEqual({ kind: "settled" });
      expect(settlingOf(reading(ageMs, "e-2"), { hasWaited, restedEtag: "e-1" })).toEqual({ kind: "settled" });
    }
  }
});

test("a younger write causes one wait, until 2 s have passed since then", () => {
  for (const [ageMs, forMs] of [
    [0, 2000],
    [1000, 1000],
    [1999, 1],
    [-5000, 2000],
  ] as const) {
    expect(settlingOf(reading(ageMs), { hasWaited: false })).toEqual({ kind: "wait", forMs });
    expect(settlingOf(reading(ageMs, "e-2"), { hasWaited: false, restedEtag: "e-1" })).toEqual({ kind: "wait", forMs });
  }
});

test("the same ETag after the wait is settled, even if the service's clock does not move; another ETag is busy", () => {
  const memory = { hasWaited: true, restedEtag: "e-1" };
  expect(settlingOf(reading(0), memory)).toEqual({ kind: "settled" });
  expect(settlingOf(reading(0, "e-2"), memory)).toEqual({ kind: "busy" });
});
