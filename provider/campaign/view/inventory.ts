/**
 * Lists the keys of an instance for a campaign: the managed keys of each vault, and the KMS keys outside UKO. Behind a
 * managed key in an internal keystore there is a KMS key, its backing key, and this list must not contain it. Otherwise
 * the campaign could destroy it through KMS, without UKO's rule of two people. If uko cannot tell backing keys from
 * other KMS keys, it lists no KMS key. `read-by-id.ts` reads single keys of the manifest, if a list does not prove what
 * became of them. A vault counts as gone only if the service does not find it and the instance that answers is known. A
 * part that uko cannot read is named in `unreadable`. Only a campaign without a list of vaults in its scope fails if it
 * may not list the vaults.
 */

import { sayTag } from "../../engine/key/exceptions.ts";
import { observedInList } from "../../engine/key/observe.ts";
import { seesEveryVault, vaultsOf } from "../../engine/loop/absence.ts";
import { runAll } from "../../engine/loop/many.ts";
import type { KeystoreSnapshot } from "../../engine/ports/containers.ts";
import type { KmsKeySnapshot } from "../../engine/ports/kms-keys.ts";
import type { CallOptions, KeySnapshot, World } from "../../engine/ports/world.ts";
import { count, plain } from "../../engine/text/words.ts";
import { onCodes, UkoError } from "../../errors.ts";
import { digestText } from "../../lifecycle/consent/digest.ts";
import { keystoreKindOf } from "../../lifecycle/container/keystore-kind.ts";
import type { LeftoverMaterial } from "../../lifecycle/key/guards.ts";
import { kmsKeyStateOf } from "../../lifecycle/kms-key/kms-key-states.ts";
import type { BackingKey, KeyObservation } from "../../lifecycle/vocabulary/observation.ts";
import { isHoldTag } from "../../lifecycle/vocabulary/tag-names.ts";
import { namedKey } from "../files/manifest.ts";
import type { KeyTraits } from "../rules/campaign.ts";
import { type FoundKey, type KnownKey, readKnownKeys, readLeftovers } from "./read-by-id.ts";
import { kmsTraits, managedTraits } from "./traits.ts";
import { listOrName, listOrNameShort, type UnreadablePart } from "./unreadable.ts";

export interface ListedKey {
  readonly traits: KeyTraits;
  /** Without what this tool appends; empty for a KMS key. */
  readonly description: string;
  /** The tags of people, without holds, each as one text. */
  readonly tagTexts: readonly string[];
  readonly updatedAtMs?: number;
  readonly version: number;
  readonly cloudIds: readonly { readonly keystore: string; readonly id: string }[];
  readonly keystores: readonly ListedKeystore[];
  /** Whether KMS requires two people for this key; false also if KMS could not be read. */
  readonly kmsDualAuthorization: boolean;
  readonly facts: string;
  readonly verificationPattern: string;
  /**
   * The observation of a managed key, with the stored status of its keystores, and with its backing KMS keys as KMS
   * lists them.
   */
  readonly observation?: KeyObservation;
  /** What is left of a destroyed managed key, by the rule of the removal; absent if uko did not ask its keystores. */
  readonly leftover?: LeftoverMaterial;
  readonly kmsKey?: KmsKeySnapshot;
}

export interface ListedKeystore {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Whether it is a key ring of this instance; assumed if the keystores could not be listed. */
  readonly isInternal: boolean;
  /** The pending period that the service reports for the key in the keystore; absent if it reports none. */
  readonly reportedDays?: number | undefined;
}

export interface ListedVault {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs?: number;
}

export interface CampaignInventory {
  readonly keys: readonly ListedKey[];
  readonly unreadable: readonly UnreadablePart[];
  readonly vaults: readonly ListedVault[];
  /** Keys of the manifest that the service no longer has. uko asked for each of them by its ID. */
  readonly gone: ReadonlySet<string>;
  /** Keys that the evidence notes as removed and that the whole list of their vault does not show. uko did not ask for them. */
  readonly recorded: ReadonlySet<string>;
  readonly keystores: readonly KeystoreSnapshot[];
  /** The service's time at the last response. */
  readonly nowMs: number;
  /** Adds to a key, read by its ID, what the lists of keystores and KMS say about it. */
  readonly listed: (key: FoundKey) => ListedKey;
}

