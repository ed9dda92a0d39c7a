/** What a run that is planned to end a resource will meet, told from its state alone: no call is made for a plan. */

import type { ErrorCode } from "../../errors.ts";
import type { DeletionPolicy } from "../../lifecycle/plan.ts";
import type { Ending } from "../definition.ts";
import { sayContainer } from "./container-words.ts";
import { type Door, type Explanation, renderExplanation, sayUnprotect } from "./explanation.ts";
import { kmsKeyPath, kmsWayBack, sayKmsKey } from "./kms-key-words.ts";
import { actCommands } from "./waits.ts";
import { capital, noWayBack, plain, sayTime } from "./words.ts";

/** `short` ends in one run as far as the state tells; `long` takes several, and its message says what they need. */
export type Foretold =
  | { readonly kind: "refused"; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: "long"; readonly message: string }
  | { readonly kind: "short" };

/** What every key's state tells of its way to the end. */
interface KeyFacts {
  readonly label?: unknown;
  readonly keyState?: unknown;
  readonly deletionAwaits?: unknown;
  readonly deletionNotBefore?: unknown;
  readonly deletionRequestedBy?: unknown;
  readonly deletionRecordId?: unknown;
}

interface Context {
  readonly facts: KeyFacts;
  readonly consents: readonly string[];
  readonly door: Door;
}

type KeyEnding = Extract<Ending, { kind: "managed_key" | "kms_key" }>;

export function foretellEnding(ending: Ending, context: Context): Foretold {
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
    case "kms_key": {
      const path = pathOf(ending, what, context);
      return path === undefined ? { kind: "short" } : { kind: "long", message: renderExplanation(path) };
    }
  }
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

/** Undefined where one run is enough, or where the state does not tell. */
function pathOf(ending: KeyEnding, what: string, context: Context): Explanation | undefined {
  const { facts } = context;
  const name = capital(what);
  if (typeof facts.deletionRecordId === "string" && facts.deletionAwaits === "approval") {
    return approvalFor(ending, what, facts.deletionRecordId, context);
  }
  if (facts.deletionAwaits === "time") {
    return {
      summary: `${name} cannot go on ${sayNotBefore(facts) ?? "yet"}`,
      facts: ["A run that comes too early changes nothing."],
      next: [],
    };
  }
  const isForTwo = ending.policy.dualAuthorization === "required";
  const steps = ending.kind === "kms_key" ? kmsSteps(isForTwo) : keySteps(facts.keyState, ending.policy);
  if (facts.keyState === "destroyed" || steps.length === 0) return undefined;
  return {
    summary: `${name} takes ${isForTwo ? "two people" : "one person"} and ${steps.length === 1 ? "one run" : "several runs"} to end`,
    facts: [
      ...steps.map((step, index) => `${index + 1}. ${step}`),
      ...(isForTwo ? [] : ["Where the key itself asks for two people, this run asks first."]),
    ],
    next: [],
  };
}

/** From the state in which the key was last seen; none where no way out of it is known. */
function keySteps(keyState: unknown, { dualAuthorization, gate, goal }: DeletionPolicy): readonly string[] {
  const isForTwo = dualAuthorization === "required";
  const asks = (noun: string): string =>
    `This run asks for its ${noun}, and ends with an error that names the consent record. Nothing stops working.`;
  const toDestroy = `the key is destroyed. ${noWayBack}`;
  const leaves =
    goal === "destruction_scheduled"
      ? []
      : [
          `Once its keystores have let go of it, 7 to 90 days later, ${goal === "removed" ? "its record is removed" : "it leaves the state"}.`,
        ];
  switch (keyState) {
    case "active":
      return [
        ...(isForTwo && gate !== "destroy"
          ? [asks("deactivation"), `A second person names that record: ${outage}`]
          : [`This run alone: ${outage}`]),
        isForTwo
          ? `More than 4 hours later a second person consents to its destruction: ${toDestroy}`
          : `A run more than 4 hours later: ${toDestroy}`,
        ...leaves,
      ];
    case "deactivated":
      return [
        ...(isForTwo
          ? [asks("destruction"), `A second person names that record: ${toDestroy}`]
          : [`This run alone: ${toDestroy}`]),
        ...leaves,
      ];
    case "pre_activation":
      return isForTwo
        ? [asks("destruction"), `A second person names that record: ${toDestroy}`]
        : [`This run alone: ${toDestroy}`];
    default:
      return [];
  }
}

const outage = "the key is deactivated, and everything that needs it stops working.";

function kmsSteps(isForTwo: boolean): readonly string[] {
  const destroyed = `the key is destroyed, and what it wraps can no longer be read. KMS ${kmsWayBack}.`;
  if (!isForTwo) return [`This run alone: ${destroyed}`];
  return [
    "This run sets it for deletion, and ends with an error that names the window. Nothing stops working.",
    `Within 7 days another person names that window: ${destroyed}`,
  ];
}

function approvalFor(ending: KeyEnding, what: string, recordId: string, { facts, consents }: Context): Explanation {
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
      facts: [`${by} asked, and this run acts if it is another person's. ${consequence}`, ...cooling],
      next: [],
    };
  }
  return {
    summary: `${capital(what)} waits for a second person to consent to its ${noun}`,
    facts: [`${by} asked. A run that does not name that record changes nothing.`, consequence, ...cooling],
    // The plan is that of the very command that a second person runs.
    next: [
      {
        who: `somebody else runs the same with UKO_CONSENT=${recordId}, or`,
        commands: actCommands(recordId, pathTo(ending), { rerun: "uko continue" }),
      },
    ],
  };
}

/** `before 24 Nov 2026 18:22 UTC`, where the state tells a time. */
function sayNotBefore({ deletionNotBefore }: KeyFacts): string | undefined {
  const ms = typeof deletionNotBefore === "string" ? Date.parse(deletionNotBefore) : Number.NaN;
  return Number.isNaN(ms) ? undefined : `before ${sayTime(ms)}`;
}

/** As commands take it. */
function pathTo(ending: KeyEnding): string {
  return ending.kind === "kms_key" ? kmsKeyPath(ending.ref) : `${ending.ref.vaultId}/${ending.ref.keyId}`;
}
