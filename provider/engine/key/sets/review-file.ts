/**
 * Writes the one text of a review, whose SHA-256 each approval names, and parses it from the file that a campaign keeps
 * as a record. Anyone can write such a file, so nothing in it is trusted. The parser accepts only the exact text that
 * `encodeReview` writes: no text may mean one review to a person and another to `uko`.
 */

import * as z from "zod";
import { UkoError } from "../../../errors.ts";
import {
  keyPathOf,
  maxReviewedKeys,
  type Review,
  type ReviewLine,
  reviewOf,
} from "../../../lifecycle/consent/review.ts";
import { type AnyReview, type KmsReviewLine, kmsNameOf, kmsReviewOf } from "../../../lifecycle/kms-key/kms-review.ts";
import { isPerson } from "../../../lifecycle/vocabulary/observation.ts";
import { parseJson } from "../../../text/json.ts";
import { count, plain } from "../../text/words.ts";

type AnyLine = ReviewLine | KmsReviewLine;

const text = z.string();
const named = z.string().min(1);
const uuid = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const person = z.string().refine((iamId) => isPerson({ iamId, mark: "" }));
export const keystore = z.strictObject({ id: text, type: text, pendingPeriod: named.exactOptional() });

/** The order of the fields is their order in the file. */
export const header = z.strictObject({
  format: z.literal("uko-review-2"),
  instanceId: uuid,
  campaign: z
    .strictObject({
      ...{ name: named, wave: named, digest: sha256, class: named },
    })
    .exactOptional(),
  step: z.enum(["deactivate", "destroy"]),
  reviewer: person.meta({ description: "IAM ID of the one person who may use the review" }),
  reviewedAt: z.iso.datetime({ precision: 3 }),
  keys: z.int().min(1),
  exceptions: named
    .exactOptional()
    .meta({ description: "What the reviewer confirms beside the number of keys, such as 12 in use" }),
});
export const keyLine = z.strictObject({
  kind: z.enum(["managed", "never-active"]),
  ...{ vaultId: uuid, keyId: uuid, label: text },
  record: sha256.meta({ description: "Hash of the consent record" }),
  requester: person.meta({ description: "IAM ID of the person who requested the step" }),
  reason: named.exactOptional(),
  facts: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .meta({ description: "Digest of the key's facts for the step" }),
  // Sorted entries, and no keystore twice, so that the same key has one line.
  resources: z
    .array(text)
    .overwrite((ids) => ids.toSorted())
    .meta({ description: "IDs of the resources that use the key" }),
  keystores: z.array(keystore).overwrite(sortedById),
});
const kmsLine = z.strictObject({
  ...{ kind: z.literal("kms"), kmsKeyId: uuid, name: text },
  window: text.meta({ description: "<keyId>@<end of the deletion window>" }),
});
const line: z.ZodType<AnyLine> = z.discriminatedUnion("kind", [keyLine, kmsLine]);

/** Each line of the file, for the published JSON Schema. */
export const reviewFileLine = z.union([header, line]);

/** Writes a review. A review has exactly one text. */
export function encodeReview({ header: { reviewedAtMs, ...common }, lines }: Review<AnyLine>): string {
  const reviewedAt = new Date(reviewedAtMs).toISOString();
  const first = header.parse({ format: header.shape.format.value, ...common, reviewedAt, keys: lines.size });
  const rest = Array.from(lines.values(), (each) => line.parse(each));
  return [first, ...rest].map((each) => `${JSON.stringify(each)}\n`).join("");
}

export type ParsedReview =
  | { readonly kind: "review"; readonly review: AnyReview }
  /** A sentence that names the line and the field. */
  | { readonly kind: "invalid"; readonly problem: string };

