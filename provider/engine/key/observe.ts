/**
 * Reads a managed key, or proves that it is gone. A decision needs a fresh read (`observeKey`). If the reads of a
 * destroyed key and of its keystores contradict each other, a second read decides. A refresh may use a cached read, and
 * lists and responses are for display, or for the few conclusions of lifecycle/key/after-step.ts. What is known of a key
 * has five types:
 *
 * - `KeySnapshot` (ports): one response of the service, in plain values.
 * - `CoveredKey` (lifecycle): the facts that a person consents to. A request names them by a hash, their digest.
 * - `KeyObservation` (lifecycle): everything that a decision depends on: the facts, the state, the last writer, the
 *   request on the key, the keystores, the backing keys, the use. The planners of a deletion see nothing else of a key.
 * - `KeySummary`: the observation with its snapshot and the service's time, for reports.
 * - `KeyDetails`: a summary with the ETag that the next write sends.
 */

import { isUkoError, UkoError } from "../../errors.ts";
import { digestText } from "../../lifecycle/consent/digest.ts";
import { parseKeyTexts } from "../../lifecycle/consent/record-locations.ts";
import { markOf } from "../../lifecycle/consent/record-text.ts";
import { withVouchers } from "../../lifecycle/consent/signed-consent.ts";
import { findLeftoverMaterial } from "../../lifecycle/key/guards.ts";
import type { Reading } from "../../lifecycle/key/settling.ts";
import { assert } from "../../lifecycle/vocabulary/assert.ts";
import { keyStates, type ObservedState } from "../../lifecycle/vocabulary/managed-key-states.ts";
import {
  type CarriedRecord,
  type CoveredKey,
  digestsBy,
  type Identity,
  isSame,
  type KeyObservation,
  type KeyUse,
} from "../../lifecycle/vocabulary/observation.ts";
import { beginDecision } from "../../lifecycle/vocabulary/permit.ts";
import { goneOrThrow, requireOwnInstance } from "../loop/absence.ts";
import type { ReadResult } from "../loop/deletable.ts";
import { recordedStep } from "../loop/recorded-steps.ts";
import type { CallOptions, KeyRef, KeySnapshot, KeyWithEtag, WithServiceTime, World } from "../ports/world.ts";
import { backingKeysOf } from "./backing-keys.ts";

/** A key as one read showed it. */
export interface KeySummary {
  readonly observation: KeyObservation;
  readonly snapshot: KeySnapshot;
  /** The service's time at this read. */
  readonly nowMs: number;
}

/** A key as a fresh read shows it, with the ETag that the next call needs. */
export interface KeyDetails extends KeySummary {
  readonly etag: string;
}

/**
 * `summary` reads the key alone. `reversal` also reads its backing KMS keys, because a reversal closes their deletion
 * windows. `inspection` also reads what uses the key. `decision` reads the same for a run that is about to act: only its
 * plan contains a permit. Each asks the keystores of destroyed keys for a live status.
 */
export type Depth = "summary" | "reversal" | "inspection" | "decision";

/**
 * Reads a key. Returns `gone` only if that is proven.
 * Throws UKO_INSTANCE_MISMATCH, UKO_GONE_UNPROVEN, and what the ports throw (401 and 403 never mean
 * gone).
 */
export async function observeKey(
  world: World,
  ref: KeyRef,
  depth: Depth,
  options: CallOptions,
): Promise<ReadResult<KeyDetails>> {
  const seen = await readOnce(world, ref, depth, options);
  return seen.kind === "present" && isContradictory(seen) ? readOnce(world, ref, depth, options) : seen;
}

/**
 * Whether the read of the key and the read of its keystores contradict each other. Key material can disappear between
 * the two reads, so a second read decides.
 */
function isContradictory({ observation, nowMs }: KeySummary): boolean {
  if (observation.state !== "destroyed") return false;
  const remains = findLeftoverMaterial(observation, nowMs);
  return remains.kind === "held" && remains.guard.guard === "removal_contradicted";
}

