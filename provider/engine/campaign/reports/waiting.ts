/**
 * Says what each wave and each key of a campaign waits for: a request, an approval, a date, or a person who removes a
 * block. For most blocks of a key it names the command or the edit that ends the block. The file also finds the pending
 * request on a key, and the keys whose own gates allow a given step. For a rollback it finds the keys that the campaign
 * can take back, and for a halt the keys with a record to withdraw. Whether their wave allows the step is decided in
 * view/wave-readiness.ts. A key that the caller cannot read is reported with exit code 13, so that no command skips it
 * and reports success.
 */

import { isStepDue, type KeyGate, keyGate, type WaveGate } from "../../../lifecycle/campaign/gates.ts";
import { deletionStanding, standingOf } from "../../../lifecycle/consent/consent-record.ts";
import type { ReviewKind } from "../../../lifecycle/consent/review.ts";
import { guardCodes } from "../../../lifecycle/key/plan.ts";
import { type ApprovedStep, approvedSteps, type Identity, isSame } from "../../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../../text/iso-time.ts";
import { releaseCommand, sayHolds } from "../../key/text/hold-words.ts";
import { shellWord } from "../../text/explanation.ts";
import { count, plain, sayAuthor, sayTime, sayTimeAndDistance } from "../../text/words.ts";
import { requireWave } from "../files/folder.ts";
import { dayOf, gapSentences } from "../view/classify.ts";
import { type CampaignContext, keysOfWave } from "../view/context.ts";
import { nextStep, type PlannedKey, type PlannedWave } from "../view/planned.ts";
import { changedFacts, hiddenFacts, narrowedSentences } from "../view/rule-changes.ts";
import { type KeyResult, withoutStep } from "./key-results.ts";
import { folderFlag } from "./report.ts";

export type PendingRequest = NonNullable<ReturnType<typeof requestOn>>;

/** The request that a list shows on the key; a step reads the key again. */
export function requestOn(key: PlannedKey, nowMs: number) {
  const { observation } = key.listed ?? {};
  if (observation === undefined) return undefined;
  const standing = deletionStanding(observation, nowMs);
  if (!standing.binds) return undefined;
  const { record, expiresAtMs } = standing;
  if (record.step !== "deactivate" && record.step !== "destroy") return undefined;
  const shared = { key: key.name, wave: key.line.wave, step: record.step };
  return { ...shared, by: sayAuthor(record), how: record.how, expiresAt: isoTime(expiresAtMs) };
}

/** A request with less time left than this should be renewed. */
export const renewWithinMs = 48 * 60 * 60 * 1000;

/**
 * The request for the step: a record on the key, or the deletion window of a KMS key, without the person who opened it,
 * because KMS does not report that person. A stored approval has no `requester` here, because no other person has to
 * approve it: only the requester acts on it.
 */
export function requestFor({ listed }: Pick<PlannedKey, "listed">, step: ApprovedStep, nowMs: number) {
  const windowEndsAtMs = listed?.kmsKey?.windowEndsAtMs;
  if (windowEndsAtMs !== undefined) return { endsAtMs: windowEndsAtMs };
  const standing = listed?.observation && standingOf(listed.observation, step, nowMs);
  if (standing?.binds !== true) return undefined;
  const { record, expiresAtMs: endsAtMs } = standing;
  return record.quotes === undefined ? { endsAtMs, requester: record.author } : { endsAtMs };
}

/** Whether a request for the step is pending. */
export function isPending({ nowMs }: { readonly nowMs: number }, key: PlannedKey, step: ApprovedStep): boolean {
  return (requestFor(key, step, nowMs)?.endsAtMs ?? 0) > nowMs;
}

/** The keys of a wave that are ready for the step, by what they wait for. */
export function readyFor(context: CampaignContext, wave: string, step: ApprovedStep, caller: Identity | undefined) {
  const { ready } = readyKeys(context, wave, step);
  const { nowMs } = context.view;
  const isRequested = (key: PlannedKey): boolean => isPending({ nowMs }, key, step);
  const requested = ready.filter(isRequested);
  const requesterOf = (key: PlannedKey) => requestFor(key, step, nowMs)?.requester;
  const isOwn = (key: PlannedKey): boolean => {
    const requester = requesterOf(key);
    return requester !== undefined && caller !== undefined && isSame(requester, caller);
  };
  return {
    ready,
    toRequest: ready.filter((key) => !isRequested(key)),
    own: requested.filter(isOwn),
    // KMS does not report who opened a window, so these can include windows of the caller.
    ofOthers: requested.filter((key) => key.facts.isKms || (requesterOf(key) !== undefined && !isOwn(key))),
    requesterOf,
  };
}

