/**
 * Everything that can happen next in a world: whole runs of the tool, single calls of a run in progress, raw
 * calls, time.
 */

import type {
  ApprovedStep,
  ConsentSignature,
  QuotedRequest,
  RequiredPeople,
} from "../../../provider/lifecycle/vocabulary/observation.ts";
import type { Core } from "./core.ts";
import { call, day, hour, isForBackingKey, type Request } from "./service.ts";
import { digestFor, identity, keyId, ownSealOf, sha256, signed } from "./sight.ts";
import { type Judge, readAndPlan, send, start } from "./tool.ts";
import { isInTime, noteAsked, noteWrite } from "./truth.ts";
import {
  type Command,
  type CommandKind,
  type Config,
  copyOf,
  meaningOf,
  type Person,
  type QuotedMeaning,
  remember,
  textsOn,
  type World,
} from "./world.ts";

export interface Move {
  readonly label: string;
  readonly to: World;
  /** What a whole run reported at its end. */
  readonly plan?: unknown;
}

export interface Model {
  readonly core: Core;
  readonly config: Config;
  readonly judge: Judge;
}

export function command(
  kind: CommandKind,
  who: Person,
  named: readonly string[] = [],
  throughProfile = false,
  also: Pick<Command, "says"> = {},
): Command {
  return { kind, who, named, throughProfile, ...also };
}

/** A whole run, or its first `calls` calls followed by a crash. */
export function runThrough(model: Model, world: World, what: Command, calls = Number.POSITIVE_INFINITY): Move {
  const to = copyOf(world);
  start(to, what);
  let sent = 0;
  let plan: unknown;
  for (;;) {
    const next = readAndPlan(model.core, model.config, to);
    if (next.kind === "over") {
      plan = next.plan;
      if (to.flight !== undefined) model.judge.over(to, model.config, to.flight, next.plan);
      break;
    }
    if (next.kind === "unsettled") {
      to.now += next.seconds;
      continue;
    }
    if (sent >= calls) break;
    send(model.config, to, model.judge, false);
    sent += 1;
    if (to.key === undefined) break;
  }
  const refusals = to.flight?.refusals ?? [];
  delete to.flight;
  return { label: describe(what, calls), to, plan: { plan, refusals } };
}

/**
 * The next call of the run in progress: a read, or the write that the read led to; with faults also a crash,
 * or a lost response.
 */
export function stepFlight(model: Model, world: World, faults: "any" | "none" = "any"): readonly Move[] {
  const { flight } = world;
  if (flight === undefined) return [];
  const name = `${flight.command.who.name}'s ${flight.command.kind}`;
  const crashed = copyOf(world);
  delete crashed.flight;
  const moves: Move[] = faults === "any" ? [{ label: `${name} crashes`, to: crashed }] : [];
  if (flight.seen === undefined) {
    const to = copyOf(world);
    to.now = Math.max(to.now, flight.restsUntil ?? to.now);
    const next = readAndPlan(model.core, model.config, to);
    if (next.kind === "over") {
      if (to.flight !== undefined) model.judge.over(to, model.config, to.flight, next.plan);
      delete to.flight;
    }
    if (next.kind === "unsettled") {
      // Others may write while the run waits, so the time passes with the next read.
      if (to.flight !== undefined) to.flight.restsUntil = to.now + next.seconds;
      delete to.flight?.seen;
    }
    moves.push({ label: `${name} reads`, to });
    return moves;
  }
  const { due } = flight;
  if (due?.kind !== "call") return moves;
  for (const isLost of faults === "any" ? [false, true] : [false]) {
    const to = copyOf(world);
    send(model.config, to, model.judge, isLost);
    if (to.key === undefined) delete to.flight;
    moves.push({ label: `${name} sends ${due.planned.kind}${isLost ? ", answer lost" : ""}`, to });
  }
  return moves;
}

export function startFlight(world: World, what: Command): Move {
  const to = copyOf(world);
  start(to, what);
  return { label: `${describe(what)} begins`, to };
}

