/** The codec against go-cty's form (msgpack/marshal.go, unmarshal.go, unknown.go) and against itself. */

import { decode, ExtData, encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UNKNOWN } from "../../provider/engine/resource/unknown.ts";
import { isUkoError } from "../../provider/errors.ts";
import {
  type Decimal,
  decodeValue,
  encodeValue,
  numberOf,
  readJson,
  type Value,
  type ValueType,
} from "../../provider/terraform-plugin/values.ts";

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const hex = (value: Value, type: ValueType) => Buffer.from(encodeValue(value, type)).toString("hex");
const isDecimal = (value: unknown): value is Decimal =>
  typeof value === "object" && value !== null && "decimal" in value;
const faultOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (isUkoError(error)) return error;
    throw error;
  }
  throw new Error("It went well.");
};

/** A name that msgpack's own rule forbids for objects is left out. */
const name = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text !== "__proto__");
const digits = (min: number, max: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map((all) => all.join(""));
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n }).map((whole) => numberOf(String(whole)) as Value),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
  fc.tuple(digits(1, 20), digits(1, 30)).map(([whole, part]) => numberOf(`${whole}.${part}`) as Value),
);
const leaf = fc.constantFrom<"string" | "bool" | "number">("string", "bool", "number");
const type = fc.letrec<{ type: ValueType; object: ValueType }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.tuple(fc.constant("list" as const), tie("type")),
    fc.tuple(fc.constant("set" as const), tie("type")),
    fc.tuple(fc.constant("map" as const), tie("type")),
    tie("object"),
  ),
  object: fc.tuple(
    fc.constant("object" as const),
    fc.dictionary(name, tie("type"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).type;

function someValueOf(of: ValueType): fc.Arbitrary<Value> {
  const rare = fc.constantFrom<Value>(null, UNKNOWN);
  return fc.oneof({ weight: 1, arbitrary: rare }, { weight: 6, arbitrary: known(of) });
}

function known(of: ValueType): fc.Arbitrary<Value> {
  if (of === "string") return fc.string({ unit: "grapheme" });
  if (of === "bool") return fc.boolean();
  if (of === "number") return number.map((value) => (Object.is(value, -0) ? 0 : value));
  if (of[0] === "object") {
    return fc.record(Object.fromEntries(Object.entries(of[1]).map(([key, inner]) => [key, someValueOf(inner)])));
  }
  if (of[0] === "map") return fc.dictionary(name, someValueOf(of[1]), { maxKeys: 3, noNullPrototype: true });
  return fc.array(someValueOf(of[1]), { maxLength: 3 });
}

test("every value of every type round-trips", () => {
  const typed = type.chain((of) => fc.tuple(fc.constant(of), someValueOf(of)));
  fc.assert(
    fc.property(typed, ([of, value]) => {
      expect(decodeValue(encodeValue(value, of), of)).toEqual(value);
    }),
    { numRuns: 500 },
  );
});

describe("a number", () => {
  const isOf = (value: unknown) => hex(value as Value, "number");

  test("is written in a form that Terraform reads exactly", () => {
    expect(isOf(3)).toBe("03");
    expect(isOf(1.5)).toBe("cb3ff8000000000000");
    expect(isOf(numberOf("0.1"))).toBe("a3302e31");
    expect(isOf(2n ** 53n + 1n)).toBe("cf0020000000000001");
    expect(isOf(-(2n ** 63n))).toBe("d38000000000000000");
    expect(decode(encodeValue(2n ** 64n, "number"))).toBe("18446744073709551616");
  });

  test("is read from every form in which Terraform writes one", () => {
    const read = (wire: string) => decodeValue(bytes(wire), "number");
    expect(read("03")).toBe(3);
    expect(read("cb3ff8000000000000")).toBe(1.5);
    expect(read("a3302e31")).toEqual({ decimal: "0.1" });
    expect(read("cf0020000000000001")).toBe(2n ** 53n + 1n);
    expect(read("cf0000000000000001")).toBe(1);
    expect(decodeValue(encode("18446744073709551616"), "number")).toBe(2n ** 64n);
    expect(decodeValue(encode("-0.50"), "number")).toBe(-0.5);
  });

  test("of any number of digits keeps its exact value", () => {
    // All are compared as whole numbers of 10^-100, because a double has fewer places.
    const places = 100;
    const scaled = (text: string): bigint => {
      const [whole = "", part = ""] = text.split(".");
      return BigInt(`${whole}${part.padEnd(places, "0")}`);
    };
    const exact = (value: unknown): bigint =>
      scaled(typeof value === "number" ? value.toFixed(places) : isDecimal(value) ? value.decimal : String(value));
    fc.assert(
      fc.property(digits(1, 30), digits(0, 40), fc.constantFrom("", "-"), (whole, part, sign) => {
        const text = `${sign}${whole}${part === "" ? "" : `.${part}`}`;
        expect(exact(numberOf(text))).toBe(scaled(text));
      }),
      { numRuns: 1_000 },
    );
    expect(numberOf("0.5")).toBe(0.5);
    expect(numberOf("007")).toBe(7);
    expect(numberOf("10.00")).toBe(10);
  });

  test("may have an exponent, as in a state file", () => {
    expect(numberOf("1e3")).toBe(1000);
    expect(numberOf("1.5E+30")).toBe(1500000000000000000000000000000n);
    expect(numberOf("25e-2")).toBe(0.25);
    expect(numberOf("1e-1")).toEqual({ decimal: "0.1" });
    expect(numberOf("0x10")).toBeUndefined();
    expect(numberOf("")).toBeUndefined();
  });
});

describe("an unknown value", () => {
  test("is written as cty writes it", () => {
    expect(hex(UNKNOWN, "string")).toBe("d40000");
    expect(hex({ a: UNKNOWN }, ["object", { a: ["list", "number"] }])).toBe("81a161d40000");
  });

  test("is read with or without its refinements, and in any extension", () => {
    expect(decodeValue(bytes("d4 00 00"), "string")).toBe(UNKNOWN);
    // c7: extension of 5 bytes, type 12: {1: false, 2: "s"}, refined as not null and with that prefix.
    expect(decodeValue(bytes("c7 06 0c 82 01 c2 02 a1 73"), "string")).toBe(UNKNOWN);
    expect(decodeValue(encode(new ExtData(77, new Uint8Array([1, 2]))), ["map", "string"])).toBe(UNKNOWN);
  });
});

describe("an object", () => {
  const of: ValueType = ["object", { a: "string", b: ["list", "bool"] }];

  test("has every attribute on the wire, and reads a missing one as null", () => {
    expect(decode(encodeValue({ a: "x" }, of))).toEqual({ a: "x", b: null });
    expect(decodeValue(encode({ a: "x" }), of)).toEqual({ a: "x", b: null });
    expect(decodeValue(encode({ a: "x", b: [true], former: 1 }), of)).toEqual({ a: "x", b: [true] });
    expect(decodeValue(encode(null), of)).toBeNull();
  });

  test("of the provider with an attribute outside the schema is an internal fault", () => {
    expect(faultOf(() => encodeValue({ a: "x", c: true }, of))).toMatchObject({ code: "UKO_BUG" });
  });

  test("is not a list, and a fault names the place and never the value", () => {
    const fault = faultOf(() => decodeValue(encode({ a: "x", b: ["secret"] }), of));
    expect(fault).toMatchObject({ code: "UKO_INPUT_INVALID" });
    expect(fault.message).toContain("b[0] from Terraform is neither true nor false");
    expect(fault.message).not.toContain("secret");
    for (const [value, type] of [
      [[], of],
      ["x", ["list", "string"]],
      [true, "string"],
      ["ten", "number"],
      [3, "bool"],
      [[], ["map", "string"]],
    ] as const) {
      expect(faultOf(() => decodeValue(encode(value), type)).code).toBe("UKO_INPUT_INVALID");
    }
  });

  test("of the provider with another type is an internal fault", () => {
    for (const [value, type] of [
      [1, "string"],
      ["x", "bool"],
      ["1", "number"],
      ["x", ["list", "string"]],
      [[], ["map", "string"]],
      [Number.NaN, "number"],
    ] as const) {
      expect(faultOf(() => encodeValue(value, type)).code).toBe("UKO_BUG");
    }
  });
});

test("invalid msgpack, and a key that an object may not have, are reported as unreadable", () => {
  expect(faultOf(() => decodeValue(bytes("c1"), "string")).code).toBe("UKO_INPUT_INVALID");
  const evil = bytes("81 a9 5f 5f 70 72 6f 74 6f 5f 5f 01");
  expect(faultOf(() => decodeValue(evil, ["map", "number"])).code).toBe("UKO_INPUT_INVALID");
});

describe("JSON of a state file", () => {
  const of: ValueType = ["object", { size: "number", tags: ["map", "string"], late: "bool" }];

  test("is read digit by digit, drops unknown attributes, and has null for new ones", () => {
    expect(readJson('{"size": 9007199254740993, "tags": {"a": "ö"}, "former": [1]}', of)).toEqual({
      size: 9007199254740993n,
      tags: { a: "ö" },
      late: null,
    });
    expect(readJson('{"size": 0.1}', of)).toMatchObject({ size: { decimal: "0.1" } });
    expect(readJson("null", of)).toBeNull();
  });

  test("is reported if invalid", () => {
    expect(faultOf(() => readJson("{", of))).toMatchObject({ code: "UKO_INPUT_INVALID" });
  });
});
