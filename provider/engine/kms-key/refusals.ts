/**
 * Writes the messages for refusals on a KMS key: which precondition is not met, why uko therefore refuses the step,
 * and how to proceed.
 */

import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import { type KmsGuard, kmsGuardCodes } from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import { withoutPeriod } from "../../text/printable.ts";
import { uuidForm } from "../../text/uuid-form.ts";
import { type Dialect, dialectOf, dialectOfProgram } from "../text/dialect.ts";
import { applyCommands, type Explanation, type NextStep } from "../text/explanation.ts";
import {
  explanationOf,
  keySayings,
  named,
  needs,
  planAgain,
  resolved,
  type Saying,
  type Sayings,
  sayBeyondPlan,
} from "../text/refusal.ts";
import { count, plain, sayHolder, sayIdentity, sayRoles, sayService, sayTime } from "../text/words.ts";
import {
  describeDestroyedKey,
  type KmsContext,
  kmsApproveCommand,
  kmsRequestCommand,
  kmsRerunCommand,
  kmsStepPhrases,
  kmsWithdrawal,
  sayKmsKey,
  sayKmsState,
} from "./words.ts";

interface About extends KmsContext {
  readonly key: string;
  readonly dialect: Dialect;
  readonly rerun: NextStep;
  /** The next steps for a window that no second person can use. */
  readonly reopen: readonly NextStep[];
}

const sayings: Sayings<KmsGuard, About> = {
  ...keySayings,
  backing_key_of_managed_key: (guard, { key, dialect }) => ({
    summary: `${key} is in the key ring of keystore "${plain(guard.keystoreName, 60)}", so a managed key depends on it`,
    facts: [
      "Deleting the KMS key directly would bypass the two-person rule of the managed key.",
      `Delete the managed key instead: declare it as a ${dialect.resource("ManagedKey")}, or use uko request.`,
    ],
  }),
  ring_unknown: (guard, { key, rerun }) => ({
    summary: `Could not find out whether a managed key depends on ${key}`,
    facts: [`${withoutPeriod(plain(guard.reason, 400))}.`, `${guard.remedy}.`],
    next: [resolved(rerun)],
  }),
  registered: ({ resources }, { key, rerun }) => ({
    summary: `${count(resources.length, "cloud resource")} still ${needs(resources)} ${key}`,
    facts: [
      ...named(resources),
      "KMS does not delete a key that protects a resource, and uko never forces it. Delete the resource or move it to another key.",
      "An outdated registration disappears some hours after ibmcloud kp key sync; for a database, within a day.",
    ],
    next: [rerun],
  }),
  signatures_demanded: ({ by }, { key, observed: { observation } }) => ({
    summary: `${key} is not destroyed without the signatures of two people, which ${by} demands`,
    facts: [
      "The file of the request must come from the run that opened this deletion window, signed by a person other than you.",
    ],
    next: [
      kmsWithdrawal(observation),
      {
        who: "to open a window with a signed request, another person runs",
        commands: [kmsRequestCommand(observation)],
        isSequel: true,
      },
      { who: "with that file, you run", commands: [kmsApproveCommand(observation)], isSequel: true },
    ],
  }),
  dual_authorization_off: (_guard, { key, userInterface, dialect, observed }) => {
    const summary = `${key} requires two people, but KMS dual authorization is off for it`;
    const facts = [
      `Turning it on requires the role ${sayRoles(kmsRights.writePolicies)}. KMS never turns it off again.`,
    ];
    if (dialectOfProgram(userInterface) === undefined) {
      const commands = [kmsRequestCommand(observed.observation)];
      const request: NextStep = { who: "a person runs", commands, isSequel: true };
      return { summary, facts: [...facts, onlyForTwo], next: [turnOn(observed), request] };
    }
    const commands = applyCommands(userInterface);
    return {
      summary,
      facts,
      next: [
        { who: `set ${dialect.assignment("dualAuthDelete", true)} in the ${dialect.program}, then run`, commands },
        {
          who: `if one person is enough, set ${dialect.assignment("dualAuthorization", "single")} instead, then run`,
          commands,
        },
      ],
    };
  },
  not_active: (guard, { key, rerun, observed }) => {
    const { state, kmsKeyId } = observed.observation;
    if (state === "suspended") {
      const enable = {
        who: `to enable it, ${sayHolder(kmsRights.destroy)} runs`,
        commands: [`ibmcloud kp key enable ${kmsKeyId}`],
      };
      return {
        summary: `${key} is suspended, and KMS sets only active keys for deletion`,
        next: [enable, { ...rerun, who: "to delete it, run", isSequel: true }],
      };
    }
    if (state === "pre_activation") {
      return { summary: `${key} was never activated, and KMS does not delete such a key` };
    }
    return {
      summary: `${key} is ${plain(guard.stateWord, 40)}, and KMS sets only active keys for deletion`,
      facts: ["Its expiration date has passed, and KMS documents no way to reactivate it."],
    };
  },
  persons_unknown: (_guard, { key }) => ({
    summary: `uko cannot distinguish two people for ${key}`,
    facts: ["The token of this run does not name an identity."],
  }),
  setter_not_a_person: (guard, { key, reopen }) => ({
    summary: `KMS reports ${sayIdentity(guard.setter)}, which is not a person, for the deletion window of ${key}`,
    facts: [
      "This identity was the last writer of the policy when the window opened, so uko does not count it as the first of two people. A person must set the key for deletion under their own credential.",
    ],
    next: reopen,
  }),
  setter_unknown: (guard, { key, reopen }) => ({
    summary: `uko does not know which identity set ${key} for deletion, so uko cannot require a different identity`,
    facts: [
      `${sayIdentity(guard.policyWrite.by)} wrote to its policy on ${sayTime(guard.policyWrite.atMs)}, after the window was opened.`,
    ],
    next: reopen,
  }),
  window_used: (guard, { key, reopen }) => ({
    summary: `The deletion window of ${key} was already used, so it does not count again`,
    facts: [`The key was destroyed with this window on ${sayTime(guard.deletedAtMs)}, and has been restored since.`],
    next: reopen,
  }),
  window_not_kept: (_guard, { key, rerun }) => ({
    summary: `KMS accepted the request for ${key}, but shows no open deletion window`,
    facts: ["Someone closed the window immediately, or KMS did not store it. Nothing else was changed."],
    isUnchanged: false,
    next: [{ ...rerun, who: "to request the deletion again, run" }],
  }),
  already_destroyed: (_guard, { key, observed, userInterface }) => ({
    summary: `${key} is destroyed, so there is no request to withdraw`,
    facts: describeDestroyedKey(observed, dialectOfProgram(userInterface)),
    isUnchanged: false,
  }),
  service_refused: (guard, about) => {
    const { key, rerun } = about;
    if (guard.step === "destroy" && /authoriz/i.test(guard.message)) return sayOwnHalf(guard.message, about);
    return {
      summary: `KMS refused to ${kmsStepPhrases[guard.step](key)}`,
      facts: [plain(guard.message, 500)],
      next: [resolved(rerun)],
    };
  },
  beyond_plan: (guard, { key, rerun }) => {
    const [summary, reason] = sayBeyondPlan(guard, key);
    return { summary, facts: [reason], next: [{ ...rerun, who: planAgain }] };
  },
};

