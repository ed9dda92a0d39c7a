/**
 * Finds gaps in the evidence: steps of another tool, or of a machine whose file is missing. Otherwise a key whose
 * destruction is not in the evidence would look as if no person had destroyed it.
 */

import { uuidForm } from "../../text/uuid-form.ts";

/** A recorded step, or a gap, as far as it says what happened to a key. */
interface KeyEvent {
  readonly v: 1;
  readonly time: string;
  readonly instanceId: string;
  readonly resource?: string | undefined;
  readonly vaultId: string;
  readonly keyId: string;
  readonly label: string;
  readonly from: string;
  readonly to: string;
  readonly isConfirmed: boolean;
}

/** What the evidence does not have, in the form of a step. */
export interface Gap extends KeyEvent {
  readonly step: typeof notRecorded;
  /** Empty if only the states show the gap. */
  readonly actor: { readonly iamId: string; readonly name: string };
  readonly keystores: [];
  readonly isConfirmed: false;
  /** The action of the audit event that shows the change. */
  readonly event?: string;
}

/** A change of a key that an audit event of the account shows. The event does not say which step it was. */
export interface EventedWrite {
  readonly time: string;
  readonly action: string;
  readonly iamId: string;
  readonly targetId: string;
  /** One of these is the ID of the key. */
  readonly places: ReadonlySet<string>;
}

/** The step of a gap. The evidence does not say which step it was, or who took it. */
export const notRecorded = "not_recorded";

/** One event for each gap, with the time of the line that shows it. `from` is empty if no earlier line has the key. */
export function findGaps(events: readonly KeyEvent[]): readonly Gap[] {
  const ofKeys = events.filter(({ resource }) => resource === undefined || resource === "kms_key");
  const byKey = Map.groupBy(ofKeys, ({ instanceId, resource, keyId }) => [instanceId, resource, keyId].join("\n"));
  return [...byKey.values()].flatMap(gapsOfKey);
}

/** The states that a key has without a step of uko: it was created, or its activation date came. */
const firstStates: readonly string[] = ["pre_activation", "active"];

function gapsOfKey(events: readonly KeyEvent[]): readonly Gap[] {
  const gaps: Gap[] = [];
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
function nextOf(left: readonly KeyEvent[], states: readonly string[]): KeyEvent | undefined {
  const [first] = left;
  return left.filter(({ time }) => time === first?.time).find((each) => mayFollow(each, states)) ?? first;
}

function mayFollow({ from }: KeyEvent, states: readonly string[]): boolean {
  return states.some((state) => state === from || (state === "pre_activation" && from === "active"));
}

function gapBefore({ from: to, ...subject }: KeyEvent, from: string): Gap {
  return gapOn(subject, { from, to, actor: { iamId: "", name: "" } });
}

type Subject = Pick<KeyEvent, "time" | "instanceId" | "resource" | "vaultId" | "keyId" | "label">;

function gapOn(subject: Subject, facts: Pick<Gap, "from" | "to" | "actor" | "event">): Gap {
  const { time, instanceId, resource, vaultId, keyId, label } = subject;
  return {
    ...{ v: 1, time, instanceId, ...(resource !== undefined && { resource }), vaultId, keyId, label },
    ...{ step: notRecorded, ...facts, keystores: [], isConfirmed: false },
  };
}

/** What audit events of the account show and no line does. `all` are the recorded steps, which name the keys. */
export function gapsInEvents(writes: readonly EventedWrite[], all: readonly KeyEvent[]): readonly Gap[] {
  const known = new Map(all.map((each) => [each.keyId, each]));
  return writes.map(({ time, action, iamId, targetId, places }) => {
    const last = targetId.split(/[:/]/).at(-1) ?? "";
    // Only a part that has the form of a key's ID counts, because a line can name any text as its key.
    const isKey = (place: string): boolean => known.has(place) && uuidForm.test(place);
    const keyId = known.has(last) ? last : ([...places].find(isKey) ?? last);
    const { instanceId = "", resource, vaultId = "", label = "" } = known.get(keyId) ?? {};
    const subject = { time, instanceId, resource, vaultId, keyId, label };
    return gapOn(subject, { from: "", to: "", actor: { iamId, name: "" }, event: action });
  });
}

/** Steps and gaps in the order of their times. A gap stands before the line that shows it. */
export function inTime<Event extends { readonly time: string }>({
  events,
  gaps,
}: {
  readonly events: readonly Event[];
  readonly gaps: readonly Event[];
}): readonly Event[] {
  const msOf = ({ time }: Event): number => Date.parse(time) || 0;
  return [...gaps, ...events].toSorted((a, b) => msOf(a) - msOf(b));
}
