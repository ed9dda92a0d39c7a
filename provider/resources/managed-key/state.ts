/**
 * Builds a managed key's state from one read of the key. The file also builds the warnings about changes that were made
 * outside the program, and about a pending deletion.
 */

import type { KeySummary } from "../../engine/key/observe.ts";
import { type KeyDeletionReport, reportKeyDeletion } from "../../engine/key/report.ts";
import { unapprovedSentences } from "../../engine/key/text/unapproved-words.ts";
import type { KeyPatch, KeySnapshot } from "../../engine/ports/world.ts";
import {
  capital,
  keyPath,
  plain,
  sayAuthor,
  sayIdentity,
  sayKey,
  sayTime,
  stepNouns,
} from "../../engine/text/words.ts";
import { deletionStanding } from "../../lifecycle/consent/consent-record.ts";
import { holdsInForce, valueOfHolds } from "../../lifecycle/consent/hold.ts";
import { noMarker } from "../../lifecycle/consent/required-people.ts";
import { nobody } from "../../lifecycle/key/plan.ts";
import type { ConsentRecord, KeyObservation, Tag } from "../../lifecycle/vocabulary/observation.ts";
import { isDeclaredTag } from "../../lifecycle/vocabulary/tag-names.ts";
import { isoTime } from "../../text/iso-time.ts";
import { withoutPeriod } from "../../text/printable.ts";
import { pendingOutputs } from "../shared-inputs.ts";
import { type ManagedKeyInputs, type ManagedKeyState, patchedInputs } from "./schema.ts";

/**
 * The state: the service's values, plus the inputs that only control uko. `wait` is what the run of a deletion waits for;
 * otherwise the key alone says it.
 */
export function stateOf(
  inputs: ManagedKeyInputs,
  observed: KeySummary,
  wait: KeyDeletionReport = waitInKey(inputs, observed),
): ManagedKeyState {
  const { observation, snapshot, nowMs } = observed;
  const { facts } = observation;
  const tags = facts.tags.filter(isDeclaredTag);
  const holds = holdsInForce(observation.holds, nowMs);
  const { label: _label, description: _description, tags: _tags, ...kept } = inputs;
  for (const name of patchedInputs) delete kept[name];
  return {
    ...kept,
    vaultId: facts.vaultId,
    label: facts.label,
    ...(facts.description !== "" || inputs.description !== undefined ? { description: facts.description } : {}),
    ...(tags.length > 0 || inputs.tags !== undefined
      ? { tags: Object.fromEntries(tags.map(({ name, value }) => [name, value])) }
      : {}),
    ...patchedValues((name) => snapshot[name] !== "", snapshot),
    instanceId: facts.instanceId,
    keyId: facts.keyId,
    templateId: snapshot.templateId,
    version: facts.version,
    algorithm: snapshot.algorithm,
    size: snapshot.size,
    keyState: observation.stateWord,
    dualMarker: observation.marker ?? noMarker,
    ...(holds.length > 0 && { hold: valueOfHolds(holds) }),
    ...(snapshot.alignment !== undefined && { alignment: snapshot.alignment }),
    lifecycleState: wait.lifecycleState,
    keystores: observation.keystores.map((each) => ({
      name: each.name,
      type: each.type,
      status: each.status,
      syncFlag: each.syncFlag,
      ...(each.destructionAtMs !== undefined && { destructionAt: isoTime(each.destructionAtMs) }),
    })),
    ...pendingOutputs(wait),
  };
}

/** A key that its program keeps deactivated waits for nothing. */
function waitInKey({ state: goal }: ManagedKeyInputs, observed: KeySummary): KeyDeletionReport {
  const wait = reportKeyDeletion(observed, nobody);
  if (goal !== "deactivated" || wait.awaits !== "request") return wait;
  const { awaits: _nothing, lifecycleState, ...rest } = wait;
  return { ...rest, lifecycleState: lifecycleState === "pending_request" ? "deactivated" : lifecycleState };
}

/** The values that a PATCH has to set so that the key gets its inputs. */
export function patchedDifferences(inputs: ManagedKeyInputs, snapshot: KeySnapshot): PatchedValues {
  return patchedValues((name) => inputs[name] !== undefined && inputs[name] !== snapshot[name], inputs);
}

type PatchedValues = Pick<KeyPatch, (typeof patchedInputs)[number]>;

function patchedValues(
  isWanted: (name: (typeof patchedInputs)[number]) => boolean,
  values: Pick<ManagedKeyInputs, (typeof patchedInputs)[number]>,
): PatchedValues {
  return Object.fromEntries(patchedInputs.filter(isWanted).map((name) => [name, values[name]]));
}