export function wait(world: World, seconds: number): Move {
  const to = copyOf(world);
  to.now += seconds;
  return { label: `${seconds} s pass`, to };
}

export const jumps = [15, 4 * hour + 1, 7 * day + 1, 30 * day + 1] as const;

/** What a person can confirm by hand: the record on the key, and an earlier record. */
export function nameable(world: World): { readonly current: readonly string[]; readonly stale: readonly string[] } {
  const current = world.key === undefined ? [] : textsOn(world.key).slice(0, 1);
  return { current, stale: world.history.filter((text) => !current.includes(text)).slice(0, 1) };
}

/** What a person can do by hand about the record on the key: approve, store, or confirm the request that an approval quotes. */
export function* handsOn(model: Model, world: World, who: Person): Generator<Move> {
  const { current } = nameable(world);
  const [text] = current;
  if (text === undefined) return;
  yield runThrough(model, world, command("approve", who, current));
  yield runThrough(model, world, command("store", who, current));
  if (meaningOf(text)?.how === "approval") yield runThrough(model, world, command("continue", who, current));
}

/** Seconds between the planting and the time that a planted record claims: all that a late or an early write may fit. */
const plantedAhead: readonly number[] = [-5, 0, 2];

/**
 * Requests and approvals for either step: in each honest person's name, who then has to write to the key; and approvals in
 * the planter's own name, of requests that an honest person never made, or made before.
 */
export function* plants(
  model: Model & { readonly config: { readonly honest: readonly Person[] } },
  world: World,
  by: Person,
  aheadBy = plantedAhead,
): Generator<Move> {
  const next = world.key?.state === "active" ? "deactivate" : "destroy";
  for (const victim of model.config.honest) {
    for (const step of ["deactivate", "destroy"] as const) {
      for (const ahead of step === next ? aheadBy : [0]) {
        const text = forge(model, world, { victim, writer: by, step, aheadBy: ahead });
        yield* planted(model, world, by, text, `a request of ${victim.name} to ${step}, ${ahead} s ahead`);
      }
    }
    if (!model.config.switches.keepsTags) continue;
    for (const [author, requester] of [
      [victim, by],
      [by, victim],
    ] as const) {
      for (const quotes of [...quotable(world, requester, next), ...misquoted(world, requester, next)]) {
        const text = forge(model, world, { victim: author, writer: by, step: next, aheadBy: 0, quotes });
        const what = quotes.misquotes ?? (quotes.text === "" ? "that was never made" : "made before");
        yield* planted(
          model,
          world,
          by,
          text,
          `an approval by ${author.name} of a request of ${requester.name} ${what}`,
        );
      }
    }
  }
}

/** The quotes in approvals that a planter writes: of a request that was never made, with a seal that was seen, and of one that was. */
function quotable(world: World, requester: Person, step: ApprovedStep): readonly ForgedQuote[] {
  const { current, stale } = nameable(world);
  const made = [...current, ...stale].flatMap((text): ForgedQuote[] => {
    const { author, step: of, how, at = 0, label, isSealed = false } = meaningOf(text) ?? {};
    if (author !== requester.iamId || of !== step || how === "approval") return [];
    const isOfThisKey = label === world.key?.label;
    const isRevived = !current.includes(text);
    const isSigned = signatureIn(text) !== undefined && isOfThisKey;
    return [{ author, at, text, isSealed: isSealed && isOfThisKey, isSigned, isRevived, ...copiedFrom(text) }];
  });
  const at = [world.now, world.now - 1, world.now - 2].find((time) => !made.some((one) => one.at === time)) ?? 0;
  // The seal and the signature of another request of the same person, for want of better ones.
  const copied = made[0] ?? { seal: undefined, signature: undefined, body: sha256("") };
  return [{ ...copied, author: requester.iamId, at, text: "", isSealed: false, isSigned: false }, ...made.slice(0, 1)];
}

