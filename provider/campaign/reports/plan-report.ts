/**
 * Writes the report of `uko campaign plan`. It shows what the manifest lacks, what changed since the last manifest,
 * which keys miss the deadline, and which are blocked. It also shows the dates of each wave in a table and a timeline,
 * and warnings, for example that a soak is too long. The exit code is 14 if a key
 * misses the deadline, 13 if a part was not read, and 12 if the manifest cannot be written.
 */

import type { KeyAmongMany } from "../../engine/key/exceptions.ts";
import { keysToLookAt, sayClasses, sayExceptions } from "../../engine/key/sets/approval-messages.ts";
import { count, sayDuration } from "../../engine/text/words.ts";
import type { Timeline } from "../../html/timeline.ts";
import { manifestFolder } from "../files/manifest.ts";
import { type KeyDates, windowUsableMs } from "../rules/schedule.ts";
import { type CampaignSchedule, isLate, type KeyInSchedule, type WaveInSchedule } from "../view/campaign-schedule.ts";
import { dayOf } from "../view/classify.ts";
import { isBlocked, waitsFor } from "../view/standing.ts";
import type { CampaignView } from "../view/view.ts";
import { dayBefore, keyRows, keyStageOf, keyStages } from "./key-row.ts";
import { keySection, newKeysPart } from "./key-views.ts";
import type { PlannedManifest } from "./planned-manifest.ts";
import {
  type CampaignReport,
  folderFlag,
  lateExitCode,
  type ReportPart,
  reportOf,
  section,
  tableOfFields,
  unreadPart,
  withRemark,
} from "./report.ts";
import { keyAsPlanned } from "./review-text.ts";

export function reportPlan(
  view: CampaignView,
  plan: CampaignSchedule,
  {
    blocked,
    changed,
    sections,
    isWritten,
  }: Pick<PlannedManifest, "blocked" | "changed" | "sections"> & { readonly isWritten: boolean },
): CampaignReport {
  const rows = keyRows(view, plan);
  const late = plan.keys.filter(isLate).length;
  const { campaign, folder } = view;
  const deadline = dayOf(campaign.deadline);
  const isPassed = sayPassed(view, plan.deadlineMs).length > 0;
  const again = `uko campaign plan --write ${folderFlag(folder.path)}`;
  return reportOf({
    summary: [
      sayInTime(view, plan),
      isWritten
        ? `wrote ${folder.path}/${manifestFolder} with ${count(plan.keys.length, "key")}`
        : blocked.length > 0
          ? "the manifest cannot be written yet"
          : "nothing was written",
    ].join("; "),
    parts: [
      { data: { campaign: campaign.name, deadline, isWritten } },
      campaign.lastDeadline === undefined ? [] : { data: { lastDeadline: dayOf(campaign.lastDeadline) } },
      { sections, data: { incomplete: blocked, changed }, exitCode: blocked.length > 0 ? 12 : 0 },
      { sections: keySection("late", rows), data: { late }, exitCode: late > 0 ? lateExitCode : 0 },
      wavesPart(view, plan),
      { sections: keySection("blocked", rows), data: { keys: rows } },
      keySection("proof", rows),
      keySection("livesOn", rows),
      keySection("endsWithInstance", rows),
      newKeysPart(view),
      section("Warnings", { lines: planWarnings(view, plan) }),
      unusualPart(view, plan),
      unreadPart(view.inventory.unreadable),
    ],
    next: [
      isPassed
        ? withRemark(again, laterDeadline)
        : isWritten
          ? withRemark(
              `uko campaign next ${folderFlag(folder.path)}`,
              "after each owner merged the page of the owner's keys",
            )
          : blocked.length > 0
            ? withRemark(again, "after you corrected campaign.yaml")
            : withRemark(again, "the lead: it asks before it writes"),
    ],
    page: { title: `Campaign ${campaign.name}: plan`, asOfMs: view.nowMs, timeline: timelineOf(view, plan) },
  });
}

