/** The tool in the model: the real core, driven call by call as the engine does (read, plan, one step, read back). */

import type { ConsentDraft } from "../../../provider/lifecycle/consent/consent-record.ts";
import type { Review, ReviewLine } from "../../../provider/lifecycle/consent/review.ts";
import type { DeletionPolicy, KeyRun, Plan, Step } from "../../../provider/lifecycle/key/plan.ts";
import type { KeyObservation, RequiredPeople } from "../../../provider/lifecycle/vocabulary/observation.ts";
import { aRequestOf, deactivation, dropOf, taken, windowOpening } from "../../support/builders.ts";
import type { Core } from "./core.ts";
import { dateOf, readTime, rest } from "./run-time.ts";
import { type Answer, call, isForBackingKey, type Request } from "./service.ts";
import {
  actorFor,
  demand,
  digestFor,
  identity,
  keyId,
  observationOf,
  ownSealOf,
  rawOf,
  recordIdOf,
  sha256,
  signed,
} from "./sight.ts";
import { noteWrite } from "./truth.ts";
import { patchOfUserFor } from "./up.ts";
import { Violation } from "./violation.ts";
import {
  type CommandKind,
  type Config,
  type Flight,
  looseness,
  markerOn,
  meaningOf,
  type Person,
  profileIamId,
  type QuotedMeaning,
  remember,
  type StepKind,
  textsOn,
  type World,
} from "./world.ts";

export interface Planned {
  readonly kind: StepKind;
  readonly request: Request;
  readonly draft?: ConsentDraft;
  readonly text?: string;
}

/** The result of a read: a call, a pause until the key has settled, or the end of the run. */
export type Look =
  | { readonly kind: "call"; readonly planned: Planned }
  | { readonly kind: "unsettled"; readonly seconds: number }
  | { readonly kind: "over"; readonly plan: Exclude<Plan, { kind: "ready" }> | undefined };

export interface Judge {
  /** Receives every call of the tool that the service did not refuse as stale, with the world before the call. */
  judge(before: World, config: Config, flight: Flight, planned: Planned, response: Answer): void;
  /** Receives the result of a run. */
  over(world: World, config: Config, flight: Flight, plan: Plan | undefined): void;
}

const maxLooks = 30;
export const holdTag = { name: "hold", value: "x" };

export function start(world: World, command: Flight["command"]): void {
  world.flight = {
    command,
    deactivatedHere: false,
    windowSetHere: false,
    syncedHere: false,
    refusals: [],
    looks: 0,
    startedAt: world.now,
    settling: { hasWaited: false },
  };
}

/** Reads and plans. The read is kept in the flight, because the next call depends on it alone. */
export function readAndPlan(core: Core, config: Config, world: World): Look {
  const { flight, key } = world;
  if (flight === undefined) throw new Error("no run is in progress");
  if (key === undefined) return { kind: "over", plan: undefined };
  const { readBack } = flight;
  delete flight.restsUntil;
  if (isNotKept(flight, key)) return { kind: "over", plan: undefined };
  flight.looks += 1;
  if (flight.looks > maxLooks) throw new Violation("endless run", flight.command.kind);
  learn(flight, key.state);
  const date = dateOf(world, flight);
  flight.seen = {
    key: { ...key },
    ...(world.backingKey !== undefined && { backingKey: { ...world.backingKey } }),
    at: world.now,
    date,
  };
  if (!readTime(core, flight, date, key)) return { kind: "over", plan: undefined };
  if (readBack !== undefined && !fits(core, world, flight, readBack)) return { kind: "over", plan: undefined };
  flight.due = rest(core, flight, planned(core, config, world, flight));
  return flight.due;
}

