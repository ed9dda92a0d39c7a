/**
 * Finds responses of the service that contradict each other about a destroyed key; each contradiction refuses the
 * removal of the key. The removal erases the only list of where copies of the key are. Several sources name keystores,
 * and each can be incomplete: a keystore that was disconnected is missing from the live status, and an older API lists
 * no IDs. If uko believed the shortest list, a copy in another cloud could remain without any trace of it. So each
 * keystore that any source names must report, live and by its ID, that it does not have the key.
 *
 * The other contradictions are a destruction date in the future, and key material that the service still reports.
 */

import type { KeyObservation, KeystoreStatus } from "../vocabulary/observation.ts";

/**
 * The sources that name keystores, in the order of the values: `referenced_keystores`, the key's `status_in_keystores`,
 * the live status, and the manifest of a campaign. The manifest only adds keystores that have to report, so a person
 * who edits the manifest cannot prove a removal.
 */
export type NamingSource = "metadata" | "stored_status" | "live_status" | "manifest";

export interface NamedKeystore {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

/** Two responses of the service that cannot both be true of a key that is gone. */
export type Contradiction =
  | {
      readonly kind: "no_live_response";
      readonly keystore: NamedKeystore;
      readonly namedBy: readonly Exclude<NamingSource, "live_status">[];
    }
  /** An entry without the keystore's ID cannot be matched with another entry. */
  | { readonly kind: "keystore_without_id"; readonly source: NamingSource; readonly name: string }
  /** A keystore reports the key as not present, and also a future date on which it destroys the key. One is false. */
  | { readonly kind: "destruction_ahead"; readonly keystore: NamedKeystore; readonly destructionAtMs: number }
  | { readonly kind: "material_present"; readonly places: readonly string[] };

type Named = Pick<KeyObservation, "storedKeystores" | "keystores"> & {
  readonly facts: Pick<KeyObservation["facts"], "keystores">;
};

/** The keystores that lack a live response, and the entries that name a keystore without its ID. */
export function namingContradictions(
  observation: Named,
  inManifest: readonly NamedKeystore[] = [],
): readonly Contradiction[] {
  const before = inManifest.map((keystore) => ({ source: "manifest", keystore }) as const);
  const named = [...before, ...namedIn(observation, "metadata"), ...namedIn(observation, "stored_status")];
  const live = namedIn(observation, "live_status");
  const withoutId = [...named, ...live]
    .filter(({ keystore }) => keystore.id === "")
    .map(({ source, keystore }) => ({ kind: "keystore_without_id", source, name: keystore.name }) as const);
  const responded = new Set(live.map(({ keystore }) => keystore.id));
  const unresponsive = new Map<string, Extract<Contradiction, { kind: "no_live_response" }>>();
  for (const { source, keystore } of named) {
    if (keystore.id === "" || responded.has(keystore.id)) continue;
    const known = unresponsive.get(keystore.id);
    const namedBy = [...new Set([...(known?.namedBy ?? []), source])];
    // The stored status comes last and knows the keystore's name. The metadata may know only the ID.
    unresponsive.set(keystore.id, { kind: "no_live_response", keystore, namedBy });
  }
  return [...unresponsive.values(), ...withoutId];
}

/** The keystores that report the key as not present, and also a date in the future on which they destroy the key. */
export function datedContradictions({ keystores }: Pick<Named, "keystores">, nowMs: number): readonly Contradiction[] {
  return keystores.flatMap(({ status, destructionAtMs = nowMs, keystoreId: id, name, type }: KeystoreStatus) =>
    status === "not_present" && destructionAtMs > nowMs
      ? [{ kind: "destruction_ahead", keystore: { id, name, type }, destructionAtMs } as const]
      : [],
  );
}

/**
 * The contradiction of a key that no keystore has, and for which the service still reports material
 * (`key_material_present`, absent before API 4.14).
 */
export function materialContradiction({
  materialIn = [],
}: Pick<KeyObservation, "materialIn">): Contradiction | undefined {
  return materialIn.length === 0 ? undefined : { kind: "material_present", places: materialIn };
}

function namedIn<Source extends Exclude<NamingSource, "manifest">>(
  { facts, storedKeystores, keystores }: Named,
  source: Source,
): readonly { readonly source: Source; readonly keystore: NamedKeystore }[] {
  if (source === "metadata")
    return facts.keystores.map(({ id, type }) => ({ source, keystore: { id, name: id, type } }));
  const responses = source === "stored_status" ? storedKeystores : keystores;
  return responses.map(({ keystoreId, name, type }) => ({ source, keystore: { id: keystoreId, name, type } }));
}
