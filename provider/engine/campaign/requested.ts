/** The requests on the keys of a campaign, as the lists show them; a step reads the key again. */

import type { CampaignStep } from "../../lifecycle/campaign/campaign.ts";
import { standingOf } from "../../lifecycle/consent-record.ts";
import type { PlannedKey } from "./planned.ts";
import type { CampaignView } from "./view.ts";

const renewWithinMs = 48 * 60 * 60 * 1000;

/** Whether a request for the step is pending; for a renewal, only one with enough time left. */
export function isPending(
  { nowMs }: Pick<CampaignView, "nowMs">,
  { listed }: PlannedKey,
  step: CampaignStep,
  isRenewed: boolean,
): boolean {
  const untilMs = listed?.kmsKey?.windowEndsAtMs ?? requestEndMs(listed?.observation, step, nowMs);
  return untilMs !== undefined && untilMs > nowMs + (isRenewed ? renewWithinMs : 0);
}

export function requestEndMs(
  observation: NonNullable<PlannedKey["listed"]>["observation"],
  step: CampaignStep,
  nowMs: number,
): number | undefined {
  if (observation === undefined) return undefined;
  const standing = standingOf(observation, step, nowMs);
  return standing.binds ? standing.lapsesAtMs : undefined;
}

/**
 * A record that has led to its step already is no request any more. Taking it off would only hide
 * whose write the last one was, which a rollback has to prove.
 */
export function isRequested({ facts, listed }: PlannedKey, nowMs: number): boolean {
  if (listed?.kmsKey !== undefined) return listed.kmsKey.windowEndsAtMs !== undefined;
  return requestEndMs(listed?.observation, facts.state === "active" ? "deactivate" : "destroy", nowMs) !== undefined;
}
