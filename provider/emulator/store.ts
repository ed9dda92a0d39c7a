/** A SQLite file that keeps a world: one transaction per request, before its response is sent. */

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
import { collectionNames, type Origin, type World } from "./world.ts";

/** "UKO" and a zero byte: distinguishes the emulator's SQLite files from others. */
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
  // Loaded only here: without a file nothing needs SQLite.
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(file);
  try {
    return openIn(database, file, world, wanted);
  } catch (error) {
    database.close();
    throw lockedOr(error, file);
  }
}

function openIn(database: DatabaseSync, file: string, world: World, wanted: Wanted): Store {
  // The lock lasts until the process ends in any way: two processes never write one world.
  database.exec("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal;");
  const isNew = checkFile(database, file);
  if (!isNew) {
    const stored = parseStoredWorld(readStoredWorld(database));
    checkOrigin(file, world.origin, stored, wanted);
    applyStoredWorld(world, stored);
  }
  const store = new SqliteStore(database);
  store.rewrite(world, isNew);
  return store;
}

/** Whether the file is still empty; throws if it is a file of another program. */
function checkFile(database: DatabaseSync, file: string): boolean {
  const tables = Number(database.prepare("select count(*) as n from sqlite_schema").get()?.n);
  const owner = Number(database.prepare("pragma application_id").get()?.application_id);
  if (tables > 0 && owner !== applicationId) throw new Error(`${file} is not a file of the emulator.`);
  return tables === 0;
}

/** The world of a file continues; other options would have no effect, so they are an error. */
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

class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  /** The content of the file by `collection/id` and by name: only differences are written. */
  #objects = new Map<string, string>();
  #values = new Map<string, string>();
  #audit: World["audit"] | undefined;
  #firstSeq = 1;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Writes the whole world in the current version. */
  rewrite(world: World, isNew: boolean): void {
    this.#transaction(() => {
      if (isNew) this.#database.exec(`${schema} pragma application_id = ${applicationId};`);
      this.#database.exec(`pragma user_version = ${storedVersion}; delete from object; delete from value;`);
      return this.#write(world);
    });
  }

  save(world: World): void {
    this.#transaction(() => this.#write(world));
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #write(world: World): () => void {
    const objects = this.#writeObjects(world);
    const values = new Map(Object.entries(valuesOf(world)).map(([name, value]) => [name, JSON.stringify(value)]));
    const putValue = this.#database.prepare("insert or replace into value (name, body) values (?, ?)");
    for (const [name, body] of values) if (this.#values.get(name) !== body) putValue.run(name, body);
    this.#writeAudit(world);
    return () => {
      this.#objects = objects;
      this.#values = values;
      this.#audit = world.audit;
      world.audit.markSaved();
    };
  }

  #writeObjects(world: World): Map<string, string> {
    const put = this.#database.prepare(
      "insert into object (collection, id, body) values (?, ?, ?) on conflict do update set body = excluded.body",
    );
    const drop = this.#database.prepare("delete from object where collection = ? and id = ?");
    const objects = new Map<string, string>();
    for (const collection of collectionNames) {
      for (const [id, item] of world[collection]) {
        const body = JSON.stringify(encode(item));
        const place = `${collection}/${id}`;
        objects.set(place, body);
        if (this.#objects.get(place) !== body) put.run(collection, id, body);
      }
    }
    for (const place of this.#objects.keys()) {
      if (objects.has(place)) continue;
      const slash = place.indexOf("/");
      drop.run(place.slice(0, slash), place.slice(slash + 1));
    }
    return objects;
  }

  #writeAudit(world: World): void {
    const put = this.#database.prepare("insert or replace into audit (seq, body) values (?, ?)");
    const isOther = this.#audit !== world.audit;
    // A reset or a loaded snapshot has a trail of its own.
    if (isOther) this.#database.exec("delete from audit");
    const first = world.audit.since(0)[0]?.seq ?? 1;
    if (first !== this.#firstSeq) this.#database.prepare("delete from audit where seq < ?").run(first);
    this.#firstSeq = first;
    for (const entry of isOther ? world.audit.since(0) : world.audit.unsaved())
      put.run(entry.seq, JSON.stringify(entry));
  }

  #transaction(work: () => () => void): void {
    this.#database.exec("begin immediate");
    try {
      const done = work();
      this.#database.exec("commit");
      done();
    } catch (error) {
      this.#database.exec("rollback");
      throw error;
    }
  }
}

function lockedOr(error: unknown, file: string): unknown {
  const message = error instanceof Error ? error.message : String(error);
  if (/locked|busy/i.test(message)) return new Error(`${file} is in use by another emulator.`, { cause: error });
  if (/not a database/i.test(message)) return new Error(`${file} is not a file of the emulator.`, { cause: error });
  return error;
}
