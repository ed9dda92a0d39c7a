/**
 * Validates the values that a program or an engine passes in, and explains each failure in the terms of programs
 * instead of the terms of the validation library.
 */

import type * as z from "zod";
import { UkoError } from "../../errors.ts";
import type { Dialect } from "../text/dialect.ts";
import { plain } from "../text/words.ts";
import type { CheckFailure } from "./definition.ts";
import { containsSign, UNCHANGED, UNKNOWN } from "./unknown.ts";

/** Reports invalid values property by property. Throws UKO_INPUT_INVALID. */
export function parseGiven<T>(schema: z.ZodType<T>, value: unknown, what: string, dialect: Dialect): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw notUnderstood(what, parsed.error.issues.flatMap(toFailures), dialect);
}

export function notUnderstood(what: string, failures: readonly CheckFailure[], dialect: Dialect): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `${what} are not valid`,
    detail: failures
      .map(({ property, reason, remedy = "" }) => [`${dialect.property(property)}: ${reason}`, remedy])
      .map((parts) => parts.filter((part) => part !== "").join("; "))
      .join("\n"),
  });
}

type Issue = z.core.$ZodIssue;

/** The failures of values that are known already; an unchanged value is not checked. */
export function failuresOfKnown(
  issues: readonly Issue[],
  given: unknown,
  outputs: readonly string[] = [],
): readonly CheckFailure[] {
  const at = (path: readonly PropertyKey[]): unknown =>
    path.reduce<unknown>(
      (value, name) =>
        typeof value === "object" && value !== null ? (value as Readonly<Record<PropertyKey, unknown>>)[name] : value,
      given,
    );
  // An issue without a path concerns the whole value. An invalid name is known, whatever its value
  // will be.
  const isKnown = ({ code, path }: Issue): boolean =>
    path.length === 0 || code === "invalid_key" || !containsSign(at(path), [UNKNOWN, UNCHANGED]);
  const failures = issues.filter(isKnown).flatMap(toFailures);
  const unknown = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" && issue.path.length === 0 ? issue.keys : [],
  );
  const isOutput = ({ property }: CheckFailure): boolean => unknown.includes(property) && outputs.includes(property);
  return failures.map((failure) => (isOutput(failure) ? { ...failure, ...readOnly } : failure));
}

const readOnly = { reason: "is read-only, because the service sets it", remedy: "remove it" };

/** Each failure of a value at its property, with the values that are valid. */
export function toFailures(issue: Issue): readonly CheckFailure[] {
  const property = issue.path.map(String).join(".");
  const at = (reason: string): readonly CheckFailure[] => [{ property, reason: plain(reason) }];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        property: plain(property === "" ? key : `${property}.${key}`, 100),
        reason: "is not a known property",
      }));
    case "invalid_key":
      return at(issue.issues[0]?.message ?? issue.message);
    default:
      return at(ownWords.test(issue.message) ? inWordsOfPrograms(issue) : issue.message);
  }
}

/** The start of zod's own messages, which speak of zod's types and of comparison signs. */
const ownWords = /^(?:Invalid input|Invalid option|Too small|Too big): expected /;

function inWordsOfPrograms(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type": {
      if (issue.message.endsWith("received undefined")) return "is required";
      if (issue.expected === "string" && issue.message.endsWith("received number"))
        return "must be a string, in quotes";
      return `must be ${kinds[issue.expected] ?? issue.expected}${issue.message.endsWith("received null") ? ", not null" : ""}`;
    }
    case "invalid_value": {
      const words = issue.values.map((value) => JSON.stringify(value));
      return `must be ${words.length === 1 ? words[0] : `one of ${words.join(", ")}`}`;
    }
    case "too_small":
      return atLeast(issue.origin, Number(issue.minimum));
    case "too_big":
      return atMost(issue.origin, Number(issue.maximum));
    default:
      return issue.message;
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  record: "a map",
  object: "an object",
};

function atLeast(origin: string, minimum: number): string {
  const what = parts[origin];
  if (what === undefined) return `must be at least ${minimum}`;
  return minimum === 1 ? "must not be empty" : `must have at least ${minimum} ${what}`;
}

function atMost(origin: string, maximum: number): string {
  const what = parts[origin];
  return what === undefined ? `must be at most ${maximum}` : `must have at most ${maximum} ${what}`;
}

/** The unit of a limit; for a number the limit applies to its value. */
const parts: Readonly<Record<string, string>> = { string: "characters", array: "entries", map: "entries" };
