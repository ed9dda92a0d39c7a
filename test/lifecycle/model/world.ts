/**
 * The state space of the explorer: the service's state, the truth about who intended what, and at most one
 * run in progress.
 */

import type { SettlingMemory } from "../../../provider/lifecycle/key/settling.ts";
import type { ApprovedStep, RequiredPeople } from "../../../provider/lifecycle/vocabulary/observation.ts";
import type { RunTime } from "../../../provider/lifecycle/vocabulary/service-time.ts";
import {
  day,
  hour,
  type ModelBackingKey,
  type ModelKey,
  type Right,
  type Role,
  roles,
  type ServiceState,
  type ServiceSwitches,
} from "./service.ts";
import type { Look } from "./tool.ts";

export interface Person {
  readonly name: string;
  readonly iamId: string;
  readonly rights: ReadonlySet<Right>;
  /** Whether the person's runs use an API key, by which a later run recognizes what an earlier one wrote. */
  readonly hasApiKey: boolean;
}

export type CommandKind =
  /** A run of an engine. */
  | "destroy"
  | "request"
  /** Takes the step that the named text requests, in the person's own run. */
  | "approve"
  /** Stores an approval of the named text instead. */
  | "store"
  /** With a name: the person confirmed by hand that they made the request that the approval quotes. */
  | "continue"
  | "withdraw"
  | "reactivate"
  | "up"
  /** The effect of an `up`, an import or an adoption on the marker. */
  | "mark"
  | "sync"
  /** An action without a body that is no step of a deletion: an alignment, a rotation. */
  | "align"
  | "hold"
  | "release";

export interface Command {
  readonly kind: CommandKind;
  readonly who: Person;
  readonly throughProfile: boolean;
  /** The record texts that the person saw and confirmed by hand. */
  readonly named: readonly string[];
  /** The gate that the program or the state requests, if not the configuration's: edited, or of another stack. */
  readonly says?: RequiredPeople;
}

export type StepKind =
  | "write_record"
  | "drop_record"
  | "mark"
  | "set_for_deletion"
  | "unset_for_deletion"
  | "deactivate"
  | "destroy"
  | "reactivate"
  | "remove"
  | "sync"
  | "align"
  | "hold"
  | "release"
  | "update";

/** The call that the service refused, such as `destroy` because a right is missing. */
export interface Refused {
  readonly kind: StepKind;
  readonly status: 403 | 409;
}

/** A run in progress: its own calls, and the read that its next call depends on. */
export interface Flight {
  readonly command: Command;
  deactivatedHere: boolean;
  /** The steps that the run requested. */
  requestedHere?: readonly ApprovedStep[];
  windowSetHere: boolean;
  syncedHere: boolean;
  /** The IDs of the records that the run took off the key. */
  droppedHere?: readonly string[];
  refusals: readonly Refused[];
  looks: number;
  /** The start of the run, which is when IAM issued its token. */
  readonly startedAt: number;
  settling: SettlingMemory;
  /** The run waits until then before its next read. */
  restsUntil?: number;
  /** The time of the run. It follows from the reads, so it is not part of the symbol. */
  time?: RunTime;
  seen?: { readonly key: ModelKey; readonly backingKey?: ModelBackingKey; readonly at: number; readonly date: number };
  /** The result of the read: follows from the rest, so it is not part of the symbol. */
  due?: Look;
  /** The record text that the run has to read back first. */
  readBack?: string;
  unsure?: StepKind;
}

export type Tool = "uko" | "another_tool";

/** What really happened, whatever texts and tags claim. */
export interface Truth {
  /** A person's own, deliberate record, after which no other person has written. */
  consent?: {
    readonly author: string;
    readonly step: ApprovedStep;
    readonly how: string;
    readonly at: number;
    readonly label: number;
    readonly text: string;
  };
  /** The texts of the latest requests that their own authors made, newest first. */
  asked: readonly string[];
  /** The person who wrote the record that is on the key. */
  textBy?: string;
  /** What made the last write to the key. */
  lastTool?: Tool;
  /** The smallest number of people that the key's creator, or two people since, agreed to. */
  loosest: RequiredPeople;
  isMarkerForged: boolean;
  isSetterForged: boolean;
}

export interface World extends ServiceState {
  readonly truth: Truth;
  /** As in the configuration. */
  readonly isSigned?: true;
  /** Earlier record texts of the key, newest first. */
  history: readonly string[];
  flight?: Flight;
  /** A second concurrent run, in the family of one ETag second alone. */
  second?: Flight;
}

