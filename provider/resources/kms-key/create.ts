/**
 * Creates a KMS key by one POST, or adopts an existing one. It refuses to adopt a key whose name or type differs from
 * the program, and a destroyed key that the program does not restore. It also refuses a backing key, or a key that may
 * be one. The deletion of a backing key would destroy the managed key's material without the two people that the
 * managed key requires.
 */

import { type ObservedKmsKey, observedInSnapshot, observeKmsKey, ringOf } from "../../engine/kms-key/observe.ts";
import { sayKmsKey } from "../../engine/kms-key/words.ts";
import type { KmsKeySnapshot, NewKmsKey } from "../../engine/ports/kms-keys.ts";
import type { CallOptions, WithServiceTime, World } from "../../engine/ports/world.ts";
import type { CreateOptions, RunSettings } from "../../engine/resource/definition.ts";
import type { Dialect } from "../../engine/text/dialect.ts";
import { plain, sayRoles } from "../../engine/text/words.ts";
import { isUkoError, UkoError } from "../../errors.ts";
import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import { isWindowOpen } from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import {
  type CreationMark,
  createOrFind,
  creationMark,
  isOlderThanInterruption,
  type LostCreation,
  searchByMark,
  warnCreatedBefore,
} from "../creation-mark.ts";
import { peopleOf } from "../shared-inputs.ts";
import { type Created, denialOf, type WriteWords } from "../write.ts";
import type { KmsKeyInputs } from "./schema.ts";
import { creationTagPrefix } from "./state.ts";
import { prepareRing, restoreKey, turnOnAsWritten } from "./steps.ts";

/**
 * Whether KMS turns on its dual authorization for a new key: the program's value, else whether two
 * people are required.
 */
function wantsTwo(inputs: KmsKeyInputs, run: RunSettings): boolean | undefined {
  const isRequired = peopleOf(inputs, run).people !== "single";
  return inputs.dualAuthDelete ?? (isRequired ? true : undefined);
}

/**
 * Creates a key (kms-v2-and-iam.md 2.2), or adopts the one that an interrupted run of the same
 * resource created. Throws UKO_KMS_KEY_IS_BACKING_KEY, UKO_INPUT_INVALID, UKO_SERVICE_REFUSED,
 * UKO_RIGHTS_MISSING: no key was created; UKO_RESPONSE_LOST: unknown.
 */
export async function createKmsKey(
  world: World,
  inputs: KmsKeyInputs,
  run: RunSettings,
  options: CreateOptions,
): Promise<Created<ObservedKmsKey>> {
  const warnings = inputs.keyRing === undefined ? [] : await prepareRing(world, inputs.keyRing, options);
  try {
    const created = await createInRing(world, inputs, run, options);
    return { ...created, warnings: [...warnings, ...created.warnings] };
  } catch (error) {
    // The error keeps the warnings, because a new key ring stays even if the key was not created.
    if (!isUkoError(error) || warnings.length === 0) throw error;
    const { code, summary, data } = error;
    const detail = [error.detail, ...warnings.map((each) => `${each}.`)].join("\n").trim();
    throw new UkoError(code, { summary, detail, data, cause: error });
  }
}

async function createInRing(
  world: World,
  inputs: KmsKeyInputs,
  run: RunSettings,
  options: CreateOptions,
): Promise<Created<ObservedKmsKey>> {
  const mark = creationMark(world, options.origin, ["kms_key", inputs.name, inputs.type]);
  if (mark.isLasting) {
    const earlier = await findMarked(world, inputs, mark, options);
    if (earlier !== undefined) {
      const { kmsKeyId } = earlier.observation;
      const found = warnCreatedBefore(`${sayKmsKey(earlier.observation)} (${kmsKeyId})`);
      return { observed: earlier, warnings: [found], isFound: true };
    }
  }
  const wanted = wantedOf(inputs, run, mark);
  const send = () => world.kmsKeys.create(wanted, options);
  const written = await createOrFind(world, send, lostKey(world, inputs, mark, options), options);
  switch (written.kind) {
    case "done":
      return { observed: await readBack(world, written, options), warnings: [] };
    case "found":
      return { observed: written.found, warnings: [] };
    case "forbidden":
    case "refused":
      throw denialOf(written, wordsOf(inputs, wanted, world.dialect));
  }
}

