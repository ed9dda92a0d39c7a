import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blackoutAt, lastOpenMs, nextOpenMs } from "../../../provider/campaign/rules/calendar.ts";
import { type Blackout, dayMs } from "../../../provider/campaign/rules/campaign.ts";
import {
  earliestDates,
  type ScheduledKey,
  scheduleOf,
  soakOf,
  type Timing,
} from "../../../provider/campaign/rules/schedule.ts";
import type { ApprovedStep } from "../../../provider/lifecycle/vocabulary/observation.ts";

const day = (number: number): number => number * dayMs;
const hourMs = dayMs / 24;
const blackout = (from: number, until: number): Blackout => ({
  fromMs: day(from),
  untilMs: day(until),
  reason: `days ${from} to ${until}`,
});
const aKey = (over: Partial<ScheduledKey> = {}): ScheduledKey => ({
  state: "active",
  isKms: false,
  class: "destroy",
  pendingDays: 2,
  soakMs: dayMs,
  opensWindow: false,
  hasKmsMetadata: false,
  ...over,
});
const aTiming = (over: Partial<Timing> = {}): Timing => ({ nowMs: 0, blackouts: [], ...over });

describe("the calendar", () => {
  const blackouts = [blackout(4, 6), blackout(6, 7)];
  test.each([
    ["before a blackout", day(3), day(3)],
    ["in a blackout that another one follows", day(5), day(7)],
    ["at the end of a blackout", day(7), day(7)],
  ])("opens next, %s", (_, fromMs, expected) => {
    expect(nextOpenMs(blackouts, fromMs)).toBe(expected);
  });

  test.each([
    ["before a blackout", day(3), day(3)],
    ["in a blackout", day(5), day(4)],
    ["at the end of a blackout that follows another one", day(7), day(4)],
  ])("was open last, %s", (_, beforeMs, expected) => {
    expect(lastOpenMs(blackouts, beforeMs)).toBe(expected);
  });

  test("agrees with itself: a time is open exactly if it opens next at that time", () => {
    const time = fc.integer({ min: 0, max: 14 * 24 }).map((hours) => hours * hourMs);
    fc.assert(
      fc.property(time, (at) => {
        const isOpen = nextOpenMs(blackouts, at) === at;
        expect(isOpen).toBe(lastOpenMs(blackouts, at + 1) === at + 1);
        expect(isOpen).toBe(blackoutAt(blackouts, at) === undefined);
      }),
    );
  });
});

/** A KMS window lasts 7 days, and a day of them is left for the second person. */
const windowDays = 6;

/** Every combination of days, by trying each of them. */
function bruteForce(key: ScheduledKey, { ready, blackouts }: Timing, deadlineMs: number) {
  const isOpen = (at: number) => blackoutAt(blackouts, day(at)) === undefined;
  const from = (step: ApprovedStep) => (ready?.[step] ?? 0) / dayMs;
  const soak = key.soakMs / dayMs;
  const days = Array.from({ length: 40 }, (_, at) => at);
  const found: { readonly deactivate?: number; readonly destroy?: number; readonly end: number }[] = [];
  const pending = key.state === "pre_activation" ? 0 : key.pendingDays;
  const isOutage = key.state === "active" && !key.isKms;
  const deactivations = isOutage ? days.filter((at) => at >= from("deactivate") && isOpen(at)) : [undefined];
  for (const deactivate of deactivations) {
    const known = key.state === "deactivated" && !key.isKms ? (key.deactivatedAtMs ?? 0) / dayMs + soak : 0;
    const soaked = deactivate === undefined ? known : deactivate + soak;
    for (const destroy of days) {
      if (destroy < Math.max(from("destroy"), soaked) || !isOpen(destroy)) continue;
      if (key.opensWindow && deactivate !== undefined && destroy > deactivate + windowDays) continue;
      found.push({ ...(deactivate !== undefined && { deactivate }), destroy, end: destroy + pending });
    }
  }
  const inTime = found.filter(({ end }) => day(end) < deadlineMs);
  const latest = (values: readonly (number | undefined)[]) => Math.max(...values.map((value) => value ?? -1));
  return {
    isInTime: inTime.length > 0,
    end: Math.min(...found.map(({ end }) => end)),
    lastDestroy: latest(inTime.map(({ destroy }) => destroy)),
    lastDeactivate: latest(inTime.map(({ deactivate }) => deactivate)),
  };
}