function planned(core: Core, config: Config, world: World, flight: Flight): Look {
  const seen = flight.seen;
  if (seen === undefined) throw new Error("no read yet");
  const observation = observed(core, world, flight);
  const nowMs = decidesAtMs(flight);
  if (flight.command.kind === "up") return up(core, observation, flight, nowMs);
  if (flight.command.kind === "mark") return mark(core, config, observation, flight);
  if (flight.command.kind === "align") return align(core, observation, flight, nowMs);
  if (flight.command.kind === "hold" || flight.command.kind === "release") {
    return hold(core, observation, flight, flight.command.kind, nowMs);
  }
  const plan = planFor(core, config, flight, observation, nowMs);
  if (plan.kind !== "ready") return { kind: "over", plan };
  const request = requestFor(core, config, plan.step, { seen: seen.key, who: flight.command.who });
  return request === undefined ? { kind: "over", plan: undefined } : { kind: "call", planned: request };
}

function observed(core: Core, { responses, isSigned }: World, { seen, time, command }: Flight): KeyObservation {
  if (seen === undefined || time === undefined) throw new Error("no read yet");
  const reader = command.who;
  return {
    ...observationOf({ core, reader, isSigned }, seen.key, seen.backingKey, seen.at, responses),
    latestTimeMs: time.latestMs,
    // The worlds of the removal begin with a destroyed key without a record, and ask only where its material is.
    ...(responses !== undefined && { recorded: "approved" }),
  };
}

function decidesAtMs({ time }: Flight): number {
  if (time === undefined) throw new Error("the run has not read the time");
  return time.reachedMs;
}

/** A record that does not bind when it is read back ends the run, as in the engine. */
function fits(core: Core, world: World, flight: Flight, text: string): boolean {
  const step = meaningOf(text)?.step;
  return step === undefined || core.standingOf(observed(core, world, flight), step, decidesAtMs(flight)).binds;
}

/** Sends the one call that the read led to. `isLost`: the call takes effect, and the run gets no response. */
export function send(config: Config, world: World, judge: Judge, isLost: boolean): Answer {
  const { flight } = world;
  if (flight?.seen === undefined) throw new Error("no run has read");
  const due = flight.due;
  if (due?.kind !== "call") throw new Error("no call is due");
  const { request, kind, draft, text } = due.planned;
  const before = {
    ...world,
    truth: { ...world.truth },
    ...(world.key !== undefined && { key: { ...world.key } }),
    ...(world.backingKey !== undefined && { backingKey: { ...world.backingKey } }),
  };
  const { who, throughProfile } = flight.command;
  const caller = { iamId: throughProfile ? profileIamId : who.iamId, rights: who.rights };
  const etag = flight.seen.key.updatedAt;
  const response = call(world, config.switches, caller, request, etag);
  if (response !== "stale") judge.judge(before, config, flight, due.planned, response);
  if (response === "done") {
    const own = draft !== undefined && text !== undefined ? { text, draft } : undefined;
    noteWrite(before, world, caller.iamId, isForBackingKey(request) ? undefined : "uko", own);
    if (world.key !== undefined) tightened(world.truth, markerOn(world.key));
    if (isLost) flight.unsure = kind;
    else note(flight, due.planned, before.key);
  } else if (response !== "stale") {
    flight.refusals = [...flight.refusals, { kind, status: response === "forbidden" ? 403 : 409 }];
  }
  if (response !== "stale") flight.settling = { hasWaited: false };
  delete flight.seen;
  delete flight.due;
  return response;
}

/** After any write of a stricter marker, an earlier agreement to fewer people no longer counts. */
function tightened(truth: World["truth"], marker: RequiredPeople): void {
  if (looseness(marker) < looseness(truth.loosest)) truth.loosest = marker;
}

/** A run sends each of these once. */
const onceOnly: readonly StepKind[] = ["sync", "align", "update", "mark", "hold", "release"];