async function readOnce(
  world: World,
  ref: KeyRef,
  depth: Depth,
  options: CallOptions,
): Promise<ReadResult<KeyDetails>> {
  requireOwnInstance(world, ref, nameOf(ref));
  const { value, serviceTimeMs } = await world.keys.read(ref, options);
  if (value === undefined) return keyGoneOrThrow(world, ref, options);
  const { snapshot, etag } = value;
  const { updatedAtMs } = snapshot;
  const nowMs = world.serviceClock.decideAt("UKO", { serviceTimeMs, updatedAtMs }, `key ${ref.keyId}`);
  if (depth !== "decision") return completeOrGone(world, ref, { snapshot, etag, nowMs }, depth, options);
  const { instanceId, vaultId, keyId: id } = ref;
  const decision = beginDecision({ instanceId, vaultId, id, etag }, world.clock.monotonicMs);
  const read = await completeOrGone(world, ref, { snapshot, etag, nowMs }, "inspection", options);
  return read.kind === "gone" ? read : { ...read, observation: { ...read.observation, decision } };
}

/**
 * A cached read for refresh, on which no decision depends: many such reads cost the service only a
 * few calls. Returns and throws as `observeKey` does.
 */
export async function readKeySummary(world: World, ref: KeyRef, options: CallOptions): Promise<ReadResult<KeySummary>> {
  requireOwnInstance(world, ref, nameOf(ref));
  const { value: snapshot, serviceTimeMs } = await world.keys.cachedRead(ref, options);
  if (snapshot === undefined) return keyGoneOrThrow(world, ref, options);
  const nowMs = world.serviceClock.showAt("UKO", { serviceTimeMs, updatedAtMs: snapshot.updatedAtMs });
  return completeOrGone(world, ref, { snapshot, nowMs }, "summary", options);
}

/** Completes a read. The result is `gone` if another person removed the key after the first read. */
async function completeOrGone<Read extends Omit<KeySummary, "observation">>(
  world: World,
  ref: KeyRef,
  read: Read,
  depth: Exclude<Depth, "decision">,
  options: CallOptions,
): Promise<ReadResult<Read & KeySummary>> {
  try {
    return { kind: "present", ...read, observation: await complete(world, ref, read, depth, options) };
  } catch (error) {
    if (!isUkoError(error) || error.code !== "UKO_KEY_NOT_FOUND") throw error;
    if ((await world.keys.read(ref, options)).value !== undefined) throw error;
    return keyGoneOrThrow(world, ref, options);
  }
}

async function complete(
  world: World,
  ref: KeyRef,
  read: Omit<KeySummary, "observation">,
  depth: Exclude<Depth, "decision">,
  options: CallOptions,
): Promise<KeyObservation> {
  const { snapshot } = read;
  if (snapshot.vaultId !== ref.vaultId) {
    throw new UkoError("UKO_KEY_NOT_FOUND", {
      summary: `Key ${ref.keyId} is not in vault ${ref.vaultId}`,
      detail: `The service has it in vault ${snapshot.vaultId}. Nothing was changed.`,
    });
  }
  const state = stateOf(snapshot.stateWord);
  const isDestroyed = state === "destroyed";
  const statuses = isDestroyed ? (await world.keys.liveStatus(ref, options)).value : snapshot.storedStatus;
  const backingKeys = depth === "summary" ? [] : await backingKeysOf(world, { snapshot, state, statuses }, options);
  const use = depth === "inspection" && !isDestroyed ? await world.keys.use(ref, options) : unused;
  return toObservation(world, ref, read, { keystores: statuses, keystoresAreLive: isDestroyed, backingKeys, use });
}

/** What the response to a write shows of the key. Makes no call, so nothing can fail. */
export function observedInResponse(
  world: World,
  ref: KeyRef,
  { value: { snapshot, etag }, serviceTimeMs }: Pick<WithServiceTime<KeyWithEtag>, "value" | "serviceTimeMs">,
): KeyDetails {
  const nowMs = world.serviceClock.showAt("UKO", { serviceTimeMs, updatedAtMs: snapshot.updatedAtMs });
  const asked = { keystores: snapshot.storedStatus, keystoresAreLive: false, backingKeys: [], use: unused };
  const observation = toObservation(world, ref, { snapshot, nowMs }, asked);
  return { observation, snapshot, etag, nowMs };
}

