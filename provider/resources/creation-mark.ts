/**
 * Computes the mark of a key that a run creates, from the instance, the inputs that identify the key, and the
 * resource's name in the engine. After a lost response or a crash, the same run or a later one computes the same mark,
 * and so does not create a second key (decision 0010). If the engine gives no name, the mark is random and helps only
 * within the run. A key does not count if it is older than 7 days, or no longer as its creation left it.
 *
 * After a lost response, the run searches up to three times for the object. If it finds none, it fails, because it is
 * unknown whether the object was created. After a 429 it sends the creation again instead, since a service that limits
 * the number of calls answers so before it does anything.
 */

import type { CallOptions, World, Written } from "../engine/ports/world.ts";
import { plain } from "../engine/text/words.ts";
import { isUkoError, UkoError } from "../errors.ts";
import { longestInterruptionMs } from "../lifecycle/key/plan-update.ts";

export interface CreationMark {
  /** 32 hex digits, which the key has in a tag. */
  readonly value: string;
  /**
   * Whether every run of this resource derives the same mark, so that a later run finds the key of
   * an earlier one.
   */
  readonly isLasting: boolean;
}

/** The most searches, because the service may still be processing a request whose connection broke. */
const maxSearches = 3;
/** The most times that a creation is sent, if each one is answered with 429 and no object is found. */
const maxSends = 3;
const pauseMs = 2000;

/**
 * Derives the mark from the resource's name in its engine (`origin`). Without a name the mark holds for this run only. A
 * run after a crash knows nothing but the program, so only `parts`, the inputs that identify the key, also enter the
 * mark.
 */
export function creationMark(
  world: World,
  origin: string | undefined,
  parts: readonly (string | undefined)[],
): CreationMark {
  if (origin === undefined) return { value: world.newId().replaceAll("-", ""), isLasting: false };
  const text = JSON.stringify([world.session.instanceId, ...parts, origin]);
  return { value: world.sha256(text).slice(0, 32), isLasting: true };
}

export interface MarkSearch<Listed, Found> {
  readonly list: () => Promise<readonly Listed[]>;
  readonly hasMark: (key: Listed) => boolean;
  /** Undefined if the key does not exist any more. */
  readonly read: (key: Listed) => Promise<Found | undefined>;
  /**
   * Whether the key is as its creation left it. A request for a new key must never yield one whose
   * deletion has begun, or one that has long been in use.
   */
  readonly isFresh: (key: Found) => boolean;
}

export interface SearchResult<Listed, Found> {
  readonly found?: Found;
  /** A key that has the mark, but is not as its creation left it. */
  readonly rejected?: Found;
  readonly listed: readonly Listed[];
}

/** Searches once, for a key that has the mark and is unchanged since its creation. */
export async function searchByMark<Listed, Found>(
  search: MarkSearch<Listed, Found>,
): Promise<SearchResult<Listed, Found>> {
  const listed = await search.list();
  let rejected: Found | undefined;
  for (const key of listed.filter(search.hasMark)) {
    const found = await search.read(key);
    if (found === undefined) continue;
    if (search.isFresh(found)) return { found, listed };
    rejected ??= found;
  }
  return { listed, ...(rejected !== undefined && { rejected }) };
}

/**
 * Whether the key is so old that no interrupted run can have created it. A copy of the program in
 * another backend derives the same mark, so a person decides about an older key.
 */
export function isOlderThanInterruption(createdAtMs: number | undefined, nowMs: number): boolean {
  return createdAtMs === undefined || nowMs - createdAtMs > longestInterruptionMs;
}

export interface LostCreation<Found> {
  /** `KMS key "backup"`. */
  readonly what: string;
  /** The place that the search reads, such as `KMS`. */
  readonly place: string;
  readonly search: () => Promise<Found | undefined>;
  /** The advice after a search without a result. */
  readonly notFound: () => { readonly detail: string; readonly data?: Readonly<Record<string, unknown>> };
}

type Unclear = Extract<Written<unknown>, { kind: "lost" | "stale" }>;

/**
 * Sends a creation, and searches for the object if the response was lost. Throws UKO_RESPONSE_LOST if there is none, or
 * the search fails.
 */
export async function createOrFind<Value, Found>(
  world: World,
  send: () => Promise<Written<Value>>,
  lost: LostCreation<Found>,
  options: CallOptions,
): Promise<Exclude<Written<Value>, Unclear> | { readonly kind: "found"; readonly found: Found }> {
  for (let sends = 1; ; sends += 1) {
    const written = await send();
    if (written.kind !== "lost" && written.kind !== "stale") return written;
    const reason = written.kind === "lost" ? plain(written.reason) : "the response did not arrive";
    const summary = `It is not known whether ${lost.what} was created: ${reason}`;
    const found = await searchAgain(world, lost, summary, options);
    if (found !== undefined) return { kind: "found", found };
    const mayRepeat = written.kind === "lost" && written.isThrottled === true && sends < maxSends;
    if (!mayRepeat) throw new UkoError("UKO_RESPONSE_LOST", { summary, ...lost.notFound() });
  }
}

async function searchAgain<Found>(
  world: World,
  { place, search }: LostCreation<Found>,
  summary: string,
  options: CallOptions,
): Promise<Found | undefined> {
  try {
    for (let searches = 0; searches < maxSearches; searches += 1) {
      if (searches > 0) await world.clock.sleep(pauseMs, options.signal);
      const found = await search();
      if (found !== undefined) return found;
    }
    return undefined;
  } catch (error) {
    const why = isUkoError(error) ? error.summary : "";
    const detail = `uko could not search ${place} either. ${why}`.trim();
    throw new UkoError("UKO_RESPONSE_LOST", { summary, detail, cause: error });
  }
}

/** The warning about a key that this resource has created, but that the state does not have. */
export function warnCreatedBefore(what: string): string {
  return `${what} already exists: an earlier run of this resource created it, and the state did not have it. Adopted it instead of creating a duplicate`;
}
