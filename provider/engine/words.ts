/** The words for names, times, steps and states, so that all messages use the same ones. */

import type { ConsentRecord } from "../lifecycle/consent-record.ts";
import type { Right } from "../lifecycle/managed-key-states.ts";
import type {
  Actor,
  ApprovedStep,
  Identity,
  KeyObservation,
  KeystoreStatus,
  LooserMarker,
} from "../lifecycle/observation.ts";
import type { Step } from "../lifecycle/plan.ts";
import { printable } from "../printable.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `24 Nov 2026 14:22 UTC`. */
export function sayTime(ms: number): string {
  const time = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${time.getUTCDate()} ${months[time.getUTCMonth()] ?? ""} ${time.getUTCFullYear()}`;
  return `${day} ${two(time.getUTCHours())}:${two(time.getUTCMinutes())} UTC`;
}

/**
 * `in 3 h 12 min`, `2 d 4 h ago`, `now`. A wait is rounded up, so that a retry at that time is not
 * too early.
 */
export function sayDistance(ms: number, nowMs: number): string {
  const isAhead = ms > nowMs;
  const minutes = isAhead ? Math.ceil((ms - nowMs) / minuteMs) : Math.floor((nowMs - ms) / minuteMs);
  if (minutes === 0) return "now";
  const words = sayDuration(minutes * minuteMs);
  return isAhead ? `in ${words}` : `${words} ago`;
}

/** `3 h 12 min`, `89 d 20 h`; the two largest units. */
export function sayDuration(ms: number): string {
  const days = Math.floor(ms / dayMs);
  const hours = Math.floor((ms % dayMs) / hourMs);
  const minutes = Math.floor((ms % hourMs) / minuteMs);
  const parts =
    days > 0 ? [`${days} d`, hours > 0 ? `${hours} h` : ""] : [hours > 0 ? `${hours} h` : "", `${minutes} min`];
  return parts.filter((part) => part !== "" && (part !== "0 min" || hours === 0)).join(" ");
}

/** `24 Nov 2026 18:22 UTC (in 3 h 12 min)`. */
export function sayTimeAndDistance(ms: number, nowMs: number): string {
  return `${sayTime(ms)} (${sayDistance(ms, nowMs)})`;
}

/**
 * Text from a service or another person, made safe for a terminal: no control characters, no
 * newlines, limited length.
 */
export function plain(text: string, maxCharacters = 200): string {
  return printable(text, maxCharacters);
}

/** Capitalized for the start of a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function sayKey(observation: KeyObservation): string {
  return `key "${plain(observation.facts.label)}"`;
}

/** `<vaultId>/<keyId>`, as commands take it. */
export function keyPath(observation: KeyObservation): string {
  return `${observation.facts.vaultId}/${observation.facts.keyId}`;
}

/** The name is what the author wrote. The service vouches for the ID. */
export function sayAuthor(record: Pick<ConsentRecord, "author" | "authorName">): string {
  const id = sayIdentity(record.author);
  return record.authorName === undefined ? id : `${plain(record.authorName, 60)} (${id})`;
}

export function sayIdentity(identity: Identity): string {
  return identity.iamId === undefined ? `the identity with mark ${identity.mark}` : plain(identity.iamId, 100);
}

export function sayActor(actor: Actor): string {
  const name = plain(actor.displayName, 60);
  return actor.identity === undefined ? name : `${name} (${sayIdentity(actor.identity)})`;
}

export const stillReversible = "Reactivating is still possible.";
export const noWayBack = "There is no way back here.";

/** What the person who took a step must know in addition. */
export const consequences: Partial<Record<Step["kind"], string>> = {
  deactivate: stillReversible,
  destroy: noWayBack,
};

export const stepNouns = {
  deactivate: "deactivation",
  destroy: "destruction",
  loosen_to_destroy: 'loosening to "destroy"',
  loosen_to_single: 'loosening to "single"',
} as const satisfies Record<ApprovedStep, string>;

/** `Key Custodian - Deployer or Key Custodian - Creator`, `Key Custodian - Deployer and (KMS Writer or KMS Manager)`. */
export function sayRoles(right: Right, kmsRight?: Right): string {
  const roles = right.roles.join(" or ");
  return kmsRight === undefined ? roles : `${roles} and (${kmsRight.roles.join(" or ")})`;
}

/** The command that requests a loosening, or that carries out the one that the record requests. */
export function loosenCommand(path: string, to: LooserMarker, recordId?: string): string {
  return `uko loosen ${path} --to ${to}${recordId === undefined ? "" : ` --consent ${recordId}`}`;
}

/** The next step, for progress lines. */
export function describeStep(step: Step, observation: KeyObservation): string {
  const key = sayKey(observation);
  switch (step.kind) {
    case "write_record":
      return `Writing the consent record for the ${stepNouns[step.draft.step]} of ${key}`;
    case "loosen":
      return `Loosening the two-person rule of ${key} to "${step.to}"`;
    case "drop_record":
      return `Taking the consent record off ${key}`;
    case "set_for_deletion":
      return `Setting the KMS twin of ${key} for deletion`;
    case "unset_for_deletion":
      return `Taking back the KMS deletion window of ${key}`;
    case "deactivate":
      return `Deactivating ${key}`;
    case "destroy":
      return `Destroying ${key}`;
    case "reactivate":
      return `Reactivating ${key}`;
    case "remove":
      return `Removing the record of ${key} from its vault`;
    case "sync":
      return `Bringing the keystores in line with ${key}`;
  }
}

/** What this run has done, in the past tense; undefined for steps that people need not know of. */
export function describeTaken(step: Step): string | undefined {
  switch (step.kind) {
    case "write_record":
      return step.draft.how === "answer"
        ? `This run wrote a consent to its ${stepNouns[step.draft.step]}`
        : `This run wrote the request for its ${stepNouns[step.draft.step]}`;
    case "loosen":
      return `This run loosened the two-person rule of the key to "${step.to}"`;
    case "drop_record":
      return "This run took the consent record off the key";
    case "deactivate":
      return "This run deactivated the key";
    case "destroy":
      return "This run destroyed the key";
    case "reactivate":
      return "This run made the key active again";
    case "remove":
      return "This run removed the key's record from its vault";
    case "sync":
      return "This run had the service bring the keystores in line";
    case "set_for_deletion":
      return "This run set the KMS twin for deletion";
    case "unset_for_deletion":
      return "This run took back the KMS deletion window";
  }
}

/** `active, in sync`, `pending_destruction, in sync, until 24 Dec 2026 18:22 UTC`. */
export function sayStatus({ status, syncFlag, destructionAtMs }: KeystoreStatus): string {
  const sync = syncFlag === "ok" ? ", in sync" : syncFlag === status ? "" : `, ${syncFlag.replaceAll("_", " ")}`;
  return `${status}${sync}${destructionAtMs === undefined ? "" : `, until ${sayTime(destructionAtMs)}`}`;
}

/** What the key's state means for its users. */
export function sayState(observation: KeyObservation): string {
  const { use, state } = observation;
  switch (state) {
    case "active": {
      if (use.kind === "unreadable") return "the key is active";
      return use.count === 0
        ? "the key is active"
        : `the key is active and in use by ${use.count} ${use.count === 1 ? "resource" : "resources"}`;
    }
    case "deactivated":
      return "the key is deactivated";
    case "pre_activation":
      return "the key was never active";
    case "destroyed":
      return "the key is destroyed";
    case "compromised":
    case "destroyed_compromised":
    case "unrecognised":
      return `the key is in state "${plain(observation.stateWord, 40)}"`;
  }
}
