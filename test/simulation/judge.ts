/**
 * Judges each step of a story. The oracle (test/support/oracle.ts) sees who brought which text and who acted; the other rules
 * are those of the product's pages that an audit trail alone does not show. No rule asks the product's own code.
 */

import type { AuditEntry } from "../../provider/emulator/store/audit.ts";
import type { Key } from "../../provider/emulator/store/model.ts";
import { outsiderAgent } from "../contracts/interfaces/support/outsider.ts";
import { type StepToEnd, stepOfCall } from "../support/calls.ts";
import { judge, type TrailEntry } from "../support/oracle.ts";
import { bodyIn } from "./mallory.ts";
import type { Played, Stage } from "./stage.ts";
import { people } from "./story.ts";
import { apiKeyOf, seededKeys } from "./world.ts";

export interface Finding {
  /** The rule, by which a shorter story is recognized as the same one. */
  readonly rule: string;
  readonly says: string;
}

/** The irreversible or outage step that a call took; undefined for any other call, and for one without effect. */
const actOf = ({ operation, effect }: AuditEntry): StepToEnd | undefined =>
  effect ? stepOfCall(operation) : undefined;

const isOurs = ({ userAgent }: AuditEntry): boolean => userAgent === "pulumi-uko";

export function judgeStep(stage: Stage, played: Played): readonly Finding[] {
  const trail = stage.emulator.world.audit.since(0);
  return [
    ...judgeConsents(trail, played, stage.isLenient()),
    ...judgeHolds(trail, played),
    ...judgeHands(played),
    ...judgeShown(played),
    ...judgeSeen(trail, played),
    ...judgeWrites(trail, played, stage.isLenient()),
    ...judgeWindow(played),
    ...judgeCommand(stage, played),
    ...judgeSecrets(stage, played),
    ...judgeHosts(played),
    ...judgeEvidence(stage, played),
    ...judgeForgotten(stage, played),
    ...judgeEnd(played),
  ];
}

function judgeConsents(trail: readonly AuditEntry[], played: Played, isLenient: boolean): readonly Finding[] {
  const isOutsider = ({ userAgent }: TrailEntry): boolean => userAgent === outsiderAgent;
  const { violations } = judge(trail, { required: true, gate: "both", isOutsider });
  return violations.flatMap(({ kind, why, operation, seq }) => {
    const call = played.trail.find((each) => each.seq === seq);
    const people = call === undefined ? undefined : peopleForEngine(before(trail, call), played, isLenient);
    const isLoose = people === "single" ? !isText(kind) : people === "destroy" && isOwnDeactivation(kind, operation);
    // What Mallory wrote herself may lack what makes it count, which the oracle cannot know.
    const isHers =
      kind === "request-over-binding" && call !== undefined && before(trail, call)?.userAgent === outsiderAgent;
    const isBrought = kind === "record-carried-along" && call !== undefined && bringsOwn(before(trail, call), call);
    return call === undefined || isLoose || isHers || isBrought
      ? []
      : [{ rule: kind, says: `#${seq} ${operation}: ${why}` }];
  });
}

/** For the oracle, a person's own request is one that was planted for the very second of it, although only the own one has a seal. */
function bringsOwn(last: AuditEntry | undefined, call: AuditEntry): boolean {
  const body = bodyIn(tagIn(call, "uko_deletion"));
  const isSealed = body !== undefined && body.a === call.authn && body.m !== undefined;
  return isSealed && textsIn(call).every((text) => !textsIn(last).includes(text));
}

function textsIn(entry: AuditEntry | undefined): readonly string[] {
  const inTags = (entry?.after?.tags ?? []).flatMap(({ name, value }) => (name === "uko_deletion" ? [value] : []));
  return [...inTags, ...(entry?.after?.description.match(/\[uko1[^\]]*\]/g) ?? [])];
}

const isText = (kind: string): boolean => kind === "record-carried-along" || kind === "removed-with-material";

/** Where two people are for the destruction alone, the requester of the deactivation takes it in a later run of an engine. */
const isOwnDeactivation = (kind: string, operation: string): boolean =>
  kind === "own-consent" && stepOfCall(operation) === "deactivate";

