/** The keys of a wave that are ready for a step or requested, as the lists show them; a step reads the key again. */

import type { CampaignStep } from "../../lifecycle/campaign/campaign.ts";
import { type KeyGate, keyGate } from "../../lifecycle/campaign/gates.ts";
import { standingOf } from "../../lifecycle/consent-record.ts";
import type { ReviewKind } from "../../lifecycle/review.ts";
import { sayTimeAndDistance } from "../text/words.ts";
import { type ActContext, keysOfWave } from "./act-on-keys.ts";
import { type ActedKey, withoutStep } from "./acted.ts";
import { requireWave } from "./folder.ts";
import { sayGate, unreadReason } from "./key-row.ts";
import type { PlannedKey } from "./planned.ts";
import type { CampaignView } from "./view.ts";

/** Keys that pass every gate of the step now, and those that do not, with the reason. */
export function readyKeys(
  context: ActContext,
  wave: string,
  step: CampaignStep,
): { readonly ready: readonly PlannedKey[]; readonly apart: readonly ActedKey[] } {
  requireWave(context.view.campaign, wave);
  const ready: PlannedKey[] = [];
  const apart: ActedKey[] = [];
  for (const key of keysOfWave(context, wave)) {
    const gate = keyGate(key.facts, step, context.view.nowMs);
    if (gate.kind === "open" && !key.isUnread) ready.push(key);
    else if (gate.kind !== "done" && gate.kind !== "not_planned") {
      const why = sayGate({ ...key, gate }) ?? sayLater(gate, context.view.nowMs);
      apart.push(key.isUnread ? unread(key) : withoutStep(key, why));
    }
  }
  return { ready, apart };
}

/** Every key of a wave that the caller cannot read: no command may pass over one and report success. */
export function unreadOf(context: ActContext, wave: string): readonly ActedKey[] {
  return keysOfWave(context, wave).flatMap((key) => (key.isUnread ? [unread(key)] : []));
}

export function unread(key: PlannedKey): ActedKey {
  return { ...withoutStep(key, unreadReason), exitCode: 13 };
}

function sayLater(gate: KeyGate, nowMs: number): string {
  if (gate.kind !== "soaking") return gate.kind.replaceAll("_", " ");
  return `soaks until ${sayTimeAndDistance(gate.untilMs, nowMs)}; a request does not shorten that`;
}

/** The kind of the review that can list the key. */
export function kindOfKey({ facts }: Pick<PlannedKey, "facts">): ReviewKind {
  if (facts.isKms) return "kms";
  return facts.state === "pre_activation" ? "never-active" : "managed";
}

/** Of each kind, because it has a review of its own. */
export function countByKind(keys: readonly Pick<PlannedKey, "facts">[]): Readonly<Record<ReviewKind, number>> {
  const countOf = (kind: ReviewKind): number => keys.filter((key) => kindOfKey(key) === kind).length;
  return { managed: countOf("managed"), "never-active": countOf("never-active"), kms: countOf("kms") };
}

const renewWithinMs = 48 * 60 * 60 * 1000;

/** Whether a request for the step is pending; for a renewal, only one with enough time left. */
export function isPending(
  { nowMs }: Pick<CampaignView, "nowMs">,
  { listed }: PlannedKey,
  step: CampaignStep,
  isRenewed: boolean,
): boolean {
  const untilMs = listed?.kmsKey?.windowEndsAtMs ?? requestEndMs(listed?.observation, step, nowMs);
  return untilMs !== undefined && untilMs > nowMs + (isRenewed ? renewWithinMs : 0);
}

export function requestEndMs(
  observation: NonNullable<PlannedKey["listed"]>["observation"],
  step: CampaignStep,
  nowMs: number,
): number | undefined {
  if (observation === undefined) return undefined;
  const standing = standingOf(observation, step, nowMs);
  return standing.binds ? standing.expiresAtMs : undefined;
}

/**
 * A record that has led to its step already is no request any more. Taking it off would only hide
 * whose write the last one was, which a rollback has to prove.
 */
export function isRequested({ facts, listed }: PlannedKey, nowMs: number): boolean {
  if (listed?.kmsKey !== undefined) return listed.kmsKey.windowEndsAtMs !== undefined;
  return requestEndMs(listed?.observation, facts.state === "active" ? "deactivate" : "destroy", nowMs) !== undefined;
}
