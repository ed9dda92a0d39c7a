/**
 * Writes the messages about a vault, keystore or template that cannot be deleted yet: why, until when, and with which
 * commands the person goes on.
 */

import {
  type ContainedContainer,
  type ContainedKey,
  type ContainerGuard,
  type ContainerKind,
  type ContainerObservation,
  type ContainerPlan,
  containerPlanCode,
  type RingKey,
} from "../../lifecycle/container/plan-container-deletion.ts";
import {
  containerRights,
  custodians,
  type ObservedState,
  vaultAdministrator,
} from "../../lifecycle/vocabulary/managed-key-states.ts";
import { withoutPeriod } from "../../text/printable.ts";
import { type Explanation, type NextStep, rerunCommand, type UserInterface, unprotect } from "../text/explanation.ts";
import { planAgain, sayBeyondPlan } from "../text/refusal.ts";
import {
  capital,
  count,
  plain,
  sayActor,
  sayHolder,
  sayList,
  sayRoles,
  sayService,
  sayTime,
  sayTimeAndDistance,
} from "../text/words.ts";
import type { ContainerStop } from "./kind.ts";
import type { ObservedContainer } from "./observe.ts";
import { sayContainer } from "./words.ts";

const vaultHolder = `someone with the role ${vaultAdministrator}`;
/** At most this many objects are named, because people would not read more. */
const maxNamed = 10;
const maxCommands = 3;
const maxInSummary = 3;

/** The subject of a sentence. */
interface About {
  readonly what: string;
  readonly observation: ContainerObservation;
  readonly nowMs: number;
  readonly userInterface: UserInterface;
}

/** The parts of a message: first line, facts, next steps. */
type Saying = readonly [summary: string, facts: readonly string[], next?: readonly NextStep[]];

/** Explains any outcome but `gone`. */
export function explainContainerOutcome(
  outcome: ContainerStop & { readonly observed: ObservedContainer },
  userInterface: UserInterface,
): Explanation {
  const { observation, nowMs } = outcome.observed;
  const about: About = { what: sayContainer(observation), observation, nowMs, userInterface };
  if (outcome.kind === "rights_missing") {
    const right = containerRights[observation.kind].delete;
    return {
      summary: `${sayActor(outcome.actor)} cannot delete ${about.what}: missing right ${right.action}`,
      facts: [`This right requires the role ${sayRoles(right)}.`, ...sayService("the service", outcome.message)],
      isUnchanged: true,
      next: rerun(`${sayHolder(right)} runs`, userInterface),
      code: "UKO_RIGHTS_MISSING",
    };
  }
  const { plan } = outcome;
  const [summary, facts, next = []] = plan.kind === "refused" ? sayGuard(plan.guard, about) : sayWait(plan, about);
  return { summary, facts, isUnchanged: true, next, code: containerPlanCode(plan) };
}

type Sayings = {
  readonly [Kind in ContainerGuard["guard"]]: (guard: Extract<ContainerGuard, { guard: Kind }>, about: About) => Saying;
};

