/** The reports of `uko campaign status`: each wave by state, what it waits for, and one page for management. */

import { type CampaignStep, dayMs } from "../../lifecycle/campaign/campaign.ts";
import { isStepDue, type WaveGate, waveGate } from "../../lifecycle/campaign/gates.ts";
import { type KeyOutcome, outcomeOf } from "../../lifecycle/campaign/outcomes.ts";
import { deletionStanding } from "../../lifecycle/consent-record.ts";
import { count, sayAuthor, sayTimeAndDistance } from "../text/words.ts";
import { dayOf } from "./classify.ts";
import { csvLine, csvTable } from "./csv.ts";
import { namedListedKey } from "./inventory.ts";
import { dayBefore, sayGate, shownDay, waveDates } from "./plan-report.ts";
import { type CampaignPlan, datesOf, isLate, nextStep, type PlannedKey, type PlannedWave } from "./planned.ts";
import { isPending } from "./ready.ts";
import {
  type CampaignReport,
  folderFlag,
  type NextCommand,
  type ReportSection,
  remarked,
  section,
  tableOf,
  unreadSection,
} from "./report.ts";
import { reviewAgain } from "./reviews.ts";
import { waveDifferences } from "./rule-changes.ts";
import { type CampaignView, unfinishedWaves } from "./view.ts";
import { windowNext, windowSection, windowsToRenew } from "./windows.ts";

/** The states of a key in the columns of the table, from its beginning to its end. */
const columns = ["pre_activation", "active", "deactivated", "pending", "destroyed", "removed", "other"] as const;
type StateColumn = (typeof columns)[number];

/** A request with less time left than this should be renewed. */
const expiringMs = 2 * dayMs;

interface PendingRequest {
  readonly key: PlannedKey;
  readonly step: CampaignStep;
  readonly by: string;
  readonly how: string;
  readonly expiresAtMs: number;
}

export function reportStatus(view: CampaignView, plan: CampaignPlan): CampaignReport {
  const requests = pendingRequests(view, plan);
  const outcomes = outcomesOf(plan);
  const windows = windowsToRenew(
    plan.keys.filter(({ facts }) => facts.ending === "destroy" && !facts.isHeld),
    view.nowMs,
  );
  return {
    summary: summarizeStatus(plan),
    sections: [
      ...section("Waves", { table: stateTable(plan, view) }),
      ...requestSection(requests, view.nowMs),
      ...windowSection(windows),
      ...section("Blocked, by reason", { table: blockedTable(plan.keys) }),
      ...section("Outcomes", { table: tableOf(countsOf(outcomes), { outcome: "outcome", keys: "keys" }) }),
      ...bornSection(view),
      ...unreadSection(view.inventory.unreadable),
    ],
    next: [
      ...plan.waves.flatMap(({ name, keys }) =>
        windowNext(
          name,
          windows.flatMap(({ key }) => (keys.some((each) => each.name === key) ? [key] : [])),
          view.folder.path,
        ),
      ),
      ...stepsNext(plan, view, new Set(windows.map(({ key }) => key))),
      { command: `uko campaign plan ${folderFlag(view.folder.path)}` },
    ],
    exitCode: view.inventory.unreadable.length > 0 ? 13 : 0,
    page: { title: `Campaign ${view.campaign.name}: status`, asOfMs: view.nowMs },
    csv: csvOf(outcomes),
    data: { ...dataOf(view, plan, { requests, outcomes }), windows },
  };
}