/** Whether the keys that end can end in time. A key that is blocked or was not read could still become late. */
function sayInTime(view: CampaignView, { keys, deadlineMs }: CampaignSchedule): string {
  const late = keys.filter(isLate).length;
  const onTime = keys.filter(({ schedule }) => schedule.kind === "on_time").length;
  const unsure = keys.filter((key) => !isLate(key) && (key.isUnread || isBlocked(key))).length;
  const [passed] = sayPassed(view, deadlineMs);
  const deadline = sayDeadline(view);
  const cannot = passed === undefined ? `cannot end by ${deadline}` : "can no longer end by it";
  return [
    ...(passed === undefined ? [] : [passed]),
    late > 0 ? `${count(late, "key")} ${cannot}` : `${count(onTime, "key")} can end by ${deadline}`,
    ...(unsure > 0 ? [`${count(unsure, "key")} blocked or not read`] : late === 0 ? ["no key is late"] : []),
  ].join("; ");
}

const laterDeadline = "after you set a later deadline in campaign.yaml";

export function sayDeadline({ campaign }: Pick<CampaignView, "campaign">): string {
  return `${dayOf(campaign.deadline)} (UTC)`;
}

/** What a report of a campaign says first once its deadline has passed; nothing before. */
export function sayPassed(view: Pick<CampaignView, "campaign" | "nowMs">, deadlineMs: number): readonly string[] {
  return view.nowMs < deadlineMs ? [] : [`The deadline ${sayDeadline(view)} has passed`];
}

/**
 * The dates of a wave. The outage and the point of no return are the earliest of its keys; from then on, some data is
 * cut off or lost. The dates of its end are the latest of its keys. The ends of the time for a step are the earliest.
 */
function waveDates({ keys }: WaveInSchedule) {
  const all = keys.map(({ schedule }) => schedule.dates);
  const one = (choose: (...times: number[]) => number, pick: (dates: KeyDates) => number | undefined) => {
    const times = all.flatMap((dates) => pick(dates) ?? []);
    return times.length === 0 ? undefined : choose(...times);
  };
  return {
    outage: one(Math.min, ({ deactivateMs }) => deactivateMs),
    pointOfNoReturn: one(Math.min, ({ destroyMs }) => destroyMs),
    destroyAccepted: one(Math.max, ({ destroyMs }) => destroyMs),
    materialGone: one(Math.max, ({ materialGoneMs }) => materialGoneMs),
    metadataRemoved: one(Math.max, ({ materialGoneMs, kmsMetadataGoneMs }) => kmsMetadataGoneMs ?? materialGoneMs),
    deactivateBefore: one(Math.min, ({ deactivateBeforeMs }) => deactivateBeforeMs),
    destroyBefore: one(Math.min, ({ destroyBeforeMs }) => destroyBeforeMs),
  };
}

/** One row for each wave. The tables of `plan` and `status` show some of these facts; `--json` has all of them. */
export function waveRows({ campaign }: CampaignView, { waves }: CampaignSchedule) {
  return waves.map((wave) => {
    // Each key counts once, so a held key does not count in its state.
    const stages = wave.keys.filter(({ outcome }) => outcome !== "held").map(keyStageOf);
    const { deactivateBefore, destroyBefore, ...dates } = waveDates(wave);
    return {
      wave: wave.name,
      keys: wave.keys.length,
      states: Object.fromEntries(keyStages.map((stage) => [stage, stages.filter((each) => each === stage).length])),
      held: wave.keys.length - stages.length,
      waitsFor: waitsFor(wave.keys),
      outage: dayOf(dates.outage),
      pointOfNoReturn: dayOf(dates.pointOfNoReturn),
      destroyAccepted: dayOf(dates.destroyAccepted),
      materialGone: dayOf(dates.materialGone),
      metadataRemoved: dayOf(dates.metadataRemoved),
      deactivateBy: dayBefore(deactivateBefore),
      destroyBy: dayBefore(destroyBefore),
      ticket: campaign.waves.find(({ name }) => name === wave.name)?.ticket ?? "",
    };
  });
}

/** The keys that end, as the lead reads them among many. */
function keysToCheck(view: CampaignView, keys: readonly Pick<KeyInSchedule, "line">[]): readonly KeyAmongMany[] {
  const ending = keys.filter(({ line }) => line.class === "destroy");
  return ending.map(({ line }) => keyAsPlanned(view, line));
}

export const checksTitle = "Check these keys";

