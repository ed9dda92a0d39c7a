/**
 * The kind of a keystore: whether it is a key ring of this instance's KMS, by its type and variant
 * (uko-v4.md 3.7). Unrecognized words are unknown, never external.
 */

export type KeystoreKind = "internal" | "external" | "unknown";

const externalTypes: readonly string[] = ["aws_kms", "azure_key_vault", "google_kms", "cca"];
const externalVariants: readonly string[] = ["hpcs", "key_protect"];

export function isExternalType(type: string): boolean {
  return externalTypes.includes(type);
}

export function keystoreKindOf({ type, variant }: { readonly type: string; readonly variant: string }): KeystoreKind {
  if (isExternalType(type)) return "external";
  if (type !== "ibm_cloud_kms") return "unknown";
  if (variant === "internal") return "internal";
  return externalVariants.includes(variant) ? "external" : "unknown";
}
