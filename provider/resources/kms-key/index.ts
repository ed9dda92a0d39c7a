/**
 * Defines the resource KMS key: a root or standard key in KMS itself, outside UKO. KMS cannot change most values of an
 * existing key, such as its name, description and tags. The file refuses such a change, and the adoption of a key that
 * has other values than the program. Keys of internal keystores are not listed, because managed keys depend on them.
 */

import { kmsKeyDeletion } from "../../engine/kms-key/deletion.ts";
import {
  excludeKeystoreKeys,
  type ObservedKmsKey,
  observedInSnapshot,
  observeKmsKey,
} from "../../engine/kms-key/observe.ts";
import { forGood, sayKmsKey } from "../../engine/kms-key/words.ts";
import type { KmsKeyRef } from "../../engine/ports/kms-keys.ts";
import type { World } from "../../engine/ports/world.ts";
import {
  type CheckFailure,
  defineResource,
  type ResourceDefinition,
  type Stored,
} from "../../engine/resource/definition.ts";
import { digestSecrets, inputsIn } from "../../engine/resource/inputs.ts";
import { defaultsOf, namesWhere, secretPathsIn } from "../../engine/resource/property.ts";
import type { Dialect } from "../../engine/text/dialect.ts";
import { UkoError } from "../../errors.ts";
import { uuidForm } from "../../text/uuid-form.ts";
import { frozenFailures, haveSameMembers } from "../container-writes.ts";
import { nothingFound, previewAdoption } from "../creation-preview.ts";
import { deletionOutputs, peopleOf } from "../shared-inputs.ts";
import { adoptKmsKey, createKmsKey, findAdoptableKmsKey } from "./create.ts";
import { type KmsKeyInputs, type KmsKeyState, kmsKeyInputs, kmsKeyState } from "./schema.ts";
import { isSameInstant, kmsDriftWarnings, kmsStateOf } from "./state.ts";
import { updateKmsKey } from "./update.ts";

const secrets = secretPathsIn(kmsKeyInputs);
const policies = namesWhere(kmsKeyInputs, ({ role }) => role === "policy");
const secureImport = namesWhere(kmsKeyInputs, ({ role }) => role === "creation").filter(
  (name) => name !== "existingKeyId",
);
/** The inputs whose comparison has rules of its own; texts and numbers are compared as they are. */
const ruled: readonly string[] = ["tags", "aliases", "expirationDate", "dualAuthDelete", "existingKeyId", ...policies];
const compared = namesWhere(kmsKeyInputs, () => true).filter((name) => !ruled.includes(name));

/** The state of a KMS key names no people: see `reportKmsKeyDeletion`. */
const ownDeletionOutputs = deletionOutputs.filter((name) => name in kmsKeyState.shape) as (keyof KmsKeyState)[];

/** The key ring of a key that names none (kms-v2-and-iam.md 1.6). */
const defaultRing = "default";

/** The reason for a refused change. KMS has no call for it, so the only alternative is a new key. */
const unchangeable = "cannot change on an existing KMS key";
const newKey = "create a new key, move to it, then delete the old one";

/** Whether the material has the size of a root key (kms-v2-and-iam.md 2.2). */
function isRootMaterial(base64: string): boolean {
  return [16, 24, 32].includes((base64.length / 4) * 3 - (/=*$/.exec(base64)?.[0].length ?? 0));
}

