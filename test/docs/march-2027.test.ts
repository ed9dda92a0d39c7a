import { describe, expect, test } from "vitest";
import { dayMs } from "../../provider/campaign/rules/campaign.ts";
import {
  defaultSoakMs,
  kmsMetadataDays,
  kmsRestoreDays,
  type ScheduledKey,
  scheduleOf,
} from "../../provider/campaign/rules/schedule.ts";
import { ibmDates } from "../../provider/engine/text/ibm-dates.ts";
import { longestPendingDays, pendingPeriodDays } from "../../provider/lifecycle/key/remaining-path.ts";
import { read } from "../support/documents.ts";

const page = read("provider/docs/how-to/before-march-2027.md");
const rows = page
  .split("\n")
  .filter((line) => /^\| (an|a|any|KMS) /.test(line))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

const aKey = (over: Partial<ScheduledKey>): ScheduledKey => ({
  state: "active",
  isKms: false,
  class: "destroy",
  pendingDays: 0,
  soakMs: defaultSoakMs,
  opensWindow: false,
  hasKmsMetadata: false,
  ...over,
});
const daysOf = (type: string): number => pendingPeriodDays[type] ?? longestPendingDays;
const keys: readonly ScheduledKey[] = [
  aKey({ pendingDays: daysOf("azure_key_vault") }),
  aKey({ pendingDays: daysOf("ibm_cloud_kms") }),
  aKey({ pendingDays: daysOf("google_kms") }),
  aKey({ pendingDays: daysOf("aws_kms") }),
  aKey({ pendingDays: kmsRestoreDays, isKms: true }),
  aKey({ state: "pre_activation", pendingDays: longestPendingDays }),
];

function sayDay(exclusiveEndMs: number | undefined): string {
  if (exclusiveEndMs === undefined) return "no deactivation";
  return new Date(exclusiveEndMs - 1).toLocaleDateString("en-GB", {
    ...{ day: "numeric", month: "long", year: "numeric", timeZone: "UTC" },
  });
}

/** The last days of a key, as the planner computes them with the default soak. */
function lastDays(key: ScheduledKey, deadline: string) {
  const timing = { nowMs: Date.UTC(2026, 10, 26), blackouts: [] };
  const schedule = scheduleOf(key, timing, Date.parse(deadline) + dayMs);
  if (schedule.kind !== "on_time") throw new Error(`${deadline} is ${schedule.kind}`);
  return schedule.dates;
}

describe("the page about March 2027", () => {
  test("has a row for each kind of key", () => {
    expect(rows).toHaveLength(keys.length);
  });

  test.each(keys.map((key, at) => [rows[at]?.[0] ?? "", key, rows[at] ?? []] as const))(
    "%s: has the last days that the planner computes",
    (_, key, [, period, destroy, destroyLater, deactivate]) => {
      const days = key.state === "pre_activation" ? "none" : `${key.pendingDays} days`;
      expect(period).toMatch(new RegExp(`^${days}`));
      const { destroyBeforeMs, deactivateBeforeMs } = lastDays(key, ibmDates.endOfSupport);
      expect([destroy, destroyLater, deactivate]).toEqual([
        sayDay(destroyBeforeMs),
        sayDay(lastDays(key, ibmDates.lastDay).destroyBeforeMs),
        sayDay(deactivateBeforeMs),
      ]);
    },
  );

  test("names both dates, the Sunday, and the day on which the metadata of KMS still ends in time", () => {
    expect(page).toMatch(/\| 20 March 2027 \|[^\n]*\n\| 28 March 2027 \|/);
    const ring = aKey({ pendingDays: kmsMetadataDays });
    expect(page).toContain(
      `destroy its keys by ${sayDay(lastDays(ring, ibmDates.endOfSupport).destroyBeforeMs)} as well`,
    );
    expect(new Date("2026-12-20").getUTCDay()).toBe(0);
  });
});
