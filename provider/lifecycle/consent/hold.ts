/**
 * Reads and writes the holds of a key. While a hold is in force, no run deactivates, destroys or removes the key, and
 * no run requests or approves that (guards.ts). An act that makes the key safer passes.
 *
 * - One tag can contain several holds, because a lawyer must not end the hold of an owner, and an incident must not
 *   wait for either. Each hold is a few words, such as `legal until 2027_03_20 ticket L_7 by IBMid_5 since 2026_12_01`,
 *   and the word `and` joins two holds.
 * - A text that uko did not write, or cannot read, holds without an end: a person set the tag for a reason, and a
 *   mistake in its text must not free the key.
 * - Everything in the tag is the word of its last writer. So a hold binds uko and not the service: a person who may
 *   write tags can end or shorten a hold with another tool.
 */

import { assertTime } from "../vocabulary/assert.ts";
import type { KeyHold, Tag } from "../vocabulary/observation.ts";
import { isHoldTag } from "../vocabulary/tag-names.ts";

export const holdKinds = ["legal", "owner", "incident"] as const;
type HoldKind = (typeof holdKinds)[number];

export interface WantedHold extends Pick<KeyHold, "until" | "ticket"> {
  readonly kind: HoldKind;
}

const holdForm =
  /^(?<kind>legal|owner|incident)(?: until (?<until>\d{4}_\d\d_\d\d))?(?: ticket (?<ticket>\w{1,200}))?(?: by (?<setBy>\w{1,200}))?(?: since (?<since>\d{4}_\d\d_\d\d))?$/;

const joint = " and ";

/** Every hold in the tags of a key, also one that is over. A key may have the tag more than once. */
export function holdsIn(tags: readonly Tag[]): readonly KeyHold[] {
  return tags.filter(isHoldTag).flatMap(({ value }) => value.split(joint).map(readHold));
}

function readHold(text: string): KeyHold {
  const { kind, until, ticket, setBy, since } = holdForm.exec(text)?.groups ?? {};
  const known = holdKinds.find((each) => each === kind) ?? "other";
  return { kind: known, text, until: dayOf(until), ticket, setBy, since: dayOf(since) };
}

/** The holds that bind now. A hold binds through its last day (UTC). */
export function holdsInForce(holds: readonly KeyHold[], nowMs: number): readonly KeyHold[] {
  assertTime(nowMs, "the service's time");
  return holds.filter(({ until }) => {
    const startsMs = until === undefined ? Number.NaN : Date.parse(`${until}T00:00:00Z`);
    // A day that does not exist is no end. JavaScript reads February 31 as a day in March.
    const isDay = !Number.isNaN(startsMs) && new Date(startsMs).toISOString().startsWith(`${until}T`);
    return !isDay || nowMs < startsMs + dayMs;
  });
}

/** The value of one tag with these holds. */
export function valueOfHolds(holds: readonly Pick<KeyHold, "text">[]): string {
  return holds.map(({ text }) => text).join(joint);
}

const dayMs = 24 * 60 * 60 * 1000;

/** What a person says of the hold to release. Each field narrows the choice. */
export interface HoldChoice {
  readonly kind?: KeyHold["kind"] | undefined;
  /** Empty for a hold without a ticket, which may be next to one of the same kind with a ticket. */
  readonly ticket?: string | undefined;
  /** The text of the hold that a person was shown. */
  readonly text?: string | undefined;
}

export type HoldPlan =
  /** A write that leaves one hold tag for each value. Without values, no hold tag is left. */
  | { readonly kind: "write"; readonly values: readonly string[]; readonly released?: KeyHold }
  /** The key is held as wanted, by this hold, or no hold is in force. */
  | { readonly kind: "done"; readonly hold?: KeyHold }
  /** The hold does not fit into the tag, next to those that it has. */
  | { readonly kind: "too_long"; readonly length: number; readonly most: number }
  /** The choice fits none of these holds, or several. */
  | { readonly kind: "unclear"; readonly holds: readonly KeyHold[] };

/** Lets a hold join those in force. An equal hold that is as long keeps its place. */
export function planHold(
  found: readonly KeyHold[],
  { kind, until, ticket }: WantedHold,
  setBy: string,
  nowMs: number,
): HoldPlan {
  const others = holdsInForce(found, nowMs);
  const word = ticket ? tagWord(ticket) : undefined;
  const isAsLong = (hold: KeyHold): boolean => hold.until === undefined || (until !== undefined && until <= hold.until);
  const hold = others.find((each) => each.kind === kind && each.ticket === word && isAsLong(each));
  if (hold !== undefined) return { kind: "done", hold };
  const since = new Date(nowMs).toISOString().slice(0, 10);
  const parts = { until, ticket, by: setBy.slice(0, maxWord), since };
  const words = Object.entries(parts).flatMap(([name, text = ""]) => (text === "" ? [] : [name, tagWord(text)]));
  const value = valueOfHolds([...others, { text: [kind, ...words].join(" ") }]);
  const { length } = value;
  return length > maxTagValue ? { kind: "too_long", length, most: maxTagValue } : { kind: "write", values: [value] };
}

/** Ends one hold: a person releases a hold that they have read, and never all holds of a key at once. */
export function planRelease(found: readonly KeyHold[], { kind, ticket, text }: HoldChoice, nowMs: number): HoldPlan {
  const inForce = holdsInForce(found, nowMs);
  if (inForce.length === 0) return { kind: "done" };
  const word = ticket && tagWord(ticket);
  const chosen = inForce.filter(
    (hold) =>
      (kind === undefined || hold.kind === kind) &&
      (word === undefined || (hold.ticket ?? "") === word) &&
      (text === undefined || hold.text === text),
  );
  const [released, ...more] = chosen;
  const isAnother = (hold: KeyHold): boolean => hold.kind !== released?.kind || hold.ticket !== released.ticket;
  if (released === undefined || more.some(isAnother)) return { kind: "unclear", holds: inForce };
  const left = inForce.filter((hold) => hold !== released);
  return { kind: "write", released, values: valuesOfHolds(left) };
}

/** The values of as few tags as have room for the holds. Only another tool writes more than one such tag. */
function valuesOfHolds(holds: readonly KeyHold[]): readonly string[] {
  const values: string[] = [];
  for (const hold of holds) {
    const last = values.pop();
    const joined = last === undefined ? hold.text : valueOfHolds([{ text: last }, hold]);
    values.push(...(last === undefined || joined.length <= maxTagValue ? [joined] : [last, hold.text]));
  }
  return values;
}

const maxWord = 200;
const maxTagValue = 8192;

/** A tag value admits letters, digits, `_` and white space only (uko-v4.md 3.2). */
function tagWord(text: string): string {
  return text.replaceAll(/\W/g, "_");
}

function dayOf(text: string | undefined): string | undefined {
  return text?.replaceAll("_", "-");
}