/** The requests and reviews that each open wave can take now, without the keys that wait for a rollback. */
function stepsNext(
  { waves }: CampaignPlan,
  view: CampaignView,
  rolledBack: ReadonlySet<string>,
): readonly NextCommand[] {
  const { path } = view.folder;
  return waves.flatMap(({ name: wave, keys }) =>
    (["deactivate", "destroy"] as const).flatMap((step) => {
      if (gateOf(wave, step, view).kind !== "open") return [];
      const ready = keys.filter((key) => isReady(key, step) && !rolledBack.has(key.name));
      const requested = Map.groupBy(
        ready.filter((key) => isPending(view, key, step, false)),
        ({ facts }) => (facts.isKms ? "kms" : facts.state === "pre_activation" ? "never_active" : undefined),
      );
      const left = ready.length - [...requested.values()].flat().length;
      return [
        ...(left === 0
          ? []
          : [remarked(`uko campaign request ${wave} ${step} ${folderFlag(path)}`, count(left, "key"))]),
        ...Array.from(requested.keys(), (set) => remarked(reviewAgain(wave, step, set, path), "not the requester")),
      ];
    }),
  );
}

function isReady(key: PlannedKey, step: CampaignStep): boolean {
  return nextStep(key) === step && isStepDue(key.facts, step) && isOpen(key) && !key.isUnread;
}

export function summarizeStatus(plan: CampaignPlan): string {
  const outcomes = outcomesOf(plan).map(({ outcome }) => outcome);
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
  const summary = `${count(open, "key")} of ${plan.keys.length} still have to end`;
  return unread === 0 ? summary : `${summary}; ${unread} could not be read`;
}

export function bornSection({ born }: CampaignView): readonly ReportSection[] {
  const lines = born.slice(0, 20).map((key) => `${namedListedKey(key)} (${key.traits.label})`);
  return section("Not in the manifest", { lines });
}

export function pendingRequests({ nowMs }: CampaignView, { keys }: CampaignPlan): readonly PendingRequest[] {
  return keys.flatMap((key) => requestOn(key, nowMs));
}

export function columnOf({ facts, isUnread }: PlannedKey): StateColumn {
  if (isUnread) return "other";
  if (facts.state === "gone") return "removed";
  if (facts.state !== "destroyed") return facts.state;
  if (facts.isMaterialUncertain === true) return "other";
  return facts.materialGoneMs !== undefined ? "pending" : "destroyed";
}

export function stateTable({ waves }: CampaignPlan, view: CampaignView) {
  const rows = waves.map((wave) => {
    const at = wave.keys.map((key) => columnOf(key));
    const held = wave.keys.filter(({ facts }) => facts.isHeld).length;
    const counts = columns.map((column) => at.filter((each) => each === column).length);
    return [wave.name, String(wave.keys.length), ...counts.map(shownCount), shownCount(held), waitsFor(wave, view)];
  });
  return { columns: ["wave", "keys", ...columns, "held", "waits for"], rows };
}

function shownCount(number: number): string {
  return number === 0 ? "-" : String(number);
}

/** The step of a wave that most of its keys need next, and its gate. */
function waitsFor(wave: PlannedWave, view: CampaignView): string {
  const step = (["deactivate", "destroy"] as const).find((each) =>
    wave.keys.some(({ facts }) => isStepDue(facts, each)),
  );
  if (step === undefined) return wave.keys.some((key) => columnOf(key) === "pending") ? "keystores" : "-";
  const gate = gateOf(wave.name, step, view);
  const soaking = wave.keys.flatMap((key) => (key.gate.kind === "soaking" ? [key.gate.untilMs] : []));
  const isSoaking = step === "destroy" && gate.kind === "open" && soaking.length > 0 && !wave.keys.some(isOpen);
  return `${step}: ${isSoaking ? `its soak, ${dayOf(Math.min(...soaking))}` : sayWaveGate(gate)}`;
}

function isOpen({ gate }: PlannedKey): boolean {
  return gate.kind === "open";
}

export function gateOf(name: string, step: CampaignStep, view: CampaignView): WaveGate {
  const wave = view.campaign.waves.find((each) => each.name === name);
  return waveGate({
    step,
    wave: wave ?? { after: [] },
    unfinished: unfinishedWaves(view.keys, step),
    differences: waveDifferences(view, name),
    isStopped: false,
    blackouts: view.campaign.blackouts,
    nowMs: view.nowMs,
    isEmergency: false,
  });
}

