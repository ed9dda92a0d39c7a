/** The report of `uko campaign plan`: late keys first, then the dates of each wave against both deadlines. */

import type { Timeline } from "../../html/timeline.ts";
import { dayMs } from "../../lifecycle/campaign/campaign.ts";
import { peopleGap } from "../../lifecycle/campaign/people.ts";
import type { LateCause } from "../../lifecycle/campaign/schedule.ts";
import { shellWord } from "../text/explanation.ts";
import { count, sayDuration } from "../text/words.ts";
import { dayOf, gapSentences } from "./classify.ts";
import { csvTable } from "./csv.ts";
import { namedListedKey } from "./inventory.ts";
import { type CampaignPlan, datesOf, isLate, type PlannedKey, type PlannedWave } from "./planned.ts";
import {
  type CampaignReport,
  folderFlag,
  type NextCommand,
  type ReportSection,
  reasonSection,
  remarked,
  section,
  tableOf,
  unreadSection,
} from "./report.ts";
import { narrowedSentences, waveDifferences } from "./rule-changes.ts";
import type { CampaignView } from "./view.ts";

/** Late keys make a plan fail, so that a nightly run notices them. */
const lateExitCode = 14;

export function reportPlan(view: CampaignView, plan: CampaignPlan): CampaignReport {
  const late = plan.keys.filter(isLate);
  const { inventory, campaign, folder } = view;
  const onTime = plan.keys.filter(({ schedule }) => schedule.kind === "on_time").length;
  const deadline = dayOf(campaign.deadline);
  return {
    summary:
      late.length === 0
        ? `${count(onTime, "key")} can end by ${deadline}; no key is late`
        : `${count(late.length, "key")} cannot end by ${deadline}`,
    sections: [
      ...lateSection(late, plan),
      ...waveSection(plan),
      ...blockedSection(plan.keys),
      ...providerSection(plan),
      ...livesOnSection(plan.keys),
      ...auditSection(plan),
      ...section("Warnings", { lines: planWarnings(view, plan) }),
      ...unreadSection(inventory.unreadable),
    ],
    next: [...signoffsNext(plan.keys, folder.path), { command: `uko campaign status ${folderFlag(folder.path)}` }],
    exitCode: late.length > 0 ? lateExitCode : inventory.unreadable.length > 0 ? 13 : 0,
    page: { title: `Campaign ${campaign.name}: plan`, asOfMs: view.nowMs, timeline: timelineOf(view, plan) },
    csv: csvOf(plan),
    data: dataOf(view, plan, late.length),
  };
}

export function lateSection(late: readonly PlannedKey[], { lastDeadlineMs }: CampaignPlan): readonly ReportSection[] {
  const rows = late.map((key) => {
    const { schedule } = key;
    const dates = datesOf(schedule);
    const last = schedule.kind === "late" ? schedule.last : {};
    return [
      key.name,
      key.line.label,
      key.line.wave,
      dayBefore(last.destroyBeforeMs ?? last.deactivateBeforeMs),
      shownDay(dates.materialGoneMs ?? dates.deactivateMs),
      schedule.kind === "late" ? sayCause(schedule.cause) : "no step can delete it",
      ...(lastDeadlineMs === undefined ? [] : [key.lastSchedule?.kind === "on_time" ? "in time" : "late, too"]),
    ];
  });
  const last = lastDeadlineMs === undefined ? [] : [`by ${dayBefore(lastDeadlineMs)}`];
  return section("Late", {
    table: { columns: ["key", "label", "wave", "last day was", "ends at the earliest", "because of", ...last], rows },
  });
}

export function sayCause(cause: LateCause): string {
  switch (cause.kind) {
    case "blackout":
      return `the blackout ${dayOf(cause.blackout.fromMs)} to ${dayBefore(cause.blackout.untilMs)} (${cause.blackout.reason})`;
    case "wave":
      return "notBefore, after, window or soak of its wave";
    case "pending_period":
      return "the pending period of its keystores";
  }
}