export interface InventoryScope {
  readonly vaults?: readonly string[] | undefined;
  readonly kmsKeys: boolean;
  /** The keys of the manifest, which may have been deleted since. */
  readonly known?: readonly KnownKey[];
  /** Of which destroyed keys to ask the keystores live, as a command that calls keys destroyed must (view.ts). */
  readonly ends?: "none" | "left" | "all";
  /** Names of keys that uko does not ask for one by one, because the command is about another wave. */
  readonly apart?: ReadonlySet<string>;
  /** Names of keys that the evidence notes as removed, for a command that need not ask for each of them. */
  readonly recorded?: ReadonlySet<string>;
}

export function namedListedKey({ traits }: ListedKey): string {
  return namedKey({ kind: traits.kind, vault: traits.vaultId, id: traits.id });
}

/** Every ID by which a table may name the key. */
export function idsOf(key: ListedKey): readonly string[] {
  return [key.traits.id, namedListedKey(key), ...key.cloudIds.map(({ id }) => id)];
}

export async function takeCampaignInventory(
  world: World,
  scope: InventoryScope,
  options: CallOptions,
): Promise<CampaignInventory> {
  const unreadable: UnreadablePart[] = [];
  const vaults = await vaultsInScope(world, scope, unreadable, options);
  const goneVaults = await findGoneVaults(world, scope, { vaults, unreadable }, options);
  const kmsKeys = await listOrName(unreadable, { id: "kms", name: "KMS" }, () => world.kmsKeys.list({}, options));
  const backingKeys = new Map(kmsKeys.map((key) => [key.kmsKeyId, key]));
  const { isKeyProtect } = world.session;
  const keystores = isKeyProtect
    ? []
    : await listOrName(unreadable, { id: "keystores", name: "" }, () =>
        world.keystores.list({ isWhole: true }, options),
      );
  const internal = new Map(keystores.map((each) => [each.id, keystoreKindOf(each) !== "external"]));
  const names = new Map(vaults.map(({ id, name }) => [id, name]));
  const managed = (snapshot: KeySnapshot): ListedKey =>
    ofManagedKey(world, snapshot, names.get(snapshot.vaultId) ?? "", { backingKeys, internal });
  world.progress.report(`Listing the keys of ${count(vaults.length, "vault")}`);
  const list = async (vault: ListedVault) => {
    const unread: UnreadablePart[] = [];
    const listed = await listOrNameShort(unread, vault, (isWhole) =>
      world.keys.list({ vaultId: vault.id, ...(isWhole && { isWhole }) }, options),
    );
    return { listed: listed.map(managed), unread };
  };
  const lists = await runAll(world, { items: vaults, what: "Listing the keys of vaults", act: list }, options);
  const keys = lists.flatMap(({ listed }) => listed);
  unreadable.push(...lists.flatMap(({ unread }) => unread));
  const unlisted = new Set(unreadable.filter(isUnlisted).map(({ id }) => id));
  const others = scope.kmsKeys ? await listKeysOutside(world, { vaults, keystores, unreadable }, options) : [];
  const isWhole = !scope.kmsKeys || isKeyProtect || (await seesEveryVault(world, options));
  if (scope.kmsKeys && (!isWhole || isBackingUnknown(keystores, unreadable))) {
    const reason =
      "Without the keystores and vaults, uko cannot distinguish them from the keys behind internal keystores";
    // If a list is only too short, uko can still read the keys that the manifest already calls KMS keys.
    if (!isWhole || isBackingUnknown(keystores, unreadable.filter(isUnlisted))) unlisted.add("kms");
    unreadable.push({ id: "kms", name: "", code: "UKO_RIGHTS_MISSING", reason });
  } else if (scope.kmsKeys) {
    const shown = withoutBackingKeys(kmsKeys, keystores, [...keys, ...others.map(managed)]);
    keys.push(...shown.map((key) => ofKmsKey(world, key)));
  }
  const listing = { keys, vaults, goneVaults, unlisted, unreadable };
  const { found, gone: absent, recorded } = await readUnlisted(world, scope, listing, options);
  const listed = (key: FoundKey) => (key.kind === "kms" ? ofKmsKey(world, key.kmsKey) : managed(key.snapshot));
  keys.push(...found.map(listed));
  const gone = new Set(absent);
  const lines = new Map((scope.known ?? []).map((line) => [namedKey(line), line]));
  const { ends = "none", apart = new Set() } = scope;
  const isAsked = (name: string): boolean =>
    ends !== "none" && !apart.has(name) && (ends === "all" || lines.get(name)?.class !== "destroy");
  await readLeftovers(world, keys, { lines, nowMs: latestTimeMs(world), isAsked, unreadable, gone }, options);
  const left = keys.filter((key) => !gone.has(namedListedKey(key)));
  return { keys: left, gone, recorded, unreadable, vaults, keystores, nowMs: latestTimeMs(world), listed };
}

