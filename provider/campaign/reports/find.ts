/**
 * Writes the report of `uko campaign status KEY`: the state of each key that the text names, its last writer, what this
 * campaign did to it, and what blocks it. It also says until when a person can undo the last step, with which role
 * and which command. It is meant for an operations desk at night. The file also decides whether a text names a key: by
 * an ID in UKO or a cloud, or the label.
 */

import { count, plain, sayTime, sayTimeAndDistance, sayWord } from "../../engine/text/words.ts";
import { withoutPeriod } from "../../text/printable.ts";
import type { CampaignSchedule, KeyInSchedule } from "../view/campaign-schedule.ts";
import type { CampaignView } from "../view/view.ts";
import { type KeyRow, keyRows } from "./key-row.ts";
import { type CampaignReport, section, withRemark } from "./report.ts";

const maxShown = 50;

/** Whether a text names the key: an ID in UKO or a cloud, or its label. */
export function isKeyCalled({ line, name }: KeyInSchedule, typed: string): boolean {
  const wanted = wantedIn(typed);
  const names = [name, line.id, line.label, ...line.cloudIds.map(({ id }) => id)];
  return wanted !== "" && names.some((each) => each.toLowerCase() === wanted || lastPart(each) === wanted);
}

/**
 * The keys that a text names, for an act on one key. An ID in UKO stands before every other name, because anyone who may
 * write to a key can give it the ID of another key as its label.
 */
export function keysCalled(keys: readonly KeyInSchedule[], typed: string): readonly KeyInSchedule[] {
  const wanted = wantedIn(typed);
  const byId = keys.filter(({ line, name }) => name === wanted || line.id === wanted);
  return byId.length > 0 ? byId : keys.filter((key) => isKeyCalled(key, typed));
}

const wantedIn = (typed: string): string => typed.trim().toLowerCase();

/** The last part of an ARN, URI or CRN, which people copy most often. */
function lastPart(id: string): string {
  return /[:/]/.test(id) ? (id.toLowerCase().split(/[:/]/).at(-1) ?? "") : "";
}

export function reportKeysFound(view: CampaignView, plan: CampaignSchedule, typed: string): CampaignReport {
  const found = keyRows(view, { ...plan, keys: plan.keys.filter((key) => isKeyCalled(key, typed)) });
  const shown = found.slice(0, maxShown);
  const what = `"${plain(typed, 200)}"`;
  return {
    summary:
      found.length === 0
        ? `No key of campaign ${view.campaign.name} has the ID or label ${what}`
        : `${count(found.length, "key")} of campaign ${view.campaign.name} ${found.length === 1 ? "is" : "are"} named ${what}`,
    sections: [
      ...shown.flatMap((row) => section(`${row.label}  ${row.key}`, { lines: linesAbout(row, view.nowMs) })),
      ...section("Not shown", {
        lines: found.length > maxShown ? [`${found.length - maxShown} more keys; use --json`] : [],
      }),
    ],
    next: shown
      .flatMap(({ undo }) => undo?.command ?? [])
      .slice(0, 5)
      .map((command) => withRemark(command, "undoes the last step")),
    exitCode: 0,
    data: { found },
  };
}

function linesAbout(row: KeyRow, nowMs: number): readonly string[] {
  const { state, owner, ticket, updatedAt, updatedBy, steps, why, undo } = row;
  const nothing =
    row.stage === "active" || row.stage === "pre_activation" ? "Nothing has been cut off." : "Nothing can be undone.";
  return [
    `State: ${sayWord(state)}; class ${row.class}, wave ${row.wave}${owner === "" ? "" : `, owner ${owner}`}${ticket === "" ? "" : `, ticket ${ticket}`}.`,
    ...(updatedAt === ""
      ? []
      : [
          `Last write${updatedBy === "" ? "" : ` by ${updatedBy}`}: ${sayTimeAndDistance(Date.parse(updatedAt), nowMs)}.`,
        ]),
    ...(steps.length === 0 ? ["The evidence in the folder notes no step of this campaign."] : []),
    ...steps.map(({ step, by, at }) => `The evidence notes: ${step} by ${by} on ${sayTime(Date.parse(at))}.`),
    ...(why === "" ? [] : [`${row.who === "release" ? "Blocked" : "Next"}: ${withoutPeriod(why)}.`]),
    ...(row.command === "" ? [] : [`${row.who === "release" ? "To release" : "Command"}: ${row.command}`]),
    undo?.sentence ?? nothing,
    ...(row.destroyOn === "" ? [] : [`Destroyed at the earliest on ${row.destroyOn} (UTC).`]),
  ];
}
