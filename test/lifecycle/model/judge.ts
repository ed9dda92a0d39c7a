/**
 * The judge of every call of the tool by the truth: what must never happen, and the few residuals that the
 * product lists.
 */

import type { Plan } from "../../../provider/lifecycle/key/plan.ts";
import type { ApprovedStep, RequiredPeople } from "../../../provider/lifecycle/vocabulary/observation.ts";
import { keepsReleases, takesNothingHeld } from "./holds.ts";
import { day, hour, maxTags } from "./service.ts";
import { holdersOf, identity } from "./sight.ts";
import type { Judge, Planned } from "./tool.ts";
import { areBothSigned, expiryOf, isInTime, isPersonId, standing } from "./truth.ts";
import { Violation } from "./violation.ts";
import {
  type Config,
  type Flight,
  isNearBeginning,
  looseness,
  markerOn,
  meaningOf,
  noteOn,
  type TextMeaning,
  textsOn,
  type World,
} from "./world.ts";

/** How often each listed residual occurred, and how often two people requested and approved a step: in the
 * approver's run, or in the requester's on a stored approval, with the own seal or confirmed by hand. */
export type Tally = Record<
  | "steps"
  | "engineRequestsApproved"
  | "stored"
  | "confirmed"
  | "requestRevived"
  | "forgedByAnotherTool"
  | "ownRecordRevived"
  | "markerForged"
  | "setterForged"
  | "setterGuessed"
  | "expiredEarly"
  | "removedUnseen",
  number
>;

export function emptyTally(): Tally {
  return {
    steps: 0,
    engineRequestsApproved: 0,
    stored: 0,
    confirmed: 0,
    requestRevived: 0,
    forgedByAnotherTool: 0,
    ownRecordRevived: 0,
    markerForged: 0,
    setterForged: 0,
    setterGuessed: 0,
    expiredEarly: 0,
    removedUnseen: 0,
  };
}

export function createJudge(tally: Tally): Judge {
  return {
    judge(before, config, flight, planned) {
      const { kind } = planned;
      onlyItsOwnSteps(flight, kind);
      keepsForeignTags(before, planned);
      takesNothingHeld(before, flight, planned);
      keepsReleases(before, planned);
      // Where signatures are demanded, no key is destroyed by one person, whatever its creator agreed to.
      const isForTwo = before.isSigned === true && kind === "destroy";
      const isOne = isConsequential(kind) && !isForTwo && isForOne(before, config, flight, kind, tally);
      if (isConsequential(kind) && !isOne) twoPeople(before, flight, kind, tally);
      keepsMarker(before, planned);
      if (kind === "destroy") secondForKms(before, flight, tally);
      if (kind === "deactivate") ownWindow(before, flight);
      if (kind === "write_record") wellAuthored(before, flight, planned, tally);
      if (isLeftOut(before, config, flight, kind, tally)) leavesBindingAlone(before, flight, kind, tally);
      carriesNothingAlong(before, flight, planned, isOne);
      if (kind === "remove") onlyTheDead(before, tally);
      atPlausibleTime(flight, kind);
    },
    over(world, config, flight, plan) {
      undoneEntirely(world, flight, plan);
      if (config.switches.keepsTags) isHeldAfter(world, flight, plan);
    },
  };
}

/** The calls that each command may ever make. */
const allowed: Record<Flight["command"]["kind"], readonly Planned["kind"][]> = {
  destroy: [
    ...["write_record", "set_for_deletion", "unset_for_deletion", "deactivate", "destroy", "remove"],
    "drop_record",
  ] as const,
  continue: ["set_for_deletion", "unset_for_deletion", "deactivate", "destroy", "remove"],
  request: ["write_record"],
  approve: ["write_record", "set_for_deletion", "unset_for_deletion", "deactivate", "destroy"],
  store: ["write_record"],
  withdraw: ["drop_record", "unset_for_deletion"],
  reactivate: ["reactivate", "drop_record", "unset_for_deletion"],
  up: ["update"],
  mark: ["mark"],
  sync: ["sync", "drop_record"],
  align: ["align", "drop_record"],
  hold: ["hold"],
  release: ["release"],
};

