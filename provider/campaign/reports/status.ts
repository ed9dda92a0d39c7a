/**
 * Writes the report of `uko campaign status`: first the waves that were stopped after failures and the rules that
 * changed, then one table of waves with what each one waits for and its last days. Then follow pending requests,
 * blocked keys, late keys, outcomes, and keys that the manifest does not list. `--html` and `--json` also have totals
 * for management. If the keystores were asked live, the report begins with the keystores and keys that are not in
 * order, and the exit code says whether keys are late. The file also writes the commands that follow, up to the
 * certificates at the end. Other reports show some of these parts.
 */

import { shellWord } from "../../engine/text/explanation.ts";
import { capital, count, sayTimeAndDistance, sayWord } from "../../engine/text/words.ts";
import { approvedSteps } from "../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../text/iso-time.ts";
import { dayMs } from "../rules/campaign.ts";
import { isStepDue } from "../rules/gates.ts";
import { isFinal, type KeyOutcome } from "../rules/outcomes.ts";
import { type CampaignSchedule, isLate } from "../view/campaign-schedule.ts";
import type { LiveFindings } from "../view/live.ts";
import { isReady, waitsFor } from "../view/standing.ts";
import type { CampaignView } from "../view/view.ts";
import { whyFailed } from "../view/wave-readiness.ts";
import { dayBefore, type KeyRow, keyRows } from "./key-row.ts";
import { countsByFrequency, keySection, newKeysPart } from "./key-views.ts";
import { planWarnings, sayDeadline, sayPassed, timelineOf, waveRows } from "./plan-report.ts";
import { type PendingRequest, renewWithinMs, requestOn } from "./ready-keys.ts";
import {
  atMost,
  type CampaignReport,
  folderFlag,
  lateExitCode,
  type NextCommand,
  nextCommand,
  type ReportPart,
  type ReportSection,
  reportOf,
  section,
  tableOf,
  tableOfFields,
  unreadPart,
  withRemark,
} from "./report.ts";
import { maxShownDifferences, stopAdvice } from "./wave-state.ts";

/** `live` is what the keystores report live; absent if they were not asked. */
export function reportStatus(view: CampaignView, plan: CampaignSchedule, live?: LiveFindings): CampaignReport {
  const { campaign, nowMs } = view;
  const rows = keyRows(view, plan);
  const late = plan.keys.filter(isLate).length;
  const stopped = plan.waves.flatMap(({ name, readiness }) =>
    approvedSteps.some((step) => readiness[step].breaker.kind === "stopped") ? [name] : [],
  );
  return reportOf({
    summary: [
      ...sayPassed(view, plan.deadlineMs),
      ...(stopped.length > 0 ? [`${count(stopped.length, "wave")} stopped: ${stopped.join(", ")}`] : []),
      ...(live === undefined || live.keystores.length + live.keys.length + late === 0
        ? []
        : [
            `${count(live.keystores.length, "keystore")} and ${count(live.keys.length, "key")} out of order, ${late} late`,
          ]),
      summarizeStatus(plan),
    ].join("; "),
    parts: [
      { data: { campaign: campaign.name, asOf: isoTime(nowMs), keys: rows } },
      live === undefined ? [] : livePart(live, late),
      ...waitingParts(view, plan, rows),
      keySection("late", rows),
      outcomeSection(rows),
      newKeysPart(view),
      live === undefined ? [] : section("Warnings", { lines: planWarnings(view, plan) }),
      unreadPart(view.inventory.unreadable),
      { data: { totals: Object.fromEntries(totals(view, plan)) } },
    ],
    next: nextOf(view, plan),
    page: {
      ...{ title: `Campaign ${campaign.name}: status`, asOfMs: nowMs, timeline: timelineOf(view, plan) },
      first: totalSection(view, plan),
    },
  });
}

/** What keeps the campaign from its next steps now: stops, changed rules, waits of waves, requests, blocked keys. */
export function waitingParts(view: CampaignView, plan: CampaignSchedule, rows: readonly KeyRow[]) {
  const stops = stoppedKeys(view, plan);
  const requests = plan.keys.flatMap((key) => requestOn(key, view.nowMs) ?? []);
  return [
    { sections: stopSection(stops), data: { stops }, exitCode: stops.length > 0 ? 12 : 0 },
    section("No step until the manifest is written again, because the rules changed", {
      lines: atMost(differencesIn(plan), maxShownDifferences),
    }),
    wavesPart(view, plan),
    { sections: requestSection(requests, view.nowMs), data: { requests } },
    keySection("blocked", rows),
  ];
}

