/**
 * Parses values as services write them. An identity with blanks or invisible characters counts as absent, because it
 * could imitate another one.
 */

import * as z from "zod";

/** Empty if absent. */
export const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

/** Empty if absent. */
export function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
}

/** The form of an identity. Blanks and invisible characters are refused, because such an ID could imitate another one. */
const identityForm = /^[\x21-\x7e]{1,200}$/;

/** The ID, or undefined if the service returns no valid one. */
export function readIdentity(text: string | null | undefined): string | undefined {
  return typeof text === "string" && identityForm.test(text) ? text : undefined;
}

/** IMF-fixdate (RFC 9110, 5.6.7), the only form that a sender may write. */
const httpDate = /^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/;
const dateTime =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})([.,][0-9]+)?(Z|z|[+-][0-9]{2}:?[0-9]{2})?$/;
const wholeSeconds = /^[0-9]{1,9}$/;

/** Milliseconds of a `Date` header; undefined if missing or malformed. */
export function parseHttpDate(text: string | undefined): number | undefined {
  return text !== undefined && httpDate.test(text) ? finite(Date.parse(text)) : undefined;
}

/** The wait that the service asks for: seconds, or a time on the service's own clock. */
export function parseRetryAfterMs(text: string | undefined, serviceTimeMs: number | undefined): number | undefined {
  const trimmed = text?.trim() ?? "";
  if (wholeSeconds.test(trimmed)) return Number(trimmed) * 1000;
  const untilMs = parseHttpDate(trimmed);
  return untilMs === undefined || serviceTimeMs === undefined ? undefined : Math.max(0, untilMs - serviceTimeMs);
}

/** RFC 3339 with or without fractions, with `Z`, `+00:00`, `+0000` or no offset (uko-v4.md 3). */
export function parseDateTimeMs(text: string | null | undefined): number | undefined {
  const parts = dateTime.exec(text ?? "");
  if (parts === null) return undefined;
  const [, day, time, fraction = "", zone = "Z"] = parts;
  const milliseconds = fraction === "" ? "" : `.${fraction.slice(1, 4)}`;
  const offset = zone.toUpperCase() === "Z" ? "Z" : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  return finite(Date.parse(`${day}T${time}${milliseconds}${offset}`));
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

/** The members that have a value. Programs and services both leave the others out. */
export function definedOnly<T extends Readonly<Record<string, unknown>>>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const found = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(found) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
