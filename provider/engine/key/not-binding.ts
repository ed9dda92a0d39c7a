/** The sentence about a consent record on a key that does not count. */

import type { NotBinding } from "../../lifecycle/consent-record.ts";
import type { KeyObservation } from "../../lifecycle/observation.ts";
import { sayAuthor, sayIdentity, sayTime } from "../text/words.ts";

/**
 * Why an earlier record does not count; undefined if there is nothing to report, as for a record
 * that was acted on.
 */
export function explainNotBinding(why: NotBinding, { state }: KeyObservation): string | undefined {
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
    case "lapsed":
      return `The request of ${sayAuthor(why.record)} expired on ${sayTime(why.atMs)}.`;
    case "changed":
      return `The request of ${sayAuthor(why.record)} no longer counts: the key has changed since ${sayTime(why.record.writtenAtMs)}.`;
    case "not_a_person":
      return `The record by ${sayAuthor(why.record)} does not count: its author is not a person.`;
    case "edited": {
      const when = why.atMs === undefined ? "" : ` on ${sayTime(why.atMs)}`;
      return `The record that names ${sayAuthor(why.record)} as author does not count: ${sayIdentity(why.by)} wrote to the key${when}.`;
    }
  }
}
