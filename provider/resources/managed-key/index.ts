/**
 * Defines the resource managed key. An adoption writes the program's values in the same run. A goal such as `destroyed`
 * waits for the next update, whose plan shows what it does to the key.
 */

import { keyDeletion } from "../../engine/key/deletion.ts";
import { type KeySummary, readKeySummary } from "../../engine/key/observe.ts";
import type { CallOptions, KeyRef, World } from "../../engine/ports/world.ts";
import {
  type CheckFailure,
  type CreateOptions,
  defineResource,
  type RunSettings,
  type Stored,
} from "../../engine/resource/definition.ts";
import { inputsIn } from "../../engine/resource/inputs.ts";
import { defaultsOf } from "../../engine/resource/property.ts";
import { sayMadeForAnother } from "../../engine/text/resource-messages.ts";
import { plain } from "../../engine/text/words.ts";
import { UkoError } from "../../errors.ts";
import { requiredPeopleValues } from "../../lifecycle/consent/required-people.ts";
import type { DeletionPolicy } from "../../lifecycle/key/plan.ts";
import { deletionOutputs, peopleOf } from "../shared-inputs.ts";
import { adoptKey, createKey } from "./create.ts";
import { sayStricter } from "./marker.ts";
import { previewKeyCreation, writtenOnAdoption } from "./preview.ts";
import { type ManagedKeyInputs, type ManagedKeyState, managedKeyInputs, storedManagedKeyState } from "./schema.ts";
import { isMadeForAnother } from "./search.ts";
import { driftWarnings, pendingWarning, stateOf, unapprovedWarning } from "./state.ts";
import { changedInputs, isReached, rejectTemplate, updateKey } from "./update.ts";

const idForm = /^(?<vaultId>[0-9a-f-]{36})\/(?<keyId>[0-9a-f-]{36})$/;

export const managedKey = defineResource<ManagedKeyInputs, ManagedKeyState>({
  name: "ManagedKey",
  noun: "key",
  functions: {
    get: "Reads a managed key. Fails with `UKO_KEY_NOT_FOUND` if the key does not exist.",
    list: "Lists every managed key, in every state.",
  },
  notFound: "UKO_KEY_NOT_FOUND",
  summary: "An encryption key whose deletion requires two people.",
  inputs: managedKeyInputs,
  state: storedManagedKeyState,
  idForm: "<vaultId>/<keyId>",
  adoptBy: "existingKeyId",
  uniqueBy: ["vaultId", "label"],
  absentAfterCreation: ({ existingKeyId, state }) =>
    existingKeyId === undefined && state === undefined ? deletionOutputs : [],

  refreshBeforeRun(state, run) {
    const isForTwo = peopleOf(state, run).people !== "single";
    return isForTwo || state.lifecycleState !== "active" || state.hold !== undefined;
  },

  check(inputs, _isThere, dialect) {
    const failures: CheckFailure[] = [];
    const { activationDate, expirationDate } = inputs;
    if (activationDate !== undefined && expirationDate !== undefined && expirationDate < activationDate) {
      failures.push({
        property: "expirationDate",
        reason: `must not be before ${dialect.property("activationDate")} (${activationDate})`,
      });
    }
    return failures;
  },

  rejectByRead: rejectTemplate,
  previewCreation: previewKeyCreation,

  changed: changedInputs,

  async create(world, inputs, run, options) {
    if (inputs.existingKeyId !== undefined) return adopt(world, inputs, inputs.existingKeyId, run, options);
    const { observed, warnings, isFound } = await createKey(world, inputs, run, options);
    return { ...stored(inputs, observed, warnings), ...(isFound && { isFound }) };
  },

  async read(world, state, _run, options) {
    const result = await readKeySummary(world, refOf(state), options);
    if (result.kind === "gone") return undefined;
    const next = stored(inputsIn(managedKeyInputs, state), result, []);
    const waitWarning = pendingWarning(result);
    const waits = waitWarning === undefined ? [] : [waitWarning];
    const warnings = [...waits, ...driftWarnings(result, state)];
    const said = { warnings, waitWarning, unapprovedWarning: unapprovedWarning(result) };
    return { ...next, ...said, ...(next.state.hold !== undefined && { isHeld: true }) };
  },

  async update(world, state, inputs, run, options) {
    const { observed, warnings } = await updateKey(world, refOf(state), state, inputs, policyOf(inputs, run), options);
    // A trigger that leaves the program and returns with its former value requests nothing.
    const { rotationTrigger = state.rotationTrigger } = inputs;
    const kept = { ...inputs, ...(rotationTrigger !== undefined && { rotationTrigger }) };
    return stored(kept, observed, warnings);
  },

  async lookup(world, id, _run, options) {
    const { vaultId, keyId } = idForm.exec(id)?.groups ?? {};
    if (vaultId === undefined || keyId === undefined) {
      throw new UkoError("UKO_INPUT_INVALID", {
        summary: "The ID of a managed key is <vault ID>/<key ID>, two UUIDs in lower case",
        detail: "You find both in the console, and in the messages of runs that process the key.",
      });
    }
    return find(world, { instanceId: world.session.instanceId, vaultId, keyId }, options);
  },

  async list(world, { vaultId: only }, options) {
    const { instanceId } = world.session;
    const vaultIds = only === undefined ? (await world.vaults.list({}, options)).map(({ id }) => id) : [only];
    const found: Stored<ManagedKeyState>[] = [];
    for (const vaultId of vaultIds) {
      for (const { keyId } of await world.keys.list({ vaultId }, options)) {
        // The key may have been removed since the list was read.
        const key = await find(world, { instanceId, vaultId, keyId }, options);
        if (key !== undefined) found.push(key);
      }
    }
    return found;
  },

  async names(world, { vaultId, name }, options) {
    if (vaultId === undefined) throw new Error("The labels of keys are unique in one vault only");
    const all = await world.keys.list({ vaultId, ...(name !== undefined && { label: name }) }, options);
    return all.map(({ keyId, label }) => ({ id: `${vaultId}/${keyId}`, name: label }));
  },

  deletion: (state, run) =>
    keyDeletion({ ref: refOf(state), policy: policyOf(state, run) }, (observed, wait) => ({
      id: `${state.vaultId}/${state.keyId}`,
      state: stateOf(inputsIn(managedKeyInputs, state), observed, wait),
    })),

  fate: (state, inputs) => ({
    key: `Key "${plain(state.label, 100)}"`,
    isDestroyed: state.keyState === "destroyed",
    // If the program names a state, other messages apply.
    ...(state.keyState === "deactivated" &&
      inputs.state === undefined && { reactivate: `uko reactivate ${state.vaultId}/${state.keyId}` }),
    isWanted: inputs.state === "destroyed",
  }),

  keptRule(state, inputs, dialect) {
    const { dualAuthorization, deletionGate: gate } = inputs;
    if (dualAuthorization === state.dualAuthorization && gate === state.deletionGate) return [];
    const marker = requiredPeopleValues.find((each) => each === state.dualMarker);
    const key = `Key "${plain(state.label, 100)}"`;
    return sayStricter(key, { marker, state: state.keyState }, peopleOf(inputs).people, dialect);
  },

  retirement(state, { state: goal }) {
    return goal === undefined || goal === "active" || isReached(state, goal) ? undefined : goal;
  },
});

