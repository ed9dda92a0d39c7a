/**
 * Defines the forms of UKO's refusals (uko-v4.md 3.15) with their statuses and codes (uko-v4.md 2.6, 9 U1), and parses
 * the bodies of requests.
 */

import type * as z from "zod";
import { type Api, type Call, flagParameter, jsonObject, Refusal } from "../http/responses.ts";

type TargetType = "field" | "parameter" | "header";

function refuse(refusal: Refusal, correlationId: string): unknown {
  const { status: status_code, code, message, details } = refusal;
  return { status_code, trace: correlationId, errors: [{ code, message, target: details.target }] };
}

export const ukoApi: Api = {
  refuse,
  headers: (correlationId) => ({ "x-correlation-id": correlationId }),
  wrongMethod: (headers) => new Refusal(405, "method_not_allowed", "The path does not have this method.", { headers }),
  unauthorized: () =>
    new Refusal(401, "unauthorized", "The request has no valid access token.", {
      headers: { "www-authenticate": "Bearer" },
    }),
};

export const forbidden = (right: string): Refusal =>
  new Refusal(403, "forbidden", `The action hs-crypto.${right} is not granted.`);

export const notFound = (what: string): Refusal =>
  new Refusal(404, "not_found", `The requested ${what} was not found.`);

export const missing = (type: TargetType, name: string): Refusal =>
  new Refusal(400, `missing_${type}`, `The ${type} ${name} is missing.`, { target: { type, name } });

export const invalid = (type: TargetType, name: string): Refusal =>
  new Refusal(400, `invalid_${type}`, `The ${type} ${name} is not valid.`, { target: { type, name } });

export const conflict = (code: string, message: string): Refusal => new Refusal(409, code, message);

export const invalidState = (action: string, state: string): Refusal =>
  conflict("invalid_state", `The operation ${action} is not possible in state ${state}.`);

export const keystoreFailed = (): Refusal =>
  new Refusal(424, "keystore_error", "The operation on the keystore has failed.");

/** Parses a body; 400 names the first missing, unknown or invalid field. */
export function parseBody<Schema extends z.ZodType>(call: Call, schema: Schema): z.output<Schema> {
  const body = jsonObject(call);
  if (body === undefined) throw new Refusal(400, "invalid_body", "The body is not a JSON object.");
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys.map(String) : [];
  const path = [...(issue?.path ?? []), ...unknown.slice(0, 1)].map(String).join(".");
  const isMissing = unknown.length === 0 && valueAt(body, issue?.path ?? []) === undefined;
  throw isMissing ? missing("field", path) : invalid("field", path);
}

const valueAt = (body: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, step) => Object(at)[step], body);

/** A parameter that is `true` or `false`, false when absent. */
export function booleanParameter(call: Call, name: string): boolean {
  return flagParameter(call, name, () => invalid("parameter", name)) ?? false;
}