/** The next step of the wave, and what it waits for. */
export function waitsFor({ keys, readiness }: PlannedWave, nowMs: number): string {
  const step = approvedSteps.find((each) => keys.some(({ facts }) => isStepDue(facts, each)));
  const removable = keys.filter(isRemovable).length;
  if (step === undefined && removable > 0) return `the removal of ${count(removable, "key")}`;
  if (step === undefined) return keys.some(({ facts }) => facts.materialGoneMs !== undefined) ? "keystores" : "-";
  const { gate } = readiness[step];
  if (gate.kind !== "open") return `${step}: ${sayWaveGate(gate)}`;
  const due = keys.filter(({ facts }) => isStepDue(facts, step));
  const ready = due.filter((key) => isReady(key, step));
  const soaking = due.flatMap((key) => (key.gate.kind === "soaking" ? [key.gate.untilMs] : []));
  if (ready.length === 0 && soaking.length > 0) return `${step}: its soak, ${dayOf(Math.min(...soaking))}`;
  const requested = ready.filter((key) => isPending({ nowMs }, key, step)).length;
  const toRequest = ready.length - requested;
  const parts = [
    ...(toRequest > 0 ? [`a request for ${count(toRequest, "key")}`] : []),
    ...(requested > 0 ? [`an approval for ${count(requested, "key")}`] : []),
  ];
  return `${step}: ${parts.join(", ") || `a person who releases ${count(due.length, "key")}`}`;
}

export function isReady(key: PlannedKey, step: ApprovedStep): boolean {
  return nextStep(key) === step && isStepDue(key.facts, step) && key.gate.kind === "open" && !key.isUnread;
}

/** Whether the campaign may remove the metadata of the key now, or once no keystore holds its material. */
export function isRemovalDue({ facts: { state, ending, isKms } }: PlannedKey): boolean {
  return state === "destroyed" && ending === "destroy" && !isKms;
}

/** Whether the lists show that the metadata of the key can be removed. The removal asks every keystore again. */
export function isRemovable(key: PlannedKey): boolean {
  const { isHeld, isNarrowed, isMaterialUncertain, materialGoneMs } = key.facts;
  return isRemovalDue(key) && !(isHeld || isNarrowed || isMaterialUncertain === true) && materialGoneMs === undefined;
}

/** What a closed wave waits for. */
export function sayWaveGate(gate: Exclude<WaveGate, { kind: "open" }>): string {
  switch (gate.kind) {
    case "differs":
      return "a new manifest, because the rules changed";
    case "stopped":
      return "stopped, until a person continues the wave for a reason";
    case "not_before":
      return `its first day, ${dayOf(gate.untilMs)}`;
    case "after":
      return `wave ${gate.waves.join(", ")}`;
    case "blackout":
      return `the end of a blackout, ${dayOf(gate.untilMs) || "-"} (${plain(gate.blackout.reason, 60)})`;
    case "maintenance_window":
      return `its maintenance window, ${dayOf(gate.untilMs) || "-"}`;
  }
}

export function sayKeystores({ materialGoneMs }: PlannedKey["facts"]): string {
  return `waits for its keystores${materialGoneMs === undefined ? "" : ` until ${dayOf(materialGoneMs)}`}`;
}

/** What an open key waits for, if no person has to release it first. */
export function sayWait(key: PlannedKey, { readiness }: PlannedWave, nowMs: number): string {
  const { facts, gate } = key;
  const step = nextStep(key);
  if (facts.state === "destroyed") return sayKeystores(facts);
  if (gate.kind === "soaking") return `soaks until ${sayTime(gate.untilMs)}`;
  const gateOfWave = readiness[step].gate;
  if (gateOfWave.kind !== "open") return `its wave waits: ${sayWaveGate(gateOfWave)}`;
  const request = requestOn(key, nowMs);
  if (request === undefined) {
    const windowEndsAtMs = key.listed?.kmsKey?.windowEndsAtMs;
    const isOpen = windowEndsAtMs !== undefined && windowEndsAtMs > nowMs;
    return isOpen ? `waits for another identity until ${sayTime(windowEndsAtMs)}` : `waits for a request to ${step}`;
  }
  const whom = request.how === "approval" ? `${request.by} approved; the requester acts` : `not ${request.by}`;
  return `waits for another person until ${sayTime(Date.parse(request.expiresAt))} (${whom})`;
}

export const unreadReason = "the key or its vault could not be read";

/**
 * Why a person has to act before the key can take its next step, with the command or the edit that ends the block;
 * undefined if no person has to.
 */
