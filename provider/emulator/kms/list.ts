/**
 * Serves the calls that list and count KMS keys (M3 and M4 in kms-v2-and-iam.md 2.1), with filters, search, order and
 * pages (2.3).
 */

import * as z from "zod";
import type { Call, Reply } from "../http/responses.ts";
import { dayMs, wholeSecondMs } from "../store/clock.ts";
import type { KmsKey } from "../store/model.ts";
import { admitKmsCall } from "./access.ts";
import { booleanQuery, collection, invalidQuery, pageOf, refusal } from "./envelope.ts";
import { viewKmsKey } from "./view.ts";

const what = "Keys could not be listed";
const maxHits = 5_000;

export function listKmsKeys(call: Call): Reply {
  admitKmsCall(call, "kms.list");
  const search = searchOf(call);
  const page = pageOf(call, sorted(call, found(call, search)), what);
  const { query, scopes, not, exact } = search ?? {};
  const metadata = search === undefined ? {} : { searchQuery: { query, scopes, not, exact }, incompleteSearch: false };
  const resources = page.map((key) => viewKmsKey(call.world, key, call.nowMs));
  return collection("key", resources, { metadata });
}

export function countKmsKeys(call: Call): Reply {
  admitKmsCall(call, "kms.head");
  return { status: 200, headers: { "key-total": String(found(call, searchOf(call)).length) } };
}

function found(call: Call, search: Search | undefined): readonly KmsKey[] {
  const query = call.url.searchParams;
  // IBM's Python client 3.0.1 sends an empty `state` by default.
  const given = [...query].filter(([, value]) => value !== "").map(([name]) => name);
  const filter = filterOf(query.get("filter"), new Set(given), what);
  const states = statesOf(query.get("state") ?? "", filter.names.has("state"));
  const extractable = booleanQuery(call, "extractable", what);
  const ring = call.header("x-kms-key-ring");
  const hits = [...call.world.kmsKeys.values()].filter(
    (key) =>
      states.has(key.state) &&
      (extractable === undefined || key.extractable === extractable) &&
      (ring === undefined || ring === key.ring) &&
      filter.matches(key) &&
      (search?.matches(key) ?? true),
  );
  if (search !== undefined && hits.length > maxHits) {
    throw refusal(400, "KEY_SEARCH_TOO_BROAD", what, "The search matches more than 5000 keys");
  }
  return hits;
}

/** Destroyed keys are hidden by default. */
function statesOf(text: string, isFiltered: boolean): ReadonlySet<number> {
  if (text === "") return new Set(isFiltered ? [0, 1, 2, 3, 5] : [0, 1, 2, 3]);
  if (!/^[01235](,[01235])*$/.test(text)) throw invalidQuery("state", what);
  return new Set(text.split(",").map(Number));
}

interface Search {
  readonly query: string;
  readonly scopes: readonly ("name" | "alias")[];
  readonly not: boolean;
  readonly exact: boolean;
  matches(key: KmsKey): boolean;
}

/** Parses a search. The prefixes come in this order; after `escape:` the rest is text. */
function searchOf(call: Call): Search | undefined {
  // IBM's Go client appends a comma.
  let rest = call.url.searchParams.get("search")?.replace(/,$/, "");
  if (rest === undefined || rest === "") return undefined;
  const taken = new Set<string>();
  for (const prefix of ["not", "escape", "exact", "alias", "name"]) {
    if (taken.has("escape") || !rest.startsWith(`${prefix}:`)) continue;
    taken.add(prefix);
    rest = rest.slice(prefix.length + 1);
  }
  const scopes = (["name", "alias"] as const).filter((scope) => taken.has(scope));
  const query = rest;
  const wanted = query.toLowerCase();
  const [not, exact] = [taken.has("not"), taken.has("exact")];
  const all = scopes.length === 0 ? (["name", "alias"] as const) : scopes;
  const hits = (text: string): boolean => (exact ? text.toLowerCase() === wanted : text.toLowerCase().includes(wanted));
  const matches = (key: KmsKey): boolean => {
    const names = all.includes("name") ? [key.name] : [];
    const aliases = all.includes("alias") ? key.aliases.map(({ alias }) => alias) : [];
    return [...names, ...aliases].some(hits) !== not;
  };
  return { query, scopes: all, not, exact, matches };
}

