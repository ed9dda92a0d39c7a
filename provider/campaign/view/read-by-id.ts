/**
 * Reads single keys for the inventory of a campaign, because a list does not prove that a key, or its material, is
 * gone. It also asks the keystores of destroyed keys what is left of them. A list may be cut short, name a key twice,
 * or change between two pages. It may leave out a key that the caller may read but not list, or show a status that the
 * service stored weeks ago. A report that relied on a list could say that a key is removed although it still exists. A
 * person who then deletes the instance would delete this key with it.
 */

import { observeKey } from "../../engine/key/observe.ts";
import { sayUnproven } from "../../engine/key/text/refusals.ts";
import { runAll } from "../../engine/loop/many.ts";
import type { KmsKeySnapshot } from "../../engine/ports/kms-keys.ts";
import type { CallOptions, KeySnapshot, World } from "../../engine/ports/world.ts";
import { plain } from "../../engine/text/words.ts";
import { onCodes } from "../../errors.ts";
import {
  findLeftoverMaterial,
  findStoredLeftover,
  isUnproven,
  type LeftoverMaterial,
} from "../../lifecycle/key/guards.ts";
import type { NamedKeystore } from "../../lifecycle/key/removal-evidence.ts";
import type { KeyObservation } from "../../lifecycle/vocabulary/observation.ts";
import { type ManifestKey, namedKey } from "../files/manifest.ts";
import { listOrName, type UnreadablePart } from "./unreadable.ts";

export type KnownKey = Pick<ManifestKey, "kind" | "vault" | "id" | "label" | "class" | "keystores" | "cloudIds">;

export type FoundKey =
  | { readonly kind: "managed"; readonly snapshot: KeySnapshot }
  | { readonly kind: "kms"; readonly kmsKey: KmsKeySnapshot };

const gone = { kind: "gone" } as const;

/** What a read by ID shows of a key. */
type ReadKey = FoundKey | { readonly kind: "gone"; readonly name: string };

interface KnownKeysToRead {
  /** What the progress says. */
  readonly what: string;
  readonly goneVaults: readonly string[];
  readonly unreadable: UnreadablePart[];
}

/**
 * Reads keys of the manifest that no list shows, or that a list showed before a step. A key counts as gone by the rule
 * for one key, or if its vault is proven gone, too: `goneVaults`. A key that cannot be read is named in `unreadable`.
 */
export async function readKnownKeys(
  world: World,
  keys: readonly KnownKey[],
  { what, goneVaults, unreadable }: KnownKeysToRead,
  options: CallOptions,
): Promise<readonly ReadKey[]> {
  const asking = forUnlistedKeys(world);
  const { instanceId } = world.session;
  const read = async (key: KnownKey): Promise<readonly ReadKey[]> => {
    const { kind, vault: vaultId, id } = key;
    const name = namedKey(key);
    if (kind === "kms") {
      // KMS's own 404 proves the key gone, because a foreign key gives a 401 (kms-v2-and-iam.md 2.4).
      const { value } = await world.kmsKeys.read({ instanceId, kmsKeyId: id }, options);
      return [value === undefined ? { kind: "gone", name } : { kind: "kms", kmsKey: value }];
    }
    const inGoneVault = onCodes(goneVaults.includes(vaultId) ? ["UKO_GONE_UNPROVEN"] : [], () => gone);
    const seen = await observeKey(asking, { instanceId, vaultId, keyId: id }, "summary", options).catch(inGoneVault);
    return [seen.kind === "gone" ? { kind: "gone", name } : { kind: "managed", snapshot: seen.snapshot }];
  };
  const act = (key: KnownKey) => listOrName(unreadable, { id: namedKey(key), name: key.label }, () => read(key));
  return (await runAll(world, { items: keys, what, act }, options)).flat();
}

/**
 * The same world, in which a removed key takes one call: each vault is looked up once in a run, because thousands of
 * removed keys share a few vaults.
 */
function forUnlistedKeys(world: World): World {
  const responses = new Map<string, ReturnType<World["containers"]["vaultExists"]>>();
  const vaultExists = (vaultId: string, options: CallOptions) => {
    const response = responses.get(vaultId) ?? world.containers.vaultExists(vaultId, options);
    responses.set(vaultId, response);
    return response;
  };
  const read: World["keys"]["read"] = (ref, options) => world.keys.read(ref, options, true);
  return { ...world, containers: { ...world.containers, vaultExists }, keys: { ...world.keys, read } };
}

interface KeyOfList {
  /** Absent for a KMS key. */
  readonly observation?: KeyObservation;
  readonly leftover?: LeftoverMaterial;
}

export interface EndsToRead {
  /** The manifest by the names of its keys. */
  readonly lines: ReadonlyMap<string, KnownKey>;
  readonly nowMs: number;
  /** Whether uko asks the keystores about the key of this name. Otherwise the key does not count as destroyed everywhere. */
  readonly isAsked: (name: string) => boolean;
  readonly unreadable: UnreadablePart[];
  /** Receives the keys that were removed since the list. */
  readonly gone: Set<string>;
}

/**
 * Adds to each destroyed key what is left of it, by the rule of the removal. The keystores of a key
 * are asked live unless its stored status shows that it waits until a date ahead. The live read
 * replaces only the status of the keystores; the other facts stay those of the list. Otherwise
 * thousands of keys would be in memory twice.
 */
export async function readLeftovers<Key extends KeyOfList>(
  world: World,
  keys: Key[],
  { lines, nowMs, isAsked, unreadable, gone }: EndsToRead,
  options: CallOptions,
): Promise<void> {
  const act = async (index: number): Promise<void> => {
    const key = keys[index];
    if (key?.observation === undefined) return;
    const { facts } = key.observation;
    const name = namedKey({ kind: "managed", vault: facts.vaultId, id: facts.keyId });
    const stored = findStoredLeftover(key.observation, nowMs);
    if (stored.kind === "pending") keys[index] = { ...key, leftover: stored };
    if (!isAsked(name) || stored.kind === "pending") return;
    const part = { id: name, name: plain(facts.label, 255) };
    const [seen] = await listOrName(unreadable, part, async () => [
      await observeKey(world, facts, "inspection", options),
    ]);
    if (seen === undefined) {
      keys[index] = { ...key, leftover: stored };
      return;
    }
    if (seen.kind === "gone") return void gone.add(name);
    const leftover = findLeftoverMaterial(seen.observation, seen.nowMs, keystoresIn(lines.get(name)));
    if (isUnproven(leftover)) {
      const reason = plain(`${sayUnproven(leftover)} Next: uko status ${name}`, 600);
      unreadable.push({ ...part, code: "UKO_KEYSTORE_BLOCKS_REMOVAL", reason });
    }
    const { keystores, keystoresAreLive } = seen.observation;
    keys[index] = { ...key, observation: { ...key.observation, keystores, keystoresAreLive }, leftover };
  };
  const items = [...keys.keys()].filter((index) => keys[index]?.observation?.state === "destroyed");
  await runAll(world, { items, what: "Asking the keystores about destroyed keys", act }, options);
}

/** Every keystore that the manifest names for the key. */
function keystoresIn(line: KnownKey | undefined): readonly NamedKeystore[] {
  if (line === undefined) return [];
  const byStatus = line.cloudIds.map(({ keystore: id }) => ({ id, name: id, type: "" }));
  const byId = new Map([...byStatus, ...line.keystores].map(({ id, name, type }) => [id, { id, name, type }]));
  return [...byId.values()].filter(({ id }) => id !== "");
}
