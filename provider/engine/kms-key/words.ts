/**
 * Writes words and short sentences about KMS keys, their deletion windows, states, steps and commands, for all
 * messages about KMS keys.
 */

import { kmsWindowMs } from "../../lifecycle/key/kms-window.ts";
import { kmsRestoreMs, kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import type {
  KmsApprovalWait,
  KmsKeyObservation,
  KmsRequestWait,
  KmsRun,
  KmsStep,
} from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import type { Right } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { OpenWait } from "../loop/deletable.ts";
import type { Dialect } from "../text/dialect.ts";
import { type NextStep, rerunCommand, type UserInterface } from "../text/explanation.ts";
import { count, plain, quotedName, sayFirst, sayHolder, sayRoles, sayTime, sayTimeAndDistance } from "../text/words.ts";
import type { ObservedKmsKey } from "./observe.ts";

/** The key, the run and the interface that the sentences are about. */
export interface KmsContext {
  readonly observed: ObservedKmsKey;
  readonly run: KmsRun;
  readonly userInterface: UserInterface;
}

export function sayKmsKey({ name }: Pick<KmsKeyObservation, "name">): string {
  return `KMS key ${quotedName(name, 100)}`;
}

/** `kms/<keyId>`, as commands take it. */
export function kmsKeyPath({ kmsKeyId }: Pick<KmsKeyObservation, "kmsKeyId">): string {
  return `kms/${kmsKeyId}`;
}

/** KMS stores no text, so a request that has to be signed travels in this file. */
export const requestFile = "requests.jsonl";

export function kmsRequestCommand(observation: Pick<KmsKeyObservation, "kmsKeyId" | "signatures">): string {
  return `uko request ${kmsKeyPath(observation)}${observation.signatures === undefined ? "" : ` --out ${requestFile}`}`;
}

/** A signed request names its key, so the command names the file alone. */
export function kmsApproveCommand(observation: Pick<KmsKeyObservation, "kmsKeyId" | "signatures">): string {
  return observation.signatures === undefined
    ? `uko approve ${kmsKeyPath(observation)}`
    : `uko approve --request ${requestFile}`;
}

/**
 * Read before a request. KMS lets a Writer request, and only a Manager approve, so a single Manager who requests leaves
 * no person who can approve.
 */
export const kmsRolesRule = `The person who requests cannot approve, and an approval requires the role ${sayRoles(kmsRights.destroy)}. With only one KMS Manager, let a person with the role KMS Writer request.`;

/** What a person at a terminal confirms before the key is destroyed. */
export function questionBeforeKms({ kind }: KmsStep, observation: KmsKeyObservation): string | undefined {
  if (kind !== "destroy") return undefined;
  return `Destroy ${sayKmsKey(observation)} (${kmsKeyPath(observation)})? KMS can restore the key for 30 days.`;
}

/** The next step, for progress lines. */
export function describeKmsStep(step: KmsStep, observation: KmsKeyObservation): string {
  const key = sayKmsKey(observation);
  switch (step.kind) {
    case "set_for_deletion":
      return `Setting ${key} for deletion`;
    case "unset_for_deletion":
      return `Closing the deletion window of ${key}`;
    case "destroy":
      return `Destroying ${key}`;
  }
}

/** The completed steps of this run, in the past tense. */
export const kmsStepsTaken = {
  set_for_deletion: "This run set the key for deletion.",
  unset_for_deletion: "This run closed the deletion window.",
  destroy: "This run destroyed the key.",
} as const satisfies Record<KmsStep["kind"], string>;

/** The steps as infinitives: `destroy KMS key "payroll"`. */
export const kmsStepPhrases = {
  set_for_deletion: (key) => `set ${key} for deletion`,
  unset_for_deletion: (key) => `close the deletion window of ${key}`,
  destroy: (key) => `destroy ${key}`,
} as const satisfies Record<KmsStep["kind"], (key: string) => string>;

export const kmsStepRights = {
  set_for_deletion: kmsRights.setForDeletion,
  unset_for_deletion: kmsRights.unsetForDeletion,
  destroy: kmsRights.destroy,
} as const satisfies Record<KmsStep["kind"], Right>;

/** The state of a KMS key: `active`, `never activated`. */
export function sayKmsState({ state, stateWord }: KmsKeyObservation): string {
  switch (state) {
    case "active":
    case "suspended":
    case "destroyed":
      return state;
    case "deactivated":
      return "deactivated, because its expiration date has passed";
    case "pre_activation":
      return "never activated";
    case "unrecognized":
      return `"${plain(stateWord, 40)}"`;
  }
}

/** The sentence of each read of a key whose policy KMS never turns off (kms-v2-and-iam.md 5). */
export function sayForGood({ state, dualAuthDelete }: Pick<KmsKeyObservation, "state" | "dualAuthDelete">) {
  return dualAuthDelete && state !== "destroyed" ? [`${forGood}.`] : [];
}

/** The cloud resources that use the key, as far as the read shows them. */
export function sayUses({ registrations }: Pick<KmsKeyObservation, "registrations">): readonly string[] {
  if (registrations.kind === "unreadable" || registrations.items.length === 0) return [];
  const crns = registrations.items.map(({ resourceCrn }) => plain(resourceCrn, 200));
  return [`Used by ${count(crns.length, "cloud resource")}: ${sayFirst(crns)}.`];
}

export const forGood =
  "KMS dual authorization is on for good: KMS never turns it off, and IBM's console does not show it";

export function sayBegan(windowEndsAtMs: number): string {
  return sayTime(windowEndsAtMs - kmsWindowMs);
}

/** How long KMS can restore a destroyed key, as a clause (kms-v2-and-iam.md 2.6). */
export const kmsWayBack = `can restore a destroyed key for ${kmsRestoreMs / 86_400_000} days`;

/** Until when KMS can restore a destroyed key; undefined if KMS reports no date. */
export function restorableUntilMs({ snapshot }: Pick<ObservedKmsKey, "snapshot">): number | undefined {
  const { restoreUntilMs, deletedAtMs } = snapshot;
  return restoreUntilMs ?? (deletedAtMs === undefined ? undefined : deletedAtMs + kmsRestoreMs);
}

/** Who destroyed a key, how to restore it, and what is left of it. `dialect` is that of the reader's program, if they have one. */
export function describeDestroyedKey(observed: ObservedKmsKey, dialect: Dialect | undefined): readonly string[] {
  const untilMs = restorableUntilMs(observed);
  const { purgeScheduledAtMs } = observed.observation;
  const isRestorable = untilMs !== undefined && untilMs > observed.nowMs;
  const way =
    dialect === undefined
      ? `${sayHolder(kmsRights.restore)} can restore the key with uko reactivate ${kmsKeyPath(observed.observation)}.`
      : `a changed ${dialect.property("restoreTrigger")} restores the key. If the key left the state, set ${dialect.property("existingKeyId")} as well.`;
  return [
    ...sayDestroyer(observed),
    ...(isRestorable ? [`Until ${sayTimeAndDistance(untilMs, observed.nowMs)}, ${way}`] : []),
    `Its key ring cannot be deleted until ${
      purgeScheduledAtMs === undefined
        ? "KMS purges the metadata"
        : `KMS purges the metadata on ${sayTime(purgeScheduledAtMs)}`
    }.`,
  ];
}

/** KMS reports the ID alone of the identity that destroyed a key. Under KMS dual authorization, it is the approver. */
function sayDestroyer({ snapshot: { deletedBy, deletedAtMs }, observation }: ObservedKmsKey): readonly string[] {
  if (deletedBy === undefined || deletedAtMs === undefined) return [];
  const approved = observation.dualAuthDelete ? "approved the deletion and destroyed the key" : "destroyed the key";
  return [`${plain(deletedBy, 100)} ${approved} on ${sayTime(deletedAtMs)}.`];
}

/** The message when the engine drops the key from state. */
export function noteOnLeavingState(observed: ObservedKmsKey, dialect: Dialect): string {
  const key = sayKmsKey(observed.observation);
  return [`${key} is destroyed and leaves the state`, ...describeDestroyedKey(observed, dialect)].join("\n  ");
}

export function kmsRerunCommand(observation: KmsKeyObservation, userInterface: UserInterface): string {
  return userInterface.rerun === "uko continue"
    ? `uko continue ${kmsKeyPath(observation)}`
    : rerunCommand(userInterface);
}

/** The line in the log of a run that waits, with the command that another person runs. */
export function sayKmsOpenWait(
  { kind }: KmsApprovalWait | KmsRequestWait,
  observation: KmsKeyObservation,
): Omit<OpenWait, "neededMs"> {
  return kind === "waitingForRequest"
    ? { what: "Waiting for a person to run", command: kmsRequestCommand(observation) }
    : { what: "Waiting for another person to run", command: kmsApproveCommand(observation) };
}

export function kmsWithdrawal(observation: KmsKeyObservation): NextStep {
  return {
    who: `to close the window, ${sayHolder(kmsRights.unsetForDeletion)} runs`,
    commands: [`uko withdraw ${kmsKeyPath(observation)}`],
    neededRoles: kmsRights.unsetForDeletion.roles,
  };
}
