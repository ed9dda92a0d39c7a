/**
 * The messages for refusals about KMS keys: which precondition does not hold, and how to proceed.
 */

import { kmsRights } from "../../lifecycle/kms-key-states.ts";
import { type KmsGuard, kmsGuardCodes, windowName } from "../../lifecycle/plan-kms-key-deletion.ts";
import { planAgain, sayBeyondPlan } from "../beyond-plan.ts";
import { type Explanation, type NextStep, sayApply, sayUnprotect } from "../explanation.ts";
import { plain, sayIdentity, sayRoles, sayTime } from "../words.ts";
import {
  describeDestroyedKey,
  type KmsContext,
  kmsActCommands,
  kmsRerunCommand,
  kmsStepPhrases,
  kmsWithdrawal,
  sayKmsKey,
  sayKmsState,
} from "./words.ts";

/** The parts of a refusal: first line, facts, next steps. */
type Saying = readonly [summary: string, facts: readonly string[], next?: readonly NextStep[]];

interface About extends KmsContext {
  readonly key: string;
  readonly unchanged: string;
  readonly rerun: NextStep;
  /** The next steps for a window that nobody can use. */
  readonly anew: readonly NextStep[];
}

type Sayings = {
  readonly [Kind in KmsGuard["guard"]]: (guard: Extract<KmsGuard, { guard: Kind }>, about: About) => Saying;
};

const sayings: Sayings = {
  deletion_protection: (_guard, { key, unchanged, door }) => [
    `Deletion protection is on for ${key}`,
    [unchanged, sayUnprotect(door)],
  ],
  twin_of_managed_key: (guard, { key, unchanged }) => [
    `${key} is in the key ring of keystore "${plain(guard.keystoreName, 60)}", so it belongs to a managed key`,
    [
      "Ending it beside the managed key would go around the rule that two people stand behind that.",
      "End the managed key instead: as a ManagedKey in the program, or with uko request.",
      unchanged,
    ],
  ],
  ring_unknown: (guard, { key, unchanged, rerun }) => [
    `Whether ${key} belongs to a managed key could not be read`,
    [
      `${plain(guard.reason, 400).replace(/\.$/, "")}.`,
      "Whether it does takes a look at the keystores of the instance, which UKO shows to whoever may list them.",
      unchanged,
    ],
    [rerun],
  ],
  use_unreadable: (guard, { key, unchanged, rerun }) => [
    `What uses ${key} could not be read, so ending it could hurt unseen`,
    [plain(guard.reason, 400), unchanged],
    [rerun],
  ],
  retention_policy: (guard, { key, unchanged, rerun }) => [
    `${count(guard.resources, "resource")} with a retention policy still ${needs(guard.resources)} ${key}`,
    [
      ...named(guard.resources),
      "KMS refuses to delete a key that such a resource uses. Its owner removes the policy or the resource first.",
      unchanged,
    ],
    [rerun],
  ],
  registered: (guard, { key, unchanged, rerun }) => [
    `${count(guard.resources, "cloud resource")} still ${needs(guard.resources)} ${key}`,
    [
      ...named(guard.resources),
      "KMS refuses to delete a key that protects something, and uko never forces. Delete the resource or move it to another key.",
      "A registration that is out of date goes away some hours after ibmcloud kp key sync, of a database within a day.",
      unchanged,
    ],
    [rerun],
  ],
  dual_authorization_off: (_guard, { key, unchanged, door }) => [
    `${key} asks for two people, and KMS's own dual authorization is off for it`,
    [
      `Write dualAuthDelete: true in the program and run ${sayApply(door)}, which takes ${sayRoles(kmsRights.writePolicies)}; KMS never turns it off again.`,
      `Or, where one person is enough, write dualAuthorization: "single" and run ${sayApply(door)}.`,
      unchanged,
    ],
  ],
  not_active: (guard, { key, unchanged, rerun, observed }) => {
    const { state, kmsKeyId } = observed.observation;
    if (state === "suspended") {
      const enable = {
        who: `to enable it, somebody who holds ${sayRoles(kmsRights.destroy)} runs`,
        commands: [`ibmcloud kp key enable ${kmsKeyId}`],
      };
      return [`${key} is suspended, and KMS sets only active keys for deletion`, [unchanged], [enable, rerun]];
    }
    if (state === "pre_activation") {
      return [`${key} was never active, and KMS deletes no such key`, [unchanged]];
    }
    return [
      `${key} is ${plain(guard.stateWord, 40)}, and KMS sets only active keys for deletion`,
      ["Its expiration date has passed, and KMS documents no way back from that.", unchanged],
    ];
  },
  state_unrecognised: (guard, { key }) => [
    `KMS reports ${key} in state ${plain(guard.stateWord, 40)}, which this release does not know`,
    ["Nothing is done with a key whose state is not understood. A newer release may know it."],
  ],
  persons_unknown: (_guard, { key, unchanged }) => [
    `Two persons cannot be told apart for ${key}`,
    ["This run's token names no identity.", unchanged],
  ],
  setter_not_a_person: (guard, { key, unchanged, anew }) => [
    `The deletion window of ${key} was opened by ${sayIdentity(guard.setter)}, which is not a person`,
    [
      "Nobody can be its second person. Take it back, and have a person set the key under their own credential.",
      unchanged,
    ],
    anew,
  ],
  setter_unknown: (guard, { key, unchanged, anew }) => [
    `Who set ${key} for deletion is hidden, so nobody can be its second person`,
    [
      `${sayIdentity(guard.policyWrite.by)} wrote to its policy on ${sayTime(guard.policyWrite.atMs)}, after the window was opened.`,
      unchanged,
    ],
    anew,
  ],
  window_used: (guard, { key, unchanged, anew }) => [
    `The deletion window of ${key} served before, so it serves nobody again`,
    [`The key was destroyed by it on ${sayTime(guard.deletedAtMs)} and restored since.`, unchanged],
    anew,
  ],
  window_not_kept: (_guard, { key, rerun }) => [
    `KMS took the request for ${key} and shows no open deletion window`,
    ["Somebody took it back at once, or KMS did not keep it. Nothing else was changed."],
    [rerun],
  ],
  already_destroyed: (_guard, { key, observed }) => [
    `${key} is destroyed, so there is no request to take back`,
    describeDestroyedKey(observed),
  ],
  service_refused: (guard, about) => {
    const { key, unchanged, rerun } = about;
    if (guard.step === "destroy" && /authoriz/i.test(guard.message)) return sayOwnHalf(guard.message, about);
    return [
      `KMS refused to ${kmsStepPhrases[guard.step].replace("KEY", () => key)}`,
      [plain(guard.message, 500), unchanged],
      [{ ...rerun, who: "once its reason is gone you run" }],
    ];
  },
  beyond_plan: (guard, { key, unchanged, rerun }) => {
    const [summary, reason] = sayBeyondPlan(guard, key);
    return [summary, [reason, unchanged], [{ ...rerun, who: planAgain }]];
  },
};

