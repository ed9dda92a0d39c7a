/**
 * Sets and releases a hold, which one person may do alone. Both writes drop a request or an approval from the key: a
 * hold ends it, and a release must not bring back what people agreed on before the hold.
 */

import { UkoError } from "../../errors.ts";
import { deletionStanding } from "../../lifecycle/consent/consent-record.ts";
import {
  type HoldChoice,
  type HoldPlan,
  holdsInForce,
  planHold,
  planRelease,
  type WantedHold,
} from "../../lifecycle/consent/hold.ts";
import { type KeyTextPatch, patchWithHold, patchWithRelease } from "../../lifecycle/consent/record-locations.ts";
import { mayAuthor } from "../../lifecycle/key/authorization.ts";
import { planKeyWrite, wroteLast } from "../../lifecycle/key/key-write.ts";
import { rights } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { ConsentRecord, KeyHold, KeyObservation } from "../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../text/iso-time.ts";
import { appendEvidence } from "../loop/evidence.ts";
import { createSettler } from "../loop/settle.ts";
import type { CallOptions, KeyRef, World } from "../ports/world.ts";
import { keyName, plain, sayIdentity, sayRoles } from "../text/words.ts";
import { notFound } from "./command-reports.ts";
import { describeRecord } from "./evidence.ts";
import { type KeyDetails, observeKey, readingOf } from "./observe.ts";
import { releaseCommand, sayHold, sayHolds } from "./text/hold-words.ts";

/** A request or an approval that was pending. A hold and a release end it. */
export interface EndedRecord {
  readonly id: string;
  readonly step: string;
  readonly author: string;
}

export type HoldResult =
  /**
   * `unchanged`: the key is already as wanted, and `held` is the hold that it has, in words. `released` is the hold
   * that the run ended, in words. `remaining` are the holds that still stop the key after that, in words. `release` is
   * the command that ends the hold that the run set.
   */
  | {
      readonly kind: "changed" | "unchanged";
      readonly ended?: EndedRecord;
      readonly held?: string;
      readonly released?: string;
      readonly remaining?: string;
      readonly release?: string;
    }
  /** The tag was not changed for this reason, as a clause. */
  | { readonly kind: "left"; readonly why: string; readonly isRightMissing?: true };

export type HoldWish =
  | { readonly kind: "hold"; readonly hold: WantedHold }
  | { readonly kind: "release"; readonly choice: HoldChoice; readonly reason: string };

/** The hold that a release would end, for a person who releases several. */
export type ShownRelease =
  | { readonly kind: "release"; readonly label: string; readonly hold: KeyHold; readonly says: string }
  | { readonly kind: "none"; readonly label: string }
  | { readonly kind: "left"; readonly label: string; readonly why: string };

/** Reads which hold a release would end. A legal hold is released alone. Changes nothing. */
export async function showRelease(
  world: World,
  ref: KeyRef,
  choice: HoldChoice,
  options: CallOptions,
): Promise<ShownRelease> {
  const observed = await observeKey(world, ref, "summary", options);
  if (observed.kind === "gone") throw notFound(ref);
  const { label } = observed.observation.facts;
  const plan = planRelease(observed.observation.holds, choice, observed.nowMs);
  if (plan.kind === "done") return { kind: "none", label };
  if (plan.kind !== "write" || plan.released === undefined) {
    return { kind: "left", label, why: plan.kind === "write" ? "" : sayLeft(plan) };
  }
  if (plan.released.kind === "legal") {
    const why = `a legal hold is released alone: ${releaseCommand(keyName(observed.observation), observed.observation.holds, plan.released)}`;
    return { kind: "left", label, why };
  }
  return { kind: "release", label, hold: plan.released, says: sayHold(plan.released) };
}

/** The most rounds: one for the change, and others for other writers and lost responses. */
const maxRounds = 5;

/**
 * Sets or releases a hold. Throws UKO_KEY_NOT_FOUND, UKO_INPUT_INVALID if the last day is over, UKO_ACTOR_NOT_A_PERSON
 * for a release by a service, and what the ports throw for faults.
 */
