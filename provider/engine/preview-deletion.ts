/** The preview of a planned deletion, from state alone, because a plan makes no call. */

import type { ErrorCode } from "../errors.ts";
import { guardCodes } from "../lifecycle/plan.ts";
import { sayContainer } from "./container/words.ts";
import type { Ending } from "./definition.ts";
import { type KeyFacts, type PreviewKind, pathFrom } from "./deletion-path.ts";
import { type Door, type Explanation, type NextStep, renderExplanation, sayUnprotect } from "./explanation.ts";
import { explainGuard } from "./key/refusals.ts";
import { actCommands } from "./key/waits.ts";
import { kmsKeyPath, kmsWayBack, sayKmsKey } from "./kms-key/words.ts";
import { capital, noWayBack, plain, sayTime } from "./words.ts";

/**
 * `short` finishes in one run as far as state shows. `long` takes several runs, and its message
 * says what they need.
 */
export type DeletionPreview =
  | { readonly kind: "refused"; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: "long"; readonly message: string }
  | { readonly kind: "short" };

interface Context {
  readonly facts: KeyFacts;
  readonly consents: readonly string[];
  readonly door: Door;
}

type OfKind<Kind extends Ending["kind"]> = Extract<Ending, { kind: Kind }>;
type KeyEnding = OfKind<"managed_key" | "kms_key">;

/** For a deletion, whose waits are errors. */
export function previewDeletion(ending: Ending, context: Context): DeletionPreview {
  const what = nameOf(ending, context.facts);
  if (ending.policy.deletionProtection) {
    const refusal: Explanation = {
      summary: `Deletion protection is on for ${what}`,
      facts: [sayUnprotect(context.door)],
      next: [],
      code: "UKO_DELETION_PROTECTED",
    };
    return { kind: "refused", code: "UKO_DELETION_PROTECTED", message: renderExplanation(refusal) };
  }
  switch (ending.kind) {
    case "container":
      return { kind: "short" };
    case "managed_key":
      return longIf(keyWay(ending, "deletion", context));
    case "kms_key":
      return longIf(kmsWay(ending, what, context));
  }
}

/**
 * For an update that advances the key's deletion. It succeeds while it waits, and is reported even
 * if it takes one run, because it may cause an outage.
 */
export function previewRetirement(ending: OfKind<"managed_key">, context: Context): DeletionPreview {
  const { policy, ref } = ending;
  const { next, observation } = pathFrom(ref, policy, context.facts, "retirement");
  if (next.kind !== "refused") return longIf(keyWay(ending, "retirement", context));
  const run = { actor: { displayName: "" }, consents: context.consents, intent: "engine" } as const;
  const { summary } = explainGuard(next.guard, { observed: { observation, nowMs: 0 }, run, door: context.door });
  const code = guardCodes[next.guard.guard];
  const message = renderExplanation({
    summary,
    facts: [
      "This run ends with an error, and nothing stops working.",
      ...(next.guard.guard === "deletion_protection" ? [sayUnprotect(context.door)] : []),
    ],
    next: [],
    code,
  });
  return { kind: "refused", code, message };
}

function longIf(way: Explanation | undefined): DeletionPreview {
  return way === undefined ? { kind: "short" } : { kind: "long", message: renderExplanation(way) };
}

function nameOf(ending: Ending, { label }: KeyFacts): string {
  switch (ending.kind) {
    case "container":
      return sayContainer({ kind: ending.ref.kind, id: ending.ref.id, name: ending.name });
    case "managed_key":
      return `key "${plain(typeof label === "string" ? label : ending.ref.keyId)}"`;
    case "kms_key":
      return sayKmsKey(ending);
  }
}

/** Undefined if nothing is left to do, or if state does not show it. */
function keyWay(ending: OfKind<"managed_key">, manner: PreviewKind, context: Context): Explanation | undefined {
  const { facts } = context;
  const what = nameOf(ending, facts);
  const { policy } = ending;
  if (typeof facts.deletionRecordId === "string" && facts.deletionAwaits === "approval") {
    // Whatever the code says, the key itself requires two people.
    const { rest } = pathFrom(ending.ref, { ...policy, dualAuthorization: "required" }, facts, manner);
    return approvalFor(ending, what, facts.deletionRecordId, context, { manner, rest });
  }
  const { steps, afterWait, asksFirst, isForTwo } = pathFrom(ending.ref, policy, facts, manner);
  if (facts.deletionAwaits === "time" && !asksFirst) return timeWay(what, facts, manner, afterWait);
  if (steps.length === 0) return undefined;
  const end = manner === "deletion" ? "end" : `be ${policy.goal}`;
  return {
    summary: sayTakes(what, isForTwo, steps, end),
    facts: [
      ...numbered(steps),
      ...(policy.dualAuthorization === "required" ? [] : [asksAnyway]),
      ...(manner === "retirement" && steps.length > 1 ? [greenOnTheWay] : []),
    ],
    next: [],
  };
}

