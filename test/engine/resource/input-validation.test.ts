/** The messages about values that a program may not use. */

import { expect, test } from "vitest";
import { z } from "zod";
import { failuresOfKnown, toFailures } from "../../../provider/engine/resource/input-validation.ts";
import { UNKNOWN } from "../../../provider/engine/resource/unknown.ts";

const failuresIn = (schema: z.ZodType, value: unknown) =>
  schema
    .safeParse(value)
    .error?.issues.flatMap(toFailures)
    .map(({ property, reason }) => `${property}: ${reason}`);

test.each([
  [z.int().min(1), 0, ": must be at least 1"],
  [z.int().max(12), 1000, ": must be at most 12"],
  [z.int(), 1.5, ": must be a whole number"],
  [z.int(), 9007199254740993n, ": must be a number"],
  [z.string().min(1), "", ": must not be empty"],
  [z.string().min(2), "a", ": must have at least 2 characters"],
  [z.string().max(2), "abc", ": must have at most 2 characters"],
  [z.array(z.string()).min(1), [], ": must not be empty"],
  [z.array(z.string()).max(1), ["a", "b"], ": must have at most 1 entries"],
  [z.array(z.string()), "a", ": must be a list"],
  [z.boolean(), "maybe", ": must be true or false"],
  [z.enum(["required", "single"]), "Single", ': must be one of "required", "single"'],
  [z.literal(1), 2, ": must be 1"],
  [z.array(z.string()), ["a", null], "1: must be a string, not null"],
  [z.record(z.string(), z.string()), { team: null }, "team: must be a string, not null"],
  [z.object({ size: z.string() }), { size: 256 }, "size: must be a string, in quotes"],
  [z.object({ name: z.string() }), {}, "name: is required"],
  [z.strictObject({}), { labbel: 1 }, "labbel: is not a known property"],
])("lists the allowed values in the notation of programs", (schema, value, expected) => {
  expect(failuresIn(schema, value)).toEqual([expected]);
});

test("keeps the messages that a schema defines itself", () => {
  expect(failuresIn(z.string().min(3, "is too short a name"), "a")).toEqual([": is too short a name"]);
  expect(failuresIn(z.iso.date("must be a date such as 2027-01-31"), "2027-02-30")).toEqual([
    ": must be a date such as 2027-01-31",
  ]);
});

test("accepts an unknown value, and no invalid value next to it", () => {
  const schema = z.strictObject({
    name: z.string(),
    tags: z.record(z.string().regex(/^[a-z.]+$/, "has an odd name"), z.string().max(3)),
    all: z.array(z.string()),
  });
  const input = {
    name: UNKNOWN,
    tags: { "a.b": UNKNOWN, team: "long", Ü: UNKNOWN },
    all: ["a", UNKNOWN, 1],
    labbel: "x",
  };
  const known = failuresOfKnown(schema.safeParse(input).error?.issues ?? [], input);
  expect(known.map(({ property, reason }) => `${property}: ${reason}`)).toEqual([
    "tags.team: must have at most 3 characters",
    "tags.Ü: has an odd name",
    "all.2: must be a string, in quotes",
    "labbel: is not a known property",
  ]);
  const later = { name: "a", tags: UNKNOWN, all: UNKNOWN };
  expect(failuresOfKnown(schema.safeParse(later).error?.issues ?? [], later)).toEqual([]);
});
