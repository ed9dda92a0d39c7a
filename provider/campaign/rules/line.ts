/** The decision in a line of the manifest and its digest, and whether a campaign leaves a key alone. */

import type { Sha256 } from "../../lifecycle/consent/record-text.ts";
import type { KeyClass } from "./campaign.ts";

/** What a line of the manifest decides about its key. States, times and uses change during a campaign. */
export interface DecidedLine {
  /** Empty for a KMS key, which is in no vault. */
  readonly vault: string;
  readonly id: string;
  readonly class: KeyClass;
  readonly wave: string;
  readonly owner: string;
  readonly reason: string;
  readonly override: string;
  /** The digest of the key's facts, without holds. */
  readonly facts: string;
}

/** The digest of a line, by which a request says for which decision it was made: 32 hex digits. */
export function digestOfLine(line: DecidedLine, sha256: Sha256): string {
  const { vault, id, class: keyClass, wave, owner, reason, override, facts } = line;
  return sha256(JSON.stringify(["uko-line-1", vault, id, keyClass, wave, owner, reason, override, facts])).slice(0, 32);
}

/** `rule`: a rule leaves the key alone. `default`: no rule names the key, and what no rule names is left. */
export type Leaving = "rule" | "default" | "none";

/**
 * Whether a campaign leaves a key alone. A rule that campaign.yaml has now takes effect at once; one that it no longer
 * has counts until a new manifest, so that an edit alone never opens a key.
 */
export function leavingOf(classes: {
  /** By the rule of campaign.yaml that names the key now; undefined if none does. */
  readonly ruled: KeyClass | undefined;
  /** By the key's line of the manifest; undefined without a line, or if no rule named the key then. */
  readonly listed: KeyClass | undefined;
}): Leaving {
  const { ruled, listed } = classes;
  if (ruled === "leave" || listed === "leave") return "rule";
  return ruled === undefined ? "default" : "none";
}