function isConsequential(kind: Planned["kind"]): kind is "deactivate" | "destroy" {
  return kind === "deactivate" || kind === "destroy";
}

function onlyItsOwnSteps({ command }: Flight, kind: Planned["kind"]): void {
  if (!allowed[command.kind].includes(kind)) throw new Violation("foreign step", `${command.kind} sent ${kind}`);
}

/**
 * One person is enough if the program or state says so, and the key's creator agreed. A
 * forged marker passes for that agreement if a state agrees with it: the residual that the docs name.
 */
function isForOne(
  before: World,
  config: Config,
  flight: Flight,
  kind: "deactivate" | "destroy",
  tally: Tally,
): boolean {
  const { key, backingKey, truth } = before;
  const says = requestedBy(flight.command, config);
  const isDual = backingKey?.isDual === true && key?.state !== "pre_activation";
  const isAgreedBy = (marker: RequiredPeople): boolean => {
    const both = looseness(marker) < looseness(says) ? marker : says;
    if (both === "single") return !isDual;
    return both === "destroy" && kind === "deactivate" && isOnOwnRequest(before, flight, tally);
  };
  if (isAgreedBy(truth.loosest)) return true;
  if (!truth.isMarkerForged || key === undefined || !isAgreedBy(markerOn(key))) return false;
  tally.markerForged += 1;
  return true;
}

/** Under the gate `destroy`, a person's engine deactivates on that person's request, in a later run than the one that asked. */
function isOnOwnRequest(before: World, { command, requestedHere = [] }: Flight, tally: Tally): boolean {
  const [text = ""] = before.key === undefined ? [] : textsOn(before.key);
  const who = command.who.iamId;
  const claimed = meaningOf(text);
  if (command.kind !== "destroy" || claimed?.author !== who || claimed.how === "approval") return false;
  if (!isPersonId(who) || requestedHere.includes("deactivate")) return false;
  if (standing(before)?.author === who) return true;
  if (!appearsToBind(before, "deactivate", text)) return false;
  residual(before, "deactivate", text, tally);
  return true;
}

function requestedBy({ kind, says }: Flight["command"], { gate }: Config): RequiredPeople {
  return kind === "destroy" ? (says ?? gate) : "both";
}

/** Every write leaves the key at least as strict as before. */
function keepsMarker({ key }: World, { kind, request }: Planned): void {
  if (key === undefined || request.kind !== "patch") return;
  const after = { tags: request.tags ?? key.tags, description: request.description ?? key.description };
  if (looseness(markerOn(after)) > looseness(markerOn(key))) {
    throw new Violation("loosened", `${kind} made ${markerOn(key)} ${markerOn(after)}`);
  }
}

/** A person's own request and, by another person, the step itself by hand, or an approval on which the requester acts. */
function twoPeople(before: World, flight: Flight, kind: ApprovedStep, tally: Tally): void {
  const { command } = flight;
  const who = command.who.iamId;
  const { key, now } = before;
  if (!isPersonId(who)) throw new Violation("machine acts", `${who} sent ${kind}`);
  const texts = key === undefined ? [] : textsOn(key);
  const [text] = texts;
  if (text === undefined || texts.length !== 1) throw new Violation("no record", `${kind} on ${texts.length} records`);
  const claimed = meaningOf(text);
  if (claimed === undefined) throw new Violation("one person", `${who} sent ${kind} on a text from nowhere`);
  // What another tool can make the last writer of is no consent: its author did not sign it.
  if (before.isSigned && kind === "destroy" && !areBothSigned(text)) throw new Violation("unsigned", text);
  if (claimed.author === who) throw new Violation("one person", `${who} sent ${kind} on a record of their own`);
  if (claimed.how === "approval") asRequester(before, flight, claimed, text, tally);
  else if (command.kind !== "approve" || !command.named.includes(text)) {
    throw new Violation(
      "not approved by hand",
      `${command.kind} of ${who} sent ${kind} on the request of ${claimed.author}`,
    );
  }
  if (now >= expiryOf(text, claimed.at)) throw new Violation("too old", `${who} sent ${kind} on a record that expired`);
  const consent = standing(before);
  if (consent === undefined || consent.author !== claimed.author) {
    residual(before, kind, text, tally);
    return;
  }
  if (claimed.how !== consent.how) throw new Violation("record lies", `it says ${claimed.how}, it was ${consent.how}`);
  tally.steps += 1;
  if (consent.how === "engine") tally.engineRequestsApproved += 1;
}

