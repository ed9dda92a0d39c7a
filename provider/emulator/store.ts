/**
 * Stores the objects of an emulator in a SQLite file, so that they survive the end of the process. The changes of a
 * request are one transaction, which is written before the response is sent. The file is locked for other processes. A
 * start with options that contradict the objects in the file fails.
 */

import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import {
  applyStoredWorld,
  decode,
  encode,
  parseStoredWorld,
  type StoredWorld,
  storedVersion,
  valuesOf,
} from "./stored-world.ts";
import { collectionNames, type Origin, StorageError, type World } from "./world.ts";

/** "UKO" and a zero byte, by which the emulator recognizes its own SQLite files. */
const applicationId = 0x554b_4f00;

const schema = `
create table object (
  ordinal integer primary key autoincrement,
  collection text not null,
  id text not null,
  body text not null,
  unique (collection, id)
) strict;
create table value (name text primary key, body text not null) strict, without rowid;
create table audit (seq integer primary key, body text not null) strict;
`;

export interface Store {
  /** Writes the changes since the last call. */
  save(world: World): void;
  /** Returns the world to the last save; its audit trail keeps the entries since then. */
  undo(world: World): void;
  close(): void;
}

/** The options of the start, which must not contradict a world in the file. */
export interface Wanted {
  readonly seed?: unknown;
  readonly profile?: unknown;
  readonly switches?: unknown;
  readonly snapshot?: unknown;
}

/** Opens or creates the file. A world in the file replaces `world`; else the file receives it. */
export async function openStore(file: string, world: World, wanted: Wanted): Promise<Store> {
  // SQLite is imported here, because an emulator without a file does not need it.
  const { DatabaseSync } = await import("node:sqlite");
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    return openIn(database, file, world, wanted);
  } catch (error) {
    database?.close();
    throw named(error, file);
  }
}