const saysMaterialIsThere: readonly string[] = ["active", "not_active", "wrong_key"];

export function pendingWarning({ observation, nowMs }: KeySummary): string | undefined {
  const standing = deletionStanding(observation, nowMs);
  return standing.binds ? sayPending(observation, standing.record) : undefined;
}

/** Warnings for five kinds of drift; none is repaired silently. */
export function driftWarnings(observed: KeySummary, before: ManagedKeyState): readonly string[] {
  const { observation } = observed;
  const key = capital(sayKey(observation));
  const isDestroyed = observation.state === "destroyed";
  const canceled = observation.keystores
    .filter((each) => isDestroyed && each.status !== "not_present" && each.status !== "pending_destruction")
    .map((each) => {
      const meaning = saysMaterialIsThere.includes(each.status)
        ? "the key was not destroyed there, or its deletion was canceled there"
        : "it is not known whether it still holds the material";
      return `${key} is destroyed, but keystore "${plain(each.name, 60)}" reports ${each.status}: ${meaning}`;
    });
  const outOfSync = observation.keystores
    .filter((each) => !isDestroyed && each.syncFlag === "out_of_sync")
    .map((each) => `${key} is out of sync in keystore "${plain(each.name, 60)}": ${plain(each.detail)}`);
  const moved =
    before.keyState !== observation.stateWord && !isStepOnRecord(observed, before.keyState)
      ? [
          `${key} changed from ${plain(before.keyState, 40)} to ${plain(observation.stateWord, 40)} since the last run; ${sayLastWrite(observation)}`,
        ]
      : [];
  const left = before.state === "active" ? staysInactive(observation) : [];
  const unapproved = unapprovedWarning(observed);
  return [...canceled, ...outOfSync, ...moved, ...(unapproved === undefined ? [] : [unapproved]), ...left];
}

/** That no approval of the last step is known. */
export function unapprovedWarning({ observation }: KeySummary): string | undefined {
  const [fact] = unapprovedSentences(observation);
  return fact && `${capital(sayKey(observation))}: ${withoutPeriod(fact)}`;
}

function sayPending(observation: KeyObservation, record: ConsentRecord): string {
  const { step, quotes, writtenAtMs } = record;
  const key = sayKey(observation);
  const did = (what: string) => `${sayAuthor(record)} ${what} it on ${sayTime(writtenAtMs)}`;
  if (quotes !== undefined) {
    return `The ${stepNouns[step]} of ${key} is approved and is waiting for the next run of ${sayAuthor(quotes)}: ${did("approved")}`;
  }
  const isCutOff = observation.state === "deactivated" ? " is deactivated and" : "";
  return `${capital(key)}${isCutOff} is waiting for approval of its ${stepNouns[step]}: ${did("requested")}`;
}

/**
 * Who wrote to the key last. The service names only the last writer, who may have written after the change (uko-v4.md 7).
 */
function sayLastWrite({ updatedBy, updatedAtMs }: KeyObservation): string {
  return updatedBy === undefined || updatedAtMs === undefined
    ? "the audit log of the service says by whom"
    : `the last write to it was by ${sayIdentity(updatedBy)} on ${sayTime(updatedAtMs)}`;
}

/** Warns that `state: "active"` does not make a key active again that has been active. */
export function staysInactive(observation: KeyObservation): readonly string[] {
  const { state, stateWord } = observation;
  if (state === "active" || state === "pre_activation") return [];
  const back = state === "deactivated" ? `: only uko reactivate ${keyPath(observation)} makes it active again` : "";
  return [`${capital(sayKey(observation))} is ${stateWord} and stays so${back}`];
}

/**
 * Whether the changed state is a step of the deletion, as the record on the key says. An engine that could not save the
 * result of a failed delete finds the change at its next read, and it is not drift.
 */
function isStepOnRecord({ observation }: KeySummary, before: string): boolean {
  if (observation.carried.kind !== "one") return false;
  const { step, deactivatedAtMs } = observation.carried.record;
  if (step !== "destroy") return false;
  if (observation.state === "deactivated") return before === "active" && deactivatedAtMs !== undefined;
  return observation.state === "destroyed" && (before === "active" || before === "deactivated");
}

export function asTags(tags: Readonly<Record<string, string>>): readonly Tag[] {
  return Object.entries(tags).map(([name, value]) => ({ name, value }));
}