function creationTag({ value }: CreationMark): string {
  return `${creationTagPrefix}${value}`;
}

/** Finds the key of an interrupted run. Names are not unique in KMS, so only the mark prevents a second key. */
async function findMarked(
  world: World,
  { name }: KmsKeyInputs,
  mark: CreationMark,
  options: CallOptions,
): Promise<ObservedKmsKey | undefined> {
  const { instanceId } = world.session;
  const hasMark = (key: KmsKeySnapshot): boolean => key.name === name && key.tags.includes(creationTag(mark));
  const { found } = await searchByMark({
    list: () => world.kmsKeys.list({}, options),
    hasMark,
    async read({ kmsKeyId }) {
      const { value, serviceTimeMs } = await world.kmsKeys.read({ instanceId, kmsKeyId }, options);
      return value && observedInSnapshot(value, serviceTimeMs);
    },
    isFresh: ({ snapshot, observation, nowMs }) =>
      snapshot.tags.includes(creationTag(mark)) &&
      observation.state === "active" &&
      !isOlderThanInterruption(snapshot.createdAtMs, nowMs) &&
      !isWindowOpen(observation, nowMs),
  });
  return found;
}

function lostKey(
  world: World,
  inputs: KmsKeyInputs,
  mark: CreationMark,
  options: CallOptions,
): LostCreation<ObservedKmsKey> {
  return {
    what: `KMS key "${inputs.name}"`,
    place: "KMS",
    search: () => findMarked(world, inputs, mark, options),
    notFound: () => ({
      detail: `KMS has no key with the mark of this resource, so most likely none was created. Run again. If a key appears in KMS, adopt it with ${world.dialect.property("existingKeyId")}.`,
    }),
  };
}

/** Adopts an existing key, which `check` may refuse. The caller then writes the values that the program declares. */
export async function adoptKmsKey(
  world: World,
  inputs: KmsKeyInputs,
  kmsKeyId: string,
  { run, check }: { readonly run: RunSettings; readonly check: (found: ObservedKmsKey) => void },
  options: CallOptions,
): Promise<Created<ObservedKmsKey>> {
  const ref = { instanceId: world.session.instanceId, kmsKeyId };
  const existing = await findAdoptableKmsKey(world, inputs, kmsKeyId, options);
  check(existing);
  if (existing.observation.state === "destroyed") await restoreKey(world, ref, existing, options);
  const warnings = await turnOnAsWritten(world, ref, inputs, run, existing, options);
  const adopted = await observeKmsKey(world, ref, "summary", options);
  return { observed: adopted.kind === "present" ? adopted : existing, warnings, isFound: true };
}

/**
 * Reads a key that the program adopts. Throws UKO_NOT_FOUND, UKO_KMS_KEY_IS_BACKING_KEY, UKO_INPUT_INVALID.
 */
export async function findAdoptableKmsKey(
  world: World,
  inputs: Pick<KmsKeyInputs, "name" | "type"> & Partial<KmsKeyInputs>,
  kmsKeyId: string,
  options: CallOptions,
): Promise<ObservedKmsKey> {
  const ref = { instanceId: world.session.instanceId, kmsKeyId };
  const existing = await observeKmsKey(world, ref, "summary", options);
  if (existing.kind === "gone") {
    throw new UkoError("UKO_NOT_FOUND", {
      summary: `The KMS key to adopt was not found: ${kmsKeyId}`,
      detail: `Check the ID: ${world.dialect.property("existingKeyId")} adopts an existing key and never creates one.`,
    });
  }
  await refuseBackingKey(world, existing, false, options);
  refusePretence(existing, inputs, world.dialect);
  if (existing.observation.state === "destroyed" && inputs.restoreTrigger === undefined) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `${sayKmsKey(existing.observation)} is destroyed, so it was not adopted`,
      detail: `To restore it within 30 days of its deletion, set ${world.dialect.property("restoreTrigger")} as well.`,
    });
  }
  return existing;
}