export function blockOf(key: PlannedKey, path: string) {
  const { gate, name, holds, change, isUnread, line, listed, facts } = key;
  const folder = folderFlag(path);
  const plan = `uko campaign plan --write ${folder}`;
  if (isUnread) return { why: unreadReason, release: "a person who can read the vault runs the command" };
  if (facts.isMaterialUncertain === true)
    return { why: "destroyed, but a keystore may still hold the material", release: `uko status ${name}` };
  switch (gate.kind) {
    case "held": {
      return { why: `held: ${sayHolds(holds)}`, release: releaseCommand(name) };
    }
    case "narrowed": {
      const release = `if another wave waits for the key, ${plan}`;
      return change.kind === "narrowed" ? { why: narrowedSentences[change.why], release } : undefined;
    }
    case "incomplete": {
      const why = gate.gaps.map((gap) => gapSentences[gap]).join("; ");
      return { why, release: `correct campaign.yaml or owners.csv, then ${plan}` };
    }
    case "changed": {
      const found = listed === undefined ? [] : changedFacts(line, { ...listed, label: listed.traits.label });
      const why = `changed since the baseline: ${found.join("; ") || hiddenFacts}`;
      return { why, release: `check the key, then ${plan}` };
    }
    case "declared": {
      const why = "a program declares the key, and its stack does not take part";
      return { why, release: "the program lets go of the key, or takingPart names it" };
    }
    case "in_use": {
      const release = "a reason in the column override of owners.csv, or in a rule";
      return { why: "used recently, and no rule overrides it", release };
    }
    case "not_signed_off": {
      const release = `uko campaign signoff --owner ${shellWord(gate.owners[0] ?? "")} ${folder}`;
      return { why: `not signed off by ${gate.owners.join(", ")}`, release };
    }
    case "impossible": {
      const release = `uko campaign finish --accept ${name} --reason REASON ${folder}`;
      return { why: `no step is possible in the state ${listed?.traits.state ?? ""}`, release };
    }
    case "kms_window_expired":
    case "kms_setter_unknown": {
      const release = `uko campaign rollback ${line.wave} --key ${name} ${folder}, then deactivate it again`;
      return { why: `${windowSentences[gate.kind]} [${guardCodes[gate.kind]}]`, release };
    }
    default:
      return undefined;
  }
}

const windowSentences = {
  kms_window_expired: "its KMS deletion window expired, and KMS opens one for active keys only",
  kms_setter_unknown: "it is not known who opened its KMS deletion window",
} as const;

/** The keys that pass every gate of the step now, and the others with the reason. */
export function readyKeys(
  context: CampaignContext,
  wave: string,
  step: ApprovedStep,
): { readonly ready: readonly PlannedKey[]; readonly apart: readonly KeyResult[] } {
  requireWave(context.view.campaign, wave);
  const ready: PlannedKey[] = [];
  const apart: KeyResult[] = [];
  for (const key of keysOfWave(context, wave)) {
    const gate = keyGate(key.facts, step, context.view.nowMs);
    if (gate.kind === "open" && !key.isUnread) ready.push(key);
    else if (gate.kind !== "done" && gate.kind !== "not_planned") {
      const why = blockOf({ ...key, gate }, context.view.folder.path)?.why ?? sayLater(gate, context.view.nowMs);
      apart.push(key.isUnread ? resultOfUnreadKey(key) : withoutStep(key, why));
    }
  }
  return { ready, apart };
}

/** The keys of a wave that the caller cannot read. No command may skip such a key and report success. */
export function resultsOfUnreadKeys(context: CampaignContext, wave: string): readonly KeyResult[] {
  return keysOfWave(context, wave).flatMap((key) => (key.isUnread ? [resultOfUnreadKey(key)] : []));
}

export function resultOfUnreadKey(key: PlannedKey): KeyResult {
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

/** The number of keys of each kind, because each kind has a review of its own. */
export function countByKind(keys: readonly Pick<PlannedKey, "facts">[]): Readonly<Record<ReviewKind, number>> {
  const countOf = (kind: ReviewKind): number => keys.filter((key) => kindOfKey(key) === kind).length;
  return { managed: countOf("managed"), "never-active": countOf("never-active"), kms: countOf("kms") };
}

/** The reviews of the wave that list the key for the step that a rollback undoes. */
export function reviewsToUndo({ view }: CampaignContext, { name, line, facts }: PlannedKey) {
  const step = facts.isKms ? "destroy" : "deactivate";
  return (view.reviews.byKey.get(name) ?? []).filter((set) => set.step === step && set.wave === line.wave);
}

/** Whether a rollback starts with the key: this campaign took its last step, which can be undone. */
export function isReversible(context: CampaignContext, key: PlannedKey): boolean {
  const isUndoable = key.facts.state === (key.facts.isKms ? "destroyed" : "deactivated");
  return isUndoable && reviewsToUndo(context, key).length > 0;
}

/**
 * Whether a request is on the key that a halt can withdraw. A record whose step was taken is no longer a request. Its
 * removal would only hide who wrote to the key last, which a rollback has to prove.
 */
export function hasRecordToWithdraw(key: PlannedKey, nowMs: number): boolean {
  return requestFor(key, key.facts.state === "active" ? "deactivate" : "destroy", nowMs) !== undefined;
}