/** Every unusual key by name, then a line for each kind. */
function unusualPart(view: CampaignView, { keys }: CampaignSchedule): ReportPart {
  const found = keysToCheck(view, keys);
  const unusual = keysToLookAt(found).map(({ key: { line }, why }) => ({ key: line.keyId, label: line.label, why }));
  return {
    sections: [
      ...section("Every unusual key", { lines: sayExceptions(found), isWhole: true }),
      ...section(checksTitle, { lines: sayClasses(found), isWhole: true }),
    ],
    data: { unusual },
  };
}

/** The dates of each wave. */
function wavesPart(view: CampaignView, plan: CampaignSchedule): ReportPart {
  const waves = waveRows(view, plan);
  const table = tableOfFields(waves, [
    ...(["wave", "keys", "outage", "pointOfNoReturn", "destroyAccepted", "materialGone", "metadataRemoved"] as const),
    ...(["deactivateBy", "destroyBy"] as const),
  ]);
  const title = "Waves, if every person acts at once, with the last days that meet the deadline";
  return { sections: section(title, { table }), data: { waves } };
}

/** The timeline from today to the last date or deadline, with a margin for the labels. */
export function timelineOf(
  { campaign, nowMs }: CampaignView,
  { waves, deadlineMs, lastDeadlineMs }: CampaignSchedule,
): Timeline {
  const rows = waves.map((wave) => {
    const { outage, pointOfNoReturn, destroyAccepted, materialGone, metadataRemoved } = waveDates(wave);
    const spans = [
      spanOf("outage", outage, destroyAccepted ?? deadlineMs),
      spanOf("pending", pointOfNoReturn, materialGone),
      spanOf("metadata", materialGone, metadataRemoved),
    ];
    return { name: wave.name, spans: spans.flat() };
  });
  const ends = rows.flatMap(({ spans }) => spans.map(({ untilMs }) => untilMs));
  const marks = [
    { label: `deadline ${dayOf(campaign.deadline)}`, atMs: deadlineMs },
    ...(lastDeadlineMs === undefined
      ? []
      : [{ label: `last deadline ${dayBefore(lastDeadlineMs)}`, atMs: lastDeadlineMs }]),
  ];
  const lastMs = Math.max(...ends, ...marks.map(({ atMs }) => atMs));
  return { fromMs: nowMs, untilMs: lastMs + (lastMs - nowMs) / 20, rows, marks, blackouts: campaign.blackouts };
}

function spanOf(kind: "outage" | "pending" | "metadata", fromMs: number | undefined, untilMs: number | undefined) {
  return fromMs === undefined || untilMs === undefined || untilMs <= fromMs ? [] : [{ kind, fromMs, untilMs }];
}

export function planWarnings(view: CampaignView, { waves, keys }: CampaignSchedule): readonly string[] {
  const { campaign, manifest } = view;
  const ending = keys.filter(({ outcome }) => outcome === "ends_with_instance").length;
  const soaks = new Map(campaign.waves.map(({ name, soakMs }) => [name, soakMs]));
  const isDestroyed = ({ facts }: Pick<KeyInSchedule, "facts">): boolean => facts.class === "destroy";
  // People have to switch on the dual authorization of such a KMS key before uko destroys the key.
  const open = waves
    .flatMap(({ keys }) => keys.filter(isDestroyed))
    .filter(({ line, facts }) => facts.isKms && !line.kmsDualAuthorization).length;
  const longSoaks = waves.flatMap(({ name, keys }) => {
    const soakMs = soaks.get(name) ?? 0;
    const hit = keys.filter(
      ({ line, facts }) => line.kmsDualAuthorization && !facts.isKms && isDestroyed({ facts }),
    ).length;
    if (hit === 0 || soakMs <= windowUsableMs) return [];
    return [
      `Wave ${name} soaks for ${sayDuration(soakMs)}, but the KMS deletion window of ${count(hit, "key")} lasts 7 d: use at most 6 d`,
    ];
  });
  return [
    ...(ending === 0
      ? []
      : [
          `${count(ending, "key")} of class leave ${ending === 1 ? "ends" : "end"} with the instance, and data that nothing else decrypts is lost: decide by ${sayDeadline({ campaign })} whether anyone needs it`,
        ]),
    ...longSoaks,
    ...(open === 0
      ? []
      : [
          `Switch on KMS dual authorization for ${count(open, "KMS key")} first; without it, uko does not destroy a KMS key`,
        ]),
    ...manifest.blindSpots,
  ];
}
