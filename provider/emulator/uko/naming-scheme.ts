/** Naming schemes: text with `<tags>` for values of the caller or dates (uko-v4.md 3.11). */

import { toSecondsText } from "../clock.ts";
import type { Tag } from "../model.ts";
import { missing } from "./envelope.ts";

const yearTags = ["lastActiveYear", "lay", "lastActiveYear/yyyy", "lay/yyyy", "lastActiveYear/4", "lay/4"];
const shortYearTags = ["lastActiveYear/yy", "lay/2", "lastActiveYear/2", "lay/yy"];
const monthTags = ["lastActiveMonth", "lam"];
const systemTags: ReadonlySet<string> = new Set([...yearTags, ...shortYearTags, ...monthTags, "yy", "yyyy", "mm"]);
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
  const lastActive = expirationDate ?? created;
  return scheme.replace(/<([^<>]*)>/g, (_, tag: string) => {
    if (yearTags.includes(tag)) return lastActive.slice(0, 4);
    if (shortYearTags.includes(tag)) return lastActive.slice(2, 4);
    if (monthTags.includes(tag)) return lastActive.slice(5, 7);
    if (tag === "yyyy") return created.slice(0, 4);
    if (tag === "yy") return created.slice(2, 4);
    if (tag === "mm") return created.slice(5, 7);
    const value = values.get(tag);
    if (value === undefined) throw missing("field", `label_tags.${tag}`);
    return value;
  });
}