/** What a list shows of a key, at the service's latest time, for display and never for a decision. */
export function observedInList(world: World, snapshot: KeySnapshot): KeyDetails {
  const { vaultId, keyId, updatedAtMs } = snapshot;
  const ref = { instanceId: world.session.instanceId, vaultId, keyId };
  const serviceTimeMs = world.session.serviceTimeMs() ?? updatedAtMs ?? 0;
  return observedInResponse(world, ref, { value: { snapshot, etag: "" }, serviceTimeMs });
}

/** The key as the rule for settled writes sees it. */
export function readingOf({ etag, nowMs, observation: { updatedAtMs } }: KeyDetails): Reading {
  return { etag, nowMs, updatedAtMs };
}

/** A few people write to thousands of keys, so each is in memory once. */
const identities = new Map<string, Identity>();

function toObservation(
  world: World,
  ref: KeyRef,
  { snapshot, nowMs }: Omit<KeySummary, "observation">,
  asked: Pick<KeyObservation, "keystores" | "keystoresAreLive" | "backingKeys" | "use">,
): KeyObservation {
  // The facts take the IDs from the reference, and the next write goes to it.
  assert(snapshot.keyId === ref.keyId, "a response is about the key that was asked for");
  const texts = parseKeyTexts(ref.keyId, snapshot, world.sha256, world.session.ownSeal);
  const facts: CoveredKey = {
    ...ref,
    version: snapshot.version,
    label: snapshot.label,
    description: texts.userDescription,
    activationDate: snapshot.activationDate,
    expirationDate: snapshot.expirationDate,
    tags: texts.userTags,
    keystores: snapshot.referencedKeystores.map(({ id, type }) => ({ id, type })),
    ...(world.namesakes?.has(snapshot) === true && { hasNamesake: true }),
  };
  const identityOf = (iamId: string | undefined): Identity | undefined => {
    if (iamId === undefined) return undefined;
    if (!identities.has(iamId)) identities.set(iamId, { iamId, mark: markOf(iamId, world.sha256) });
    return identities.get(iamId);
  };
  const updatedBy = identityOf(snapshot.updatedBy);
  const { signatures } = world;
  const observation: KeyObservation = {
    facts,
    state: stateOf(snapshot.stateWord),
    stateWord: snapshot.stateWord,
    updatedAtMs: snapshot.updatedAtMs,
    createdBy: identityOf(snapshot.createdBy),
    updatedBy,
    latestTimeMs: world.serviceClock.latestMs(),
    carried: withAuthorsId(texts.carried, updatedBy),
    marker: texts.marker,
    note: texts.note,
    declined: texts.declined && isSame(texts.declined.author, updatedBy ?? { mark: "" }) ? texts.declined : undefined,
    holds: texts.holds,
    ...(texts.releasedHolds.length > 0 && { releasedHolds: texts.releasedHolds }),
    digests: digestsBy((step) => world.sha256(digestText(facts, step)).slice(0, 32)),
    ...asked,
    storedKeystores: snapshot.storedStatus,
    materialIn: snapshot.materialPresent,
    ...(snapshot.stateWord === "destroyed" && { recorded: recordedStep(world.evidence, ref, "destroy") }),
    ...(signatures !== undefined && { signatures: signatures.demand }),
  };
  if (signatures === undefined) return observation;
  return { ...observation, carried: withVouchers(observation, signatures.isGenuine, nowMs) };
}

/**
 * Adds the full ID of the author to a compact record, which holds only a mark. The last writer with that mark is the
 * author.
 */
function withAuthorsId(carried: CarriedRecord, updatedBy: Identity | undefined): CarriedRecord {
  if (carried.kind !== "one" || updatedBy === undefined || !isSame(carried.record.author, updatedBy)) return carried;
  return { kind: "one", record: { ...carried.record, author: updatedBy } };
}

function keyGoneOrThrow(world: World, ref: KeyRef, options: CallOptions): Promise<{ readonly kind: "gone" }> {
  return goneOrThrow(world, { ...ref, what: nameOf(ref), noun: "key" }, options);
}

const unused: KeyUse = { kind: "known", count: 0, retainedBy: [] };

function stateOf(word: string): ObservedState {
  return keyStates.find((state) => state === word) ?? "unrecognized";
}

function nameOf({ keyId }: KeyRef): string {
  return `Key ${keyId}`;
}
