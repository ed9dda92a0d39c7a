/** Request bodies: parsed against a schema, and refused with the field that is wrong (uko-v4.md 2.6, 3.15). */

import type * as z from "zod";
import { type Call, jsonBody } from "../serve.ts";
import { invalid, malformed, missing } from "./envelope.ts";

/** Answers the parsed body; 400 names the first missing, unknown or invalid field. */
export function parseBody<Schema extends z.ZodType>(call: Call, schema: Schema): z.output<Schema> {
  const body = jsonBody(call, malformed);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys.map(String) : [];
  const path = [...(issue?.path ?? []), ...unknown.slice(0, 1)].map(String).join(".");
  const isMissing = unknown.length === 0 && valueAt(body, issue?.path ?? []) === undefined;
  throw isMissing ? missing("field", path) : invalid("field", path);
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = new Map<PropertyKey, unknown>(Object.entries(value)).get(String(step));
  }
  return value;
}

/** Answers a parameter that is `true` or `false`, false when absent. */
export function booleanParameter(call: Call, name: string): boolean {
  const text = call.url.searchParams.get(name);
  if (text !== null && text !== "true" && text !== "false") throw invalid("parameter", name);
  return text === "true";
}