/**
 * Adopts an existing key. The program's values are written in the same run, so that no state has a value that the key
 * does not have. A goal such as `destroyed` waits for the next update, whose plan shows what it does to the key.
 */
async function adopt(
  world: World,
  inputs: ManagedKeyInputs,
  keyId: string,
  run: RunSettings,
  options: CreateOptions,
): Promise<Stored<ManagedKeyState>> {
  const adopted = await adoptKey(world, inputs, keyId, run, options);
  const { observed: before } = adopted;
  const isShared = isMadeForAnother(world, inputs, before.snapshot, options.origin);
  const warnings = [
    ...(isShared ? [sayMadeForAnother(before.snapshot.label, world.dialect)] : []),
    ...adopted.warnings,
  ];
  const { state } = stored(inputs, before, []);
  const isSame = !changedInputs(state, inputs).some((name) => writtenOnAdoption.includes(name));
  if (isSame) return { ...stored(inputs, before, warnings), isFound: true };
  const { state: _goal, align: _later, ...declared } = inputs;
  const values = { ...declared, align: false };
  const written = await updateKey(world, refOf(state), state, values, policyOf(inputs, run), options);
  return { ...stored(inputs, written.observed, [...warnings, ...written.warnings]), isFound: true };
}

function refOf(state: ManagedKeyState): KeyRef {
  return { instanceId: state.instanceId, vaultId: state.vaultId, keyId: state.keyId };
}

/**
 * The rules for a deletion. The environment and the provider can make them stricter than the resource says, never looser.
 */
function policyOf(inputs: ManagedKeyInputs, run: RunSettings): DeletionPolicy {
  return {
    goal: inputs.deletionCompletesAt,
    deletionProtection: inputs.deletionProtection,
    ...peopleOf(inputs, run),
    ...(inputs.deletionReason !== undefined && { reason: inputs.deletionReason }),
  };
}

function stored(inputs: ManagedKeyInputs, observed: KeySummary, warnings: readonly string[]): Stored<ManagedKeyState> {
  const state = stateOf(inputs, observed);
  return { id: `${state.vaultId}/${state.keyId}`, state, warnings };
}

/** A key without a state, as the shortest program describes it. */
async function find(world: World, ref: KeyRef, options: CallOptions): Promise<Stored<ManagedKeyState> | undefined> {
  const result = await readKeySummary(world, ref, options);
  if (result.kind === "gone") return undefined;
  const { templateName: template } = result.snapshot;
  const inputs = { ...defaultsOf(managedKeyInputs), vaultId: ref.vaultId, template } as ManagedKeyInputs;
  return stored(inputs, result, []);
}