function note(flight: Flight, { kind, text, draft }: Planned, before: World["key"]): void {
  if (kind === "drop_record" && before !== undefined) {
    flight.droppedHere = [...(flight.droppedHere ?? []), ...textsOn(before).slice(0, 1).map(recordIdOf)];
  }
  if (kind === "deactivate") flight.deactivatedHere = true;
  if (kind === "set_for_deletion") flight.windowSetHere = true;
  if (onceOnly.includes(kind)) flight.syncedHere = true;
  if (text !== undefined) flight.readBack = text;
  if (draft !== undefined) flight.requestedHere = [...(flight.requestedHere ?? []), draft.step];
}

/** The same in the form that the planner knows. */
function stepsTakenIn({ requestedHere = [], droppedHere = [], ...flight }: Flight): KeyRun["stepsTaken"] {
  const steps: Step[] = [
    ...requestedHere.map((step) => aRequestOf(step)),
    ...droppedHere.map(dropOf),
    ...(flight.deactivatedHere ? [deactivation] : []),
    ...(flight.syncedHere ? [{ kind: "sync" } as const] : []),
    ...(flight.windowSetHere ? [windowOpening] : []),
  ];
  return taken(...steps).stepsTaken;
}

/** What a run concludes about a call with a lost response, from its next read. */
function learn(flight: Flight, state: string): void {
  if (flight.unsure === "deactivate" && state === "deactivated") flight.deactivatedHere = true;
  if (flight.unsure === "update" || flight.unsure === "mark" || flight.unsure === "align") flight.syncedHere = true;
  delete flight.unsure;
}

/**
 * A record that does not read back as written ends the run, unless another writer interfered: then the run
 * reads again.
 */
function isNotKept(flight: Flight, key: NonNullable<World["key"]>): boolean {
  const { readBack } = flight;
  delete flight.readBack;
  const texts = textsOn(key);
  const isThere = texts.length === 1 && texts[0] === readBack;
  const wasOverwritten = key.updatedBy !== flight.command.who.iamId;
  return readBack !== undefined && (isThere ? wasOverwritten : !wasOverwritten);
}

function planFor(core: Core, config: Config, flight: Flight, observation: KeyObservation, nowMs: number): Plan {
  const { command } = flight;
  const isIac = command.kind === "destroy";
  const says = isIac ? (command.says ?? config.gate) : "both";
  const policy: DeletionPolicy = {
    goal: "removed",
    deletionProtection: false,
    people: isIac ? says : undefined,
  };
  const run: KeyRun = {
    actor: actorFor(command.who.iamId, command.throughProfile),
    approvals: command.kind === "continue" ? command.named.map(recordIdOf) : [],
    intent: intents[command.kind] ?? "resume",
    stepsTaken: stepsTakenIn(flight),
    refusals: flight.refusals.flatMap(({ kind: step, status }) =>
      isStep(step) ? [{ step, status, message: "no" }] : [],
    ),
  };
  switch (command.kind) {
    case "approve": {
      const { who } = command;
      const review = reviewOf(core, flight, observation);
      // The person signs what they saw.
      const signed = new Set(
        config.isSigned ? core.approvalStatements(review, demand.service, identity(who.iamId)) : [],
      );
      return core.planReviewedStep(review, observation, { ...run, signed }, nowMs);
    }
    case "store":
      return core.planReviewedApproval(reviewOf(core, flight, observation), observation, run, nowMs);
    case "request": {
      const plan = core.planKeyDeletion(observation, policy, run, nowMs);
      return plan.kind === "ready" && plan.step.kind !== "write_record" ? { kind: "done" } : plan;
    }
    case "withdraw":
    case "reactivate":
      return core.planReversal(observation, command.kind, run, nowMs);
    case "sync":
      return core.planSync(observation, run, nowMs);
    default:
      return core.planKeyDeletion(observation, policy, run, nowMs);
  }
}

const intents: Partial<Record<CommandKind, KeyRun["intent"]>> = {
  destroy: "engine",
  request: "request",
  approve: "approve",
  store: "approve",
};

function isStep(kind: StepKind): kind is Step["kind"] {
  return kind === "sync" || !onceOnly.includes(kind);
}

