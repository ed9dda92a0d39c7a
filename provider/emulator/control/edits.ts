/**
 * Changes keys and keystores at the request of a test, by the control API and not by a call of UKO or KMS. Examples
 * are material that disappears in a cloud, or a resource that begins to use a key.
 */

import * as z from "zod";
import { newDualAuth } from "../kms/new-key.ts";
import { viewKmsKey } from "../kms/view.ts";
import { viewKey } from "../service/key-view.ts";
import { publishStatuses } from "../service/keystore-effects.ts";
import { outsideEntry } from "../store/audit.ts";
import { dayMs } from "../store/clock.ts";
import { keyStates } from "../store/key-states.ts";
import {
  type AssociatedResource,
  type Key,
  type KmsKey,
  keystoreOperations,
  type Placement,
  resourceSchema,
} from "../store/model.ts";
import type { World } from "../store/world.ts";

const time = z.iso.datetime({ offset: true });
const maybeTime = time.nullable();

export const keystoreEditSchema = z.strictObject({
  refuses: z.array(z.enum(keystoreOperations)).optional(),
  statusResponse: z.enum(["ok", "error", "unknown"]).optional(),
  pendingDays: z.number().min(0).max(365).optional(),
  groups: z.array(z.string()).min(1).optional(),
});

export const keyEditSchema = z.strictObject({
  /** Changes the key's metadata without the rules of the service. The audit trail shows a write by `updatedBy`. */
  record: z
    .strictObject({
      state: z.enum(keyStates).optional(),
      tags: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
      description: z.string().optional(),
      label: z.string().optional(),
      deactivatedAt: maybeTime.optional(),
      updatedAt: time.optional(),
      updatedBy: z.string().optional(),
    })
    .optional(),
  /** Whether each keystore of the key has the key material: `enabled` gives the material back after one of the others. */
  material: z.enum(["absent", "enabled", "disabled", "wrong"]).optional(),
  keystoreId: z.string().optional(),
  addResource: resourceSchema.optional(),
  removeResource: z.string().optional(),
  backingKey: z
    .strictObject({
      dualAuthDelete: z.boolean().optional(),
      state: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(5)]).optional(),
      setForDeletion: z.strictObject({ by: z.string(), expiresAt: time }).nullable().optional(),
    })
    .optional(),
});

export const kmsKeyEditSchema = keyEditSchema.pick({ backingKey: true, addResource: true, removeResource: true });

export function changeKeystore(world: World, id: string, change: unknown): unknown {
  const keystore = world.keystores.get(id) ?? [...world.keystores.values()].find((candidate) => candidate.name === id);
  if (keystore === undefined) throw new Error(`Keystore ${id} does not exist.`);
  const { refuses, statusResponse, pendingDays, groups } = keystoreEditSchema.parse(change);
  if (refuses !== undefined) keystore.refuses = new Set(refuses);
  if (statusResponse !== undefined) keystore.statusResponse = statusResponse;
  if (pendingDays !== undefined) keystore.pendingMs = pendingDays * dayMs;
  if (groups !== undefined) keystore.groups = groups;
  world.keystores.changed(keystore.id);
  return {
    id: keystore.id,
    refuses: [...keystore.refuses],
    statusResponse: keystore.statusResponse,
    groups: keystore.groups,
  };
}

export function changeKey(world: World, id: string, change: unknown): unknown {
  const key = world.keys.get(id);
  const kmsKey = key === undefined ? world.kmsKeyNamed(id) : undefined;
  if (kmsKey !== undefined) return changeKmsKey(world, kmsKey, change);
  if (key === undefined) throw new Error(`Key ${id} does not exist.`);
  const edit = keyEditSchema.parse(change);
  if (edit.record !== undefined) changeRecord(world, key, edit.record);
  for (const placement of key.placements) {
    if (edit.keystoreId !== undefined && edit.keystoreId !== placement.keystoreId) continue;
    if (edit.material !== undefined) changeMaterial(world, placement, edit.material);
    const backingKey = world.backingKeyIn(placement);
    if (backingKey !== undefined && edit.backingKey !== undefined) changeBackingKey(world, backingKey, edit.backingKey);
  }
  changeResources(key, edit);
  world.keys.changed(key.id);
  return viewKey(world, key, world.clock.nowMs());
}

