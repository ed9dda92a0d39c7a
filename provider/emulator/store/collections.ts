/**
 * Holds the emulator's objects of one kind by ID, with indexes, so that a request about one object does not search all
 * of them. The code of a call changes an object in place, and then calls `changed`. The file also computes when a
 * KMS key changes by time alone.
 */

import { dayMs } from "./clock.ts";
import type { Key, Keystore, KmsKey, Template } from "./model.ts";

export class Collection<Item extends object> extends Map<string, Item> {
  readonly #indexes: Index<Item>[] = [];

  /** Creates an index. Only for constructors of subclasses, because an index of an empty collection is complete. */
  protected indexBy(keysOf: (item: Item) => readonly string[]): Index<Item> {
    const index = new Index(keysOf);
    this.#indexes.push(index);
    return index;
  }

  override set(id: string, item: Item): this {
    const former = this.get(id);
    if (former !== undefined && former !== item) for (const index of this.#indexes) index.remove(former);
    super.set(id, item);
    this.changed(id);
    return this;
  }

  override delete(id: string): boolean {
    const item = this.get(id);
    if (item === undefined) return false;
    for (const index of this.#indexes) index.remove(item);
    return super.delete(id);
  }

  override clear(): void {
    for (const index of this.#indexes) index.clear();
    super.clear();
  }

  /** Indexes the object with this ID again, after a change in place. */
  changed(id: string): void {
    const item = this.get(id);
    if (item === undefined) return;
    for (const index of this.#indexes) index.update(item);
  }
}

const nothing: ReadonlySet<never> = new Set();

/** Objects by the keys that a function derives from them. */
export class Index<Item extends object> {
  readonly #keysOf: (item: Item) => readonly string[];
  readonly #items = new Map<string, Set<Item>>();
  readonly #keys = new Map<Item, readonly string[]>();

  constructor(keysOf: (item: Item) => readonly string[]) {
    this.#keysOf = keysOf;
  }

  find(key: string): ReadonlySet<Item> {
    return this.#items.get(key) ?? nothing;
  }

  update(item: Item): void {
    const before = this.#keys.get(item) ?? [];
    const now = this.#keysOf(item);
    if (before.length === now.length && before.every((key, at) => key === now[at])) return;
    this.remove(item);
    this.#keys.set(item, now);
    for (const key of now) {
      const items = this.#items.get(key);
      if (items === undefined) this.#items.set(key, new Set([item]));
      else items.add(item);
    }
  }

  remove(item: Item): void {
    for (const key of this.#keys.get(item) ?? []) {
      const items = this.#items.get(key);
      items?.delete(item);
      if (items?.size === 0) this.#items.delete(key);
    }
    this.#keys.delete(item);
  }

  clear(): void {
    this.#items.clear();
    this.#keys.clear();
  }
}

const only = (key: string | undefined): readonly string[] => (key === undefined ? [] : [key]);

/** Managed keys and their older versions. A current key is one that is not an older version of another. */
export class Keys extends Collection<Key> {
  readonly byHead = this.indexBy(({ headId }) => only(headId));
  readonly byTemplate = this.indexBy(({ templateId }) => [templateId]);
  readonly byVault = this.indexBy(({ vaultId }) => [vaultId]);
  readonly currentByTemplate = this.indexBy(({ headId, templateId }) => (headId === undefined ? [templateId] : []));
  readonly currentByVault = this.indexBy(({ headId, vaultId }) => (headId === undefined ? [vaultId] : []));
  readonly currentByLabel = this.indexBy(({ headId, vaultId, label }) =>
    headId === undefined ? [`${vaultId}/${label}`] : [],
  );
}

export class KmsKeys extends Collection<KmsKey> {
  readonly byManagedKey = this.indexBy(({ backingKeyOf }) => only(backingKeyOf?.keyId));
  readonly byAlias = this.indexBy(({ aliases }) => aliases.map(({ alias }) => alias));
  readonly byRing = this.indexBy(({ ring }) => [ring]);
  /** The earliest moment at which a key changes by time alone. */
  dueMs = Number.POSITIVE_INFINITY;

  override changed(id: string): void {
    super.changed(id);
    const key = this.get(id);
    if (key !== undefined) this.dueMs = Math.min(this.dueMs, dueMsOf(key));
  }
}

export class Keystores extends Collection<Keystore> {
  readonly byVault = this.indexBy(({ vaultId }) => [vaultId]);
}

export class Templates extends Collection<Template> {
  readonly byVault = this.indexBy(({ vaultId }) => [vaultId]);
  readonly byName = this.indexBy(({ vaultId, name }) => [`${vaultId}/${name}`]);
}

/** KMS keeps the metadata of destroyed keys this long, unless they are purged (uko-v4.md 4.4). */
export const purgeWaitAfterDeletionMs = 90 * dayMs;

/** The next moment at which the key changes by time alone; infinite if there is none. */
export function dueMsOf(key: KmsKey): number {
  return Math.min(rotationDueMs(key), expiryDueMs(key), purgeDueMs(key));
}

/** A rotation that is due after the key's expiry never takes place. */
export function rotationDueMs({ state, rotation, rotatedMs, createdMs, expiresMs }: KmsKey): number {
  if (rotation?.enabled !== true || state !== 1) return Number.POSITIVE_INFINITY;
  const dueMs = monthsLater(Math.max(rotatedMs ?? createdMs, rotation.updatedMs), rotation.intervalMonths);
  return dueMs < (expiresMs ?? Number.POSITIVE_INFINITY) ? dueMs : Number.POSITIVE_INFINITY;
}

/** A suspended key stays suspended until it is enabled (3.1). */
export function expiryDueMs({ state, expiresMs }: KmsKey): number {
  return state === 1 && expiresMs !== undefined ? expiresMs : Number.POSITIVE_INFINITY;
}

export function purgeDueMs({ state, deletedMs, goneMs }: KmsKey): number {
  if (state !== 5 || deletedMs === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(deletedMs + purgeWaitAfterDeletionMs, goneMs ?? 0);
}

function monthsLater(ms: number, months: number): number {
  const date = new Date(ms);
  return date.setUTCMonth(date.getUTCMonth() + months);
}
