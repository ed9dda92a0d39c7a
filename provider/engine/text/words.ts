/**
 * Writes names, times, steps, states and people for all messages, so that each fact reads the same everywhere. It also
 * makes text of other people safe for a terminal, so that control characters in it have no effect.
 */

import { typesOfUnseenUse } from "../../lifecycle/container/keystore-kind.ts";
import type { Step } from "../../lifecycle/key/plan.ts";
import { type Right, rights } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type {
  Actor,
  ApprovedStep,
  ConsentRecord,
  Identity,
  KeyObservation,
  KeystoreStatus,
} from "../../lifecycle/vocabulary/observation.ts";
import { capital, printable } from "../../text/printable.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Writes a time: `24 Nov 2026 14:22 UTC`. */
export function sayTime(ms: number): string {
  const time = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${time.getUTCDate()} ${months[time.getUTCMonth()] ?? ""} ${time.getUTCFullYear()}`;
  return `${day} ${two(time.getUTCHours())}:${two(time.getUTCMinutes())} UTC`;
}

/**
 * Writes the distance to a time: `in 3 h 12 min`, `2 d 4 h ago`, `now`. A wait is rounded up, so that a retry at that
 * time is not too early.
 */
export function sayDistance(ms: number, nowMs: number): string {
  const isAhead = ms > nowMs;
  const minutes = isAhead ? Math.ceil((ms - nowMs) / minuteMs) : Math.floor((nowMs - ms) / minuteMs);
  if (minutes === 0) return "now";
  const words = sayDuration(minutes * minuteMs);
  return isAhead ? `in ${words}` : `${words} ago`;
}

/** Writes a duration in its two largest units: `3 h 12 min`, `89 d 20 h`. */
export function sayDuration(ms: number): string {
  const days = Math.floor(ms / dayMs);
  const hours = Math.floor((ms % dayMs) / hourMs);
  const minutes = Math.floor((ms % hourMs) / minuteMs);
  const parts =
    days > 0 ? [`${days} d`, hours > 0 ? `${hours} h` : ""] : [hours > 0 ? `${hours} h` : "", `${minutes} min`];
  return parts.filter((part) => part !== "" && (part !== "0 min" || hours === 0)).join(" ");
}

/** Writes a time with its distance: `24 Nov 2026 18:22 UTC, in 3 h 12 min`. */
export function sayTimeAndDistance(ms: number, nowMs: number): string {
  return `${sayTime(ms)}, ${sayDistance(ms, nowMs)}`;
}

/** Text from a service or another person: safe for a terminal, on one line, of limited length. */
export function plain(text: string, maxCharacters = 200): string {
  return printable(text, maxCharacters);
}

/** Joins names: `a`, `a and b`, `a, b and c`. */
export function sayList(names: readonly string[]): string {
  return [names.slice(0, -1).join(", "), ...names.slice(-1)].filter((part) => part !== "").join(" and ");
}

/** The most names that a list shows. The others are counted. */
export const maxNamed = 5;

/** Lists the first names: `payroll, cards, and 3 more`. */
export function sayFirst(names: readonly string[], most = maxNamed): string {
  const more = names.length > most ? [`and ${names.length - most} more`] : [];
  return [...names.slice(0, most), ...more].join(", ");
}

/** Writes a number with its noun: `1 key`, `2 keys`. `many` is for an irregular plural. */
export function count(number: number, noun: string, many = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : many}`;
}

export { capital };

export function sayKey(observation: KeyObservation): string {
  return `key ${quotedName(observation.facts.label, 200)}`;
}

/**
 * The shortest name by which a person at a terminal names the key: its label, if no shell and no command could take the
 * label for anything else. The command looks the label up, shows the key, and asks.
 */
export function keyName({ facts }: Pick<KeyObservation, "facts">): string {
  return nameOrPath(facts);
}