/** The five dates of a wave. Each is the last of its keys, except for the first two, which are the first. */
export function waveDates(keys: readonly PlannedKey[]) {
  const all = keys.map(({ schedule }) => datesOf(schedule));
  const times = (pick: (dates: (typeof all)[number]) => number | undefined) =>
    all.flatMap((dates) => pick(dates) ?? []);
  const first = (values: readonly number[]) => (values.length === 0 ? undefined : Math.min(...values));
  const last = (values: readonly number[]) => (values.length === 0 ? undefined : Math.max(...values));
  const bounds = keys.flatMap(({ schedule }) =>
    schedule.kind === "on_time" || schedule.kind === "late" ? [schedule.last] : [],
  );
  return {
    outage: first(times(({ deactivateMs }) => deactivateMs)),
    pointOfNoReturn: first(times(({ destroyMs }) => destroyMs)),
    destroyAccepted: last(times(({ destroyMs }) => destroyMs)),
    materialGone: last(times(({ materialGoneMs }) => materialGoneMs)),
    metadataRemoved: last(
      all.flatMap(({ materialGoneMs, kmsMetadataGoneMs }) => kmsMetadataGoneMs ?? materialGoneMs ?? []),
    ),
    deactivateBefore: first(bounds.flatMap(({ deactivateBeforeMs }) => deactivateBeforeMs ?? [])),
    destroyBefore: first(bounds.flatMap(({ destroyBeforeMs }) => destroyBeforeMs ?? [])),
  };
}

export function waveSection({ waves }: CampaignPlan): readonly ReportSection[] {
  const dated = waves.map(({ name, keys }) => ({ name, keys: keys.length, ...waveDates(keys) }));
  return section("Waves, if every person acts at once; the last two columns are the last days for the deadline", {
    table: tableOf(dated, {
      wave: "name",
      keys: "keys",
      outage: ({ outage }) => shownDay(outage),
      "no return": ({ pointOfNoReturn }) => shownDay(pointOfNoReturn),
      "destroy accepted": ({ destroyAccepted }) => shownDay(destroyAccepted),
      "material gone": ({ materialGone }) => shownDay(materialGone),
      "metadata removed": ({ metadataRemoved }) => shownDay(metadataRemoved),
      "deactivate by": ({ deactivateBefore }) => dayBefore(deactivateBefore),
      "destroy by": ({ destroyBefore }) => dayBefore(destroyBefore),
    }),
  });
}

/** From today to the last date or deadline, with a tenth of the time as a margin for the labels. */
export function timelineOf(
  { campaign, nowMs }: CampaignView,
  { waves, deadlineMs, lastDeadlineMs }: CampaignPlan,
): Timeline {
  const rows = waves.map(({ name, keys }) => {
    const { outage, pointOfNoReturn, destroyAccepted, materialGone, metadataRemoved } = waveDates(keys);
    const spans = [
      spanOf("outage", outage, destroyAccepted ?? deadlineMs),
      spanOf("pending", pointOfNoReturn, materialGone),
      spanOf("metadata", materialGone, metadataRemoved),
    ];
    return { name, spans: spans.flat() };
  });
  const ends = rows.flatMap(({ spans }) => spans.map(({ untilMs }) => untilMs));
  const marks = [
    { label: `deadline ${dayOf(campaign.deadline)}`, atMs: deadlineMs },
    ...(lastDeadlineMs === undefined ? [] : [{ label: dayBefore(lastDeadlineMs), atMs: lastDeadlineMs }]),
  ];
  const lastMs = Math.max(...ends, ...marks.map(({ atMs }) => atMs));
  return { fromMs: nowMs, untilMs: lastMs + (lastMs - nowMs) / 20, rows, marks };
}

function spanOf(kind: "outage" | "pending" | "metadata", fromMs: number | undefined, untilMs: number | undefined) {
  return fromMs === undefined || untilMs === undefined || untilMs <= fromMs ? [] : [{ kind, fromMs, untilMs }];
}

const maxShownOwners = 5;

/** Each owner whose signature a key waits for has one command. */
function signoffsNext(keys: readonly PlannedKey[], path: string): readonly NextCommand[] {
  const owners = new Set(keys.flatMap(({ gate }) => (gate.kind === "not_signed_off" ? gate.owners : [])));
  return [...owners]
    .slice(0, maxShownOwners)
    .map((owner) =>
      remarked(
        `uko campaign signoff --owner ${shellWord(owner)} ${folderFlag(path)}`,
        "the owner, or a person who signs for the owner",
      ),
    );
}

export function blockedSection(keys: readonly PlannedKey[]): readonly ReportSection[] {
  const rows = keys.flatMap((key) => {
    const why = sayGate(key);
    return why === undefined ? [] : [[key.name, key.line.label, key.line.wave, why]];
  });
  return reasonSection("Blocked", { columns: ["key", "label", "wave", "why"], rows });
}

export const unreadReason = "the key or its vault could not be read";

