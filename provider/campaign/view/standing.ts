/**
 * Says of one key what becomes of it, or what comes next: the step, who can end the wait, why, since when or until when,
 * and the command that goes on. Every table, page, count and question of a campaign is a view of this one answer, so
 * that no two of them contradict each other. It is computed from the line of the manifest, what the service shows, the
 * evidence, the rules and the time. It allows nothing: a step reads its key again.
 */

import { releaseCommand, sayHolds } from "../../engine/key/text/hold-words.ts";
import { shellWord } from "../../engine/text/explanation.ts";
import { count, plain, sayAuthor, sayFirst, sayTime } from "../../engine/text/words.ts";
import { standingOf } from "../../lifecycle/consent/consent-record.ts";
import { guardCodes } from "../../lifecycle/key/plan.ts";
import type { ApprovedStep, ConsentRecord, Identity } from "../../lifecycle/vocabulary/observation.ts";
import { type Refusal, refusalOf } from "../files/evidence.ts";
import { type KeyGate, keyGate, type WaveGate } from "../rules/gates.ts";
import { type KeyOutcome, outcomeOf } from "../rules/outcomes.ts";
import type { Timing } from "../rules/schedule.ts";
import { dayOf, gapSentences } from "./classify.ts";
import { factsOf, fieldsInDigest, narrowedSentences, sayShownChanges } from "./rule-changes.ts";
import type { CampaignKey, CampaignView } from "./view.ts";
import type { WaveReadiness } from "./wave-readiness.ts";

/**
 * Who ends the wait. `release`: a person has to remove what blocks the key. `wave`: another wave, or a person who acts on
 * the whole wave. `reader`: a person who can read the key.
 */
export type Awaited = "requester" | "approver" | "executor" | "remover" | "release" | "wave" | "time" | "reader";

export type KeyStanding =
  | { readonly kind: "ended"; readonly outcome: KeyOutcome }
  | {
      readonly kind: "waits";
      readonly outcome: KeyOutcome;
      readonly step: ApprovedStep | "remove";
      readonly who: Awaited;
      /** A clause without a full stop. */
      readonly why: string;
      readonly sinceMs?: number;
      readonly untilMs?: number;
      /** What ends the wait: a command to paste, or what a person does instead. */
      readonly command: string;
      /** Whether the key itself is ready for the step. Its wave may still be closed. */
      readonly isReady: boolean;
      /** What the service refused within 24 h. Such a key goes last, and is not left out. */
      readonly refused?: Refusal;
    };

type Waits = Extract<KeyStanding, { kind: "waits" }>;
/** A wait without the fields that every wait of the key shares. */
type Wait = Omit<Waits, "kind" | "outcome" | "step">;

export interface Surroundings extends Pick<CampaignView, "evidence" | "nowMs" | "campaign" | "folder"> {
  readonly readiness: Readonly<Record<ApprovedStep, WaveReadiness>>;
  readonly timing: Timing;
  /** Exclusive. */
  readonly deadlineMs: number;
}

/** The step that the key needs next. */
export function nextStep({ facts }: Pick<CampaignKey, "facts">): ApprovedStep {
  return facts.state === "active" && !facts.isKms ? "deactivate" : "destroy";
}

export function standingOfKey(key: CampaignKey, around: Surroundings): KeyStanding {
  const { facts, isUnread, isRecorded, line } = key;
  const { campaign, deadlineMs } = around;
  const { instanceEnds } = campaign;
  const hasCopyOutside = line.keystores.some(({ isInternal }) => !isInternal);
  const end = { deadlineMs, instanceEnds };
  const outcome = isUnread ? "not_read" : outcomeOf({ ...facts, isRecorded, hasCopyOutside }, end);
  const waits = (step: Waits["step"], wait: Wait): KeyStanding => ({ kind: "waits", outcome, step, ...wait });
  const step = nextStep(key);
  if (isUnread) {
    const command = "a person who can read the vault runs the command";
    return waits(step, { who: "reader", why: unreadReason, command, isReady: false });
  }
  // The instance ends before its keystores answer, so nothing is left to wait for.
  if (outcome === "proof_by_provider") return { kind: "ended", outcome };
  if (facts.state === "destroyed" && facts.class === "destroy") {
    const wait = removalOf(key, around);
    return wait === undefined ? { kind: "ended", outcome } : waits("remove", wait);
  }
  const gate = keyGate(facts, step, around.timing);
  if (gate.kind === "done" || gate.kind === "not_planned") return { kind: "ended", outcome };
  const block = blockOf(key, gate, around.folder.path);
  if (block !== undefined) return waits(step, { ...block, who: "release", isReady: false });
  if (gate.kind === "soaking") {
    const why = `soaks until ${sayTime(gate.untilMs)}`;
    return waits(step, { ...whole(key, around), who: "time", why, untilMs: gate.untilMs, isReady: false });
  }
  if (gate.kind === "window_ends_early") {
    const why = `waits until ${sayTime(gate.untilMs)}, because its KMS window of 7 days would end before its destruction is allowed`;
    return waits(step, { ...whole(key, around), who: "time", why, untilMs: gate.untilMs, isReady: false });
  }
  return waits(step, readyFor(key, step, around));
}