const sayings: Sayings = {
  deletion_protection: (_guard, { what, userInterface }) => [
    `Deletion protection is on for ${what}`,
    [],
    unprotect(
      userInterface,
      rerun("", userInterface).flatMap(({ commands }) => commands),
    ),
  ],
  contents_unreadable: (guard, { what, userInterface }) => [
    `Could not list the ${guard.what === "keys" ? "keys" : "keystores and templates"} in ${what}, so uko did not delete it`,
    [plain(guard.reason, 400), `Listing them requires one of the roles ${sayList(custodians)}.`],
    rerun("someone with one of these roles runs", userInterface),
  ],
  holds_keys: ({ keys }, { what, observation, userInterface }) => [
    `${capital(what)} ${holds[observation.kind]} ${summarize(keys.map(sayKeyShortly), "key")}`,
    [
      ...listed(keys.map(sayContainedKey)),
      `Delete ${keys.length === 1 ? "this key" : "these keys"} first. uko does not delete the contents for you.`,
    ],
    [...waysOn(keys), ...rerun("once no key is left, run", userInterface, keys.length > 0)],
  ],
  holds_containers: ({ containers }, { what, userInterface }) => [
    `${capital(what)} still contains ${summarize(containers.map(sayContainer), "keystore or template", "keystores and templates")}`,
    [
      ...listed(containers.map(sayContained)),
      `Delete ${containers.length === 1 ? containers.map(sayContainer).join() : "these objects"} first. uko does not delete the contents for you.`,
    ],
    rerun("after that, run", userInterface),
  ],
  holds_ring_keys: ({ ringKeys }, { what, userInterface }) => [
    `The key ring of ${what} still contains ${summarize(
      ringKeys.map(({ name, kmsKeyId }) => `"${plain(name === "" ? kmsKeyId : name, 60)}"`),
      "unmanaged KMS key",
    )}`,
    [
      ...listed(ringKeys.map((key) => `KMS ${sayRingKey(key)}`)),
      `Delete ${ringKeys.length === 1 ? "this key" : "these keys"} in KMS, or move ${ringKeys.length === 1 ? "it" : "them"} to another key ring. uko does not change unmanaged keys.`,
    ],
    rerun("once the key ring is empty, run", userInterface),
  ],
  service_refused: ({ message, ringUnreadable }, { what, userInterface }) => [
    `The service refused to delete ${what}`,
    [
      plain(message, 500),
      ringUnreadable === undefined
        ? "uko read it again and found no contents."
        : `uko read it again and found no managed key, but could not read its KMS key ring: ${withoutPeriod(plain(ringUnreadable, 400))}.`,
      ...(ringUnreadable === undefined
        ? []
        : [
            "KMS keeps the metadata of a destroyed key in the key ring for up to 90 days. The keystore cannot be deleted before KMS purges the metadata.",
          ]),
    ],
    rerun(
      ringUnreadable === undefined ? "after resolving the cause, run" : "once the key ring is empty, run",
      userInterface,
    ),
  ],
  beyond_plan: (guard, { what, userInterface }) => {
    const [summary, reason] = sayBeyondPlan(guard, what, true);
    return [summary, [reason], rerun(planAgain, userInterface)];
  },
};

function sayGuard(guard: ContainerGuard, about: About): Saying {
  const say = sayings[guard.guard] as (guard: ContainerGuard, about: About) => Saying;
  return say(guard, about);
}

const holds = {
  vault: "still contains",
  keystore: "still holds",
  template: "is still used by",
} as const satisfies Record<ContainerKind, string>;

function sayWait(plan: Extract<ContainerPlan, { kind: "waitingForTime" }>, about: About): Saying {
  const { what, nowMs, userInterface } = about;
  const { untilMs, keys, ringKeys } = plan;
  const until = untilMs === undefined ? "" : ` until ${sayTimeAndDistance(untilMs, nowMs)}`;
  const then = untilMs === undefined ? "on a later day" : `after ${sayTime(untilMs)}`;
  if (plan.awaits === "kms_metadata") {
    const { refusal } = plan;
    const metadata = `the metadata of ${count(ringKeys.length, "destroyed key")}`;
    return [
      refusal === undefined
        ? `${capital(what)} cannot be deleted${until}: its key ring still has ${metadata}`
        : `${capital(what)} probably cannot be deleted${until}: its key ring may still have ${metadata}`,
      [
        ...(refusal === undefined
          ? []
          : [
              ...sayService("the service", refusal),
              "The service does not report which key ring it is. These keys are in key rings that have only destroyed keys.",
            ]),
        ...listed(ringKeys.map((key) => `KMS ${sayRingKey(key)}`)),
        ...(untilMs === undefined
          ? ["KMS does not report when it purges the metadata."]
          : [`KMS purges the last metadata on ${sayTimeAndDistance(untilMs, nowMs)}.`]),
        "From 4 hours after the destruction, someone with the role KMS Key Purge can purge the metadata in KMS. uko never does.",
      ],
      rerun(`${then}, run`, userInterface),
    ];
  }
  const isOne = keys.length === 1;
  return [
    `${capital(what)} cannot be deleted${until}: it still holds ${summarize(
      keys.map(({ label }) => `"${plain(label, 60)}"`),
      "destroyed key",
    )}`,
    [
      ...listed(keys.map(sayContainedKey)),
      `The ${isOne ? "key" : "keys"} must be removed from the vault first.`,
      ...sayMetadata(ringKeys, nowMs),
    ],
    [
      { who: `${then}, ${vaultHolder} runs`, commands: some(keys, "continue"), isEach: true },
      ...rerun(`to delete ${what}, run`, userInterface, true),
    ],
  ];
}

