/**
 * Writes sentences about the consent record on a key: who requested what, why a record does not count, and which
 * reasons people stated in it.
 */

import type { NotBinding } from "../../../lifecycle/consent/consent-record.ts";
import type { Leader } from "../../../lifecycle/consent/membership.ts";
import { maxReasonCharacters } from "../../../lifecycle/consent/record-text.ts";
import { recordWithReasons } from "../../../lifecycle/consent/stated-reasons.ts";
import type { Step } from "../../../lifecycle/key/plan.ts";
import type { ConsentRecord, Decline, KeyObservation } from "../../../lifecycle/vocabulary/observation.ts";
import { plain, sayAuthor, sayIdentity, sayTime, stepNouns } from "../../text/words.ts";
import type { KeyDetails } from "../observe.ts";
import { sayReleasedHolds } from "./hold-words.ts";

/**
 * Who requested which step, and when. If an engine wrote the request, the sentence says so, because the person behind
 * the engine may not have noticed it.
 */
export function sayWhoRequested(record: ConsentRecord): string {
  const cause = record.how === "engine" ? ", because an engine ran a deletion" : "";
  const wave = record.campaign === undefined ? "" : ` for ${sayLeader(record.campaign)}`;
  return `${sayAuthor(record)} requested the ${stepNouns[record.step]} on ${sayTime(record.writtenAtMs)}${wave}${cause}.`;
}

export const sayLeader = ({ name, wave }: Leader): string => `wave "${wave}" of campaign "${name}"`;

/** Why a key is not approved here, as a clause without a full stop: its campaign approves it. */
export function sayApprovedByCampaign({ name, wave, isLeft }: Leader): string {
  if (isLeft === true) return `a rule of campaign "${name}" leaves it alone`;
  return `campaign "${name}" approves it in its wave "${wave}": run uko campaign next --wave ${wave} in the campaign's folder`;
}

/** Warns a person who approves the request of a campaign outside of the campaign. */
export function sayOutsideCampaign(leader: Leader | undefined): readonly string[] {
  if (leader === undefined) return [];
  const { name, wave } = leader;
  return [
    `Campaign "${name}" approves this key in its wave "${wave}".`,
    "If you approve it here, no blackout, no soak and no sample of the campaign apply, and its rollback may refuse the key.",
    `Next: to approve it with its wave instead, run uko campaign next --wave ${wave} in the campaign's folder.`,
  ];
}

/** What the approver of a KMS key reads where no folder says which keys are a campaign's. */
export const mayBeOfCampaign =
  "A campaign may own this key: KMS keeps no text that says so. If one does, approve the key with its wave.";

/**
 * Why an earlier record does not count; undefined if there is nothing to report, as for a record
 * that was acted on.
 */
export function explainNotBinding(why: NotBinding, { state, signatures }: KeyObservation): string | undefined {
  const isOver =
    state === "destroyed" || (state === "deactivated" && "record" in why && why.record.step === "deactivate");
  if (isOver) return undefined;
  switch (why.kind) {
    case "none":
    case "other_step":
      return undefined;
    case "twice":
      return "The key has more than one consent record, so none of them counts.";
    case "unreadable":
      return "The consent record on the key cannot be read, so it does not count.";
    case "writer_unknown":
      return "The service does not report who wrote to the key last, so the consent record on it does not count.";
    case "expired":
      return `The request of ${sayAuthor(why.record)} expired on ${sayTime(why.atMs)}.`;
    case "changed":
      return `The request of ${sayAuthor(why.record)} no longer counts: the key has changed since ${sayTime(why.record.writtenAtMs)}.`;
    case "quotes_nothing":
      return `The approval of ${sayAuthor(why.record)} does not count: it names no request.`;
    case "unsigned":
      return `The ${why.record.quotes === undefined ? "request" : "approval"} of ${sayAuthor(why.record)} does not count: it is not signed as ${signatures?.by ?? "this machine"} demands.`;
    case "not_a_person":
      return `The record by ${sayAuthor(why.record)} does not count: its author is not a person.`;
    case "edited": {
      const when = why.atMs === undefined ? "" : ` on ${sayTime(why.atMs)}`;
      return `The record that names ${sayAuthor(why.record)} as author does not count: ${sayIdentity(why.by)} wrote to the key${when}.`;
    }
  }
}

/** The reasons of a record, for use after a sentence that names the record's author. */
export function sayReasons({ reason, earlierReasons = [] }: ConsentRecord): readonly string[] {
  return [
    ...(reason === undefined ? [] : [`Reason: ${sayReason(reason)}`]),
    ...earlierReasons.map(
      (each) => `Earlier reason of ${sayAuthor(each)}, as repeated by this record: ${sayReason(each.reason)}`,
    ),
  ];
}

export function sayDecline(declined: Decline | undefined): readonly string[] {
  if (declined === undefined) return [];
  const { step, atMs, reason } = declined;
  return [
    `${sayAuthor(declined)} declined the request for the ${stepNouns[step]} on ${sayTime(atMs)}. Reason: ${sayReason(reason)}`,
  ];
}

/** The reasons of the record on the key, or of a decline, for a message in which no other sentence names the record. */
export function sayReasonsOnKey({ observation, nowMs }: Pick<KeyDetails, "observation" | "nowMs">): readonly string[] {
  const record = recordWithReasons(observation, nowMs);
  const released = sayReleasedHolds(observation.releasedHolds);
  if (record === undefined) return [...released, ...sayDecline(observation.declined)];
  const { reason, earlierReasons = [] } = record;
  const which = `The consent record of ${sayAuthor(record)} on this key`;
  return [
    ...released,
    ...(reason === undefined ? [] : [`${which} gives the reason: ${sayReason(reason)}`]),
    ...earlierReasons.map((each) => `${which} repeats the reason of ${sayAuthor(each)}: ${sayReason(each.reason)}`),
  ];
}

/**
 * Reports that the reason was not stored. A record in the description has a fixed width. Without this sentence, its
 * author would believe that the approver can read the reason.
 */
export function sayReasonWithoutRoom(
  taken: readonly Step[],
  { observation: { carried } }: KeyDetails,
): readonly string[] {
  const isInDescription = carried.record?.location === "description";
  const hasReason = taken.some(
    (step) =>
      step.kind === "write_record" && (step.draft.reason !== undefined || step.draft.earlierReasons !== undefined),
  );
  if (!isInDescription || !hasReason) return [];
  return [
    "This service does not store tags, and a record in the description has no room for the reason.",
    "Only the evidence of this run has the reason, so tell the other person yourself.",
  ];
}

function sayReason(reason: string): string {
  return plain(reason, maxReasonCharacters);
}