/** Why a person has to act before the key can take its next step; undefined if none has to. */
export function sayGate({ gate, holds, change, isUnread, listed, facts }: PlannedKey): string | undefined {
  if (isUnread) return unreadReason;
  if (facts.isMaterialUncertain === true) return "destroyed, but a keystore may still hold the material";
  switch (gate.kind) {
    case "held":
      return `held: ${holds.map(sayHold).join("; ")}`;
    case "narrowed":
      return change.kind === "narrowed" ? narrowedSentences[change.why] : undefined;
    case "incomplete":
      return gate.gaps.map((gap) => gapSentences[gap]).join("; ");
    case "changed":
      return "changed since the baseline";
    case "declared":
      return "a program declares the key, and its stack does not take part";
    case "in_use":
      return "used recently, and no rule overrides it";
    case "not_signed_off":
      return `not signed off by ${gate.owners.join(", ")}`;
    case "impossible":
      return `no step is possible in the state ${listed?.traits.state ?? ""}`;
    default:
      return undefined;
  }
}

function sayHold({ kind, by, until }: PlannedKey["holds"][number]): string {
  return kind === "tag" ? `its tag says "${by}"` : `${kind} by ${by}${until === "" ? "" : ` until ${until}`}`;
}

/** Keys whose material outlives the instance: only the clouds can prove that it is gone. */
function providerSection({ keys }: CampaignPlan): readonly ReportSection[] {
  const rows = keys.flatMap((key) => {
    if (key.schedule.kind !== "late" || !key.schedule.isProofByProvider) return [];
    const { line, schedule } = key;
    return line.cloudIds.map(({ keystore, id }) => {
      const named = line.keystores.find((each) => each.id === keystore);
      return [line.label, named?.type ?? "", id, dayOf(schedule.dates.materialGoneMs)];
    });
  });
  return section("Proof by provider: the material is gone only after the deadline", {
    table: { columns: ["label", "keystore", "ID in the cloud", "gone on"], rows },
  });
}

function livesOnSection(keys: readonly PlannedKey[]): readonly ReportSection[] {
  const lines = keys.flatMap(({ line }) => (line.class === "leave" ? [line] : []));
  return section("Lives on in the cloud, without UKO", {
    table: tableOf(lines, {
      label: "label",
      "ID in the cloud": ({ cloudIds }) => cloudIds.map(({ id }) => id).join(" "),
      version: "version",
      pattern: "verificationPattern",
      owner: ({ owners }) => owners.join(", "),
    }),
  });
}