export function sayWaveGate(gate: WaveGate): string {
  switch (gate.kind) {
    case "open":
      return "people";
    case "differs":
      return "a new baseline";
    case "stopped":
      return "a person who resumes it";
    case "not_before":
      return dayOf(gate.untilMs);
    case "after":
      return gate.waves.join(", ");
    case "blackout":
      return `the end of a blackout, ${shownDay(gate.untilMs)}`;
    case "window":
      return `its window, ${shownDay(gate.untilMs)}`;
  }
}

/** The request that a list shows on the key; a step reads the key again. */
function requestOn(key: PlannedKey, nowMs: number): readonly PendingRequest[] {
  const { observation } = key.listed ?? {};
  if (observation === undefined) return [];
  const standing = deletionStanding(observation, nowMs);
  if (!standing.binds) return [];
  const { record, lapsesAtMs } = standing;
  if (record.step !== "deactivate" && record.step !== "destroy") return [];
  return [{ key, step: record.step, by: sayAuthor(record), how: record.how, expiresAtMs: lapsesAtMs }];
}

export function requestSection(requests: readonly PendingRequest[], nowMs: number): readonly ReportSection[] {
  const groups = new Map<string, { readonly row: readonly string[]; keys: number; expiresAtMs: number }>();
  for (const { key, step, by, how, expiresAtMs } of requests) {
    const row = [key.line.wave, step, by, how === "answer" ? "the requester" : "another person"];
    const found = groups.get(row.join("\n"));
    if (found === undefined) groups.set(row.join("\n"), { row, keys: 1, expiresAtMs });
    else {
      found.keys += 1;
      found.expiresAtMs = Math.min(found.expiresAtMs, expiresAtMs);
    }
  }
  const rows = [...groups.values()].map(({ row, keys, expiresAtMs }) => [
    ...row,
    String(keys),
    sayTimeAndDistance(expiresAtMs, nowMs),
  ]);
  const expiring = requests.filter(({ expiresAtMs }) => expiresAtMs - nowMs < expiringMs).length;
  return section("Pending requests", {
    table: { columns: ["wave", "step", "by", "waits for", "keys", "the first expires"], rows },
    lines: expiring === 0 ? [] : [`Requests that expire within 48 h: ${expiring}`],
  });
}

function blockedTable(keys: readonly PlannedKey[]) {
  const reasons = new Map<string, number>();
  for (const key of keys) {
    const why = sayGate(key);
    if (why !== undefined) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  }
  const rows = [...reasons].sort(([, a], [, b]) => b - a).map(([why, keysWithIt]) => [why, String(keysWithIt)]);
  return { columns: ["why", "keys"], rows };
}

export interface Reconciled {
  readonly key: PlannedKey;
  readonly outcome: KeyOutcome;
}

export function outcomesOf({ keys, deadlineMs }: CampaignPlan): readonly Reconciled[] {
  return keys.map((key) => ({
    key,
    outcome: key.isUnread ? "not_read" : outcomeOf({ ...key.facts, class: key.line.class }, deadlineMs),
  }));
}

