/**
 * Converts Terraform's values from and to msgpack and JSON by the types in the schema, because neither format
 * determines a type alone. Numbers keep all their digits, and no error repeats a value, because the value may be a
 * secret.
 */

import { Decoder, Encoder, ExtData, ExtensionCodec } from "@msgpack/msgpack";
import { UNKNOWN } from "../engine/resource/unknown.ts";
import { UkoError } from "../errors.ts";
import type { ValueType } from "../resources/schema/terraform-types.ts";

export type { ValueType };

/** A number that no double represents, as its digits, such as 0.1. */
export interface Decimal {
  readonly decimal: string;
}

/** `UNKNOWN` stands for an unknown value, at any depth. */
export type Value =
  | string
  | boolean
  | number
  | bigint
  | Decimal
  | null
  | typeof UNKNOWN
  | readonly Value[]
  | { readonly [name: string]: Value };

export type ObjectValue = { readonly [name: string]: Value };

/**
 * The msgpack extensions for unknown values: type 0, and type 12 for an unknown value with refinements. No other type
 * means unknown.
 */
const unknownExtension = 0;
const unknownBody = new Uint8Array([0]);
/** The deepest value that is accepted. The schemas have at most five levels, so a deeper value does not belong to one. */
const maxDepth = 32;

const extensionCodec = new ExtensionCodec();
const encoder = new Encoder({ useBigInt64: true, extensionCodec });
const decoder = new Decoder({ useBigInt64: true, extensionCodec });

/** Reads a value. Throws UKO_INPUT_INVALID for one that is not of the type. */
export function decodeValue(bytes: Uint8Array, type: ValueType): Value {
  return fromWire(unpacked(bytes), type, "");
}

/** Reads a value in either format; null if there is none. */
export function readValue(
  wire: { readonly msgpack: Uint8Array; readonly json: Uint8Array } | undefined,
  type: ValueType,
): Value {
  if (wire === undefined) return null;
  if (wire.msgpack.length > 0) return decodeValue(wire.msgpack, type);
  return wire.json.length > 0 ? readJson(textOf(wire.json), type) : null;
}

/**
 * Writes a value with every attribute of its type, missing ones as null. Throws UKO_BUG for one
 * that is not of the type.
 */
export function encodeValue(value: Value, type: ValueType): Uint8Array {
  return encoder.encode(toWire(value, type, "", 0));
}

const utf8 = new TextDecoder();

/** The text of a message's JSON. */
export function textOf(bytes: Uint8Array | undefined): string {
  return utf8.decode(bytes);
}

/**
 * Reads a value of a state file, written under the schema of its time: attributes that no longer
 * exist are dropped.
 */
export function readJson(text: string, type: ValueType): Value {
  let parsed: unknown;
  try {
    parsed = mayBeInexact.test(text) ? JSON.parse(text, exactNumber as Reviver) : JSON.parse(text);
  } catch (error) {
    throw invalid("", "is not JSON", error);
  }
  return fromWire(parsed, type, "");
}

/** Reads digits as a number, in the smallest form that represents it exactly. */
export function numberOf(text: string): number | bigint | Decimal | undefined {
  const parts = /^(?<sign>[+-]?)(?<whole>\d+)(?:\.(?<part>\d*))?(?:[eE](?<exponent>[+-]?\d{1,4}))?$/.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const { sign = "", whole = "", part = "", exponent = "0" } = parts;
  const digits = `${whole}${part}`;
  const point = whole.length + Number(exponent);
  const wholeDigits = `${digits.slice(0, Math.max(0, point))}${"0".repeat(Math.max(0, point - digits.length))}`;
  const partDigits = `${"0".repeat(Math.max(0, -point))}${digits.slice(Math.max(0, point))}`.replace(/0+$/, "");
  const minus = sign === "-" ? "-" : "";
  if (partDigits === "") return smallest(BigInt(`${minus}${wholeDigits || "0"}`));
  const decimal = `${minus}${wholeDigits.replace(/^0+(?=\d)/, "") || "0"}.${partDigits}`;
  const double = Number(decimal);
  return hasExactly(double, decimal) ? double : { decimal };
}

function smallest(whole: bigint): number | bigint {
  const number = Number(whole);
  return Number.isSafeInteger(number) ? number : whole;
}

/** Whether the double has exactly these digits. `toFixed` writes a double's own digits, at most 100 of them. */
function hasExactly(double: number, decimal: string): boolean {
  return Math.abs(double) < 1e21 && double.toFixed(100).replace(/\.?0+$/, "") === decimal;
}

type Reviver = Parameters<typeof JSON.parse>[1];

