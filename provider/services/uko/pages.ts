/** Paging through a list by offset, as long as the service reports more items (uko-v4.md 3.14). */

import type * as z from "zod";
import type { Right } from "../../lifecycle/managed-key-states.ts";
import type { HttpAnswer } from "../http/client.ts";
import { invalidAnswer } from "../http/faults.ts";
import { parseJson } from "../http/json.ts";
import { service } from "./errors.ts";
import { opened, type UkoCall, type UkoTransport } from "./transport.ts";
import { page } from "./wire.ts";

export const pageSize = 200;
/** 50,000 items: more than twice what an instance can hold (uko-v4.md 3.8). */
export const maxPages = 250;

export interface PageWalk<T> {
  readonly call: Omit<UkoCall, "method" | "resend" | "body">;
  /** The name of the items' array. */
  readonly collection: string;
  readonly items: z.ZodType<readonly T[]>;
  readonly right: Right;
  /** Up to 1,000 (uko-v4.md 2.2). */
  readonly pageSize?: number;
}

interface Page<T> {
  readonly answer: HttpAnswer;
  /** The service's count of the whole list. */
  readonly total: number;
  readonly items: readonly T[];
}

/** Returns every item of every page. */
export async function walkPages<T>(transport: UkoTransport, walk: PageWalk<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const { items } of pagesOf(transport, walk)) found.push(...items);
  return found;
}

/**
 * The vault that a list of the whole instance shows an object in. Throws UKO_ANSWER_INVALID if the
 * list changed meanwhile: a removal moves later items to a page that was read already, so the
 * object could be missed.
 */
export async function findVaultInList<
  T extends { readonly id: string; readonly vault?: { id: string } | null | undefined },
>(transport: UkoTransport, walk: PageWalk<T>, id: string): Promise<string | undefined> {
  let first: number | undefined;
  let seen = 0;
  for await (const { answer, total, items } of pagesOf(transport, { ...walk, pageSize: 1_000 })) {
    const found = items.find((item) => item.id === id);
    if (found?.vault?.id) return found.vault.id;
    if (found !== undefined) throw invalidAnswer(service, "a list does not say which vault an object is in", answer);
    first ??= total;
    seen += items.length;
    if (total !== first) throw invalidAnswer(service, "a list changed while uko read its pages", answer);
  }
  if (seen < (first ?? 0)) throw invalidAnswer(service, "a list is shorter than it says");
  return undefined;
}

/**
 * Page after page, as long as the caller continues. An empty page ends the list, whatever the count
 * says.
 */
export async function* pagesOf<T>(transport: UkoTransport, walk: PageWalk<T>): AsyncGenerator<Page<T>, void, void> {
  let found = 0;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const query = { ...walk.call.query, limit: String(walk.pageSize ?? pageSize), offset: String(found) };
    const answer = await transport.read({ ...walk.call, method: "GET", query }, walk.right);
    const read = readPage(answer, walk);
    found += read.items.length;
    yield { answer, ...read };
    if (read.items.length === 0 || found >= read.total) return;
  }
  throw invalidAnswer(service, `a list has more than ${maxPages} pages`);
}

function readPage<T>(answer: HttpAnswer, walk: PageWalk<T>): { total: number; items: readonly T[] } {
  const body = parseJson(answer.text);
  const envelope = opened(answer, page, body);
  return { total: envelope.total_count, items: opened(answer, walk.items, envelope[walk.collection] ?? null) };
}
