/**
 * Converts between Pulumi's property values on the wire and plain values, with secrets, unknown values, outputs and
 * references to resources.
 */

import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { UNKNOWN } from "../engine/resource/unknown.ts";
import { UkoError } from "../errors.ts";

export type Properties = Readonly<Record<string, unknown>>;

/** The secret parts of a value: all of it, or some of its members. A list is secret as a whole or not at all. */
export type Mask = true | { readonly [name: string]: Mask };

/** A value without its wrappers, and the places of its secret parts. */
export interface Unwrapped {
  readonly value: unknown;
  readonly mask?: Mask;
}

/**
 * The engine's own signatures (`@pulumi/pulumi`, runtime/rpc), copied because importing them loads
 * the whole SDK.
 */
export const signKey = "4dabf18193072939515e22adb298388d";
export const signs = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
} as const;
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * Reads properties as the engine sends them, without nulls. Throws UKO_INPUT_INVALID for a value
 * that no property here can have.
 */
export function readProperties(struct: structPb.Struct | undefined): {
  readonly value: Properties;
  readonly mask?: Mask;
} {
  const { value, mask } = unwrap(struct?.toJavaScript() ?? {});
  return { value: value as Properties, ...(mask !== undefined && { mask }) };
}

/**
 * Writes properties as the engine reads them; the mask names the parts that are wrapped as secrets.
 */
export function writeProperties(properties: Properties, mask?: Mask): structPb.Struct {
  // A top-level property that is wholly secret is wrapped inside the struct, because the engine
  // requires an object at the top.
  const inside =
    mask === true ? Object.fromEntries(Object.keys(properties).map((name) => [name, true as const])) : mask;
  return structPb.Struct.fromJavaScript(wrap(properties, inside) as Record<string, JavaScriptValue>);
}

/** The mask of paths such as `aws.secretAccessKey`. */
export function maskOf(paths: readonly string[]): Mask | undefined {
  return paths.reduce<Mask | undefined>((all, path) => mergeMasks(all, maskAt(path.split("."))), undefined);
}

/** Joins two masks: a part is secret if either mask says so. */
export function mergeMasks(a: Mask | undefined, b: Mask | undefined): Mask | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a === true || b === true) return true;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, mergeMasks(a[name], b[name]) ?? true]));
}

/** The part of a mask for which the inputs have no value, so that the state keeps its former value. */
export function maskOutside(mask: Mask | undefined, inputs: unknown): Mask | undefined {
  if (mask === undefined || inputs === undefined) return mask;
  if (mask === true || typeof inputs !== "object" || inputs === null) return undefined;
  const parts = Object.entries(mask).flatMap(([name, part]) => {
    const left = maskOutside(part, (inputs as Properties)[name]);
    return left === undefined ? [] : [[name, left] as const];
  });
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

function maskAt([name, ...below]: readonly string[]): Mask {
  return name === undefined ? true : { [name]: maskAt(below) };
}

function unwrap(value: unknown): Unwrapped {
  if (value === unknownText) return { value: UNKNOWN };
  if (Array.isArray(value)) {
    const list = unwrapEach(Object.entries(value), (parts) => parts.map(([, part]) => part));
    // The service may return a list in another order, so a list with one secret is secret as a whole.
    return list.mask === undefined ? list : { value: list.value, mask: true };
  }
  if (typeof value !== "object" || value === null) return { value };
  const signed = value as Properties;
  if (typeof signed[signKey] === "string") return unwrapSigned(signed[signKey], signed);
  const entries = Object.entries(value).filter(([, part]) => part !== null);
  return unwrapEach(entries, Object.fromEntries);
}

function unwrapEach(
  entries: readonly (readonly [string, unknown])[],
  rebuild: (parts: readonly (readonly [string, unknown])[]) => unknown,
): Unwrapped {
  const parts = entries.map(([name, part]) => [name, unwrap(part)] as const);
  const masks = parts.flatMap(([name, { mask }]) => (mask === undefined ? [] : [[name, mask] as const]));
  const value = rebuild(parts.map(([name, part]) => [name, part.value] as const));
  return { value, ...(masks.length > 0 && { mask: Object.fromEntries(masks) }) };
}

function unwrapSigned(sign: string, signed: Properties): Unwrapped {
  switch (sign) {
    case signs.secret:
      return { value: unwrap(signed.value).value, mask: true };
    case signs.output: {
      const inner = "value" in signed ? unwrap(signed.value) : { value: UNKNOWN };
      return signed.secret === true ? { value: inner.value, mask: true } : inner;
    }
    case signs.resource: {
      // A resource in place of a text stands for its ID, or for its URN if it is a component, which
      // has no ID.
      const id = signed.id ?? signed.urn;
      return unwrap(id === "" ? unknownText : id);
    }
    default:
      throw new UkoError("UKO_INPUT_INVALID", {
        summary: "A property is an asset, an archive, or another kind of value that this release does not know",
        detail: "Properties must be strings, numbers, booleans, or lists or maps of them.",
      });
  }
}

function wrap(value: unknown, mask: Mask | undefined): unknown {
  const isWhole = mask === true || (mask !== undefined && Array.isArray(value));
  const plain = wrapInside(value, isWhole ? undefined : mask);
  return isWhole ? { [signKey]: signs.secret, value: plain } : plain;
}

function wrapInside(value: unknown, mask: Exclude<Mask, true> | undefined): unknown {
  if (value === UNKNOWN) return unknownText;
  if (Array.isArray(value)) return value.map((part) => wrap(part, undefined));
  if (typeof value !== "object" || value === null) return value;
  const told = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(
    told.map(([name, part]) => [
      name,
      wrap(part, mask !== undefined && Object.hasOwn(mask, name) ? mask[name] : undefined),
    ]),
  );
}