/** The label; the path if the label could be an ID, or if another key that this run listed has the same label. */
export function nameOrPath({ label, vaultId, keyId, hasNamesake }: KeyNames): string {
  const isName = plainLabel.test(label) && !/^[0-9a-f-]+$/i.test(label) && hasNamesake !== true;
  return isName ? label : `${vaultId}/${keyId}`;
}

export type KeyNames = Pick<KeyObservation["facts"], "label" | "vaultId" | "keyId" | "hasNamesake">;

const plainLabel = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** The path of a key, `<vaultId>/<keyId>`, as commands take it. */
export function keyPath(observation: KeyObservation): string {
  return `${observation.facts.vaultId}/${observation.facts.keyId}`;
}

/**
 * Names a person: `IBMid-550000ALICE ("Alice Example")`. The service vouches for the ID. The person wrote the name,
 * which may be the ID of another person, so the ID comes first and quotes enclose the name.
 */
export function sayPerson(iamId: string, name = ""): string {
  const id = plain(iamId, 100);
  return name === "" || name === iamId ? id : `${id} (${quotedName(name)})`;
}

/** A quote within the name becomes an apostrophe, because a reader would take it for the end of the name. */
export function quotedName(name: string, maxCharacters = 60): string {
  return `"${plain(name, maxCharacters).replaceAll('"', "'")}"`;
}

/**
 * The reason without the name of the key, because the label is next to it. A name in the reason would keep rows with
 * the same reason apart.
 */
export function withoutKeyName(why: string, label: string): string {
  const name = `key ${quotedName(label, 200)}`;
  return [`KMS ${name}`, name].reduce(
    (text, each) => text.replaceAll(each, "the key").replaceAll(capital(each), "The key"),
    why,
  );
}

/**
 * One line for each reason, with the labels first: `payroll, cards: the reason.` A narrow terminal would cut the reason
 * in the cell of a table.
 */
export function linesByReason(
  keys: readonly { readonly label: string; readonly why: string }[],
  maxLabels = maxNamed,
): readonly string[] {
  const byReason = Map.groupBy(keys, ({ label, why }) => withoutKeyName(why, label));
  return Array.from(byReason, ([why, members]) => {
    const labels = members.map(({ label }) => sayLabel(label));
    return `  ${sayFirst(labels, maxLabels)}: ${why.replace(/^The key/, "the key")}.`;
  });
}

/** A label in a list. Quotes enclose a label that could pass for several labels, or for words of uko. */
export function sayLabel(label: string, maxCharacters = 60): string {
  return /^[\w./-]+$/.test(label) ? plain(label, maxCharacters) : quotedName(label, maxCharacters);
}

export function sayAuthor({ author, authorName }: Pick<ConsentRecord, "author" | "authorName">): string {
  return sayPerson(sayIdentity(author), authorName);
}

export function sayIdentity(identity: Identity): string {
  return identity.iamId === undefined ? `the identity with mark ${identity.mark}` : plain(identity.iamId, 100);
}

export function sayActor(actor: Actor): string {
  const { identity, displayName } = actor;
  return identity === undefined ? plain(displayName, 60) : sayPerson(sayIdentity(identity), displayName);
}

export const stillReversible = "This can be undone: the key can be reactivated.";
export const allStillReversible = "This can be undone: the keys can be reactivated.";
export const cannotBeUndone = "This cannot be undone.";

/**
 * What the approval of a deactivation opens, read before the approver confirms. uko demands two people for the
 * destruction, but the service lets one person with the role destroy a deactivated key by any other tool.
 */
export function sayWhatOpens(step: ApprovedStep, keys = 1): readonly string[] {
  if (step !== "deactivate") return [];
  const [when, them] = keys === 1 ? ["Once the key is deactivated", "it"] : ["Once the keys are deactivated", "them"];
  return [`${when}, a person with the role ${sayRoles(rights.destroy)} can destroy ${them} alone, with other tools.`];
}

export const blocksContainers =
  "Until the key is removed from its vault, its template, its keystores and its vault cannot be deleted.";