/** How many people marker and environment ask for together; the program may ask for more. A command sees no program. */
function peopleForEngine(last: AuditEntry | undefined, { step }: Played, isLenient: boolean): string {
  const people = step.types.startsWith("engine ") ? peopleIn(last) : "both";
  return people === "single" && !isLenient ? "destroy" : people;
}

/** The last change of the key before this call. */
const before = (trail: readonly AuditEntry[], { seq, keyId }: AuditEntry): AuditEntry | undefined =>
  trail.findLast((each) => each.seq < seq && each.keyId === keyId && each.after !== undefined);

/** Whom the key's own marker asks for. Several markers, or one that nobody knows, ask for the most. */
function peopleIn(entry: AuditEntry | undefined): string {
  const inTags = (entry?.after?.tags ?? []).flatMap(({ name, value }) => (name === "uko_dual" ? [value] : []));
  const markers = [...inTags, ...(entry?.after?.description.includes("[uko1") === true ? ["both"] : [])];
  const [marker = "both", ...more] = markers;
  return more.length === 0 && strictness.includes(marker) ? marker : "both";
}
const strictness = ["single", "destroy", "both"];

const tagIn = (entry: AuditEntry | undefined, tag: string): string | undefined =>
  entry?.after?.tags.find(({ name }) => name === tag)?.value;

/** An approval is of the record that was on the key when the approver last read it. */
function judgeSeen(trail: readonly AuditEntry[], { trail: calls, step, lookedAt }: Played): readonly Finding[] {
  if (lookedAt === undefined || !/^(uko approve|console)/.test(step.types)) return [];
  return calls.filter(isOurs).flatMap((call) => {
    const last = before(trail, call);
    const act = actOf(call);
    const isApproval = call.effect && bodyIn(tagIn(call as AuditEntry, "uko_deletion"))?.h === "approval";
    if ((act === undefined || act === "remove") && !isApproval) return [];
    const text = tagIn(last, "uko_deletion");
    const isUnseen = last !== undefined && last.seq > lookedAt && !isOurs(last) && text !== undefined;
    return isUnseen ? [{ rule: "seen", says: `#${call.seq}: the approver never read what #${last.seq} brought` }] : [];
  });
}

/** What a write of uko may not take from a key, beside what the oracle judges. */
function judgeWrites(trail: readonly AuditEntry[], played: Played, isLenient: boolean): readonly Finding[] {
  const { step, trail: calls } = played;
  return calls.flatMap((call) => {
    const last = before(trail, call);
    if (!isOurs(call) || !call.effect || call.after === undefined || last === undefined) return [];
    const says = `#${call.seq} ${call.operation} after #${last.seq}`;
    const isUpdate = call.operation === "updateManagedKey";
    const found: Finding[] = [];
    if (isUpdate && strictness.indexOf(peopleIn(call)) < strictness.indexOf(peopleIn(last))) {
      found.push({ rule: "loosened", says });
    }
    const isHolding = step.types.startsWith("uko hold");
    if (isUpdate && !isHolding && releasesIn(call) < releasesIn(last)) found.push({ rule: "release lost", says });
    const isOfProgram = step.types.startsWith("engine ") || step.types.startsWith("uko sync");
    const isLoose = peopleForEngine(last, played, isLenient) === "single";
    if (isOfProgram && actOf(call) === undefined && isPending(last, call) && !isLoose)
      found.push({ rule: "touched", says });
    const isOwn = last.seq > (calls[0]?.seq ?? 0) && isOurs(last) && last.authn === call.authn;
    const request = bodyIn(tagIn(last, "uko_deletion"));
    if (actOf(call) === "deactivate" && isOwn && request !== undefined && request.h !== "approval") {
      found.push({ rule: "one run", says: `${says}: a run deactivated on its own request` });
    }
    return found;
  });
}

function releasesIn(entry: AuditEntry): number {
  const { h } = bodyIn(tagIn(entry, "uko_note")) ?? {};
  return Array.isArray(h) ? h.length : 0;
}

