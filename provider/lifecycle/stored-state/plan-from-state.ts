/**
 * Predicts the deletion of a managed key for the plan of an engine, without a call and without a request;
 * plan-limit-from-state.ts adds what the state shows of a request or an approval. Facts that a state does not show,
 * such as what uses the key, can only make the real run stricter than the prediction.
 */

import { holdsIn } from "../consent/hold.ts";
import type { DeletionPolicy, KeyRun, Plan } from "../key/plan.ts";
import { planKeyDeletion } from "../key/plan-key-deletion.ts";
import { type PathStep, remainingPath } from "../key/remaining-path.ts";
import { keyStates } from "../vocabulary/managed-key-states.ts";
import {
  digestsBy,
  type Identity,
  type KeyObservation,
  type KeystoreStatus,
  type RequiredPeople,
} from "../vocabulary/observation.ts";
import { holdTagName } from "../vocabulary/tag-names.ts";

export interface KeyInState {
  readonly instanceId: string;
  readonly vaultId: string;
  readonly keyId: string;
  readonly label: string;
  /** The state in the service's words. */
  readonly stateWord: string;
  readonly keystores: readonly Pick<KeystoreStatus, "name" | "type" | "status" | "syncFlag">[];
  /** Absent if the key had no marker. */
  readonly marker?: RequiredPeople | undefined;
  /** The holds in force at the read that the state comes from. */
  readonly hold?: string | undefined;
}

export interface Prediction {
  /** The key as far as it is known. */
  readonly observation: KeyObservation;
  /** What a person's run would do with a key that has no record and whose cool-down is over. */
  readonly next: Plan;
  /** The whole path to the goal; its times count from zero. */
  readonly path: readonly PathStep[];
}

const somebody: Identity = { iamId: "somebody", mark: "" };
/**
 * Any person who is not the actor. The planner requires a last writer, but a key without a record does not depend on
 * who it is.
 */
const lastWriter: Identity = { iamId: "somebody else", mark: "" };
const run: KeyRun = {
  actor: { identity: somebody, writesAs: somebody, displayName: "" },
  approvals: [],
  intent: "engine",
};

/** Predicts for a key without a request. A fact that state does not show can only make the run stricter. */
export function planFromState(known: KeyInState, policy: DeletionPolicy): Prediction {
  const observation = observationOf(known);
  return {
    observation,
    next: planKeyDeletion(observation, policy, run, 0),
    path: remainingPath(observation, policy, run, 0),
  };
}

function observationOf({
  instanceId,
  vaultId,
  keyId,
  label,
  stateWord,
  keystores,
  marker,
  hold,
}: KeyInState): KeyObservation {
  return {
    facts: {
      ...{ instanceId, vaultId, keyId, version: 1, label, description: "", activationDate: "", expirationDate: "" },
      tags: [],
      keystores: keystores.map(({ type }, at) => ({ id: String(at), type })),
    },
    state: keyStates.find((state) => state === stateWord) ?? "unrecognized",
    stateWord,
    updatedAtMs: 0,
    updatedBy: lastWriter,
    carried: { kind: "none" },
    // A state does not show the record on the key. The run reads the key, and stops if no approval is known.
    recorded: "approved",
    marker,
    holds: hold === undefined ? [] : holdsIn([{ name: holdTagName, value: hold }]),
    digests: digestsBy(() => ""),
    keystores: keystores.map((each, at) => ({ ...each, keystoreId: String(at), detail: "" })),
    keystoresAreLive: true,
    storedKeystores: [],
    backingKeys: [],
    use: { kind: "known", count: 0, retainedBy: [] },
  };
}
