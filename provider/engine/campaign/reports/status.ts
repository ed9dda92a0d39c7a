/**
 * Writes the report of `uko campaign status`: first the waves that were stopped after failures and the rules that
 * changed, then what each wave waits for, pending requests, blocked keys, decisions that are due, outcomes, and keys
 * that the manifest does not list, and totals for management. If the keystores were asked live, the report also names keystores and keys
 * that are not in order, and the exit code says whether keys are late. A wave is a group of keys that take their steps
 * together.
 */

import { campaignSteps, dayMs } from "../../../lifecycle/campaign/campaign.ts";
import { isStepDue } from "../../../lifecycle/campaign/gates.ts";
import { isFinal } from "../../../lifecycle/campaign/outcomes.ts";
import { isoTime } from "../../loop/evidence.ts";
import { shellWord } from "../../text/explanation.ts";
import { count, sayTimeAndDistance } from "../../text/words.ts";
import { dayOf } from "../view/classify.ts";
import type { LiveFindings } from "../view/live.ts";
import { type CampaignPlan, isLate, lastDatesOf, type PlannedKey } from "../view/planned.ts";
import { waveDifferences } from "../view/rule-changes.ts";
import type { CampaignView } from "../view/view.ts";
import { whyFailed } from "../view/wave-readiness.ts";
import { dayBefore, type KeyRow, keyRows, keyStages, stageOf } from "./key-row.ts";
import { countsOf, keyCsv, keySection, newKeysPart } from "./key-views.ts";
import { planWarnings, waveDates } from "./plan-report.ts";
import {
  atMost,
  type CampaignReport,
  folderFlag,
  lateExitCode,
  type NextCommand,
  nextCommand,
  type ReportPart,
  type ReportSection,
  type ReportTable,
  remarked,
  reportOf,
  section,
  tableOf,
  tableOfFields,
  unreadPart,
} from "./report.ts";
import { isReady, isRemovable, type PendingRequest, renewWithinMs, requestOn, sayGate, waitsFor } from "./waiting.ts";
import { stopAdvice } from "./wave-state.ts";

/** `live` is what the keystores report live; absent if they were not asked. */
export function reportStatus(view: CampaignView, plan: CampaignPlan, live?: LiveFindings): CampaignReport {
  const { campaign, nowMs } = view;
  const rows = keyRows(view, plan);
  const late = plan.keys.filter(isLate).length;
  const faults = live === undefined ? 0 : live.keystores.length + live.keys.length;
  const stopped = [...new Set(stoppedKeys(view, plan).map((stop) => stop.wave))];
  return reportOf({
    summary: [
      ...(stopped.length > 0 ? [`${count(stopped.length, "wave")} stopped: ${stopped.join(", ")}`] : []),
      ...(live === undefined || faults + late === 0
        ? []
        : [
            `${count(live.keystores.length, "keystore")} and ${count(live.keys.length, "key")} out of order, ${late} late`,
          ]),
      summarizeStatus(plan),
    ].join("; "),
    parts: [
      { data: { campaign: campaign.name, asOf: isoTime(nowMs), keys: rows } },
      ...(live === undefined
        ? []
        : [{ ...livePart(live, late), exitCode: late > 0 ? lateExitCode : faults > 0 ? 12 : 0 }]),
      ...waitingParts(view, plan, rows),
      section("Decisions due", { table: decisions(plan) }),
      outcomeSection(rows),
      newKeysPart(view),
      live === undefined ? [] : section("Warnings", { lines: planWarnings(view, plan) }),
      unreadPart(view.inventory.unreadable),
      { data: { totals: Object.fromEntries(totals(view, plan)) } },
    ],
    next: nextOf(view, plan),
    page: { title: `Campaign ${campaign.name}: status`, asOfMs: nowMs, first: totalSection(view, plan) },
    csv: () => keyCsv(rows),
  });
}

/** What keeps the campaign from its next steps now: stops, changed rules, waits of waves, requests, blocked keys. */
export function waitingParts(view: CampaignView, plan: CampaignPlan, rows: readonly KeyRow[]): readonly ReportPart[] {
  const stops = stoppedKeys(view, plan);
  const requests = plan.keys.flatMap((key) => requestOn(key, view.nowMs) ?? []);
  return [
    { sections: stopSection(stops), data: { stops }, exitCode: stops.length > 0 ? 12 : 0 },
    { sections: ruleSection(differencesIn(view, plan)) },
    { sections: section("Waves", { table: stateTable(plan, view) }), data: { waves: waveRows(plan, view) } },
    { sections: requestSection(requests, view.nowMs), data: { requests } },
    { sections: keySection("blocked", rows) },
  ];
}

