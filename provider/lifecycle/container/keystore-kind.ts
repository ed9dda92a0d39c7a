/**
 * Decides whether a keystore is internal or external, by its type and variant (uko-v4.md 3.7), and in which types UKO
 * does not show what uses a key. In such a keystore, an empty list of uses does not mean that the key is unused.
 */

export type KeystoreKind = "internal" | "external" | "unknown";

const externalTypes: readonly string[] = ["aws_kms", "azure_key_vault", "google_kms", "cca"];
const externalVariants: readonly string[] = ["hpcs", "key_protect"];

export function isExternalType(type: string): boolean {
  return externalTypes.includes(type);
}

/**
 * The types of keystore for which UKO does not show what uses a key. The list of associated resources comes from IBM's
 * KMS alone, so an empty list does not describe a copy in another cloud: a person who read "nothing" there would
 * destroy the key of a running database.
 */
export function typesOfUnseenUse(keystores: readonly { readonly type: string }[]): readonly string[] {
  return [...new Set(keystores.map(({ type }) => type).filter((type) => type !== "ibm_cloud_kms"))].sort();
}

export function keystoreKindOf({ type, variant }: { readonly type: string; readonly variant: string }): KeystoreKind {
  if (isExternalType(type)) return "external";
  if (type !== "ibm_cloud_kms") return "unknown";
  if (variant === "internal") return "internal";
  return externalVariants.includes(variant) ? "external" : "unknown";
}
