/** The messages for refusals: which precondition does not hold, and how to proceed. */

import type { ConsentRecord } from "../../lifecycle/consent-record.ts";
import { coolDownMs, rights } from "../../lifecycle/managed-key-states.ts";
import { isLoosening, isPerson, type KeyObservation, type KeystoreStatus } from "../../lifecycle/observation.ts";
import { type ConsentMismatch, type Guard, guardCodes, type Step } from "../../lifecycle/plan.ts";
import type { Contradiction, NamingSource } from "../../lifecycle/removal-evidence.ts";
import { planAgain, sayBeyondPlan } from "../beyond-plan.ts";
import { type Door, type Explanation, type NextStep, rerunCommand, sayUnprotect } from "../explanation.ts";
import {
  capital,
  keyPath,
  plain,
  sayActor,
  sayAuthor,
  sayKey,
  sayRoles,
  sayState,
  sayStatus,
  sayTime,
  sayTimeAndDistance,
  stepNouns,
} from "../words.ts";
import { actOnCommands, explainNotBinding, type WaitContext } from "./waits.ts";

/** The parts of a refusal: first line, facts, next steps. */
type Saying = readonly [summary: string, facts: readonly string[], next?: readonly NextStep[]];

/** The subject of the sentences. */
interface About {
  readonly key: string;
  readonly path: string;
  readonly unchanged: string;
  readonly rerun: NextStep;
  readonly door: Door;
  readonly observation: KeyObservation;
  readonly nowMs: number;
}

const towardsTheEnd: readonly Step["kind"][] = ["set_for_deletion", "deactivate", "destroy", "remove"];

/** Steps whose own name is not a verb that people use for a key. */
const refusedPhrases: Partial<Record<Step["kind"], string>> = {
  write_record: "write the consent record of KEY",
  drop_record: "take the consent record off KEY",
  set_for_deletion: "set the KMS twin of KEY for deletion",
  unset_for_deletion: "take back the KMS deletion window of KEY",
};

const distributor = `somebody who holds ${sayRoles(rights.distribute)}`;

type Sayings = {
  readonly [Kind in Guard["guard"]]: (guard: Extract<Guard, { guard: Kind }>, about: About) => Saying;
};

