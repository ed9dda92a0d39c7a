/** A search for keys without a state: one by its ID, as an import does, or all keys. */

import { type KeySummary, readKeySummary } from "../../engine/key/observe.ts";
import type { CallOptions, KeyRef, World } from "../../engine/ports/world.ts";
import { defaultsOf } from "../../engine/resource/property.ts";
import { UkoError } from "../../errors.ts";
import { type ManagedKeyInputs, managedKeyInputs } from "./schema.ts";

/** An existing key, and the inputs of a program that says as little as possible about it. */
export interface Found {
  readonly inputs: ManagedKeyInputs;
  readonly observed: KeySummary;
}

const idForm = /^(?<vaultId>[0-9a-f-]{36})\/(?<keyId>[0-9a-f-]{36})$/;

/**
 * Reads a key by `<vaultId>/<keyId>`; undefined only if it is proven gone. Throws
 * UKO_INPUT_INVALID.
 */
export async function lookUpKey(world: World, id: string, options: CallOptions): Promise<Found | undefined> {
  const { vaultId, keyId } = idForm.exec(id)?.groups ?? {};
  if (vaultId === undefined || keyId === undefined) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: "The ID of a managed key is <vault ID>/<key ID>, two UUIDs in lower case",
      detail: "You find both in the console, and in the messages of runs that process the key.",
    });
  }
  return find(world, { instanceId: world.session.instanceId, vaultId, keyId }, options);
}

/** Every key of one vault, or of all vaults, in every state. */
export async function listKeys(
  world: World,
  filter: { readonly vaultId?: string },
  options: CallOptions,
): Promise<readonly Found[]> {
  const { instanceId } = world.session;
  const vaultIds =
    filter.vaultId === undefined ? (await world.vaults.list({}, options)).map(({ id }) => id) : [filter.vaultId];
  const found: Found[] = [];
  for (const vaultId of vaultIds) {
    for (const { keyId } of await world.keys.list({ vaultId }, options)) {
      // The key may have been removed since the list was read.
      const key = await find(world, { instanceId, vaultId, keyId }, options);
      if (key !== undefined) found.push(key);
    }
  }
  return found;
}

async function find(world: World, ref: KeyRef, options: CallOptions): Promise<Found | undefined> {
  const result = await readKeySummary(world, ref, options);
  if (result.kind === "gone") return undefined;
  const { templateName: template } = result.snapshot;
  const inputs = { ...defaultsOf(managedKeyInputs), vaultId: ref.vaultId, template } as ManagedKeyInputs;
  return { inputs, observed: result };
}