function sayMetadata(ringKeys: readonly RingKey[], nowMs: number): readonly string[] {
  const dates = ringKeys.flatMap(({ purgeScheduledAtMs }) => purgeScheduledAtMs ?? []);
  if (ringKeys.length === 0) return [];
  const until = dates.length < ringKeys.length ? "" : ` until ${sayTimeAndDistance(Math.max(...dates), nowMs)}`;
  return [`After that, KMS keeps the metadata of ${count(ringKeys.length, "key")} in the key ring${until}.`];
}

/**
 * The commands for the keys in the container. The person may want to keep a key, and then the container stays, so each
 * command is an offer.
 */
function waysOn(keys: readonly ContainedKey[]): readonly NextStep[] {
  const living = keys.filter(({ state }) => isEndable(state));
  const over = keys.filter(({ state }) => state === "destroyed");
  return [
    ...(living.length === 0
      ? []
      : [
          {
            who: `to see how to delete ${living.length === 1 ? "the key" : "each key"}, run`,
            commands: some(living, "plan"),
            isEach: true,
          } as const,
        ]),
    ...(over.length === 0
      ? []
      : [
          {
            who: `to remove ${over.length === 1 ? "the destroyed key" : "the destroyed keys"}, ${vaultHolder} runs`,
            commands: some(over, "continue"),
            isEach: true,
          } as const,
        ]),
  ];
}

function isEndable(state: ObservedState): boolean {
  return state === "pre_activation" || state === "active" || state === "deactivated";
}

function some(keys: readonly ContainedKey[], command: "plan" | "continue"): readonly string[] {
  return keys.slice(0, maxCommands).map(({ vaultId, keyId }) => `uko ${command} ${vaultId}/${keyId}`);
}

function rerun(who: string, userInterface: UserInterface, isSequel = false): readonly NextStep[] {
  // `uko continue` accepts only keys, so it cannot delete a container.
  if (userInterface.rerun === "uko continue") return [];
  return [{ who, commands: [rerunCommand(userInterface)], ...(isSequel && { isSequel }) }];
}

function sayKeyShortly({ label, state }: ContainedKey): string {
  return `"${plain(label, 60)}" (${stateWords[state]})`;
}

const stateWords = {
  pre_activation: "never activated",
  active: "active",
  deactivated: "deactivated",
  destroyed: "destroyed",
  compromised: "compromised",
  destroyed_compromised: "destroyed, compromised",
  unrecognized: "in an unknown state",
} as const satisfies Record<ObservedState, string>;

function sayContainedKey({ label, vaultId, keyId, state, pending }: ContainedKey): string {
  const name = `Key "${plain(label, 100)}" ${vaultId}/${keyId}`;
  const words = `${state === "pre_activation" ? "was" : "is"} ${stateWords[state]}`;
  const until = pending?.untilMs === undefined ? " (no end date reported)" : ` until ${sayTime(pending.untilMs)}`;
  return `${name} ${words}${pending === undefined ? "" : `; a keystore still holds its material${until}`}.`;
}

function sayContained({ kind, id, name }: ContainedContainer): string {
  return `${capital(sayContainer({ kind, id, name }))} ${id}.`;
}

function sayRingKey({ name, kmsKeyId, isDestroyed, purgeScheduledAtMs }: RingKey): string {
  const until = purgeScheduledAtMs === undefined ? "" : `; KMS keeps its metadata until ${sayTime(purgeScheduledAtMs)}`;
  return `key ${name === "" ? "" : `"${plain(name, 100)}" `}${kmsKeyId} is ${isDestroyed ? `destroyed${until}` : "not destroyed"}.`;
}

/**
 * Names the objects in a summary: `key "a" (active)`, or `5 keys: "a" (active), "b" (active), "c" (active) and 2 more`.
 */
function summarize(names: readonly string[], one: string, many = `${one}s`): string {
  const [only] = names;
  if (names.length === 1) return only?.startsWith('"') === true ? `${one} ${only}` : (only ?? "");
  const more = names.length > maxInSummary ? ` and ${names.length - maxInSummary} more` : "";
  return `${names.length} ${many}: ${names.slice(0, maxInSummary).join(", ")}${more}`;
}

function listed(lines: readonly string[]): readonly string[] {
  return lines.length <= maxNamed ? lines : [...lines.slice(0, maxNamed), `And ${lines.length - maxNamed} more.`];
}
