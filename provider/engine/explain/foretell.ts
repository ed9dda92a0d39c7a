/** What a run that is planned to end a resource will meet, told from its state alone: no call is made for a plan. */

import type { ErrorCode } from "../../errors.ts";
import type { Ending } from "../definition.ts";
import { sayContainer } from "./container-words.ts";
import { applyCommand, type Door, type Explanation, renderExplanation, rerunCommand } from "./explanation.ts";
import { sayKmsKey } from "./kms-key-words.ts";
import { noWayBack, plain } from "./words.ts";

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

export function foretellEnding(ending: Ending, context: Context): Foretold {
  const what = nameOf(ending, context.facts);
  if (ending.policy.deletionProtection) {
    const refusal: Explanation = {
      summary: `Deletion protection is on for ${what}`,
      facts: [`Set deletionProtection to false in the program, run ${applyCommand(context.door)}, and then destroy.`],
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

/** Undefined where one run of one person is enough. */
function pathOf(
  ending: Extract<Ending, { kind: "managed_key" | "kms_key" }>,
  what: string,
  context: Context,
): Explanation | undefined {
  const { facts } = context;
  const name = `${what.slice(0, 1).toUpperCase()}${what.slice(1)}`;
  if (typeof facts.deletionRecordId === "string" && facts.deletionAwaits === "approval") {
    return approvalFor(ending, name, facts.deletionRecordId, context);
  }
  if (facts.deletionAwaits === "time") {
    const until =
      typeof facts.deletionNotBefore === "string" ? ` before ${plain(facts.deletionNotBefore, 40)}` : " yet";
    return {
      summary: `${name} cannot go on${until}`,
      facts: ["A run before that changes nothing and says so."],
      next: [],
    };
  }
  if (facts.keyState === "destroyed") return undefined;
  const isForTwo = ending.policy.dualAuthorization === "required";
  if (ending.kind === "kms_key")
    return isForTwo ? { summary: `${name} takes two people to end`, facts: kmsPath, next: [] } : undefined;
  return {
    summary: `${name} takes ${isForTwo ? "two people and several runs" : "several runs"} to end`,
    facts: isForTwo ? pathForTwo : pathForOne,
    next: [],
  };
}

function approvalFor(
  { kind }: Extract<Ending, { kind: "managed_key" | "kms_key" }>,
  name: string,
  recordId: string,
  { facts, consents, door }: Context,
): Explanation {
  const isDestruction = kind === "kms_key" || facts.keyState === "deactivated";
  const noun = isDestruction ? "destruction" : "deactivation";
  const consequence = isDestruction
    ? `It is destroyed then. ${noWayBack}`
    : "It is deactivated then, and everything that needs it stops working.";
  const by = typeof facts.deletionRequestedBy === "string" ? plain(facts.deletionRequestedBy, 100) : "somebody";
  if (consents.includes(recordId)) {
    return {
      summary: `This run consents to the ${noun} of ${name.slice(0, 1).toLowerCase()}${name.slice(1)}`,
      facts: [`${by} asked, and this run acts if it is somebody else's. ${consequence}`],
      next: [],
    };
  }
  return {
    summary: `${name} waits for a second person to consent to its ${noun}`,
    facts: [`${by} asked. A run that does not name that record changes nothing.`, consequence],
    next: [{ who: `somebody other than ${by} runs`, commands: [`UKO_CONSENT=${recordId} ${rerunCommand(door)}`] }],
  };
}

const pathForTwo = [
  "1. This run asks, and ends with an error that names the consent record. Nothing stops working.",
  "2. A second person names that record: the key is deactivated, and everything that needs it stops working.",
  `3. More than 4 hours later another person consents to its destruction. ${noWayBack}`,
  "4. Once its keystores have let go of it, 7 to 90 days later, its record is removed.",
];
const pathForOne = [
  "1. This run deactivates the key, and everything that needs it stops working.",
  `2. A run more than 4 hours later destroys it. ${noWayBack}`,
  "3. Once its keystores have let go of it, 7 to 90 days later, its record is removed.",
];
const kmsPath = [
  "1. This run sets it for deletion, and ends with an error that names the window. Nothing stops working.",
  "2. Within 7 days another person names that window, and the key is destroyed: what it wraps can no longer be read.",
];
