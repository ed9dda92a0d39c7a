/**
 * Reads and writes the tag `hold` of a key. A hold says that nobody may take anything from the key, for example because
 * a court asked to keep it. While a hold is in force, no run deactivates, destroys or removes the key, and no run
 * requests or approves that (guards.ts). Whatever makes the key safer passes: a reactivation, a withdrawal, a decline.
 *
 * One tag can contain several holds, because a lawyer must not end the hold of an owner, and an incident must not wait
 * for either. Each hold is a few words, such as `legal until 2027_03_20 ticket L_7 by IBMid_5 since 2026_12_01`, and
 * the word `and` joins two holds. A text that uko did not write, or cannot read, holds without an end: a person set the
 * tag for a reason, and a mistake in its text must not free the key.
 *
 * Everything in the tag is the word of its last writer. So a hold binds uko and not the service: a person who may write
 * tags can end or shorten a hold with another tool.
 */

import type { Tag } from "./observation.ts";
import { holdTagName } from "./tag-names.ts";

export const holdKinds = ["legal", "owner", "incident"] as const;
export type HoldKind = (typeof holdKinds)[number];

export interface KeyHold {
  /** `other`: a text that uko did not write, or cannot read. */
  readonly kind: HoldKind | "other";
  /** The hold as the tag has it. */
  readonly text: string;
  /** The last day, such as 2027-03-20; absent if the hold has no end. */
  readonly until?: string | undefined;
  readonly ticket?: string | undefined;
  /** Who is said to have set the hold. A tag has no hyphen, so `IBMid-5` is `IBMid_5`. */
  readonly setBy?: string | undefined;
  /** The first day, such as 2026-12-01. */
  readonly since?: string | undefined;
}

/** The hold that a person wants to set. */
export interface WantedHold extends Pick<KeyHold, "until" | "ticket"> {
  readonly kind: HoldKind;
}

const holdForm =
  /^(?<kind>legal|owner|incident)(?: until (?<until>\d{4}_\d\d_\d\d))?(?: ticket (?<ticket>\w{1,200}))?(?: by (?<setBy>\w{1,200}))?(?: since (?<since>\d{4}_\d\d_\d\d))?$/;

const joint = " and ";

/** Every hold in the tags of a key, also one that is over. A key may have the tag more than once. */
export function holdsIn(tags: readonly Tag[]): readonly KeyHold[] {
  return tags.flatMap(({ name, value }) => (name === holdTagName ? value.split(joint).map(readHold) : []));
}

function readHold(text: string): KeyHold {
  const { kind, until, ticket, setBy, since } = holdForm.exec(text)?.groups ?? {};
  const known = holdKinds.find((each) => each === kind) ?? "other";
  return { kind: known, text, until: dayOf(until), ticket, setBy, since: dayOf(since) };
}

/** The holds that bind now. A hold binds through its last day (UTC). */
export function holdsInForce(holds: readonly KeyHold[], nowMs: number): readonly KeyHold[] {
  return holds.filter(({ until }) => {
    const endsMs = until === undefined ? Number.NaN : Date.parse(`${until}T00:00:00Z`) + dayMs;
    // A day that does not exist is no end.
    return Number.isNaN(endsMs) || nowMs < endsMs;
  });
}

const dayMs = 24 * 60 * 60 * 1000;

/** Whether a hold in force is as long as the wanted one, for the same reason and ticket. */
export function isHeldAs(holds: readonly KeyHold[], { kind, until, ticket }: WantedHold): boolean {
  const isAsLong = (hold: KeyHold) => hold.until === undefined || (until !== undefined && until <= hold.until);
  const word = ticket && tagWord(ticket);
  return holds.some((hold) => hold.kind === kind && hold.ticket === word && isAsLong(hold));
}

/** The tag with which the wanted hold joins `others`; undefined if it does not fit. */
export function joinHolds(
  others: readonly KeyHold[],
  { kind, until, ticket }: WantedHold,
  { setBy, since }: { readonly setBy: string; readonly since: string },
): Tag | undefined {
  const parts = { until, ticket, by: setBy.slice(0, maxWord), since };
  const words = Object.entries(parts).flatMap(([name, text = ""]) => (text === "" ? [] : [name, tagWord(text)]));
  return tagOfHolds([...others.map(({ text }) => text), [kind, ...words].join(" ")]);
}

/** The tag that keeps these holds; undefined if they do not fit, or if none is left. */
export function tagOfHolds(texts: readonly string[]): Tag | undefined {
  const value = texts.join(joint);
  return texts.length === 0 || value.length > maxTagValue ? undefined : { name: holdTagName, value };
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
