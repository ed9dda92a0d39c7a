/**
 * Defines the form in which snapshots store the objects of an emulator, with a version of this form. The file converts
 * from and to JSON, and refuses what another version stored.
 */

import * as z from "zod";
import { type AuditEntry, AuditTrail } from "./audit.ts";
import type { ClockState } from "./clock.ts";
import type { FaultState } from "./faults.ts";
import { switchesSchema } from "./switches.ts";
import { collectionNames, type Origin, valueNames, type World } from "./world.ts";

/** The version of this form. No release has stored another one, so there is nothing to migrate. */
export const storedVersion = 3;

const entries = z.array(z.tuple([z.string(), z.unknown()]));
const storedSchema = z.object({
  version: z.number().int().min(1),
  values: z.record(z.string(), z.unknown()),
  collections: z.record(z.string(), entries),
  audit: z.array(z.looseObject({ seq: z.number().int().min(1) })),
});

export type StoredWorld = z.output<typeof storedSchema>;

/** The values of a world by name, each of which is stored as a whole. */
function valuesOf(world: World): Readonly<Record<string, unknown>> {
  return {
    origin: world.origin,
    switches: world.switches,
    clock: world.clock.state(),
    faults: world.faults.state(),
    ...Object.fromEntries(valueNames.map((name) => [name, world[name]])),
  };
}

export function storedWorldOf(world: World): StoredWorld {
  return {
    version: storedVersion,
    values: Object.fromEntries(Object.entries(valuesOf(world)).map(([name, value]) => [name, encode(value)])),
    collections: Object.fromEntries(
      collectionNames.map((name) => [name, [...world[name]].map(([id, item]) => [id, encode(item)])]),
    ),
    audit: world.audit.since(0).map((entry) => ({ ...entry })),
  };
}

/** Parses a stored world; refuses one of another version. */
export function parseStoredWorld(value: unknown): StoredWorld {
  const parsed = storedSchema.safeParse(value);
  if (!parsed.success) throw new Error(`This is not a stored world of the emulator.\n${z.prettifyError(parsed.error)}`);
  const stored = parsed.data;
  if (stored.version !== storedVersion) {
    throw new Error(
      `Another version of the emulator wrote this world: it has version ${stored.version}, and this emulator reads version ${storedVersion}. Use that emulator, or another snapshot.`,
    );
  }
  const known: readonly string[] = collectionNames;
  const strange = Object.keys(stored.collections).filter((name) => !known.includes(name));
  if (strange.length > 0) throw new Error(`The stored world has unknown collections: ${strange.join(", ")}.`);
  return stored;
}

/** Replaces the content of the world, audit trail, faults and clock included. */
export function applyStoredWorld(world: World, stored: StoredWorld): void {
  const values = new Map(Object.entries(stored.values));
  const value = (name: string): unknown => {
    if (!values.has(name)) throw new Error(`The stored world lacks ${name}.`);
    return values.get(name);
  };
  world.origin = decode(value("origin")) as Origin;
  // A switch that an older world does not have gets its default, which is how that world behaved.
  world.switches = switchesSchema.parse(value("switches"));
  world.clock.restore(value("clock") as ClockState);
  world.faults.restore(decode(value("faults")) as FaultState);
  for (const name of valueNames) Object.assign(world, { [name]: decode(value(name)) });
  for (const name of collectionNames) {
    const collection: Map<string, unknown> = world[name];
    collection.clear();
    for (const [id, item] of stored.collections[name] ?? []) collection.set(id, decode(item));
  }
  world.audit = AuditTrail.of(stored.audit as unknown as readonly AuditEntry[]);
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * Converts a value to plain JSON. Maps and Sets become marked objects, and objects that could be read as such are
 * wrapped. Undefined members are left out.
 */
export function encode(value: unknown): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "number") {
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => encode(item ?? null));
  if (value instanceof Set) return { $set: [...value].map(encode) };
  if (value instanceof Map) return { $map: [...value].map(([key, item]) => [encode(key), encode(item)]) };
  if (typeof value !== "object") throw new Error(`A ${typeof value} cannot be stored.`);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const encoded = members.map(([name, member]): [string, Json] => [name, encode(member)]);
  // Only an object with a single member can be read as a mark. IBM's fields never start with $, but free fields of a
  // caller may.
  if (encoded.length === 1 && encoded[0]?.[0].startsWith("$")) return { $object: encoded };
  return Object.fromEntries(encoded);
}

export function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value);
  const [mark, content] = members.length === 1 ? (members[0] ?? []) : [];
  if (Array.isArray(content)) {
    if (mark === "$set") return new Set(content.map(decode));
    if (mark === "$map") return new Map(pairs(content).map(([key, item]) => [decode(key), decode(item)]));
    if (mark === "$object") return Object.fromEntries(pairs(content).map(([name, item]) => [name, decode(item)]));
  }
  return Object.fromEntries(members.map(([name, member]) => [name, decode(member)]));
}

function pairs(content: readonly unknown[]): readonly [string, unknown][] {
  return content as readonly [string, unknown][];
}