/** Quotes of a request that was made, with its seal and signature, for another step or with other words. */
function misquoted(world: World, requester: Person, step: ApprovedStep): readonly ForgedQuote[] {
  const { current, stale } = nameable(world);
  const seen = [...current, ...stale].flatMap((text): ForgedQuote[] => {
    const { author, step: of, how, at = 0 } = meaningOf(text) ?? {};
    if (author !== requester.iamId || how === "approval" || text.startsWith("[")) return [];
    const quote = { author, at, text, isSealed: false, isSigned: false, ...copiedFrom(text) };
    return [of === step ? { ...quote, misquotes: "in other words", body: sha256(text) } : { ...quote, misquotes: of }];
  });
  return seen.slice(0, 2);
}

interface ForgedQuote extends QuotedMeaning {
  readonly body: string;
  readonly seal: string | undefined;
  readonly signature: ConsentSignature | undefined;
}

/** What a planter copies from a request on the key. */
function copiedFrom(text: string): Pick<ForgedQuote, "body" | "seal" | "signature"> {
  const { m: seal, g: _g, t: _t, x: _x, ...body } = bodyOf(text);
  return { body: sha256(JSON.stringify(body)), seal, signature: signatureIn(text) };
}

interface Body {
  readonly m?: string;
  readonly g?: { readonly t: number; readonly s: string };
  readonly t?: number;
  readonly x?: number;
}

function bodyOf(text: string): Body {
  return text.startsWith("[") ? {} : (JSON.parse(Buffer.from(text, "hex").toString("utf8")) as Body);
}

function signatureIn(text: string): ConsentSignature | undefined {
  const { g } = bodyOf(text);
  return g && { signedAtMs: g.t * 1000, path: "", bytes: g.s };
}

/** A signature of this person that a planter has seen, of the same kind of consent if there is one. */
function seenSignature(
  world: World,
  iamId: string,
  how: string,
): { text: string; signature: ConsentSignature } | undefined {
  const { current, stale } = nameable(world);
  const own = [...current, ...stale].flatMap((text) => {
    const signature = meaningOf(text)?.author === iamId ? signatureIn(text) : undefined;
    return signature === undefined ? [] : [{ text, signature }];
  });
  return own.find(({ text }) => meaningOf(text)?.how === how) ?? own[0];
}

function* planted(model: Model, world: World, by: Person, text: string, what: string): Generator<Move> {
  const to = copyOf(world);
  if (call(to, model.config.switches, by, withTexts(world, [text]), undefined) !== "done") return;
  noteWrite(world, to, by.iamId, "another_tool");
  to.truth.isSetterForged = true;
  ownUp(to, by);
  yield { label: `${by.name} plants ${what}`, to };
}

/** A PATCH of another tool that keeps all tags: whatever is on the key stays there, and this person wrote last. */
export function* touchByHand(model: Model, world: World, who: Person): Generator<Move> {
  if (world.key === undefined || textsOn(world.key).length === 0) return;
  const to = copyOf(world);
  if (call(to, model.config.switches, who, { kind: "patch" }, undefined) !== "done") return;
  noteWrite(world, to, who.iamId, "another_tool");
  yield { label: `${who.name} writes to the key with another tool`, to };
}