const sayings: Sayings = {
  deletion_protection: (_guard, { key, unchanged, door }) => [
    `Deletion protection is on for ${key}`,
    [unchanged, sayUnprotect(door)],
  ],
  retention_policy: (guard, { key, unchanged, rerun }) => [
    `${guard.resources.length === 1 ? "A resource" : `${guard.resources.length} resources`} with a retention policy still ${guard.resources.length === 1 ? "needs" : "need"} ${key}`,
    [
      ...guard.resources.slice(0, 10).map((crn) => plain(crn)),
      "KMS refuses to delete a key that such a resource uses. Its owner removes the policy or the resource first.",
      unchanged,
    ],
    [rerun],
  ],
  use_unreadable: (guard, { key, unchanged }) => [
    `What uses ${key} could not be read, so ending it could hurt unseen`,
    [plain(guard.reason), unchanged],
  ],
  twin_unreadable: (guard, { key, unchanged }) => [
    `The KMS twin of ${key} could not be read, so KMS's own rule for it is unknown`,
    [
      plain(guard.reason),
      // Without the key's id, uko did not ask KMS.
      ...(guard.kmsKeyId === "" ? [] : ["Reading it takes the KMS service role Reader or above on this instance."]),
      unchanged,
    ],
  ],
  twin_not_active: (guard, { key, unchanged, rerun }) => [
    `The KMS twin of ${key} is ${guard.state}, and KMS lets only an active key be set for deletion`,
    [`KMS key ${guard.kmsKeyId} was changed beside UKO. Enable it there, then run again.`, unchanged],
    [rerun],
  ],
  twin_remains: (guard, { key, path }) => [
    `The record of ${key} stays: its KMS twin is ${guard.state}`,
    [
      `KMS key ${guard.kmsKeyId} still holds material; removing the record of a living key would orphan it.`,
      "If it was restored on purpose, keep it. If not, delete it in KMS.",
    ],
    [{ who: `to have the keystores brought in line, ${distributor} runs`, commands: [`uko sync ${path}`] }],
  ],
  keystore_holds_key: (guard, { key, path }) => [
    `The record of ${key} stays: ${sayKeystores(guard.keystores)}`,
    [
      ...guard.keystores.slice(0, 10).map(sayKeystore),
      "Removing the record of a key that may still live would be the worst mistake of all.",
      "A sync has each keystore told again to destroy the material. If it was restored on purpose, keep it.",
    ],
    [
      {
        who: `to have the keystores brought in line, ${distributor} runs`,
        commands: [`uko sync ${path}`],
      },
    ],
  ],
  removal_contradicted: (guard, { key, path }) => [
    `uko keeps the metadata of ${key}: the service's answers do not agree that the key is gone`,
    [
      ...guard.contradictions.slice(0, 10).map(sayContradiction),
      "If the material was restored on purpose, keep the key.",
    ],
    [{ who: `to have the service ask the keystores, ${distributor} runs`, commands: [`uko sync ${path}`] }],
  ],
  status_not_live: (_guard, { key, rerun }) => [
    `The record of ${key} stays: its keystores could not be asked`,
    ["What the service remembers of them may be old."],
    [{ ...rerun, who: "a little later you run" }],
  ],
  compromised: (guard, { key }) => [
    `${capital(key)} is in state "${plain(guard.stateWord, 40)}" and cannot be ended here`,
    ["API v4 documents no call that leads out of this state. It is ended on the workstation that manages it."],
  ],
  state_unrecognised: (guard, { key }) => [
    `The service reports ${key} in state "${plain(guard.stateWord, 40)}", which this release does not know`,
    ["Nothing is done with a key whose state is not understood. A newer release may know it."],
  ],
  never_active: (_guard, { key, unchanged }) => [
    `${capital(key)} was never active, so it can be neither deactivated nor reactivated`,
    [unchanged],
  ],
  persons_unknown: (guard, { key, unchanged }) => [
    `Two persons cannot be told apart for ${key}`,
    [
      guard.missing === "actor"
        ? "This run's token names no identity."
        : "The service does not tell who wrote last to the key.",
      unchanged,
      'For new keys you can use dualAuthorization: "single" in code, and require an approval in the pipeline.',
    ],
  ],
  kms_setter: (guard, about) => sayKmsSetter(guard.record, about),
  kms_setter_unknown: (_guard, { key, path, unchanged }) => [
    `Who set the KMS deletion window of ${key} is unknown, so nobody can be its second person`,
    ["The way out: reactivate the key and deactivate it again with uko, which records who set the window.", unchanged],
    [{ who: "somebody who holds Key Custodian - Deployer runs", commands: [`uko reactivate ${path}`] }],
  ],
  kms_window_too_short: (guard, { key, unchanged, nowMs }) => [
    `The KMS deletion window of ${key} would not outlast the cool-down by a day`,
    [
      ...(guard.windowEndsAtMs === undefined
        ? []
        : [`It would end on ${sayTimeAndDistance(guard.windowEndsAtMs, nowMs)}.`]),
      `Destroy is possible ${coolDownMs / 3_600_000} hours after a deactivation, and a second person needs time to act. No outage was begun.`,
      unchanged,
    ],
  ],
  kms_window_lapsed: (guard, { key, path, unchanged }) => [
    `The KMS deletion window of ${key} ${guard.windowEndsAtMs === undefined ? "is not set" : `lapsed on ${sayTime(guard.windowEndsAtMs)}`}, and KMS sets it for active keys only`,
    [
      "The way out: reactivate the key, deactivate it again (which sets a new window), wait 4 hours, destroy.",
      unchanged,
    ],
    [{ who: "somebody who holds Key Custodian - Deployer runs", commands: [`uko reactivate ${path}`] }],
  ],
  service_refused: (guard, { key, unchanged, rerun }) => [
    `The service refused to ${(refusedPhrases[guard.step] ?? `${guard.step} KEY`).replace("KEY", () => key)}`,
    [plain(guard.message, 500), unchanged],
    towardsTheEnd.includes(guard.step) ? [{ ...rerun, who: "once its reason is gone you run" }] : [],
  ],
  no_way_back: (guard, { key }) => [
    `${capital(key)} is destroyed, and there is no way back here`,
    [
      ...(guard.pending.length === 0
        ? []
        : ["Until the date given, the cloud behind a keystore may still be able to cancel its part:"]),
      ...guard.pending.map(sayKeystore),
    ],
  ],
  record_binds: (guard, about) => sayRecordBinds(guard.record, about),
  consent_mismatch: (guard, { key, path, unchanged, observation }) => [
    `The record ${guard.named} on ${key} cannot be answered`,
    [explainMismatch(guard.why, observation), unchanged],
    mismatchNext(guard.why, path),
  ],
  actor_not_a_person: (guard, { key, unchanged }) =>
    isPerson(guard.actor.identity)
      ? [
          `${sayActor(guard.actor)} cannot write a consent record on ${key} through a trusted profile`,
          [
            "The service would name the profile as its author. Under your own credential you can write one; through the profile you may act on somebody else's.",
            unchanged,
          ],
        ]
      : [
          `${sayActor(guard.actor)} cannot be one of the two people for ${key}`,
          [
            "Only a person under their own credential writes a consent record; service ids and workloads never count.",
            unchanged,
          ],
        ],
  beyond_plan: (guard, { key, unchanged, door }) => {
    const [summary, reason] = sayBeyondPlan(guard, key);
    return [summary, [reason, unchanged], [{ who: planAgain, commands: [rerunCommand(door)] }]];
  },
};