export interface Config {
  readonly title: string;
  /** The setting that the program requests. */
  readonly gate: RequiredPeople;
  /** The key's marker at the start: as its creator wrote it, or missing. */
  readonly marker: RequiredPeople | "none";
  readonly backingKey: "none" | "plain" | "dual";
  readonly switches: ServiceSwitches;
  /** Whether each person's machine demands that both people sign a destruction. */
  readonly isSigned?: true;
  readonly people: readonly Person[];
}

export function person(name: string, held: readonly Role[], hasApiKey = true): Person {
  return { name, iamId: `IBMid-${name}`, rights: new Set(held.flatMap((role) => roles[role])), hasApiKey };
}

/** A service ID with all rights. */
export const robot: Person = {
  ...person("robot", ["Deployer", "Creator", "VaultAdministrator", "KmsManager"]),
  iamId: "iam-ServiceId-robot",
};
export const profileIamId = "iam-Profile-shared";

export function freshWorld(config: Config, state: "active" | "pre_activation"): World {
  const { marker, isSigned } = config;
  const { keepsTags } = config.switches;
  return {
    ...(isSigned && { isSigned }),
    now: 1_800_000_000,
    key: {
      state,
      label: 0,
      description: keepsTags || marker === "none" ? "Salaries" : `Salaries\n[uko1${marker.charAt(0)}]`,
      tags: keepsTags && marker !== "none" ? [{ name: "uko_dual", value: marker }] : [],
      updatedBy: "IBMid-creator",
      updatedAt: 1_800_000_000 - 100 * day,
    },
    ...(config.backingKey !== "none" &&
      state === "active" && { backingKey: { state: "active", isDual: config.backingKey === "dual" } }),
    truth: { asked: [], loosest: marker === "none" ? "both" : marker, isMarkerForged: false, isSetterForged: false },
    history: [],
  };
}

export function copyOf(world: World): World {
  const { key, backingKey, flight, second, truth } = world;
  return {
    ...world,
    ...(key !== undefined && { key: { ...key } }),
    ...(backingKey !== undefined && { backingKey: { ...backingKey } }),
    ...(flight !== undefined && { flight: { ...flight } }),
    ...(second !== undefined && { second: { ...second } }),
    truth: { ...truth },
  };
}

/** The content of a record's text, kept from the time of writing; the model never decodes texts. */
export interface TextMeaning {
  readonly author: string;
  readonly step: ApprovedStep;
  readonly at: number;
  readonly label: number;
  readonly how: string;
  readonly deactivatedAt: number | undefined;
  readonly setter: string | undefined;
  /** Whether the author's own seal is on the request. */
  readonly isSealed?: boolean;
  /** Whether the author signed exactly this consent. Another person may have put it on the key. */
  readonly isSigned?: boolean;
  /** The request that an approval quotes. */
  readonly quotes?: QuotedMeaning | undefined;
}

export interface QuotedMeaning {
  readonly author: string;
  readonly at: number;
  /** The text that the request had on the key; empty if no such text ever was. */
  readonly text: string;
  /** Whether the quote holds a seal that only its author can have made, for exactly this request. */
  readonly isSealed: boolean;
  readonly isSigned?: boolean;
  /** The request was taken off the key before it was quoted. */
  readonly isRevived?: boolean;
  /** The request was made, but for this other step, or in other words. */
  readonly misquotes?: string | undefined;
}
const meanings = new Map<string, TextMeaning>();

export function remember(text: string, meaning: TextMeaning): void {
  meanings.set(text, meaning);
}

export function meaningOf(text: string): TextMeaning | undefined {
  return meanings.get(text);
}

/** The record texts on a key, in either location. */
export function textsOn(key: ModelKey): readonly string[] {
  const inTags = key.tags.filter((tag) => tag.name === "uko_deletion").map((tag) => tag.value);
  const end = key.description.lastIndexOf("\n[uko1");
  const suffix = end < 0 ? "" : key.description.slice(end + 1);
  return suffix.length > 80 ? [...inTags, suffix] : inTags;
}

/** Distinguishes the steps. */
function initials(step: ApprovedStep): string {
  return `${step[2]}${step.at(-1)}`;
}

