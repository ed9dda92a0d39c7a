/** New KMS keys. The instance's policies decide what a key starts with (2.2, 2.12). */

import { randomBytes } from "node:crypto";
import type { DualAuthPolicy, KmsKey, KmsKeyVersion, RotationPolicy } from "../model.ts";
import type { World } from "../world.ts";

/** The given properties of a new key; the others have defaults. */
export interface KmsKeyFields {
  readonly id?: string | undefined;
  readonly name: string;
  readonly ring: string;
  readonly createdBy: string;
  readonly createdMs: number;
  readonly twinOf?: KmsKey["twinOf"];
  readonly extractable?: boolean;
  readonly description?: string | undefined;
  readonly tags?: readonly string[];
  readonly aliases?: readonly string[];
  readonly expiresMs?: number | undefined;
  /** Base64; the key counts as imported. */
  readonly imported?: string | undefined;
  /** From a create with policy overrides; replaces all policies of the instance. */
  readonly policies?: KeyPolicies | undefined;
}

interface KeyPolicies {
  readonly isDualAuth: boolean;
  readonly rotation?: { readonly enabled: boolean; readonly intervalMonths: number } | undefined;
}

export function addKmsKey(world: World, fields: KmsKeyFields): KmsKey {
  const { createdBy, createdMs, imported, twinOf, extractable = false } = fields;
  const key: KmsKey = {
    id: fields.id ?? world.newId(twinOf === undefined ? "kms-key" : "twin"),
    twinOf,
    extractable,
    imported: imported !== undefined,
    ring: fields.ring,
    createdMs,
    createdBy,
    name: fields.name,
    description: fields.description,
    tags: fields.tags ?? [],
    aliases: (fields.aliases ?? []).map((alias) => ({ alias, createdMs, createdBy })),
    state: 1,
    updatedMs: createdMs,
    expiresMs: fields.expiresMs,
    versions: [newVersion(world, createdMs, imported)],
    resources: [],
  };
  const { isDualAuth, rotation } = fields.policies ?? instancePolicies(world);
  if (isDualAuth) key.dualAuth = newDualAuth(world, createdBy, createdMs);
  // A rotation policy is for generated root keys; UKO rotates twins itself (kms-v2-and-iam.md
  // 2.11).
  if (rotation !== undefined && !extractable && imported === undefined && twinOf === undefined) {
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

export function newVersion(world: World, createdMs: number, material?: string): KmsKeyVersion {
  return {
    id: world.newId("kms-version"),
    createdMs,
    material: material ?? randomBytes(32).toString("base64"),
  };
}

export function newDualAuth(world: World, by: string, nowMs: number, enabled = true): DualAuthPolicy {
  return {
    id: world.newId("policy"),
    enabled,
    createdBy: by,
    createdMs: nowMs,
    updatedBy: by,
    updatedMs: nowMs,
  };
}

export function newRotation(
  world: World,
  rotation: NonNullable<KeyPolicies["rotation"]>,
  by: string,
  nowMs: number,
): RotationPolicy {
  return { ...newDualAuth(world, by, nowMs, rotation.enabled), intervalMonths: rotation.intervalMonths };
}

/** Gives a key new material. Older versions still unwrap their ciphertexts. */
export function addVersion(world: World, key: KmsKey, nowMs: number, material?: string): void {
  key.versions = [newVersion(world, nowMs, material), ...key.versions];
  key.rotatedMs = nowMs;
  key.updatedMs = nowMs;
  world.kmsKeys.changed(key.id);
}