function livePart({ keystores, keys }: LiveFindings, late: number): ReportPart {
  return {
    sections: [
      ...section("Keystores", { table: tableOfFields(keystores) }),
      ...section("Keys whose live status is out of order", { table: tableOfFields(keys) }),
    ],
    data: { live: { keystores, keys, late } },
  };
}

function differencesIn(view: CampaignView, { waves }: CampaignPlan): readonly string[] {
  return waves.flatMap(({ name }) => waveDifferences(view, name));
}

/** What a person can do next: a new manifest, the open step or the removals of each wave, or the end of the campaign. */
export function nextOf(view: CampaignView, plan: CampaignPlan): readonly NextCommand[] {
  const { path } = view.folder;
  const isChanged = differencesIn(view, plan).length > 0;
  const waves = plan.waves.flatMap((wave): readonly NextCommand[] => {
    const isOpen = campaignSteps.some((step) => {
      const { kind } = wave.readiness[step].gate;
      return (kind === "open" || kind === "stopped") && wave.keys.some((key) => isReady(key, step));
    });
    const removable = wave.keys.filter(isRemovable).length;
    if (!isOpen && removable === 0) return [];
    const remark = isOpen ? waitsFor(wave, view.nowMs) : `removes the metadata of ${count(removable, "key")}`;
    return [remarked(nextCommand({ wave: wave.name, path }), remark)];
  });
  const isEnd = waves.length === 0 && plan.keys.every(({ outcome }) => isFinal(outcome));
  return [
    ...(isChanged ? [{ command: `uko campaign plan --write ${folderFlag(path)}` }] : []),
    ...waves,
    ...(isEnd ? [...certificatesOf(plan, path), { command: `uko campaign finish ${folderFlag(path)}` }] : []),
  ];
}

const maxShownWaves = 5;

/** The commands for certificates of the waves, which need an instance that answers. */
export function certificatesOf({ waves }: CampaignPlan, path: string): readonly NextCommand[] {
  return waves.slice(0, maxShownWaves).map(({ name }) => remarked(certificateCommand(path, name), "for auditors"));
}

/** The command that certifies a wave, for the person who has the key to sign. */
export function certificateCommand(path: string, wave: string): string {
  return `uko certificate create --campaign ${shellWord(path)} --wave ${wave} --evidence ${shellWord(`${path}/evidence`)} --sign-key KEY --out FILE`;
}

/** Every key of every stop. */
export function stoppedKeys(view: CampaignView, { waves }: CampaignPlan) {
  return waves.flatMap(({ name: wave, keys, readiness }) => {
    const breakers = Object.values(readiness).map(({ breaker }) => breaker);
    const failures = new Set(breakers.flatMap((breaker) => (breaker.kind === "stopped" ? breaker.failures : [])));
    const failed = keys.filter((key) => failures.has(key.name));
    return campaignSteps.flatMap((step) =>
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
    lines:
      stops.length === 0
        ? []
        : [
            "Check each of these keys. Then uko campaign next continues the wave: it asks for a reason, and begins with a few keys.",
            `${stopAdvice}.`,
          ],
  });
}

/**
 * The section about changed rules. No step happens until a person undoes the change, or a lead writes the manifest
 * again.
 */
function ruleSection(differences: readonly string[]): readonly ReportSection[] {
  const lines = atMost(differences, maxShownRules);
  return section("No step until the manifest is written again, because the rules changed", { lines });
}

const maxShownRules = 20;

export function summarizeStatus(plan: CampaignPlan): string {
  const outcomes = plan.keys.map(({ outcome }) => outcome);
  const open = outcomes.filter((outcome) => outcome === "open" || outcome === "pending_destruction").length;
  const unread = outcomes.filter((outcome) => outcome === "not_read").length;
  if (open + unread === 0) {
    const held = outcomes.filter((outcome) => outcome === "held").length;
    const kept = outcomes.filter((outcome) => outcome === "kept").length;
    const staying = [...(held > 0 ? [`${count(held, "key")} held`] : []), ...(kept > 0 ? [`${kept} kept`] : [])];
    return staying.length === 0
      ? "Every key has reached its end"
      : `${staying.join(", ")}; every other key has reached its end`;
  }
  const summary = `${count(open, "key")} of ${plan.keys.length} still ${open === 1 ? "has" : "have"} to end`;
  return unread === 0 ? summary : `${summary}; ${unread} could not be read`;
}

export function stateTable(plan: CampaignPlan, view: CampaignView): ReportTable {
  const rows = waveRows(plan, view).map(({ wave, keys, states, held, waitsFor: what, ticket }) => {
    const counts = [...Object.values(states), held].map((number) => (number === 0 ? "-" : String(number)));
    return [wave, String(keys), ...counts, what, ticket];
  });
  const columns = ["wave", "keys", ...keyStages, "held", "waits for", "ticket"];
  if (rows.some((row) => row.at(-1) !== "")) return { columns, rows };
  return { columns: columns.slice(0, -1), rows: rows.map((row) => row.slice(0, -1)) };
}

function waveRows({ waves }: CampaignPlan, { campaign, nowMs }: CampaignView) {
  return waves.map((wave) => {
    const stages = wave.keys.map(stageOf);
    return {
      wave: wave.name,
      keys: wave.keys.length,
      states: Object.fromEntries(keyStages.map((stage) => [stage, stages.filter((each) => each === stage).length])),
      held: wave.keys.filter(({ facts }) => facts.isHeld).length,
      waitsFor: waitsFor(wave, nowMs),
      ticket: campaign.waves.find(({ name }) => name === wave.name)?.ticket ?? "",
    };
  });
}

function requestSection(requests: readonly PendingRequest[], nowMs: number): readonly ReportSection[] {
  const groups = Map.groupBy(requests, ({ wave, step, by, how }) => [wave, step, by, how].join("\n"));
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group.toSorted((one, other) => one.expiresAt.localeCompare(other.expiresAt));
    if (first === undefined) return [];
    const { wave, step, by, how, expiresAt } = first;
    const waitsFor = how === "approval" ? "the requester" : "another person";
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
    countsOf(own.map(({ outcome }) => outcome)).map((each) => ({ wave: name, ...each })),
  );
  return section("Outcomes", { table: tableOf(counts, { wave: "wave", outcome: "value", keys: "keys" }) });
}

