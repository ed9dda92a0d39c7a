import { describe, expect, it } from "vitest";
import { soaksFromMs } from "../../../provider/campaign/rules/schedule.ts";
import { aKey, aKeyWith, aRecord, hourMs, nowMs } from "../../support/builders.ts";

describe("the soak of a key", () => {
  const requestedAtMs = nowMs - 1_000;
  const requested = (deactivatedAtMs?: number) =>
    aKeyWith(
      aRecord({
        step: "destroy",
        writtenAtMs: requestedAtMs,
        ...(deactivatedAtMs !== undefined && { deactivatedAtMs }),
      }),
      { state: "deactivated", updatedAtMs: requestedAtMs },
    );

  it.each([
    [
      "its last write, without a request",
      aKey({ state: "deactivated", updatedAtMs: nowMs - hourMs }),
      undefined,
      nowMs - hourMs,
    ],
    ["the deactivation that the request notes", requested(nowMs - 5 * hourMs), undefined, nowMs - 5 * hourMs],
    ["a request that notes nothing", requested(), undefined, requestedAtMs],
    [
      "the last write, if the author of the request wrote again and could have changed what it notes",
      { ...requested(nowMs - 5 * hourMs), updatedAtMs: nowMs + hourMs },
      undefined,
      nowMs + hourMs,
    ],
    ["a request that notes a later time than its own", requested(nowMs), undefined, requestedAtMs],
    ["the deactivation in the evidence, whatever a request notes", requested(0), nowMs - 7_000, nowMs - 7_000],
    ["the last write, if the evidence names a later time", requested(0), nowMs + 999 * hourMs, requestedAtMs],
    [
      "a request that notes a later time than the evidence",
      requested(nowMs - 5 * hourMs),
      nowMs - 6 * hourMs,
      nowMs - 5 * hourMs,
    ],
  ])("counts from %s", (_, key, notedAtMs, expected) => {
    expect(soaksFromMs(key, notedAtMs)).toBe(expected);
  });

  it("has no known beginning if the service names no time", () => {
    const { updatedAtMs: _time, ...timeless } = aKey({ state: "deactivated" });
    expect(soaksFromMs(timeless, nowMs)).toBeUndefined();
  });
});
