/** The hold tag of a key, which every campaign honors. It only takes away, and uko removes only a tag that uko wrote. */

import { UkoError } from "../../errors.ts";
import {
  encodeHoldTag,
  type HoldTag,
  holdTagNames,
  isOwnHoldTag,
  mayReplaceHold,
} from "../../lifecycle/campaign/campaign.ts";
import { rights } from "../../lifecycle/managed-key-states.ts";
import { appendEvidence, isoTime } from "../loop/evidence.ts";
import { createSettler } from "../loop/settle.ts";
import type { CallOptions, KeyRef, World } from "../ports/world.ts";
import { plain, sayRoles } from "../text/words.ts";
import { notFound } from "./command-reports.ts";
import { observeKey, readingOf } from "./observe.ts";

export type HoldTagResult =
  /** `unchanged`: the key is already as wanted. */
  | { readonly kind: "changed" | "unchanged" }
  /** The key has no tag of uko because of this, as a clause. */
  | { readonly kind: "left"; readonly why: string; readonly isRightMissing?: true };

const [tagName] = holdTagNames;
/** One change, and rounds for other writers and lost answers. */
const maxRounds = 5;

/**
 * Writes the tag, or removes it without `wanted`. Throws UKO_KEY_NOT_FOUND,
 * UKO_INPUT_INVALID if the last day is over, and what the ports throw for faults.
 */
export async function changeHoldTag(
  world: World,
  ref: KeyRef,
  wanted: HoldTag | undefined,
  options: CallOptions,
): Promise<HoldTagResult> {
  const value = wanted === undefined ? undefined : encodeHoldTag(wanted);
  const settler = createSettler(world, `key ${ref.keyId}`, options);
  const actor = await world.session.actor(options);
  let isWritten = false;
  for (let round = 0; round < maxRounds; round += 1) {
    const observed = await observeKey(world, ref, "decision", options);
    if (observed.kind === "gone") throw notFound(ref);
    const { snapshot, observation, etag, nowMs } = observed;
    if (wanted?.until !== undefined && wanted.until < isoTime(nowMs).slice(0, 10)) throw isOver(wanted.until);
    const found = snapshot.tags.find(({ name }) => name === tagName);
    if (found?.value === value) return { kind: isWritten ? "changed" : "unchanged" };
    if (isWritten) return { kind: "left", why: "the service did not keep the tag" };
    if (found !== undefined && !isOwnHoldTag(found.value)) {
      return { kind: "left", why: `the key has a hold tag that uko did not write: "${plain(found.value, 100)}"` };
    }
    if (found !== undefined && wanted !== undefined && !mayReplaceHold(found.value, wanted, nowMs)) {
      return { kind: "left", why: `the key already has the hold "${plain(found.value, 100)}", which uko keeps` };
    }
    if (!(await settler.isSettled(readingOf(observed)))) continue;
    const others = snapshot.tags.filter(({ name }) => name !== tagName);
    const tags = value === undefined ? others : [...others, { name: tagName, value }];
    const written = await world.keys.update(ref, { tags }, etag, options);
    if (written.kind === "forbidden") {
      return { kind: "left", why: `this requires the role ${sayRoles(rights.writeTags)}`, isRightMissing: true };
    }
    if (written.kind === "refused") return { kind: "left", why: `the service refused: ${plain(written.message, 200)}` };
    if (written.kind !== "done") continue;
    isWritten = true;
    settler.afterOwnWrite();
    const facts = {
      subject: { ...ref, label: observation.facts.label },
      step: value === undefined ? "release" : "hold",
      from: observation.stateWord,
      to: observation.stateWord,
      details: { keystores: [] },
    };
    await appendEvidence(world, facts, { phase: "after", actor, nowMs, correlationId: written.correlationId });
  }
  return { kind: "left", why: "another writer keeps changing the key" };
}

function isOver(until: string): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `${until} is over, so the hold would not hold the key`,
    detail: "Nothing was changed. Choose today or a later day (UTC).",
  });
}
