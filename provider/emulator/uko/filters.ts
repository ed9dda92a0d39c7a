/** Filters of lists: accepted values, kept items, exclusive parameters (uko-v4.md 2.2-2.4). */

import { toSecondsText } from "../clock.ts";
import type { Call } from "../serve.ts";
import type { World } from "../world.ts";
import { invalid } from "./envelope.ts";

export interface Filter<Item> {
  /** Whether the parameter accepts the value; every value if absent. */
  readonly accepts?: (value: string) => boolean;
  readonly keeps: (item: Item, value: string, world: World, nowMs: number) => boolean;
}

export interface FilterSet<Item> {
  readonly filters: Readonly<Record<string, Filter<Item>>>;
  readonly exclusive: readonly (readonly [string, string])[];
  /** The values of absent parameters. */
  readonly defaults: Readonly<Record<string, string>>;
}

type ValuesOf<Item> = (item: Item, world: World, nowMs: number) => readonly (string | undefined)[];

/** Comma-separated values of which the item has one; `allowed` limits them. */
export function oneOf<Item>(values: ValuesOf<Item>, allowed?: readonly string[]): Filter<Item> {
  return {
    accepts: (value) => allowed === undefined || value.split(",").every((wanted) => allowed.includes(wanted)),
    keeps: (item, value, world, nowMs) => {
      const wanted = value.split(",");
      return values(item, world, nowMs).some((found) => found !== undefined && wanted.includes(found));
    },
  };
}

/** A text of 1 to `maxLength` characters that the item's text starts with or includes. */
export function textFilter<Item>(
  textOf: (item: Item) => string | undefined,
  how: "startsWith" | "includes",
  maxLength: number,
): Filter<Item> {
  return {
    accepts: (value) => value.length >= 1 && value.length <= maxLength,
    keeps: (item, value) => textOf(item)?.[how](value) === true,
  };
}

const datePattern = /[0-9]{4}-[0-9]{2}-[0-9]{2}/;

/** An exact date and its bounds. The published pattern is not anchored (uko-v4.md 2.2). */
export function dateFilters<Item>(
  name: string,
  dateOf: (item: Item) => string | undefined,
  bounds: "inclusive" | "strict",
): Record<string, Filter<Item>> {
  const filter = (isKept: (at: string, value: string) => boolean): Filter<Item> => ({
    accepts: (value) => datePattern.test(value),
    keeps: (item, value) => {
      const at = dateOf(item);
      return at !== undefined && isKept(at, datePattern.exec(value)?.[0] ?? value);
    },
  });
  return {
    [name]: filter((at, value) => at === value),
    [`${name}_min`]: filter((at, value) => (bounds === "inclusive" ? at >= value : at > value)),
    [`${name}_max`]: filter((at, value) => (bounds === "inclusive" ? at <= value : at < value)),
  };
}

/** A size in digits, exact or bounded. */
export function sizeFilters<Item>(name: string, sizeOf: (item: Item) => string): Record<string, Filter<Item>> {
  const filter = (isKept: (size: number, value: number) => boolean): Filter<Item> => ({
    accepts: (value) => /^\d+$/.test(value),
    keeps: (item, value) => isKept(Number(sizeOf(item)), Number(value)),
  });
  return {
    [name]: filter((size, value) => size === value),
    [`${name}_min`]: filter((size, value) => size >= value),
    [`${name}_max`]: filter((size, value) => size <= value),
  };
}

/** An exact parameter and its two bounds exclude each other. */
export function exactOrRange(...names: readonly string[]): readonly (readonly [string, string])[] {
  return names.flatMap((name): (readonly [string, string])[] => [
    [name, `${name}_min`],
    [name, `${name}_max`],
  ]);
}

export function dayOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : toSecondsText(ms).slice(0, 10);
}

/** The items that every filter of the request keeps. Unknown parameters are ignored (U33). */
export function filtered<Item>(call: Call, items: readonly Item[], set: FilterSet<Item>): readonly Item[] {
  const query = call.url.searchParams;
  for (const [one, other] of set.exclusive) if (query.has(one) && query.has(other)) throw invalid("parameter", other);
  const absent = Object.entries(set.defaults).filter(([name]) => !query.has(name));
  const applied = [...query, ...absent].flatMap(([name, value]) => {
    const filter = Object.hasOwn(set.filters, name) ? set.filters[name] : undefined;
    if (filter === undefined) return [];
    if (filter.accepts?.(value) === false) throw invalid("parameter", name);
    return [{ filter, value }];
  });
  return items.filter((item) =>
    applied.every(({ filter, value }) => filter.keeps(item, value, call.world, call.nowMs)),
  );
}
