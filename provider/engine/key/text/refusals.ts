/**
 * Writes the messages for refusals on a managed key, and why uko cannot know whether material of a destroyed key is
 * left.
 */

import type { LeftoverMaterial } from "../../../lifecycle/key/guards.ts";
import { type Guard, guardCodes, type Step } from "../../../lifecycle/key/plan.ts";
import type { Contradiction, NamingSource } from "../../../lifecycle/key/removal-evidence.ts";
import { coolDownMs, rights } from "../../../lifecycle/vocabulary/managed-key-states.ts";
import {
  type ConsentRecord,
  isPerson,
  type KeyObservation,
  type KeystoreStatus,
} from "../../../lifecycle/vocabulary/observation.ts";
import { withoutPeriod } from "../../../text/printable.ts";
import { dialectOf } from "../../text/dialect.ts";
import { type Explanation, type NextStep, rerunCommand, type UserInterface } from "../../text/explanation.ts";
import {
  explanationOf,
  keySayings,
  planAgain,
  resolved,
  type Saying,
  type Sayings,
  sayBeyondPlan,
} from "../../text/refusal.ts";
import {
  capital,
  keyName,
  keyPath,
  plain,
  sayActor,
  sayAuthor,
  sayHolder,
  sayKey,
  sayList,
  sayState,
  sayStatus,
  sayTime,
  sayTimeAndDistance,
  stepNouns,
  stepPhrase,
} from "../../text/words.ts";
import { sayHeld } from "./hold-words.ts";
import { saySkipped } from "./review-words.ts";
import { sayUnapproved } from "./unapproved-words.ts";
import type { WaitContext } from "./waits.ts";

/** The subject of the sentences. */
interface About {
  readonly key: string;
  readonly path: string;
  readonly rerun: NextStep;
  readonly userInterface: UserInterface;
  readonly observation: KeyObservation;
  readonly nowMs: number;
}

const towardsTheEnd: readonly Step["kind"][] = ["set_for_deletion", "deactivate", "destroy", "remove"];

const distributor = sayHolder(rights.distribute);
const reactivator = `${sayHolder(rights.reactivate)} runs`;