/** Explains why a plan was refused, what stays unchanged, and what to do next. */
export function explainGuard(guard: Guard, context: WaitContext): Explanation {
  const { observation, nowMs } = context.observed;
  const path = keyPath(observation);
  const about: About = {
    key: sayKey(observation),
    path,
    unchanged: `Nothing was changed by this: ${sayState(observation)}.`,
    rerun: { who: "once that is done you run", commands: rerunCommands(context) },
    door: context.door,
    observation,
    nowMs,
  };
  const say = sayings[guard.guard] as (guard: Guard, about: About) => Saying;
  const [summary, facts, next = []] = say(guard, about);
  return { summary, facts, next, code: guardCodes[guard.guard] };
}

/** The command that the reader just ran, as far as it is known. */
function rerunCommands({ observed: { observation }, run, door }: WaitContext): readonly string[] {
  const path = keyPath(observation);
  const record = observation.carried.kind === "one" ? observation.carried.record : undefined;
  if (record !== undefined && run.consents.includes(record.id)) return actOnCommands(record, path, door);
  if (door.rerun !== "uko continue") return [rerunCommand(door)];
  return [run.intent === "request" ? `uko request ${path}` : `uko continue ${path}`];
}

function sayRecordBinds(record: ConsentRecord, { key, path, unchanged, door }: About): Saying {
  const asked = `${sayAuthor(record)} asked on ${sayTime(record.writtenAtMs)}.`;
  const undo: NextStep = { who: "to take the request back first", commands: [`uko withdraw ${path}`] };
  if (!isLoosening(record.step)) {
    return [`${capital(key)} was not changed: a request for its deletion is pending`, [asked, unchanged], [undo]];
  }
  return [
    `${capital(key)} was not changed: a request for its ${stepNouns[record.step]} is pending`,
    [asked, unchanged],
    [
      {
        who: "another person who may write to the key approves the request with",
        commands: actOnCommands(record, path, door),
      },
      undo,
    ],
  ];
}

