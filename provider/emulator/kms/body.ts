/** Request bodies of KMS, refused with KMS's codes (kms-v2-and-iam.md 2.2, 4.2). */

import * as z from "zod";
import { jsonBody } from "../request.ts";
import type { Call } from "../serve.ts";
import { badBody, invalidField, refusal } from "./envelope.ts";

/** The `metadata` of a collection in a request. */
export const metadataSchema = z.object({ collectionType: z.string(), collectionTotal: z.number().int() });

/** Parses a body; `what` completes the headline of a refusal. */
export function parsedBody<Schema extends z.ZodType>(call: Call, schema: Schema, what: string): z.output<Schema> {
  const raw = jsonBody(call, () => badBody("not a JSON object", what));
  return checked(raw, schema, what);
}

/** Like `parsedBody`, with a refusal of its own for a missing body. */
export function requiredBody<Schema extends z.ZodType>(call: Call, schema: Schema, what: string): z.output<Schema> {
  if (call.text.trim() === "") throw refusal(400, "NO_BODY_ERR", what, "Missing body in request");
  return parsedBody(call, schema, what);
}

export function checked<Schema extends z.ZodType>(raw: unknown, schema: Schema, what: string): z.output<Schema> {
  const result = schema.safeParse(respelled(raw, schema));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue === undefined) throw badBody("not valid", what);
  if (issue.code === "unrecognized_keys") throw badBody(`json: unknown field "${issue.keys[0] ?? ""}"`, what);
  const field = issue.path.findLast((step) => typeof step === "string");
  const isShape = issue.code === "invalid_type" || issue.code === "invalid_union" || field === undefined;
  throw isShape ? badBody(issue.message, what) : invalidField(field, what, `Invalid field: ${field}: ${issue.message}`);
}

/** Go matches member names in any case, and IBM's Go client sends `Tags` and `KeyRingID` (2.2). */
function respelled(raw: unknown, schema: unknown): unknown {
  const schemas = unwrapped(schema);
  if (Array.isArray(raw)) {
    const list = schemas.find((each) => each instanceof z.ZodArray);
    return list === undefined ? raw : raw.map((item) => respelled(item, list.element));
  }
  if (typeof raw !== "object" || raw === null) return raw;
  const shapes = schemas.flatMap((each) => (each instanceof z.ZodObject ? Object.entries(each.shape) : []));
  const known = new Map(shapes.map(([name, member]) => [name.toLowerCase(), { name, member }]));
  const entries = Object.entries(raw).map(([name, value]) => {
    const spelling = known.get(name.toLowerCase());
    return spelling === undefined ? [name, value] : [spelling.name, respelled(value, spelling.member)];
  });
  return Object.fromEntries(entries);
}

function unwrapped(schema: unknown): readonly unknown[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  return schema instanceof z.ZodUnion ? schema.options.flatMap(unwrapped) : [schema];
}