function livePart({ keystores, keys }: LiveFindings, late: number): ReportPart {
  return {
    sections: [
      ...section("Keystores", { table: tableOfFields(keystores) }),
      ...section("Keys whose live status is out of order", { table: tableOfFields(keys) }),
    ],
    data: { live: { keystores, keys, late } },
    exitCode: late > 0 ? lateExitCode : keystores.length + keys.length > 0 ? 12 : 0,
  };
}

/** The changed rules, which close every step of their wave. */
function differencesIn({ waves }: CampaignSchedule): readonly string[] {
  return waves.flatMap(({ readiness: { deactivate } }) =>
    deactivate.gate.kind === "differs" ? deactivate.gate.differences : [],
  );
}

/**
 * What a person can do next: a new manifest, the open step or the removals of each wave, or the end of the campaign.
 */
export function nextOf(view: CampaignView, plan: CampaignSchedule): readonly NextCommand[] {
  const { path } = view.folder;
  const isChanged = differencesIn(plan).length > 0;
  const waves = plan.waves.flatMap((wave): readonly NextCommand[] => {
    const isOpen = approvedSteps.some((step) => {
      const { kind } = wave.readiness[step].gate;
      return (kind === "open" || kind === "stopped") && wave.keys.some((key) => isReady(key, step));
    });
    const removable = wave.keys.filter((key) => isReady(key, "remove")).length;
    if (!isOpen && removable === 0) return [];
    const remark = isOpen ? waitsFor(wave.keys) : `removes the metadata of ${count(removable, "key")}`;
    return [withRemark(nextCommand({ wave: wave.name, path }), remark)];
  });
  const isEnd = waves.length === 0 && plan.keys.every(({ outcome }) => isFinal(outcome));
  return [
    ...(isChanged ? [{ command: `uko campaign plan --write ${folderFlag(path)}` }] : []),
    ...waves,
    ...(isEnd
      ? [
          ...certificatesOf(plan, path),
          withRemark(
            `uko campaign next ${folderFlag(path)}`,
            "shows the final report, and asks before it deletes empty containers",
          ),
        ]
      : []),
  ];
}

const maxShownWaves = 5;
/** What a certificate of destruction can be about. */
const provenOutcomes: readonly KeyOutcome[] = [
  ...(["removed", "removal_recorded", "destroyed", "pending_destruction", "proof_by_provider"] as const),
];

/**
 * The commands that certify the waves. Evidence that a certificate lacks can be added only while the instance exists.
 */
export function certificatesOf({ waves }: CampaignSchedule, path: string): readonly NextCommand[] {
  const proven = waves.filter(({ keys }) => keys.some(({ outcome }) => provenOutcomes.includes(outcome)));
  return proven.slice(0, maxShownWaves).map(({ name }) => withRemark(certificateCommand(path, name), "for auditors"));
}

/** The command that certifies a wave, for the person who has the signing key. */
export function certificateCommand(path: string, wave: string): string {
  return `uko certificate create --campaign ${shellWord(path)} --wave ${wave} --evidence ${shellWord(`${path}/evidence`)} --sign-key KEY --out FILE`;
}

/** Returns each key that failed or was reactivated in a stopped wave, with the reason. */
export function stoppedKeys(view: CampaignView, { waves }: CampaignSchedule) {
  return waves.flatMap(({ name: wave, keys, readiness }) => {
    const breakers = Object.values(readiness).map(({ breaker }) => breaker);
    const failures = new Set(breakers.flatMap((breaker) => (breaker.kind === "stopped" ? breaker.failures : [])));
    const failed = keys.filter((key) => failures.has(key.name));
    return approvedSteps.flatMap((step) =>
      failed.flatMap((key) => {
        const why = whyFailed(view, key, step);
        return why === undefined ? [] : [{ key: key.name, label: key.line.label, wave, step, why }];
      }),
    );
  });
}

export function stopSection(stops: ReturnType<typeof stoppedKeys>): readonly ReportSection[] {
  return section("Stopped", {
    table: tableOfFields(stops),
    isWhole: true,
    lines: [
      "Check each of these keys. Then uko campaign next continues the wave: it asks for a reason, and begins with a few keys.",
      `${stopAdvice}.`,
    ],
  });
}