function sayKmsSetter(record: ConsentRecord, { key, path, unchanged }: About): Saying {
  const summary = `KMS wants another person to destroy ${key}: you set its deletion window`;
  if (record.how !== "answer") {
    return [
      summary,
      [`You may consent, so that ${sayAuthor(record)} can destroy.`, unchanged],
      [{ who: "you run", commands: [`uko consent ${path} ${record.id}`] }],
    ];
  }
  return [
    summary,
    [
      `You named the consent of ${sayAuthor(record)}, so they cannot act on it themselves.`,
      "A third person can. Two people alone begin again: reactivate the key, and let the other one deactivate it.",
      unchanged,
    ],
    [
      {
        who: `a third person who holds ${sayRoles(rights.destroy)} runs`,
        commands: actOnCommands(record, path, { rerun: "uko continue" }),
      },
      {
        who: `to begin again, somebody who holds ${sayRoles(rights.reactivate)} runs`,
        commands: [`uko reactivate ${path}`],
      },
    ],
  ];
}

function explainMismatch(why: ConsentMismatch, observation: KeyObservation): string {
  switch (why.kind) {
    case "not_on_file":
      return why.onFile === undefined
        ? "No consent record is on file for the key."
        : `The record on file is ${why.onFile}.`;
    case "not_binding":
      return explainNotBinding(why.why, observation) ?? "It is not for the next step.";
    case "own":
      return "It is your own; the consent has to come from somebody else.";
    case "is_an_answer":
      return `It is itself the consent of ${sayAuthor(why.record)}; it is acted on by naming it, never answered again.`;
  }
}

function mismatchNext(why: ConsentMismatch, path: string): readonly NextStep[] {
  switch (why.kind) {
    case "not_on_file":
      return [{ who: "to see what is on file", commands: [`uko status ${path}`] }];
    case "not_binding":
      return [{ who: "to ask anew", commands: [`uko request ${path}`] }];
    case "own":
      return [
        {
          who: "another person who holds the right runs",
          commands: actOnCommands(why.record, path, { rerun: "uko continue" }),
        },
      ];
    case "is_an_answer":
      return [
        {
          who: "a person who holds the right runs",
          commands: actOnCommands(why.record, path, { rerun: "uko continue" }),
        },
      ];
  }
}

const sources = {
  metadata: "metadata",
  stored_status: "stored status",
  live_status: "live status",
} as const satisfies Record<NamingSource, string>;

function sayContradiction(contradiction: Contradiction): string {
  switch (contradiction.kind) {
    case "no_live_answer": {
      const { keystore, namedBy } = contradiction;
      const verb = namedBy.length === 1 ? "names" : "name";
      const told = `keystore "${plain(keystore.name, 60)}" (${plain(keystore.type, 40)})`;
      return `The ${namedBy.map((each) => sources[each]).join(" and the ")} ${verb} ${told}, but the live status does not include it.`;
    }
    case "keystore_without_id": {
      const named = contradiction.name === "" ? "a keystore" : `keystore "${plain(contradiction.name, 60)}"`;
      return `The ${sources[contradiction.source]} names ${named} without an id, so uko cannot match it.`;
    }
    case "material_present": {
      const places = contradiction.places.slice(0, 10).map((place) => plain(place, 40));
      return `The metadata reports key material in ${places.join(" and ")}, but the live status does not.`;
    }
  }
}

function sayKeystores(keystores: readonly KeystoreStatus[]): string {
  const noun = keystores.length === 1 ? "keystore" : "keystores";
  const names = keystores.slice(0, 3).map((each) => `"${plain(each.name, 60)}"`);
  const more = keystores.length > names.length ? ` and ${keystores.length - names.length} more` : "";
  return `${noun} ${names.join(", ")}${more} may still hold the key`;
}

function sayKeystore(keystore: KeystoreStatus): string {
  const error = keystore.error === undefined ? "" : `: ${plain(keystore.error).replace(/\.$/, "")}`;
  return `Keystore "${plain(keystore.name, 60)}" (${plain(keystore.type, 40)}) answers ${sayStatus(keystore)}${error}.`;
}
