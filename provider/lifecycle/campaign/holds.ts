/**
 * Decides which holds on a key are in force, and what to write to the tag `hold` of the key. A hold
 * forbids every step of a campaign on the key. One person may hold a key, because a hold only
 * forbids steps. A release allows steps again, so it requires more. A hold of kind `legal` ends
 * once two different people have released it. So one person cannot free a key that a court asked to
 * keep. Any other hold ends with one release. A hold with a last day also ends after that day
 * (campaign.ts). A release names the holds that it ends, so an old release cannot end a newer hold,
 * whatever the order of the lines.
 */

import { holdTagName } from "../tag-names.ts";
import {
  encodeHoldTag,
  type Hold,
  type HoldTag,
  isTagHolding,
  mayReplaceHold,
  readHoldTag,
  tagWord,
  withoutRelease,
} from "./campaign.ts";

export interface NamedHold extends Hold {
  /** Two holds with one name would end together. */
  readonly name: string;
}

export interface Release {
  /** The names of the holds. */
  readonly ends: readonly string[];
  readonly iamId: string;
}

export interface Standing<Held extends NamedHold> {
  readonly hold: Held;
  /** The person who has released the legal hold already. Another person has to release it, too. */
  readonly releasedBy?: string;
}

export function holdsInForce<Held extends NamedHold>(
  holds: readonly Held[],
  releases: readonly Release[],
): readonly Standing<Held>[] {
  return holds.flatMap((hold): readonly Standing<Held>[] => {
    const [first, second] = new Set(releases.flatMap(({ ends, iamId }) => (ends.includes(hold.name) ? [iamId] : [])));
    if (first === undefined) return [{ hold }];
    return hold.kind === "legal" && second === undefined ? [{ hold, releasedBy: first }] : [];
  });
}

export type HoldChange = { readonly kind: "hold"; readonly tag: HoldTag } | { readonly kind: "release" };

export type HoldTagPlan =
  | { readonly kind: "done" }
  /** A write of `value` to the tag. Without a value, the write removes the tag. */
  | { readonly kind: "write"; readonly value?: string }
  /** The release of this person is on the key, and waits for another person. */
  | { readonly kind: "waits" }
  | { readonly kind: "left"; readonly why: "foreign" | "other_hold" | "no_person" };

export interface TagWriters {
  /** The IAM ID of the caller; absent if the caller is not a person. */
  readonly actor?: string | undefined;
  /** The IAM ID of the last writer of the key, as the service reports it. */
  readonly lastWriter?: string | undefined;
}

/**
 * Decides what to do with the tag on a key. The first person who releases a legal hold only adds their name to
 * the tag, which still holds. The second person takes the tag off, and only if the service reports the
 * named person as the last writer: no person can add the name of a colleague and then act as the second.
 */
export function planHoldTag(
  found: string | undefined,
  change: HoldChange,
  { actor, lastWriter }: TagWriters,
  nowMs: number,
): HoldTagPlan {
  const tag = found === undefined ? undefined : readHoldTag(found);
  if (found !== undefined && tag === undefined) return { kind: "left", why: "foreign" };
  if (change.kind === "hold") {
    const value = encodeHoldTag(change.tag, actor);
    // An equal hold keeps its setter. If a release is waiting, this write voids the release.
    const isHeld =
      found === encodeHoldTag(change.tag) || found?.startsWith(`${encodeHoldTag(change.tag)} by `) === true;
    if (isHeld && tag?.release === undefined) return { kind: "done" };
    const mayReplace = found === undefined || mayReplaceHold(found, change.tag, nowMs);
    return mayReplace ? { kind: "write", value } : { kind: "left", why: "other_hold" };
  }
  if (found === undefined || tag === undefined) return { kind: "done" };
  if (tag.kind !== "legal" || !isTagHolding({ name: holdTagName, value: found }, nowMs)) return { kind: "write" };
  if (actor === undefined) return { kind: "left", why: "no_person" };
  const [own, last] = [tagWord(actor), lastWriter === undefined ? undefined : tagWord(lastWriter)];
  if (tag.release !== undefined && tag.release === last) return last === own ? { kind: "waits" } : { kind: "write" };
  return { kind: "write", value: `${withoutRelease(found)} release ${own}` };
}
