/**
 * Makes one row for each key of a campaign, with every fact that the tables of keys show.
 * `key-views.ts` chooses the facts of each table. Tables, `--json` and pages read the same
 * row, so that a fact has one name and one value everywhere.
 */

import * as z from "zod";
import { plain, sayRoles, sayTimeAndDistance } from "../../engine/text/words.ts";
import { isPending } from "../../lifecycle/key/guards.ts";
import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import { rights } from "../../lifecycle/vocabulary/managed-key-states.ts";
import { approvedSteps } from "../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../text/iso-time.ts";
import { manifestKey } from "../files/manifest.ts";
import { isFinal } from "../rules/outcomes.ts";
import type { LateCause } from "../rules/schedule.ts";
import { type CampaignSchedule, isLate, type KeyInSchedule } from "../view/campaign-schedule.ts";
import { dayOf } from "../view/classify.ts";
import type { CampaignView } from "../view/view.ts";
import { folderFlag } from "./report.ts";

/** A key from its beginning to its end; the waves are counted by these stages. */
export const keyStages = [
  "pre_activation",
  "active",
  "deactivated",
  "pending",
  "destroyed",
  "removed",
  "removal_recorded",
  "other",
] as const;

type KeyStage = (typeof keyStages)[number];

const text = z.string();
const day = text.describe("A day, such as 2027-03-20; empty if there is none");

export const keyRow = z.object({
  key: text.describe("<vaultId>/<keyId>, or kms/<keyId>"),
  label: text,
  wave: text,
  class: manifestKey.shape.class,
  // The word of the service: only the outcome says whether the key is destroyed.
  state: text.describe("As the service lists the key; otherwise removed, removal_recorded or not_read"),
  stage: z.enum(keyStages).describe("pending: destroyed, and a keystore still holds the material"),
  outcome: text.describe(
    "Such as removed, open or held; removal_recorded if only evidence and list say removed; not_read if uko could not read the key",
  ),
  isFinal: z.boolean().describe("Whether no step of the campaign changes the outcome anymore"),
  step: z.enum(["deactivate", "destroy", "remove"]).nullable().describe("The next step; null if none is left"),
  who: z
    .enum(["requester", "approver", "executor", "remover", "release", "wave", "time", "reader"])
    .nullable()
    .describe("Who ends the wait; release: a person has to remove what blocks the key"),
  why: text.describe("Why the next step has not happened; never empty for an open key"),
  since: text.describe("Since when the request waits, ISO 8601 UTC; empty if unknown"),
  command: text.describe("What ends the wait; empty if no step is left"),
  updatedAt: text.describe(
    "When the key was last written, ISO 8601 UTC; empty if unknown. Of a removed key as the evidence in the folder notes it",
  ),
  updatedBy: text.describe("IAM ID of the last writer; empty if unknown. Of a removed key from the evidence, too"),
  owner: text,
  reason: text,
  ticket: text,
  version: z.number().int(),
  verificationPattern: text,
  keystoreTypes: z.array(text),
  cloudIds: manifestKey.shape.cloudIds,
  schedule: text.describe("on_time or late; otherwise why the key has no date"),
  byLastDeadline: text.describe("The same for the last deadline; empty if the campaign has none"),
  lateBecause: text.describe("Empty if the key is not late"),
  isProofByProvider: z.boolean().describe("Whether only the cloud provider can prove the deletion"),
  deactivateOn: day,
  destroyOn: day,
  materialGoneOn: day,
  kmsMetadataGoneOn: day,
  deactivateBy: day,
  destroyBy: day,
  earliestEnd: day.describe("When the campaign can be done with the key at the earliest; empty if unknown"),
  lastDay: day.describe("The last day for the last step of the key; empty if there is none"),
  // From the folder, and not signed. Every other fact is from the manifest or the service.
  steps: z.array(z.object({ step: text, by: text, at: text })).describe("What this campaign did to the key"),
  undo: z
    .object({ sentence: text, roles: z.array(text), until: text.optional(), command: text.optional() })
    .nullable()
    .describe("How the last step can be undone"),
});
export type KeyRow = z.output<typeof keyRow>;
type Undo = NonNullable<KeyRow["undo"]>;

export function keyRows(view: CampaignView, { keys }: Pick<CampaignSchedule, "keys">): readonly KeyRow[] {
  return keys.map((key) => rowOf(key, view));
}

