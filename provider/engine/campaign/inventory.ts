/**
 * The inventory of an instance for a campaign, from lists alone: managed keys of each vault, and KMS
 * keys that back no managed key. A part that cannot be read becomes a named gap.
 */

import { type ErrorCode, isUkoError, UkoError } from "../../errors.ts";
import type { KeyTraits } from "../../lifecycle/campaign/campaign.ts";
import { isThrowaway } from "../../lifecycle/campaign/plan-step.ts";
import { keystoreKindOf } from "../../lifecycle/keystore-kind.ts";
import { kmsKeyStateOf } from "../../lifecycle/kms-key-states.ts";
import type { KeyObservation, Twin } from "../../lifecycle/observation.ts";
import { observedInList, observeKey } from "../key/observe.ts";
import { seesEveryVault } from "../loop/absence.ts";
import { runAll } from "../loop/many.ts";
import type { KeystoreSnapshot } from "../ports/containers.ts";
import type { KmsKeySnapshot } from "../ports/kms-keys.ts";
import type { CallOptions, KeySnapshot, World } from "../ports/world.ts";
import { plain } from "../text/words.ts";
import { type ManifestKey, namedKey } from "./manifest.ts";

export interface ListedKey {
  readonly traits: KeyTraits;
  readonly updatedAtMs?: number;
  readonly version: number;
  readonly cloudIds: readonly { readonly keystore: string; readonly id: string }[];
  readonly keystores: readonly ListedKeystore[];
  /** Whether KMS requires two people for this key; false also if KMS could not be read. */
  readonly kmsDualAuthorization: boolean;
  readonly facts: string;
  readonly verificationPattern: string;
  /** Of a managed key, with the stored status of its keystores, and its backing KMS keys as KMS lists them. */
  readonly observation?: KeyObservation;
  readonly kmsKey?: KmsKeySnapshot;
}

export interface ListedKeystore {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Whether it is a key ring of this instance; assumed if the keystores could not be listed. */
  readonly isInternal: boolean;
}

/** A vault or service in scope whose keys could not be listed. */
export interface UnreadablePart {
  /** ID of the vault, or `kms`. */
  readonly id: string;
  readonly name: string;
  readonly code: ErrorCode;
  readonly reason: string;
}

export interface ListedVault {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs?: number;
  /** The vault's own count of its keys. */
  readonly keysCount?: number;
}

export interface CampaignInventory {
  readonly keys: readonly ListedKey[];
  readonly unreadable: readonly UnreadablePart[];
  readonly vaults: readonly ListedVault[];
  /** Vaults of the manifest that the instance no longer has. */
  readonly goneVaults: readonly string[];
  readonly keystores: readonly KeystoreSnapshot[];
  /** The service's time at the last response. */
  readonly nowMs: number;
}

export type KnownKey = Pick<ManifestKey, "kind" | "vault" | "id" | "label">;

export interface InventoryScope {
  readonly vaults?: readonly string[] | undefined;
  readonly kmsKeys: boolean;
  /** The keys of the manifest, which may have been deleted since. */
  readonly known?: readonly KnownKey[];
  /** IDs of throwaway keys to leave out. */
  readonly rehearsed?: readonly string[];
}

export function namedListedKey({ traits }: ListedKey): string {
  return namedKey({ kind: traits.kind, vault: traits.vaultId, id: traits.id });
}

/** Every ID by which a table may name the key. */
export function idsOf(key: ListedKey): readonly string[] {
  return [key.traits.id, namedListedKey(key), ...key.cloudIds.map(({ id }) => id)];
}

/** Errors that concern one vault, KMS alone, or one key. */
export const concernOnePart: readonly ErrorCode[] = [
  "UKO_RIGHTS_MISSING",
  "UKO_ACCESS_DENIED",
  "UKO_ANSWER_INVALID",
  "UKO_NOT_FOUND",
  "UKO_KEY_NOT_FOUND",
  "UKO_GONE_UNPROVEN",
];