/** Only the requester acts on an approval: the request was really made, or its author has just confirmed it by hand. */
function asRequester(
  { truth }: World,
  { command: { kind, who, named } }: Flight,
  { quotes }: TextMeaning,
  text: string,
  tally: Tally,
): void {
  if (quotes === undefined) throw new Violation("quotes nothing", `${who.name} acted on an approval of nothing`);
  if (quotes.author !== who.iamId) throw new Violation("not the requester", `${who.name}, but ${quotes.author} asked`);
  const isSealed = quotes.isSealed && who.hasApiKey;
  const isConfirmed = kind === "continue" && named.includes(text);
  if (!isSealed && !isConfirmed) throw new Violation("own seal", `${kind} of ${who.name} cannot know the request`);
  if (isSealed && !truth.asked.includes(quotes.text)) throw new Violation("never asked", `${who.name} made no request`);
  tally.stored += 1;
  if (!isSealed) tally.confirmed += 1;
  if (quotes.isRevived === true) tally.requestRevived += 1;
}

/** The service shows that the author of the text wrote it, which is true or the trace of another tool. */
function residual(before: World, kind: ApprovedStep, text: string, tally: Tally): void {
  const { author = "" } = meaningOf(text) ?? {};
  const { key, truth } = before;
  if (!appearsToBind(before, kind, text) || !isPersonId(author)) {
    throw new Violation("one person", `${kind} on a record of ${author}, last writer ${key?.updatedBy}`);
  }
  // No write of uko may make a text count that it did not bring. With another tool, uko cannot prevent it.
  if (truth.lastTool !== "another_tool") {
    throw new Violation("forged through uko", `a write of uko made the record of ${author} count for ${kind}`);
  }
  if (truth.textBy === author) tally.ownRecordRevived += 1;
  else tally.forgedByAnotherTool += 1;
}

/** Whether the service shows nothing that speaks against the text: its author wrote last, just when the text says. */
function appearsToBind({ key, now }: World, kind: ApprovedStep, text: string | undefined): boolean {
  const claimed = text === undefined ? undefined : meaningOf(text);
  if (claimed === undefined || key === undefined) return false;
  const wroteInTime = key.updatedBy === claimed.author && isInTime(claimed.at, key.updatedAt);
  const saysThis = claimed.step === kind && claimed.label === key.label;
  return wroteInTime && saysThis && now < expiryOf(text ?? "", claimed.at);
}

function secondForKms(before: World, flight: Flight, tally: Tally): void {
  const { backingKey, key, now, truth } = before;
  if (
    backingKey === undefined ||
    !backingKey.isDual ||
    backingKey.state === "destroyed" ||
    key?.state !== "deactivated"
  )
    return;
  if (backingKey.windowEnds === undefined || backingKey.windowEnds <= now - 60)
    throw new Violation("kms window", "destroy outside a window");
  if (backingKey.setter !== flight.command.who.iamId) return;
  if (truth.isSetterForged) tally.setterForged += 1;
  else if (textsOn(key).some((text) => wronglyGuessed.has(text))) tally.setterGuessed += 1;
  else throw new Violation("kms setter", `${backingKey.setter} set the window and destroys`);
}

/** Records whose setter was guessed from a write within 10 s of the window's beginning: the last one, or the one of a note. */
const wronglyGuessed = new Set<string>();

function rightSetter(before: World, flight: Flight, planned: Planned): void {
  const { draft, text } = planned;
  const { seen } = flight;
  const window = seen?.backingKey;
  if (draft?.kmsSetter === undefined || text === undefined || seen === undefined || window?.setter === undefined)
    return;
  if (draft.kmsSetter.mark === identity(window.setter).mark || before.truth.isSetterForged) return;
  const { mark } = draft.kmsSetter;
  const { x = 0, b = "" } = noteOn(seen.key) ?? {};
  const isGuess = [
    { at: seen.key.updatedAt, by: seen.key.updatedBy },
    { at: x, by: b },
  ].some(({ at, by }) => identity(by).mark === mark && isNearBeginning(window, at));
  if (!isGuess && !textsOn(seen.key).some((each) => wronglyGuessed.has(each))) {
    throw new Violation("kms setter misrecorded", `${window.setter} set the window, the record names another person`);
  }
  wronglyGuessed.add(text);
}

