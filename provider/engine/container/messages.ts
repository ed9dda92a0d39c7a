/**
 * The messages about vaults, keystores and templates that cannot be deleted yet: what they contain,
 * until when, and the next commands.
 */

import type { ObservedState } from "../../lifecycle/managed-key-states.ts";
import {
  type ContainedContainer,
  type ContainedKey,
  type ContainerGuard,
  type ContainerKind,
  type ContainerObservation,
  type ContainerPlan,
  containerPlanCode,
  type RingKey,
} from "../../lifecycle/plan-container-deletion.ts";
import { planAgain, sayBeyondPlan } from "../beyond-plan.ts";
import { type Door, type Explanation, type NextStep, rerunCommand, sayUnprotect } from "../explanation.ts";
import { capital, plain, sayActor, sayRoles, sayTime, sayTimeAndDistance } from "../words.ts";
import type { ContainerStop } from "./kind.ts";
import type { ObservedContainer } from "./observe.ts";
import { containerRights, sayContainer, vaultAdministrator } from "./words.ts";

const anyone = ["Key Custodian - Deployer", "Key Custodian - Creator", vaultAdministrator];
/** People would not read more names than this. */
const maxNamed = 10;
const maxCommands = 3;
const maxInSummary = 3;
const unchanged = "Nothing was deleted.";

/** The subject of a sentence. */
interface About {
  readonly what: string;
  readonly observation: ContainerObservation;
  readonly nowMs: number;
  readonly door: Door;
}

/** The parts of a message: first line, facts, next steps. */
type Saying = readonly [summary: string, facts: readonly string[], next?: readonly NextStep[]];

/** Explains any outcome but `gone`. */
export function explainContainerOutcome(
  outcome: ContainerStop & { readonly observed: ObservedContainer },
  door: Door,
): Explanation {
  const { observation, nowMs } = outcome.observed;
  const about: About = { what: sayContainer(observation), observation, nowMs, door };
  if (outcome.kind === "rights_missing") {
    const right = containerRights[observation.kind].delete;
    return {
      summary: `${sayActor(outcome.actor)} may not delete ${about.what}: the right ${right.action} is missing`,
      facts: [
        `It comes with the role ${sayRoles(right)}.`,
        ...(outcome.message === "" ? [] : [`The service says: ${plain(outcome.message, 300)}`]),
        unchanged,
      ],
      next: rerun(`somebody who holds ${sayRoles(right)} runs`, door),
      code: "UKO_RIGHTS_MISSING",
    };
  }
  const { plan } = outcome;
  const [summary, facts, next = []] = plan.kind === "refused" ? sayGuard(plan.guard, about) : sayWait(plan, about);
  return { summary, facts, next, code: containerPlanCode(plan) };
}

type Sayings = {
  readonly [Kind in ContainerGuard["guard"]]: (guard: Extract<ContainerGuard, { guard: Kind }>, about: About) => Saying;
};

