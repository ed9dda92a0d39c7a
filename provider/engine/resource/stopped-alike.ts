/**
 * Counts the resources of one run that stop for the same reason, and shortens the messages after the first ones.
 * Otherwise a run of hundreds of keys would print the same explanation hundreds of times.
 */

import type { Unfinished } from "./delete.ts";

/** Counts, for each reason, the resources of a run that were reported for it, this one included. */
export function createTally(): (reason: string, resource: string) => number {
  const reported = new Map<string, Set<string>>();
  return (reason, resource) => {
    const resources = reported.get(reason) ?? new Set();
    reported.set(reason, resources.add(resource));
    return resources.size;
  };
}

/** The most resources of a run that explain the same reason with facts. The others take one line each. */
const maxExplained = 3;

/**
 * The message of the resource that is the `count`th of its run to stop for this reason. Hosts show each message, so only
 * the first one has everything.
 */
export function messageAmong({ code, message, brief, summary, forAll }: Unfinished, count: number): string {
  if (count === 1) return message;
  const all = forAll === "" ? "" : ` ${forAll}`;
  if (count > maxExplained) return `${summary} (${count} so far).${all} [${code}]`;
  return `${brief}\n  ${count} resources of this run have stopped for this reason so far.${all}\n  [${code}]`;
}
