/**
 * Creates KMS keys with their initial policies (kms-v2-and-iam.md 2.2, 2.12, 3.1, 6). The file also applies what time
 * alone changes: expiry, rotation by policy, and the purge of deleted keys. Each allowed KMS request applies due
 * changes first, so the emulator needs no timer.
 */

import { randomBytes } from "node:crypto";
import { dueMsOf, expiryDueMs, purgeDueMs, rotationDueMs } from "../store/collections.ts";
import type { DualAuthPolicy, KmsKey, KmsKeyVersion, RotationPolicy } from "../store/model.ts";
import { stampsBy, type World } from "../store/world.ts";

/** The given properties of a new key; the others have defaults. */
export interface KmsKeyFields
  extends Pick<KmsKey, "name" | "ring" | "createdBy" | "createdMs" | "backingKeyOf" | "description" | "expiresMs">,
    Partial<Pick<KmsKey, "extractable" | "tags">> {
  readonly id?: string | undefined;
  readonly aliases?: readonly string[];
  /** Base64; the key counts as imported. */
  readonly imported?: string | undefined;
  /** The policies of a creation with policy overrides; they replace all policies of the instance. */
  readonly policies?: KeyPolicies | undefined;
}

interface KeyPolicies {
  readonly isDualAuth: boolean;
  readonly rotation?: { readonly enabled: boolean; readonly intervalMonths: number } | undefined;
}

export function addKmsKey(world: World, fields: KmsKeyFields): KmsKey {
  const {
    createdBy,
    createdMs,
    imported,
    backingKeyOf,
    extractable = false,
    name,
    ring,
    description,
    expiresMs,
  } = fields;
  const key: KmsKey = {
    id: fields.id ?? world.newId(backingKeyOf === undefined ? "kms-key" : "backingKey"),
    ...{ backingKeyOf, extractable, ring, createdMs, createdBy, name, description, expiresMs },
    imported: imported !== undefined,
    tags: fields.tags ?? [],
    aliases: (fields.aliases ?? []).map((alias) => ({ alias, createdMs, createdBy })),
    state: 1,
    updatedMs: createdMs,
    versions: [newVersion(world, createdMs, imported)],
    resources: [],
  };
  const { isDualAuth, rotation } = fields.policies ?? instancePolicies(world);
  if (isDualAuth) key.dualAuth = newDualAuth(world, createdBy, createdMs);
  // A rotation policy is for generated root keys; UKO rotates backing keys itself (kms-v2-and-iam.md
  // 2.11).
  if (rotation !== undefined && !extractable && imported === undefined && backingKeyOf === undefined) {
    key.rotation = newRotation(world, rotation, createdBy, createdMs);
  }
  world.kmsKeys.set(key.id, key);
  return key;
}

function instancePolicies(world: World): KeyPolicies {
  const isDualAuth = world.instancePolicies.get("dualAuthDelete")?.enabled === true;
  const policy = world.instancePolicies.get("rotation");
  if (policy?.enabled !== true) return { isDualAuth };
  return { isDualAuth, rotation: { enabled: true, intervalMonths: Number(policy.attributes?.interval_month ?? 1) } };
}

function newVersion(world: World, createdMs: number, material?: string): KmsKeyVersion {
  return { id: world.newId("kms-version"), createdMs, material: material ?? randomBytes(32).toString("base64") };
}

export function newDualAuth(world: World, by: string, nowMs: number): DualAuthPolicy {
  return { ...stampsBy(by, nowMs), id: world.newId("policy"), enabled: true };
}

export function newRotation(
  world: World,
  rotation: NonNullable<KeyPolicies["rotation"]>,
  by: string,
  nowMs: number,
): RotationPolicy {
  return { ...newDualAuth(world, by, nowMs), ...rotation };
}

/** Gives a key new material. Older versions still unwrap their ciphertexts. */
export function addVersion(world: World, key: KmsKey, nowMs: number, material?: string): void {
  key.versions = [newVersion(world, nowMs, material), ...key.versions];
  key.rotatedMs = nowMs;
  key.updatedMs = nowMs;
  world.kmsKeys.changed(key.id);
}

/** The most overdue rotations that one request applies. */
const maxRotations = 240;

/** Reads the keys only if one of them is due. */
export function applyDueKmsChanges(world: World, nowMs: number): void {
  const { kmsKeys } = world;
  if (nowMs < kmsKeys.dueMs) return;
  kmsKeys.dueMs = Number.POSITIVE_INFINITY;
  for (const key of [...kmsKeys.values()]) {
    rotateByPolicy(world, key, nowMs);
    if (expiryDueMs(key) <= nowMs) {
      key.state = 3;
      key.updatedMs = key.expiresMs ?? nowMs;
      kmsKeys.changed(key.id);
    }
    if (purgeDueMs(key) <= nowMs) kmsKeys.delete(key.id);
    else kmsKeys.dueMs = Math.min(kmsKeys.dueMs, dueMsOf(key));
  }
}

function rotateByPolicy(world: World, key: KmsKey, nowMs: number): void {
  for (let count = 0; count < maxRotations; count += 1) {
    const dueMs = rotationDueMs(key);
    if (dueMs > nowMs) return;
    addVersion(world, key, dueMs);
  }
}