export const kmsKey: ResourceDefinition<KmsKeyInputs, KmsKeyState> = defineResource<KmsKeyInputs, KmsKeyState>({
  name: "KmsKey",
  noun: "KMS key",
  functions: {
    get: "Reads a KMS key, without its material. Fails with `UKO_NOT_FOUND` if the key does not exist.",
    list: "Lists every KMS key that uko can manage: all keys except those of internal keystores.",
  },
  summary: "A key of Key Protect or of an instance's KMS, whose deletion requires two people.",
  inputs: kmsKeyInputs,
  state: kmsKeyState,
  idForm: "<keyId>",
  adoptBy: "existingKeyId",
  alikeOf: ({ name, keyRing = defaultRing }) =>
    typeof name === "string" && typeof keyRing === "string" ? `${keyRing} ${name}` : undefined,
  absentAfterCreation: ({ existingKeyId }) => (existingKeyId === undefined ? ownDeletionOutputs : []),
  rejectChange: frozenIn,

  // A run must know the keys in its state, or a renamed resource would create a second key.
  refreshBeforeRun: () => true,

  check(inputs, isThere, dialect) {
    const failures: CheckFailure[] = [];
    const fail = (property: keyof KmsKeyInputs, reason: string, remedy?: string) =>
      void failures.push({ property, reason, ...(remedy !== undefined && { remedy }) });
    if (inputs.dualAuthDelete === false && inputs.dualAuthorization === "required") {
      fail(
        "dualAuthDelete",
        `cannot be false with ${dialect.assignment("dualAuthorization", "required")}`,
        `omit it, or set ${dialect.assignment("dualAuthorization", "single")}`,
      );
    }
    if (inputs.rotationIntervalMonths !== undefined) {
      if (inputs.type === "standard") fail("rotationIntervalMonths", "applies only to root keys");
      if (inputs.payload !== undefined) fail("rotationIntervalMonths", "applies only to keys that were not imported");
    }
    if (inputs.rotationTrigger !== undefined && inputs.type === "standard")
      fail("rotationTrigger", "applies only to root keys");
    for (const name of secureImport) {
      if (inputs[name] !== undefined && inputs.payload === undefined && !isThere) {
        fail(name, `requires ${dialect.property("payload")}`);
      }
    }
    const isEncrypted = inputs.encryptedNonce !== undefined || inputs.encryptionAlgorithm !== undefined;
    if (inputs.payload !== undefined && inputs.type === "root" && !isEncrypted && !isRootMaterial(inputs.payload)) {
      fail("payload", "must be base64 of 16, 24 or 32 bytes for a root key");
    }
    return failures;
  },

  changed(state, inputs) {
    const differing: (keyof KmsKeyInputs)[] = [];
    for (const name of compared) if (inputs[name] !== undefined && inputs[name] !== state[name]) differing.push(name);
    for (const name of policies) if (inputs[name] !== state[name]) differing.push(name);
    for (const name of ["tags", "aliases"] as const) {
      if (inputs[name] !== undefined && !haveSameMembers(inputs[name], state[name] ?? [])) differing.push(name);
    }
    if (inputs.expirationDate !== undefined && !isSameInstant(inputs.expirationDate, state.expirationDate ?? "")) {
      differing.push("expirationDate");
    }
    const { dualAuthDelete } = inputs;
    const isOver = state.keyState === "destroyed";
    if (dualAuthDelete !== undefined && dualAuthDelete !== state.dualAuthDelete && !isOver) {
      differing.push("dualAuthDelete");
    }
    return differing;
  },

  async previewCreation(world, inputs, options) {
    const { existingKeyId, name, type, dualAuthorization, dualAuthDelete = dualAuthorization === "required" } = inputs;
    if (existingKeyId === undefined && name !== undefined && dualAuthDelete) {
      return {
        ...nothingFound,
        warnings: [`${sayKmsKey({ name })} will require two people for its deletion. ${forGood}`],
      };
    }
    if (existingKeyId === undefined || name === undefined || type === undefined) return nothingFound;
    return previewAdoption("existingKeyId", world.dialect.property, async () => {
      const found = await findAdoptableKmsKey(world, { ...inputs, name, type }, existingKeyId, options);
      const { state, changed } = adoptedState(world, inputs as KmsKeyInputs, found);
      const what = `${sayKmsKey(found.observation)} (${existingKeyId})`;
      return { what, state, inputs, changed, names: writtenOnAdoption };
    });
  },

  async create(world, inputs, run, options) {
    const known = digestSecrets(inputs, secrets, world.secretDigests);
    if (inputs.existingKeyId === undefined) {
      const { observed, warnings, isFound } = await createKmsKey(world, inputs, run, options);
      return { ...stored(world, known, observed, warnings), ...(isFound && { isFound }) };
    }
    const check = (found: ObservedKmsKey) => void adoptedState(world, known, found);
    const { observed, warnings } = await adoptKmsKey(world, inputs, inputs.existingKeyId, { run, check }, options);
    const { state, changed } = adoptedState(world, known, observed);
    if (changed.length === 0) return { ...stored(world, known, observed, warnings), isFound: true };
    const written = await kmsKey.update(world, state, inputs, run, options);
    return { ...written, warnings: [...warnings, ...written.warnings], isFound: true };
  },

  async read(world, state, _run, options) {
    const result = await observeKmsKey(world, refOf(state), "summary", options);
    if (result.kind === "gone") return undefined;
    return stored(world, inputsIn(kmsKeyInputs, state), result, kmsDriftWarnings(result, state, world.dialect));
  },

  async update(world, state, inputs, run, options) {
    const known = digestSecrets(inputs, secrets, world.secretDigests, state);
    const [frozen] = frozenIn(state, known, world.dialect);
    if (frozen !== undefined) throw frozenError(sayKmsKey(state), frozen, world.dialect);
    const { observed, warnings, isRotated } = await updateKmsKey(world, refOf(state), state, inputs, run, options);
    const { rotationTrigger: _asked, payload: _new, ...others } = known;
    const kept = {
      ...(state.rotationTrigger !== undefined && { rotationTrigger: state.rotationTrigger }),
      ...(state.payload !== undefined && { payload: state.payload }),
    };
    return stored(world, isRotated ? known : { ...others, ...kept }, observed, warnings);
  },

  async lookup(world, id, _run, options) {
    if (!uuidForm.test(id)) {
      throw new UkoError("UKO_INPUT_INVALID", { summary: "The ID of a KMS key is its UUID in lower case" });
    }
    const ref = { instanceId: world.session.instanceId, kmsKeyId: id };
    const result = await observeKmsKey(world, ref, "summary", options);
    return result.kind === "gone" ? undefined : stored(world, asFound(result), result, []);
  },

  async list(world, _filter, options) {
    const all = await excludeKeystoreKeys(world, await world.kmsKeys.list({}, options), options);
    const nowMs = world.session.serviceTimeMs() ?? 0;
    return all.map((snapshot) => {
      const observed = observedInSnapshot(snapshot, nowMs);
      return stored(world, asFound(observed), observed, []);
    });
  },

  fate: (state, { restoreTrigger }, dialect) => ({
    key: sayKmsKey(state),
    isDestroyed: state.keyState === "destroyed",
    isWanted: restoreTrigger !== undefined && restoreTrigger !== state.restoreTrigger,
    remedy: `Within 30 days of its deletion, a changed ${dialect.property("restoreTrigger")} restores it.`,
  }),

  deletion: (state, run) =>
    kmsKeyDeletion({
      ref: refOf(state),
      name: state.name,
      policy: {
        goal: state.deletionCompletesAt,
        deletionProtection: state.deletionProtection,
        // The environment and the provider can make a run stricter than the resource says, never
        // looser.
        people: peopleOf(state, run).people,
      },
    }),
});