export const unreadReason = "the key or its vault could not be read";

/** What a destroyed key waits for; undefined once nothing is left of it that the campaign removes. */
function removalOf(key: CampaignKey, around: Surroundings): Wait | undefined {
  const { facts, name, holds } = key;
  const { materialGoneMs } = facts;
  if (facts.isEndUnproven === true) {
    const why = "the responses about its keystores contradict each other";
    return { who: "reader", why, command: `uko status ${name}`, isReady: false };
  }
  if (facts.isMaterialUncertain === true) {
    const why = "destroyed, but a keystore may still hold the material";
    return { who: "release", why, command: `uko status ${name}`, isReady: false };
  }
  if (materialGoneMs !== undefined) {
    const why = `waits for its keystores until ${dayOf(materialGoneMs)} (UTC)`;
    return { ...whole(key, around), who: "time", why, untilMs: materialGoneMs, isReady: false };
  }
  if (facts.isKms) return undefined;
  if (facts.isHeld) {
    return { who: "release", why: `held: ${sayHolds(holds)}`, command: releaseCommand(name, holds), isReady: false };
  }
  const block = facts.isNarrowed ? blockOf(key, { kind: "narrowed" }, around.folder.path) : undefined;
  if (block !== undefined) return { ...block, who: "release", isReady: false };
  const ready = { ...whole(key, around), isReady: true };
  const refused = refusalOf(around.evidence, name, "remove", around.nowMs);
  if (refused !== undefined) return { ...ready, ...sayRefusal(refused, name), who: "release", refused };
  return { ...ready, who: "remover", why: "waits for the removal of its metadata" };
}

/** The command that goes on with the wave of the key. */
function whole({ line }: CampaignKey, { folder }: Surroundings): Pick<Wait, "command"> {
  return { command: `uko campaign next --wave ${line.wave} --folder ${shellWord(folder.path)}` };
}

/** What a key waits for whose own gates are open. */
function readyFor(key: CampaignKey, step: ApprovedStep, around: Surroundings): Wait {
  const { readiness, nowMs, evidence } = around;
  const { gate } = readiness[step];
  const ready = { ...whole(key, around), isReady: true };
  if (gate.kind !== "open") {
    const isTime = gate.kind === "blackout";
    const until = isTime ? { untilMs: gate.untilMs } : {};
    const why = sayWaveGate(readiness[step]);
    return { ...ready, ...remedyOf(gate, around), who: isTime ? "time" : "wave", why, ...until };
  }
  const refused = refusalOf(evidence, key.name, step, nowMs);
  if (refused !== undefined) return { ...ready, ...sayRefusal(refused, key.name), who: "release", refused };
  const request = requestFor(key, step, nowMs);
  if (request === undefined) return { ...ready, who: "requester", why: `waits for a request to ${step}` };
  const { endsAtMs: untilMs, record } = request;
  const since = record === undefined ? {} : { sinceMs: record.writtenAtMs };
  if (record === undefined) {
    return { ...ready, who: "approver", why: `waits for another identity until ${sayTime(untilMs)}`, untilMs };
  }
  const isApproved = record.quotes !== undefined;
  const whom = isApproved ? `${sayAuthor(record)} approved; the requester acts` : `not ${sayAuthor(record)}`;
  const why = `waits for another person until ${sayTime(untilMs)} (${whom})`;
  const command = isApproved ? { command: "uko continue --requested-by IBMID" } : {};
  return { ...ready, ...since, ...command, who: isApproved ? "executor" : "approver", why, untilMs };
}

