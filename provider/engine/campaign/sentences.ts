/** The sentences of campaign reports that several commands share. */

import type { ClassGap } from "../../lifecycle/campaign/rules.ts";
import { plain } from "../text/words.ts";
import type { ListedKey, UnreadablePart } from "./inventory.ts";
import type { ManifestKey } from "./manifest.ts";

export function unreadableLines(parts: readonly UnreadablePart[]): readonly string[] {
  return parts.map(({ id, name, reason, code }) =>
    plain(`${partNames[id] ?? `Vault ${id}${name === "" ? "" : ` (${name})`}`}: ${reason} [${code}]`, 400),
  );
}

const partNames: Readonly<Record<string, string>> = {
  kms: "KMS keys",
  keystores: "Keystores",
  vaults: "Names of vaults",
};

export const gapSentences = {
  keep_on_ending_instance: "the instance ends, so the key cannot be kept: choose leave, migrate or destroy",
  kms_deactivation: "uko cannot deactivate a KMS key: choose leave, or disable it in KMS",
  owner_missing: "destroy requires an owner, in owners.csv or the rule",
  reason_missing: "destroy requires a reason in the rule",
  successor_missing: "migrate requires a successor in the rule",
  not_attested: "migrate waits until attestedOn names a day that has passed",
  future_owner_missing: "leave requires the owner who keeps the copies in the cloud",
} as const satisfies Record<ClassGap, string>;

/** What an auditor can ask for by type of keystore, once the instance is gone. */
export const askSentences = {
  aws_kms: "AWS: the deletion date of the key, and later that it no longer exists",
  azure_key_vault: "Azure: the purge date of the deleted key, and later that it no longer exists",
  google_kms: "Google: the date on which each version is destroyed, and later that it was",
  ibm_cloud_kms: "IBM: that the key of the other instance is destroyed, and until when it can be restored",
  cca: "the operators of the CCA keystore: that its key storage no longer contains the key",
  instance: "IBM: that the instance and its key material are deleted",
  other: "the operators of the keystore: that it no longer contains the key",
} as const;

/** `<vaultId>/<keyId>`, or `kms/<keyId>`, as commands take it. */
export function namedKey({ kind, vault, id }: Pick<ManifestKey, "kind" | "vault" | "id">): string {
  return kind === "kms" ? `kms/${id}` : `${vault}/${id}`;
}

/** Every ID by which a table may name the key. */
export function idsOf(key: ListedKey): readonly string[] {
  return [key.traits.id, namedListedKey(key), ...key.cloudIds.map(({ id }) => id)];
}

export function namedListedKey({ traits }: ListedKey): string {
  return namedKey({ kind: traits.kind, vault: traits.vaultId, id: traits.id });
}
