/**
 * Says for what the request on a key was made. A wave approves every request that binds on its keys, so that no
 * second way to approve them is needed. Requests that were made for the wave and for the key's line in the manifest are
 * one group. All others are a group of their own, with a review and a count to type of its own: a request by hand, by
 * an engine or for another wave was made for another reason, and its approver has to know. KMS keys carry no record, so
 * the manifest alone leads for them.
 */

import { count, linesByReason } from "../../engine/text/words.ts";
import { type MarkDifference, membershipOf } from "../../lifecycle/consent/membership.ts";
import { type ConsentRecord, type Identity, isSame } from "../../lifecycle/vocabulary/observation.ts";
import { markOfLine } from "../files/manifest.ts";
import type { KeyInSchedule } from "../view/campaign-schedule.ts";
import type { CampaignContext } from "../view/context.ts";
import { requesterOf, requestFor } from "../view/standing.ts";
import { renewWithinMs } from "./ready-keys.ts";
import { type ReportSection, section } from "./report.ts";
import type { StepRequest } from "./wave-state.ts";

/** Why the record was not made for this wave and line, as a clause; undefined if it was. */
export function sayOrigin(
  { view, world }: CampaignContext,
  { line }: Pick<KeyInSchedule, "line">,
  record: ConsentRecord,
): string | undefined {
  const membership = membershipOf(record.campaign, markOfLine(view.campaign.name, line, world.sha256));
  return membership.kind === "other" ? clauses[membership.difference](record) : undefined;
}

const clauses: Readonly<Record<MarkDifference, (record: ConsentRecord) => string>> = {
  no_mark: ({ location, how }) => {
    if (location === "description") return "the service keeps no tags, so its request cannot name the wave";
    return how === "engine" ? "an engine requested it, because it ran a deletion" : "requested outside of the campaign";
  },
  other_campaign: ({ campaign }) => `requested for campaign "${campaign?.name ?? ""}"`,
  other_wave: ({ campaign }) => `requested for wave "${campaign?.wave ?? ""}"`,
  other_line: () => "its line in the manifest is another one since the request",
};

/** Whether the request on the key was not made for this wave and line, as the list of its vault shows the request. */
export function isOfOther(context: CampaignContext, key: KeyInSchedule): boolean {
  const { record } = key.listed?.observation?.carried ?? {};
  return record !== undefined && sayOrigin(context, key, record) !== undefined;
}

/** What the approver of requests that were not made for this wave reads first. */
export function originSection(context: CampaignContext, keys: readonly KeyInSchedule[]): readonly ReportSection[] {
  const others = keys.flatMap((key) => {
    const { record } = key.listed?.observation?.carried ?? {};
    const why = record && sayOrigin(context, key, record);
    return why === undefined ? [] : [{ label: key.line.label, why }];
  });
  const lines = linesByReason(others).map((line) => line.trim());
  return section("Not requested for this wave", { lines, isWhole: true });
}

export function sayOthers(keys: number): string {
  return `${count(keys, "key")} whose ${keys === 1 ? "request was" : "requests were"} not made for this wave`;
}

/**
 * Whether the caller's own request may be replaced: it expires soon, or it was not made for this wave and line. The
 * request of another person stays: a replacement would put the caller's name in the place of that person's.
 */
export function isReplaceable(
  context: CampaignContext,
  key: KeyInSchedule,
  step: StepRequest["step"],
  caller: Identity | undefined,
): boolean {
  const { nowMs } = context.view;
  const { endsAtMs = 0 } = requestFor(key, step, nowMs) ?? {};
  const requester = requesterOf(key, step, nowMs);
  if (requester === undefined || caller === undefined || !isSame(requester, caller)) return false;
  // A compact record has no room for a mark, so a replacement would not differ.
  const isCompact = key.listed?.observation?.carried.record?.location === "description";
  return endsAtMs <= nowMs + renewWithinMs || (!isCompact && isOfOther(context, key));
}