/** The review of one key by a person who saw the named text on it, with the key's label of that time. */
function reviewOf(core: Core, { command, startedAt }: Flight, { state, digests, facts }: KeyObservation): Review {
  const { who, named } = command;
  const text = named[0] ?? "";
  const { step = "deactivate", author = "", label = 0 } = meaningOf(text) ?? {};
  const shown = `payroll-${label}`;
  const line: ReviewLine = {
    kind: step === "destroy" && state === "pre_activation" ? "never-active" : "managed",
    vaultId: facts.vaultId,
    keyId,
    label: shown,
    record: sha256(`${keyId}\n${text}`),
    requester: author,
    facts: shown === facts.label ? digests[step] : digestFor(core, { label, tags: facts.tags }, step),
    resources: [],
    keystores: [{ id: "ks-1", type: "ibm_cloud_kms" }],
  };
  const header = { instanceId: facts.instanceId, step, reviewer: who.iamId, reviewedAtMs: startedAt * 1000 };
  return { header, lines: new Map([[`${facts.vaultId}/${keyId}`, line]]) };
}

/** The effect of an `up` on the marker, by this stack's program or by another stack's that adopts the key. */
function mark(core: Core, config: Config, observation: KeyObservation, flight: Flight): Look {
  const { seen, command } = flight;
  const wanted = command.says ?? config.gate;
  const marker = seen === undefined ? undefined : core.planMarking(observation, wanted, decidesAtMs(flight));
  const isOver = flight.syncedHere || flight.refusals.length > 0;
  if (isOver || seen === undefined || marker === undefined) return { kind: "over", plan: { kind: "done" } };
  return { kind: "call", planned: markerRequest(core, config, marker, seen.key) };
}

function markerRequest(core: Core, config: Config, marker: RequiredPeople, seen: NonNullable<World["key"]>): Planned {
  const location = config.switches.keepsTags ? core.markerLocation(rawOf(seen)) : "description";
  const patch = core.patchWithMarker(rawOf(seen), marker, location);
  if (patch === undefined) throw new Error(`key ${keyId} has no room for a marker`);
  return { kind: "mark", request: { kind: "patch", ...patch } };
}

/** An ordinary `up` of a program whose label differs from the key's. */
function up(core: Core, observation: KeyObservation, flight: Flight, nowMs: number): Look {
  const write = core.planKeyWrite(observation, "update", nowMs);
  const isOver = write.kind === "leave" || flight.syncedHere || flight.refusals.length > 0;
  const seen = flight.seen;
  if (isOver || seen === undefined) return { kind: "over", plan: { kind: "done" } };
  return { kind: "call", planned: { kind: "update", request: patchOfUserFor(core, seen.key) } };
}

/** An alignment, a rotation: an action without a body, which the service calls like a sync. */
function align(core: Core, observation: KeyObservation, flight: Flight, nowMs: number): Look {
  const { seen } = flight;
  const write = core.planKeyWrite(observation, "align", nowMs);
  const isOver = write.kind === "leave" || flight.syncedHere || flight.refusals.length > 0;
  if (isOver || seen === undefined) return { kind: "over", plan: { kind: "done" } };
  if (write.kind === "drop_first") return { kind: "call", planned: dropRequest(core, seen.key) };
  return { kind: "call", planned: { kind: "align", request: { kind: "sync" } } };
}

/** The tag that holds a key, and its removal (provider/engine/key/hold.ts). */
function hold(core: Core, observation: KeyObservation, flight: Flight, kind: "hold" | "release", nowMs: number): Look {
  const { seen } = flight;
  const isThere = seen?.key.tags.some((tag) => tag.name === holdTag.name) === true;
  const isOver = flight.syncedHere || flight.refusals.length > 0 || isThere === (kind === "hold");
  if (isOver || seen === undefined || core.planKeyWrite(observation, "hold", nowMs).kind === "leave") {
    return { kind: "over", plan: { kind: "done" } };
  }
  const release = { hold: holdTag.value, releasedBy: "x", atMs: nowMs, reason: "" };
  const raw = rawOf(seen.key);
  const patch = kind === "hold" ? core.patchWithHold(raw, [holdTag.value]) : core.patchWithRelease(raw, [], release);
  if (patch === undefined) return { kind: "over", plan: { kind: "done" } };
  return { kind: "call", planned: { kind, request: { kind: "patch", ...patch } } };
}