/** The same inventory, in which the named keys are read again by their IDs. */
export async function readAgain(
  world: World,
  inventory: CampaignInventory,
  keys: readonly KnownKey[],
  options: CallOptions,
): Promise<CampaignInventory> {
  const unreadable = [...inventory.unreadable];
  const read = await readKnownKeys(
    world,
    keys,
    { what: "Reading the keys again", goneVaults: [], unreadable },
    options,
  );
  const names = new Set(keys.map(namedKey));
  const gone = read.flatMap((each) => (each.kind === "gone" ? [each.name] : []));
  const found = read.flatMap((each) => (each.kind === "gone" ? [] : [inventory.listed(each)]));
  const others = inventory.keys.filter((key) => !names.has(namedListedKey(key)));
  return {
    ...{ ...inventory, unreadable, nowMs: latestTimeMs(world) },
    keys: [...others, ...found],
    gone: new Set([...inventory.gone, ...gone]),
  };
}

/** Reads the keys of the manifest that no list shows, and names those that this run does not read. */
async function readUnlisted(
  world: World,
  { known = [], vaults: wanted, kmsKeys, apart, recorded: noted }: InventoryScope,
  {
    keys,
    vaults,
    goneVaults,
    unlisted,
    unreadable,
  }: Pick<CampaignInventory, "keys" | "vaults"> & {
    readonly goneVaults: readonly string[];
    /** The parts whose keys this run did not list. */
    readonly unlisted: ReadonlySet<string>;
    readonly unreadable: UnreadablePart[];
  },
  options: CallOptions,
): Promise<
  Pick<CampaignInventory, "recorded"> & { readonly found: readonly FoundKey[]; readonly gone: readonly string[] }
> {
  const listed = new Set(keys.map(namedListedKey));
  const absent = known.filter((key) => !listed.has(namedKey(key)) && apart?.has(namedKey(key)) !== true);
  // A list that is too short does not agree with the evidence, and neither does a vault that was not read.
  const isListed = (id: string): boolean => vaults.some((vault) => vault.id === id);
  const isRecorded = (key: KnownKey): boolean =>
    noted?.has(namedKey(key)) === true && isListed(key.vault) && !unreadable.some(({ id }) => id === key.vault);
  const recorded = new Set(absent.filter(isRecorded).map(namedKey));
  const missing = absent.filter((key) => !recorded.has(namedKey(key)));
  const isInScope = ({ kind, vault }: KnownKey): boolean =>
    kind === "kms" ? kmsKeys : (wanted?.includes(vault) ?? true);
  const items = missing.filter((key) => isInScope(key) && !unlisted.has(key.kind === "kms" ? "kms" : key.vault));
  const read = await readKnownKeys(
    world,
    items,
    { what: "Reading keys that no list shows", goneVaults, unreadable },
    options,
  );
  const found = read.flatMap((each) => (each.kind === "gone" ? [] : [each]));
  for (const { id, name } of [...vaults, { id: "kms", name: "" }]) {
    const hidden = found.filter((each) => (each.kind === "kms" ? "kms" : each.snapshot.vaultId) === id);
    if (hidden.length === 0 || unreadable.some((part) => part.id === id)) continue;
    const reason = `The list of its keys leaves out ${count(hidden.length, "key")} that exist, so it may hide others that are not in the manifest`;
    unreadable.push({ id, name, code: "UKO_RESPONSE_INVALID", reason });
  }
  unreadable.push(...missing.filter((key) => !isInScope(key)).map(outOfScope));
  return { found, recorded, gone: read.flatMap((each) => (each.kind === "gone" ? [each.name] : [])) };
}

