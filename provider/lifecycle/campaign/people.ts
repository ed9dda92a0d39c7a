/**
 * Checks whether two different people are present in time for a step of a campaign, and finds a step that depends on
 * one person. A report then warns; the list of people grants no right.
 */

import { recordLifetimeMs } from "../consent/consent-record.ts";
import type { ApprovedStep } from "../vocabulary/observation.ts";
import type { Period } from "./campaign.ts";

export interface ExpectedPerson {
  readonly iamId: string;
  readonly steps: readonly ("request" | "deactivate" | "destroy" | "remove")[];
  readonly away: readonly Period[];
}

/** `no_pair`: no two different people can request and take the step. `one_actor`: the step depends on one person. */
export type PeopleGap = "no_pair" | "one_actor";

/**
 * `open` are the periods in which the calendar allows the step, in their order, for example one a day. Two people who are
 * never here in the same week cannot take a step together: a request expires after `recordLifetimeMs`. So each period
 * counts the people who are here in it, and the people of earlier periods whose request has not expired by then.
 */
export function peopleGap(
  people: readonly ExpectedPerson[],
  step: ApprovedStep,
  open: readonly Period[],
): PeopleGap | undefined {
  const presentIn = (does: ExpectedPerson["steps"][number], { fromMs, untilMs }: Period): readonly string[] =>
    people
      .filter(({ steps, away }) => {
        const isAway = away.some((each) => each.fromMs <= fromMs && untilMs <= each.untilMs);
        return steps.includes(does) && !isAway;
      })
      .map(({ iamId }) => iamId);
  const requests = open.map((period) => ({ period, requesters: presentIn("request", period) }));
  const actors = open.flatMap((period) => {
    const pending = requests.filter(
      ({ period: { fromMs, untilMs } }) => fromMs <= period.fromMs && period.fromMs < untilMs + recordLifetimeMs,
    );
    const requesters = new Set(pending.flatMap((each) => each.requesters));
    return presentIn(step, period).filter((iamId) => requesters.size > (requesters.has(iamId) ? 1 : 0));
  });
  const { size } = new Set(actors);
  if (size === 0) return "no_pair";
  return size === 1 ? "one_actor" : undefined;
}
