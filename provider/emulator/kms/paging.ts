/** Pages of KMS collections: `limit`, `offset` and, but for keys, `totalCount` (kms-v2-and-iam.md 1.5). */

import type { Call, Reply } from "../serve.ts";
import { type CollectionOptions, collection, invalidQuery } from "./envelope.ts";

const defaultLimit = 200;
const maxLimit = 5_000;

export function pageOf<Item>(call: Call, items: readonly Item[], what: string): readonly Item[] {
  const query = call.url.searchParams;
  const limit = bounded(query.get("limit"), { name: "limit", what, fallback: defaultLimit, min: 1, max: maxLimit });
  const max = Number.MAX_SAFE_INTEGER;
  const offset = bounded(query.get("offset"), { name: "offset", what, fallback: 0, min: 0, max });
  return items.slice(offset, offset + limit);
}

/** A page as a collection, with the grand total where it was asked for. */
export function countedPage<Item>(
  call: Call,
  kind: Parameters<typeof collection>[0],
  items: readonly Item[],
  view: (item: Item) => unknown,
): Reply {
  const page = pageOf(call, items, "The list could not be read");
  const isCounted = call.url.searchParams.get("totalCount") === "true";
  const options: CollectionOptions = isCounted ? { metadata: { totalCount: items.length } } : {};
  return collection(kind, page.map(view), options);
}

interface Bounds {
  readonly name: string;
  readonly what: string;
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

function bounded(text: string | null, { name, what, fallback, min, max }: Bounds): number {
  if (text === null) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw invalidQuery(name, what);
}

/** A query parameter that is `true`, `false` or absent. */
export function booleanQuery(call: Call, name: string, what: string): boolean | undefined {
  const text = call.url.searchParams.get(name);
  if (text === null) return undefined;
  if (text === "true" || text === "false") return text === "true";
  throw invalidQuery(name, what);
}