const sayings: Sayings = {
  deletion_protection: (_guard, { what, door }) => [
    `Deletion protection is on for ${what}`,
    [unchanged, sayUnprotect(door)],
  ],
  contents_unreadable: (guard, { what, door }) => [
    `Which ${guard.what === "keys" ? "keys" : "keystores and templates"} ${what} holds could not be read, so it was left alone`,
    [plain(guard.reason, 400), `Listing them takes the role ${anyone.join(" or ")}.`, unchanged],
    rerun("somebody who holds one of these roles runs", door),
  ],
  holds_keys: ({ keys }, { what, observation, door }) => [
    `${capital(what)} ${holds[observation.kind]} ${summarize(keys.map(sayKeyShortly), "key")}`,
    [
      ...listed(keys.map(sayContainedKey)),
      `${keys.length === 1 ? "It ends first," : "They end first, each"} in its own time: nothing is emptied on the way. ${unchanged}`,
    ],
    [...waysOn(keys), ...rerun("once no key is left you run", door)],
  ],
  holds_containers: ({ containers }, { what, door }) => [
    `${capital(what)} still holds ${summarize(containers.map(sayContainer), "keystore or template", "keystores and templates")}`,
    [
      ...listed(containers.map(sayContained)),
      `${containers.length === 1 ? "It is" : "They are"} deleted first. ${unchanged}`,
    ],
    rerun(containers.length === 1 ? "once it is gone you run" : "once they are gone you run", door),
  ],
  holds_ring_keys: ({ ringKeys }, { what, door }) => [
    `The KMS key ring of ${what} still holds ${summarize(
      ringKeys.map(({ name, kmsKeyId }) => `"${plain(name === "" ? kmsKeyId : name, 60)}"`),
      "a key that is no managed key:",
      "keys that are no managed keys",
    )}`,
    [
      ...listed(ringKeys.map((key) => `KMS ${sayRingKey(key)}`)),
      "Whoever made them deletes them in KMS, or moves them to another key ring; uko touches no key in a keystore's ring.",
      unchanged,
    ],
    rerun("once the ring is empty you run", door),
  ],
  service_refused: ({ message, ringUnreadable }, { what, door }) => [
    `The service refused to delete ${what}`,
    [
      plain(message, 500),
      ringUnreadable === undefined
        ? "Another look showed nothing that it holds."
        : `Another look showed no managed key that it holds, but its KMS key ring could not be read: ${plain(ringUnreadable, 400)}`,
      ...(ringUnreadable === undefined
        ? []
        : ["KMS keeps the metadata of destroyed keys there for up to 90 days. Reading it takes the KMS role Reader."]),
      unchanged,
    ],
    rerun("once its reason is gone you run", door),
  ],
  beyond_plan: (guard, { what, door }) => {
    const [summary, reason] = sayBeyondPlan(guard, what, true);
    return [summary, [reason, unchanged], rerun(planAgain, door)];
  },
};

function sayGuard(guard: ContainerGuard, about: About): Saying {
  const say = sayings[guard.guard] as (guard: ContainerGuard, about: About) => Saying;
  return say(guard, about);
}

const holds = {
  vault: "still holds",
  keystore: "still has",
  template: "is still needed by",
} as const satisfies Record<ContainerKind, string>;

function sayWait(plan: Extract<ContainerPlan, { kind: "waitingForTime" }>, about: About): Saying {
  const { what, nowMs, door } = about;
  const { untilMs, keys, ringKeys } = plan;
  const until = untilMs === undefined ? "" : ` until ${sayTime(untilMs)}`;
  const then = untilMs === undefined ? "later" : `after ${sayTime(untilMs)}`;
  const metadata = sayMetadata(ringKeys, nowMs);
  if (plan.awaits === "kms_metadata") {
    return [
      `${capital(what)} waits for KMS${until}: its key ring still has the metadata of ${count(ringKeys.length, "destroyed key")}`,
      [
        ...listed(ringKeys.map((key) => `KMS ${sayRingKey(key)}`)),
        ...(untilMs === undefined
          ? []
          : [`KMS begins to purge the last of it on ${sayTimeAndDistance(untilMs, nowMs)}.`]),
        "Somebody who holds KMS Key Purge may purge it in KMS from 4 hours after the destruction; uko never does.",
        unchanged,
      ],
      rerun(`${then} you run`, door),
    ];
  }
  return [
    `${capital(what)} waits${until} for ${summarize(
      keys.map(({ label }) => `"${plain(label, 60)}"`),
      "destroyed key",
    )}`,
    [
      ...listed(keys.map(sayContainedKey)),
      `${keys.length === 1 ? "Its record leaves" : "Their records leave"} the vault before what holds ${keys.length === 1 ? "it" : "them"} can go.`,
      ...metadata,
      unchanged,
    ],
    [
      {
        who: `${then} somebody who holds ${vaultAdministrator} removes ${keys.length === 1 ? "the record" : "the records"} with`,
        commands: some(keys, "continue"),
      },
      ...rerun(keys.length === 1 ? "once it is gone you run" : "once they are gone you run", door),
    ],
  ];
}