function rowOf(key: KeyInSchedule, { evidence, nowMs, folder }: CampaignView): KeyRow {
  const { line, listed, schedule, standing } = key;
  const waits = standing.kind === "waits" ? standing : undefined;
  const { owner, reason, ticket, version, verificationPattern } = line;
  const noted = key.facts.state === "gone" ? evidence.lastWrites.get(key.name) : undefined;
  const { dates } = schedule;
  const stage = keyStageOf(key);
  return {
    key: key.name,
    label: line.label,
    wave: line.wave,
    class: line.class,
    state: listed?.traits.state ?? (key.isUnread ? "not_read" : stage),
    stage,
    outcome: key.outcome,
    isFinal: isFinal(key.outcome),
    step: waits?.step ?? null,
    who: waits?.who ?? null,
    why: waits?.why ?? "",
    since: waits?.sinceMs === undefined ? "" : isoTime(waits.sinceMs),
    command: waits?.command ?? "",
    updatedAt: listed?.updatedAtMs === undefined ? (noted?.at ?? "") : isoTime(listed.updatedAtMs),
    updatedBy: plain(listed?.observation?.updatedBy?.iamId ?? noted?.by ?? "", 100),
    ...{ owner, reason, ticket, version, verificationPattern },
    keystoreTypes: line.keystores.map(({ type }) => type),
    cloudIds: line.cloudIds,
    schedule: schedule.kind,
    byLastDeadline: key.lastSchedule?.kind ?? "",
    lateBecause: sayLate(key),
    isProofByProvider: schedule.isProofByProvider === true,
    deactivateOn: dayOf(dates.deactivateMs),
    destroyOn: dayOf(dates.destroyMs),
    materialGoneOn: dayOf(dates.materialGoneMs),
    kmsMetadataGoneOn: dayOf(dates.kmsMetadataGoneMs),
    deactivateBy: dayBefore(dates.deactivateBeforeMs),
    destroyBy: dayBefore(dates.destroyBeforeMs),
    earliestEnd: dayOf(dates.materialGoneMs ?? dates.deactivateMs),
    lastDay: dayBefore(dates.destroyBeforeMs ?? dates.deactivateBeforeMs),
    steps: approvedSteps.flatMap((step) => {
      const taken = evidence.steps[step].get(key.name);
      return taken === undefined ? [] : [{ step, by: plain(taken.by, 100), at: isoTime(taken.atMs) }];
    }),
    undo: undoOf(key, nowMs, folder.path) ?? null,
  };
}

/** The last day before an exclusive end; empty without an end. */
export function dayBefore(ms: number | undefined): string {
  return ms === undefined ? "" : dayOf(ms - 1);
}

export function keyStageOf({ facts, isUnread, isRecorded }: KeyInSchedule): KeyStage {
  if (isUnread) return "other";
  if (facts.state === "gone") return isRecorded ? "removal_recorded" : "removed";
  if (facts.state !== "destroyed") return facts.state;
  if (facts.isMaterialUncertain === true) return "other";
  return facts.materialGoneMs !== undefined ? "pending" : "destroyed";
}

function sayLate(key: KeyInSchedule): string {
  if (!isLate(key)) return "";
  const { cause } = key.schedule;
  return cause === undefined ? "no step can delete it" : sayCause(cause);
}

function sayCause(cause: LateCause): string {
  switch (cause.kind) {
    case "blackout":
      return `the blackout ${dayOf(cause.blackout.fromMs)} to ${dayBefore(cause.blackout.untilMs)} UTC (${cause.blackout.reason})`;
    case "wave":
      return "after or soak of its wave";
    case "pending_period":
      return "the pending period of its keystores";
  }
}

/** How the last step can be undone; undefined if it cannot, or if none was taken. */
function undoOf({ facts, listed, name }: KeyInSchedule, nowMs: number, path: string): Undo | undefined {
  if (facts.state === "deactivated" && !facts.isKms) {
    const sentence = `Can be undone until it is destroyed, by ${sayRoles(rights.reactivate)}.`;
    return { sentence, roles: [...rights.reactivate.roles], command: `uko reactivate ${name}` };
  }
  if (facts.state === "active" && listed?.observation?.carried.kind === "one") {
    const sentence = "A request is on the key; nothing has been cut off. Its writer can withdraw it.";
    return { sentence, roles: [...rights.writeTags.roles], command: `uko withdraw ${name}` };
  }
  const restoreUntilMs = facts.isKms ? facts.materialGoneMs : undefined;
  if (restoreUntilMs !== undefined) {
    const until = new Date(restoreUntilMs).toISOString();
    const sentence = `KMS can restore the key until ${sayTimeAndDistance(restoreUntilMs, nowMs)}, by ${sayRoles(kmsRights.restore)}. In a program, change restoreTrigger of its KmsKey.`;
    const command = `uko campaign rollback ${name} ${folderFlag(path)}`;
    return { sentence, roles: [...kmsRights.restore.roles], until, command };
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