function kmsWay(ending: OfKind<"kms_key">, what: string, context: Context): Explanation | undefined {
  const { facts } = context;
  if (typeof facts.deletionRecordId === "string" && facts.deletionAwaits === "approval") {
    return approvalFor(ending, what, facts.deletionRecordId, context, { manner: "deletion", rest: [] });
  }
  if (facts.deletionAwaits === "time") return timeWay(what, facts, "deletion", []);
  if (facts.keyState === "destroyed") return undefined;
  // KMS's own dual authorization overrides the program, and cannot be turned off again.
  const isForTwo = ending.policy.dualAuthorization === "required" || facts.dualAuthDelete === true;
  const steps = kmsSteps(isForTwo);
  return {
    summary: sayTakes(what, isForTwo, steps, "end"),
    facts: [...numbered(steps), ...(isForTwo ? [] : [asksAnyway])],
    next: [],
  };
}

const asksAnyway = "Where the key itself asks for two people, this run asks first.";
const greenOnTheWay = "Each run that waits ends without an error, and plans show the change until the goal is reached.";

function sayTakes(what: string, isForTwo: boolean, steps: readonly string[], end: string): string {
  return `${capital(what)} takes ${isForTwo ? "two people" : "one person"} and ${steps.length === 1 ? "one run" : "several runs"} to ${end}`;
}

function numbered(steps: readonly string[]): readonly string[] {
  return steps.map((step, index) => `${index + 1}. ${step}`);
}

function timeWay(what: string, facts: KeyFacts, manner: PreviewKind, afterWait: readonly string[]): Explanation {
  return {
    summary: `${capital(what)} cannot go on ${sayNotBefore(facts) ?? "yet"}`,
    facts: [
      `A run that comes too early changes nothing${manner === "deletion" ? "" : ", and ends without an error"}.`,
      ...afterWait,
    ],
    next: [],
  };
}

function kmsSteps(isForTwo: boolean): readonly string[] {
  const destroyed = `the key is destroyed, and what it wraps can no longer be read. KMS ${kmsWayBack}.`;
  if (!isForTwo) return [`This run alone: ${destroyed}`];
  return [
    "This run sets it for deletion, and ends with an error that names the window. Nothing stops working.",
    `Within 7 days another person names that window: ${destroyed}`,
  ];
}

function approvalFor(
  ending: KeyEnding,
  what: string,
  recordId: string,
  { facts, consents, door }: Context,
  { manner, rest }: { readonly manner: PreviewKind; readonly rest: readonly string[] },
): Explanation {
  const { kind } = ending;
  const isDestruction = kind === "kms_key" || facts.keyState !== "active";
  const noun = isDestruction ? "destruction" : "deactivation";
  const consequence = isDestruction
    ? `It is destroyed then. ${kind === "kms_key" ? `KMS ${kmsWayBack}.` : noWayBack}`
    : "It is deactivated then, and everything that needs it stops working.";
  const by = typeof facts.deletionRequestedBy === "string" ? plain(facts.deletionRequestedBy, 100) : "Somebody";
  const notBefore = sayNotBefore(facts);
  const cooling = notBefore === undefined ? [] : [`It is cooling down, and is not destroyed ${notBefore}.`];
  if (consents.includes(recordId)) {
    return {
      summary: `This run consents to the ${noun} of ${what}`,
      facts: [`${by} asked, and this run acts if it is another person's. ${consequence}`, ...cooling, ...rest],
      next: [],
    };
  }
  const early = manner === "deletion" ? "" : ", and ends without an error";
  return {
    summary: `${capital(what)} waits for a second person to consent to its ${noun}`,
    facts: [
      `${by} asked. A run that does not name that record changes nothing${early}.`,
      consequence,
      ...cooling,
      ...rest,
    ],
    next: [manner === "deletion" ? toDelete(recordId, ending) : toRetire(recordId, ending, door)],
  };
}

/** The plan is that of the same command that a second person runs. */
function toDelete(recordId: string, ending: KeyEnding): NextStep {
  return {
    who: `somebody else runs the same with UKO_CONSENT=${recordId}, or`,
    commands: actCommands(recordId, pathTo(ending), { rerun: "uko continue" }),
  };
}

/** `uko continue` always continues to the end of the deletion. */
function toRetire(recordId: string, ending: KeyEnding, door: Door): NextStep {
  const [byEngine = "", ...byCommand] = actCommands(recordId, pathTo(ending), door);
  return {
    who: "somebody else runs",
    commands: ending.policy.goal === "deactivated" ? [byEngine] : [byEngine, ...byCommand],
  };
}

/** `before 24 Nov 2026 18:22 UTC`, if state shows a time. */
function sayNotBefore({ deletionNotBefore }: KeyFacts): string | undefined {
  const ms = typeof deletionNotBefore === "string" ? Date.parse(deletionNotBefore) : Number.NaN;
  return Number.isNaN(ms) ? undefined : `before ${sayTime(ms)}`;
}

/** In the form that commands take. */
function pathTo(ending: KeyEnding): string {
  return ending.kind === "kms_key" ? kmsKeyPath(ending.ref) : `${ending.ref.vaultId}/${ending.ref.keyId}`;
}
