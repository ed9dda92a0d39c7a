/**
 * Writes why a review skips a key, why no run can use the review at all, and the command that reviews the same keys
 * again. For a campaign this is the campaign's own command, because another one would skip its checks.
 */

import type { ReviewHeader, ReviewLine, SkipReason, UnusableReview } from "../../../lifecycle/consent/review.ts";
import type { KeyObservation } from "../../../lifecycle/vocabulary/observation.ts";
import { withoutPeriod } from "../../../text/printable.ts";
import { shellWord } from "../../text/explanation.ts";
import { isInState, keyName, plain, sayAuthor, sayList, sayTime, stepNouns } from "../../text/words.ts";
import { releaseCommand, sayHolds } from "./hold-words.ts";
import { explainNotBinding } from "./record-words.ts";

interface ReviewedSet extends Pick<ReviewHeader, "step" | "campaign"> {
  readonly requester?: string;
}

/**
 * The command that reviews such a set. A campaign has its own command, because any other one would skip the gates of
 * the wave.
 */
export function reviewCommand({ requester, step, campaign }: ReviewedSet): string {
  if (campaign !== undefined) return `uko campaign next --wave ${campaign.wave}`;
  const by = requester === undefined ? "" : ` --requested-by ${shellWord(requester)}`;
  return `uko approve${by} --step ${step}`;
}

/** Why a key is skipped, as a clause without a full stop. */
export function saySkipped(why: SkipReason, observation: KeyObservation): string {
  switch (why.kind) {
    case "other_instance":
    case "other_reviewer":
    case "answered_late":
    case "expired":
    case "not_yet":
      return sayUnusable(why);
    case "not_listed":
      return "the review does not list it";
    case "other_step":
      return `it ${isInState(observation)}`;
    case "never_active":
      return "it was never activated, and such keys have a review of their own";
    case "not_binding":
      return withoutPeriod(explainNotBinding(why.why, observation) ?? "no request for this step is pending");
    case "held":
      return `the key is held: ${sayHolds(why.holds)}; to release the hold, run: ${releaseCommand(keyName(observation), why.holds)}`;
    case "own_request":
      return "you requested this step yourself, so another person has to approve it";
    case "other_requester":
      return `${sayAuthor(why.record)} requested the ${stepNouns[why.record.step]}`;
    case "is_approval":
      return `${sayAuthor(why.record)} has already approved the ${stepNouns[why.record.step]}, for the next run of the requester`;
    case "use_unreadable":
      return "the resources that use it could not be listed";
    case "no_room_for_approval":
      return "the service stores no tags, so an approval could not name the request; approve it without --store";
    case "too_old_to_store":
      return `its request can be used only until ${sayTime(why.untilMs)}, which leaves the requester less than 4 hours`;
    case "changed":
      return `it changed after the review: ${sayList(why.fields.map((field) => fieldNames[field]))}`;
  }
}

const fieldNames = {
  kind: "its kind",
  vaultId: "its vault",
  keyId: "its ID",
  label: "its label",
  record: "its request",
  requester: "its requester",
  reason: "the reason",
  facts: "its version, description, dates, tags or keystores",
  resources: "the resources that use it",
  keystores: "its keystores or their pending periods",
} as const satisfies Record<keyof ReviewLine, string>;

export function sayUnusable(why: UnusableReview): string {
  switch (why.kind) {
    case "other_instance":
      return `the review is about instance ${why.instanceId}`;
    case "other_reviewer":
      return `the review is by ${plain(why.reviewer, 100)}, and only they can use it`;
    case "answered_late":
      return `the answer came after ${sayTime(why.atMs)}, more than 60 minutes after the first key was read`;
    case "expired":
      return `the answer counted until ${sayTime(why.atMs)}, for 4 hours`;
    case "not_yet":
      return `the review is dated ${sayTime(why.reviewedAtMs)}, which is in the future`;
  }
}
