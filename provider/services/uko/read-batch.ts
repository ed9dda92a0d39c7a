/** Glances at keys that arrive together become one list of their vault, so that a refresh of many keys is a few calls. */

import type { Answered, KeyRef, KeySnapshot } from "../../engine/ports.ts";
import { isUkoError } from "../../errors.ts";
import { singleFlight } from "../http/single-flight.ts";

/** A vault's keys by their ids, as one list showed them. */
export type Listing = Answered<ReadonlyMap<string, KeySnapshot>>;

export interface GlancesOptions {
  readonly read: (ref: KeyRef, signal: AbortSignal) => Promise<Answered<KeySnapshot | undefined>>;
  /** Of a vault with more keys than `maxKeys` only some, after one call. */
  readonly list: (vaultId: string, maxKeys: number, signal: AbortSignal) => Promise<Listing>;
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Glances {
  glance(ref: KeyRef, signal: AbortSignal): Promise<Answered<KeySnapshot | undefined>>;
  /** Also shows glances a list that was read for another purpose. */
  keep(vaultId: string, list: () => Promise<Listing>): Promise<Listing>;
  /** After a change: what was seen until then is no longer shown. */
  forget(vaultId: string): void;
}

/** How long others are waited for. */
const gatherMs = 25;
/** How long a list is shown after its answer. */
const shownMs = 10_000;
/** For each key that waits: a list of up to four pages costs the service less than that many single reads. */
const worthKeysPerGlance = 4_000;
/** The same once this run has written there: its next write ends what a list is good for, so that only those who wait for it are served. */
const worthKeysAmidWrites = 25;
/** As many as an instance can hold in KMS (uko-v4.md 3.8); a list of more would fill the memory. */
const maxKeysListed = 20_000;
/** An instance has few vaults; a run that sees more forgets. */
const maxVaults = 100;

interface Vault {
  /** `keys` is undefined where the vault cannot be listed. */
  seen?: { readonly atMs: number; readonly keys: Listing | undefined };
  /** How many waited for the gathering under way. */
  waiting: number;
  /** How many keys its latest list showed, and whether this run has written there since it began. */
  readonly known: Known;
  readonly gather: (signal: AbortSignal) => Promise<number>;
  readonly list: (signal: AbortSignal) => Promise<Listing | undefined>;
}

interface Known {
  keys: number;
  isWritten: boolean;
}

export function createGlances(options: GlancesOptions): Glances {
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
    async glance(ref, signal) {
      const keys = await listingFor(vaultOf(ref.vaultId), options.monotonicMs, signal);
      const found = keys?.value.get(ref.keyId);
      // A key that a list does not show may be elsewhere, or new: it is asked for itself before anybody calls it gone.
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
      // A list that is on its way shows what was before, so its vault is another one from now on.
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
  if (waited === 1) return undefined;
  const meanwhile = shown();
  if (meanwhile !== undefined) return meanwhile.keys;
  const { isWritten, keys } = vault.known;
  return isWritten && keys > waited * worthKeysAmidWrites ? undefined : vault.list(signal);
}

function openVault({ list, monotonicMs, sleep }: GlancesOptions, vaultId: string, known: Known): Vault {
  let worthKeys = 0;
  const vault: Vault = {
    waiting: 0,
    known,
    gather: singleFlight(async (signal) => {
      vault.waiting = 0;
      await sleep(gatherMs, signal);
      worthKeys = Math.min(vault.waiting * worthKeysPerGlance, maxKeysListed);
      return vault.waiting;
    }),
    list: singleFlight(async (signal) => {
      const keys = await orSingly(list(vaultId, worthKeys, signal));
      vault.seen = { atMs: monotonicMs(), keys };
      known.keys = keys?.value.size ?? 0;
      return keys;
    }),
  };
  return vault;
}

/** Whoever may read keys but not list them, and a list with one key that cannot be understood: each key is asked for itself. */
async function orSingly(list: Promise<Listing>): Promise<Listing | undefined> {
  try {
    return await list;
  } catch (error) {
    if (isUkoError(error) && readSingly.includes(error.code)) return undefined;
    throw error;
  }
}

const readSingly: readonly string[] = ["UKO_RIGHTS_MISSING", "UKO_ANSWER_INVALID"];
