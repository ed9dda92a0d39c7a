/**
 * Does what all lists of UKO have in common: filters, limit, offset, sort order, and the form of a page (uko-v4.md
 * 2.2-2.4, 3.14).
 */

import * as z from "zod";
import { type Call, integerParameter, Refusal, type Reply } from "../http/responses.ts";
import { toSecondsText } from "../store/clock.ts";
import type { World } from "../store/world.ts";
import { invalid } from "./envelope.ts";

export interface Filter<Item> {
  /** Whether the parameter accepts the value; every value if absent. */
  readonly accepts?: (value: string) => boolean;
  /** Reads the value once for all items. */
  readonly keeps: (value: string) => (item: Item, world: World, nowMs: number) => boolean;
}

export interface FilterSet<Item> {
  readonly filters: Readonly<Record<string, Filter<Item>>>;
  readonly exclusive: readonly (readonly [string, string])[];
  /** The values of absent parameters. */
  readonly defaults: Readonly<Record<string, string>>;
}

type ValuesOf<Item> = (item: Item, world: World, nowMs: number) => string | undefined | readonly string[];

/** Comma-separated values of which the item has one; `allowed` limits them. */
export function oneOf<Item>(valuesOf: ValuesOf<Item>, allowed?: readonly string[]): Filter<Item> {
  return {
    accepts: (value) => allowed === undefined || value.split(",").every((wanted) => allowed.includes(wanted)),
    keeps: (value) => {
      const wanted: ReadonlySet<string | undefined> = new Set(value.split(","));
      return (item, world, nowMs) => {
        const found = valuesOf(item, world, nowMs);
        return typeof found === "object" ? found.some((each) => wanted.has(each)) : wanted.has(found);
      };
    },
  };
}

/** A filter by a text of 1 to `maxLength` characters, with which the item's text starts or which it includes. */
export function textFilter<Item>(
  textOf: (item: Item) => string | undefined,
  how: "startsWith" | "includes",
  maxLength: number,
): Filter<Item> {
  return {
    accepts: (value) => value.length >= 1 && value.length <= maxLength,
    keeps: (value) => (item) => textOf(item)?.[how](value) === true,
  };
}

const datePattern = /[0-9]{4}-[0-9]{2}-[0-9]{2}/;
type Bounds = "inclusive" | "strict";

/** Filters by an exact date and by its bounds. The published pattern is not anchored (uko-v4.md 2.2). */
export function dateFilters<Item>(name: string, dateOf: (item: Item) => string | undefined, bounds: Bounds) {
  const dayIn = (value: string) => z.iso.date().safeParse(datePattern.exec(value)?.[0]).data;
  return boundedFilters(name, dateOf, dayIn, bounds);
}

export function sizeFilters<Item>(name: string, sizeOf: (item: Item) => string) {
  const sizeIn = (value: string) => (/^\d+$/.test(value) ? Number(value) : undefined);
  return boundedFilters<Item, number>(name, (item) => Number(sizeOf(item)), sizeIn, "inclusive");
}

