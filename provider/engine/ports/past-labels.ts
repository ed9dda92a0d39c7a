/** Defines where a run learns under which labels a key was known before: from this machine's evidence, and a manifest. */

export interface PastLabel {
  readonly label: string;
  /** The last time at which the source knew the key by this label, ISO 8601 UTC. */
  readonly seenAt: string;
  readonly source: "evidence" | "manifest";
}

/** It informs people, so a source that cannot be read knows no label. `name` is `<vaultId>/<keyId>`. */
export type PastLabels = (name: string) => readonly PastLabel[];
