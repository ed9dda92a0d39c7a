/**
 * The answer of `uko campaign find`: what this campaign did to a key, until when it can be undone,
 * who can, and the command. For an operations desk at night.
 */

import { isPending } from "../../lifecycle/guards.ts";
import { kmsRights } from "../../lifecycle/kms-key-states.ts";
import { rights } from "../../lifecycle/managed-key-states.ts";
import { count, plain, sayRoles, sayTime, sayTimeAndDistance } from "../text/words.ts";
import { sayGate } from "./plan-report.ts";
import { type CampaignPlan, datesOf, type PlannedKey } from "./planned.ts";
import { type CampaignReport, section } from "./report.ts";
import { type Reviews, reviewFolder } from "./reviews.ts";
import type { CampaignView } from "./view.ts";

const maxShown = 50;

/** Whether a text names the key: an ID in UKO or a cloud, its label, or its application. */
export function isNamed({ line, name }: PlannedKey, typed: string): boolean {
  const wanted = typed.trim().toLowerCase();
  const names = [name, line.id, line.label, line.application, ...line.cloudIds.map(({ id }) => id)];
  return wanted !== "" && names.some((each) => each.toLowerCase() === wanted || lastPart(each) === wanted);
}

/** Of an ARN, URI or CRN, whose last part people copy most often. */
function lastPart(id: string): string {
  return /[:/]/.test(id) ? (id.toLowerCase().split(/[:/]/).at(-1) ?? "") : "";
}

export function reportFound(view: CampaignView, { keys }: CampaignPlan, typed: string): CampaignReport {
  const { reviews } = view;
  const found = keys.filter((key) => isNamed(key, typed));
  const shown = found.slice(0, maxShown);
  const what = `"${plain(typed, 200)}"`;
  return {
    summary:
      found.length === 0
        ? `No key of campaign ${view.campaign.name} has the ID, label or application ${what}`
        : `${count(found.length, "key")} of campaign ${view.campaign.name} ${found.length === 1 ? "is" : "are"} named ${what}`,
    sections: [
      ...shown.flatMap((key) => section(`${key.line.label}  ${key.name}`, { lines: linesAbout(key, view, reviews) })),
      ...section("Not shown", {
        lines: [
          ...(found.length > maxShown ? [`${found.length - maxShown} more keys; use --json`] : []),
          ...reviews.unusable.map((name) => `${reviewFolder}/${name} is not a review of this instance`),
        ],
      }),
    ],
    next: shown
      .flatMap((key) => undoOf(key, view.nowMs)?.command ?? [])
      .slice(0, 5)
      .map((command) => ({ command })),
    exitCode: 0,
    data: {
      found: found.map((key) => ({
        key: key.name,
        label: key.line.label,
        wave: key.line.wave,
        state: stateOf(key),
        ...(key.listed?.updatedAtMs !== undefined && { updatedAt: new Date(key.listed.updatedAtMs).toISOString() }),
        ...(writerOf(key) !== undefined && { updatedBy: writerOf(key) }),
        reviews: reviews.byKey.get(key.name) ?? [],
        undo: undoOf(key, view.nowMs) ?? null,
      })),
    },
  };
}

function linesAbout(key: PlannedKey, { nowMs }: CampaignView, reviews: Reviews): readonly string[] {
  const { line, listed } = key;
  const sets = reviews.byKey.get(key.name) ?? [];
  const { destroyMs } = datesOf(key.schedule);
  const undo = undoOf(key, nowMs);
  const blocked = sayGate(key);
  const writer = writerOf(key);
  return [
    `State: ${stateOf(key)}; class ${line.class}, wave ${line.wave}${line.application === "" ? "" : `, application ${line.application}`}.`,
    ...(listed?.updatedAtMs === undefined
      ? []
      : [
          `Last write${writer === undefined ? "" : ` by ${writer}`}: ${sayTimeAndDistance(listed.updatedAtMs, nowMs)}.`,
        ]),
    ...(sets.length === 0 ? ["No review of this campaign lists the key."] : []),
    ...sets.map(
      (set) =>
        `Reviewed for ${set.step} on ${sayTime(set.reviewedAtMs)} by ${set.reviewer}; requested by ${set.requester || "an identity that KMS does not report"}.`,
    ),
    ...(blocked === undefined ? [] : [`Blocked: ${blocked}.`]),
    ...(undo === undefined
      ? [
          ["active", "pre_activation"].includes(key.facts.state)
            ? "Nothing has been cut off."
            : "Nothing can be undone.",
        ]
      : [undo.sentence]),
    ...(destroyMs === undefined ? [] : [`Destroyed at the earliest on ${sayTime(destroyMs)}.`]),
  ];
}

function stateOf({ listed, isUnread }: PlannedKey): string {
  return listed?.traits.state ?? (isUnread ? "not read" : "removed");
}

function writerOf({ listed }: PlannedKey): string | undefined {
  const iamId = listed?.observation?.updatedBy?.iamId;
  return iamId === undefined ? undefined : plain(iamId, 100);
}

export interface Undo {
  readonly sentence: string;
  readonly roles: readonly string[];
  readonly until?: string;
  readonly command?: string;
}

/** How the last step can be undone; undefined if it cannot, or if none was taken. */
function undoOf({ facts, listed, name }: PlannedKey, nowMs: number): Undo | undefined {
  if (facts.state === "deactivated" && !facts.isKms) {
    const sentence = `Can be undone until it is destroyed, by ${sayRoles(rights.reactivate)}.`;
    return { sentence, roles: rights.reactivate.roles, command: `uko reactivate ${name}` };
  }
  if (facts.state === "active" && listed?.observation?.carried.kind === "one") {
    const sentence = "A request is on the key; nothing has been cut off. Its writer can withdraw it.";
    return { sentence, roles: rights.writeTags.roles, command: `uko withdraw ${name}` };
  }
  const restoreUntilMs = facts.isKms ? facts.materialGoneMs : undefined;
  if (restoreUntilMs !== undefined) {
    const until = new Date(restoreUntilMs).toISOString();
    const sentence = `KMS can restore the key until ${sayTimeAndDistance(restoreUntilMs, nowMs)}, by ${sayRoles(kmsRights.restore)}: run uko campaign rollback, or change restoreTrigger of its KmsKey.`;
    return { sentence, roles: kmsRights.restore.roles, until };
  }
  const pending = (listed?.observation?.keystores ?? []).filter(isPending);
  if (facts.state !== "destroyed" || pending.length === 0 || facts.materialGoneMs === undefined) return undefined;
  const names = pending.map((each) => `${plain(each.name, 60)} (${plain(each.type, 40)})`).join(", ");
  return {
    sentence: `Only the cloud itself can cancel the destruction, until ${sayTimeAndDistance(facts.materialGoneMs, nowMs)}: ${names}.`,
    roles: [],
    until: new Date(facts.materialGoneMs).toISOString(),
  };
}