function sayMetadata(ringKeys: readonly RingKey[], nowMs: number): readonly string[] {
  const dates = ringKeys.flatMap(({ purgeScheduledAtMs }) => purgeScheduledAtMs ?? []);
  if (ringKeys.length === 0) return [];
  const until = dates.length < ringKeys.length ? "" : ` until ${sayTimeAndDistance(Math.max(...dates), nowMs)}`;
  return [`After that KMS keeps the metadata of ${count(ringKeys.length, "key")} in its ring${until}.`];
}

/**
 * The next step for each key. A key that is kept also keeps its container, so none of these steps
 * is an order.
 */
function waysOn(keys: readonly ContainedKey[]): readonly NextStep[] {
  const living = keys.filter(({ state }) => isEndable(state));
  const over = keys.filter(({ state }) => state === "destroyed");
  return [
    ...(living.length === 0
      ? []
      : [{ who: "to see the way to the end of each you run", commands: some(living, "plan") }]),
    ...(over.length === 0
      ? []
      : [
          {
            who: `somebody who holds ${vaultAdministrator} removes what is destroyed with`,
            commands: some(over, "continue"),
          },
        ]),
  ];
}

function isEndable(state: ObservedState): boolean {
  return state === "pre_activation" || state === "active" || state === "deactivated";
}

function some(keys: readonly ContainedKey[], command: "plan" | "continue"): readonly string[] {
  return keys.slice(0, maxCommands).map(({ vaultId, keyId }) => `uko ${command} ${vaultId}/${keyId}`);
}

function rerun(who: string, door: Door): readonly NextStep[] {
  // `uko continue` accepts only keys, so it cannot delete a container.
  return door.rerun === "uko continue" ? [] : [{ who, commands: [rerunCommand(door)] }];
}

function sayKeyShortly({ label, state }: ContainedKey): string {
  return `"${plain(label, 60)}" (${stateWords[state]})`;
}

const stateWords = {
  pre_activation: "never active",
  active: "active",
  deactivated: "deactivated",
  destroyed: "destroyed",
  compromised: "compromised",
  destroyed_compromised: "destroyed, compromised",
  unrecognised: "in a state that this release does not know",
} as const satisfies Record<ObservedState, string>;

function sayContainedKey({ label, vaultId, keyId, state, pending }: ContainedKey): string {
  const untilMs = pending?.untilMs;
  const until = untilMs === undefined ? "until a time that is not told" : `until ${sayTime(untilMs)}`;
  const held = pending === undefined ? "" : `; a keystore holds its material ${until}`;
  return `Key "${plain(label, 100)}" ${vaultId}/${keyId} is ${stateWords[state]}${held}.`;
}

function sayContained({ kind, id, name }: ContainedContainer): string {
  return `${capital(sayContainer({ kind, id, name }))} ${id}.`;
}

function sayRingKey({ name, kmsKeyId, isDestroyed, purgeScheduledAtMs }: RingKey): string {
  const until = purgeScheduledAtMs === undefined ? "" : `; its metadata stays until ${sayTime(purgeScheduledAtMs)}`;
  return `key ${name === "" ? "" : `"${plain(name, 100)}" `}${kmsKeyId} is ${isDestroyed ? `destroyed${until}` : "not destroyed"}.`;
}

/** `key "a" (active)`, `5 keys: "a" (active), "b" (active), "c" (active) and 2 more`. */
function summarize(names: readonly string[], one: string, many = `${one}s`): string {
  const [only] = names;
  if (names.length === 1) return only?.startsWith('"') === true ? `${one} ${only}` : (only ?? "");
  const more = names.length > maxInSummary ? ` and ${names.length - maxInSummary} more` : "";
  return `${names.length} ${many}: ${names.slice(0, maxInSummary).join(", ")}${more}`;
}

function listed(lines: readonly string[]): readonly string[] {
  return lines.length <= maxNamed ? lines : [...lines.slice(0, maxNamed), `And ${lines.length - maxNamed} more.`];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