export async function takeCampaignInventory(
  world: World,
  scope: InventoryScope,
  options: CallOptions,
): Promise<CampaignInventory> {
  const unreadable: UnreadablePart[] = [];
  const vaults = await vaultsInScope(world, scope, unreadable, options);
  const goneVaults = await findGoneVaults(world, scope, { vaults, unreadable }, options);
  const kmsKeys = await listOrName(unreadable, { id: "kms", name: "KMS" }, () => world.kmsKeys.list({}, options));
  const twins = new Map(kmsKeys.map((key) => [key.kmsKeyId, key]));
  const keystores = await listOrName(unreadable, { id: "keystores", name: "" }, () =>
    world.keystores.list({ isWhole: true }, options),
  );
  const internal = new Map(keystores.map((each) => [each.id, keystoreKindOf(each) !== "external"]));
  const keys: ListedKey[] = [];
  const unreadKeys: UnreadablePart[] = [];
  for (const [index, vault] of vaults.entries()) {
    world.progress.report(`Listing the keys of vault ${index + 1} of ${vaults.length}`);
    const listed = await listOrName(unreadable, vault, () => world.keys.list({ vaultId: vault.id }, options));
    const isRead = !unreadable.some(({ id }) => id === vault.id);
    const own = isRead && !isConfirmed(vault.keysCount, listed) ? knownIn(scope, vault.id) : [];
    const unlisted = await readUnlisted(world, own, new Set(listed.map(({ keyId }) => keyId)), unreadKeys, options);
    const found = [...listed, ...unlisted.flatMap(({ managed }) => managed ?? [])];
    keys.push(...found.map((snapshot) => ofManagedKey(world, snapshot, vault.name, { twins, internal })));
  }
  const others = scope.kmsKeys ? await listKeysOutside(world, { vaults, keystores, unreadable }, options) : [];
  const isWhole = !scope.kmsKeys || (await seesEveryVault(world, options));
  if (scope.kmsKeys && (!isWhole || isBackingUnknown(keystores, unreadable))) {
    const reason =
      "Without the keystores and vaults, uko cannot distinguish them from the keys behind internal keystores";
    unreadable.push({ id: "kms", name: "", code: "UKO_RIGHTS_MISSING", reason });
  } else if (scope.kmsKeys) {
    const managed = [...keys, ...others.map((snapshot) => ofManagedKey(world, snapshot, "", { twins, internal }))];
    const listed = withoutBackingKeys(kmsKeys, keystores, managed);
    const ids = new Set(listed.map(({ kmsKeyId }) => kmsKeyId));
    const unlisted = await readUnlisted(world, knownIn(scope, undefined), ids, unreadKeys, options);
    const found = [...listed, ...unlisted.flatMap(({ kms }) => kms ?? [])];
    keys.push(...found.map((key) => ofKmsKey(world, key)));
  }
  const missing = [...unreadable.filter(({ id }) => !goneVaults.includes(id)), ...unreadKeys];
  const isRehearsed = ({ traits: { id }, observation }: ListedKey): boolean =>
    scope.rehearsed?.includes(id) === true && observation !== undefined && isThrowaway(observation);
  return {
    keys: keys.filter((key) => !isRehearsed(key)),
    unreadable: missing,
    vaults,
    goneVaults,
    keystores,
    nowMs: latestTimeMs(world),
  };
}

/** Whether the vault's own count confirms the list. Whether keys that have ended count is not documented. */
function isConfirmed(keysCount: number | undefined, listed: readonly KeySnapshot[]): boolean {
  const living = listed.filter(({ stateWord }) => stateWord !== "destroyed");
  const inUse = living.filter(({ stateWord }) => stateWord !== "deactivated");
  return [listed, living, inUse].some(({ length }) => length === keysCount);
}

/** The keys of the manifest in a vault; without a vault, its KMS keys. */
function knownIn({ known = [] }: InventoryScope, vaultId: string | undefined): readonly KnownKey[] {
  return known.filter(({ kind, vault }) => (vaultId === undefined ? kind === "kms" : vault === vaultId));
}

/** One of the two. */
interface UnlistedKey {
  readonly managed?: KeySnapshot;
  readonly kms?: KmsKeySnapshot;
}

/**
 * Reads the known keys that a list leaves out. Such a list does not prove that a key is gone: it may be cut
 * short, or change between two pages, or hide what the caller may only read.
 */
async function readUnlisted(
  world: World,
  known: readonly KnownKey[],
  listed: ReadonlySet<string>,
  unreadable: UnreadablePart[],
  options: CallOptions,
): Promise<readonly UnlistedKey[]> {
  const { instanceId } = world.session;
  const read = async ({ kind, vault: vaultId, id }: KnownKey): Promise<readonly UnlistedKey[]> => {
    if (kind === "kms") {
      const { value } = await world.kmsKeys.read({ instanceId, kmsKeyId: id }, options);
      return value === undefined ? [] : [{ kms: value }];
    }
    const seen = await observeKey(world, { instanceId, vaultId, keyId: id }, "summary", options);
    return seen.kind === "gone" ? [] : [{ managed: seen.snapshot }];
  };
  const items = known.filter(({ id }) => !listed.has(id));
  const act = (key: KnownKey) => listOrName(unreadable, { id: namedKey(key), name: key.label }, () => read(key));
  return (await runAll(world, { items, what: "Reading keys that no list shows", act }, options)).flat();
}

