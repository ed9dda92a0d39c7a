/**
 * Builds the label of a key from its template's naming scheme, as the service does, and checks whether a scheme is
 * valid. A scheme is a text with `<tags>`, which stand for values that the caller sends or for dates (uko-v4.md 3.11).
 */

import { toSecondsText } from "../store/clock.ts";
import type { Tag } from "../store/model.ts";
import { missing } from "./envelope.ts";

/** The tags of the service, each for a part of a date: of the last active day, or of the creation. */
const dateTags = [
  ["lastActive", 0, 4, "lastActiveYear lay lastActiveYear/yyyy lay/yyyy lastActiveYear/4 lay/4"],
  ["lastActive", 2, 4, "lastActiveYear/yy lay/2 lastActiveYear/2 lay/yy"],
  ["lastActive", 5, 7, "lastActiveMonth lam"],
  ["created", 0, 4, "yyyy"],
  ["created", 2, 4, "yy"],
  ["created", 5, 7, "mm"],
] as const;
const systemTags = new Map(dateTags.flatMap((row) => row[3].split(" ").map((tag) => [tag, row] as const)));
const reservedTags: ReadonlySet<string> = new Set(
  "SEQUENCENUMBER seqno sqn sequenceNumber SEQNO SQN hierarchy h hier keyType kt institutionId iid".split(" "),
);

const tagsOf = (scheme: string): readonly string[] => [...scheme.matchAll(/<([^<>]*)>/g)].map(([, tag]) => tag ?? "");

/** Whether a scheme is valid: known or free tags, and text that a label may contain. */
export function isNamingScheme(scheme: string): boolean {
  const isFree = (tag: string): boolean => /^[A-Za-z0-9]{1,20}$/.test(tag) && !reservedTags.has(tag);
  const fixed = scheme.replace(/<[^<>]*>/g, "");
  return /^[A-Za-z0-9._ /-]*$/.test(fixed) && tagsOf(scheme).every((tag) => systemTags.has(tag) || isFree(tag));
}

/** A label with a date of the key cannot stay the same when the key is rotated. */
export function hasSystemTag(scheme: string | undefined): boolean {
  return scheme !== undefined && tagsOf(scheme).some((tag) => systemTags.has(tag));
}

/** The parts of a key that its label may name. */
export interface Labeled {
  readonly labelTags: readonly Tag[];
  readonly createdMs: number;
  readonly expirationDate?: string | undefined;
}

/** Builds a label; a tag without a value is a missing field. */
export function buildLabel(scheme: string, { labelTags, createdMs, expirationDate }: Labeled): string {
  const values = new Map(labelTags.map((tag) => [tag.name, tag.value]));
  const created = toSecondsText(createdMs);
  const dates = { created, lastActive: expirationDate ?? created };
  return scheme.replace(/<([^<>]*)>/g, (_, tag: string) => {
    const [date, from, to] = systemTags.get(tag) ?? [];
    if (date !== undefined) return dates[date].slice(from, to);
    const value = values.get(tag);
    if (value === undefined) throw missing("field", `label_tags.${tag}`);
    return value;
  });
}