/** Every raw call that serves an attack, as far as the rights of the caller allow; these are not the tool's steps. */
export function rawMoves(model: Model, world: World, who: Person): readonly Move[] {
  const { key } = world;
  if (key === undefined) return [];
  const moves: Move[] = [];
  const attempt = (label: string, request: Request, also: (to: World) => void = () => {}): void => {
    const to = copyOf(world);
    if (call(to, model.config.switches, who, request, undefined) !== "done") return;
    noteWrite(world, to, who.iamId, isForBackingKey(request) ? undefined : "another_tool");
    also(to);
    if (request.kind === "patch" && request.tags !== undefined) ownUp(to, who);
    moves.push({ label: `${who.name} by hand: ${label}`, to });
  };
  attempt("edits the label", { kind: "patch", label: 1 - key.label });
  attempt("takes the record off", withTexts(world, []));
  for (const text of world.history) attempt("copies an old record", withTexts(world, [text]));
  for (const text of textsOn(key)) attempt("writes the same record again", withTexts(world, [text]));
  const step = key.state === "active" ? "deactivate" : "destroy";
  for (const victim of model.config.people) {
    for (const aheadBy of [0, 2]) {
      if (victim === who && aheadBy > 0) continue;
      const text = forge(model, world, { victim, writer: who, step, aheadBy });
      attempt(`writes a record as ${victim.name}, ${aheadBy} s ahead`, withTexts(world, [text]), (to) => {
        if (victim !== who) to.truth.isSetterForged = true;
      });
    }
  }
  const other = model.config.people.find((one) => one !== who) ?? who;
  if (model.config.switches.keepsTags) {
    for (const requester of model.config.people) {
      for (const quotes of quotable(world, requester, step)) {
        const text = forge(model, world, { victim: who, writer: who, step, aheadBy: 0, quotes });
        const what = quotes.text === "" ? "that was never made" : "made before";
        attempt(`writes an approval of a request of ${requester.name} ${what}`, withTexts(world, [text]));
      }
    }
  }
  const one = { writer: who, step, aheadBy: 0 } as const;
  const pair = [forge(model, world, { ...one, victim: who }), forge(model, world, { ...one, victim: other })];
  attempt("writes two records", withTexts(world, pair), (to) => {
    to.truth.isSetterForged = true;
  });
  for (const marker of ["destroy", "single"] as const) {
    attempt(`rewrites the marker to ${marker}`, withMarker(key, marker), (to) => {
      to.truth.isMarkerForged = true;
      keepMeaning(key, marker);
    });
  }
  attempt("puts a second marker before the first", {
    kind: "patch",
    tags: [{ name: "uko_dual", value: "single" }, { name: "uko_dual", value: "both" }, ...withoutMarker(key.tags)],
  });
  const description = key.description.replace(/\n\[uko1.*\]$/, "");
  attempt("takes the marker off", { kind: "patch", tags: withoutMarker(key.tags), description });
  for (const kind of [
    "activate",
    "deactivate",
    "destroy",
    "remove",
    "sync",
    "set",
    "unset",
    "deleteBackingKey",
  ] as const) {
    attempt(kind, { kind });
  }
  return moves;
}

/** A person who writes a record by hand in their own name agrees to the record, although no tool wrote it. */
function ownUp(to: World, who: Person): void {
  const [text, ...more] = to.key === undefined ? [] : textsOn(to.key);
  const meaning = text === undefined ? undefined : meaningOf(text);
  if (text === undefined || meaning?.author !== who.iamId || more.length > 0) return;
  const { step, how, at, label } = meaning;
  if (!isInTime(at, to.now)) return;
  to.truth.consent = { author: who.iamId, step, how, at, label, text };
  if (how !== "approval") noteAsked(to.truth, text);
}

function withTexts(world: World, texts: readonly string[]): Request {
  const tags = (world.key?.tags ?? []).filter((tag) => tag.name !== "uko_deletion");
  const inTags = texts.filter((text) => !text.startsWith("["));
  const compact = texts.find((text) => text.startsWith("["));
  const isCompactKey = world.key?.description.includes("\n[uko1") === true;
  return {
    kind: "patch",
    tags: [...tags, ...inTags.map((value) => ({ name: "uko_deletion", value }))],
    ...((isCompactKey || compact !== undefined) && { description: `Salaries\n${compact ?? "[uko1b]"}` }),
  };
}