export function summarizeStatus({ keys }: CampaignSchedule): string {
  const of = (...wanted: readonly string[]) => keys.filter(({ outcome }) => wanted.includes(outcome)).length;
  const [open, unread, held] = [of("open", "pending_destruction", "destruction_listed"), of("not_read"), of("held")];
  if (open + unread > 0) {
    const summary = `${count(open, "key")} of ${keys.length} still ${open === 1 ? "has" : "have"} to end`;
    return unread === 0 ? summary : `${summary}; ${unread} could not be read`;
  }
  const heldFirst = held === 0 ? "No" : `${count(held, "key")} held; no other`;
  return `${heldFirst} step is left to take for ${count(keys.length, "key")}`;
}

/** One row for each wave: its keys by state, what it waits for, and the last days on which a step is in time. */
function wavesPart(view: CampaignView, plan: CampaignSchedule): ReportPart {
  const waves = waveRows(view, plan);
  const shown = waves.map(({ states, held, ...row }) => ({
    ...row,
    states: Object.entries({ ...states, held }).flatMap(([state, keys]) =>
      keys > 0 ? `${keys} ${sayWord(state)}` : [],
    ),
  }));
  const table = tableOfFields(shown, [
    ...(["wave", "keys", "states", "waitsFor", "deactivateBy", "destroyBy", "materialGone", "ticket"] as const),
  ]);
  return { sections: section("Waves", { table }), data: { waves } };
}

function requestSection(requests: readonly PendingRequest[], nowMs: number): readonly ReportSection[] {
  const groups = Map.groupBy(requests, ({ wave, step, by, how }) => [wave, step, by, how].join("\n"));
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group.toSorted((one, other) => one.expiresAt.localeCompare(other.expiresAt));
    if (first === undefined) return [];
    const { wave, step, by, how, expiresAt } = first;
    const waitsFor = how === "approval" ? "the requester" : "an approver";
    const firstExpires = sayTimeAndDistance(Date.parse(expiresAt), nowMs);
    return [{ wave, step, by, waitsFor, keys: group.length, firstExpires }];
  });
  const expiring = requests.filter(({ expiresAt }) => Date.parse(expiresAt) - nowMs < renewWithinMs).length;
  return section("Pending requests", {
    table: tableOfFields(rows),
    lines: expiring === 0 ? [] : [`Requests that expire within 48 h: ${expiring}`],
  });
}

/** How many keys of each wave have each outcome. */
export function outcomeSection(rows: readonly KeyRow[]): readonly ReportSection[] {
  const counts = [...Map.groupBy(rows, (row) => row.wave)].flatMap(([name, own]) =>
    countsByFrequency(own.map(({ outcome }) => outcome)).map((each) => ({ wave: name, ...each })),
  );
  return section("Outcomes", { table: tableOf(counts, { wave: "wave", outcome: "value", keys: "keys" }) });
}

/** Numbers and pace, for management: the keys by outcome, and what is left to do. */
function totals(
  view: CampaignView,
  { keys, deadlineMs }: CampaignSchedule,
): readonly (readonly [string, number | string])[] {
  const due = keys.filter(({ outcome, facts }) => outcome === "open" && isStepDue(facts, "destroy"));
  const last = Math.min(deadlineMs, ...due.flatMap(({ schedule }) => schedule.dates.destroyBeforeMs ?? []));
  const days = Math.max(1, Math.round(((last - view.nowMs) / dayMs) * (5 / 7)));
  const pace = `${Math.ceil(due.length / days)} until ${dayBefore(last)} (UTC, about ${count(days, "working day")})`;
  const inState = (...states: readonly string[]) => keys.filter(({ facts }) => states.includes(facts.state)).length;
  return [
    ["Keys in the campaign", keys.length],
    ...countsByFrequency(keys.map(({ outcome }) => outcome)).map(
      ({ value, keys: number }) => [capital(sayWord(value)), number] as const,
    ),
    ["Still to destroy", due.length],
    ["Needed per working day", pace],
    ["Cannot be finished by the deadline", keys.filter(isLate).length],
    ["Point of no return passed", inState("destroyed", "gone")],
    ["Can still be undone", inState("deactivated")],
    ["Not in the manifest", view.newKeys.length],
  ];
}

function totalSection(view: CampaignView, plan: CampaignSchedule): readonly ReportSection[] {
  return section(`Totals, with the deadline ${sayDeadline(view)}`, {
    table: tableOf(totals(view, plan), { what: ([what]) => what, value: ([, value]) => value }),
  });
}
