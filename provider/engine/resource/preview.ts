/**
 * Previews a planned deletion from the state of an engine alone, because such a plan reads no object. The preview is a
 * refusal, or a message about the runs and people, or nothing (`short`) if no step is left that deactivates or destroys
 * a key. It accepts the ID of a request only in its exact form, because a person can edit a state.
 */

import type { ErrorCode } from "../../errors.ts";
import type { PendingInState, PreviewedRun } from "../../lifecycle/stored-state/plan-limit-from-state.ts";
import { type ApprovedStep, type Identity, isPerson } from "../../lifecycle/vocabulary/observation.ts";
import { allowsNothing, type PlanLimit } from "../../lifecycle/vocabulary/plan-limit.ts";
import { type Explanation, renderExplanation, type UserInterface, unprotect } from "../text/explanation.ts";
import { capital, plain, sayPerson, sayTime } from "../text/words.ts";

/** `short`: nothing to say, as far as state shows. `long`: a message about the steps, the runs and the people. */
export type DeletionPreview =
  | { readonly kind: "refused"; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: "long"; readonly message: string }
  | { readonly kind: "short" };

/** What a plan reports, and the limit that it sets for its apply. */
export interface PreviewWithLimit {
  readonly preview: DeletionPreview;
  readonly planLimit: PlanLimit;
}

/** An update that retires no key takes no step towards a deletion. */
export const nothingPreviewed: PreviewWithLimit = { preview: { kind: "short" }, planLimit: allowsNothing };

export type StateProperties = Readonly<Record<string, unknown>>;

export interface PreviewContext extends PreviewedRun {
  readonly facts: StateProperties;
  readonly userInterface: UserInterface;
  /** The identity behind the run, if it is known. Only sentences depend on it. */
  readonly caller?: Identity | undefined;
}

/** Waits are errors in a deletion, and warnings if the program retires the key. */
export type PreviewKind = "deletion" | "retirement";

/** The refusal if deletion protection is on; otherwise undefined. */
export function refusedByProtection(
  isProtected: boolean,
  what: string,
  userInterface: UserInterface,
): DeletionPreview | undefined {
  if (!isProtected) return undefined;
  const code = "UKO_DELETION_PROTECTED";
  const summary = `Deletion protection is on for ${what}`;
  return {
    kind: "refused",
    code,
    message: renderExplanation({ summary, facts: [], next: unprotect(userInterface, []), code }),
  };
}

export function longIf(path: Explanation | undefined, userInterface: UserInterface): DeletionPreview {
  return path === undefined ? { kind: "short" } : { kind: "long", message: renderExplanation(path, userInterface) };
}

/**
 * The form of a record's ID and of a window's name. A state can be edited, and any other text could be a command to a
 * shell.
 */
const recordForm = /^[0-9a-f]{32}$|^[0-9a-f-]{36}@[0-9TZ:-]{20}$/;

