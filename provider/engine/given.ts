/** Values that a program or an engine hands in, checked against their form, with failures said in words of programs. */

import type { z } from "zod";
import { UkoError } from "../errors.ts";
import type { CheckFailure } from "./definition.ts";
import { plain } from "./explain/words.ts";

/** What cannot be understood is told property by property. Throws UKO_INPUT_INVALID. */
export function parseGiven<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const failures = parsed.error.issues.flatMap(toFailures);
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `${what} cannot be understood`,
    detail: failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"),
  });
}

type Issue = z.core.$ZodIssue;

/** zod's own words for a value that is missing tell of types, not of people's programs. */
export function toFailures(issue: Issue): readonly CheckFailure[] {
  const property = issue.path.map(String).join(".");
  const at = (reason: string): readonly CheckFailure[] => [{ property, reason: plain(reason) }];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        property: plain(property === "" ? key : `${property}.${key}`, 100),
        reason: "is not known",
      }));
    case "invalid_key":
      return at(issue.issues[0]?.message ?? issue.message);
    default:
      return at(issue.message.endsWith("received undefined") ? "is missing" : issue.message);
  }
}
