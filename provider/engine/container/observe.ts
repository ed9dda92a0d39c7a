/**
 * Reads a container with its contents, or proves that it is gone. A KMS key ring that cannot be read does not refuse
 * the deletion (lifecycle/container/plan-container-deletion.ts).
 */

import { onCodes, UkoError } from "../../errors.ts";
import { keystoreKindOf } from "../../lifecycle/container/keystore-kind.ts";
import type {
  ContainedContainer,
  ContainedKey,
  ContainerObservation,
  Found,
  RingKey,
} from "../../lifecycle/container/plan-container-deletion.ts";
import { keyStates, type ObservedState } from "../../lifecycle/vocabulary/managed-key-states.ts";
import { beginDecision } from "../../lifecycle/vocabulary/permit.ts";
import { goneOrThrow, requireOwnInstance } from "../loop/absence.ts";
import type { ReadResult } from "../loop/deletable.ts";
import type { Collection, ContainerRef, KeystoreSnapshot, TemplateSnapshot } from "../ports/containers.ts";
import type { KmsKeySnapshot } from "../ports/kms-keys.ts";
import type { CallOptions, KeySnapshot, World } from "../ports/world.ts";
import { plain } from "../text/words.ts";

/** A container as a fresh read shows it. */
export interface ObservedContainer {
  readonly observation: ContainerObservation;
  /** The service's time at this read. */
  readonly nowMs: number;
}

/** A container without its contents, with the ETag that the next call needs. */
export type ContainerReading<Snapshot> = ReadResult<
  { readonly snapshot: Snapshot; readonly etag: string } & Pick<ObservedContainer, "nowMs">
>;

/** The fields that all three kinds have. */
interface AnySnapshot {
  readonly id: string;
  readonly vaultId?: string;
  readonly name: string;
  readonly updatedAtMs?: number;
}

/**
 * Reads a container and its contents. Returns `gone` only if that is proven; `wasSeen` means that
 * this run read it before.
 * Throws UKO_INSTANCE_MISMATCH, UKO_NOT_FOUND (another vault's), UKO_GONE_UNPROVEN, and what the
 * ports throw for faults.
 */
export async function observeContainer(
  world: World,
  ref: ContainerRef,
  wasSeen: boolean,
  options: CallOptions,
): Promise<ReadResult<ObservedContainer>> {
  switch (ref.kind) {
    case "vault": {
      const vault = await readContainer(world, ref, world.vaults, wasSeen, options);
      return vault.kind === "gone" ? vault : look(world, ref, vault, nothing, options);
    }
    case "keystore": {
      const keystore = await readContainer(world, ref, world.keystores, wasSeen, options);
      if (keystore.kind === "gone") return keystore;
      return look(world, ref, keystore, await ringOf(world, keystore.snapshot, options), options);
    }
    case "template": {
      const template = await readContainer(world, ref, world.templates, wasSeen, options);
      return template.kind === "gone" ? template : look(world, ref, template, nothing, options);
    }
  }
}

const nothing: Found<never> = { kind: "known", items: [] };

async function look(
  world: World,
  ref: ContainerRef,
  { snapshot, etag, nowMs }: Extract<ContainerReading<AnySnapshot>, { kind: "present" }>,
  ring: ContainerObservation["ring"],
  options: CallOptions,
): Promise<ReadResult<ObservedContainer>> {
  const { kind: _kind, ...subject } = ref;
  const decision = beginDecision({ ...subject, etag }, world.clock.monotonicMs);
  const listed = world.keys.list({ vaultId: ref.vaultId }, options);
  const keys = await found(listed.then((all) => all.filter((key) => isHeldBy(ref, key)).map(toContainedKey)));
  const containers = ref.kind === "vault" ? await found(containersOf(world, ref, options)) : nothing;
  const { kind, id } = ref;
  const observation = { kind, id, name: snapshot.name, keys, containers, ring, decision };
  return { kind: "present", observation, nowMs };
}

/** Reads a container without its contents. Throws as `observeContainer` does. */
export async function readContainer<Snapshot extends AnySnapshot>(
  world: World,
  ref: ContainerRef,
  port: Pick<Collection<Snapshot, never, never>, "read">,
  wasSeen: boolean,
  options: CallOptions,
): Promise<ContainerReading<Snapshot>> {
  const what = `The ${ref.kind} ${ref.id}`;
  requireOwnInstance(world, ref, what);
  const { value, serviceTimeMs } = await port.read(ref, options);
  if (value === undefined) {
    const ownVault = ref.kind === "vault" ? { ownVault: { wasSeen } } : {};
    return goneOrThrow(world, { ...ref, what, noun: ref.kind, ...ownVault }, options);
  }
  const { snapshot, etag } = value;
  if (snapshot.vaultId !== undefined && snapshot.vaultId !== ref.vaultId) {
    throw new UkoError("UKO_NOT_FOUND", {
      summary: `${what} is not in vault ${ref.vaultId}`,
      detail: `The service has it in vault ${snapshot.vaultId}. Nothing was changed.`,
    });
  }
  const { updatedAtMs } = snapshot;
  const response = { serviceTimeMs, ...(updatedAtMs !== undefined && { updatedAtMs }) };
  const nowMs = world.serviceClock.decideAt("UKO", response, `${ref.kind} ${ref.id}`);
  return { kind: "present", snapshot, etag, nowMs };
}