/** The events that Activity Tracker will show (uko-v4.md 7), so that a duty team expects them. */
function auditSection({ waves }: CampaignPlan): readonly ReportSection[] {
  const rows = waves.flatMap(({ name, keys }) => {
    const managed = keys.filter(({ line }) => line.kind === "managed").map(({ schedule }) => datesOf(schedule));
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

/** At most this long where KMS requires two people, because its deletion window lasts 7 days. */
const maxKmsSoakMs = 6 * dayMs;

export function planWarnings(view: CampaignView, { waves }: CampaignPlan): readonly string[] {
  const { campaign, manifest, born } = view;
  const soaks = new Map(campaign.waves.map(({ name, soakMs }) => [name, soakMs]));
  const longSoaks = waves.flatMap(({ name, keys }) => {
    const soakMs = soaks.get(name) ?? 0;
    const hit = keys.filter(
      ({ line, facts }) => line.kmsDualAuthorization && !facts.isKms && facts.ending === "destroy",
    ).length;
    if (hit === 0 || soakMs <= maxKmsSoakMs) return [];
    return [
      `Wave ${name} soaks for ${sayDuration(soakMs)}, but the KMS deletion window of ${count(hit, "key")} lasts 7 d: use at most 6 d`,
    ];
  });
  const differences = waves.flatMap(({ name }) => waveDifferences(view, name));
  return [
    ...differences.slice(0, 20).map((each) => `No step until a new baseline, because the rules changed: ${each}`),
    ...(differences.length > 20 ? [`${differences.length - 20} more rules changed`] : []),
    ...longSoaks,
    ...waves.flatMap((wave) => peopleWarnings(view, wave)),
    ...born.slice(0, 20).map((key) => `${namedListedKey(key)} (${key.traits.label}) is not in the manifest`),
    ...(born.length > 20 ? [`${born.length - 20} more keys are not in the manifest`] : []),
    ...kmsWarnings(waves),
    ...manifest.blindSpots,
  ];
}

/** KMS's own mechanism needs dual authorization, which people have to switch on first. */
function kmsWarnings(waves: readonly PlannedWave[]): readonly string[] {
  const without = waves
    .flatMap(({ keys }) => keys)
    .filter(({ line, facts }) => facts.isKms && facts.ending === "destroy" && !line.kmsDualAuthorization);
  return without.length === 0
    ? []
    : [
        `Switch on KMS dual authorization for ${count(without.length, "KMS key")} first; without it, uko does not destroy a KMS key`,
      ];
}

function peopleWarnings({ campaign }: CampaignView, { name, keys }: PlannedWave): readonly string[] {
  if (campaign.people.length === 0) return [];
  const dates = waveDates(keys);
  const periods = {
    deactivate: { fromMs: dates.outage, untilMs: dates.deactivateBefore },
    destroy: { fromMs: dates.pointOfNoReturn, untilMs: dates.destroyBefore },
  } as const;
  return (["deactivate", "destroy"] as const).flatMap((step) => {
    const { fromMs, untilMs } = periods[step];
    // The keys are late if the last day has passed; no further person changes that.
    if (fromMs === undefined || untilMs === undefined || untilMs <= fromMs) return [];
    const gap = peopleGap(campaign.people, step, { fromMs, untilMs });
    if (gap === undefined) return [];
    const why =
      gap.kind === "no_pair" ? "no two people of campaign.yaml can request and take it" : "only one person can take it";
    return [`Wave ${name}, ${step}, ${dayOf(fromMs)} to ${dayBefore(untilMs)}: ${why}`];
  });
}

export function shownDay(ms: number | undefined): string {
  return ms === undefined ? "-" : dayOf(ms);
}

/** The last day before an exclusive end. */
export function dayBefore(ms: number | undefined): string {
  return ms === undefined ? "-" : dayOf(ms - 1);
}

function rowOf(key: PlannedKey) {
  const { line, schedule, lastSchedule } = key;
  const dates = datesOf(schedule);
  const last = schedule.kind === "on_time" || schedule.kind === "late" ? schedule.last : {};
  return {
    key: key.name,
    label: line.label,
    wave: line.wave,
    class: line.class,
    state: key.listed?.traits.state ?? (key.isUnread ? "not_read" : "removed"),
    owners: line.owners,
    application: line.application,
    schedule: schedule.kind,
    ...(schedule.kind === "late" && {
      lateBecause: sayCause(schedule.cause),
      isProofByProvider: schedule.isProofByProvider,
    }),
    ...(lastSchedule !== undefined && { scheduleForLastDeadline: lastSchedule.kind }),
    gate: key.gate.kind,
    deactivateOn: dayOf(dates.deactivateMs),
    destroyOn: dayOf(dates.destroyMs),
    materialGoneOn: dayOf(dates.materialGoneMs),
    kmsMetadataGoneOn: dayOf(dates.kmsMetadataGoneMs),
    deactivateBy: last.deactivateBeforeMs === undefined ? "" : dayBefore(last.deactivateBeforeMs),
    destroyBy: last.destroyBeforeMs === undefined ? "" : dayBefore(last.destroyBeforeMs),
    cloudIds: line.cloudIds,
  };
}

function csvOf({ keys }: CampaignPlan): string {
  const rows = keys.map(rowOf).map(({ owners, cloudIds, lateBecause = "", ...row }) => ({
    ...row,
    lateBecause,
    owners: owners.join("; "),
    cloudIds: cloudIds.map(({ id }) => id).join("; "),
  }));
  const names = [
    ...["key", "label", "wave", "class", "state", "owners", "application", "schedule", "lateBecause"],
    ...["gate", "deactivateOn", "destroyOn", "materialGoneOn", "kmsMetadataGoneOn", "deactivateBy", "destroyBy"],
    "cloudIds",
  ] as const;
  return csvTable(names, rows);
}

function dataOf(view: CampaignView, { keys, waves }: CampaignPlan, late: number): Readonly<Record<string, unknown>> {
  return {
    campaign: view.campaign.name,
    deadline: dayOf(view.campaign.deadline),
    ...(view.campaign.lastDeadline !== undefined && { lastDeadline: dayOf(view.campaign.lastDeadline) }),
    late,
    waves: waves.map((wave) => {
      const { deactivateBefore, destroyBefore, ...dates } = waveDates(wave.keys);
      const days = Object.entries(dates).flatMap(([name, ms]) => (ms === undefined ? [] : [[name, dayOf(ms)]]));
      return {
        wave: wave.name,
        keys: wave.keys.length,
        ...Object.fromEntries(days),
        ...(deactivateBefore !== undefined && { deactivateBy: dayBefore(deactivateBefore) }),
        ...(destroyBefore !== undefined && { destroyBy: dayBefore(destroyBefore) }),
      };
    }),
    keys: keys.map(rowOf),
    born: view.born.map(namedListedKey),
    unreadable: view.inventory.unreadable,
  };
}