function withMarker(key: NonNullable<World["key"]>, marker: RequiredPeople): Request {
  const isCompact = key.description.includes("\n[uko1");
  return {
    kind: "patch",
    tags: isCompact ? key.tags : [...withoutMarker(key.tags), { name: "uko_dual", value: marker }],
    description: key.description.replace(/\n\[uko1./, `\n[uko1${marker.charAt(0)}`),
  };
}

function withoutMarker(tags: NonNullable<World["key"]>["tags"]): NonNullable<World["key"]>["tags"] {
  return tags.filter((tag) => tag.name !== "uko_dual");
}

/** In the description the marker is part of the record's text, so a changed marker means a new record. */
function keepMeaning(before: NonNullable<World["key"]>, marker: RequiredPeople): void {
  const old = textsOn(before).find((text) => text.startsWith("["));
  const meaning = old === undefined ? undefined : meaningOf(old);
  if (old !== undefined && meaning !== undefined) {
    remember(old.replace(/^\[uko1./, `[uko1${marker.charAt(0)}`), meaning);
  }
}

interface Forgery {
  /** Whose name the record bears. */
  readonly victim: Person;
  readonly writer: Person;
  readonly step: ApprovedStep;
  readonly aheadBy: number;
  /** Absent for a request. */
  readonly quotes?: ForgedQuote;
}

/**
 * Written as by an attacker who knows the format: in another's name, with an early deactivation and a false setter, and
 * with the own seal of the writer alone.
 */
function forge(model: Model, world: World, { victim, writer, step, aheadBy, quotes }: Forgery): string {
  const { core, config } = model;
  const how = quotes === undefined ? "command" : "approval";
  const label = world.key?.label ?? 0;
  const isOwn = victim === writer;
  const scapegoat = config.people.find((one) => one !== victim && one !== writer) ?? victim;
  const at = world.now + aheadBy;
  const deactivatedAt = step === "destroy" && !isOwn ? world.now - 5 * hour : undefined;
  const setter = isOwn ? undefined : scapegoat.iamId;
  const draft = {
    step,
    writtenAtMs: at * 1000,
    digest: digestFor(core, world.key ?? { label, tags: [] }, step),
    author: identity(victim.iamId),
    authorName: victim.name,
    how,
    // The name of a campaign leads people, so a planter adds it, and it may change no verdict.
    ...(step === "deactivate" && { campaign: { name: "eol", wave: "pilot", line: "0".repeat(32) } }),
    ...(deactivatedAt !== undefined && { deactivatedAtMs: deactivatedAt * 1000 }),
    ...(setter !== undefined && { kmsSetter: identity(setter) }),
    ...(quotes !== undefined && { quotes: quoteOf(quotes) }),
  } as const;
  const request = { ...draft, body: sha256(core.bodyJson(draft)) };
  const seal = isOwn && quotes === undefined ? ownSealOf(writer)(core.requestStatement(keyId, request)) : undefined;
  const { keepsTags } = config.switches;
  const copied = isOwn ? undefined : seenSignature(world, victim.iamId, how);
  const made = isOwn && config.isSigned && world.key !== undefined ? signed(core, draft, world.key, writer) : draft;
  const signature = copied?.signature ?? ("signature" in made ? made.signature : undefined);
  const text = keepsTags ? core.encodeTagValue({ ...draft, seal, signature }) : core.encodeCompact(draft, "both");
  const isSealed = keepsTags && seal !== undefined;
  const isFresh = signature !== undefined && at - signature.signedAtMs / 1000 <= signatureSeconds;
  const isSame = copied === undefined || copiedFrom(copied.text).body === request.body;
  const isSigned = keepsTags && isFresh && isSame;
  remember(text, { author: victim.iamId, step, at, label, how, deactivatedAt, setter, isSealed, isSigned, quotes });
  return text;
}

/** How long after a signature a record may still be dated. */
const signatureSeconds = 15 * 60;

function quoteOf({ author, at, text, body, seal, signature }: ForgedQuote): QuotedRequest {
  const named = { sha256: sha256(`${keyId}\n${text}`), body };
  return { ...named, author: identity(author), writtenAtMs: at * 1000, seal, signature };
}

function describe(what: Command, calls = Number.POSITIVE_INFINITY): string {
  const says = what.says === undefined ? "" : `, whose state says ${what.says}`;
  const named = `${what.named.length > 0 ? " by hand" : ""}${says}`;
  const crash = Number.isFinite(calls) ? `, crashes after ${calls} calls` : "";
  return `${what.who.name}: ${what.kind}${named}${what.throughProfile ? " through a profile" : ""}${crash}`;
}
