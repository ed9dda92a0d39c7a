/** Writes the message with which a run on a KMS key ends. The sentences for refusals are in refusals.ts. */

import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import {
  type KmsApprovalWait,
  type KmsRequestWait,
  type KmsRun,
  kmsPlanCode,
} from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import { certainSteps, hasTaken } from "../../lifecycle/vocabulary/steps-taken.ts";
import { isoTime } from "../../text/iso-time.ts";
import { dialectOfProgram } from "../text/dialect.ts";
import type { Explanation, NextStep, UserInterface } from "../text/explanation.ts";
import { sayActor, sayHolder, sayIdentity, sayRoles, sayService, sayTime, sayTimeAndDistance } from "../text/words.ts";
import type { KmsOutcome } from "./kind.ts";
import { explainKmsGuard } from "./refusals.ts";
import {
  describeDestroyedKey,
  type KmsContext,
  kmsApproveCommand,
  kmsRequestCommand,
  kmsRerunCommand,
  kmsRolesRule,
  kmsStepPhrases,
  kmsStepRights,
  kmsStepsTaken,
  kmsWayBack,
  kmsWithdrawal,
  sayBegan,
  sayKmsKey,
  sayKmsState,
} from "./words.ts";

/** Explains any outcome but `gone`, which needs a name that only the caller still has. */
export function explainKmsOutcome(
  outcome: Exclude<KmsOutcome, { kind: "gone" }>,
  userInterface: UserInterface,
): Explanation {
  const { observed, memory } = outcome;
  const { run } = memory;
  const taken = certainSteps(run);
  const { isUnchanged, ...explanation } = explainEnd(outcome, { observed, run, userInterface });
  const isOwnWindow = outcome.kind === "stopped" && outcome.plan.kind === "waitingForApproval";
  const did = taken
    .filter(({ kind }) => !(isOwnWindow && kind === "set_for_deletion"))
    .map(({ kind }) => kmsStepsTaken[kind]);
  return {
    ...explanation,
    ...(isUnchanged === true && taken.length === 0 && { isUnchanged }),
    facts: [...did, ...explanation.facts],
  };
}

function explainEnd(outcome: Exclude<KmsOutcome, { kind: "gone" }>, context: KmsContext): Explanation {
  if (outcome.kind === "rights_missing") return explainMissingRight(outcome, context);
  const { plan } = outcome;
  switch (plan.kind) {
    case "waitingForApproval":
    case "waitingForRequest":
      return explainKmsApproval(plan, context);
    case "waitingForTime":
      return explainMetadata(plan.untilMs, context);
    case "refused":
      return explainKmsGuard(plan.guard, context);
    case "done":
      return explainKmsDone(context);
  }
}

/** The message of a command that reached its goal, including what is left of a destroyed key. */
export function explainKmsDone({
  observed,
  userInterface,
}: Pick<KmsContext, "observed" | "userInterface">): Explanation {
  const { observation } = observed;
  if (observation.state === "destroyed") {
    const facts = describeDestroyedKey(observed, dialectOfProgram(userInterface));
    return { summary: `${sayKmsKey(observation)} is destroyed`, facts, next: [] };
  }
  return {
    summary: `${sayKmsKey(observation)} is not set for deletion`,
    facts: [],
    state: sayKmsState(observation),
    next: [],
  };
}

/** The message of a wait for a person: who can act, and with which command. */
export function explainKmsApproval(wait: KmsApprovalWait | KmsRequestWait, context: KmsContext): Explanation {
  const { observation } = context.observed;
  const key = sayKmsKey(observation);
  const isSet = wait.kind === "waitingForApproval";
  return {
    summary: isSet
      ? `${key} is set for deletion and is waiting for a person to destroy it`
      : `${key} is waiting for a person to set it for deletion`,
    facts: [
      ...(isSet ? whoSet(wait, context) : []),
      ...whyNot(wait, context.run),
      `KMS destroys the key immediately, and ${kmsWayBack}.`,
      ...(isSet ? [] : [kmsRolesRule]),
    ],
    state: sayKmsState(observation),
    next: isSet ? approvalNext(wait, context) : requestNext(context),
    code: kmsPlanCode(wait),
  };
}

function whoSet(
  { callerPosition, window: { endsAtMs } }: KmsApprovalWait,
  { run, observed }: KmsContext,
): readonly string[] {
  const isOwn = hasTaken(run, "set_for_deletion");
  const who = isOwn ? "You" : "An identity";
  return [
    `${who} set the key for deletion on ${sayBegan(endsAtMs)}; the deletion window ends on ${sayTimeAndDistance(endsAtMs, observed.nowMs)}.`,
    ...(isOwn ? [] : whoMaybe(callerPosition, observed)),
  ];
}

