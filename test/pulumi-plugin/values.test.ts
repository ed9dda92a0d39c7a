import fc from "fast-check";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { describe, expect, test } from "vitest";
import { UNKNOWN } from "../../provider/engine/resource/unknown.ts";
import {
  type Mask,
  maskOf,
  maskOutside,
  mergeMasks,
  type Properties,
  readProperties,
  signKey,
  signs,
  unknownText,
  writeProperties,
} from "../../provider/pulumi-plugin/values.ts";

const structOf = (value: Properties): structPb.Struct => structPb.Struct.fromJavaScript(value as never);
const secret = (value: unknown) => ({ [signKey]: signs.secret, value });

/** Values as a program can write them, with some unknown, and with secrets anywhere. */
const name = fc.string({ unit: "grapheme", maxLength: 8 }).filter((text) => text !== signKey && text !== "__proto__");
const leaf = fc.oneof(
  fc.string({ unit: "grapheme" }).filter((text) => text !== unknownText),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => (Object.is(each, -0) ? 0 : each)),
  fc.boolean(),
  fc.constant(UNKNOWN),
);
const { value: anyValue } = fc.letrec<{ value: unknown; list: unknown[]; map: Properties }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, tie("list"), tie("map")),
  list: fc.array(tie("value"), { maxLength: 4 }),
  map: fc.dictionary(name, tie("value"), { maxKeys: 4, noNullPrototype: true }),
}));
const properties = fc.dictionary(name, anyValue, { maxKeys: 6, noNullPrototype: true });

/** A mask of some parts of a value; a list is secret as a whole. */
function maskFor(value: unknown, picks: () => boolean): Mask | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return picks() ? true : undefined;
  const inside = Object.entries(value).flatMap(([key, part]) => {
    const mask = picks() && picks() ? true : maskFor(part, picks);
    return mask === undefined ? [] : [[key, mask] as const];
  });
  return inside.length === 0 ? undefined : Object.fromEntries(inside);
}

describe("values round-trip", () => {
  test("as plain and unknown values", () => {
    fc.assert(
      fc.property(properties, (given) => {
        expect(readProperties(writeProperties(given))).toEqual({ value: given });
      }),
    );
  });

  test("as the same value with the same mask if secrets are anywhere", () => {
    fc.assert(
      fc.property(properties, fc.infiniteStream(fc.boolean()), (given, coins) => {
        const mask = maskFor(given, () => coins.next().value === true);
        const back = readProperties(writeProperties(given, mask));
        expect(back.value).toEqual(given);
        expect(back.mask).toEqual(mask);
      }),
    );
  });

  test("without a secret outside its wrapping on the wire", () => {
    const wire = writeProperties({ aws: { secretAccessKey: "s3cret", region: "r" } }, maskOf(["aws.secretAccessKey"]));
    expect(wire.toJavaScript()).toEqual({ aws: { secretAccessKey: secret("s3cret"), region: "r" } });
  });

  test("with undefined and null left out", () => {
    expect(writeProperties({ a: undefined, b: "b" }).toJavaScript()).toEqual({ b: "b" });
    expect(readProperties(structOf({ a: null, b: { c: null, d: 1 } })).value).toEqual({ b: { d: 1 } });
  });
});

describe("the engine's markers", () => {
  test.each([
    ["a secret", secret("v"), "v", true],
    ["a secret in a secret", secret(secret("v")), "v", true],
    ["a secret map", secret({ a: "v" }), { a: "v" }, true],
    ["an unknown secret", secret(unknownText), UNKNOWN, true],
    ["an output", { [signKey]: signs.output, value: "v" }, "v", undefined],
    ["a secret output", { [signKey]: signs.output, value: "v", secret: true }, "v", true],
    ["an output with a secret in it", { [signKey]: signs.output, value: { a: secret("v") } }, { a: "v" }, { a: true }],
    ["a list with a secret in it", [{ a: secret("v") }, "w"], [{ a: "v" }, "w"], true],
    ["an unknown output", { [signKey]: signs.output, dependencies: ["urn"] }, UNKNOWN, undefined],
    ["a resource", { [signKey]: signs.resource, urn: "urn", id: "the-id" }, "the-id", undefined],
    [
      "a resource that is not there yet",
      { [signKey]: signs.resource, urn: "urn", id: unknownText },
      UNKNOWN,
      undefined,
    ],
    ["a resource in an old preview", { [signKey]: signs.resource, urn: "urn", id: "" }, UNKNOWN, undefined],
    ["a component", { [signKey]: signs.resource, urn: "urn" }, "urn", undefined],
  ])("%s", (_what, wire, value, mask) => {
    const read = readProperties(structOf({ p: wire }));
    expect(read.value).toEqual({ p: value });
    expect(read.mask).toEqual(mask === undefined ? undefined : { p: mask });
  });

  test.each([signs.asset, signs.archive, "a marker of a later release"])("%s is refused with a message", (sign) => {
    expect(() => readProperties(structOf({ p: { [signKey]: sign } }))).toThrow(/another kind of value/);
  });
});

describe("masks", () => {
  test("are secret if either mask is secret", () => {
    const a = maskOf(["aws.secretAccessKey", "payload"]);
    expect(a).toEqual({ aws: { secretAccessKey: true }, payload: true });
    expect(mergeMasks(a, { aws: { region: true } })).toEqual({
      aws: { secretAccessKey: true, region: true },
      payload: true,
    });
    expect(mergeMasks(a, { aws: true })).toEqual({ aws: true, payload: true });
    expect(mergeMasks(undefined, a)).toBe(a);
    expect(maskOf([])).toBeUndefined();
  });

  test("of a former state hold where the inputs have no value", () => {
    const mask = maskOf(["aws.secretAccessKey", "tags.pin", "payload"]);
    expect(maskOutside(mask, {})).toEqual(mask);
    expect(maskOutside(mask, { tags: { team: "x" }, aws: {} })).toEqual(mask);
    expect(maskOutside(mask, { tags: { pin: "1" }, payload: "p" })).toEqual({ aws: { secretAccessKey: true } });
    expect(maskOutside(mask, { tags: "x", aws: "y", payload: "z" })).toBeUndefined();
  });

  test("of a secret object are written property by property", () => {
    expect(writeProperties({ a: 1, b: "x" }, true).toJavaScript()).toEqual({ a: secret(1), b: secret("x") });
  });
});
