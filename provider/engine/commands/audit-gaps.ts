/**
 * Finds gaps in the evidence: a line says in which state a key was before a step, and no earlier line brought the key
 * into this state. Then another tool did it, or the file of another machine is missing. Without these gaps, a key whose
 * destruction is not in the evidence would look as if no person had destroyed it. The functions are pure.
 */

import type { Audit, AuditEvent } from "./audit.ts";

/** The step of a gap. The evidence does not say which step it was, or who took it. */
export const notRecorded = "not_recorded";

/** One event for each gap, with the time of the line that shows it. `from` is empty if no earlier line has the key. */
export function findGaps(events: readonly AuditEvent[]): readonly AuditEvent[] {
  const ofKeys = events.filter(({ resource }) => resource === undefined || resource === "kms_key");
  const byKey = Map.groupBy(ofKeys, ({ instanceId, resource, keyId }) => [instanceId, resource, keyId].join("\n"));
  return [...byKey.values()].flatMap(gapsOfKey);
}

/** The states that a key has without a step of uko: it was created, or its activation date came. */
const firstStates: readonly string[] = ["pre_activation", "active"];

function gapsOfKey(events: readonly AuditEvent[]): readonly AuditEvent[] {
  const gaps: AuditEvent[] = [];
  let left = events;
  let states: readonly string[] = firstStates;
  let isFirst = true;
  while (left.length > 0) {
    const next = nextOf(left, states);
    if (next === undefined) break;
    left = left.filter((each) => each !== next);
    if (!mayFollow(next, states)) gaps.push(gapBefore(next, isFirst ? "" : (states[0] ?? "")));
    // A step that was not confirmed may have had no effect.
    states = next.isConfirmed ? [next.to] : [next.from, next.to];
    isFirst = false;
  }
  return gaps;
}

/** Two machines may write in the same second, in an order that the times do not show. The one that fits is next. */
function nextOf(left: readonly AuditEvent[], states: readonly string[]): AuditEvent | undefined {
  const [first] = left;
  return left.filter(({ time }) => time === first?.time).find((each) => mayFollow(each, states)) ?? first;
}

function mayFollow({ from }: AuditEvent, states: readonly string[]): boolean {
  return states.some((state) => state === from || (state === "pre_activation" && from === "active"));
}

function gapBefore({ v, time, instanceId, resource, vaultId, keyId, label, from: to }: AuditEvent, from: string) {
  return {
    ...{ v, time, instanceId, ...(resource !== undefined && { resource }), vaultId, keyId, label },
    ...{ step: notRecorded, from, to, actor: { iamId: "", name: "" }, keystores: [], isConfirmed: false },
  };
}

/** Steps and gaps in the order of their times. A gap stands before the line that shows it. */
export function inTime({ events, gaps }: Pick<Audit, "events" | "gaps">): readonly AuditEvent[] {
  const msOf = ({ time }: AuditEvent): number => Date.parse(time) || 0;
  return [...gaps, ...events].toSorted((a, b) => msOf(a) - msOf(b));
}