/**
 * Only KMS knows for certain who set a key for deletion, and it compares identities itself
 * (kms-v2-and-iam.md 5).
 */
function sayOwnHalf(message: string, { key, unchanged, rerun, observed, door }: About): Saying {
  const { observation } = observed;
  const { kmsKeyId, windowEndsAtMs } = observation;
  const commands =
    windowEndsAtMs === undefined
      ? rerun.commands
      : kmsActCommands(windowName(kmsKeyId, windowEndsAtMs), observation, door);
  return [
    `KMS wants another person to destroy ${key}: it takes this run's identity for the one who set it for deletion`,
    [`KMS says: ${plain(message, 500)}`, unchanged],
    [{ who: `somebody else who holds ${sayRoles(kmsRights.destroy)} runs`, commands }, kmsWithdrawal(observation)],
  ];
}

/** Explains why a plan was refused, what stays unchanged, and what to do next. */
export function explainKmsGuard(guard: KmsGuard, context: KmsContext): Explanation {
  const { observation } = context.observed;
  const commands =
    guard.guard === "service_refused" && guard.step === "unset_for_deletion"
      ? kmsWithdrawal(observation).commands
      : [kmsRerunCommand(observation, context.door)];
  const rerun = { who: "once that is done you run", commands };
  const about: About = {
    ...context,
    key: sayKmsKey(observation),
    unchanged: `Nothing was changed by this: ${sayKmsState(observation)}.`,
    rerun,
    anew: [kmsWithdrawal(observation), { ...rerun, who: "then to set it anew, a person runs" }],
  };
  const say = sayings[guard.guard] as (guard: KmsGuard, about: About) => Saying;
  const [summary, facts, next = []] = say(guard, about);
  return { summary, facts, next, code: kmsGuardCodes[guard.guard] };
}

function named(resources: readonly string[]): readonly string[] {
  return resources.slice(0, 10).map((crn) => plain(crn));
}

function count(resources: readonly string[], noun: string): string {
  return resources.length === 1 ? `A ${noun}` : `${resources.length} ${noun}s`;
}

function needs(resources: readonly string[]): string {
  return resources.length === 1 ? "needs" : "need";
}
