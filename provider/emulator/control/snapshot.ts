/**
 * Writes the objects of the emulator, its clock and its switches as one JSON object, in two forms. The view is for
 * reading: it has no credentials, and leaves out the audit trail and some details of KMS. The complete snapshot
 * contains API keys and key material. The file also loads such a snapshot in place of the present objects. If the
 * snapshot is not valid, the objects stay as they were.
 */

import { dayMs, toSecondsText } from "../clock.ts";
import { viewKmsKey } from "../kms/view.ts";
import { applyStoredWorld, parseStoredWorld, storedWorldOf } from "../stored-world.ts";
import { viewKey } from "../uko/key-view.ts";
import type { World } from "../world.ts";

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

const format = "local-uko-world";

export function takeSnapshot(world: World): Record<string, unknown> {
  return { format, takenAt: new Date(world.clock.nowMs()).toISOString(), ...storedWorldOf(world) };
}

/** Loads a snapshot, or throws and leaves the world unchanged. The clock continues from it. */
export function loadSnapshot(world: World, value: unknown): void {
  const taken = value as { readonly format?: unknown; readonly takenAt?: unknown } | null;
  if (taken?.format !== format || typeof taken.takenAt !== "string" || Number.isNaN(Date.parse(taken.takenAt))) {
    throw new Error("This is not a snapshot of the emulator.");
  }
  const stored = parseStoredWorld(value);
  const before = storedWorldOf(world);
  try {
    applyStoredWorld(world, stored);
    world.clock.set(Date.parse(taken.takenAt));
    // Every object is read once, so that an error in an edited snapshot shows here and not in a later response.
    JSON.stringify(snapshot(world));
    world.faults.release();
  } catch (error) {
    applyStoredWorld(world, before);
    throw new Error(`The snapshot was not loaded: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