/** The inputs that KMS can change on an existing key, so that an adoption writes them. */
const writtenOnAdoption: readonly string[] = ["aliases", "keyRing", "rotationIntervalMonths"];

/**
 * The state that an adoption begins with, and what it then writes. Throws UKO_CHANGE_IMPOSSIBLE if the
 * program declares a value that the key does not have and that KMS cannot change.
 */
function adoptedState(
  world: World,
  known: KmsKeyInputs,
  observed: ObservedKmsKey,
): { readonly state: KmsKeyState; readonly changed: readonly string[] } {
  const { state } = stored(world, known, observed, []);
  const [frozen] = frozenIn(state, known, world.dialect);
  if (frozen !== undefined) throw frozenError(sayKmsKey(state), frozen, world.dialect);
  return { state, changed: kmsKey.changed(state, known).filter((name) => writtenOnAdoption.includes(name)) };
}

function frozenError(what: string, { property, reason, remedy }: Required<CheckFailure>, dialect: Dialect): UkoError {
  return new UkoError("UKO_CHANGE_IMPOSSIBLE", {
    summary: `${what} was not changed: ${dialect.property(property)} ${reason}`,
    detail: `Next: ${remedy}.`,
  });
}

function refOf({ instanceId, keyId }: KmsKeyState): KmsKeyRef {
  return { instanceId, kmsKeyId: keyId };
}

function stored(
  world: World,
  known: KmsKeyInputs,
  observed: ObservedKmsKey,
  warnings: readonly string[],
): Stored<KmsKeyState> {
  const state = kmsStateOf(world.session.instanceId, known, observed);
  return { id: state.keyId, state, warnings };
}

/** The inputs of the shortest program for an existing key. */
function asFound({ snapshot }: ObservedKmsKey): KmsKeyInputs {
  return {
    ...(defaultsOf(kmsKeyInputs) as KmsKeyInputs),
    name: snapshot.name,
    type: snapshot.isExtractable ? "standard" : "root",
  };
}

/** `before` is the state as the engine stores it; a secret is a digest in both. */
function frozenIn(
  before: Readonly<Record<string, unknown>>,
  inputs: KmsKeyInputs,
  dialect: Dialect,
): readonly Required<CheckFailure>[] {
  const failures = [...frozenFailures(before, inputs, ["name", "type", ...secureImport], "KMS key", newKey)];
  const fail = (property: keyof KmsKeyInputs, reason = unchangeable, remedy = newKey) =>
    void failures.push({ property, reason, remedy });
  if (inputs.description !== undefined && inputs.description !== (before.description ?? "")) fail("description");
  if (inputs.tags !== undefined && !haveSameMembers(inputs.tags, textsOf(before.tags))) fail("tags");
  if (inputs.expirationDate !== undefined) {
    const known = typeof before.expirationDate === "string" ? before.expirationDate : "";
    if (!isSameInstant(inputs.expirationDate, known)) fail("expirationDate");
  }
  if (inputs.dualAuthDelete === false && before.dualAuthDelete === true) {
    fail("dualAuthDelete", "is on, and KMS never turns it off", "omit it, or set it to true");
  }
  if (inputs.existingKeyId !== undefined && before.keyId !== undefined && inputs.existingKeyId !== before.keyId) {
    fail("existingKeyId");
  }
  const isNewMaterial = inputs.payload !== undefined && inputs.payload !== before.payload;
  if (isNewMaterial && before.imported === false)
    fail("payload", "does not apply, because the key was not imported", "omit it");
  const isRotating = inputs.rotationTrigger !== undefined && inputs.rotationTrigger !== before.rotationTrigger;
  if (isNewMaterial && before.payload !== undefined && !isRotating) {
    fail(
      "payload",
      "is new material, which requires a rotation",
      `change ${dialect.property("rotationTrigger")} as well`,
    );
  }
  return failures;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}
