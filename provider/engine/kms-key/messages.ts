/**
 * The messages about the deletion of a KMS key: whom it waits for, what blocks it, and the next
 * commands.
 */

import { kmsRights } from "../../lifecycle/kms-key-states.ts";
import { isPerson } from "../../lifecycle/observation.ts";
import { isActor, type KmsApprovalWait, type KmsRun, kmsPlanCode } from "../../lifecycle/plan-kms-key-deletion.ts";
import type { Door, Explanation, NextStep } from "../explanation.ts";
import { plain, sayActor, sayIdentity, sayRoles, sayTime, sayTimeAndDistance } from "../words.ts";
import type { KmsOutcome } from "./kind.ts";
import type { ObservedKmsKey } from "./observe.ts";
import { explainKmsGuard } from "./refusals.ts";
import {
  describeDestroyedKey,
  type KmsContext,
  kmsActCommands,
  kmsAskCommands,
  kmsRerunCommand,
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
export function explainKmsOutcome(outcome: Exclude<KmsOutcome, { kind: "gone" }>, door: Door): Explanation {
  const { observed, memory } = outcome;
  const { run, taken } = memory;
  const explanation = explainEnd(outcome, { observed, run, door });
  const isOwnWindow = outcome.kind === "stopped" && outcome.plan.kind === "waitingForApproval";
  const did = taken
    .filter(({ kind }) => !(isOwnWindow && kind === "set_for_deletion"))
    .map(({ kind }) => kmsStepsTaken[kind]);
  const facts = explanation.facts.filter(
    (fact) => taken.length === 0 || !fact.startsWith("Nothing was changed by this"),
  );
  return { ...explanation, facts: [...did, ...facts] };
}

function explainEnd(outcome: Exclude<KmsOutcome, { kind: "gone" }>, context: KmsContext): Explanation {
  if (outcome.kind === "rights_missing") return explainMissingRight(outcome, context);
  const { plan } = outcome;
  switch (plan.kind) {
    case "waitingForApproval":
      return explainKmsApproval(plan, context);
    case "waitingForTime":
      return explainMetadata(plan.untilMs, context);
    case "refused":
      return explainKmsGuard(plan.guard, context);
    case "done":
      return explainKmsDone(context.observed);
  }
}

/** The message of a command that reached its goal, including what is left of a destroyed key. */
export function explainKmsDone(observed: ObservedKmsKey): Explanation {
  const { observation } = observed;
  const isOver = observation.state === "destroyed";
  const file = isOver ? "" : ", and nobody has set it for deletion";
  return {
    summary: `${sayKmsKey(observation)}: ${sayKmsState(observation)}${file}`,
    facts: isOver ? describeDestroyedKey(observed) : [],
    next: [],
  };
}

/** The message of a wait for a person: who can act, and with which command. */
export function explainKmsApproval(wait: KmsApprovalWait, context: KmsContext): Explanation {
  const { observation } = context.observed;
  const key = sayKmsKey(observation);
  const summary =
    wait.window === undefined
      ? `${key} waits for two people: nobody has set it for deletion`
      : wait.standing === "may_consent"
        ? `${key} waits for your consent to its destruction`
        : `${key} waits for a second person to destroy it`;
  return {
    summary,
    facts: [
      ...(wait.window === undefined ? [] : whoSet(wait, wait.window, context)),
      ...whyNot(wait, context.run),
      `Nothing has changed yet: ${sayKmsState(observation)}.`,
      `KMS destroys the key at once, and ${kmsWayBack}.`,
    ],
    next: approvalNext(wait, context),
    code: kmsPlanCode(wait),
  };
}

type Window = NonNullable<KmsApprovalWait["window"]>;

function whoSet(wait: KmsApprovalWait, { name, endsAtMs, setter }: Window, { run }: KmsContext): readonly string[] {
  const isOwn = wait.standing === "set_it";
  const who = isOwn ? "You" : setter?.isSure === true ? sayIdentity(setter.identity) : "Somebody";
  // A run that deletes many keys names many windows. Only those of this key matter here.
  const named = run.consents.filter((consent) => consent.startsWith(`${name.split("@")[0] ?? ""}@`));
  const isNamed = named.includes(name);
  return [
    `${who} set it for deletion on ${sayBegan(endsAtMs)}; that lapses on ${sayTime(endsAtMs)}.`,
    ...(isOwn ? [] : whoMaybe(setter, run)),
    ...(isOwn && isNamed ? ["Your own window is not a second person's consent."] : []),
    ...(!isNamed && named.length > 0
      ? ["The window that this run named is not the one that is open: it lapsed, or somebody took it back."]
      : []),
  ];
}

/**
 * KMS does not disclose who set a key for deletion. The policy's last writer may date from when the
 * policy was turned on.
 */
function whoMaybe(setter: Window["setter"], { actor }: KmsRun): readonly string[] {
  if (setter?.isSure === true) return [];
  if (setter === undefined) return ["KMS does not tell who. Consent only if another person told you that they did."];
  if (isActor(actor, setter.identity)) {
    return ["KMS names you as the last writer of its policy. If you set it yourself, KMS refuses your half."];
  }
  const whom = sayIdentity(setter.identity);
  return [
    isPerson(setter.identity)
      ? `Perhaps ${whom}: KMS names them as the last writer of its policy, or as who turned it on.`
      : `KMS names ${whom} as the last writer of its policy, which is not a person. Consent only if a person told you that they set it.`,
  ];
}

function whyNot({ standing }: KmsApprovalWait, { actor }: KmsRun): readonly string[] {
  if (standing === "not_a_person") {
    return [`This run's identity ${sayActor(actor)} is not a person, so it can be neither of the two.`];
  }
  if (standing !== "acts_in_a_profile") return [];
  return [`${sayActor(actor)} acts through a trusted profile, by which KMS could take one person for two.`];
}

function approvalNext({ standing, window }: KmsApprovalWait, { observed, door }: KmsContext): readonly NextStep[] {
  const { observation } = observed;
  if (window === undefined) {
    const who = `a person under their own credential who holds ${sayRoles(kmsRights.setForDeletion)} sets it`;
    return [{ who, commands: kmsAskCommands(observation, door) }];
  }
  const destroyer = sayRoles(kmsRights.destroy);
  const whoElse =
    window.setter?.isSure === true && standing !== "set_it"
      ? `a person other than ${sayIdentity(window.setter.identity)}`
      : "another person";
  const who = {
    may_consent: `you, if you hold ${destroyer}, run`,
    set_it: `somebody else who holds ${destroyer} runs`,
    not_a_person: `${whoElse} who holds ${destroyer} runs`,
    acts_in_a_profile: `you under your own credential, or ${whoElse}, with ${destroyer}, run`,
  }[standing];
  return [{ who, commands: kmsActCommands(window.name, observation, door) }, kmsWithdrawal(observation)];
}

function explainMetadata(untilMs: number | undefined, { observed, door }: KmsContext): Explanation {
  const { observation, nowMs } = observed;
  const until = untilMs === undefined ? "still" : `until ${sayTimeAndDistance(untilMs, nowMs)}`;
  return {
    summary: `${sayKmsKey(observation)} is destroyed; KMS keeps its metadata ${until}`,
    facts: describeDestroyedKey(observed),
    next: [
      {
        who: untilMs === undefined ? "on a later day you run" : "after that time you run",
        commands: [kmsRerunCommand(observation, door)],
      },
    ],
    code: "UKO_KMS_METADATA_REMAINS",
  };
}

function explainMissingRight(
  { step, message }: Extract<KmsOutcome, { kind: "rights_missing" }>,
  { observed, run, door }: KmsContext,
): Explanation {
  const { observation } = observed;
  const right = kmsStepRights[step.kind];
  const named = step.kind === "destroy" ? step.consentedTo : undefined;
  const commands =
    step.kind === "unset_for_deletion"
      ? kmsWithdrawal(observation).commands
      : named === undefined
        ? [kmsRerunCommand(observation, door)]
        : kmsActCommands(named, observation, door);
  const other = named === undefined ? "somebody" : "somebody other than whoever set it";
  return {
    summary: `${sayActor(run.actor)} may not ${kmsStepPhrases[step.kind].replace("KEY", () => sayKmsKey(observation))}: the right ${right.action} is missing`,
    facts: [
      `It comes with the role ${sayRoles(right)}.`,
      ...(message === "" ? [] : [`KMS says: ${plain(message, 300)}`]),
      `Nothing was changed by this: ${sayKmsState(observation)}.`,
    ],
    next: [{ who: `${other} who holds ${sayRoles(right)} runs`, commands }],
    code: "UKO_RIGHTS_MISSING",
  };
}
