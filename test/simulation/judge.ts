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
import { apiKeyOf } from "./world.ts";

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
    ...judgeConsents(trail, stage.emulator.world.switches.tags === "dropped"),
    ...judgeHolds(trail, played),
    ...judgeHands(played),
    ...judgeShown(played),
    ...judgeSecrets(stage, played),
    ...judgeHosts(played),
    ...judgeEvidence(stage, played),
    ...judgeForgotten(stage, played),
    ...judgeEnd(played),
  ];
}

function judgeConsents(trail: readonly AuditEntry[], ignoresTags: boolean): readonly Finding[] {
  const isOutsider = ({ userAgent }: TrailEntry): boolean => userAgent === outsiderAgent;
  const { violations } = judge(trail, { required: true, gate: "both", isOutsider, ignoresTags });
  return violations.map(({ kind, why, operation, seq }) => ({ rule: kind, says: `#${seq} ${operation}: ${why}` }));
}

/** No run takes a step from a held key. A person may remove the metadata of a destroyed one, by hand. */
function judgeHolds(trail: readonly AuditEntry[], { trail: calls, isAtTerminal }: Played): readonly Finding[] {
  return calls.filter(isOurs).flatMap((call) => {
    const act = actOf(call);
    if (act === undefined || (act === "remove" && isAtTerminal)) return [];
    const before = trail.findLast(({ seq, keyId, after }) => seq < call.seq && keyId === call.keyId && after);
    return isHeld(before?.after?.tags ?? [], Date.parse(call.time))
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
