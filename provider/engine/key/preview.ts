/**
 * Previews the deletion of a managed key from the state of an engine alone: the sentences that a plan shows to people,
 * and the plan limit. It does the same for an update that retires the key.
 */

import { demandedBy, demandedForTwo, shownMarker } from "../../lifecycle/consent/required-people.ts";
import { type DeletionPolicy, guardCodes, rightFor } from "../../lifecycle/key/plan.ts";
import type { PathStep } from "../../lifecycle/key/remaining-path.ts";
import { type Prediction, planFromState } from "../../lifecycle/stored-state/plan-from-state.ts";
import { limitKeyDeletion } from "../../lifecycle/stored-state/plan-limit-from-state.ts";
import type { KeystoreStatus } from "../../lifecycle/vocabulary/observation.ts";
import type { PlanLimit } from "../../lifecycle/vocabulary/plan-limit.ts";
import type { KeyRef } from "../ports/world.ts";
import {
  asksAnyway,
  type DeletionPreview,
  longIf,
  numbered,
  type PreviewContext,
  type PreviewKind,
  type PreviewWithLimit,
  pendingIn,
  previewApproval,
  previewTimeWait,
  refusedByProtection,
  type StateProperties,
  sayPeopleAndRuns,
  textOf,
  waitLimit,
} from "../resource/preview.ts";
import { type Explanation, renderExplanation, unprotect } from "../text/explanation.ts";
import { cannotBeUndone, nameOrPath, quotedName, sayRoles } from "../text/words.ts";
import { explainGuard } from "./text/refusals.ts";

export interface KeyTarget {
  readonly ref: KeyRef;
  readonly policy: DeletionPolicy;
}

/** The preview of a deletion. A deletion that has to wait ends with an error. */
export function previewKeyDeletion(target: KeyTarget, context: PreviewContext): PreviewWithLimit {
  const what = nameOf(target, context.facts);
  const refused = refusedByProtection(target.policy.deletionProtection, what, context.userInterface);
  return {
    preview:
      refused ??
      previewHold(target, context) ??
      previewUnapproved(target, context) ??
      longIf(pathOf(target, "deletion", context), context.userInterface),
    planLimit: planLimitOf(target, context.facts, context),
  };
}

/**
 * The preview of an update that advances the deletion. It is always reported, because the update may cause an outage.
 */
export function previewKeyRetirement(
  target: KeyTarget,
  wanted: StateProperties,
  context: PreviewContext,
): PreviewWithLimit {
  return {
    preview: previewRetirement(target, context),
    planLimit: planLimitOf(target, factsAfterWrite(context.facts, wanted), context),
  };
}

/**
 * The preview for a key that the state shows as held. It is no refusal: the hold may have been released since the state
 * was read, and the run reads the key again.
 */
function previewHold(target: KeyTarget, { facts, userInterface }: PreviewContext): DeletionPreview | undefined {
  const { next, observation } = predictionFrom(target, facts);
  if (next.kind !== "refused" || next.guard.guard !== "held") return undefined;
  const run = { actor: { displayName: "" }, approvals: [], intent: "engine" } as const;
  const held = explainGuard(next.guard, { observed: { observation, nowMs: 0 }, run, userInterface });
  const { summary, next: release } = held;
  return longIf({ summary, facts: ["This run will fail. Nothing stops working."], next: release }, userInterface);
}

/** The preview for a destroyed key whose metadata a run keeps, because no approval of the destruction is known. */
function previewUnapproved({ ref, policy }: KeyTarget, context: PreviewContext): DeletionPreview | undefined {
  const { facts, userInterface } = context;
  if (policy.goal !== "removed" || facts.keyState !== "destroyed") return undefined;
  if (facts.deletionAwaits !== "person_to_unblock") return undefined;
  const what = nameOf({ ref, policy }, facts);
  const explanation: Explanation = {
    summary: `No approval of the destruction of ${what} by a second person is known`,
    facts: ["Until a person confirms the removal of its metadata, a run changes nothing and fails."],
    next: [{ who: "to remove the metadata, a person runs at a terminal", commands: [continueCommand(ref)] }],
  };
  return longIf(explanation, userInterface);
}

function continueCommand({ vaultId, keyId }: KeyRef): string {
  return `uko continue ${vaultId}/${keyId}`;
}