/** What the person who took a step must know in addition. */
export const consequences: Partial<Record<Step["kind"], string>> = {
  deactivate: stillReversible,
  destroy: cannotBeUndone,
};

export const stepNouns = {
  deactivate: "deactivation",
  destroy: "destruction",
} as const satisfies Record<ApprovedStep, string>;

/**
 * Names the roles of a right: `Key Custodian - Deployer or Key Custodian - Creator`, `Key Custodian - Deployer and (KMS
 * Writer or KMS Manager)`.
 */
export function sayRoles(right: Right, kmsRight?: Right): string {
  const roles = right.roles.join(" or ");
  return kmsRight === undefined ? roles : `${roles} and (${kmsRight.roles.join(" or ")})`;
}

/** Names the people who can act: `someone with the role Vault Administrator`. */
export function sayHolder(right: Right, kmsRight?: Right, who = "someone"): string {
  return `${who} with the ${kmsRight === undefined ? "role" : "roles"} ${sayRoles(right, kmsRight)}`;
}

/** The message of a service about a step that it refused. */
export function sayService(service: string, message: string): readonly string[] {
  return message === "" ? [] : [`Response of ${service}: ${plain(message, 300)}`];
}

/** A step as it begins, as an infinitive, and in the past tense; the key follows the first two. */
const stepWords = {
  drop_record: ["Removing the request from", "remove the request from", "removed the request"],
  set_for_deletion: ["Setting the backing KMS key of", "set the backing KMS key of", "set the backing KMS key"],
  unset_for_deletion: [
    "Closing the KMS deletion window of",
    "close the KMS deletion window of",
    "closed the KMS deletion window",
  ],
  deactivate: ["Deactivating", "deactivate", "deactivated the key"],
  destroy: ["Destroying", "destroy", "destroyed the key"],
  reactivate: ["Reactivating", "reactivate", "reactivated the key"],
  remove: ["Removing", "remove", "removed the key"],
  sync: ["Synchronizing the keystores with", "synchronize the keystores with", "synchronized the keystores"],
} as const satisfies Record<Exclude<Step["kind"], "write_record">, readonly [doing: string, does: string, did: string]>;

const afterKey: Partial<Record<Step["kind"], string>> = {
  set_for_deletion: " for deletion",
  remove: " from its vault",
};

/** The next step, for progress lines. */
export function describeStep(step: Step, observation: KeyObservation): string {
  const key = sayKey(observation);
  if (step.kind !== "write_record") return `${stepWords[step.kind][0]} ${key}${afterKey[step.kind] ?? ""}`;
  return `${step.draft.how === "approval" ? "Approving" : "Requesting"} the ${stepNouns[step.draft.step]} of ${key}`;
}

/** What a person at a terminal confirms before a step that cannot be undone. */
export function questionBefore({ kind }: Step, observation: KeyObservation): string | undefined {
  const key = `${sayKey(observation)} (${keyPath(observation)})`;
  if (kind === "destroy") return `Destroy ${key}? This cannot be undone: the key material is deleted.`;
  if (kind === "remove") return `Remove ${key}? This cannot be undone: only the evidence log remains.`;
  return undefined;
}

/** The step as an infinitive: `deactivate key "payroll"`. */
export function stepPhrase(kind: Step["kind"], key: string): string {
  if (kind === "write_record") return `write a consent record to ${key}`;
  return `${stepWords[kind][1]} ${key}${afterKey[kind] ?? ""}`;
}

/** A step that this run has taken, in the past tense. `hasRemovedUsed`: a record that it removed was no pending request. */
export function describeTaken(step: Step, hasRemovedUsed?: boolean): string {
  if (step.kind === "drop_record" && hasRemovedUsed === true) return "This run removed the record of the deactivation.";
  if (step.kind !== "write_record") return `This run ${stepWords[step.kind][2]}${afterKey[step.kind] ?? ""}.`;
  return `This run ${step.draft.how === "approval" ? "approved" : "requested"} its ${stepNouns[step.draft.step]}.`;
}

