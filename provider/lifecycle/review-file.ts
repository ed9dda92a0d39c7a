/**
 * The text of a review: a header and one line a key, each a JSON object. A review has exactly one
 * text, so that its digest names what was seen and nothing else.
 */

import { isPerson } from "./observation.ts";
import {
  keyPathOf,
  type Review,
  type ReviewedKeystore,
  type ReviewedWave,
  type ReviewHeader,
  type ReviewLine,
  reviewGoals,
  reviewOf,
} from "./review.ts";

export const reviewFormat = "uko-review-1";
/** As many records as a run may name one by one. */
export const maxReviewedKeys = 10_000;
export const maxReviewBytes = 8 * 1024 * 1024;

/** What is wrong with a text that should be a review. Lines count from 1. */
export type ReviewProblem =
  | { readonly kind: "empty" }
  /** The text does not end with a line feed, so a part of it may be missing. */
  | { readonly kind: "unfinished" }
  | { readonly kind: "too_many_keys"; readonly keys: number }
  | { readonly kind: "not_json"; readonly line: number }
  | { readonly kind: "unknown_format"; readonly format: string }
  /** A field is missing, or its value has not the form that the field needs. */
  | { readonly kind: "field"; readonly line: number; readonly field: string }
  | { readonly kind: "unknown_field"; readonly line: number; readonly field: string }
  /** The line says the right things in another order or notation. */
  | { readonly kind: "not_canonical"; readonly line: number }
  | { readonly kind: "out_of_order"; readonly line: number }
  | { readonly kind: "own_request" }
  | { readonly kind: "other_author"; readonly line: number }
  | { readonly kind: "count"; readonly stated: number; readonly found: number };

export type ParsedReview =
  | { readonly kind: "review"; readonly review: Review }
  | { readonly kind: "invalid"; readonly problem: ReviewProblem };

/** The one text of a review. */
export function encodeReview({ header, lines }: Review): string {
  const texts = Array.from(lines.values(), encodeLine);
  return [encodeHeader(header, lines.size), ...texts, ""].join("\n");
}

/** Parses the text of a review. Every text but the one that `encodeReview` writes is invalid. */
export function parseReview(text: string): ParsedReview {
  const invalid = (problem: ReviewProblem): ParsedReview => ({ kind: "invalid", problem });
  if (text === "") return invalid({ kind: "empty" });
  if (!text.endsWith("\n")) return invalid({ kind: "unfinished" });
  const [first = "", ...rest] = text.slice(0, -1).split("\n");
  if (rest.length > maxReviewedKeys) return invalid({ kind: "too_many_keys", keys: rest.length });
  const head = parseHeader(first);
  if ("kind" in head) return invalid(head);
  const lines: ReviewLine[] = [];
  let before = "";
  for (const [index, each] of rest.entries()) {
    const at = index + 2;
    const line = parseLine(each, at);
    if ("kind" in line) return invalid(line);
    if (line.author !== head.header.requester) return invalid({ kind: "other_author", line: at });
    const path = keyPathOf(line);
    if (path <= before) return invalid({ kind: "out_of_order", line: at });
    before = path;
    lines.push(line);
  }
  if (lines.length !== head.keys) return invalid({ kind: "count", stated: head.keys, found: lines.length });
  return { kind: "review", review: reviewOf(head.header, lines) };
}

function encodeHeader(header: ReviewHeader, keys: number): string {
  return JSON.stringify({
    format: reviewFormat,
    instanceId: header.instanceId,
    ...(header.campaign !== undefined && { campaign: encodeWave(header.campaign) }),
    step: header.step,
    neverActive: header.neverActive,
    goal: reviewGoals[header.step],
    requester: header.requester,
    reviewer: header.reviewer,
    reviewedAt: new Date(header.reviewedAtMs).toISOString(),
    keys,
  });
}

function encodeWave({ name, wave, digest, class: kind, holds, released }: ReviewedWave): object {
  const ends = released.map(({ key, iamId, reason }) => ({ key, iamId, reason }));
  return { name, wave, digest, class: kind, holds, released: ends };
}

function encodeLine(line: ReviewLine): string {
  return JSON.stringify({
    vaultId: line.vaultId,
    keyId: line.keyId,
    label: line.label,
    record: line.record,
    author: line.author,
    how: line.how,
    reason: line.reason,
    facts: line.facts,
    resources: line.resources,
    keystores: line.keystores.map(({ id, type, pendingPeriod }) => ({ id, type, pendingPeriod })),
  });
}

type Form = (value: unknown) => boolean;
type Fields = Readonly<Record<string, Form>>;

const isText: Form = (value) => typeof value === "string";
const isNamed: Form = (value) => typeof value === "string" && value !== "";
const matches =
  (form: RegExp): Form =>
  (value) =>
    typeof value === "string" && form.test(value);