function requestFor(
  core: Core,
  config: Config,
  step: Step,
  by: { readonly seen: NonNullable<World["key"]>; readonly who: Person },
): Planned | undefined {
  switch (step.kind) {
    case "write_record":
      return recordRequest(core, config, step, by);
    case "drop_record":
      return dropRequest(core, by.seen, step.dropsNote);
    case "set_for_deletion":
      return { kind: step.kind, request: { kind: "set" } };
    case "unset_for_deletion":
      return { kind: step.kind, request: { kind: "unset" } };
    case "reactivate":
      return { kind: step.kind, request: { kind: "activate" } };
    default:
      return { kind: step.kind, request: { kind: step.kind } };
  }
}

function dropRequest(core: Core, seen: NonNullable<World["key"]>, dropsNote: true | undefined = undefined): Planned {
  const patch = core.patchWithoutRecord(rawOf(seen), dropsNote === true ? "drop_note" : "keep_note");
  return { kind: "drop_record", request: { kind: "patch", ...patch } };
}

/** The PATCH that brings a record. Undefined if the other tags leave no room, which ends the run as in the engine. */
function recordRequest(
  core: Core,
  config: Config,
  step: Extract<Step, { kind: "write_record" }>,
  { seen, who }: { readonly seen: NonNullable<World["key"]>; readonly who: Person },
): Planned | undefined {
  const { marker } = step;
  const location = config.switches.keepsTags ? "tag" : "description";
  const own = location === "tag" ? sealed(core, step.draft, who) : step.draft;
  const draft = config.isSigned ? signed(core, own, seen, who) : own;
  const text = location === "tag" ? core.encodeTagValue(draft) : core.encodeCompact(draft, marker);
  remember(text, {
    author: draft.author.iamId ?? draft.author.mark,
    step: draft.step,
    at: Math.floor(draft.writtenAtMs / 1000),
    label: seen.label,
    how: draft.how,
    deactivatedAt: draft.deactivatedAtMs === undefined ? undefined : Math.floor(draft.deactivatedAtMs / 1000),
    setter:
      config.people.find((one) => sha256(one.iamId).slice(0, 16) === draft.kmsSetter?.mark)?.iamId ??
      draft.kmsSetter?.mark,
    isSealed: draft.seal !== undefined,
    isSigned: draft.signature !== undefined,
    quotes: draft.quotes === undefined ? undefined : quoted(seen),
  });
  const patch = core.patchWithRecord(rawOf(seen), draft, marker, location);
  if (patch === undefined && location === "description") throw new Error(`key ${keyId} has no room for a record`);
  if (patch === undefined) return undefined;
  return { kind: "write_record", request: { kind: "patch", ...patch }, draft, text };
}

/** A request carries the own seal of the run that writes it. */
function sealed(core: Core, draft: ConsentDraft, who: Person): ConsentDraft {
  if (draft.quotes !== undefined) return draft;
  const seal = ownSealOf(who)(core.requestStatement(keyId, { ...draft, body: sha256(core.bodyJson(draft)) }));
  return seal === undefined ? draft : { ...draft, seal };
}

/** An approval quotes the request that it replaces on the key. */
function quoted(seen: NonNullable<World["key"]>): QuotedMeaning | undefined {
  const [text = ""] = textsOn(seen);
  const meaning = meaningOf(text);
  return (
    meaning && {
      author: meaning.author,
      at: meaning.at,
      text,
      isSealed: meaning.isSealed === true,
      isSigned: meaning.isSigned === true,
    }
  );
}