const onlyForTwo =
  "Without it, one person can destroy the key with IBM's tools, or with a program that requires one. The command line of uko always requires two people.";

/** uko itself does not turn the policy on here, because it cannot be undone: a person types IBM's own command. */
function turnOn({ observation: { kmsKeyId }, snapshot }: KmsContext["observed"]): NextStep {
  const instanceId = snapshot.crn.split(":")[7] ?? "";
  const instance = uuidForm.test(instanceId) ? ` --instance-id ${instanceId}` : "";
  return {
    who: `to turn it on for good, ${sayHolder(kmsRights.writePolicies)} runs`,
    commands: [`ibmcloud kp key policy-update dual-auth-delete ${kmsKeyId}${instance} --enable`],
    neededRoles: kmsRights.writePolicies.roles,
  };
}

/** Only KMS knows which identity set a key for deletion, and compares identities (kms-v2-and-iam.md 5). */
function sayOwnHalf(message: string, { key, rerun, observed }: About): Saying {
  const { observation } = observed;
  const commands = observation.windowEndsAtMs === undefined ? rerun.commands : [kmsApproveCommand(observation)];
  return {
    summary: `KMS requires another person to destroy ${key}: according to KMS, you set it for deletion`,
    facts: sayService("KMS", message),
    next: [
      { who: `${sayHolder(kmsRights.destroy, undefined, "another person")} runs`, commands },
      kmsWithdrawal(observation),
    ],
  };
}

/** Explains why a plan was refused, what stays unchanged, and what to do next. */
export function explainKmsGuard(guard: KmsGuard, context: KmsContext): Explanation {
  const { observation } = context.observed;
  const commands =
    guard.guard === "service_refused" && guard.step === "unset_for_deletion"
      ? kmsWithdrawal(observation).commands
      : [kmsRerunCommand(observation, context.userInterface)];
  const rerun = { who: "after that, run", commands };
  const about: About = {
    ...context,
    key: sayKmsKey(observation),
    dialect: dialectOf(context.userInterface.rerun),
    rerun,
    reopen: [
      kmsWithdrawal(observation),
      { ...rerun, who: "to set the key for deletion again, a person runs", isSequel: true },
    ],
  };
  const say = sayings[guard.guard] as (guard: KmsGuard, about: About) => Saying;
  return explanationOf(say(guard, about), sayKmsState(observation), kmsGuardCodes[guard.guard]);
}