const sayings: Sayings<Guard, About> = {
  ...keySayings,
  held: ({ holds }, { key, observation }) => sayHeld(holds, capital(key), keyName(observation)),
  destruction_unapproved: ({ unapproved, isSync }, { key, path }) => {
    const facts = [sayUnapproved(unapproved)];
    if (isSync === true) {
      const summary = `uko did not synchronize ${key}: no approval of its destruction by a second person is known`;
      const who = `to synchronize the keystores anyway, ${distributor} runs at a terminal`;
      const why = "A sync would replace the last writer, who may have destroyed the key alone.";
      return { summary, facts: [...facts, why], next: [{ who, commands: [`uko sync ${path}`] }] };
    }
    return {
      summary: `uko keeps the metadata of ${key} until a person confirms its removal with uko continue`,
      facts: [...facts, "The removal would erase the last traces of the destruction."],
      isUnchanged: false,
      next: [
        {
          who: `to remove the metadata, ${sayHolder(rights.remove)} runs at a terminal`,
          commands: [`uko continue ${path}`],
          neededRoles: rights.remove.roles,
        },
      ],
    };
  },
  backing_key_unreadable: (guard, { key, rerun }) => ({
    summary: `Could not read the backing KMS key of ${key}, so its KMS rules are unknown`,
    facts: [
      plain(guard.reason),
      // Without the key's id, uko did not ask KMS.
      ...(guard.kmsKeyId === ""
        ? []
        : ["Reading it requires the KMS service role Reader or above on the instance that UKO_INSTANCE_ID names."]),
    ],
    next: [resolved(rerun)],
  }),
  backing_key_not_active: (guard, { key, rerun }) => ({
    summary: `The backing KMS key of ${key} is ${guard.state}, and KMS sets only active keys for deletion`,
    facts: [`KMS key ${guard.kmsKeyId} was changed outside UKO. Enable it in KMS.`],
    next: [rerun],
  }),
  backing_key_remains: (guard, { key, path }) => ({
    summary: `uko did not remove ${key}: its backing KMS key is ${guard.state}`,
    facts: [
      `KMS key ${guard.kmsKeyId} still holds key material. Removing the managed key now would orphan it.`,
      "If someone restored the KMS key on purpose, keep the managed key. Otherwise delete the KMS key in KMS.",
    ],
    isUnchanged: false,
    next: [{ who: `to synchronize the keystores, ${distributor} runs`, commands: [`uko sync ${path}`] }],
  }),
  keystore_holds_key: (guard, { key, path }) => ({
    summary: `uko did not remove ${key}: ${sayKeystores(guard.keystores)}`,
    facts: [
      ...guard.keystores.slice(0, 10).map(sayKeystore),
      "The key may still be usable there. Removing it from the vault now would orphan it.",
      "A synchronization requests the destruction from each keystore again. If the material was restored on purpose, keep the key.",
    ],
    isUnchanged: false,
    next: [{ who: `to synchronize the keystores, ${distributor} runs`, commands: [`uko sync ${path}`] }],
  }),
  removal_contradicted: (guard, { key, path }) => ({
    summary: `uko did not remove ${key}: the service's responses do not agree that the key is gone`,
    facts: [
      ...guard.contradictions.slice(0, 10).map(sayContradiction),
      "If the material was restored on purpose, keep the key.",
    ],
    isUnchanged: false,
    next: [{ who: `to have the service check the keystores, ${distributor} runs`, commands: [`uko sync ${path}`] }],
  }),
  status_not_live: (_guard, { key, rerun }) => ({
    summary: `uko did not remove ${key}: the service could not get the current status of its keystores`,
    facts: ["The stored status may be outdated."],
    isUnchanged: false,
    next: [{ ...rerun, who: "in a few minutes, run" }],
  }),
  compromised: (guard, { key }) => ({
    summary: `${capital(key)} is in state "${plain(guard.stateWord, 40)}", and uko cannot delete it`,
    facts: ["API v4 documents no call that leaves this state. Delete the key on the workstation that manages it."],
    isUnchanged: false,
  }),
  never_active: (_guard, { key }) => ({
    summary: `${capital(key)} was never activated, so it can be neither deactivated nor reactivated`,
  }),
  persons_unknown: (guard, { key, userInterface }) => ({
    summary: `uko cannot distinguish two people for ${key}`,
    facts: [
      guard.missing === "actor"
        ? "The token of this run does not name an identity."
        : "The service does not report who last wrote to the key.",
      `For new keys, you can set ${dialectOf(userInterface.rerun).assignment("dualAuthorization", "single")} and require an approval in the pipeline.`,
    ],
  }),
  kms_setter: (guard, about) => sayKmsSetter(guard.record, about),
  kms_setter_unknown: (_guard, { key, observation }) => ({
    summary: `It is not known who opened the KMS deletion window of ${key}, so uko cannot find a second person`,
    facts: ["Reactivate the key, then deactivate it again with uko, which records who opens the window."],
    next: [{ who: reactivator, commands: [`uko reactivate ${keyName(observation)}`] }],
  }),
  kms_window_too_short: (guard, { key, nowMs }) => ({
    summary: `The KMS deletion window of ${key} would end less than a day after the cool-down`,
    facts: [
      ...(guard.windowEndsAtMs === undefined
        ? []
        : [`The window would end on ${sayTimeAndDistance(guard.windowEndsAtMs, nowMs)}.`]),
      `A key can be destroyed ${coolDownMs / 3_600_000} hours after its deactivation, and the second person needs time to act.`,
    ],
  }),
  kms_window_expired: (guard, { key, observation }) => ({
    summary: `The KMS deletion window of ${key} ${guard.windowEndsAtMs === undefined ? "is not open" : `expired on ${sayTime(guard.windowEndsAtMs)}`}, and KMS opens one for active keys only`,
    facts: ["Reactivate the key, deactivate it again (which opens a new window), wait 4 hours, then destroy it."],
    next: [{ who: reactivator, commands: [`uko reactivate ${keyName(observation)}`] }],
  }),
  service_refused: (guard, { key, rerun }) => ({
    summary: `The service refused to ${stepPhrase(guard.step, key)}`,
    facts: [plain(guard.message, 500)],
    next: towardsTheEnd.includes(guard.step) ? [resolved(rerun)] : [],
  }),
  already_destroyed: (guard, { key }) => ({
    summary: `${capital(key)} is destroyed and cannot be restored in UKO`,
    facts: [
      ...(guard.pending.length === 0
        ? []
        : ["Until the date below, the cloud behind a keystore may still be able to cancel its part."]),
      ...guard.pending.map(sayKeystore),
    ],
    isUnchanged: false,
  }),
  record_binds: (guard, about) => sayRecordBinds(guard.record, about),
  actor_not_a_person: (guard, { key }) =>
    isPerson(guard.actor.identity)
      ? {
          summary: `${sayActor(guard.actor)} cannot request or approve a step for ${key} through a trusted profile`,
          facts: [
            "The service would report the profile as the author. Request or approve under your own credential.",
            "Through the profile you can act on a request or an approval of someone else.",
          ],
        }
      : {
          summary: `${sayActor(guard.actor)} cannot be one of the two people for ${key}`,
          facts: [
            "Only a person under their own credential can request or approve. Service IDs and workloads do not count.",
          ],
        },
  not_as_reviewed: ({ why }, { key, observation }) => ({
    summary: `uko left ${key} as it is: ${saySkipped(why, observation)}`,
  }),
  beyond_plan: (guard, { key, userInterface }) => {
    const [summary, reason] = sayBeyondPlan(guard, key);
    return { summary, facts: [reason], next: [{ who: planAgain, commands: [rerunCommand(userInterface)] }] };
  },
};