/**
 * Throws UKO_KMS_KEY_IS_BACKING_KEY for a backing key. Also throws if the check cannot be made, unless `isTakenOnTrust`.
 */
export async function refuseBackingKey(
  world: World,
  { snapshot, observation }: ObservedKmsKey,
  isTakenOnTrust: boolean,
  options: CallOptions,
): Promise<void> {
  const ring = await ringOf(world, snapshot, options);
  if (ring.kind === "own" || (ring.kind === "unknown" && isTakenOnTrust)) return;
  throw new UkoError("UKO_KMS_KEY_IS_BACKING_KEY", {
    summary:
      ring.kind === "of_keystore"
        ? `${sayKmsKey(observation)} is in the key ring of keystore "${plain(ring.keystoreName, 60)}", so a managed key depends on it`
        : `Could not find out whether a managed key depends on ${sayKmsKey(observation)}`,
    detail:
      ring.kind === "of_keystore"
        ? `Declare it as a ${world.dialect.resource("ManagedKey")} with ${world.dialect.property("existingKeyId")}.`
        : `${plain(ring.reason, 400)}. ${ring.remedy}.`,
  });
}

/** Throws if name or type of the adopted key differ from the program, because the ID is then most likely wrong. */
function refusePretence(
  { snapshot }: ObservedKmsKey,
  inputs: Pick<KmsKeyInputs, "name" | "type">,
  dialect: Dialect,
): void {
  const type = snapshot.isExtractable ? "standard" : "root";
  if (snapshot.name === inputs.name && type === inputs.type) return;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `KMS key ${snapshot.kmsKeyId} is the ${type} key "${plain(snapshot.name)}", not the ${inputs.type} key "${inputs.name}"`,
    detail: `Check the ID, or set ${dialect.assignment("name", plain(snapshot.name))} and ${dialect.assignment("type", type)}.`,
  });
}

function wantedOf(inputs: KmsKeyInputs, run: RunSettings, mark: CreationMark): NewKmsKey {
  const { name, description, aliases, expirationDate, payload, encryptedNonce, iv, encryptionAlgorithm } = inputs;
  const { rotationIntervalMonths, keyRing } = inputs;
  return {
    name,
    isExtractable: inputs.type === "standard",
    tags: [...(inputs.tags ?? []), creationTag(mark)],
    aliases: aliases?.length === 0 ? undefined : aliases,
    ring: keyRing,
    dualAuthDelete: wantsTwo(inputs, run),
    ...{ description, expirationDate, payload, encryptedNonce, iv, encryptionAlgorithm, rotationIntervalMonths },
  };
}

/**
 * The response to a creation may be sparse (kms-v2-and-iam.md 2.2). The key exists by now, so no
 * later step may fail its creation.
 */
async function readBack(
  world: World,
  { value, serviceTimeMs }: WithServiceTime<KmsKeySnapshot>,
  options: CallOptions,
): Promise<ObservedKmsKey> {
  const ref = { instanceId: world.session.instanceId, kmsKeyId: value.kmsKeyId };
  try {
    const existing = await observeKmsKey(world, ref, "summary", options);
    if (existing.kind === "present") return existing;
  } catch (error) {
    if (!isUkoError(error)) throw error;
  }
  return observedInSnapshot(value, serviceTimeMs);
}

function wordsOf(inputs: KmsKeyInputs, { dualAuthDelete }: NewKmsKey, dialect: Dialect): WriteWords {
  const hasPolicy = dualAuthDelete !== undefined || inputs.rotationIntervalMonths !== undefined;
  return {
    act: `create KMS key "${inputs.name}"`,
    needs: hasPolicy
      ? [
          `Creating a key with policies requires the role ${sayRoles(kmsRights.createWithPolicy)}. ${dialect.assignment("dualAuthorization", "required")} turns on KMS dual authorization.`,
          `With "single" and no rotation interval, the role ${sayRoles(kmsRights.create)} is enough.`,
        ].join(" ")
      : `Creating a key requires the role ${sayRoles(kmsRights.create)}.`,
    effect: "No key was created.",
    left: "",
    service: "KMS",
  };
}
