/**
 * Turns each line of the manifest into what an approver sees of a key among many, so that the lead, the owner and the
 * requester read the same exceptions as the approver. The requester and the approver also read what became of the key
 * since the manifest.
 */

import { type KeyAmongMany, type NotedKey, warningsIn } from "../../engine/key/exceptions.ts";
import { count, plain, quotedName } from "../../engine/text/words.ts";
import { dayMs } from "../rules/campaign.ts";

/** What the exceptions need of a line of the manifest. */
export interface LineOfKey {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly template: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
  readonly override: string;
  readonly changes: string;
  readonly usage: readonly UseOfKey[];
}

interface UseOfKey {
  readonly source: string;
  readonly lastUsed: string;
  readonly count: number;
  readonly names: readonly string[];
}

/** A key that was written to within this time before the plan may still be in the work of others. */
const recentMs = 30 * dayMs;

export const resourcesSource = "associated_resources";

/** The key at the time of the plan. */
export function keyOfLine(line: LineOfKey, atMs: number, warningWords: readonly string[]): KeyAmongMany {
  const { id: keyId, label, description, tags, template, createdAt } = line;
  return {
    line: { label, keyId },
    record: undefined,
    shown: {
      ...(createdAt !== "" && { createdAt }),
      template,
      pastLabels: [],
      said: { description, warnings: warningsIn([description, ...tags], warningWords) },
    },
    noted: noteOf(line, atMs),
    releasedHolds: [],
    unapproved: undefined,
    nowMs: atMs,
  };
}

/** `resources` says how many resources use the key now. */
export function noteOf({ usage, override, changes, ...line }: LineOfKey, atMs: number, resources = 0): NotedKey {
  const { updatedAt, updatedBy } = line;
  const isRecent = updatedAt !== "" && Date.parse(updatedAt) > atMs - recentMs;
  return {
    usage: usage.map(sayUse).join("; "),
    override,
    changes,
    written: isRecent ? `on ${updatedAt.slice(0, 10)} by ${updatedBy || "an unknown person"}` : "",
    writtenBy: updatedBy,
    addedResources: Math.max(0, resources - resourcesOf({ usage })),
  };
}

/** How many resources used the key when the plan asked. */
export function resourcesOf({ usage }: Pick<LineOfKey, "usage">): number {
  return usage.find(({ source }) => source === resourcesSource)?.count ?? 0;
}

/** Such as `by "bucket"`, or `usage.csv, last on 2026-11-20, 12 uses`. */
export function sayUse({ source, lastUsed, count: uses, names }: UseOfKey): string {
  if (source === resourcesSource) {
    const more =
      uses > names.length ? [`${names.length === 0 ? "" : "and "}${count(uses - names.length, "resource")}`] : [];
    return `by ${[...names.map((name) => quotedName(name)), ...more].join(", ")}`;
  }
  const facts = [
    source,
    ...(lastUsed === "" ? [] : [`last on ${lastUsed}`]),
    ...(uses > 0 ? [count(uses, "use")] : []),
  ];
  return plain(facts.join(", "), 150);
}