function boundedFilters<Item, Value extends string | number>(
  name: string,
  readValue: (item: Item) => Value | undefined,
  parse: (text: string) => Value | undefined,
  bounds: Bounds,
): Record<string, Filter<Item>> {
  const isInclusive = bounds === "inclusive";
  const filter = (isKept: (found: Value, wanted: Value) => boolean): Filter<Item> => ({
    accepts: (text) => parse(text) !== undefined,
    keeps: (text) => {
      const wanted = parse(text);
      return (item) => {
        const found = readValue(item);
        return found !== undefined && wanted !== undefined && isKept(found, wanted);
      };
    },
  });
  return {
    [name]: filter((found, wanted) => found === wanted),
    [`${name}_min`]: filter((found, wanted) => found > wanted || (isInclusive && found === wanted)),
    [`${name}_max`]: filter((found, wanted) => found < wanted || (isInclusive && found === wanted)),
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
export function applyFilters<Item>(call: Call, items: readonly Item[], set: FilterSet<Item>): readonly Item[] {
  const query = call.url.searchParams;
  for (const [one, other] of set.exclusive) if (query.has(one) && query.has(other)) throw invalid("parameter", other);
  const absent = Object.entries(set.defaults).filter(([name]) => !query.has(name));
  const applied = [...query, ...absent].flatMap(([name, value]) => {
    const filter = Object.hasOwn(set.filters, name) ? set.filters[name] : undefined;
    if (filter === undefined) return [];
    if (filter.accepts?.(value) === false) throw invalid("parameter", name);
    return [filter.keeps(value)];
  });
  return applied.reduce((kept, isKept) => kept.filter((item) => isKept(item, call.world, call.nowMs)), items);
}

type Sortable = string | number | undefined;

export interface ListOptions<Item> {
  /** The name of the array in the envelope. */
  readonly name: string;
  readonly items: readonly Item[];
  readonly view: (item: Item) => unknown;
  readonly sortable: Readonly<Record<string, (item: Item) => Sortable>>;
  readonly defaultSort: string;
  /** The name in alternative content types, such as `vault-list`; only JSON if absent (1.5). */
  readonly vendorName?: string;
}

const limitBounds = { fallback: 20, min: 1, max: 1_000 } as const;
const offsetBounds = { fallback: 0, min: 0, max: Number.MAX_SAFE_INTEGER } as const;

export function listReply<Item>(call: Call, options: ListOptions<Item>): Reply {
  const contentType = contentTypeOf(call, options.vendorName);
  const limit = integerParameter(call, "limit", limitBounds, invalidParameter);
  const offset = integerParameter(call, "offset", offsetBounds, invalidParameter);
  const sorted = sort(call, options);
  const total = sorted.length;
  const page = (at: number): { href: string } => ({ href: hrefAt(call, at, limit) });
  const lastOffset = total === 0 ? 0 : Math.floor((total - 1) / limit) * limit;
  return {
    status: 200,
    headers: { "content-type": contentType },
    body: {
      total_count: total,
      limit,
      offset,
      first: page(0),
      last: page(lastOffset),
      ...(offset > 0 ? { previous: page(Math.max(0, offset - limit)) } : {}),
      ...(offset + limit < total ? { next: page(offset + limit) } : {}),
      [options.name]: sorted.slice(offset, offset + limit).map(options.view),
    },
  };
}

/** The content type: JSON, or the vendor's name for it. Zipped JSON and CSV are refused with 406 (uko-v4.md 1.5). */
function contentTypeOf(call: Call, vendorName: string | undefined): string {
  const accepted = (call.header("accept") ?? "*/*").split(",").map((range) => range.split(";")[0]?.trim() ?? "");
  const json = "application/json";
  const vendor = `application/vnd.ibm.uko.${vendorName}.v4.1+json`;
  if (vendorName === undefined || accepted.some((range) => ["*/*", "application/*", json].includes(range))) return json;
  if (accepted.includes(vendor)) return vendor;
  throw new Refusal(406, "not_acceptable", `The emulator serves lists as ${json} or ${vendor}.`, {
    target: { type: "header", name: "Accept" },
  });
}

const invalidParameter = (name: string): Refusal => invalid("parameter", name);

function sort<Item>(call: Call, options: ListOptions<Item>): readonly Item[] {
  const text = call.url.searchParams.get("sort") ?? options.defaultSort;
  const fields = text.split(",").map((field) => {
    const name = field.replace(/^-/, "");
    const value = options.sortable[name];
    if (value === undefined) throw invalid("parameter", "sort");
    return { value, sign: field.startsWith("-") ? -1 : 1 };
  });
  return [...options.items].sort((a, b) => {
    for (const { value, sign } of fields) {
      const order = compare(value(a), value(b));
      if (order !== 0) return order * sign;
    }
    return 0;
  });
}

function compare(a: Sortable, b: Sortable): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return a < b ? -1 : 1;
}

function hrefAt(call: Call, offset: number, limit: number): string {
  const query = new URLSearchParams(call.url.searchParams);
  query.set("limit", String(limit));
  query.set("offset", String(offset));
  return call.world.href(`${call.url.pathname.replace(/^\/api/, "")}?${query.toString()}`);
}