/** The last write is that of a person who brought a request or an approval for the step that comes next. */
function isPending(last: AuditEntry, call: AuditEntry): boolean {
  const body = bodyIn(tagIn(last, "uko_deletion"));
  const step = last.after?.state === "active" ? "deactivate" : "destroy";
  const isBrought = isOurs(last) && last.operation === "updateManagedKey" && last.effect;
  const { t = body?.t } = (body?.q ?? {}) as { readonly t?: unknown };
  if (Date.parse(call.time) - Number(t) * 1_000 > 40 * 3_600_000) return false;
  // A write that arrives long after its text was made leaves a text that does not count.
  if (Date.parse(last.after?.updatedAt ?? "") - Number(body?.t) * 1_000 > 2_000) return false;
  return isBrought && body?.a === last.caller && body?.a === last.authn && body?.s === step;
}

/** A run opens a window of its own just before it deactivates a key whose deletion KMS leaves to two people. */
function judgeWindow({ trail }: Played): readonly Finding[] {
  return trail.filter(isOurs).flatMap((call) => {
    if (call.keyId !== seededKeys.ledger || actOf(call) !== "deactivate") return [];
    const isOwn = trail.some(({ seq, operation, effect }) => seq < call.seq && effect && operation === setWindow);
    return isOwn ? [] : [{ rule: "window", says: `#${call.seq}: the run set no window of its own` }];
  });
}
const setWindow = "setKeyForDeletion";

/** A run that says that it worked did what its command is for. */
function judgeCommand(stage: Stage, { step, exitCode, isAtTerminal }: Played): readonly Finding[] {
  const [, command = "", name = "", rest = ""] = /^uko (hold|withdraw|reactivate) @(\w+)(.*)/.exec(step.types) ?? [];
  const key = stage.keyOf(name);
  if (key === undefined || !isAtTerminal || step.answers !== "yes") return [];
  const isQuiet = step.fault === undefined && step.meanwhile === undefined && step.env === undefined;
  const nowMs = stage.emulator.world.clock.nowMs();
  const isNew = command === "hold" && rest === "" && ["bob", "carol", "mallory"].includes(step.who);
  if (isNew && isQuiet && key.state !== "destroyed" && !isHeld(key.tags, nowMs)) {
    return [{ rule: "not held", says: `${name} is not held after "uko hold"` }];
  }
  const isTakenBack = command === "withdraw" || command === "reactivate";
  return isTakenBack && isQuiet && exitCode === 0 && key.tags.some((tag) => tag.name === "uko_deletion")
    ? [{ rule: "not taken back", says: `a record is on ${name} after "uko ${command}"` }]
    : [];
}

/** No run takes a step from a held key. A person may remove the metadata of a destroyed one, by hand. */
function judgeHolds(trail: readonly AuditEntry[], { trail: calls, isAtTerminal }: Played): readonly Finding[] {
  return calls.filter(isOurs).flatMap((call) => {
    const act = actOf(call);
    if (act === undefined || (act === "remove" && isAtTerminal)) return [];
    return isHeld(before(trail, call)?.after?.tags ?? [], Date.parse(call.time))
      ? [{ rule: "hold", says: `#${call.seq} ${act} of a held key` }]
      : [];
  });
}

/** A hold binds through its last day, if it names one. */
export function isHeld(tags: readonly { readonly name: string; readonly value: string }[], nowMs: number): boolean {
  const holds = tags.filter(({ name }) => name.toLowerCase() === "hold").flatMap(({ value }) => value.split(" and "));
  return holds.some((hold) => {
    const [, day] = / until (\d{4}_\d\d_\d\d)/.exec(hold) ?? [];
    return day === undefined || nowMs < Date.parse(day.replaceAll("_", "-")) + 86_400_000;
  });
}

/** Approvals and requests of destructions come from a person at a terminal. */
function judgeHands({ trail, isAtTerminal, step }: Played): readonly Finding[] {
  if (isAtTerminal && !step.env?.CI) return [];
  return trail.filter(isOurs).flatMap(({ method, after, seq, effect }) => {
    if (method !== "PATCH" || !effect) return [];
    const body = bodyIn(after?.tags.find(({ name }) => name === "uko_deletion")?.value);
    if (body?.h !== "approval" && body?.s !== "destroy") return [];
    return [{ rule: "hand", says: `#${seq}: a run without a hand wrote ${String(body.h)} of ${String(body.s)}` }];
  });
}

