/**
 * Writes the report of `uko campaign plan`. It shows what the manifest lacks, what changed since the last manifest,
 * which keys miss the deadline, and which are blocked. It also shows the dates of each wave in a table and a timeline,
 * the audit events to expect, and warnings, for example that too few people are available. The exit code is 14 if a key
 * misses the deadline, 13 if a part was not read, and 12 if the manifest cannot be written.
 */

import type { Timeline } from "../../../html/timeline.ts";
import { openPeriods } from "../../../lifecycle/campaign/calendar.ts";
import { dayMs } from "../../../lifecycle/campaign/campaign.ts";
import { peopleGap } from "../../../lifecycle/campaign/people.ts";
import type { KeyDates } from "../../../lifecycle/campaign/schedule.ts";
import { approvedSteps } from "../../../lifecycle/vocabulary/observation.ts";
import { shellWord } from "../../text/explanation.ts";
import { count, sayDuration } from "../../text/words.ts";
import { manifestFileName } from "../files/manifest.ts";
import { dayOf } from "../view/classify.ts";
import { type ListedKey, namedListedKey } from "../view/inventory.ts";
import { type CampaignSchedule, isLate, type PlannedKey, type PlannedWave } from "../view/planned.ts";
import type { CampaignView } from "../view/view.ts";
import type { Baseline } from "./baseline.ts";
import { dayBefore, keyRows, keyStageOf, keyStages } from "./key-row.ts";
import { keyCsv, keySection, newKeysPart } from "./key-views.ts";
import {
  type CampaignReport,
  folderFlag,
  lateExitCode,
  type NextCommand,
  type ReportPart,
  type ReportSection,
  type ReportTable,
  reportOf,
  section,
  tableOfFields,
  unreadPart,
  withRemark,
} from "./report.ts";
import { waitsFor } from "./waiting.ts";

export function reportPlan(
  view: CampaignView,
  plan: CampaignSchedule,
  {
    blocked,
    changed,
    sections,
    isWritten,
  }: Pick<Baseline, "blocked" | "changed" | "sections"> & { readonly isWritten: boolean },
): CampaignReport {
  const rows = keyRows(view, plan);
  const late = plan.keys.filter(isLate).length;
  const { campaign, folder } = view;
  const onTime = plan.keys.filter(({ schedule }) => schedule.kind === "on_time").length;
  const deadline = dayOf(campaign.deadline);
  const again = `uko campaign plan --write ${folderFlag(folder.path)}`;
  return reportOf({
    summary: [
      late === 0
        ? `${count(onTime, "key")} can end by ${deadline}; no key is late`
        : `${count(late, "key")} cannot end by ${deadline}`,
      isWritten
        ? `wrote ${folder.path}/${manifestFileName} with ${count(plan.keys.length, "key")}`
        : blocked.length > 0
          ? "the manifest cannot be written yet"
          : "nothing was written",
    ].join("; "),
    parts: [
      { data: { campaign: campaign.name, deadline, isWritten } },
      campaign.lastDeadline === undefined ? [] : { data: { lastDeadline: dayOf(campaign.lastDeadline) } },
      { sections, data: { incomplete: blocked, changed }, exitCode: blocked.length > 0 ? 12 : 0 },
      section("New, or written in the last 30 days, not by this campaign", { table: recent(view) }),
      { sections: keySection("late", rows), data: { late }, exitCode: late > 0 ? lateExitCode : 0 },
      wavesPart(view, plan),
      { sections: keySection("blocked", rows), data: { keys: rows } },
      keySection("proof", rows),
      keySection("livesOn", rows),
      keySection("endsWithInstance", rows),
      newKeysPart(view),
      auditSection(plan),
      section("Warnings", { lines: planWarnings(view, plan) }),
      unreadPart(view.inventory.unreadable),
    ],
    next: isWritten
      ? [...signoffsNext(plan.keys, folder.path), { command: `uko campaign status ${folderFlag(folder.path)}` }]
      : [
          blocked.length > 0
            ? withRemark(again, "after you corrected campaign.yaml or owners.csv")
            : withRemark(again, "the lead: it asks before it writes"),
        ],
    page: { title: `Campaign ${campaign.name}: plan`, asOfMs: view.nowMs, timeline: timelineOf(view, plan) },
    csv: () => keyCsv(rows),
  });
}

