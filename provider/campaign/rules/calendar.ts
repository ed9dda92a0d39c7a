/** Decides on which days a campaign may take a step. A blackout forbids every step on whole days in UTC. */

import type { Blackout } from "./campaign.ts";

/** The blackout at this time, if any. */
export function blackoutAt(blackouts: readonly Blackout[], atMs: number): Blackout | undefined {
  return blackouts.find(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
}

/** The earliest time from `fromMs` on at which a step may happen. */
export function nextOpenMs(blackouts: readonly Blackout[], fromMs: number): number {
  const blackout = blackoutAt(blackouts, fromMs);
  return blackout === undefined ? fromMs : nextOpenMs(without(blackouts, blackout), blackout.untilMs);
}

/** The end (exclusive) of the last open time before `beforeMs`. */
export function lastOpenMs(blackouts: readonly Blackout[], beforeMs: number): number {
  const blackout = blackouts.find(({ fromMs, untilMs }) => fromMs < beforeMs && beforeMs <= untilMs);
  return blackout === undefined ? beforeMs : lastOpenMs(without(blackouts, blackout), blackout.fromMs);
}

/** The search passes each blackout once, so it ends. */
function without(blackouts: readonly Blackout[], passed: Blackout): readonly Blackout[] {
  return blackouts.filter((each) => each !== passed);
}