const dates = {
  creationDate: (key) => key.createdMs,
  lastUpdateDate: (key) => key.updatedMs,
  lastRotateDate: (key) => key.rotatedMs,
  deletionDate: (key) => key.deletedMs,
  expirationDate: (key) => key.expiresMs,
} as const satisfies Record<string, (key: KmsKey) => number | undefined>;

const sortKeys = {
  id: (key) => key.id,
  state: (key) => key.state,
  extractable: (key) => Number(key.extractable),
  imported: (key) => Number(key.imported),
  ...dates,
} as const satisfies Record<string, (key: KmsKey) => string | number | undefined>;

/** Equal keys are ordered by ID, so that pages never overlap. */
function sorted(call: Call, keys: readonly KmsKey[]): readonly KmsKey[] {
  const text = call.url.searchParams.get("sort") ?? "";
  const orders = [...(text === "" ? [] : text.split(",")).map(orderBy), orderBy("id")];
  return [...keys].sort((a, b) => orders.reduce((found, order) => (found === 0 ? order(a, b) : found), 0));
}

/** The order by a property; `-` before the property reverses it. */
function orderBy(term: string): (a: KmsKey, b: KmsKey) => number {
  const isDescending = term.startsWith("-");
  const name = isDescending ? term.slice(1) : term;
  if (!Object.hasOwn(sortKeys, name)) throw invalidQuery("sort", what);
  const sortValue = sortKeys[name as keyof typeof sortKeys];
  return (a, b) => {
    const [left, right] = [sortValue(a) ?? 0, sortValue(b) ?? 0];
    if (left === right) return 0;
    return left < right === isDescending ? 1 : -1;
  };
}

export interface KeyFilter {
  /** The properties that the filter names. */
  readonly names: ReadonlySet<string>;
  matches(key: KmsKey): boolean;
}

const comparisons = {
  lte: (a, b) => a <= b,
  lt: (a, b) => a < b,
  gte: (a, b) => a >= b,
  gt: (a, b) => a > b,
} as const satisfies Record<string, (a: number, b: number) => boolean>;

const maxTimes = 3;

/** `others` are the request's other parameters; a property among them cannot be filtered by. */
export function filterOf(text: string | null, others: ReadonlySet<string>, what: string): KeyFilter {
  const terms = (text ?? "").split(" ").filter((term) => term !== "");
  const conditions: Condition[] = [];
  const counts = new Map<string, number>();
  for (const term of terms) {
    const [, name = "", value = ""] = /^([A-Za-z]+)=(.+)$/.exec(term) ?? [];
    const condition = conditionOf(name, value);
    const count = (counts.get(name) ?? 0) + 1;
    if (condition === undefined || count > maxTimes || others.has(name)) throw invalidQuery("filter", what);
    counts.set(name, count);
    conditions.push(condition);
  }
  return { names: new Set(counts.keys()), matches: (key) => conditions.every((holds) => holds(key)) };
}

type Condition = (key: KmsKey) => boolean;

function conditionOf(name: string, value: string): Condition | undefined {
  if (name === "state" && /^[01235](,[01235])*$/.test(value)) {
    const states = value.split(",").map(Number);
    return (key) => states.includes(key.state);
  }
  if ((name === "extractable" || name === "imported") && /^(true|false)$/i.test(value)) {
    return (key) => String(key[name]) === value.toLowerCase();
  }
  if (Object.hasOwn(dates, name)) return dateCondition(dates[name as keyof typeof dates], value);
  return undefined;
}

function dateCondition(dateOf: (key: KmsKey) => number | undefined, value: string): Condition | undefined {
  if (/^none$/i.test(value)) return (key) => dateOf(key) === undefined;
  const [, operator, date = ""] = /^(?:(lte|lt|gte|gt):)?"?([^"]+)"?$/.exec(value) ?? [];
  const isDay = z.iso.date().safeParse(date).success;
  if (!isDay && !z.iso.datetime({ offset: true }).safeParse(date).success) return undefined;
  const boundMs = Date.parse(date);
  return (key) => {
    const ms = dateOf(key);
    if (ms === undefined) return false;
    const secondMs = wholeSecondMs(ms);
    if (operator !== undefined) return comparisons[operator as keyof typeof comparisons](secondMs, boundMs);
    return isDay ? Math.floor(secondMs / dayMs) * dayMs === boundMs : secondMs === boundMs;
  };
}