/** The command that opens a closed wave. */
function remedyOf({ kind }: WaveGate, { folder }: Surroundings): Partial<Pick<Wait, "command">> {
  return kind === "differs" ? { command: planCommand(folder.path) } : {};
}

function planCommand(path: string): string {
  return `uko campaign plan --write --folder ${shellWord(path)}`;
}

/** What a closed wave waits for, as a clause. */
export function sayWaveGate({ gate, heldBackBy }: WaveReadiness): string {
  switch (gate.kind) {
    case "open":
      return "waits for nothing";
    case "differs":
      return "waits for a new manifest, because the rules changed";
    case "stopped":
      return "stopped, until a person continues the wave for a reason";
    case "after":
      return `waits for wave ${gate.waves.join(", ")}, held back by ${sayFirst(heldBackBy)}`;
    case "blackout":
      return `waits for the end of a blackout, ${sayTime(gate.untilMs)} (${plain(gate.blackout.reason, 60)})`;
  }
}

type SaidRefusal = (name: string) => readonly [cause: string, way: string];

const refusedByService: SaidRefusal = (name) => ["the service refused the step", `uko status ${name}`];
const rightMissing: SaidRefusal = () => [
  "the person lacked a right",
  "uko whoami shows the rights; if the requester alone holds the right, another person has to request",
];

/**
 * The causes of a refusal, and the command that leads on. The words of the service follow. A code comes from evidence
 * that each committer can write, so a map looks it up: every object has names such as `__proto__`.
 */
const refusals: ReadonlyMap<string, SaidRefusal> = new Map([
  ["UKO_RETENTION_POLICY", () => ["a retention policy keeps the key", "uko explain UKO_RETENTION_POLICY"]],
  [
    "UKO_KMS_DUAL_AUTHORIZATION_OFF",
    () => ["KMS dual authorization is off for the key", "uko explain UKO_KMS_DUAL_AUTHORIZATION_OFF"],
  ],
  ["UKO_RIGHTS_MISSING", rightMissing],
  ["UKO_ACCESS_DENIED", rightMissing],
  ["UKO_SERVICE_REFUSED", refusedByService],
  ["UKO_KEYSTORE_BLOCKS_REMOVAL", (name) => ["a keystore may still hold the material", `uko status ${name}`]],
]);

/** Codes that say that one person may not take the step. */
export const rightCodes: readonly string[] = ["UKO_RIGHTS_MISSING", "UKO_ACCESS_DENIED"];

/** Codes of a result that say that the key itself refuses, and not the person who reads or the network. */
export const refusingCodes: readonly string[] = [...refusals.keys()];

function sayRefusal({ code, said, at, by }: Refusal, name: string): Pick<Wait, "why" | "command"> {
  const [cause, command] = (refusals.get(code) ?? refusedByService)(name);
  const quoted = said === "" ? "" : `: ${said}`;
  return { why: plain(`${cause}, as ${by} saw ${sayTime(Date.parse(at))}${quoted}`, 400), command };
}

/** Why a person has to act before the key can take its next step, and the command or edit that ends the block. */
function blockOf(
  { name, holds, change, line, listed }: CampaignKey,
  gate: KeyGate,
  path: string,
): Pick<Wait, "why" | "command"> | undefined {
  const plan = planCommand(path);
  switch (gate.kind) {
    case "held":
      return { why: `held: ${sayHolds(holds)}`, command: releaseCommand(name, holds) };
    case "narrowed":
      return change.kind === "narrowed"
        ? { why: narrowedSentences[change.why], command: `if another wave waits for the key, ${plan}` }
        : undefined;
    case "incomplete": {
      const why = gate.gaps.map((gap) => gapSentences[gap]).join("; ");
      return { why, command: `correct campaign.yaml, then ${plan}` };
    }
    case "changed": {
      const found = listed === undefined ? [] : sayShownChanges(line, factsOf(listed));
      const why = `changed since the manifest: ${found.join("; ") || fieldsInDigest}`;
      return { why, command: `check the key, then ${plan}` };
    }
    case "declared": {
      const why = "a program declares the key, and its stack does not take part";
      return { why, command: "remove the key from its program, or name it in takingPart of campaign.yaml" };
    }
    case "in_use":
      return {
        why: "in use, and its rule has no override",
        command: `add an override with the reason to its rule in campaign.yaml, then ${plan}`,
      };
    case "window_ends_in_soak":
      return {
        why: "its KMS window of 7 days would end in the soak of its wave",
        command: `set the soak of wave ${line.wave} in campaign.yaml to at most 6d, then ${plan}`,
      };
    case "impossible": {
      const why = `no step is possible in the state ${listed?.traits.state ?? ""}`;
      return { why, command: `add a rule of class leave for the key to campaign.yaml, then ${plan}` };
    }
    case "kms_window_expired":
    case "kms_setter_unknown":
      return {
        why: `${windowSentences[gate.kind]} [${guardCodes[gate.kind]}]`,
        command: `uko campaign rollback ${name} --folder ${shellWord(path)}, then deactivate it again`,
      };
    default:
      return undefined;
  }
}

