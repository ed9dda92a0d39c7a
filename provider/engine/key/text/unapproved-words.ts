/**
 * Writes the sentence about a step for which no approval by a second person is known, and collects the warnings before
 * a request or an approval.
 */

import { isWrittenAt } from "../../../lifecycle/consent/consent-record.ts";
import type { DeletionPolicy } from "../../../lifecycle/key/plan.ts";
import { findUnapprovedStep } from "../../../lifecycle/key/unapproved-step.ts";
import {
  type ConsentRecord,
  isSame,
  type KeyObservation,
  type UnapprovedStep,
} from "../../../lifecycle/vocabulary/observation.ts";
import type { Explanation } from "../../text/explanation.ts";
import { sayIdentity, sayTime, stepNouns } from "../../text/words.ts";
import { sayReleasedHolds } from "./hold-words.ts";

/** The message on a key, with the sentence before all others. */
export function withUnapprovedStep(
  explanation: Explanation,
  observation: KeyObservation,
  policy?: DeletionPolicy,
): Explanation {
  const others = explanation.facts;
  const [unapproved] = unapprovedSentences(observation, policy);
  if (unapproved === undefined) return explanation;
  return { ...explanation, unapproved, facts: others.includes(unapproved) ? others : [unapproved, ...others] };
}

/** What a person should know before a request or an approval: a step without a known approval, and released holds. */
export function warningsOn(observation: KeyObservation): readonly string[] {
  return [...unapprovedSentences(observation), ...sayReleasedHolds(observation.releasedHolds)];
}

/** One sentence, or none. */
export function unapprovedSentences(observation: KeyObservation, policy?: DeletionPolicy): readonly string[] {
  const found = findUnapprovedStep(observation, policy);
  return found === undefined ? [] : [sayUnapproved(found, observation.carried.record)];
}

/** The sentence names the last writer, whom the service reports. A later request hides who wrote before it. */
export function sayUnapproved({ step, lastWriter, atMs }: UnapprovedStep, record?: ConsentRecord): string {
  const unknown = `No approval of the ${stepNouns[step]} by a second person is known.`;
  const isLastWrite =
    lastWriter !== undefined && atMs !== undefined && record !== undefined && isWrittenAt(record, atMs);
  if (step === "deactivate" && isLastWrite && record.step === "destroy" && isSame(record.author, lastWriter)) {
    return `${unknown} The last write to the key is the request itself, so it does not show who wrote before.`;
  }
  const who = lastWriter === undefined ? "a writer whom the service does not name" : sayIdentity(lastWriter);
  const when = atMs === undefined ? "" : ` on ${sayTime(atMs)}`;
  // Another write can follow the step, such as a sync, so its last writer need not be who took it.
  return `${unknown} The last write to the key was by ${who}${when}.`;
}
