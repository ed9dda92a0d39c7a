/**
 * Writes the objects of the emulator, its clock and its switches as one JSON object, and loads it again. The view for
 * reading has no credentials; the complete snapshot contains API keys and key material.
 */

import * as z from "zod";
import { viewKmsKey } from "../kms/view.ts";
import { viewKey } from "../service/key-view.ts";
import { dayMs, toSecondsText } from "../store/clock.ts";
import { type Snapshot, snapshotFormat } from "../store/options.ts";
import { applyStoredWorld, parseStoredWorld, storedWorldOf } from "../store/stored-world.ts";
import type { World } from "../store/world.ts";

export function snapshot(world: World): unknown {
  const nowMs = world.clock.nowMs();
  return {
    instanceId: world.instanceId,
    now: new Date(nowMs).toISOString(),
    frozen: world.clock.isFrozen,
    profile: world.profile,
    switches: world.switches,
    identities: picked(world.identities, "iamId", "kind", "name", "login", "rights"),
    vaults: picked(world.vaults, "id", "name"),
    keystores: [...world.keystores.values()].map((keystore) => ({
      ...pick(keystore, "id", "name", "vaultId", "type", "variant", "groups"),
      pendingDays: keystore.pendingMs / dayMs,
      ...pick(keystore, "refuses", "statusResponse"),
    })),
    templates: picked(world.templates, "id", "name", "vaultId", "keyState", "keystoreType", "group"),
    keys: [...world.keys.values()].map((key) => ({
      ...viewKey(world, key, nowMs),
      deactivated_at: key.deactivatedMs === undefined ? undefined : toSecondsText(key.deactivatedMs),
      resources: key.resources,
    })),
    backingKeys: viewKmsKeys(world, nowMs).filter(({ managedKeyId }) => managedKeyId !== undefined),
    kmsKeys: viewKmsKeys(world, nowMs).filter(({ managedKeyId }) => managedKeyId === undefined),
  };
}

function picked<Item extends object>(items: ReadonlyMap<string, Item>, ...names: readonly (keyof Item)[]) {
  return [...items.values()].map((item) => pick(item, ...names));
}

/** Returns some members, with Sets as arrays. */
function pick<Item extends object>(item: Item, ...names: readonly (keyof Item)[]): Record<string, unknown> {
  const plain = (value: unknown): unknown => (value instanceof Set ? [...value] : value);
  return Object.fromEntries(names.map((name) => [name, plain(item[name])]));
}

function viewKmsKeys(world: World, nowMs: number): readonly { readonly managedKeyId: string | undefined }[] {
  return [...world.kmsKeys.values()].map((key) => ({
    ...viewKmsKey(world, key, nowMs),
    managedKeyId: key.backingKeyOf?.keyId,
    setBy: key.dualAuth?.setBy?.iamId,
    resources: key.backingKeyOf === undefined ? key.resources : undefined,
  }));
}

export function takeSnapshot(world: World): Snapshot {
  return { format: snapshotFormat, takenAt: new Date(world.clock.nowMs()).toISOString(), ...storedWorldOf(world) };
}

export function isSnapshot(value: unknown): value is Snapshot {
  return typeof value === "object" && value !== null && "format" in value && value.format === snapshotFormat;
}

/** Replaces all objects, or throws. The clock continues from the moment of the snapshot. */
export function loadSnapshot(world: World, taken: Snapshot): void {
  try {
    applyStoredWorld(world, parseStoredWorld(taken));
    world.clock.set(z.iso.datetime().transform(Date.parse).parse(taken.takenAt));
    // Every object is read once, so that an error in an edited snapshot shows here and not in a later response.
    JSON.stringify(snapshot(world));
  } catch (error) {
    throw new Error(`The snapshot is not valid: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
