/**
 * The planner on state alone, for a key of which only an engine's state is known. It serves plans,
 * which make no call.
 */

import { keyStates } from "./managed-key-states.ts";
import { type DualMarker, digestsBy, type Identity, type KeyObservation, type KeystoreStatus } from "./observation.ts";
import type { DeletionPolicy, Plan, Run } from "./plan.ts";
import { planKeyDeletion } from "./plan-key-deletion.ts";
import { type PathStep, remainingPath } from "./remaining-path.ts";

export interface StateOnlyFacts {
  readonly instanceId: string;
  readonly vaultId: string;
  readonly keyId: string;
  readonly label: string;
  /** The state in the service's words. */
  readonly stateWord: string;
  readonly keystores: readonly Pick<KeystoreStatus, "name" | "type" | "status" | "syncFlag">[];
  /**
   * Absent if the key had no marker, and in older states, which do not show every kind of marker.
   */
  readonly marker?: DualMarker;
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
 * Any person but the actor. The last writer of a key without a record does not matter, but must be
 * known.
 */
const lastWriter: Identity = { iamId: "somebody else", mark: "" };
const run: Run = {
  actor: { identity: somebody, writesAs: somebody, displayName: "" },
  consents: [],
  intent: "engine",
};

/**
 * Plans for a key without a request. State does not show twins or what uses the key, and these can
 * only make the result stricter.
 */
export function planFromState(known: StateOnlyFacts, policy: DeletionPolicy): Prediction {
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
}: StateOnlyFacts): KeyObservation {
  return {
    facts: {
      ...{ instanceId, vaultId, keyId, version: 1, label, description: "", activationDate: "", expirationDate: "" },
      tags: [],
      keystores: keystores.map(({ type }, at) => ({ id: String(at), type })),
    },
    state: keyStates.find((state) => state === stateWord) ?? "unrecognised",
    stateWord,
    updatedAtMs: 0,
    updatedBy: lastWriter,
    carried: { kind: "none" },
    ...(marker !== undefined && { marker }),
    digests: digestsBy(() => ""),
    keystores: keystores.map((each, at) => ({ ...each, keystoreId: String(at), detail: "" })),
    keystoresAreLive: true,
    storedKeystores: [],
    twins: [],
    use: { kind: "known", count: 0, retainedBy: [] },
  };
}