/** A raw call may move the window between read and call, so only what this run read counts against the run. */
function ownWindow(before: World, flight: Flight): void {
  const seen = flight.seen?.backingKey;
  if (seen === undefined || !seen.isDual || seen.state === "destroyed") return;
  if (!flight.windowSetHere) throw new Violation("kms window", "deactivated without a window of its own");
  if (seen.windowEnds === undefined || seen.windowEnds - before.now < 28 * hour - 60) {
    throw new Violation("kms window", "deactivated in a window that is too short");
  }
}

function wellAuthored(before: World, flight: Flight, planned: Planned, tally: Tally): void {
  const { command } = flight;
  if (!isPersonId(command.who.iamId) || command.throughProfile) {
    throw new Violation("machine asks", `${command.who.name} wrote a record`);
  }
  const { draft } = planned;
  if (draft?.author.iamId !== command.who.iamId) throw new Violation("record lies", "it names another author");
  if (command.kind === "destroy" && draft.step === "destroy")
    throw new Violation("engine asks", `an engine of ${command.who.name} requested a destruction`);
  if (command.kind === "approve") throw new Violation("unwanted request", "an approval requested a step");
  rightSetter(before, flight, planned);
  const binding = standing(before);
  if (binding === undefined) return;
  const isApproval = command.kind === "store" && binding.author !== command.who.iamId && binding.how !== "approval";
  if (isApproval && draft.how === "approval" && command.named.includes(binding.text)) return;
  excuseEarlyExpiry(before, flight, "second record", tally);
}

/**
 * Only what makes a key safer may void a request that binds: a hold or its release, a withdrawal, a reactivation; and a deactivation for
 * which one person is enough, because the request is over after it.
 */
function isLeftOut(before: World, config: Config, flight: Flight, kind: Planned["kind"], tally: Tally): boolean {
  const { command } = flight;
  if (kind !== "drop_record") return ["update", "sync", "mark", "align"].includes(kind);
  const isAlone = requestedBy(command, config) === "single" && isForOne(before, config, flight, "deactivate", tally);
  return command.kind !== "withdraw" && command.kind !== "reactivate" && !isAlone;
}

function leavesBindingAlone(before: World, flight: Flight, kind: string, tally: Tally): void {
  if (standing(before) !== undefined) excuseEarlyExpiry(before, flight, `${kind} over a binding record`, tally);
}

/**
 * With a `Date` that is ahead, a request expires too early and may be replaced. That invalidates a request
 * and never creates one.
 */
function excuseEarlyExpiry(before: World, { seen, command }: Flight, rule: string, tally: Tally): void {
  const consent = standing(before);
  const expiresAt = consent === undefined ? before.now + 7 * day : expiryOf(consent.text, consent.at);
  if (seen === undefined || seen.date < expiresAt) throw new Violation(rule, `${command.kind} of ${command.who.name}`);
  tally.expiredEarly += 1;
}

/** A run may not write after a `Date` that the token or the key itself contradicts. */
function atPlausibleTime({ seen, startedAt }: Flight, kind: string): void {
  if (seen === undefined) throw new Violation("false time", "without a read");
  if (seen.date < startedAt - 60) throw new Violation("false time", `${kind} at a Date long before the token`);
  if (seen.date < seen.key.updatedAt - 10)
    throw new Violation("false time", `${kind} at a Date before the last change`);
}

/** No write of the tool removes a colleague's tag, however close together the two writes are. */
function keepsForeignTags({ key }: World, { kind, request }: Planned): void {
  if (key === undefined || request.kind !== "patch" || request.tags === undefined) return;
  const kept = request.tags.map((tag) => `${tag.name}=${tag.value}`);
  const own = kind === "release" ? ["hold"] : [];
  const lost = key.tags.filter(
    ({ name, value }) => !name.startsWith("uko_") && !own.includes(name) && !kept.includes(`${name}=${value}`),
  );
  if (lost.length > 0) throw new Violation("tag erased", `${kind} took off ${lost.map((tag) => tag.name).join()}`);
}