function previewRetirement(target: KeyTarget, context: PreviewContext): DeletionPreview {
  const held = previewHold(target, context);
  if (held !== undefined) return held;
  const { next, observation } = predictionFrom(target, context.facts);
  if (next.kind !== "refused") return longIf(pathOf(target, "retirement", context), context.userInterface);
  const { userInterface } = context;
  const run = { actor: { displayName: "" }, approvals: [], intent: "engine" } as const;
  const { summary } = explainGuard(next.guard, { observed: { observation, nowMs: 0 }, run, userInterface });
  const code = guardCodes[next.guard.guard];
  const message = renderExplanation({
    summary,
    facts: ["This run will fail. Nothing stops working."],
    next: next.guard.guard === "deletion_protection" ? unprotect(userInterface, []) : [],
    code,
  });
  return { kind: "refused", code, message };
}

function nameOf({ ref }: KeyTarget, { label }: StateProperties): string {
  return `key ${quotedName(typeof label === "string" ? label : ref.keyId, 200)}`;
}

/** The path to show; undefined if no step is left, or if state does not show the path. */
function pathOf(target: KeyTarget, manner: PreviewKind, context: PreviewContext): Explanation | undefined {
  const { facts } = context;
  const { ref, policy } = target;
  const what = nameOf(target, facts);
  const { recordId, isApproved } = pendingIn(facts);
  if (recordId !== undefined) {
    const step = facts.keyState === "active" ? "deactivate" : "destroy";
    // Whatever the code says, the key itself requires two people.
    const { rest, isFirstForTwo } = pathFrom(
      { ref, policy: { ...policy, people: demandedForTwo(policy) } },
      context,
      manner,
    );
    const path = nameOrPath({ ...ref, label: textOf(facts.label) });
    const pending = {
      isApproved,
      isOwnEnough: !isFirstForTwo,
      step,
      roles: sayRoles(rightFor(step, { state: facts.keyState === "pre_activation" ? "pre_activation" : "active" })),
      wayBack: cannotBeUndone,
      manner,
      rest,
      path,
    } as const;
    return previewApproval(what, pending, context);
  }
  const { steps, afterWait, asksFirst, isForTwo } = pathFrom(target, context, manner);
  if (facts.deletionAwaits === "time" && !asksFirst) return previewTimeWait(what, context, manner, afterWait);
  if (steps.length === 0) return undefined;
  const verb = manner === "deletion" ? "Deleting" : policy.goal === "deactivated" ? "Deactivating" : "Destroying";
  return {
    summary: sayPeopleAndRuns(what, isForTwo, steps, verb),
    facts: [
      ...numbered(steps),
      ...(demandedBy(policy) === "single" ? [asksAnyway] : []),
      ...(manner === "retirement" && steps.length > 1 ? [greenOnTheWay] : []),
    ],
    next: [],
  };
}

const greenOnTheWay = "A run that has to wait succeeds, and plans show the change until the goal is reached.";

interface DeletionPath {
  /** The steps from this run on; empty if nothing is left to do, or if the planner does not know a path. */
  readonly steps: readonly string[];
  /** The steps that are left after the pending step. */
  readonly rest: readonly string[];
  /** The steps that are left after the pending wait. */
  readonly afterWait: readonly string[];
  readonly asksFirst: boolean;
  readonly isForTwo: boolean;
  /** Whether the next step of two people is theirs, and not the requester's alone. */
  readonly isFirstForTwo: boolean;
}

function pathFrom(target: KeyTarget, { facts, waits }: PreviewContext, manner: PreviewKind): DeletionPath {
  const { ref, policy } = target;
  const { next, path } = predictionFrom(target, facts);
  const isUnrequested = next.kind === "waitingForRequest";
  const asksFirst = isUnrequested || (next.kind === "ready" && next.step.kind === "write_record");
  const [first, ...later] = path.filter(({ step }) => step === "deactivate" || step === "destroy");
  const leaves = path.some(({ step }) => step === "wait_for_keystores") ? [sayLeft(policy, manner)] : [];
  const rest = [...later.map((each) => sayLater(each, "More than 4 hours later")), ...leaves];
  const asked = waits ? { name: nameOrPath({ ...ref, label: textOf(facts.label) }) } : { manner };
  const isOver = (next.kind !== "ready" && !isUnrequested) || first === undefined;
  return {
    rest,
    asksFirst,
    steps: isOver
      ? []
      : [...(asksFirst ? sayAsked(first, asked) : [`In this run${sayRoleOf(first)}, ${sayTaken(first)}`]), ...rest],
    afterWait: first === undefined ? [] : [sayLater(first, "After that"), ...rest],
    isForTwo: path.some(({ needsTwoPeople }) => needsTwoPeople),
    isFirstForTwo: first?.needsTwoPeople !== false,
  };
}