/**
 * A person with roles in single vaults may not list vaults; the scope then names them, and only
 * their names are missing.
 */
async function vaultsInScope(
  world: World,
  { vaults: wanted }: InventoryScope,
  unreadable: UnreadablePart[],
  options: CallOptions,
): Promise<CampaignInventory["vaults"]> {
  if (wanted === undefined) {
    return world.vaults.list({}, options).catch((error: unknown) => {
      if (!isUkoError(error) || error.code !== "UKO_RIGHTS_MISSING") throw error;
      const next = "Next: with roles in single vaults, name these vaults in scope.vaults of campaign.yaml";
      throw new UkoError(error.code, { summary: error.summary, detail: `${error.detail}\n${next}`, cause: error });
    });
  }
  const part = { id: "vaults", name: "" };
  const readable = await listOrName(unreadable, part, () => world.vaults.list({}, options));
  if (unreadable.some(({ id }) => id === part.id)) return wanted.map((id) => ({ id, name: "" }));
  for (const id of wanted) {
    if (readable.some((vault) => vault.id === id)) continue;
    const reason = "The vault does not exist, or this identity cannot read it";
    unreadable.push({ id, name: "", code: "UKO_NOT_FOUND", reason });
  }
  return readable.filter(({ id }) => wanted.includes(id));
}

/**
 * A vault of the manifest that no list shows is gone only if the service itself does not find it, and the instance
 * that answers is known. A person without a right to the vault gets another answer.
 */
async function findGoneVaults(
  world: World,
  { known = [] }: InventoryScope,
  { vaults, unreadable }: Pick<CampaignInventory, "vaults" | "unreadable">,
  options: CallOptions,
): Promise<readonly string[]> {
  if (unreadable.some(({ id }) => id === "vaults")) return [];
  const named = new Set(known.flatMap(({ kind, vault }) => (kind === "managed" ? [vault] : [])));
  const missing = [...named].filter((id) => !vaults.some((vault) => vault.id === id));
  const gone: string[] = [];
  for (const id of missing) {
    if ((await world.containers.vaultExists(id, options)) !== "not_found") continue;
    if (await world.session.isInstanceReported(options)) gone.push(id);
  }
  return gone;
}

/** The latest time that the run has seen, so that a clock that jumps back never makes a date look earlier. */
function latestTimeMs({ session, serviceClock }: World): number {
  return Math.max(session.serviceTimeMs() ?? 0, serviceClock.latestMs() ?? 0);
}

/** Reads one part of the inventory. A part that the caller cannot read is named, and hides no other. */
export async function listOrName<Item>(
  unreadable: UnreadablePart[],
  { id, name }: { readonly id: string; readonly name: string },
  list: () => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  try {
    return await list();
  } catch (error) {
    if (!isUkoError(error) || !concernOnePart.includes(error.code)) throw error;
    unreadable.push({ id, name: plain(name, 100), code: error.code, reason: plain(error.summary, 300) });
    return [];
  }
}

/** The keys of vaults outside the scope whose keystores do not name their rings: the keys show the rings. */
async function listKeysOutside(
  world: World,
  { vaults, keystores, unreadable }: Pick<CampaignInventory, "vaults" | "keystores"> & { unreadable: UnreadablePart[] },
  options: CallOptions,
): Promise<readonly KeySnapshot[]> {
  const isOutside = ({ vaultId }: KeystoreSnapshot): boolean => !vaults.some(({ id }) => id === vaultId);
  const unnamed = keystores.filter((each) => each.ring === "" && keystoreKindOf(each) === "internal");
  const found: KeySnapshot[] = [];
  for (const vaultId of new Set(unnamed.filter(isOutside).map((each) => each.vaultId))) {
    const part = { id: vaultId, name: "" };
    found.push(...(await listOrName(unreadable, part, () => world.keys.list({ vaultId }, options))));
  }
  return found;
}

/** A backing key must not be classified as a KMS key of its own. */
function isBackingUnknown(keystores: readonly KeystoreSnapshot[], unreadable: readonly UnreadablePart[]): boolean {
  const parts = unreadable.filter(({ id }) => id !== "kms" && id !== "vaults");
  const isRingUnknown = keystores.some((each) => keystoreKindOf(each) === "internal" && each.ring === "");
  return parts.some(({ id }) => id === "keystores") || (parts.length > 0 && isRingUnknown);
}

/**
 * Leaves out keys in the ring of an internal keystore. A keystore that does not name its ring has
 * the ring of any backing key in it (uko-v4.md 3.7).
 */