export function countsOf(outcomes: readonly Reconciled[]) {
  const counts = new Map<KeyOutcome, number>();
  for (const { outcome } of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return Array.from(counts, ([outcome, keys]) => ({ outcome, keys }));
}

function csvOf(outcomes: readonly Reconciled[]): string {
  const rows = outcomes.map(({ key, outcome }) => ({
    ...{ ...key.line, key: key.name, state: key.listed?.traits.state ?? "" },
    ...{ outcome, blocked: sayGate(key) ?? "" },
  }));
  return csvTable(["key", "label", "wave", "class", "state", "outcome", "blocked"], rows);
}

function dataOf(
  view: CampaignView,
  plan: CampaignPlan,
  { requests, outcomes }: { readonly requests: readonly PendingRequest[]; readonly outcomes: readonly Reconciled[] },
): Readonly<Record<string, unknown>> {
  return {
    campaign: view.campaign.name,
    waves: plan.waves.map((wave) => ({
      wave: wave.name,
      keys: wave.keys.length,
      states: Object.fromEntries(
        columns.map((column) => [column, wave.keys.filter((key) => columnOf(key) === column).length]),
      ),
      held: wave.keys.filter(({ facts }) => facts.isHeld).length,
      waitsFor: waitsFor(wave, view),
    })),
    requests: requests.map(({ key, step, by, how, expiresAtMs }) => ({
      ...{ key: key.name, wave: key.line.wave, step, by, how },
      expiresAt: new Date(expiresAtMs).toISOString(),
    })),
    keys: outcomes.map(({ key, outcome }) => ({ key: key.name, label: key.line.label, outcome, gate: key.gate.kind })),
    born: view.born.map(namedListedKey),
    unreadable: view.inventory.unreadable,
  };
}

/** Monday to Friday between two times, at least one. */
export function workingDays(fromMs: number, untilMs: number): number {
  let days = 0;
  // A campaign lasts at most a few years.
  for (let at = Math.floor(fromMs / dayMs); at * dayMs < untilMs && days < 2_000; at += 1) {
    const weekday = (at + 4) % 7;
    if (weekday !== 0 && weekday !== 6) days += 1;
  }
  return Math.max(1, days);
}

/** One page for management: totals, pace, and the decisions that are due. */
export function reportBoard(view: CampaignView, plan: CampaignPlan): CampaignReport {
  const outcomes = outcomesOf(plan);
  const of = (...wanted: readonly string[]) => outcomes.filter(({ outcome }) => wanted.includes(outcome));
  const open = of("open").map(({ key }) => key);
  const due = open.filter(({ facts }) => isStepDue(facts, "destroy"));
  const last = Math.min(plan.deadlineMs, ...due.map(lastDestroy));
  const days = workingDays(view.nowMs, last);
  const numbers: readonly (readonly [string, number | string])[] = [
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
    ["Not in the manifest", view.born.length],
  ];
  return {
    summary: `Campaign ${view.campaign.name}: ${count(open.length, "key")} open, deadline ${dayOf(view.campaign.deadline)}`,
    sections: [
      ...section("Totals", {
        table: tableOf(numbers, { what: ([what]) => what, value: ([, value]) => value }),
      }),
      ...section("Decisions due", { table: decisions(plan) }),
    ],
    next: [],
    exitCode: 0,
    page: { title: `Campaign ${view.campaign.name}: board`, asOfMs: view.nowMs },
    data: { campaign: view.campaign.name, board: Object.fromEntries(numbers) },
    csv: numbers.map(([what, value]) => csvLine([what, String(value)])).join(""),
  };
}

function lastDestroy({ schedule }: PlannedKey): number {
  const last = schedule.kind === "on_time" || schedule.kind === "late" ? schedule.last.destroyBeforeMs : undefined;
  return last ?? Number.POSITIVE_INFINITY;
}

/** What a person has to decide, by the day until which it keeps the deadline. */
function decisions({ waves, keys }: CampaignPlan) {
  const dated = waves.flatMap(({ name, keys: members }) => {
    const { deactivateBefore, destroyBefore } = waveDates(members);
    return [
      ...(deactivateBefore === undefined ? [] : [[dayBefore(deactivateBefore), `outage of wave ${name}`]]),
      ...(destroyBefore === undefined ? [] : [[dayBefore(destroyBefore), `point of no return of wave ${name}`]]),
    ];
  });
  const late = keys.filter(isLate);
  const missing = keys.filter((key) => sayGate(key) !== undefined && Object.keys(datesOf(key.schedule)).length > 0);
  const undated = [
    ...(late.length === 0 ? [] : [["now", `${count(late.length, "key")} cannot meet the deadline`]]),
    ...(missing.length === 0 ? [] : [["now", `${count(missing.length, "blocked key")} to release`]]),
  ];
  return { columns: ["by", "decision"], rows: [...undated, ...dated.sort()] };
}
