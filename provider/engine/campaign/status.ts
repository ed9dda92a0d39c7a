/** The reports of `uko campaign status`: each wave by state, what it waits for, and one page for management. */

import { type CampaignStep, dayMs } from "../../lifecycle/campaign/campaign.ts";
import { isStepDue, type WaveGate, waveGate } from "../../lifecycle/campaign/gates.ts";
import { deletionStanding } from "../../lifecycle/consent-record.ts";
import { isoTime } from "../loop/evidence.ts";
import { count, sayAuthor, sayTimeAndDistance } from "../text/words.ts";
import { dayOf } from "./classify.ts";
import { csvLine } from "./csv.ts";
import { dayBefore, keyRows, keyStages, sayGate, stageOf } from "./key-row.ts";
import { bornKeys, bornSection, countsOf, keyCsv, keyData } from "./key-views.ts";
import { waveDates } from "./plan-report.ts";
import {
  type CampaignPlan,
  datesOf,
  isLate,
  lastDatesOf,
  nextStep,
  type PlannedKey,
  type PlannedWave,
} from "./planned.ts";
import { countByKind, isPending } from "./ready.ts";
import {
  type CampaignReport,
  folderFlag,
  type NextCommand,
  type ReportSection,
  section,
  tableOf,
  tableOfFields,
  unreadSection,
} from "./report.ts";
import { waveDifferences } from "./rule-changes.ts";
import { type CampaignView, unfinishedWaves } from "./view.ts";
import { requestAct, reviewActs } from "./wave-acts.ts";
import { windowNext, windowSection, windowsToRenew } from "./windows.ts";

/** A request with less time left than this should be renewed. */
const expiringMs = 2 * dayMs;

interface PendingRequest {
  readonly key: string;
  readonly wave: string;
  readonly step: CampaignStep;
  readonly by: string;
  readonly how: string;
  /** ISO 8601 UTC. */
  readonly expiresAt: string;
}

export function reportStatus(view: CampaignView, plan: CampaignPlan): CampaignReport {
  const rows = keyRows(view, plan);
  const reasons = countsOf(rows.flatMap(({ blocked }) => (blocked === "" ? [] : [blocked])));
  const outcomes = countsOf(rows.map(({ outcome }) => outcome));
  const requests = pendingRequests(view, plan);
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
      ...section("Blocked, by reason", { table: tableOf(reasons, { blocked: "value", keys: "keys" }) }),
      ...section("Outcomes", { table: tableOf(outcomes, { outcome: "value", keys: "keys" }) }),
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
    csv: keyCsv("status", rows),
    data: {
      campaign: view.campaign.name,
      waves: plan.waves.map((wave) => waveRow(wave, view)),
      requests,
      keys: keyData("status", rows),
      born: bornKeys(view),
      unreadable: view.inventory.unreadable,
      windows,
    },
  };
}

/** The requests and reviews that each open wave can take now, without the keys that wait for a rollback. */
function stepsNext(
  { waves }: CampaignPlan,
  view: CampaignView,
  rolledBack: ReadonlySet<string>,
): readonly NextCommand[] {
  return waves.flatMap(({ name: wave, keys }) =>
    (["deactivate", "destroy"] as const).flatMap((step) => {
      const place = { wave, path: view.folder.path };
      if (gateOf(wave, step, view).kind !== "open") return [];
      const ready = keys.filter((key) => isReady(key, step) && !rolledBack.has(key.name));
      const requested = ready.filter((key) => isPending(view, key, step, false));
      const left = ready.length - requested.length;
      return [
        ...(left === 0 ? [] : [requestAct(step, left, place)]),
        ...reviewActs(step, countByKind(requested), place),
      ];
    }),
  );
}

function isReady(key: PlannedKey, step: CampaignStep): boolean {
  return nextStep(key) === step && isStepDue(key.facts, step) && isOpen(key) && !key.isUnread;
}

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
  const summary = `${count(open, "key")} of ${plan.keys.length} still have to end`;
  return unread === 0 ? summary : `${summary}; ${unread} could not be read`;
}

