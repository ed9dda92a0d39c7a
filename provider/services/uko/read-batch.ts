/**
 * Caches reads of managed keys: if a run reads several keys of a vault within a short time, one list of the vault saves
 * hundreds of calls. It uses a list for 10 s, and a write of this run to a key of the vault discards the list earlier.
 */

import type { KeyRef, KeySnapshot, WithServiceTime } from "../../engine/ports/world.ts";
import { onCodes } from "../../errors.ts";
import { singleFlight } from "../http/concurrency.ts";

/** A vault's keys by ID, as one list showed them. */
export type Listing = WithServiceTime<ReadonlyMap<string, KeySnapshot>>;

export interface ReadCacheOptions {
  readonly read: (ref: KeyRef, signal: AbortSignal) => Promise<WithServiceTime<KeySnapshot | undefined>>;
  /** Reads the keys of a vault. If it has more than `maxKeys`, this returns only some of them, after one call. */
  readonly list: (vaultId: string, maxKeys: number, signal: AbortSignal) => Promise<Listing>;
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface ReadCache {
  cachedRead(ref: KeyRef, signal: AbortSignal): Promise<WithServiceTime<KeySnapshot | undefined>>;
  /** Also serves cached reads from a list that was read for another purpose. */
  keep(vaultId: string, list: () => Promise<Listing>): Promise<Listing>;
  /** Invalidates the cache of a vault after a change. */
  forget(vaultId: string): void;
}

/** How long the cache waits for further reads before it decides. */
const gatherMs = 25;
/** How long a list is served after its response. */
const shownMs = 10_000;
/** The most listed keys for each waiting read: four pages cost the service less than that many single reads. */
const maxListedPerRead = 4_000;
/**
 * After a write of this run, a list is read only if the vault has at most this many keys for each waiting read, because
 * the next write discards the list.
 */
const worthKeysAmidWrites = 25;
/** The most keys that are listed: the limit of an instance in KMS (uko-v4.md 3.8). A longer list would fill the memory. */
const maxKeysListed = 20_000;
/** The most vaults in the cache. A run that reads more empties the cache. */
const maxVaults = 100;

interface Vault {
  /** `keys` is undefined if the vault cannot be listed. */
  seen?: { readonly atMs: number; readonly keys: Listing | undefined };
  /** The number of reads that wait for the current batch. */
  waiting: number;
  /** The number of reads so far for which no other read waited too. */
  alone: number;
  /** The number of keys in its latest list, and whether this run has written to the vault. */
  readonly known: Known;
  readonly gather: (signal: AbortSignal) => Promise<number>;
  readonly list: (signal: AbortSignal) => Promise<Listing | undefined>;
}

interface Known {
  keys: number;
  isWritten: boolean;
}

export function createReadCache(options: ReadCacheOptions): ReadCache {
  const vaults = new Map<string, Vault>();
  const vaultOf = (vaultId: string): Vault => {
    let vault = vaults.get(vaultId);
    if (vault === undefined) {
      if (vaults.size >= maxVaults) vaults.clear();
      vault = openVault(options, vaultId, { keys: 0, isWritten: false });
      vaults.set(vaultId, vault);
    }
    return vault;
  };

  return {
    async cachedRead(ref, signal) {
      const keys = await listingFor(vaultOf(ref.vaultId), options.monotonicMs, signal);
      const found = keys?.value.get(ref.keyId);
      // A key that is missing in a list may be new or in another vault, so it is read by itself before it counts as gone.
      return keys === undefined || found === undefined ? options.read(ref, signal) : { ...keys, value: found };
    },
    async keep(vaultId, list) {
      const vault = vaultOf(vaultId);
      const keys = await list();
      vault.seen = { atMs: options.monotonicMs(), keys };
      vault.known.keys = keys.value.size;
      return keys;
    },
    forget(vaultId) {
      const { known } = vaultOf(vaultId);
      known.isWritten = true;
      // A list in progress shows values from before the change, so the vault gets a new entry.
      vaults.set(vaultId, openVault(options, vaultId, known));
    },
  };
}

async function listingFor(vault: Vault, monotonicMs: () => number, signal: AbortSignal): Promise<Listing | undefined> {
  const shown = (): Vault["seen"] =>
    vault.seen !== undefined && monotonicMs() - vault.seen.atMs < shownMs ? vault.seen : undefined;
  const seen = shown();
  if (seen !== undefined) return seen.keys;
  delete vault.seen;
  const gathered = vault.gather(signal);
  vault.waiting += 1;
  const waited = await gathered;
  const { isWritten, keys } = vault.known;
  if (waited === 1) {
    // A single key is read by itself. A second one suggests that more follow one by one, as with -parallelism=1.
    vault.alone += 1;
    if (vault.alone === 1 || isWritten) return undefined;
  }
  const meanwhile = shown();
  if (meanwhile !== undefined) return meanwhile.keys;
  return isWritten && keys > waited * worthKeysAmidWrites ? undefined : vault.list(signal);
}

function openVault({ list, monotonicMs, sleep }: ReadCacheOptions, vaultId: string, known: Known): Vault {
  let worthKeys = 0;
  const vault: Vault = {
    waiting: 0,
    alone: 0,
    known,
    gather: singleFlight(async (signal) => {
      vault.waiting = 0;
      await sleep(gatherMs, signal);
      worthKeys = Math.min(vault.waiting * maxListedPerRead, maxKeysListed);
      return vault.waiting;
    }),
    list: singleFlight(async (signal) => {
      const keys = await list(vaultId, worthKeys, signal).catch(orSingly);
      vault.seen = { atMs: monotonicMs(), keys };
      known.keys = keys?.value.size ?? 0;
      return keys;
    }),
  };
  return vault;
}

/** Falls back to single reads if the list is forbidden, or has a key that cannot be parsed. */
const orSingly = onCodes(["UKO_RIGHTS_MISSING", "UKO_RESPONSE_INVALID"], () => undefined);
