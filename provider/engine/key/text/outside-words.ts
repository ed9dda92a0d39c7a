/** Writes the sentence about a deactivation or destruction that was taken outside the rule of two people. */

import type { KeyObservation } from "../../../lifecycle/observation.ts";
import { findOutsideStep } from "../../../lifecycle/outside-step.ts";
import type { Explanation } from "../../text/explanation.ts";
import { sayIdentity, sayTime } from "../../text/words.ts";

/** The message on a key, with the sentence before all others. */
export function withOutsideStep(explanation: Explanation, observation: KeyObservation): Explanation {
  return { ...explanation, facts: [...sayOutsideStep(observation), ...explanation.facts] };
}

/** One sentence, or none. It names the last writer, whom the service reports. */
function sayOutsideStep(observation: KeyObservation): readonly string[] {
  const found = findOutsideStep(observation);
  if (found === undefined) return [];
  const { step, lastWriter, atMs } = found;
  const who = lastWriter === undefined ? "a writer whom the service does not name" : sayIdentity(lastWriter);
  const when = atMs === undefined ? "" : ` on ${sayTime(atMs)}`;
  const noun = step === "destroy" ? "destruction" : "deactivation";
  // Another write can follow the step, such as a sync, so its last writer need not be who took it.
  return [`No approval of the ${noun} by a second person is known. The last write to the key was by ${who}${when}.`];
}
