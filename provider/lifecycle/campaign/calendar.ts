/**
 * Decides on which days and at which minutes a campaign may take a step. A blackout forbids whole days, and a
 * maintenance window of a wave allows only some hours of some weekdays, both in UTC.
 */

import type { ApprovedStep } from "../vocabulary/observation.ts";
import { type Blackout, dayMs, type MaintenanceWindow, type Period } from "./campaign.ts";

const minuteMs = 60_000;
/** A search ends after this many days, which is longer than any campaign. */
const maxDays = 2_000;

/** What limits the time of a step. */
export interface Limits {
  readonly step: ApprovedStep;
  readonly maintenanceWindow?: MaintenanceWindow | undefined;
  readonly blackouts: readonly Blackout[];
}

export function blackoutAt({ step, blackouts }: Limits, atMs: number): Blackout | undefined {
  return blackouts.find(({ steps, fromMs, untilMs }) => steps.includes(step) && fromMs <= atMs && atMs < untilMs);
}

/** The earliest time from `fromMs` on at which the step may happen; undefined if none is near. */
export function nextOpenMs(limits: Limits, fromMs: number): number | undefined {
  for (let day = 0; day < maxDays; day += 1) {
    const open = openIn(limits, startOfDay(fromMs) + day * dayMs);
    if (open !== undefined && fromMs < open.untilMs) return Math.max(fromMs, open.fromMs);
  }
  return undefined;
}

/** The end (exclusive) of the last open period before `beforeMs`; undefined if none is near. */
export function lastOpenMs(limits: Limits, beforeMs: number): number | undefined {
  for (let day = 0; day < maxDays; day += 1) {
    const open = openIn(limits, startOfDay(beforeMs - 1) - day * dayMs);
    if (open !== undefined && open.fromMs < beforeMs) return Math.min(beforeMs, open.untilMs);
  }
  return undefined;
}

/** The periods in which the step may happen, between the two times. */
export function openPeriods(limits: Limits, { fromMs, untilMs }: Period): readonly Period[] {
  const first = startOfDay(fromMs);
  const days = Math.min(maxDays, Math.ceil((untilMs - first) / dayMs));
  return Array.from({ length: Math.max(0, days) }, (_, day) => openIn(limits, first + day * dayMs)).flatMap((open) => {
    if (open === undefined) return [];
    const clipped = { fromMs: Math.max(fromMs, open.fromMs), untilMs: Math.min(untilMs, open.untilMs) };
    return clipped.fromMs < clipped.untilMs ? [clipped] : [];
  });
}

export function startOfDay(atMs: number): number {
  return Math.floor(atMs / dayMs) * dayMs;
}

function openIn(limits: Limits, dayStartMs: number): Period | undefined {
  if (blackoutAt(limits, dayStartMs) !== undefined) return undefined;
  const { maintenanceWindow } = limits;
  if (maintenanceWindow === undefined) return { fromMs: dayStartMs, untilMs: dayStartMs + dayMs };
  // 1 January 1970 was a Thursday.
  const weekday = (dayStartMs / dayMs + 4) % 7;
  if (!maintenanceWindow.days.includes(weekday)) return undefined;
  return {
    fromMs: dayStartMs + maintenanceWindow.fromMinute * minuteMs,
    untilMs: dayStartMs + maintenanceWindow.untilMinute * minuteMs,
  };
}