/**
 * The dates of a wave. The outage and the point of no return are the earliest of its keys; from then on, some data is
 * cut off or lost. The dates of its end are the latest of its keys. The ends of the time for a step are the earliest. A
 * key that two people accepted takes no step, so it does not count.
 */
function waveDates({ keys }: PlannedWave) {
  const all = keys.filter(({ facts }) => facts.isAccepted !== true).map(({ schedule }) => schedule.dates);
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
export function waveRows({ campaign, nowMs }: CampaignView, { waves }: CampaignSchedule) {
  return waves.map((wave) => {
    // Each key counts once, so a held key does not count in its state.
    const stages = wave.keys.filter(({ outcome }) => outcome !== "held").map(keyStageOf);
    const { deactivateBefore, destroyBefore, ...dates } = waveDates(wave);
    return {
      wave: wave.name,
      keys: wave.keys.length,
      states: Object.fromEntries(keyStages.map((stage) => [stage, stages.filter((each) => each === stage).length])),
      held: wave.keys.length - stages.length,
      waitsFor: waitsFor(wave, nowMs),
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

/** The dates of each wave. */
function wavesPart(view: CampaignView, plan: CampaignSchedule): ReportPart {
  const waves = waveRows(view, plan);
  const table = tableOfFields(waves, [
    ...(["wave", "keys", "outage", "pointOfNoReturn", "destroyAccepted", "materialGone", "metadataRemoved"] as const),
    ...(["deactivateBy", "destroyBy"] as const),
  ]);
  const title =
    "Waves, if every person acts at once, with the last days that meet the deadline (deactivate by, destroy by)";
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

/** A key that is new or was written recently may still be in use by the work of others. */
const recentMs = 30 * dayMs;

function recent(view: CampaignView): ReportTable {
  const { nowMs } = view;
  const rows = view.inventory.keys.flatMap((key) => {
    const { createdAtMs, label } = key.traits;
    const isNew = createdAtMs !== undefined && nowMs - createdAtMs < recentMs;
    const isWritten = key.updatedAtMs !== undefined && nowMs - key.updatedAtMs < recentMs && !isOwnWrite(view, key);
    return isNew || isWritten ? [[namedListedKey(key), label, isNew ? "new" : "written"]] : [];
  });
  return { columns: ["key", "label", "what"], rows };
}

/** Whether the last write was a reviewed step or a consent record. For display only. */
function isOwnWrite({ reviews }: CampaignView, { observation, updatedAtMs = 0, ...key }: ListedKey): boolean {
  const name = namedListedKey(key);
  const writer = observation?.updatedBy?.iamId;
  const record = observation?.carried.kind === "one" ? observation.carried.record : undefined;
  const isSameTime = (atMs: number): boolean => Math.abs(updatedAtMs - atMs) <= roundingMs;
  return (
    (record?.author.iamId === writer && isSameTime(record?.writtenAtMs ?? 0)) ||
    (reviews.byKey.get(name) ?? []).some(
      ({ reviewer, requester, reviewedAtMs }) =>
        (writer === reviewer || writer === requester) && reviewedAtMs <= updatedAtMs + roundingMs,
    )
  );
}

/** A record says when it was written; the service stamps the write a little later, in whole seconds. */
const roundingMs = 3_000;

function spanOf(kind: "outage" | "pending" | "metadata", fromMs: number | undefined, untilMs: number | undefined) {
  return fromMs === undefined || untilMs === undefined || untilMs <= fromMs ? [] : [{ kind, fromMs, untilMs }];
}

const maxShownOwners = 5;

/** One command for each owner whose sign-off a key waits for. */
function signoffsNext(keys: readonly PlannedKey[], path: string): readonly NextCommand[] {
  const owners = new Set(keys.flatMap(({ gate }) => (gate.kind === "not_signed_off" ? gate.owners : [])));
  return [...owners]
    .slice(0, maxShownOwners)
    .map((owner) =>
      withRemark(
        `uko campaign signoff --owner ${shellWord(owner)} ${folderFlag(path)}`,
        "the owner, or a person who signs for the owner",
      ),
    );
}

/** The events that Activity Tracker will show (uko-v4.md 7), so that a duty team expects them. */
function auditSection({ waves }: CampaignSchedule): readonly ReportSection[] {
  const rows = waves.flatMap(({ name, keys }) => {
    const managed = keys.filter(({ line }) => line.kind === "managed").map(({ schedule }) => schedule.dates);
    const outages = managed.flatMap(({ deactivateMs }) => deactivateMs ?? []);
    const ends = managed.flatMap(({ destroyMs }) => destroyMs ?? []);
    const removals = managed.flatMap(({ materialGoneMs }) => materialGoneMs ?? []);
    return [
      // A request and a step each; the step of destroy is rated higher.
      auditRow(name, "Warning", "hs-crypto.managed-keys.write", 2, outages),
      auditRow(name, "Warning", "hs-crypto.managed-keys.write", 1, ends),
      auditRow(name, "Critical", "hs-crypto.managed-keys.write", 1, ends),
      auditRow(name, "Critical", "hs-crypto.managed-keys.delete", 1, removals),
    ].filter(([, , , , events]) => events !== "0");
  });
  return section("Expected audit events", { table: { columns: ["wave", "from", "severity", "event", "count"], rows } });
}

function auditRow(wave: string, severity: string, event: string, each: number, times: readonly number[]) {
  return [wave, times.length === 0 ? "" : dayOf(Math.min(...times)), severity, event, String(times.length * each)];
}

/**
 * A soak must not be longer than this if KMS requires two people for a key, because its deletion window lasts 7 days.
 */
const maxKmsSoakMs = 6 * dayMs;

export function planWarnings(view: CampaignView, { waves, keys }: CampaignSchedule): readonly string[] {
  const { campaign, manifest } = view;
  const ending = keys.filter(({ outcome }) => outcome === "ends_with_instance").length;
  const soaks = new Map(campaign.waves.map(({ name, soakMs }) => [name, soakMs]));
  const isDestroyed = ({ facts }: Pick<PlannedKey, "facts">): boolean => facts.ending === "destroy";
  // People have to switch on the dual authorization of such a KMS key before uko destroys the key.
  const open = waves
    .flatMap(({ keys }) => keys.filter(isDestroyed))
    .filter(({ line, facts }) => facts.isKms && !line.kmsDualAuthorization).length;
  const longSoaks = waves.flatMap(({ name, keys }) => {
    const soakMs = soaks.get(name) ?? 0;
    const hit = keys.filter(
      ({ line, facts }) => line.kmsDualAuthorization && !facts.isKms && isDestroyed({ facts }),
    ).length;
    if (hit === 0 || soakMs <= maxKmsSoakMs) return [];
    return [
      `Wave ${name} soaks for ${sayDuration(soakMs)}, but the KMS deletion window of ${count(hit, "key")} lasts 7 d: use at most 6 d`,
    ];
  });
  return [
    ...(ending === 0
      ? []
      : [
          `${count(ending, "key")} of class leave ${ending === 1 ? "ends" : "end"} with the instance, and data that nothing else decrypts is lost: decide by ${dayOf(campaign.deadline)} whether anyone needs it`,
        ]),
    ...longSoaks,
    ...waves.flatMap((wave) => peopleWarnings(view, wave)),
    ...(open === 0
      ? []
      : [
          `Switch on KMS dual authorization for ${count(open, "KMS key")} first; without it, uko does not destroy a KMS key`,
        ]),
    ...manifest.blindSpots,
  ];
}

function peopleWarnings({ campaign }: CampaignView, wave: PlannedWave): readonly string[] {
  if (campaign.people.length === 0) return [];
  const { name } = wave;
  const dates = waveDates(wave);
  const maintenanceWindow = campaign.waves.find((each) => each.name === name)?.maintenanceWindow;
  const periods = {
    deactivate: { fromMs: dates.outage, untilMs: dates.deactivateBefore },
    destroy: { fromMs: dates.pointOfNoReturn, untilMs: dates.destroyBefore },
  } as const;
  return approvedSteps.flatMap((step) => {
    const { fromMs, untilMs } = periods[step];
    // The keys are late if the last day has passed; no further person changes that.
    if (fromMs === undefined || untilMs === undefined || untilMs <= fromMs) return [];
    const { blackouts } = campaign;
    const gap = peopleGap(
      campaign.people,
      step,
      openPeriods({ step, maintenanceWindow, blackouts }, { fromMs, untilMs }),
    );
    if (gap === undefined) return [];
    const why =
      gap === "no_pair"
        ? "on no possible day can two people of campaign.yaml request and take it"
        : "only one person can take it";
    return [`Wave ${name}, ${step}, ${dayOf(fromMs)} to ${dayBefore(untilMs)}: ${why}`];
  });
}