/** Parses the text of a review. Every text but the one that `encodeReview` writes is invalid. */
export function parseReview(content: string): ParsedReview {
  const invalid = (problem: string): ParsedReview => ({ kind: "invalid", problem });
  if (content === "") return invalid("The file is empty.");
  if (!content.endsWith("\n")) {
    return invalid("The last line has no line feed, so a part of the file may be missing.");
  }
  const [first = "", ...rest] = content.slice(0, -1).split("\n");
  if (rest.length > maxReviewedKeys) {
    return invalid(
      `The review lists ${count(rest.length, "key")}. The limit is ${maxReviewedKeys.toLocaleString("en")}.`,
    );
  }
  const head = parseLine(header, first, 1);
  if (head.kind === "invalid") return head;
  const lines: AnyLine[] = [];
  for (const [index, each] of rest.entries()) {
    const parsed = parseLine(line, each, index + 2);
    if (parsed.kind === "invalid") return parsed;
    lines.push(parsed.value);
  }
  const problem = problemOfSet(head.value, lines);
  if (problem !== undefined) return invalid(problem);
  const { format: _format, keys: _keys, reviewedAt, ...common } = head.value;
  const shared = { ...common, reviewedAtMs: Date.parse(reviewedAt) };
  const kms = lines.filter((each) => each.kind === "kms");
  const keys = lines.filter((each) => each.kind !== "kms");
  return { kind: "review", review: kms.length > 0 ? kmsReviewOf(shared, kms) : reviewOf(shared, keys) };
}

/**
 * A fault of the set that no line shows alone: a wrong count, the wrong order, or lines that differ in kind or
 * requester.
 */
function problemOfSet(
  { keys, step, reviewer, campaign }: z.infer<typeof header>,
  lines: readonly AnyLine[],
): string | undefined {
  if (lines.length !== keys)
    return `The first line states ${count(keys, "key")}, and the review lists ${lines.length}.`;
  for (const [index, each] of lines.entries()) {
    const [at, before, first = each] = [index + 2, lines[index - 1], lines[0]];
    if (before !== undefined && nameOf(each) <= nameOf(before)) {
      return `Line ${at} is out of order, or lists a key twice.`;
    }
    // The phrase that a person types names a step and a number, so that it must mean one effect.
    if (each.kind !== first.kind) return `Line ${at} is of the kind "${each.kind}", and line 2 is not.`;
    if (requesterOf(each) === reviewer) return `Line ${at} is about a request by the reviewer.`;
    if (requesterOf(each) !== requesterOf(first)) {
      return `Line ${at} is about a request by a person other than the requester of line 2.`;
    }
    if (each.kind !== "managed" && step !== "destroy") {
      return `Line ${at} is of the kind "${each.kind}", and the step of such a key is always destroy.`;
    }
    // Only a campaign checks gates, holds and the breaker, and nothing else destroys KMS keys as a set.
    if (each.kind === "kms" && campaign === undefined) {
      return `Line ${at} is about a KMS key, and the first line names no campaign.`;
    }
  }
  return undefined;
}

type ParsedLine<Value> =
  | { readonly kind: "line"; readonly value: Value }
  | Extract<ParsedReview, { readonly kind: "invalid" }>;

function parseLine<Value>(form: z.ZodType<Value>, content: string, at: number): ParsedLine<Value> {
  const json = parseJson(content);
  const { data, error } = form.safeParse(json);
  if (error !== undefined) return { kind: "invalid", problem: sayIssue(error.issues[0], json, at) };
  if (JSON.stringify(data) === content) return { kind: "line", value: data };
  const problem = `Line ${at} is not as uko writes it: the order of fields or entries, the spaces or the notation differ.`;
  return { kind: "invalid", problem };
}

function sayIssue(issue: z.core.$ZodIssue | undefined, json: unknown, at: number): string {
  if (issue === undefined) throw new UkoError("UKO_BUG");
  if (issue.code === "unrecognized_keys")
    return `Line ${at} has the unknown field "${plain(issue.keys[0] ?? "", 40)}".`;
  const field = issue.path.join(".");
  if (field === "") return `Line ${at} is not a JSON object.`;
  const { format } = json as { readonly format?: unknown };
  return field === "format" && typeof format === "string"
    ? `Its format is "${plain(format, 40)}", which this release does not know. A newer release may know the format.`
    : `Line ${at}: the field "${field}" is missing or not valid.`;
}

function sortedById<Item extends { readonly id: string }>(items: readonly Item[]): Item[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  return Array.from(byId.values()).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function nameOf(each: AnyLine): string {
  return each.kind === "kms" ? kmsNameOf(each) : keyPathOf(each);
}

/** Empty for a KMS key: KMS does not report who opened its deletion window. */
export function requesterOf(each: AnyLine): string {
  return each.kind === "kms" ? "" : each.requester;
}
