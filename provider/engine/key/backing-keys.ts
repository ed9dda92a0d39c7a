/**
 * Reads the backing keys of a managed key in internal keystores, on which it depends whether KMS requires two people,
 * and whether key material is left in KMS. In case of doubt, for example if an internal keystore names no KMS key, the
 * backing key counts as unreadable, and an unreadable backing key refuses the step.
 */

import { isExternalType } from "../../lifecycle/container/keystore-kind.ts";
import type { ObservedState } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { BackingKey } from "../../lifecycle/vocabulary/observation.ts";
import type { CallOptions, KeySnapshot, KeystoreKindRead, KeystoreStatusWithKey, World } from "../ports/world.ts";
import { plain } from "../text/words.ts";

/** The parts of a key that were read; `statuses` are live if the key is destroyed. */
interface KeyRead {
  readonly snapshot: KeySnapshot;
  readonly state: ObservedState;
  readonly statuses: readonly KeystoreStatusWithKey[];
}

/** A keystore, as described by every source that names it for the key. */
interface Place {
  readonly id: string;
  readonly name: string;
  readonly types: readonly string[];
  /** The keystore's statuses that count now. */
  readonly statuses: readonly KeystoreStatusWithKey[];
  /** The key's IDs in KMS, from live and stored statuses alike. */
  readonly kmsKeyIds: readonly string[];
}

/** A backing key for each KMS key of an internal keystore, and an unreadable one for each doubt. */
export async function backingKeysOf(world: World, key: KeyRead, options: CallOptions): Promise<readonly BackingKey[]> {
  const places = placesOf(key);
  const { state, snapshot } = key;
  if (places.length === 0 && state !== "destroyed" && snapshot.materialPresent?.includes("keystores") === true) {
    return [unreadable("The service reports that keystores hold the key, but names none of them.")];
  }
  const backingKeys: BackingKey[] = [];
  for (const place of places) backingKeys.push(...(await backingKeysAt(world, place, state, options)));
  return backingKeys;
}

async function backingKeysAt(
  world: World,
  place: Place,
  state: ObservedState,
  options: CallOptions,
): Promise<readonly BackingKey[]> {
  const { statuses, kmsKeyIds, name } = place;
  const isUnused = state === "pre_activation";
  const presence = statuses.find(({ status }) => status !== "not_present")?.status ?? "not_present";
  const isNowhere = statuses.length > 0 ? presence === "not_present" : isUnused;
  if (isNowhere && (isUnused || kmsKeyIds.length === 0)) return [];
  const kind = await kindOf(world, place, options);
  if (kind.kind === "external") return [];
  if (kind.kind === "unknown") return [unreadable(kind.reason)];
  if (isUnused)
    return [unreadable(`UKO reports the key as never activated, but keystore "${plain(name, 60)}" does not.`)];
  if (kmsKeyIds.length === 0) return [unreadable(`Keystore "${plain(name, 60)}" does not report the key's ID in KMS.`)];
  const backingKeys: BackingKey[] = [];
  for (const kmsKeyId of kmsKeyIds) {
    const backingKey = await world.backingKeys.read(kmsKeyId, options);
    backingKeys.push(backingKey.kind === "absent" ? { ...backingKey, keystoreSays: presence } : backingKey);
  }
  return backingKeys;
}

/** Asks about the keystore itself, unless all sources give a type that is external. */
async function kindOf(world: World, { id, types }: Place, options: CallOptions): Promise<KeystoreKindRead> {
  if (types.every(isExternalType)) return { kind: "external" };
  if (id === "") return { kind: "unknown", reason: "The service names a keystore of the key without its ID." };
  return world.containers.keystoreKind(id, options);
}

function placesOf({ snapshot, statuses }: KeyRead): readonly Place[] {
  const responses = [...statuses, ...snapshot.storedStatus].map(({ keystoreId, name, type, keyIdInKeystore }) => ({
    ...{ id: keystoreId, name, type },
    kmsKeyId: keyIdInKeystore.split("/").at(-1) ?? "",
  }));
  const named = [...responses, ...snapshot.referencedKeystores.map((each) => ({ ...each, kmsKeyId: "" }))];
  return [...new Set(named.map(({ id }) => id))].map((id) => {
    const entries = named.filter((each) => each.id === id);
    return {
      id,
      name: entries.find(({ name }) => name !== "")?.name ?? id,
      types: entries.map(({ type }) => type),
      statuses: statuses.filter(({ keystoreId }) => keystoreId === id),
      kmsKeyIds: [...new Set(entries.map(({ kmsKeyId }) => kmsKeyId).filter((kmsKeyId) => kmsKeyId !== ""))],
    };
  });
}

function unreadable(reason: string): BackingKey {
  return { kind: "unreadable", kmsKeyId: "", reason };
}