/** What state shows of the pending deletion, for the limit of its plan. */
export function pendingIn({ deletionAwaits, deletionRecordId, deletionNotBefore }: StateProperties): PendingInState {
  const isId = typeof deletionRecordId === "string" && recordForm.test(deletionRecordId);
  const isPending = isId && (deletionAwaits === "approval" || deletionAwaits === "requester");
  return {
    ...(isPending && { recordId: deletionRecordId }),
    isApproved: isPending && deletionAwaits === "requester",
    isTooEarly: deletionNotBefore !== undefined,
  };
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export const asksAnyway = "If the key itself requires two people, this run takes no step and shows who has to act.";

export function sayPeopleAndRuns(what: string, isForTwo: boolean, steps: readonly string[], verb: string): string {
  const runs = steps.length === 1 ? "one run" : "several runs";
  return `${verb} ${what} requires ${isForTwo ? "two people" : "one person"} and ${runs}`;
}

export function numbered(steps: readonly string[]): readonly string[] {
  return steps.map((step, index) => `${index + 1}. ${step}`);
}

/** Until when a run with a wait budget waits. Its limit may end the wait earlier, and then the run fails. */
export const waitLimit = "for as long as UKO_WAIT or its timeout allows";

/** What a run does that can take no step now. */
function nothingNow(manner: PreviewKind, { waits }: PreviewContext): string {
  if (waits) return `waits ${waitLimit}`;
  return `changes nothing and ${manner === "deletion" ? "fails" : "succeeds"}`;
}

export function previewTimeWait(
  what: string,
  context: PreviewContext,
  manner: PreviewKind,
  afterWait: readonly string[],
): Explanation {
  return {
    summary: `The next step for ${what} is not possible ${sayNotBefore(context.facts) ?? "yet"}`,
    facts: [`Until then, a run ${nothingNow(manner, context)}.`, ...afterWait],
    next: [],
  };
}

/** A step that a pending record or window requests. */
export interface PendingStep {
  /** Another person has approved the step. */
  readonly isApproved: boolean;
  /** A run of the requester takes the step without an approval. */
  readonly isOwnEnough?: boolean;
  readonly step: ApprovedStep;
  /** The roles that the step requires. No service reports the caller's roles, so a preview cannot promise the step. */
  readonly roles: string;
  /** Whether and how a destruction can be undone. */
  readonly wayBack: string;
  readonly manner: PreviewKind;
  /** What is left after this step. */
  readonly rest: readonly string[];
  readonly path: string;
}

export function previewApproval(
  what: string,
  { isApproved, isOwnEnough = false, step, roles, wayBack, manner, rest, path }: PendingStep,
  context: PreviewContext,
): Explanation {
  const { facts, caller } = context;
  const noun = step === "destroy" ? "destruction" : "deactivation";
  const consequence =
    step === "destroy"
      ? `Then the key is destroyed. ${wayBack}`
      : "Then the key is deactivated, and everything that uses it stops working. It can be reactivated.";
  // KMS does not report who set a deletion window.
  const requester = typeof facts.deletionRequestedBy === "string" ? plain(facts.deletionRequestedBy, 100) : undefined;
  const by = requester === undefined ? "An identity" : sayPerson(requester, textOf(facts.deletionRequestedByName));
  const approver = textOf(facts.deletionApprovedBy);
  const second = approver === "" ? "another person" : sayPerson(approver, textOf(facts.deletionApprovedByName));
  const isOwn = caller && requester ? [caller.iamId, caller.mark].includes(requester) : undefined;
  const notBefore = sayNotBefore(facts);
  const cooling = notBefore === undefined ? [] : [`The key is cooling down and cannot be destroyed ${notBefore}.`];
  const nothing = nothingNow(manner, context);
  const explained = (summary: string, first: readonly string[], next: Explanation["next"] = []): Explanation => {
    return { summary, facts: [...first, consequence, ...cooling, ...rest], next };
  };
  if ((isApproved || isOwnEnough) && isOwn !== false) {
    const run = `This run ${step === "destroy" ? "destroys" : "deactivates"} ${what}`;
    const approved = isApproved ? `, and ${second} approved it` : "";
    // A run recognizes an approved request by the API key with which it was made.
    const otherKey = isApproved ? [`If you requested it with another API key, this run ${nothing}.`] : [];
    const withRole = `you have the role ${roles}`;
    const others = isApproved ? [...otherKey, whoActsInstead] : otherKey;
    if (isOwn) return explained(`${run} if ${withRole}: you requested the ${noun}${approved}`, others);
    const asked = `you requested the ${noun}${isApproved ? ", which is approved" : ""}`;
    return explained(`${run} if ${asked}, and ${withRole}`, [
      `${by} requested the ${noun}${approved}. The run of any other person ${nothing}.`,
    ]);
  }
  if (isApproved) {
    const summary = `The ${noun} of ${what} is approved and is waiting for the next run of ${by}`;
    const whoApproved = approver === "" ? [] : [`${second} approved the ${noun}.`];
    return explained(summary, [...whoApproved, `You did not request the ${noun}, so this run ${nothing}.`]);
  }
  const mayApprove = isOwn === false && isPerson(caller);
  const who = mayApprove ? "if you have the role for this step, run" : "another person runs";
  const asked = `${isOwn ? "You" : by} requested the ${noun}. Until another person`;
  return explained(
    `${capital(what)} is waiting for a ${requester === undefined ? "person" : "second person"} to approve its ${noun}`,
    [`${asked}${mayApprove ? ", such as you," : ""} approves the request, a run ${nothing}.`],
    [{ who, commands: [`uko approve ${path}`] }],
  );
}

const whoActsInstead =
  "Without the role, this run changes nothing and fails. Then withdraw, request again, and let a person with the role approve without --store.";

/**
 * The time before which the step is not possible, such as `before 24 Nov 2026 18:22 UTC`; undefined if state shows
 * none.
 */
function sayNotBefore({ deletionNotBefore }: StateProperties): string | undefined {
  const ms = typeof deletionNotBefore === "string" ? Date.parse(deletionNotBefore) : Number.NaN;
  return Number.isNaN(ms) ? undefined : `before ${sayTime(ms)}`;
}