/** The present, and up to how many seconds an age matters exactly: no limit of a key without a backing key is above 2 s. */
interface Clock {
  readonly now: number;
  readonly exactSeconds: number;
}

/** Seconds matter while they are few; after that only the limit that has passed. */
function age({ now, exactSeconds }: Clock, at: number): string {
  const passed = now - at;
  if (passed <= exactSeconds) return String(passed);
  return passed <= 4 * hour ? "m" : passed < 7 * day ? "h" : passed < 30 * day ? "d" : "y";
}

function textSymbol(clock: Clock, text: string): string {
  const meaning = meanings.get(text);
  if (meaning === undefined) return "?";
  const { author, step, at, label, how, deactivatedAt, setter } = meaning;
  return `${author}${initials(step)}${age(clock, at)}${label}${how[1]}${deactivatedAt === undefined ? "" : age(clock, deactivatedAt)}${setter ?? ""}${meaning.isSealed === true ? "!" : ""}${meaning.isSigned === true ? "$" : ""}${quoteSymbol(clock, meaning)}`;
}

function quoteSymbol(clock: Clock, { quotes }: TextMeaning): string {
  if (quotes === undefined) return "";
  const { author, at, isSealed, isSigned = false, isRevived, misquotes = "" } = quotes;
  const isPastDestroying = clock.now - at >= 2 * day;
  return `(${author}${age(clock, at)}${isPastDestroying ? ">" : ""}${isSealed ? "!" : ""}${isSigned ? "$" : ""}${isRevived === true ? "r" : ""}${misquotes})`;
}

/** Whether the request, or the quoted request, was made by its author. */
function madeSymbol({ asked }: Truth, text: string): string {
  return asked.includes(text) ? "*" : asked.includes(meanings.get(text)?.quotes?.text ?? "") ? "+" : "";
}

/** How long after a record's own time the last write came: what a core may take for the write that brought the record. */
function lateness(seconds: number): string {
  if (Math.abs(seconds) > 10) return "";
  return seconds < 0 ? "^" : seconds <= 2 ? "~" : "+";
}

function keySymbol(clock: Clock, key: ModelKey | undefined): string {
  if (key === undefined) return "gone";
  const texts = textsOn(key);
  const parts = texts.map((text) => {
    const meaning = meanings.get(text);
    const noted = meaning?.deactivatedAt;
    const late = meaning === undefined ? "" : lateness(key.updatedAt - meaning.at);
    return `${textSymbol(clock, text)}${late}${noted !== undefined && noted <= key.updatedAt ? "<" : ""}`;
  });
  const marker = key.tags.filter((tag) => tag.name === "uko_dual").map((tag) => tag.value);
  const foreign = key.tags.filter((tag) => !tag.name.startsWith("uko_")).map((tag) => tag.name);
  const note = key.tags.find((tag) => tag.name === "uko_note");
  const cooled = key.deactivatedAt === undefined ? "" : age(clock, key.deactivatedAt);
  const pending = key.materialUntil === undefined ? "" : clock.now < key.materialUntil ? "p" : "q";
  const restored = key.restored === undefined ? "" : `r${key.restored.join()}`;
  return `${restored}${key.state}${key.label}${key.updatedBy}@${age(clock, key.updatedAt)}|${parts.join("&")}|${marker}${foreign}|${/\[uko1(.)/.exec(key.description)?.[1] ?? ""}|${cooled}${pending}${note === undefined ? "" : noteSymbol(clock, key.updatedAt, note.value)}`;
}

/** What a note of a deactivation says: its time, which a core compares with the last write, its writer, and the setter. */
function noteSymbol(clock: Clock, updatedAt: number, value: string): string {
  const { x, k, b } = noteIn(value);
  return `n${x === undefined ? "" : `${age(clock, x)}${x <= updatedAt ? "<" : ""}`}${k ?? ""}/${b ?? ""}`;
}

interface Note {
  readonly x?: number | undefined;
  readonly k?: string | undefined;
  readonly b?: string | undefined;
}

export function noteOn(key: ModelKey): Note | undefined {
  const tag = key.tags.find(({ name }) => name === "uko_note");
  return tag && noteIn(tag.value);
}

function noteIn(value: string): Note {
  const note = notes.get(value) ?? (JSON.parse(Buffer.from(value, "hex").toString("utf8")) as Note);
  notes.set(value, note);
  return note;
}
const notes = new Map<string, Note>();

