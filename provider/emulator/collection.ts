/**
 * Objects of one kind by ID, with indexes, and a note of what changed since the last save. Handlers
 * change objects in place, and call `changed` afterwards.
 */

/** What a file does not have yet. */
export interface Changes {
  /** The file may have objects that are not among `ids` and no longer exist. */
  readonly isCleared: boolean;
  /** IDs of objects that are new, changed or removed. */
  readonly ids: ReadonlySet<string>;
}

export class Collection<Item extends object> extends Map<string, Item> {
  readonly #indexes: Index<Item>[] = [];
  #isCleared = false;
  readonly #changedIds = new Set<string>();

  /** Only for subclasses, while they are constructed: an index of what does not exist yet is complete. */
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
    this.#changedIds.add(id);
    return super.delete(id);
  }

  override clear(): void {
    for (const index of this.#indexes) index.clear();
    this.#isCleared = true;
    this.#changedIds.clear();
    super.clear();
  }

  /** Notes that the object with this ID was changed. */
  changed(id: string): void {
    const item = this.get(id);
    if (item === undefined) return;
    for (const index of this.#indexes) index.update(item);
    this.#changedIds.add(id);
  }

  unsaved(): Changes {
    return { isCleared: this.#isCleared, ids: this.#changedIds };
  }

  markSaved(): void {
    this.#isCleared = false;
    this.#changedIds.clear();
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
