/** The whole world as one JSON value: what files and snapshots hold, and how a world is made from it again. */

import * as z from "zod";
import { type AuditRecord, AuditTrail } from "./audit.ts";
import type { ClockState } from "./clock.ts";
import type { FaultState } from "./faults.ts";
import { decode, encode } from "./store-codec.ts";
import { migrate, recordVersion } from "./store-migrations.ts";
import { recordSchema, type WorldRecord } from "./store-schema.ts";
import { switchDefaults, switchesSchema } from "./switches.ts";
import { collectionNames, type Origin, valueNames, type World } from "./world.ts";

/** What changes as a whole: a few small values by name. */
export type RecordValues = Readonly<Record<string, unknown>>;

export function valuesOf(world: World): RecordValues {
  return {
    origin: encode(world.origin),
    switches: world.switches,
    clock: world.clock.state(),
    faults: encode(world.faults.state()),
    ...Object.fromEntries(valueNames.map((name) => [name, encode(world[name])])),
  };
}

export function recordOf(world: World): WorldRecord {
  return {
    version: recordVersion,
    values: valuesOf(world),
    collections: Object.fromEntries(
      collectionNames.map((name) => [name, [...world[name]].map(([id, item]) => [id, encode(item)])]),
    ),
    audit: world.audit.since(0).map((entry) => ({ ...entry })),
  };
}

/** Parses what claims to be a record, of this version or an older one; the error says what is wrong. */
export function parseRecord(value: unknown): WorldRecord {
  const parsed = recordSchema.safeParse(value);
  if (!parsed.success) throw new Error(`This is no world of the local UKO.\n${z.prettifyError(parsed.error)}`);
  const record = migrate(parsed.data);
  const known: readonly string[] = collectionNames;
  const strange = Object.keys(record.collections).filter((name) => !known.includes(name));
  if (strange.length > 0) throw new Error(`The local UKO knows no collection ${strange.join(", ")}.`);
  return record;
}

/** Makes the world what the record says, audit trail, faults and clock included. */
export function applyRecord(world: World, record: WorldRecord): void {
  const values = new Map(Object.entries(record.values));
  const value = (name: string): unknown => {
    if (!values.has(name)) throw new Error(`The record of the world lacks ${name}.`);
    return values.get(name);
  };
  world.origin = decode(value("origin")) as Origin;
  // A switch that came later stands, in an older world, where it stands unless told: that is how it behaved.
  world.switches = switchesSchema.parse({ ...switchDefaults, ...(value("switches") as object) });
  world.clock.restore(value("clock") as ClockState);
  world.faults.restore(decode(value("faults")) as FaultState);
  for (const name of valueNames) Object.assign(world, { [name]: decode(value(name)) });
  for (const name of collectionNames) {
    const collection: Map<string, unknown> = world[name];
    collection.clear();
    for (const [id, item] of record.collections[name] ?? []) collection.set(id, decode(item));
  }
  world.audit = AuditTrail.of(record.audit as unknown as readonly AuditRecord[]);
}