export async function changeHold(
  world: World,
  ref: KeyRef,
  asked: HoldWish,
  options: CallOptions,
): Promise<HoldResult> {
  let wish = asked;
  const settler = createSettler(world, `key ${ref.keyId}`, options);
  const actor = await world.session.actor(options);
  if (wish.kind === "release" && !mayAuthor(actor)) throw onlyPeople();
  const by = actor.identity?.iamId ?? "";
  let sent: SentChange | undefined;
  for (let round = 0; round < maxRounds; round += 1) {
    const observed = await observeKey(world, ref, "inspection", options);
    if (observed.kind === "gone") throw notFound(ref);
    const { observation, etag, nowMs } = observed;
    const plan = planFor(observed, wish, by);
    // A later round may end only the hold that this round chose, not a hold that was set meanwhile.
    if (wish.kind === "release" && plan.kind === "write" && plan.released !== undefined) {
      wish = { ...wish, choice: { text: plan.released.text } };
    }
    const release = releaseOf(observed, ref, wish);
    if (sent !== undefined && (sent.isAnswered || wroteLast(actor, observation))) {
      const isIn = isKept(sent, observation, plan);
      if (!isIn && sent.isAnswered) return notKept;
      if (isIn) {
        if (!sent.isAnswered) await sent.note("");
        const others = wish.kind === "release" ? holdsInForce(observation.holds, nowMs) : [];
        return { ...sent.result, ...(others.length > 0 && { remaining: sayHolds(others) }), ...release };
      }
    }
    if (plan.kind === "done") {
      return { kind: "unchanged", ...(plan.hold !== undefined && { held: sayHold(plan.hold) }), ...release };
    }
    if (plan.kind !== "write") return { kind: "left", why: sayLeft(plan) };
    if (!(await settler.isSettled(readingOf(observed)))) continue;
    const patch =
      planKeyWrite(observation, "hold", nowMs).kind === "write" ? patchFor(observed, wish, plan, by) : undefined;
    if (patch === undefined) {
      return {
        kind: "left",
        why: `the key has ${observed.snapshot.tags.length} tags, which leaves no room for the hold`,
      };
    }
    const standing = deletionStanding(observation, nowMs);
    // A hold makes the key safer, so it is never refused for its evidence.
    if (wish.kind === "release") await world.evidence.open();
    const result: HoldResult = {
      kind: "changed",
      ...(standing.binds && { ended: endedRecord(standing.record) }),
      ...(plan.released !== undefined && { released: sayHold(plan.released) }),
    };
    const facts = {
      subject: { ...ref, label: observation.facts.label },
      step: wish.kind,
      from: observation.stateWord,
      to: observation.stateWord,
      details: {
        keystores: [],
        // The write took the record off the key, so only this line still says who requested or approved.
        ...(observation.carried.record !== undefined && { dropped: describeRecord(observation.carried.record) }),
        ...(wish.kind === "release" && { reason: wish.reason, hold: plan.released?.text ?? "" }),
      },
    };
    const note = (correlationId: string): Promise<void> =>
      appendEvidence(world, facts, { phase: "after", actor, nowMs, correlationId });
    const written = await world.keys.update(ref, patch, etag, options);
    if (written.kind === "forbidden") {
      return { kind: "left", why: `this requires the role ${sayRoles(rights.writeTags)}`, isRightMissing: true };
    }
    if (written.kind === "refused") return { kind: "left", why: `the service refused: ${plain(written.message, 200)}` };
    // If the answer was lost, only the next read shows whether the service made the change.
    sent = { plan, before: observation.holds, result, note, isAnswered: written.kind === "done" };
    if (written.kind !== "done") continue;
    settler.afterOwnWrite();
    await note(written.correlationId);
  }
  return { kind: "left", why: "another writer keeps changing the key" };
}

function planFor({ observation, nowMs }: KeyDetails, wish: HoldWish, by: string): HoldPlan {
  if (wish.kind === "release") return planRelease(observation.holds, wish.choice, nowMs);
  const { until } = wish.hold;
  if (until !== undefined && until < isoTime(nowMs).slice(0, 10)) throw isOver(until);
  return planHold(observation.holds, wish.hold, by, nowMs);
}

/** The command that ends the wanted hold, and no other of the key. */
function releaseOf(
  { observation: { holds }, nowMs }: KeyDetails,
  { vaultId, keyId }: KeyRef,
  wish: HoldWish,
): { readonly release?: string } {
  if (wish.kind === "release") return {};
  const { kind, ticket = "" } = wish.hold;
  const plan = planRelease(holds, { kind, ticket }, nowMs);
  if (plan.kind !== "write" || plan.released === undefined) return {};
  return { release: releaseCommand(`${vaultId}/${keyId}`, holds, plan.released) };
}

function patchFor(
  { snapshot, nowMs }: KeyDetails,
  wish: HoldWish,
  { values, released }: Extract<HoldPlan, { kind: "write" }>,
  by: string,
): KeyTextPatch | undefined {
  if (wish.kind === "hold") return patchWithHold(snapshot, values);
  const { reason } = wish;
  return patchWithRelease(snapshot, values, { hold: released?.text ?? "", releasedBy: by, atMs: nowMs, reason });
}

/** The change of the hold tag that this run sent, and the holds that the tag had before. */
interface SentChange {
  readonly plan: HoldPlan;
  readonly before: readonly KeyHold[];
  readonly result: HoldResult;
  /** Writes the line of the change to the evidence. */
  readonly note: (correlationId: string) => Promise<void>;
  readonly isAnswered: boolean;
}

/** Whether the service kept what this run wrote. A service that drops new tags would leave the key free. */
function isKept({ plan, before }: SentChange, { holds }: KeyObservation, now: HoldPlan): boolean {
  if (plan.kind !== "write" || plan.released === undefined) return now.kind === "done";
  // Another tool may have written the same text twice, and a release ends one hold.
  const like = (found: readonly KeyHold[]): number => found.filter(({ text }) => text === plan.released?.text).length;
  return like(holds) < like(before);
}

const notKept: HoldResult = { kind: "left", why: "the service did not keep the change of the tag" };

function sayLeft(plan: Exclude<HoldPlan, { kind: "write" | "done" }>): string {
  if (plan.kind === "too_long") {
    const [length, most] = [plan.length, plan.most].map((each) => each.toLocaleString("en"));
    return `the key is held, and its tag has room for ${most} characters, while all its holds would need ${length}`;
  }
  const bare = plan.holds.some(({ ticket }) => ticket === undefined) ? ' (--ticket "" for one without a ticket)' : "";
  return `the key has these holds, and --kind or --ticket must name one of them${bare}: ${sayHolds(plan.holds)}`;
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

function onlyPeople(): UkoError {
  return new UkoError("UKO_ACTOR_NOT_A_PERSON", {
    summary: "Only people release a hold, and this identity is not a person",
    detail: "Nothing was changed.\nNext: a person runs the command with their own credential",
  });
}