export function pendingRequests({ nowMs }: CampaignView, { keys }: CampaignPlan): readonly PendingRequest[] {
  return keys.flatMap((key) => requestOn(key, nowMs));
}

export function stateTable({ waves }: CampaignPlan, view: CampaignView) {
  const rows = waves.map((each) => {
    const { wave, keys, states, held, waitsFor } = waveRow(each, view);
    return [wave, String(keys), ...[...Object.values(states), held].map(shownCount), waitsFor];
  });
  return { columns: ["wave", "keys", ...keyStages, "held", "waits for"], rows };
}

function waveRow(wave: PlannedWave, view: CampaignView) {
  const stages = wave.keys.map(stageOf);
  return {
    wave: wave.name,
    keys: wave.keys.length,
    states: Object.fromEntries(keyStages.map((stage) => [stage, stages.filter((each) => each === stage).length])),
    held: wave.keys.filter(({ facts }) => facts.isHeld).length,
    waitsFor: waitsFor(wave, view),
  };
}

function shownCount(number: number): string {
  return number === 0 ? "-" : String(number);
}

/** The step of a wave that most of its keys need next, and its gate. */
function waitsFor(wave: PlannedWave, view: CampaignView): string {
  const step = (["deactivate", "destroy"] as const).find((each) =>
    wave.keys.some(({ facts }) => isStepDue(facts, each)),
  );
  if (step === undefined) return wave.keys.some((key) => stageOf(key) === "pending") ? "keystores" : "-";
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
      return `the end of a blackout, ${dayOf(gate.untilMs) || "-"}`;
    case "window":
      return `its window, ${dayOf(gate.untilMs) || "-"}`;
  }
}

/** The request that a list shows on the key; a step reads the key again. */
function requestOn(key: PlannedKey, nowMs: number): readonly PendingRequest[] {
  const { observation } = key.listed ?? {};
  if (observation === undefined) return [];
  const standing = deletionStanding(observation, nowMs);
  if (!standing.binds) return [];
  const { record, expiresAtMs } = standing;
  if (record.step !== "deactivate" && record.step !== "destroy") return [];
  const shared = { key: key.name, wave: key.line.wave, step: record.step };
  return [{ ...shared, by: sayAuthor(record), how: record.how, expiresAt: isoTime(expiresAtMs) }];
}

export function requestSection(requests: readonly PendingRequest[], nowMs: number): readonly ReportSection[] {
  const groups = Map.groupBy(requests, ({ wave, step, by, how }) => [wave, step, by, how].join("\n"));
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group.toSorted((one, other) => one.expiresAt.localeCompare(other.expiresAt));
    if (first === undefined) return [];
    const { wave, step, by, how, expiresAt } = first;
    const waitsFor = how === "approval" ? "the requester" : "another person";
    const firstExpires = sayTimeAndDistance(Date.parse(expiresAt), nowMs);
    return [{ wave, step, by, waitsFor, keys: group.length, firstExpires }];
  });
  const expiring = requests.filter(({ expiresAt }) => Date.parse(expiresAt) - nowMs < expiringMs).length;
  return section("Pending requests", {
    table: tableOfFields(rows, ["wave", "step", "by", "waitsFor", "keys", "firstExpires"]),
    lines: expiring === 0 ? [] : [`Requests that expire within 48 h: ${expiring}`],
  });
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
  const of = (...wanted: readonly string[]) => plan.keys.filter(({ outcome }) => wanted.includes(outcome));
  const open = of("open");
  const due = open.filter(({ facts }) => isStepDue(facts, "destroy"));
  const last = Math.min(plan.deadlineMs, ...due.flatMap(({ schedule }) => lastDatesOf(schedule).destroyBeforeMs ?? []));
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