/**
 * The last writer of the key's policy is only a suspicion: KMS may keep the writer of an earlier change
 * (`suspectedSetter`).
 */
function whoMaybe(
  callerPosition: KmsApprovalWait["callerPosition"],
  { observation: { signatures } }: KmsContext["observed"],
): readonly string[] {
  const requester = signatures?.requester;
  if (requester !== undefined) return [`${sayIdentity(requester)} requested the deletion, and signed the request.`];
  if (callerPosition === "set_it") {
    return ["KMS reports you as the last writer of its policy at that time, so uko takes you for this identity."];
  }
  return [
    "KMS does not report which identity, so it may be a service ID or a trusted profile. Approve only after a person confirms that they set the key for deletion.",
  ];
}

function whyNot({ callerPosition }: KmsApprovalWait | KmsRequestWait, { actor }: KmsRun): readonly string[] {
  if (callerPosition === "not_a_person") {
    return [`The identity of this run, ${sayActor(actor)}, is not a person, so it cannot be one of the two people.`];
  }
  if (callerPosition !== "acts_in_a_profile") return [];
  return [
    `${sayActor(actor)} is using a trusted profile. KMS would count the profile and the person as two different approvers.`,
  ];
}

function requestNext({ observed: { observation } }: KmsContext): readonly NextStep[] {
  const who = `${sayHolder(kmsRights.setForDeletion, undefined, "a person under their own credential,")}, runs`;
  const commands = [kmsRequestCommand(observation)];
  return [{ who, commands, neededRoles: kmsRights.setForDeletion.roles }];
}

function approvalNext(
  { callerPosition }: KmsApprovalWait,
  { observed: { observation } }: KmsContext,
): readonly NextStep[] {
  const other = sayHolder(kmsRights.destroy, undefined, "a person who did not set the key for deletion,");
  const who = {
    may_approve: `if you have the role ${sayRoles(kmsRights.destroy)}, run`,
    set_it: `${other}, runs`,
    not_a_person: `${other}, runs`,
    acts_in_a_profile: `${other}, or you under your own credential, runs`,
  }[callerPosition];
  const act: NextStep = {
    who,
    commands: [kmsApproveCommand(observation)],
    neededRoles: kmsRights.destroy.roles,
  };
  return [act, kmsWithdrawal(observation)];
}

function explainMetadata(untilMs: number | undefined, { observed, userInterface }: KmsContext): Explanation {
  const { observation, nowMs } = observed;
  const until = untilMs === undefined ? "" : ` until ${sayTimeAndDistance(untilMs, nowMs)}`;
  return {
    summary: `${sayKmsKey(observation)} is destroyed; KMS keeps its metadata${until}`,
    facts: describeDestroyedKey(observed, dialectOfProgram(userInterface)),
    next: [
      {
        who: untilMs === undefined ? "on a later day, run" : `after ${sayTime(untilMs)}, run`,
        commands: [kmsRerunCommand(observation, userInterface)],
        ...(untilMs !== undefined && { notBefore: isoTime(untilMs) }),
      },
    ],
    code: "UKO_KMS_METADATA_REMAINS",
  };
}

function explainMissingRight(
  { step, message }: Extract<KmsOutcome, { kind: "rights_missing" }>,
  { observed, run, userInterface }: KmsContext,
): Explanation {
  const { observation } = observed;
  const right = kmsStepRights[step.kind];
  const named = step.kind === "destroy" ? step.approvedWindow : undefined;
  const commands =
    step.kind === "unset_for_deletion"
      ? kmsWithdrawal(observation).commands
      : named === undefined
        ? [kmsRerunCommand(observation, userInterface)]
        : [kmsApproveCommand(observation)];
  const other = named === undefined ? "someone" : "someone other than the identity that set it for deletion,";
  return {
    summary: `${sayActor(run.actor)} cannot ${kmsStepPhrases[step.kind](sayKmsKey(observation))}: missing right ${right.action}`,
    facts: [`This right requires the role ${sayRoles(right)}.`, ...sayService("KMS", message)],
    state: sayKmsState(observation),
    isUnchanged: true,
    next: [
      {
        who: `${sayHolder(right, undefined, other)}${named === undefined ? "" : ","} runs`,
        commands,
        neededRoles: right.roles,
      },
    ],
    code: "UKO_RIGHTS_MISSING",
  };
}
