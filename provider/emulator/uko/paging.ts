/** Lists: limit, offset, sort, and the envelope around a page (uko-v4.md 2.2, 3.14). */

import { Refusal } from "../refusal.ts";
import { integerParameter } from "../request.ts";
import type { Call, Reply } from "../serve.ts";
import { invalid } from "./envelope.ts";

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

/** JSON, or the vendor's name for it. Zipped JSON and CSV are not served: 406 (uko-v4.md 1.5). */
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
