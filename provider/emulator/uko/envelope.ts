/** UKO's refusals: the error envelope (uko-v4.md 3.15) and the statuses and codes of 2.6 and U1. */

import { Refusal } from "../refusal.ts";
import type { Api } from "../serve.ts";

type TargetType = "field" | "parameter" | "header";

export function refuseUko(refusal: Refusal, correlationId: string): unknown {
  const { target } = refusal.details;
  return {
    status_code: refusal.status,
    trace: correlationId,
    errors: [{ code: refusal.code, message: refusal.message, ...(target === undefined ? {} : { target }) }],
  };
}

export const ukoHeaders: Api["headers"] = (correlationId) => ({ "x-correlation-id": correlationId });

export const unauthorized = (): Refusal =>
  new Refusal(401, "unauthorized", "The request has no valid access token.", {
    headers: { "www-authenticate": "Bearer" },
  });

export const forbidden = (right: string): Refusal =>
  new Refusal(403, "forbidden", `The action hs-crypto.${right} is not granted.`);

export const notFound = (what: string): Refusal =>
  new Refusal(404, "not_found", `The requested ${what} was not found.`);

export const malformed = (): Refusal => new Refusal(400, "invalid_body", "The body is not a JSON object.");

export const missing = (type: TargetType, name: string): Refusal =>
  new Refusal(400, type === "header" ? "missing_header" : "missing_field", `The ${type} ${name} is missing.`, {
    target: { type, name },
  });

export const invalid = (type: TargetType, name: string): Refusal =>
  new Refusal(
    400,
    type === "parameter" ? "invalid_parameter" : `invalid_${type}`,
    `The ${type} ${name} is not valid.`,
    {
      target: { type, name },
    },
  );

export const conflict = (code: string, message: string): Refusal => new Refusal(409, code, message);

export const invalidState = (action: string, state: string): Refusal =>
  conflict("invalid_state", `The operation ${action} is not possible in state ${state}.`);

export const keystoreFailed = (): Refusal =>
  new Refusal(424, "keystore_error", "The operation on the keystore has failed.");