function openIn(database: DatabaseSync, file: string, world: World, wanted: Wanted): Store {
  // The lock is held until the process ends, so that two processes never write to one world.
  database.exec("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal;");
  const isNew = checkFile(database, file);
  if (!isNew) {
    const stored = parseStoredWorld(readStoredWorld(database));
    checkOrigin(file, world.origin, stored, wanted);
    applyStoredWorld(world, stored);
  }
  const writer = inTransaction(database, () => {
    if (isNew) database.exec(`${schema} pragma application_id = ${applicationId};`);
    const first = new WorldWriter(database);
    first.writeAll(world);
    return first;
  });
  writer.markSaved(world);
  return {
    save: (changed) => {
      try {
        // SQLite would continue to write to a deleted file, which no process can open again.
        if (!existsSync(file)) throw new Error(`${file} is gone.`);
        inTransaction(database, () => writer.writeChanges(changed));
      } catch (error) {
        throw new StorageError(named(error, file).message, { cause: error });
      }
      writer.markSaved(changed);
    },
    undo: (changed) => writer.undo(changed, parseStoredWorld(readStoredWorld(database))),
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("begin immediate");
  try {
    const result = work();
    database.exec("commit");
    return result;
  } catch (error) {
    // SQLite itself ends a transaction for which the disk has no room.
    if (database.isTransaction) database.exec("rollback");
    throw error;
  }
}

/** Whether the file is still empty; throws if it is a file of another program. */
function checkFile(database: DatabaseSync, file: string): boolean {
  const tables = Number(database.prepare("select count(*) as n from sqlite_schema").get()?.n);
  const owner = Number(database.prepare("pragma application_id").get()?.application_id);
  if (tables > 0 && owner !== applicationId) throw new Error(`${file} is not a file of the emulator.`);
  return tables === 0;
}

/**
 * Throws if the options differ from those of the world in the file. The world continues, so other options would have no
 * effect.
 */
function checkOrigin(file: string, { seed, profile, choices }: Origin, stored: StoredWorld, wanted: Wanted): void {
  const kept = decode(stored.values.origin) as Origin;
  const refuse = (what: string): void => {
    throw new Error(
      `${file} holds a world with ${what}. Leave the option out to continue with the file, or use another file.`,
    );
  };
  if (wanted.snapshot !== undefined) refuse("a state of its own, and a snapshot cannot be loaded over it at the start");
  if (wanted.seed !== undefined && !isDeepStrictEqual(decode(encode(seed)), kept.seed)) refuse("another seed");
  if (wanted.profile !== undefined && profile !== kept.profile) refuse(`the profile ${kept.profile}`);
  if (wanted.switches !== undefined && !isDeepStrictEqual(decode(encode(choices)), kept.choices)) {
    refuse("other switches");
  }
}

function readStoredWorld(database: DatabaseSync): unknown {
  const collections: Record<string, [string, unknown][]> = {};
  for (const row of database.prepare("select collection, id, body from object order by ordinal").iterate()) {
    const name = String(row.collection);
    collections[name] ??= [];
    collections[name].push([String(row.id), JSON.parse(String(row.body))]);
  }
  const values = database.prepare("select name, body from value").all();
  return {
    version: database.prepare("pragma user_version").get()?.user_version,
    values: Object.fromEntries(values.map((row) => [String(row.name), JSON.parse(String(row.body))])),
    collections,
    audit: database
      .prepare("select body from audit order by seq")
      .all()
      .map((row) => JSON.parse(String(row.body))),
  };
}

type CollectionName = (typeof collectionNames)[number];

/** Writes the changes of a world. The caller marks them as saved after the commit. */
class WorldWriter {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepareStatements>;
  /** The values as last written, by name, and as last committed. */
  #values = new Map<string, WrittenValue>();
  #savedValues: ReadonlyMap<string, WrittenValue> = new Map();
  #savedAudit: World["audit"] | undefined;
  #firstSeq = 1;

  /** The database has its tables. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareStatements(database);
  }

  /** Writes the whole world in the current version. */
  writeAll(world: World): void {
    this.#database.exec(`pragma user_version = ${storedVersion}; delete from object; delete from value;`);
    for (const name of collectionNames) {
      for (const [id, item] of world[name]) this.#put(name, id, item);
    }
    this.#writeRest(world);
  }

  writeChanges(world: World): void {
    for (const name of collectionNames) this.#writeCollection(world, name);
    this.#writeRest(world);
  }

  markSaved(world: World): void {
    for (const name of collectionNames) world[name].markSaved();
    world.audit.markSaved();
    this.#savedAudit = world.audit;
    this.#savedValues = this.#values;
    this.#firstSeq = firstSeqOf(world.audit);
  }

  undo(world: World, saved: StoredWorld): void {
    applyStoredWorld(world, saved);
    for (const name of collectionNames) world[name].markSaved();
    world.audit = this.#savedAudit ?? world.audit;
  }

  #writeCollection(world: World, name: CollectionName): void {
    const { isCleared, ids } = world[name].unsaved();
    if (isCleared) this.#statements.dropAll.run(name);
    const items: ReadonlyMap<string, unknown> = world[name];
    for (const id of ids) {
      if (items.has(id)) this.#put(name, id, items.get(id));
      else this.#statements.drop.run(name, id);
    }
  }

  #put(name: CollectionName, id: string, item: unknown): void {
    this.#statements.put.run(name, id, JSON.stringify(encode(item)));
  }

  #writeRest(world: World): void {
    this.#values = new Map(this.#savedValues);
    for (const [name, value] of Object.entries(valuesOf(world))) {
      const saved = this.#savedValues.get(name);
      // The origin contains the whole seed and is never changed in place, so it is compared by reference.
      if (saved !== undefined && saved.value === value) continue;
      const body = JSON.stringify(encode(value));
      if (saved?.body !== body) this.#statements.putValue.run(name, body);
      this.#values.set(name, { value, body });
    }
    this.#writeAudit(world.audit);
  }

  #writeAudit(audit: World["audit"]): void {
    const isOther = this.#savedAudit !== audit;
    // A reset or a loaded snapshot has a trail of its own.
    if (isOther) this.#database.exec("delete from audit");
    const first = firstSeqOf(audit);
    if (first !== this.#firstSeq) this.#statements.dropAudit.run(first);
    for (const entry of isOther ? audit.since(0) : audit.unsaved()) {
      this.#statements.putAudit.run(entry.seq, JSON.stringify(entry));
    }
  }
}

const firstSeqOf = (audit: World["audit"]): number => audit.since(0)[0]?.seq ?? 1;

/** A value, and its text in the file. */
interface WrittenValue {
  readonly value: unknown;
  readonly body: string;
}

function prepareStatements(database: DatabaseSync) {
  return {
    put: database.prepare(
      "insert into object (collection, id, body) values (?, ?, ?) on conflict do update set body = excluded.body",
    ),
    drop: database.prepare("delete from object where collection = ? and id = ?"),
    dropAll: database.prepare("delete from object where collection = ?"),
    putValue: database.prepare("insert or replace into value (name, body) values (?, ?)"),
    putAudit: database.prepare("insert or replace into audit (seq, body) values (?, ?)"),
    dropAudit: database.prepare("delete from audit where seq < ?"),
  };
}

/** The error with the name of the file, which SQLite leaves out. */
function named(error: unknown, file: string): Error {
  const cause = error instanceof Error ? error : new Error(String(error));
  if (/locked|busy/i.test(cause.message)) return new Error(`${file} is in use by another emulator.`, { cause });
  if (/not a database/i.test(cause.message)) return new Error(`${file} is not a file of the emulator.`, { cause });
  if (cause.message.startsWith(file)) return cause;
  const isCutOff = /malformed|unable to open/i.test(cause.message);
  const next = isCutOff ? "\nNext: start with --file and a copy of the file, or with the name of a new one." : "";
  return new Error(`${file}: ${cause.message}${next}`, { cause });
}