/** Monday to Friday between two times, at least one. */
function workingDays(fromMs: number, untilMs: number): number {
  let days = 0;
  // A campaign lasts at most a few years.
  for (let at = Math.floor(fromMs / dayMs); at * dayMs < untilMs && days < 2_000; at += 1) {
    const weekday = (at + 4) % 7;
    if (weekday !== 0 && weekday !== 6) days += 1;
  }
  return Math.max(1, days);
}

/** Numbers and pace, for management. */
function totals(view: CampaignView, plan: CampaignPlan): readonly (readonly [string, number | string])[] {
  const of = (...wanted: readonly string[]) => plan.keys.filter(({ outcome }) => wanted.includes(outcome));
  const due = of("open").filter(({ facts }) => isStepDue(facts, "destroy"));
  const last = Math.min(plan.deadlineMs, ...due.flatMap(({ schedule }) => lastDatesOf(schedule).destroyBeforeMs ?? []));
  const days = workingDays(view.nowMs, last);
  return [
    ["Keys in the campaign", plan.keys.length],
    ["Ended", of("removed", "destroyed", "deactivated").length],
    ["Pending destruction", of("pending_destruction").length],
    ["Still to destroy", due.length],
    [
      "Needed per working day",
      `${Math.ceil(due.length / days)} until ${dayBefore(last)} (${count(days, "working day")})`,
    ],
    ["Cannot be finished by the deadline", plan.keys.filter(isLate).length],
    ["Proof only by the cloud provider", of("proof_by_provider").length],
    ["Lives on in the cloud", of("lives_on").length],
    [
      "Point of no return passed",
      plan.keys.filter(({ facts }) => facts.state === "destroyed" || facts.state === "gone").length,
    ],
    ["Can still be undone", plan.keys.filter(({ facts }) => facts.state === "deactivated").length],
    ["On hold", plan.keys.filter(({ facts }) => facts.isHeld).length],
    ["Could not be read", of("not_read").length],
    ["Not in the manifest", view.newKeys.length],
  ];
}

function totalSection(view: CampaignView, plan: CampaignPlan): readonly ReportSection[] {
  return section(`Totals, with the deadline ${dayOf(view.campaign.deadline)}`, {
    table: tableOf(totals(view, plan), { what: ([what]) => what, value: ([, value]) => value }),
  });
}

/** The decisions that people have to make, by the last day that keeps the deadline. */
function decisions({ waves, keys }: CampaignPlan): ReportTable {
  const dated = waves.flatMap(({ name, keys: members }) => {
    const { deactivateBefore, destroyBefore } = waveDates(members.filter(({ facts }) => facts.isAccepted !== true));
    return [
      [dayBefore(deactivateBefore), `outage of wave ${name}`],
      [dayBefore(destroyBefore), `point of no return of wave ${name}`],
    ];
  });
  const numberOf = (isCounted: (key: PlannedKey) => boolean): number => keys.filter(isCounted).length;
  const [late, blocked] = [numberOf(isLate), numberOf((key) => sayGate(key) !== undefined)];
  const undated = [
    [late === 0 ? "" : "now", `${count(late, "key")} cannot meet the deadline`],
    [blocked === 0 ? "" : "now", `${count(blocked, "blocked key")} to release`],
  ];
  return { columns: ["by", "decision"], rows: [...undated, ...dated.sort()].filter(([by]) => by !== "") };
}