/** Explains why a plan was refused, what stays unchanged, and what to do next. */
export function explainGuard(guard: Guard, context: WaitContext): Explanation {
  const { observation, nowMs } = context.observed;
  const about: About = {
    key: sayKey(observation),
    path: keyPath(observation),
    rerun: { who: "after that, run", commands: rerunCommands(context) },
    userInterface: context.userInterface,
    observation,
    nowMs,
  };
  const say = sayings[guard.guard] as (guard: Guard, about: About) => Saying;
  return explanationOf(say(guard, about), sayState(observation), guardCodes[guard.guard]);
}

/** The command that the reader just ran, as far as it is known. */
function rerunCommands({ observed: { observation }, run, userInterface }: WaitContext): readonly string[] {
  const path = keyPath(observation);
  if (userInterface.rerun !== "uko continue") return [rerunCommand(userInterface)];
  if (run.intent === "approve") return [`uko approve ${keyName(observation)}`];
  return [run.intent === "request" ? `uko request ${keyName(observation)}` : `uko continue ${path}`];
}

function sayRecordBinds(record: ConsentRecord, { key, observation }: About): Saying {
  const request = record.quotes ?? record;
  const approved = `${sayAuthor(record)} approved the request on ${sayTime(record.writtenAtMs)}.`;
  return {
    summary: `${capital(key)} was not changed: its ${stepNouns[record.step]} has been requested`,
    facts: [
      `${sayAuthor(request)} requested the ${stepNouns[record.step]} on ${sayTime(request.writtenAtMs)}.`,
      ...(record.quotes === undefined ? [] : [approved]),
    ],
    isUnchanged: false,
    next: [{ who: "to withdraw the request first, run", commands: [`uko withdraw ${keyName(observation)}`] }],
  };
}

function sayKmsSetter(record: ConsentRecord, { key, observation }: About): Saying {
  const summary = `KMS requires another person to destroy ${key}: you opened its deletion window`;
  if (record.quotes === undefined) {
    const who = `store your approval for the next run of ${sayAuthor(record)}; run`;
    return { summary, next: [{ who, commands: [`uko approve ${keyName(observation)} --store`] }] };
  }
  return {
    summary,
    facts: [
      `${sayAuthor(record)} approved your request, and only you can act on the approval.`,
      "Withdraw your request, let the other person request the destruction, and store your approval with --store.",
    ],
    next: [{ who: "to withdraw the request, run", commands: [`uko withdraw ${keyName(observation)}`] }],
  };
}

/** Why uko cannot know whether any material of the key is left, as whole sentences. */
export function sayUnproven(leftover: LeftoverMaterial): string {
  const guard = leftover.kind === "held" ? leftover.guard : undefined;
  if (guard?.guard === "removal_contradicted") return guard.contradictions.map(sayContradiction).join(" ");
  if (guard?.guard === "backing_key_unreadable")
    return `KMS key ${guard.kmsKeyId} could not be read: ${plain(guard.reason)}`;
  return "The service could not get the current status of the keystores of the key.";
}

const sources = {
  metadata: "metadata",
  stored_status: "stored status",
  live_status: "live status",
  manifest: "manifest of the campaign",
} as const satisfies Record<NamingSource, string>;

function sayContradiction(contradiction: Contradiction): string {
  switch (contradiction.kind) {
    case "no_live_response": {
      const { keystore, namedBy } = contradiction;
      const verb = namedBy.length === 1 ? "names" : "name";
      const named = `keystore "${plain(keystore.name, 60)}" (${plain(keystore.type, 40)})`;
      return `The ${namedBy.map((each) => sources[each]).join(" and the ")} ${verb} ${named}, but the live status does not include it.`;
    }
    case "keystore_without_id": {
      const named = contradiction.name === "" ? "a keystore" : `keystore "${plain(contradiction.name, 60)}"`;
      return `The ${sources[contradiction.source]} names ${named} without an ID, so uko cannot match it.`;
    }
    case "destruction_ahead": {
      const { keystore, destructionAtMs } = contradiction;
      const named = `Keystore "${plain(keystore.name, 60)}" (${plain(keystore.type, 40)})`;
      return `${named} reports the key as not present, but also a destruction on ${sayTime(destructionAtMs)}.`;
    }
    case "material_present": {
      const places = contradiction.places.slice(0, 10).map((place) => plain(place, 40));
      return `The metadata reports key material in ${sayList(places)}, but the live status does not.`;
    }
  }
}

function sayKeystores(keystores: readonly KeystoreStatus[]): string {
  const noun = keystores.length === 1 ? "keystore" : "keystores";
  const names = keystores.slice(0, 3).map((each) => `"${plain(each.name, 60)}"`);
  const more = keystores.length > names.length ? [`${keystores.length - names.length} more`] : [];
  return `${noun} ${sayList([...names, ...more])} may still hold the key`;
}

function sayKeystore(keystore: KeystoreStatus): string {
  const error = keystore.error === undefined ? "" : `: ${withoutPeriod(plain(keystore.error))}`;
  return `Keystore "${plain(keystore.name, 60)}" (${plain(keystore.type, 40)}) reports: ${sayStatus(keystore)}${error}.`;
}
