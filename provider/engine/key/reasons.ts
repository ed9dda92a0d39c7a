/** Sentences about the reason for a deletion: a record's own reason, and the earlier reasons that it repeats. */

import { type ConsentRecord, maxReasonCharacters } from "../../lifecycle/consent-record.ts";
import type { Step } from "../../lifecycle/plan.ts";
import { recordWithReasons } from "../../lifecycle/stated-reasons.ts";
import { plain, sayAuthor } from "../text/words.ts";
import type { KeyDetails } from "./observe.ts";

/** For use after a sentence that names the record's author. */
export function sayReasons({ reason, earlierReasons = [] }: ConsentRecord): readonly string[] {
  return [
    ...(reason === undefined ? [] : [`Reason: ${sayReason(reason)}`]),
    ...earlierReasons.map(
      (each) => `Earlier reason of ${sayAuthor(each)}, as repeated by this record: ${sayReason(each.reason)}`,
    ),
  ];
}

/** For messages in which no other sentence names the record. */
export function sayReasonsOnKey({ observation, nowMs }: Pick<KeyDetails, "observation" | "nowMs">): readonly string[] {
  const record = recordWithReasons(observation, nowMs);
  if (record === undefined) return [];
  const { reason, earlierReasons = [] } = record;
  const which = `The consent record of ${sayAuthor(record)} on this key`;
  return [
    ...(reason === undefined ? [] : [`${which} gives the reason: ${sayReason(reason)}`]),
    ...earlierReasons.map((each) => `${which} repeats the reason of ${sayAuthor(each)}: ${sayReason(each.reason)}`),
  ];
}

/** A record in the description has a fixed width. Without this sentence, its author would believe that the approver can read the reason. */
export function sayReasonWithoutRoom(
  taken: readonly Step[],
  { observation: { carried } }: KeyDetails,
): readonly string[] {
  const isInDescription = carried.kind === "one" && carried.record.carrier === "description";
  const hasReason = taken.some(
    (step) =>
      step.kind === "write_record" && (step.draft.reason !== undefined || step.draft.earlierReasons !== undefined),
  );
  if (!isInDescription || !hasReason) return [];
  return [
    "This service does not store tags, and a record in the description has no room for the reason.",
    "Only the evidence of this run has the reason, so tell the second person yourself.",
  ];
}

function sayReason(reason: string): string {
  return plain(reason, maxReasonCharacters);
}