/** Calls to the key, rather than to its backing key, after which a record can still count. */
const carrying: ReadonlySet<Planned["request"]["kind"]> = new Set(["patch", "activate", "deactivate", "sync"]);

/**
 * No write leaves a record on the key that it did not bring, binding or void: its caller would appear to have written it.
 * The exception is the step that acts on exactly that record.
 */
function carriesNothingAlong(
  before: World,
  flight: Flight,
  { kind, request, text: own }: Planned,
  isOne: boolean,
): void {
  const { key } = before;
  if (key === undefined || key.state === "destroyed" || !carrying.has(request.kind)) return;
  const { tags, description } = request.kind === "patch" ? request : key;
  const texts = textsOn(key);
  const after = textsOn({ ...key, tags: tags ?? key.tags, description: description ?? key.description });
  const isActedOn = kind === "deactivate" && (!isOne || appearsToBind(before, kind, texts[0]));
  const isExcused = isActedOn || endsOutageWithout(before, flight, kind, texts);
  if (after.some((text) => texts.includes(text) && text !== own) && !isExcused) {
    throw new Violation("record carried along", `a call for ${kind} left it on the key`);
  }
}

/**
 * A person ends an outage at once and removes records afterwards, unless a record on the key claims to be that person's
 * and the time fits.
 */
function endsOutageWithout(before: World, { command }: Flight, kind: string, texts: readonly string[]): boolean {
  if (kind !== "reactivate") return false;
  return texts.every((text) => {
    const claimed = meaningOf(text);
    return claimed?.author !== command.who.iamId || !isInTime(claimed.at, before.now);
  });
}

/** A person who withdraws a request has to be able to rely on the withdrawal. */
function undoneEntirely(world: World, flight: Flight, plan: Plan | undefined): void {
  const { kind } = flight.command;
  if (plan?.kind !== "done" || (kind !== "withdraw" && kind !== "reactivate")) return;
  const { key, backingKey, now } = world;
  if (key !== undefined && textsOn(key).length > 0) throw new Violation("incomplete undo", "a record is still pending");
  const isOpen = backingKey?.state === "active" && (backingKey.windowEnds ?? 0) > now;
  if (isOpen) throw new Violation("incomplete undo", "the KMS window is still open");
}

/** A hold makes a key safer, so neither a request that binds nor uko's own tags prevent the hold. */
function isHeldAfter({ key }: World, { command, refusals }: Flight, plan: Plan | undefined): void {
  if (command.kind !== "hold" || plan?.kind !== "done" || refusals.length > 0 || key === undefined) return;
  const others = key.tags.filter((tag) => !tag.name.startsWith("uko_"));
  if (others.length < maxTags && !others.some((tag) => tag.name === "hold")) {
    throw new Violation("no hold", `a hold on a key with ${others.length} foreign tags left no tag`);
  }
}

function onlyTheDead(before: World, tally: Tally): void {
  const { key, backingKey, now, responses } = before;
  const holders = key === undefined ? [] : holdersOf(key, now);
  const isBackingKeyAlive = backingKey !== undefined && backingKey.state !== "destroyed";
  if (key?.state === "destroyed" && holders.length === 0 && !isBackingKeyAlive) return;
  // No tool can find a keystore that no response names; any trace in any response has to be enough.
  const isTraceless =
    key?.state === "destroyed" &&
    responses !== undefined &&
    responses.live.every((keystore) => !holders.includes(keystore)) &&
    [...responses.metadata, ...responses.stored].every((keystore) => responses.live.includes(keystore)) &&
    (responses.material === "untold" || holders.length === 0) &&
    (responses.backingKey !== "told" || !isBackingKeyAlive);
  if (!isTraceless) throw new Violation("living key removed", `${key?.state}, material in ${holders.join(" and ")}`);
  tally.removedUnseen += 1;
}
