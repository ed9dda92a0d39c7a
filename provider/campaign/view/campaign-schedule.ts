/**
 * Computes for every key of a campaign its dates, whether it misses the deadline, and its standing (standing.ts). For
 * every wave it computes which steps are allowed now. Waves are planned in their order, because a wave may have to wait
 * for an earlier one. The dates assume that every person acts at once. A wave that campaign.yaml no longer has is planned
 * without rules of time.
 */

import type { World } from "../../engine/ports/world.ts";
import type { ApprovedStep } from "../../lifecycle/vocabulary/observation.ts";
import { dayMs } from "../rules/campaign.ts";
import { isStepDue } from "../rules/gates.ts";
import type { KeyOutcome } from "../rules/outcomes.ts";
import { earliestDates, type KeyDates, type Schedule, scheduleOf, type Timing } from "../rules/schedule.ts";
import { type KeyStanding, standingOfKey } from "./standing.ts";
import type { CampaignKey, CampaignView } from "./view.ts";
import { readinessOfWave, type WaveReadiness } from "./wave-readiness.ts";

export interface KeyInSchedule extends CampaignKey {
  readonly schedule: Schedule;
  /** Against the later deadline, if the campaign names one. */
  readonly lastSchedule?: Schedule;
  readonly standing: KeyStanding;
  /** The outcome of the standing. */
  readonly outcome: KeyOutcome;
}

export interface CampaignSchedule {
  readonly keys: readonly KeyInSchedule[];
  readonly waves: readonly WaveInSchedule[];
  /** Exclusive ends of the deadline days. */
  readonly deadlineMs: number;
  readonly lastDeadlineMs?: number;
}

export interface WaveInSchedule {
  readonly name: string;
  readonly keys: readonly KeyInSchedule[];
  readonly readiness: Readonly<Record<ApprovedStep, WaveReadiness>>;
}

type Ready = Readonly<Partial<Record<ApprovedStep, number>>>;

export function scheduleCampaign(view: CampaignView, { sha256 }: Pick<World, "sha256">): CampaignSchedule {
  const { campaign, keys, nowMs } = view;
  const deadlineMs = campaign.deadline + dayMs;
  const lastDeadlineMs = campaign.lastDeadline === undefined ? undefined : campaign.lastDeadline + dayMs;
  const finished = new Map<string, Ready>();
  const waves: WaveInSchedule[] = [];
  const byWave = Map.groupBy(keys, ({ line }) => line.wave);
  for (const wave of wavesWithKeys(campaign.waves, byWave.keys())) {
    const timing: Timing = { nowMs, ready: readyAfter(wave.after, finished), blackouts: campaign.blackouts };
    const members = byWave.get(wave.name) ?? [];
    finished.set(wave.name, finishOf(members, timing));
    if (members.length === 0) continue;
    const readiness = {
      deactivate: readinessOfWave(view, { wave: wave.name, step: "deactivate" }, sha256),
      destroy: readinessOfWave(view, { wave: wave.name, step: "destroy" }, sha256),
    };
    const planned = members.map((key): KeyInSchedule => {
      const standing = standingOfKey(key, { ...view, readiness, timing, deadlineMs });
      return {
        ...key,
        schedule: scheduleOf(key.facts, timing, deadlineMs),
        ...(lastDeadlineMs !== undefined && { lastSchedule: scheduleOf(key.facts, timing, lastDeadlineMs) }),
        standing,
        outcome: standing.outcome,
      };
    });
    waves.push({ name: wave.name, keys: planned, readiness });
  }
  return {
    keys: waves.flatMap((wave) => wave.keys),
    waves,
    deadlineMs,
    ...(lastDeadlineMs !== undefined && { lastDeadlineMs }),
  };
}

/** A wave that the manifest names and campaign.yaml no longer has is planned without rules of time. */
function wavesWithKeys(waves: CampaignView["campaign"]["waves"], named: Iterable<string>) {
  const known = new Set(waves.map(({ name }) => name));
  const others = [...named].filter((name) => !known.has(name));
  return [...waves, ...others.map((name) => ({ name, after: [], maxFailures: 0 }))];
}

/** The plan of one wave, or the whole plan without a name. */
export function onlyWave(plan: CampaignSchedule, wave: string | undefined): CampaignSchedule {
  if (wave === undefined) return plan;
  const waves = plan.waves.filter(({ name }) => name === wave);
  return { ...plan, waves, keys: waves.flatMap(({ keys }) => keys) };
}

function readyAfter(names: readonly string[], finished: ReadonlyMap<string, Ready>): Ready {
  const latest = (step: ApprovedStep): Ready => {
    const times = names.flatMap((name) => finished.get(name)?.[step] ?? []);
    return times.length === 0 ? {} : { [step]: Math.max(...times) };
  };
  return { ...latest("deactivate"), ...latest("destroy") };
}

/** When the last key of the wave has taken each step, if every person acts at once. */
function finishOf(keys: readonly CampaignKey[], timing: Timing): Ready {
  const latest = (step: ApprovedStep, dateOf: (dates: KeyDates) => number | undefined): Ready => {
    const due = keys.filter(({ facts }) => isStepDue(facts, step));
    const times = due.flatMap(({ facts }) => dateOf(earliestDates(facts, timing)) ?? []);
    return times.length === 0 ? {} : { [step]: Math.max(...times) };
  };
  return {
    ...latest("deactivate", ({ deactivateMs }) => deactivateMs),
    ...latest("destroy", ({ destroyMs }) => destroyMs),
  };
}

/**
 * Whether the key is late. A key that no step can end is late. A key that could not be read is not, because nothing is
 * known of it.
 */
export function isLate({ schedule, isUnread }: KeyInSchedule): boolean {
  return schedule.kind === "late" || (schedule.kind === "impossible" && !isUnread);
}
