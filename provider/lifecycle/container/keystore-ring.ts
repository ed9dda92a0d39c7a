/**
 * Collects evidence of which KMS key ring is that of an internal keystore, if the service does not name the ring
 * (uko-v4.md 3.7). A KMS key in the ring may be the backing key of a managed key. If uko took it for an independent KMS
 * key, one person could destroy the managed key through KMS. So if no managed key of the vault names a KMS key in this
 * keystore, every doubt gives `hidden`, never `empty`.
 */

export interface KeyOfVault {
  readonly label: string;
  readonly version: number;
  readonly rotatedAtMs?: number;
  readonly referencedKeystores: readonly { readonly id: string }[];
  readonly storedStatus: readonly { readonly keystoreId: string; readonly keyIdInKeystore: string }[];
}

export type RingEvidence =
  | { readonly kind: "backingKeys"; readonly kmsKeyIds: readonly string[] }
  /** The keystore has no managed key, so no KMS key in its ring is a backing key. */
  | { readonly kind: "empty" }
  | { readonly kind: "hidden"; readonly why: "no_kms_key" | "older_versions"; readonly label: string }
  /** A list silently leaves out what the caller may not see, so the vault's own count must confirm it. */
  | { readonly kind: "hidden"; readonly why: "not_all_listed" };

/** Collects the evidence. A key or status that does not name its keystore may be in this one. */
export function keysKnownInRing(
  keystoreId: string,
  keys: readonly KeyOfVault[],
  keysInVault: number | undefined,
): RingEvidence {
  const isThis = (id: string): boolean => id === keystoreId || id === "";
  const kmsKeyIds = keys.flatMap(({ storedStatus }) =>
    storedStatus
      .filter((status) => status.keystoreId === keystoreId)
      .map(kmsKeyIdIn)
      .filter((id) => id !== ""),
  );
  if (kmsKeyIds.length > 0) return { kind: "backingKeys", kmsKeyIds };
  const held = keys.find(
    ({ referencedKeystores, storedStatus }) =>
      referencedKeystores.some(({ id }) => isThis(id)) || storedStatus.some((status) => isThis(status.keystoreId)),
  );
  if (held !== undefined) return { kind: "hidden", why: "no_kms_key", label: held.label };
  // A list shows only the newest version of a key; older ones may have their backing keys here (4.6).
  const rotated = keys.find(({ version, rotatedAtMs }) => version > 1 || rotatedAtMs !== undefined);
  if (rotated !== undefined) return { kind: "hidden", why: "older_versions", label: rotated.label };
  if (keysInVault === undefined || keysInVault > keys.length) return { kind: "hidden", why: "not_all_listed" };
  return { kind: "empty" };
}

/** IBM keystores name a key by a pair of IDs, the last of which is KMS's (uko-v4.md 3.4). */
function kmsKeyIdIn({ keyIdInKeystore }: { readonly keyIdInKeystore: string }): string {
  return keyIdInKeystore.slice(keyIdInKeystore.lastIndexOf("/") + 1);
}