describe("in every small world", () => {
  const calendars = [
    [],
    [blackout(0, 2)],
    [blackout(1, 3)],
    [blackout(2, 4), blackout(5, 7)],
    [blackout(3, 5), blackout(1, 3)],
    [blackout(1, 9)],
    [blackout(1, 3), blackout(4, 12)],
  ];
  const soaks = [1, 2];
  const keys = [
    aKey(),
    aKey({ opensWindow: true }),
    aKey({ isKms: true }),
    aKey({ state: "deactivated" }),
    aKey({ state: "deactivated", deactivatedAtMs: -day(1) }),
    aKey({ state: "pre_activation" }),
  ];
  const waits = [undefined, { deactivate: day(1), destroy: day(3) }, { destroy: day(9) }];
  const timings = waits.flatMap((ready) => calendars.map((blackouts): Timing => ({ nowMs: 0, ready, blackouts })));

  test.each([0, 1, 3])("with a pending period of %s days: dates, verdict and cause are right", (pendingDays) => {
    for (const [base, soak] of keys.flatMap((each) => soaks.map((days) => [each, days] as const))) {
      const key = { ...base, pendingDays, soakMs: day(soak) };
      for (const timing of timings) {
        for (let deadline = 1; deadline <= 16; deadline += 1) {
          const world = JSON.stringify({ key, timing, deadline });
          const schedule = scheduleOf(key, timing, day(deadline));
          const truth = bruteForce(key, timing, day(deadline));
          if (schedule.kind !== "on_time" && schedule.kind !== "late") throw new Error(world);
          expect(schedule.kind === "on_time", world).toBe(truth.isInTime);
          const { deactivateMs, destroyMs, materialGoneMs } = schedule.dates;
          expect(materialGoneMs, world).toBe(day(truth.end));
          if (schedule.kind === "on_time") {
            if (destroyMs !== undefined) expect(schedule.dates.destroyBeforeMs, world).toBe(day(truth.lastDestroy + 1));
            if (deactivateMs !== undefined) {
              expect(day(truth.lastDeactivate), world).toBeLessThan(schedule.dates.deactivateBeforeMs ?? 0);
            }
            continue;
          }
          expect(schedule.isProofByProvider, world).toBe(destroyMs !== undefined && destroyMs < day(deadline));
          const without = (change: Partial<Timing>, over: Partial<ScheduledKey> = {}) =>
            scheduleOf({ ...key, ...over }, { ...timing, ...change }, day(deadline)).kind;
          if (schedule.cause?.kind === "blackout") expect(without({ blackouts: [] }), world).toBe("on_time");
          else expect(without({ blackouts: [] }), world).toBe("late");
          const free = without({ blackouts: [], ready: undefined }, { soakMs: 4 * hourMs });
          expect(free, world).toBe(schedule.cause?.kind === "pending_period" ? "late" : "on_time");
        }
      }
    }
  });
});

describe("a schedule", () => {
  test("promises no date to a key whose KMS window would end within the soak", () => {
    const key = aKey({ opensWindow: true, soakMs: day(6) + 1 });
    expect(scheduleOf(key, aTiming(), day(99))).toMatchObject({ kind: "late", cause: { kind: "wave" } });
  });

  test("soaks for a week by default, and for six days where a KMS window follows", () => {
    expect([soakOf({}, false), soakOf({}, true)]).toEqual([day(7), day(6)]);
    expect(soakOf({ soakMs: day(9) }, true)).toBe(day(9));
    const key = aKey({ opensWindow: true, soakMs: soakOf({}, true) });
    expect(scheduleOf(key, aTiming(), day(99))).toMatchObject({ kind: "on_time", dates: { destroyMs: day(6) } });
  });

  test("names the one blackout that makes a key late", () => {
    const [first, second] = [blackout(0, 1), blackout(1, 6)];
    const schedule = scheduleOf(aKey(), aTiming({ blackouts: [first, second] }), day(7));
    expect(schedule).toMatchObject({ kind: "late", cause: { kind: "blackout", blackout: second } });
  });

  test("names the first blackout if only all together make the key late", () => {
    const blackouts = [blackout(0, 2), blackout(1, 4)];
    expect(scheduleOf(aKey({ pendingDays: 1 }), aTiming({ blackouts }), day(3))).toMatchObject({
      kind: "late",
      cause: { blackout: blackouts[0] },
    });
  });

  test("keeps the cool-down of 4 hours even if the wave's soak were shorter", () => {
    expect(scheduleOf(aKey({ soakMs: 0 }), aTiming(), day(9))).toMatchObject({
      dates: { deactivateMs: 0, destroyMs: 4 * hourMs },
    });
  });

  test("has no dates for a destroyed key without a date", () => {
    expect(earliestDates(aKey({ state: "destroyed" }), aTiming())).toEqual({});
  });

  test("tells when the metadata in KMS is gone, which is after the material", () => {
    expect(scheduleOf(aKey({ hasKmsMetadata: true }), aTiming(), day(99))).toMatchObject({
      dates: { materialGoneMs: day(3), kmsMetadataGoneMs: day(91) },
    });
    const unused = scheduleOf(aKey({ state: "pre_activation", hasKmsMetadata: true }), aTiming(), day(99));
    expect(unused).toMatchObject({ dates: { materialGoneMs: 0 } });
    expect(unused).not.toHaveProperty("dates.kmsMetadataGoneMs");
  });

  test.each([
    ["a key that is left", { class: "leave" }, { kind: "untouched" }],
    ["a removed key", { state: "gone" }, { kind: "done" }],
    ["a destroyed key whose material is gone", { state: "destroyed" }, { kind: "done" }],
    [
      "a destroyed key that a keystore may still hold",
      { state: "destroyed", isMaterialUncertain: true },
      { kind: "impossible" },
    ],
    ["a compromised key", { state: "other" }, { kind: "impossible" }],
    [
      "a destroyed key with material until the deadline",
      { state: "destroyed", materialGoneMs: day(2) - 1 },
      { kind: "on_time" },
    ],
    [
      "a destroyed key with material after the deadline",
      { state: "destroyed", materialGoneMs: day(2) },
      { kind: "late", isProofByProvider: true, cause: { kind: "pending_period" } },
    ],
  ] as const)("%s: %j", (_, over, expected) => {
    expect(scheduleOf(aKey(over), aTiming(), day(2))).toMatchObject(expected);
  });
});
