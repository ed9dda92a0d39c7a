/**
 * Defines what people see of one key before they decide about it, as data, and where a run learns under which labels a
 * key was known before: from this machine's evidence, and from a manifest.
 */

import type { EvidenceReason } from "./evidence.ts";

/** A part of `--json`. Times are ISO 8601 UTC. */
export interface ShownKey {
  /** The holds in force, each as a clause. */
  readonly holds: readonly string[];
  readonly createdAt?: string;
  readonly createdBy?: string;
  readonly algorithm: string;
  readonly size: string;
  readonly template: string;
  /** Fingerprints of the material; empty if the service reports none. */
  readonly keyCheckValues: readonly { readonly method: string; readonly value: string }[];
  /**
   * `keyId`: the ID of the key in the keystore, such as the name of the key in a cloud; empty if not reported. `status`:
   * what the keystore says of the key, such as `active, in sync`.
   */
  readonly keystores: readonly Readonly<Record<"name" | "type" | "keyId" | "status", string>>[];
  /** The resources that use the key, as far as UKO knows; absent if this read did not ask for them. */
  readonly usedBy?: readonly { readonly name: string; readonly service: string }[];
  /** Why the resources could not be listed. */
  readonly useUnreadable?: string;
  /** The types of keystores whose copies of the key other services may use, which UKO does not see. */
  readonly useUnseenIn: readonly string[];
  /** Set if the pending period would end after IBM's end of support for the service: the earliest end. */
  readonly outlivesServiceUntil?: string;
  /** Other labels under which this machine's evidence or a manifest knows the key, the newest first. */
  readonly pastLabels: readonly PastLabel[];
  /** Why the key is unusual by itself, in the words of an approval of many keys, such as `renamed` or `in use`. */
  readonly exceptions: readonly string[];
  readonly said: SaidOfKey;
}

/** What the requester chose, or without a request any person who may write to the key. */
export interface SaidOfKey {
  /** The IAM ID of the requester; absent without a request that counts. */
  readonly requester?: string;
  readonly label: string;
  readonly description: string;
  /** The description, and each tag, that warns of a deletion. */
  readonly warnings: readonly string[];
  /** Oldest first. Only the author of the last record vouches for the earlier ones. */
  readonly reasons: readonly EvidenceReason[];
  readonly activationDate: string;
  /** When the requester wrote to the key before the request, if no other person did so after that. */
  readonly wroteBeforeAt?: string;
}

export interface PastLabel {
  readonly label: string;
  /** The last time at which the source knew the key by this label, ISO 8601 UTC. */
  readonly seenAt: string;
  readonly source: "evidence" | "manifest";
}

/** Labels inform people, so a source that cannot be read is empty. `name` is `<vaultId>/<keyId>`. */
export type PastLabels = (name: string) => readonly PastLabel[];

/** What a run knows about the texts of a key, in addition to the key itself. */
export interface KnownTexts {
  readonly pastLabels: readonly PastLabel[];
  /** Words that warn of a deletion, from campaign.yaml. */
  readonly warningWords: readonly string[];
}

/** From the evidence of this machine, and from the campaign whose folder the run read last. */
export interface TextMemory {
  /** `name` is `<vaultId>/<keyId>`. */
  readonly of: (name: string) => KnownTexts;
  readonly learn: (campaign: { readonly pastLabels?: PastLabels; readonly warningWords: readonly string[] }) => void;
}