/**
 * Matches a number that a double may not represent exactly: one that is not a whole number of at most 15 digits. Most
 * states have no such number, and a reviver, which sees every value, is slow.
 */
const mayBeInexact = /(?:^|[[:,\s])(?:-0|-?\d+[.eE]|-?\d{16})/;

/** Parses a number from its digits, which a reviver receives (supported by Node 22, not yet by TypeScript's library). */
function exactNumber(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return numberOf(context.source) ?? value;
}

function unpacked(bytes: Uint8Array): unknown {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw invalid("", "cannot be read", error);
  }
}

function fromWire(wire: unknown, type: ValueType, path: string): Value {
  if (wire === null || wire === undefined) return null;
  if (wire instanceof ExtData) return UNKNOWN;
  if (type === "string") return typeof wire === "string" ? wire : fail(path, "is not a string");
  if (type === "bool") return typeof wire === "boolean" ? wire : fail(path, "is neither true nor false");
  if (type === "number") return numberFromWire(wire, path);
  if (type[0] === "list" || type[0] === "set") {
    if (!Array.isArray(wire)) return fail(path, `is not a ${type[0]}`);
    return wire.map((each, index) => fromWire(each, type[1], `${path}[${index}]`));
  }
  if (!isRecord(wire)) return fail(path, `is not a ${type[0]}`);
  if (type[0] === "map") {
    return Object.fromEntries(
      Object.entries(wire).map(([key, each]) => [key, fromWire(each, type[1], `${path}.${key}`)]),
    );
  }
  const own = (name: string): unknown => (Object.hasOwn(wire, name) ? wire[name] : null);
  const value: Record<string, Value> = {};
  for (const [name, inner] of Object.entries(type[1])) value[name] = fromWire(own(name), inner, `${path}.${name}`);
  return value;
}

function numberFromWire(wire: unknown, path: string): Value {
  if (typeof wire === "number" && Number.isFinite(wire)) return wire;
  if (typeof wire === "bigint") return smallest(wire);
  const read = typeof wire === "string" ? numberOf(wire) : isDecimal(wire) ? wire : undefined;
  return read ?? fail(path, "is not a number");
}

function toWire(value: Value | undefined, type: ValueType, path: string, depth: number): unknown {
  if (depth > maxDepth) throw bug(path, "is nested too deeply");
  if (value === null || value === undefined) return null;
  if (value === UNKNOWN) return new ExtData(unknownExtension, unknownBody);
  if (type === "string") return typeof value === "string" ? value : misfit(path, value, type);
  if (type === "bool") return typeof value === "boolean" ? value : misfit(path, value, type);
  if (type === "number") return numberToWire(value, path);
  if (type[0] === "list" || type[0] === "set") {
    if (!Array.isArray(value)) return misfit(path, value, type[0]);
    return value.map((each: Value, index) => toWire(each, type[1], `${path}[${index}]`, depth + 1));
  }
  if (!isRecord(value)) return misfit(path, value, type[0]);
  const record = value as ObjectValue;
  if (type[0] === "map") {
    return Object.fromEntries(
      Object.entries(record).map(([key, each]) => [key, toWire(each, type[1], `${path}.${key}`, depth + 1)]),
    );
  }
  const odd = Object.keys(record).find((name) => !Object.hasOwn(type[1], name));
  if (odd !== undefined) throw bug(`${path}.${odd}`, "is not in the schema");
  return Object.fromEntries(
    Object.entries(type[1]).map(([name, inner]) => [name, toWire(record[name], inner, `${path}.${name}`, depth + 1)]),
  );
}

const least64 = -(2n ** 63n);
const most64 = 2n ** 64n - 1n;

/** A number that msgpack cannot represent is written in digits, which Terraform reads exactly. */
function numberToWire(value: Value, path: string): unknown {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "bigint") return value < least64 || value > most64 ? String(value) : value;
  return isDecimal(value) ? value.decimal : misfit(path, value, "number");
}

function isDecimal(value: unknown): value is Decimal {
  return isRecord(value) && typeof value.decimal === "string" && Object.keys(value).length === 1;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Throws without the value in the message, because the value may be a secret. */
function fail(path: string, reason: string): never {
  throw invalid(path, reason);
}

function invalid(path: string, reason: string, cause?: unknown): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `${path === "" ? "A value" : path.slice(1)} from Terraform ${reason}`,
    cause,
  });
}

function misfit(path: string, value: unknown, wanted: string): never {
  throw bug(path, `is a ${typeof value} and not a ${wanted}`);
}

function bug(path: string, reason: string): UkoError {
  return new UkoError("UKO_BUG", { summary: `${path === "" ? "A value" : path.slice(1)} for Terraform ${reason}` });
}