type ResourceEdit = Pick<z.output<typeof keyEditSchema>, "addResource" | "removeResource">;

function changeResources(
  holder: { resources: AssociatedResource[] },
  { addResource, removeResource }: ResourceEdit,
): void {
  if (addResource !== undefined) holder.resources.push(addResource);
  holder.resources = holder.resources.filter((resource) => resource.crn !== removeResource);
}

/** KMS registers resources with root keys only (kms-v2-and-iam.md 2.13). */
export function requireRootKey({ name, extractable }: Pick<KmsKey, "name" | "extractable">): void {
  if (!extractable) return;
  throw new Error(`${name} is a standard key, and KMS registers resources with root keys only (KEY_ROOT_REQ_REG_ERR).`);
}

/** Changes a KMS key, or a backing key by its own ID. */
function changeKmsKey(world: World, key: KmsKey, change: unknown): unknown {
  const { backingKey, ...edit } = kmsKeyEditSchema.parse(change);
  if (backingKey !== undefined) changeBackingKey(world, key, backingKey);
  const managed = key.backingKeyOf === undefined ? undefined : world.keys.get(key.backingKeyOf.keyId);
  const holder: { resources: AssociatedResource[] } = managed ?? key;
  if (edit.addResource !== undefined) requireRootKey(key);
  changeResources(holder, edit);
  if (managed === undefined) world.kmsKeys.changed(key.id);
  else world.keys.changed(managed.id);
  return { ...viewKmsKey(world, key, world.clock.nowMs()), resources: holder.resources };
}

function changeRecord(world: World, key: Key, record: NonNullable<z.output<typeof keyEditSchema>["record"]>): void {
  const from = key.state;
  const nowMs = world.clock.nowMs();
  const { deactivatedAt: _, updatedAt: __, ...fields } = record;
  Object.assign(key, fields);
  if (record.updatedAt !== undefined) key.updatedMs = Date.parse(record.updatedAt);
  if (record.deactivatedAt !== undefined) {
    key.deactivatedMs = record.deactivatedAt === null ? undefined : Date.parse(record.deactivatedAt);
  }
  publishStatuses(world, key, nowMs);
  const time = new Date(record.updatedAt === undefined ? nowMs : key.updatedMs).toISOString();
  const request = { operation: "control", method: "POST", path: `/_emulator/keys/${key.id}`, status: 200 };
  world.audit.append(outsideEntry(key, { ...request, time, caller: record.updatedBy, from }));
}

function changeMaterial(world: World, placement: Placement, kind: "absent" | "enabled" | "disabled" | "wrong"): void {
  const backingKey = world.backingKeyIn(placement);
  if (backingKey === undefined) placement.material = { kind };
  else if (kind === "absent") {
    world.kmsKeys.delete(backingKey.id);
    placement.backingKeyId = undefined;
    placement.material = { kind };
  } else if (kind === "wrong") placement.material = { kind };
  else {
    backingKey.state = kind === "enabled" ? 1 : 2;
    backingKey.goneMs = undefined;
    world.kmsKeys.changed(backingKey.id);
  }
}

function changeBackingKey(
  world: World,
  backingKey: KmsKey,
  change: NonNullable<z.output<typeof keyEditSchema>["backingKey"]>,
): void {
  const nowMs = world.clock.nowMs();
  if (change.state !== undefined) backingKey.state = change.state;
  if (change.state === 5) {
    backingKey.deletedMs ??= nowMs;
    backingKey.goneMs ??= nowMs + (world.keystores.get(backingKey.backingKeyOf?.keystoreId ?? "")?.pendingMs ?? 0);
  }
  if (change.dualAuthDelete === false) backingKey.dualAuth = undefined;
  if (change.dualAuthDelete === true || change.setForDeletion !== undefined) {
    backingKey.dualAuth ??= newDualAuth(world, backingKey.createdBy, nowMs);
    backingKey.dualAuth.enabled = true;
  }
  if (change.setForDeletion !== undefined && backingKey.dualAuth !== undefined) {
    const { by, expiresAt } = change.setForDeletion ?? {};
    backingKey.dualAuth.setBy = by === undefined ? undefined : { iamId: by, authnIamId: by };
    backingKey.dualAuth.expiresMs = expiresAt === undefined ? undefined : Date.parse(expiresAt);
  }
  world.kmsKeys.changed(backingKey.id);
}