/** A run of `uko approve` names each key on which it acts, by the label that the key has. */
function judgeShown({ trail, shown, step }: Played): readonly Finding[] {
  if (!step.types.startsWith("uko approve")) return [];
  return trail.filter(isOurs).flatMap((call) => {
    const isActing = actOf(call) !== undefined || (call.method === "PATCH" && call.effect);
    if (!isActing || shown.includes(call.label ?? "")) return [];
    return [{ rule: "shown", says: `#${call.seq}: the approver never read "${call.label}" ${call.keyId}` }];
  });
}

const secrets = people.map(apiKeyOf);
const token = /eyJ[\w-]{20,}/;

function judgeSecrets(stage: Stage, { shown, step: { who } }: Played): readonly Finding[] {
  const texts = [shown, ...stage.filesOf(who)];
  const found = texts.find((text) => token.test(text) || secrets.some((secret) => text.includes(secret)));
  return found === undefined ? [] : [{ rule: "secret", says: `a credential is in: ${found.slice(0, 200)}` }];
}

/** Whoever sets where the service is gets a credential only if the run first names that place. */
function judgeHosts({ elsewhere, shown }: Played): readonly Finding[] {
  const unnamed = elsewhere.filter((host) => !shown.includes(`This run sends its credential to ${host},`));
  return unnamed.map((host) => ({ rule: "host", says: `the run called ${host}, which it never named` }));
}

/** Each step has its line before it is taken, in the evidence of the person whose run took it. */
function judgeEvidence(stage: Stage, { trail, step: { who } }: Played): readonly Finding[] {
  const steps = trail.filter((call) => isOurs(call) && actOf(call) !== undefined);
  if (steps.length === 0) return [];
  const lines = stage
    .evidenceOf(who)
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as { readonly step?: string; readonly phase?: string; readonly keyId?: string }];
      } catch {
        return [];
      }
    });
  return steps.flatMap((call) => {
    const act = actOf(call);
    const isKept = lines.some((each) => each.phase === "before" && each.step === act && each.keyId === call.keyId);
    return isKept ? [] : [{ rule: "evidence", says: `#${call.seq}: no line stands before ${act} of ${call.label}` }];
  });
}

function judgeForgotten({ emulator }: Stage, { engine }: Played): readonly Finding[] {
  const { keys, keystores, templates, vaults } = emulator.world;
  return (engine?.forgotten ?? []).flatMap(({ kind, values: { keyId, keystoreId, templateId, vaultId } }) => {
    const isThere = {
      managedKey: keys.has(String(keyId)),
      keystore: keystores.has(String(keystoreId)),
      keyTemplate: templates.has(String(templateId)),
      vault: vaults.has(String(vaultId)),
      // KMS keeps the metadata of a destroyed key for 90 days.
      kmsKey: false,
    }[kind];
    return isThere ? [{ rule: "forgotten", says: `the state forgot a ${kind}, which still exists` }] : [];
  });
}

/** Every run ends with a message of its own, also after a fault. */
function judgeEnd({ thrown, shown, isKilled }: Played): readonly Finding[] {
  if (isKilled) return [];
  if (thrown !== undefined) return [{ rule: "thrown", says: String((thrown as Error).stack ?? thrown) }];
  return /UKO_BUG/.test(shown) ? [{ rule: "bug", says: shown.slice(-2_000) }] : [];
}

/** The place of a key on its way, for the coverage table. */
export function placeOf(key: Key | undefined, nowMs: number): string {
  if (key === undefined) return "gone";
  const body = bodyIn(key.tags.find(({ name }) => name === "uko_deletion")?.value);
  const record = body === undefined ? "" : body.h === "approval" ? "+approval" : "+request";
  return `${key.state}${key.state === "destroyed" ? "" : record}${isHeld(key.tags, nowMs) ? "+hold" : ""}`;
}