/** A word of the service, as people write it: `pending destruction`. */
export function sayWord(word: string): string {
  return word.replaceAll("_", " ");
}

/**
 * The status of a key in a keystore: `active, in sync`, `pending destruction, in sync, until 24 Dec 2026 18:22 UTC`.
 */
export function sayStatus({ status, syncFlag, destructionAtMs }: KeystoreStatus): string {
  const sync = syncFlag === "ok" ? ", in sync" : syncFlag === status ? "" : `, ${sayWord(syncFlag)}`;
  return `${sayWord(status)}${sync}${destructionAtMs === undefined ? "" : `, until ${sayTime(destructionAtMs)}`}`;
}

const noKnownUse = "nothing that UKO knows";

/**
 * What uses a key, as far as UKO can see: `2 resources`, `nothing that UKO knows`. UKO does not see what uses a copy of
 * the key in another cloud, so the text for such a key is never `nothing`.
 */
export function sayUse(resources: number, keystores: readonly { readonly type: string }[]): string {
  const isUnseen = typesOfUnseenUse(keystores).length > 0;
  if (resources === 0) return isUnseen ? "not visible to UKO" : noKnownUse;
  return `${count(resources, "resource")}${isUnseen ? ", and not visible to UKO" : ""}`;
}

/** The state of a key: `active, in use by 2 resources`, `active, use not visible to UKO`, `never activated`. */
export function sayState(observation: KeyObservation): string {
  const { use, state, facts, keystores } = observation;
  switch (state) {
    case "active": {
      if (use.kind === "unreadable") return "active";
      const said = sayUse(use.count, [...facts.keystores, ...keystores]);
      if (use.count > 0) return `active, in use by ${said}`;
      return said === noKnownUse ? "active" : `active, use ${said}`;
    }
    case "deactivated":
    case "destroyed":
      return state;
    case "pre_activation":
      return "never activated";
    case "compromised":
    case "destroyed_compromised":
    case "unrecognized":
      return `"${plain(observation.stateWord, 40)}"`;
  }
}

/** The state of a key as a verb: `is active, in use by 2 resources`, `was never activated`. */
export function isInState(observation: KeyObservation): string {
  const state = sayState(observation);
  if (observation.state === "pre_activation") return `was ${state}`;
  return `is ${state.startsWith('"') ? "in state " : ""}${state}`;
}

/** KMS's dual authorization in a table. IBM's console does not show it for a key. */
export function sayKmsDualAuth({ dualAuthDelete }: { readonly dualAuthDelete: boolean }): string {
  return dualAuthDelete ? "on for good" : "off";
}

/** A key check value with its method, such as `BF4DE0 (ENC-ZERO)`. */
export function sayCheckValue({ method, value }: { readonly method: string; readonly value: string }): string {
  return `${plain(value, 100)} (${plain(method, 40)})`;
}

/**
 * The slips of a finger that make one name of another: a letter too many, missing, wrong, or swapped with the next one.
 * The fewer they are, the more likely a mistyped name stands for the other.
 */
export function slipsBetween(one: string, other: string): number {
  const [typed, meant] = [[...one], [...other]];
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = [0, ...meant.map((_, at) => at + 1)];
  for (const [row, letter] of typed.entries()) {
    const current = [row + 1];
    for (const [at, wanted] of meant.entries()) {
      const replaced = (last[at] ?? 0) + (letter === wanted ? 0 : 1);
      const isSwapped = row > 0 && at > 0 && letter === meant[at - 1] && typed[row - 1] === wanted;
      const swapped = isSwapped ? (beforeLast[at - 1] ?? 0) + 1 : replaced;
      current.push(Math.min(replaced, swapped, (last[at + 1] ?? 0) + 1, (current[at] ?? 0) + 1));
    }
    [beforeLast, last] = [last, current];
  }
  return last[meant.length] ?? 0;
}