function backingKeySymbol(clock: Clock, backingKey: ModelBackingKey | undefined, key: ModelKey | undefined): string {
  if (backingKey === undefined) return "";
  const { windowEnds } = backingKey;
  if (windowEnds === undefined) return backingKey.state;
  const left = windowEnds - clock.now;
  const near = [key?.updatedAt, key && noteOn(key)?.x].map((at = 0) => isNearBeginning(backingKey, at)).join();
  const size = left <= 0 ? "x" : left < 28 * hour ? "s" : left > 7 * day - 12 ? String(left - 7 * day) : "l";
  return `${backingKey.state}${size}${near}${backingKey.setter}`;
}

/** Whether a core takes the window for the one of a deactivation at this time. */
export function isNearBeginning({ windowEnds = 0 }: ModelBackingKey, at: number): boolean {
  return Math.abs(windowEnds - 7 * day - at) <= 10;
}

/** Two worlds with the same symbol have the same future, up to moments within one of the limits above. */
export function symbolOf(world: World): string {
  const { now, key, backingKey, truth, flight, second, dates } = world;
  const clock: Clock = { now, exactSeconds: backingKey === undefined && dates === undefined ? 3 : 12 };
  const consent =
    truth.consent === undefined
      ? ""
      : `${truth.consent.author}${initials(truth.consent.step)}${truth.consent.how[1]}${age(clock, truth.consent.at)}${truth.consent.label}`;
  const past = world.history.map((text) => `${textSymbol(clock, text)}${madeSymbol(truth, text)}`).join("&");
  const made = key === undefined ? "" : textsOn(key).map((text) => madeSymbol(truth, text));
  const tool = key !== undefined && textsOn(key).length > 0 ? (truth.lastTool?.[0] ?? "") : "";
  const responses = world.responses === undefined ? "" : JSON.stringify(world.responses);
  const base = `${responses}${keySymbol(clock, key)}/${backingKeySymbol(clock, backingKey, key)}/${consent}/${made}${truth.textBy ?? ""}${tool}${truth.loosest[0]}${truth.isMarkerForged}${truth.isSetterForged}/${past}`;
  const shown =
    dates === undefined ? "" : `/${dates.offBy}${dates.from}${keySymbol({ ...clock, now: now + dates.offBy }, key)}`;
  const runs = [flight, second].map((run) => (run === undefined ? "" : flightSymbol(clock, key, run)));
  return `${base}${shown}${runs.join("")}`;
}

function flightSymbol(clock: Clock, key: ModelKey | undefined, flight: Flight): string {
  const { command, seen, readBack, settling, restsUntil } = flight;
  const seenSymbol =
    seen === undefined
      ? ""
      : `${keySymbol(clock, seen.key)}${seen.key.updatedAt === key?.updatedAt}${backingKeySymbol(clock, seen.backingKey, seen.key)}${clock.now - seen.at}`;
  const named = command.named.map((text) => textSymbol(clock, text)).join("&");
  const rested = settling.restedEtag === String(key?.updatedAt);
  const rest = `${settling.hasWaited}${rested}${restsUntil === undefined ? "" : Math.max(0, restsUntil - clock.now)}`;
  return `/${rest}/${command.kind}${command.says ?? ""}${command.who.name}${command.throughProfile}${named}/${flight.deactivatedHere}${flight.requestedHere?.join() ?? ""}${flight.windowSetHere}${flight.syncedHere}${flight.droppedHere?.length ?? ""}${flight.refusals.map(({ kind, status }) => `${kind}${status}`)}${flight.unsure ?? ""}${readBack === undefined ? "" : textSymbol(clock, readBack)}/${seenSymbol}`;
}

/** The marker on a key, read without the core: a missing one, an unknown one and two of them count as the strictest. */
export function markerOn(key: Pick<ModelKey, "tags" | "description">): RequiredPeople {
  const letter = /\n\[uko1(.)/.exec(key.description)?.[1];
  const values = [
    ...key.tags.filter((tag) => tag.name === "uko_dual").map((tag) => tag.value),
    ...(letter === undefined ? [] : [{ s: "single", d: "destroy" }[letter] ?? "both"]),
  ];
  const [value, ...more] = values;
  return more.length === 0 && (value === "single" || value === "destroy") ? value : "both";
}

/** How many steps require only one person: the fewer, the stricter. */
export function looseness(marker: RequiredPeople): number {
  return { both: 0, destroy: 1, single: 2 }[marker];
}