const isUuid = matches(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const isHash = matches(/^[0-9a-f]{64}$/);
const isPersonId: Form = (value) => typeof value === "string" && isPerson({ iamId: value, mark: "" });
const isTime: Form = (value) => {
  if (!matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)(value)) return false;
  return !Number.isNaN(Date.parse(String(value)));
};
const optional =
  (form: Form): Form =>
  (value) =>
    value === undefined || form(value);
const listOf =
  (form: Form): Form =>
  (value) =>
    Array.isArray(value) && value.every(form);
const objectOf =
  (fields: Fields): Form =>
  (value) => {
    if (typeof value !== "object" || value === null) return false;
    const isKnown = Object.keys(value).every((field) => Object.hasOwn(fields, field));
    return isKnown && Object.entries(fields).every(([field, form]) => form(fieldOf(value, field)));
  };

const headerFields: Fields = {
  format: isText,
  instanceId: isUuid,
  campaign: optional(
    objectOf({
      ...{ name: isNamed, wave: isNamed, digest: isHash, class: isNamed, holds: Number.isSafeInteger },
      released: listOf(objectOf({ key: isNamed, iamId: isNamed, reason: isNamed })),
    }),
  ),
  step: (value) => value === "deactivate" || value === "destroy",
  neverActive: (value) => typeof value === "boolean",
  goal: isText,
  requester: isPersonId,
  reviewer: isPersonId,
  reviewedAt: isTime,
  keys: Number.isSafeInteger,
};

const lineFields: Fields = {
  vaultId: isUuid,
  keyId: isUuid,
  label: isText,
  record: isHash,
  author: isPersonId,
  how: (value) => value === "asked",
  reason: optional(isNamed),
  facts: matches(/^[0-9a-f]{32}$/),
  resources: listOf(isText),
  keystores: listOf(objectOf({ id: isText, type: isText, pendingPeriod: optional(isNamed) })),
};

/** A header as its line shows it, once every field has its form. */
interface WrittenHeader extends Omit<ReviewHeader, "reviewedAtMs"> {
  readonly format: string;
  readonly goal: string;
  readonly reviewedAt: string;
  readonly keys: number;
}

function parseHeader(text: string): { readonly header: ReviewHeader; readonly keys: number } | ReviewProblem {
  const line = 1;
  const value = parseObject(text);
  if (value === undefined) return { kind: "not_json", line };
  // A later format may have other fields, so its name comes first.
  const format = fieldOf(value, "format");
  if (typeof format === "string" && format !== reviewFormat) return { kind: "unknown_format", format };
  const problem = problemOf(value, headerFields, line);
  if (problem !== undefined) return problem;
  const { reviewedAt, keys, goal, format: _format, ...others } = value as unknown as WrittenHeader;
  const header: ReviewHeader = { ...others, reviewedAtMs: Date.parse(reviewedAt) };
  if (goal !== reviewGoals[header.step]) return { kind: "field", line, field: "goal" };
  if (header.neverActive && header.step === "deactivate") return { kind: "field", line, field: "neverActive" };
  if (header.requester === header.reviewer) return { kind: "own_request" };
  return encodeHeader(header, keys) === text ? { header, keys } : { kind: "not_canonical", line };
}

function parseLine(text: string, line: number): ReviewLine | ReviewProblem {
  const value = parseObject(text);
  if (value === undefined) return { kind: "not_json", line };
  const problem = problemOf(value, lineFields, line);
  if (problem !== undefined) return problem;
  const parsed = value as unknown as ReviewLine;
  const isSorted = isAscending(parsed.resources, false) && isAscending(idsOf(parsed.keystores), true);
  return isSorted && encodeLine(parsed) === text ? parsed : { kind: "not_canonical", line };
}

/** The first field that is unknown, missing, or in the wrong form. */
function problemOf(value: object, fields: Fields, line: number): ReviewProblem | undefined {
  const unknown = Object.keys(value).find((field) => !Object.hasOwn(fields, field));
  if (unknown !== undefined) return { kind: "unknown_field", line, field: unknown };
  const wrong = Object.entries(fields).find(([field, form]) => !form(fieldOf(value, field)));
  return wrong === undefined ? undefined : { kind: "field", line, field: wrong[0] };
}

function idsOf(keystores: readonly ReviewedKeystore[]): readonly string[] {
  return keystores.map(({ id }) => id);
}

function isAscending(texts: readonly string[], isStrict: boolean): boolean {
  return texts.every((text, at) => {
    const before = texts[at - 1];
    return before === undefined || (isStrict ? before < text : before <= text);
  });
}

/** Only what the line itself holds: a field named like a method of every object is no field. */
function fieldOf(value: object, field: string): unknown {
  return Object.hasOwn(value, field) ? (value as Readonly<Record<string, unknown>>)[field] : undefined;
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
