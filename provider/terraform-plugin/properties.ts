/**
 * Converts between Terraform's flat attributes, such as `aws_region`, and the handlers' nested properties, such as
 * `aws.region`. A state contains digests of secrets, and not the secrets.
 */

import { UNCHANGED, UNKNOWN } from "../engine/resource/unknown.ts";
import type { AttributeType } from "../resources/schema/attributes.ts";
import { digestsName, type TerraformAttribute, type TerraformResource } from "../resources/schema/terraform.ts";
import { membersOf } from "../resources/schema/terraform-leaves.ts";
import type { ObjectValue, Value } from "./values.ts";

export type Properties = Readonly<Record<string, unknown>>;

type Attributes = readonly TerraformAttribute[];

/** The properties that a configuration sets; nulls are omitted. */
export function propertiesOf(
  attributes: readonly Pick<TerraformAttribute, "name" | "path" | "type">[],
  values: ObjectValue,
): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  for (const { name, path, type } of attributes) {
    const value = values[name] ?? null;
    if (value !== null) setAt(all, path, fromValue(value, type));
  }
  return all;
}

/**
 * The properties for an object that exists. In a configuration a block contains all its secrets, so a missing secret is
 * one that the host ignores.
 */
export function propertiesBeside(attributes: Attributes, values: ObjectValue): Properties {
  const all = propertiesOf(attributes, values);
  for (const { name, path, role } of attributes) {
    const isLeftOut = role === "secret" && (values[name] ?? null) === null;
    const isInGivenBlock = path.length > 1 && valueAt(all, path.slice(0, -1)) !== undefined;
    if (isLeftOut && isInGivenBlock) setAt(all, path, UNCHANGED);
  }
  return all;
}

/** The state in the handlers' form, with digests in place of secrets. */
export function stateProperties(attributes: Attributes, values: ObjectValue): Properties {
  const all = propertiesOf(attributes, values);
  const digests = Object(values[digestsName]) as ObjectValue;
  for (const { name, path, role } of attributes) {
    const digest = role === "secret" ? digests[name] : undefined;
    if (typeof digest === "string") setAt(all, path, digest);
  }
  return all;
}

/**
 * The attributes for a state of the handlers. They contain digests in place of secrets. `before` has the values that only
 * the host knows.
 */
export function valuesOf(
  { attributes }: Pick<TerraformResource, "attributes">,
  state: Properties,
  id?: string,
  before: ObjectValue = {},
): ObjectValue {
  return Object.fromEntries(
    attributes.map(({ name, role, path, type }) => {
      if (role === "secret") return [name, null];
      if (role === "timeouts") return [name, before[name] ?? null];
      if (role === "id") return [name, id ?? null];
      if (role === "digests") return [name, digestsIn(attributes, state)];
      return [name, toValue(valueAt(state, path), type)];
    }),
  );
}

/** The digests of the secrets in a state; one unknown digest makes all of them unknown. */
export function digestsIn(attributes: Attributes, state: Properties): Value {
  const secrets = attributes.filter(({ role }) => role === "secret");
  const digests = secrets.map(({ name, path }) => [name, valueAt(state, path)] as const);
  if (digests.some(([, digest]) => digest === UNKNOWN)) return UNKNOWN;
  // uko does not know the secret of an adopted keystore, so its digest is empty.
  const known = digests.filter((each): each is [string, string] => typeof each[1] === "string" && each[1] !== "");
  return Object.fromEntries(known);
}

/** The value at a path; `UNKNOWN` if a parent is unknown. */
export function valueAt(properties: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => {
    if (value === UNKNOWN || typeof value !== "object" || value === null) return value === UNKNOWN ? value : undefined;
    return (value as Properties)[name];
  }, properties);
}

/** Returns Terraform's value for a property of this type. */
export function toValue(value: unknown, type: AttributeType): Value {
  if (value === undefined || value === null) return null;
  if (value === UNKNOWN) return UNKNOWN;
  switch (type.kind) {
    case "list":
      return (value as readonly unknown[]).map((each) => toValue(each, type.element));
    case "map":
      return Object.fromEntries(
        Object.entries(value as Properties).map(([key, each]) => [key, toValue(each, type.element)]),
      );
    case "object":
      return Object.fromEntries(
        membersOf(type).map(({ name, path, type: inner }) => [name, toValue(valueAt(value, path), inner)]),
      );
    default:
      return value as Value;
  }
}

/** Returns the property for a value. A state has lists of objects. */
function fromValue(value: Value, type: AttributeType): unknown {
  if (type.kind === "list" && Array.isArray(value)) {
    return (value as readonly Value[]).map((each) => fromValue(each, type.element));
  }
  if (type.kind === "integer" || type.kind === "number") return doubleOf(value, type.kind);
  if (type.kind !== "object" || typeof value !== "object" || value === null) return value;
  return propertiesOf(membersOf(type), value as ObjectValue);
}

/**
 * Returns a number as a double, which is what definitions use. If no double represents it exactly, the result must still
 * be out of bounds or not an integer, so that the definition rejects it.
 */
function doubleOf(value: Value, kind: "integer" | "number"): unknown {
  if (typeof value === "bigint") return value > 0n ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
  if (typeof value !== "object" || value === null || !("decimal" in value)) return value;
  const double = Number(value.decimal);
  return kind === "integer" && Number.isInteger(double) ? double + 0.5 : double;
}

function setAt(all: Record<string, unknown>, [name, ...below]: readonly string[], value: unknown): void {
  if (name === undefined) return;
  all[name] = below.length === 0 ? value : (all[name] ?? {});
  if (below.length > 0) setAt(all[name] as typeof all, below, value);
}