/** Whether a part did not list any key. A list that is only too short (UKO_RESPONSE_INVALID) still lists some. */
function isUnlisted({ code }: UnreadablePart): boolean {
  return code !== "UKO_RESPONSE_INVALID";
}

/**
 * A key that campaign.yaml took out of its scope after the manifest takes no step, but the report still needs an
 * outcome for it.
 */
function outOfScope(key: KnownKey): UnreadablePart {
  const reason =
    "campaign.yaml leaves the key out of its scope, but the manifest names it. Next: widen the scope again to read the key";
  return { id: namedKey(key), name: key.label, code: "UKO_INPUT_INVALID", reason };
}

/**
 * The vaults in scope. A person with roles in single vaults may not list vaults. The scope then names the vaults, and
 * only their names are missing.
 */
async function vaultsInScope(
  world: World,
  { vaults: wanted }: InventoryScope,
  unreadable: UnreadablePart[],
  options: CallOptions,
): Promise<CampaignInventory["vaults"]> {
  if (wanted === undefined) {
    const withNext = onCodes(["UKO_RIGHTS_MISSING"], (cause) => {
      const next = "Next: with roles in single vaults, name these vaults in scope.vaults of campaign.yaml";
      throw new UkoError(cause.code, { summary: cause.summary, detail: `${cause.detail}\n${next}`, cause });
    });
    return vaultsOf(world, options).catch(withNext);
  }
  const part = { id: "vaults", name: "" };
  const readable = await listOrName(unreadable, part, () => world.vaults.list({}, options));
  if (unreadable.some(({ id }) => id === part.id)) return wanted.map((id) => ({ id, name: "" }));
  return readable.filter(({ id }) => wanted.includes(id));
}

/**
 * The vaults of the manifest that no longer exist. A vault that no list shows is gone only if the service itself does
 * not find it, and the instance that answers is known. A person without a right to the vault gets another response.
 * Each other vault that the scope or the manifest names is reported as not read.
 */
async function findGoneVaults(
  world: World,
  { known = [], vaults: wanted }: InventoryScope,
  { vaults, unreadable }: { readonly vaults: CampaignInventory["vaults"]; readonly unreadable: UnreadablePart[] },
  options: CallOptions,
): Promise<readonly string[]> {
  const ofManifest = known.flatMap(({ kind, vault }) => (kind === "managed" ? [vault] : []));
  const named = new Set(wanted ?? ofManifest);
  const missing = [...named].filter((id) => !vaults.some((vault) => vault.id === id));
  const gone: string[] = [];
  for (const id of missing) {
    const isNotFound = ofManifest.includes(id) && (await world.containers.vaultExists(id, options)) === "not_found";
    if (isNotFound && (await world.session.isInstanceReported(options))) {
      gone.push(id);
      continue;
    }
    const reason = "The vault does not exist, or this identity cannot read it";
    unreadable.push({ id, name: "", code: "UKO_NOT_FOUND", reason });
  }
  return gone;
}

/** The latest time that the run has seen, so that a clock that jumps back never makes a date look earlier. */
function latestTimeMs({ session, serviceClock }: World): number {
  return Math.max(session.serviceTimeMs() ?? 0, serviceClock.latestMs() ?? 0);
}

/**
 * Lists the keys of vaults outside the scope whose keystores do not name their key rings, because the keys show the
 * rings.
 */
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

/**
 * Whether uko cannot tell backing keys from other KMS keys, because keystores, or the keys of a vault, could not be
 * read.
 */