const windowSentences = {
  kms_window_expired: "its KMS deletion window expired, and KMS opens one for active keys only",
  kms_setter_unknown: "it is not known who opened its KMS deletion window",
} as const;

/**
 * The request for the step: a record on the key, or the deletion window of a KMS key, without the person who opened it,
 * because KMS does not report that person.
 */
export function requestFor(
  { listed }: Pick<CampaignKey, "listed">,
  step: ApprovedStep,
  nowMs: number,
): { readonly endsAtMs: number; readonly record?: ConsentRecord } | undefined {
  const windowEndsAtMs = listed?.kmsKey?.windowEndsAtMs;
  if (windowEndsAtMs !== undefined) return windowEndsAtMs > nowMs ? { endsAtMs: windowEndsAtMs } : undefined;
  const standing = listed?.observation && standingOf(listed.observation, step, nowMs);
  return standing?.binds === true ? { endsAtMs: standing.expiresAtMs, record: standing.record } : undefined;
}

/** Who requested the step, if another person has to approve it. On a stored approval only the requester acts. */
export function requesterOf(key: Pick<CampaignKey, "listed">, step: ApprovedStep, nowMs: number): Identity | undefined {
  const { record } = requestFor(key, step, nowMs) ?? {};
  return record?.quotes === undefined ? record?.author : undefined;
}

interface Standing {
  readonly facts: CampaignKey["facts"];
  readonly standing: KeyStanding;
}

/** Whether the key is ready for the step. Its wave may still be closed. */
export function isReady({ standing }: Standing, step: Waits["step"]): boolean {
  return standing.kind === "waits" && standing.isReady && standing.step === step;
}

/** Whether a person has to release the key before its next step. */
export function isBlocked({ standing }: Standing): boolean {
  return standing.kind === "waits" && standing.who === "release";
}

/** The next step of the wave, and what it waits for. */
export function waitsFor(keys: readonly Standing[]): string {
  const waiting = keys.flatMap(({ standing }) => (standing.kind === "waits" ? [standing] : []));
  const step = (["deactivate", "destroy", "remove"] as const).find((each) => waiting.some((key) => key.step === each));
  if (step === undefined) return "-";
  const own = waiting.filter((each) => each.step === step);
  const parts = [...Map.groupBy(own, groupOf)].map(([, [first, ...others]]) =>
    first === undefined ? "" : sayGroup(first, 1 + others.length),
  );
  // A part can have commas of its own.
  return `${step}: ${parts.join("; ")}`;
}

function groupOf({ who, why }: Waits): string {
  return who === "wave" || who === "time" ? `${who} ${why}` : who;
}

function sayGroup({ who, why }: Waits, keys: number): string {
  switch (who) {
    case "requester":
      return `a request for ${count(keys, "key")}`;
    case "approver":
      return `an approval for ${count(keys, "key")}`;
    case "executor":
      return `the requester of ${count(keys, "key")}`;
    case "remover":
      return `the removal of ${count(keys, "key")}`;
    case "release":
      return `a person who releases ${count(keys, "key")}`;
    case "reader":
      return `a person who can read ${count(keys, "key")}`;
    default:
      // The name of the column or of the line says that the keys wait.
      return `${count(keys, "key")}: ${why.replace(/^waits (for )?/, "")}`;
  }
}
