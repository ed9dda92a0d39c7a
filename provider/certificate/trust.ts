/**
 * Counts the persons behind the signatures of a certificate, so one person with two keys counts once. A key without an
 * IAM ID counts as a person of its own, because its owner cannot be compared with others.
 */

import { foldIamId } from "../lifecycle/vocabulary/iam-id.ts";

/** A key of one person. Without an IAM ID, the person is known only by the name of the key's file. */
export interface TrustedKey {
  readonly keyId: string;
  readonly person: { readonly iamId?: string; readonly name: string };
}

/** One signature of an envelope, as checked against the trusted keys. */
export type SignatureResult =
  | { readonly kind: "valid"; readonly key: TrustedKey }
  /** A trusted key is named, or confirms the signature under another name: the file was changed. */
  | { readonly kind: "altered"; readonly keyId: string }
  | { readonly kind: "unknown_key"; readonly keyId: string };

/** The persons behind the valid signatures; each counts once, however many keys they have. */
export function signersOf(results: readonly SignatureResult[]): readonly TrustedKey["person"][] {
  const persons = new Map<string, TrustedKey["person"]>();
  for (const result of results) {
    if (result.kind !== "valid") continue;
    const { person, keyId } = result.key;
    const id = person.iamId === undefined ? `key ${keyId}` : `person ${foldIamId(person.iamId)}`;
    if (!persons.has(id)) persons.set(id, person);
  }
  return [...persons.values()];
}