function predictionFrom({ ref, policy }: KeyTarget, facts: StateProperties): Prediction {
  const marker = shownMarker(facts.dualMarker, policy);
  const known = {
    ...ref,
    label: typeof facts.label === "string" ? facts.label : ref.keyId,
    stateWord: String(facts.keyState),
    keystores: keystoresIn(facts),
    ...(marker !== undefined && { marker }),
    ...(typeof facts.hold === "string" && { hold: facts.hold }),
  };
  return planFromState(known, policy);
}

type Asked = { readonly manner: PreviewKind } | { /** Of the key, in commands. */ readonly name: string };

function sayAsked(step: PathStep, asked: Asked): readonly string[] {
  if ("name" in asked) return sayWaiting(step, asked.name);
  const ends = asked.manner === "deletion" ? "ends with an error" : "succeeds with a warning";
  if (step.step === "destroy") {
    return [
      `This run changes nothing and ${ends}. It shows the command by which a person requests the destruction.`,
      `A second person approves the request with uko approve: ${sayTaken(step)}`,
    ];
  }
  return [
    `This run requests the deactivation and ${ends} that shows the approval command. Nothing stops working.`,
    step.needsTwoPeople
      ? `A second person runs that command: ${sayTaken(step)}`
      : `The same person runs this again, or another person runs that command: ${sayTaken(step)}`,
  ];
}

/** The same for a run that waits. An engine shows no message during a wait, so the plan has the commands. */
function sayWaiting(step: PathStep, name: string): readonly string[] {
  const noun = step.step === "destroy" ? "destruction" : "deactivation";
  return [
    step.step === "destroy"
      ? `This run waits ${waitLimit}, until a person requests the destruction: uko request ${name}`
      : `This run requests the deactivation and waits ${waitLimit}. Nothing stops working before the ${noun} is approved.`,
    `${step.needsTwoPeople ? "A second person" : "A person"} approves it: uko approve ${name}. Then ${sayTaken(step)}`,
  ];
}

/** No service reports the caller's roles, so what this run does depends on them. */
function sayRoleOf({ right, kmsRight }: PathStep): string {
  return right === undefined ? "" : `, with the role ${sayRoles(right, kmsRight)}`;
}

function sayLater(step: PathStep, when: string): string {
  return step.needsTwoPeople
    ? `${when}, a person requests the destruction and another person approves the request: ${sayTaken(step)}`
    : `${when}, in another run, ${sayTaken(step)}`;
}

function sayTaken({ step }: PathStep): string {
  return step === "deactivate"
    ? "the key is deactivated, and everything that uses it stops working. The key can be reactivated."
    : `the key is destroyed. ${cannotBeUndone}`;
}

function sayLeft({ goal }: DeletionPolicy, manner: PreviewKind): string {
  const then =
    manner === "retirement"
      ? "the key counts as destroyed"
      : goal === "removed"
        ? "the key is removed from its vault"
        : "the key leaves the state";
  return `After the keystores have deleted the material, 7 to 90 days later, ${then}.`;
}

/**
 * The facts after the update, which writes the program's values first. While a consent record binds, it writes none.
 */
function factsAfterWrite(facts: StateProperties, wanted: StateProperties): StateProperties {
  if (typeof facts.deletionRecordId === "string") return facts;
  return { ...facts, ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) };
}

function planLimitOf({ ref, policy }: KeyTarget, facts: StateProperties, context: PreviewContext): PlanLimit {
  const marker = shownMarker(facts.dualMarker, policy);
  const key = {
    ...ref,
    stateWord: textOf(facts.keyState),
    ...(marker !== undefined && { marker }),
    ...(typeof facts.hold === "string" && { hold: facts.hold }),
    version: Number(facts.version),
    label: textOf(facts.label),
    description: textOf(facts.description),
    activationDate: textOf(facts.activationDate),
    expirationDate: textOf(facts.expirationDate),
    tags: Object.entries(Object(facts.tags) as StateProperties).map(([name, value]) => ({
      name,
      value: textOf(value),
    })),
    keystores: keystoresIn(facts),
  };
  return limitKeyDeletion(key, policy, pendingIn(facts), context);
}

function keystoresIn({ keystores }: StateProperties): readonly KeystoreStatus[] {
  return Array.isArray(keystores) ? (keystores as readonly KeystoreStatus[]) : [];
}
