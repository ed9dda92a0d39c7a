/**
 * Writes and releases the tag `hold` of a key, which forbids every step of every campaign. uko changes only a tag that
 * uko wrote. Two people have to release a legal hold (lifecycle/campaign/holds.ts). A write to a key can make a
 * pending request void. A hold is written all the same, because it makes the key safer. A release is refused while a
 * request is pending.
 */

import { UkoError } from "../../errors.ts";
import { mayAuthor } from "../../lifecycle/authorization.ts";
import { type HoldChange, type HoldTagPlan, planHoldTag } from "../../lifecycle/campaign/holds.ts";
import { deletionStanding } from "../../lifecycle/consent-record.ts";
import { planKeyWrite } from "../../lifecycle/key-write.ts";
import { rights } from "../../lifecycle/managed-key-states.ts";
import type { ConsentRecord } from "../../lifecycle/observation.ts";
import { patchWithHold } from "../../lifecycle/record-locations.ts";
import { holdTagName } from "../../lifecycle/tag-names.ts";
import { appendEvidence, isoTime } from "../loop/evidence.ts";
import { createSettler } from "../loop/settle.ts";
import type { CallOptions, KeyRef, World } from "../ports/world.ts";
import { keyPath, plain, sayAuthor, sayIdentity, sayRoles, stepNouns } from "../text/words.ts";
import { notFound } from "./command-reports.ts";
import { observeKey, readingOf } from "./observe.ts";

/** A request or an approval that was pending. A hold ends it. */
export interface EndedRecord {
  readonly id: string;
  readonly step: string;
  readonly author: string;
}

export type HoldTagResult =
  /** `unchanged`: the key is already as wanted. */
  | {
      readonly kind: "changed" | "unchanged";
      readonly ended?: EndedRecord;
    }
  /** The caller's release of a legal hold is on the key, which stays held until another person releases it, too. */
  | { readonly kind: "requested" }
  /** The tag was not changed for this reason, as a clause. */
  | { readonly kind: "left"; readonly why: string; readonly isRightMissing?: true };

/** The most rounds: one for the change, and others for other writers and lost responses. */
const maxRounds = 5;

/** What the caller wants. The reason of a release goes to the evidence. */
export type HoldWish = Extract<HoldChange, { kind: "hold" }> | { readonly kind: "release"; readonly reason: string };

/**
 * Writes or releases the tag. Throws UKO_KEY_NOT_FOUND,
 * UKO_INPUT_INVALID if the last day is over, and what the ports throw for faults.
 */
export async function changeHoldTag(
  world: World,
  ref: KeyRef,
  wish: HoldWish,
  options: CallOptions,
): Promise<HoldTagResult> {
  const until = wish.kind === "hold" ? wish.tag.until : undefined;
  const settler = createSettler(world, `key ${ref.keyId}`, options);
  const actor = await world.session.actor(options);
  const person = mayAuthor(actor) ? actor.identity.iamId : undefined;
  let isWritten = false;
  let ended: EndedRecord | undefined;
  for (let round = 0; round < maxRounds; round += 1) {
    const observed = await observeKey(world, ref, "decision", options);
    if (observed.kind === "gone") throw notFound(ref);
    const { snapshot, observation, etag, nowMs } = observed;
    if (until !== undefined && until < isoTime(nowMs).slice(0, 10)) throw isOver(until);
    const found = snapshot.tags.find(({ name }) => name === holdTagName);
    const writers = { actor: person, lastWriter: observation.updatedBy?.iamId };
    const plan = planHoldTag(found?.value, wish, writers, nowMs);
    if (plan.kind === "done") {
      return { kind: isWritten ? "changed" : "unchanged", ...(ended !== undefined && { ended }) };
    }
    if (plan.kind === "waits") return { kind: "requested" };
    if (isWritten) return { kind: "left", why: "the service did not keep the tag" };
    if (plan.kind === "left") return { kind: "left", why: sayLeft(plan.why, found?.value ?? "") };
    const { value } = plan;
    if (!(await settler.isSettled(readingOf(observed)))) continue;
    const write = planKeyWrite(observation, wish.kind, nowMs);
    if (write.kind === "leave") {
      const { step } = write.record;
      const why = `the request of ${sayAuthor(write.record)} for its ${stepNouns[step]} is pending, and this write would end the request`;
      return { kind: "left", why: `${why}; to end it first, run: uko withdraw ${keyPath(observation)}` };
    }
    const patch = patchWithHold(snapshot, { name: holdTagName, value: value ?? "" }, value !== undefined);
    if (patch === undefined) {
      return { kind: "left", why: `the key has ${snapshot.tags.length} tags, which leaves no room for the hold` };
    }
    const standing = deletionStanding(observation, nowMs);
    // A hold makes the key safer, so it is never refused for its evidence.
    if (wish.kind === "release") await world.evidence.open();
    const written = await world.keys.update(ref, patch, etag, options);
    if (written.kind === "forbidden") {
      return { kind: "left", why: `this requires the role ${sayRoles(rights.writeTags)}`, isRightMissing: true };
    }
    if (written.kind === "refused") return { kind: "left", why: `the service refused: ${plain(written.message, 200)}` };
    if (written.kind !== "done") continue;
    isWritten = true;
    ended = standing.binds ? endedRecord(standing.record) : undefined;
    settler.afterOwnWrite();
    const facts = {
      subject: { ...ref, label: observation.facts.label },
      step: wish.kind,
      from: observation.stateWord,
      to: observation.stateWord,
      details: { keystores: [], ...(wish.kind === "release" && { reason: wish.reason }) },
    };
    await appendEvidence(world, facts, { phase: "after", actor, nowMs, correlationId: written.correlationId });
  }
  return { kind: "left", why: "another writer keeps changing the key" };
}

function sayLeft(why: Extract<HoldTagPlan, { kind: "left" }>["why"], value: string): string {
  if (why === "no_person") return "only people release a legal hold, and this identity is not a person";
  const tag = `"${plain(value, 100)}"`;
  return why === "foreign"
    ? `the key has a hold tag that uko did not write: ${tag}`
    : `the key already has the hold ${tag}, which uko keeps`;
}

function endedRecord({ id, step, author }: ConsentRecord): EndedRecord {
  return { id, step, author: sayIdentity(author) };
}

function isOver(until: string): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `${until} is over, so the hold would not hold the key`,
    detail: "Nothing was changed. Choose today or a later day (UTC).",
  });
}
