/**
 * Calls UKO v4: builds paths and headers (uko-v4.md 1.4), checks before each write that the right instance answers, and
 * reads lists page by page. If a caller requires a whole list, one that may be incomplete is an error, because a
 * missing object could be taken for a deleted one.
 */

import type * as z from "zod";
import { UkoError } from "../../errors.ts";
import type { Right } from "../../lifecycle/vocabulary/managed-key-states.ts";
import { parseJson } from "../../text/json.ts";
import { isLoopbackEndpoint } from "../http/allowed-hosts.ts";
import type { HttpResponse } from "../http/client.ts";
import { invalidResponse, parseResponse } from "../http/read-result.ts";
import { type Call, createTransport, type ReadCall, type Transport, type TransportOptions } from "../http/transport.ts";
import { service, throwReadError, withCorrelationIdOfBody } from "./errors.ts";
import { page } from "./wire.ts";

export interface UkoTransportOptions extends TransportOptions {
  /** Throws if another instance answers. It is called before every write, so it should cache its result. */
  readonly beforeWrite: (signal: AbortSignal) => Promise<void>;
}

/** An endpoint may be written with or without `/api`, `/api/v4`. */
export function ukoRoot(base: string): string {
  return `${base.replace(/\/v4$/, "").replace(/\/api$/, "")}/api/v4`;
}

const idForm = /^[-0-9a-z]{1,36}$/;

export function createUkoTransport(options: UkoTransportOptions): Transport {
  return createTransport(
    {
      name: service,
      root: ukoRoot,
      // IBM's host names the instance, so it gets no further header. An emulator refuses the ID of another instance.
      headers: (endpoint) => (isLoopbackEndpoint(endpoint) ? { "bluemix-instance": options.instanceId } : {}),
      async beforeCall({ method, signal }) {
        if (method !== "GET") await options.beforeWrite(signal);
      },
      complete: withCorrelationIdOfBody,
      throwReadError,
    },
    options,
  );
}

/**
 * The vault goes into a header, as IBM's own provider and documentation send it. A service that reads the header finds no
 * object of another vault (uko-v4.md 1.4).
 */
export function ukoHeaders(vaultId: string | undefined, etag?: string): Pick<Call, "headers"> {
  return {
    headers: {
      ...(vaultId !== undefined && { "uko-vault": vaultId }),
      ...(etag !== undefined && { "if-match": etag }),
    },
  };
}

/** Returns the ID if it is valid. IDs come from state and command lines, and an invalid one could lead to another path. */
export function checkedId(id: string, what: string): string {
  if (idForm.test(id)) return id;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `The ID of the ${what} is not valid`,
    detail: "The ID must be a UUID in lower case. Nothing was sent.",
  });
}

export const pageSize = 200;
/** The most pages of a list: 50,000 items, more than twice what an instance can hold (uko-v4.md 3.8). */
export const maxPages = 250;

export interface PageWalk<T> {
  readonly call: ReadCall;
  /** The name of the items' array. */
  readonly collection: string;
  readonly items: z.ZodType<readonly T[]>;
  readonly right: Right;
  /** Up to 1,000 (uko-v4.md 2.2). */
  readonly pageSize?: number;
}

interface Page<T> {
  readonly response: HttpResponse;
  /** The service's count of the whole list. */
  readonly total: number;
  readonly items: readonly T[];
}

/** Returns every item of every page. Throws UKO_RESPONSE_INVALID if the list has to be whole and is not. */
export async function walkPages<T extends { readonly id: string }>(
  transport: Transport,
  walk: PageWalk<T>,
  isWhole = false,
): Promise<readonly T[]> {
  const found: T[] = [];
  let most = 0;
  for await (const { total, items } of pagesOf(transport, walk)) {
    found.push(...items);
    most = Math.max(most, total);
  }
  if (isWhole) requireWhole(new Set(found.map(({ id }) => id)).size, most);
  return found;
}

/** Throws if a list is incomplete: a removal between two pages moves later items to a page that was already read. */
export function requireWhole(found: number, most: number): void {
  if (found < most) throw invalidResponse(service, "a list is shorter than its own count, so it may hide an object");
}

/** Reads pages for as long as the caller continues. An empty page ends the list, whatever the count says. */
export async function* pagesOf<T>(transport: Transport, walk: PageWalk<T>): AsyncGenerator<Page<T>, void, void> {
  let found = 0;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const query = { ...walk.call.query, limit: String(walk.pageSize ?? pageSize), offset: String(found) };
    const response = await transport.read({ ...walk.call, query }, walk.right);
    const read = readPage(response, walk);
    found += read.items.length;
    yield { response, ...read };
    if (read.items.length === 0 || found >= read.total) return;
  }
  throw invalidResponse(service, `a list has more than ${maxPages} pages`);
}

function readPage<T>(response: HttpResponse, walk: PageWalk<T>): { total: number; items: readonly T[] } {
  const body = parseJson(response.text);
  const envelope = parseResponse(service, response, page, body);
  return {
    total: envelope.total_count,
    items: parseResponse(service, response, walk.items, envelope[walk.collection] ?? null),
  };
}