function withoutBackingKeys(
  kmsKeys: readonly KmsKeySnapshot[],
  keystores: readonly KeystoreSnapshot[],
  managed: readonly ListedKey[],
): readonly KmsKeySnapshot[] {
  const backing = new Set(managed.flatMap(({ cloudIds }) => cloudIds.map(({ id }) => lastPart(id))));
  const rings = new Set([
    ...keystores.filter((each) => keystoreKindOf(each) === "internal").map(({ ring }) => ring.toLowerCase()),
    ...kmsKeys.filter(({ kmsKeyId }) => backing.has(kmsKeyId)).map(({ ring }) => ring.toLowerCase()),
  ]);
  rings.delete("");
  return kmsKeys.filter(({ kmsKeyId, ring }) => !backing.has(kmsKeyId) && !rings.has(ring.toLowerCase()));
}

function ofManagedKey(
  world: World,
  snapshot: KeySnapshot,
  vaultName: string,
  {
    twins,
    internal,
  }: { readonly twins: ReadonlyMap<string, KmsKeySnapshot>; readonly internal: ReadonlyMap<string, boolean> },
): ListedKey {
  const { observation } = observedInList(world, snapshot);
  const cloudIds = snapshot.storedStatus
    .filter(({ keyIdInKeystore }) => keyIdInKeystore !== "")
    .map(({ keystoreId, keyIdInKeystore }) => ({ keystore: keystoreId, id: plain(keyIdInKeystore, 500) }));
  const backing = cloudIds.flatMap(({ id }) => twins.get(lastPart(id)) ?? []);
  return {
    traits: {
      kind: "managed",
      vaultId: snapshot.vaultId,
      vaultName: plain(vaultName, 100),
      id: snapshot.keyId,
      label: plain(snapshot.label, 255),
      state: snapshot.stateWord,
      keystoreTypes: snapshot.referencedKeystores.map(({ type }) => type),
      tags: snapshot.tags,
      template: plain(snapshot.templateName, 100),
      ...(snapshot.createdAtMs !== undefined && { createdAtMs: snapshot.createdAtMs }),
    },
    ...(snapshot.updatedAtMs !== undefined && { updatedAtMs: snapshot.updatedAtMs }),
    version: snapshot.version,
    cloudIds,
    keystores: snapshot.referencedKeystores.map(({ id, name, type }) => ({
      id,
      name: plain(name, 100),
      type,
      isInternal: internal.get(id) ?? type === "ibm_cloud_kms",
    })),
    kmsDualAuthorization: backing.some(({ dualAuthDelete }) => dualAuthDelete),
    facts: observation.digests.destroy,
    verificationPattern: (snapshot.verificationPatterns ?? [])
      .map(({ method, value }) => plain(`${method}:${value}`, 210))
      .join(" "),
    observation: { ...observation, twins: backing.map(twinOf) },
  };
}

function twinOf({ kmsKeyId, state: number, dualAuthDelete, windowEndsAtMs }: KmsKeySnapshot): Twin {
  const state = kmsKeyStateOf(number);
  return {
    kind: "present",
    kmsKeyId,
    state: state === "unrecognised" || state === "pre_activation" ? "other" : state,
    dualAuthDelete,
    ...(windowEndsAtMs !== undefined && { windowEndsAtMs }),
  };
}

function ofKmsKey(world: World, kmsKey: KmsKeySnapshot): ListedKey {
  const state = kmsKeyStateOf(kmsKey.state);
  const facts = [
    "uko-kms-facts-1",
    world.session.instanceId,
    kmsKey.kmsKeyId,
    kmsKey.name,
    kmsKey.ring,
    kmsKey.versionId,
  ];
  return {
    traits: {
      kind: "kms",
      vaultId: "",
      vaultName: "",
      id: kmsKey.kmsKeyId,
      label: plain(kmsKey.name, 255),
      state: state === "unrecognised" ? String(kmsKey.state) : state,
      keystoreTypes: [],
      tags: kmsKey.tags.map((name) => ({ name, value: "" })),
      template: "",
      ...(kmsKey.createdAtMs !== undefined && { createdAtMs: kmsKey.createdAtMs }),
    },
    version: 1,
    cloudIds: [{ keystore: "", id: kmsKey.crn }],
    keystores: [],
    kmsDualAuthorization: kmsKey.dualAuthDelete,
    facts: world.sha256(JSON.stringify(facts)).slice(0, 32),
    verificationPattern: "",
    kmsKey,
  };
}

/** IBM keystores name a key by a pair of IDs, the last of which is KMS's (uko-v4.md 3.4). */
function lastPart(id: string): string {
  return id.split("/").at(-1) ?? "";
}