/** Turns a missing right (401 or 403) into a result: the planner refuses the deletion because of it. */
function found<T>(read: Promise<readonly T[]>): Promise<Found<T>> {
  const unreadable = onCodes(["UKO_RIGHTS_MISSING", "UKO_ACCESS_DENIED"], ({ summary, detail }) => ({
    kind: "unreadable" as const,
    reason: plain(`${summary}. ${detail}`.trim(), 400),
  }));
  return read.then((items) => ({ kind: "known", items }) as const).catch(unreadable);
}

/**
 * Whether the container holds the key. A keystore holds the keys that refer to it, and destroyed keys whose material it
 * may still have. A living key that was taken out of the keystore no longer refers to it and does not block it: a key
 * leaves a keystore this way (uko-v4.md 4.3).
 */
function isHeldBy(ref: ContainerRef, key: KeySnapshot): boolean {
  switch (ref.kind) {
    case "vault":
      return true;
    case "template":
      return key.templateId === ref.id;
    case "keystore":
      return (
        key.referencedKeystores.some(({ id }) => id === ref.id) ||
        (key.stateWord === "destroyed" &&
          key.storedStatus.some(({ keystoreId, status }) => keystoreId === ref.id && status !== "not_present"))
      );
  }
}

function toContainedKey(key: KeySnapshot): ContainedKey {
  const { keyId, vaultId, label } = key;
  const state: ObservedState = keyStates.find((known) => known === key.stateWord) ?? "unrecognized";
  const contained = { vaultId, keyId, label, state };
  const pending = key.storedStatus.filter(({ status }) => status === "pending_destruction");
  if (state !== "destroyed" || pending.length === 0) return contained;
  const dates = pending.flatMap(({ destructionAtMs }) => destructionAtMs ?? []);
  const isTold = dates.length === pending.length;
  return { ...contained, pending: isTold ? { untilMs: Math.max(...dates) } : {} };
}

async function containersOf(
  world: World,
  { vaultId }: ContainerRef,
  options: CallOptions,
): Promise<readonly ContainedContainer[]> {
  const keystores = await world.keystores.list({ vaultId }, options);
  const templates = await world.templates.list({ vaultId }, options);
  return [
    ...keystores.map(({ id, name }) => ({ kind: "keystore", id, name }) as const),
    ...templates.filter(isInTheWay).map(({ id, name }) => ({ kind: "template", id, name }) as const),
  ];
}

/**
 * Whether the template blocks the deletion of its vault. Other templates are deleted with the vault, or cannot be
 * deleted at all (uko-v4.md 9 U18, U19).
 */
export function isInTheWay({ isArchived, types }: TemplateSnapshot): boolean {
  return !isArchived && !types.includes("shadow") && !types.includes("system");
}

/** Reads the key ring of an internal keystore, which must have no metadata of destroyed keys (uko-v4.md 5). */
async function ringOf(
  world: World,
  keystore: KeystoreSnapshot,
  options: CallOptions,
): Promise<ContainerObservation["ring"]> {
  if (keystoreKindOf(keystore) === "external") return nothing;
  const { ring } = keystore;
  if (ring !== "") return found(world.kmsKeys.list({ ring }, options).then((all) => all.map(toRingKey)));
  const keys = await found(world.kmsKeys.list({}, options));
  if (keys.kind === "unreadable") return keys;
  const living = new Set(keys.items.filter(({ state }) => state !== destroyed).map((key) => key.ring));
  // A keystore can be deleted together with its ring, so it is not the default ring
  // (kms-v2-and-iam.md 2.13).
  const isCandidate = (key: KmsKeySnapshot): boolean => !living.has(key.ring) && key.ring !== "default";
  return {
    kind: "unnamed",
    reason: "The service does not report which key ring it is.",
    candidates: keys.items.filter(isCandidate).map(toRingKey),
  };
}

/** KMS's number for the state destroyed (kms-v2-and-iam.md 3). */
const destroyed = 5;

export function toRingKey({ kmsKeyId, name, state, purgeScheduledAtMs }: KmsKeySnapshot): RingKey {
  const purge = purgeScheduledAtMs === undefined ? {} : { purgeScheduledAtMs };
  return { kmsKeyId, name, isDestroyed: state === destroyed, ...purge };
}