function isBackingUnknown(keystores: readonly KeystoreSnapshot[], unreadable: readonly UnreadablePart[]): boolean {
  const parts = unreadable.filter(({ id }) => id !== "kms" && id !== "vaults");
  const isRingUnknown = keystores.some((each) => keystoreKindOf(each) === "internal" && each.ring === "");
  return parts.some(({ id }) => id === "keystores") || (parts.length > 0 && isRingUnknown);
}

/**
 * Leaves out keys in the ring of an internal keystore. If a keystore does not name its ring, its ring is the one of any
 * backing key in it (uko-v4.md 3.7).
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
    backingKeys,
    internal,
  }: { readonly backingKeys: ReadonlyMap<string, KmsKeySnapshot>; readonly internal: ReadonlyMap<string, boolean> },
): ListedKey {
  const { observation } = observedInList(world, snapshot);
  const cloudIds = snapshot.storedStatus
    .filter(({ keyIdInKeystore }) => keyIdInKeystore !== "")
    .map(({ keystoreId, keyIdInKeystore }) => ({ keystore: keystoreId, id: plain(keyIdInKeystore, 500) }));
  const backing = cloudIds.flatMap(({ id }) => backingKeys.get(lastPart(id)) ?? []);
  return {
    traits: managedTraits(snapshot, vaultName),
    description: plain(observation.facts.description, 500),
    tagTexts: observation.facts.tags.filter((tag) => !isHoldTag(tag)).map((tag) => plain(sayTag(tag), 500)),
    ...(snapshot.updatedAtMs !== undefined && { updatedAtMs: snapshot.updatedAtMs }),
    version: snapshot.version,
    cloudIds,
    keystores: snapshot.referencedKeystores.map(({ id, name, type }) => ({
      id,
      name: plain(name, 100),
      type,
      isInternal: internal.get(id) ?? type === "ibm_cloud_kms",
      reportedDays: daysIn(snapshot.storedStatus.find(({ keystoreId }) => keystoreId === id)?.pendingPeriod),
    })),
    kmsDualAuthorization: backing.some(({ dualAuthDelete }) => dualAuthDelete),
    facts: factsDigest(world, observation),
    verificationPattern: (snapshot.verificationPatterns ?? [])
      .map(({ method, value }) => plain(`${method}:${value}`, 210))
      .join(" "),
    observation: { ...observation, backingKeys: backing.map(backingKeyOf) },
  };
}

/** Leaves out hold tags: a manifest that was written during a hold must still fit the key after the release. */
function factsDigest({ sha256 }: World, { facts, digests }: KeyObservation): string {
  const tags = facts.tags.filter((tag) => !isHoldTag(tag));
  return tags.length === facts.tags.length
    ? digests.destroy
    : sha256(digestText({ ...facts, tags }, "destroy")).slice(0, 32);
}

/** The days of an ISO 8601 duration in hours: 7 for `PT168H`; undefined for any other form. */
function daysIn(period: string | undefined): number | undefined {
  const hours = /^PT(\d{1,4})H$/.exec(period ?? "")?.[1];
  return hours === undefined ? undefined : Math.ceil(Number(hours) / 24);
}

function backingKeyOf({ kmsKeyId, state: number, dualAuthDelete, windowEndsAtMs }: KmsKeySnapshot): BackingKey {
  const state = kmsKeyStateOf(number);
  return {
    kind: "present",
    kmsKeyId,
    state: state === "unrecognized" || state === "pre_activation" ? "other" : state,
    dualAuthDelete,
    ...(windowEndsAtMs !== undefined && { windowEndsAtMs }),
  };
}

function ofKmsKey(world: World, kmsKey: KmsKeySnapshot): ListedKey {
  const facts = [
    "uko-kms-facts-1",
    world.session.instanceId,
    kmsKey.kmsKeyId,
    kmsKey.name,
    kmsKey.ring,
    kmsKey.versionId,
  ];
  return {
    traits: kmsTraits(kmsKey),
    description: "",
    tagTexts: kmsKey.tags.map((name) => plain(name, 200)),
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
