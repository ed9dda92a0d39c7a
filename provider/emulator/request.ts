/** Parts of a request that UKO and KMS read in the same way, each with its own refusals. */

import type { Refusal } from "./refusal.ts";
import type { Call } from "./serve.ts";

/** Parses a JSON body that has to be an object. */
export function jsonBody(call: Call, malformed: () => Refusal): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(call.text);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch {
    // Refused below, in the API's own envelope.
  }
  throw malformed();
}

export interface Bounds {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

export function integerParameter(
  call: Call,
  name: string,
  { fallback, min, max }: Bounds,
  invalid: (name: string) => Refusal,
): number {
  const text = call.url.searchParams.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw invalid(name);
}

/** A parameter that is `true`, `false` or absent. */
export function booleanParameter(call: Call, name: string, invalid: (name: string) => Refusal): boolean | undefined {
  const text = call.url.searchParams.get(name);
  if (text === null) return undefined;
  if (text === "true" || text === "false") return text === "true";
  throw invalid(name);
}
