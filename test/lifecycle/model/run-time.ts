/**
 * The time of a run in the model, and its pauses: the real core judges each `Date` and returns how long a key
 * has to settle.
 */

import type { Core } from "./core.ts";
import type { ModelKey } from "./service.ts";
import type { Look, Planned } from "./tool.ts";
import type { Flight, World } from "./world.ts";

/** The `Date` of the response that the run reads now. */
export function dateOf({ now, dates }: World, { looks }: Flight): number {
  return dates === undefined || looks < dates.from ? now : now + dates.offBy;
}

/** Advances the run's time; false if another time contradicts the `Date`, so that the run stops. */
export function readTime(core: Core, flight: Flight, date: number, key: ModelKey): boolean {
  const reading = {
    dateMs: date * 1000,
    tokenIssuedAtMs: flight.startedAt * 1000,
    updatedAtMs: key.updatedAt * 1000,
  };
  if (core.skewOf(reading) !== undefined) return false;
  flight.time = core.runTimeAfter(flight.time, reading);
  return true;
}

/** The steps that require a settled key, as in the engine and in the updates of the resources. */
const restingSteps: readonly Planned["kind"][] = [
  "write_record",
  "drop_record",
  "deactivate",
  "destroy",
  "reactivate",
  "sync",
  "align",
  "update",
  "mark",
  "hold",
  "release",
];

/** Puts a wait before a call to a key with a very recent write, or ends the run if the key stays busy. */
export function rest(core: Core, flight: Flight, due: Look): Look {
  const { seen, time, settling } = flight;
  if (due.kind !== "call" || seen === undefined || time === undefined) return due;
  if (!restingSteps.includes(due.planned.kind)) return due;
  const etag = String(seen.key.updatedAt);
  const reading = { etag, nowMs: time.reachedMs, updatedAtMs: seen.key.updatedAt * 1000 };
  const settled = core.settlingOf(reading, settling);
  if (settled.kind === "settled") return due;
  if (settled.kind === "busy") return { kind: "over", plan: undefined };
  flight.settling = { hasWaited: true, restedEtag: etag };
  return { kind: "unsettled", seconds: Math.ceil(settled.forMs / 1000) };
}
