/**
 * Finds the vault or key that a person means by a text, such as an exact name, `<vault>/<label>`, or the start of an ID
 * that no other object shares. The file also collects the reads of the command line.
 */

import { type ErrorCode, onCodes, UkoError } from "../../errors.ts";
import { isGlobMatch } from "../../text/glob.ts";
import { observedInList } from "../key/observe.ts";
import type { VaultNames } from "../key/sets/approval-messages.ts";
import { runAll } from "../loop/many.ts";
import type { VaultSnapshot } from "../ports/containers.ts";
import type { CallOptions, KeySnapshot, World } from "../ports/world.ts";
import { plain, slipsBetween } from "../text/words.ts";
import type { ListedOf } from "./listed-forms.ts";
import { type ListQuery, listObjects } from "./listing.ts";
import { describeCaller, explainCaller } from "./whoami.ts";

/** A managed key, and the names that people know it by. */
export interface FoundManagedKey {
  readonly vaultId: string;
  readonly keyId: string;
  readonly vault: string;
  readonly label: string;
  readonly keyState: string;
}

export interface FoundKmsKey {
  readonly kmsKeyId: string;
  readonly name: string;
  readonly keyState: string;
}

export type FoundKey = FoundManagedKey | FoundKmsKey;

/** Which KMS keys to choose. Each field narrows the choice. */
export interface KmsSelection {
  /** `*` stands for any text, and `?` for any character; compared with the name and each alias. */
  readonly label?: string;
  readonly state?: string;
  /** Only keys whose deletion window is open. */
  readonly isSet?: true;
}

/** The reads of the command line: lists of objects, and what a name that a person typed stands for. Changes nothing. */
export function createDirectory(world: World) {
  return {
    list: (query: ListQuery, options: CallOptions) => listObjects(world, query, options),
    vaultNames: (options: CallOptions) => vaultNames(world, options),
    findVault: (name: string, options: CallOptions) => findVault(world, name, options),
    keyFinder: (options: CallOptions) => keyFinder(world, options),
    selectKmsKeys: async (selection: KmsSelection, options: CallOptions): Promise<readonly FoundKmsKey[]> =>
      (await listedKmsKeys(world, options)).filter((key) => isKmsKeySelected(key, selection)).map(foundInKms),
    describeCaller: (options: CallOptions) => describeCaller(world, options),
    explainCaller: (options: CallOptions) => explainCaller(world, options),
  };
}

const maxCandidatesShown = 10;
/** Shorter beginnings of an ID are more likely to be a mistyped name. */
const idPrefixForm = /^[0-9a-f][0-9a-f-]{3,35}$/;

/** The names of the vaults by ID, for messages; empty if the caller may not list vaults. */
async function vaultNames(world: World, options: CallOptions): Promise<VaultNames> {
  const { objects } = await listObjects(world, { vaults: [], kinds: ["vault"] }, options).catch(
    onCodes(["UKO_ACCESS_DENIED", "UKO_RIGHTS_MISSING", "UKO_NOT_IN_KEY_PROTECT"], () => ({ objects: [] })),
  );
  return new Map(objects.flatMap((each) => (each.resource === "vault" ? [[each.vaultId, each.name] as const] : [])));
}

/** Throws UKO_NOT_FOUND, or UKO_INPUT_INVALID if the name is ambiguous. */
async function findVault(world: World, name: string, options: CallOptions): Promise<VaultSnapshot> {
  return vaultIn(await world.vaults.list({}, options), name);
}

function vaultIn(vaults: readonly VaultSnapshot[], name: string): VaultSnapshot {
  return only(
    bestOf(vaults, name, (vault) => vault),
    {
      what: `vault "${plain(name, 100)}"`,
      notFound: "UKO_NOT_FOUND",
      nearest: () =>
        nearestTo(
          name,
          vaults.map((vault) => vault.name),
        ),
      remedy: "Next: list the vaults that you can read with\n  uko ls",
      say: (vault) => `${vault.id}  ${plain(vault.name, 60)}`,
    },
  );
}

const requestIdForm = /^[0-9a-f]{32}$/;

function carriesRequest(world: World, key: KeySnapshot, id: string): boolean {
  return observedInList(world, key).observation.carried.record?.id === id;
}

/** The beginning of what a person types for a KMS key. A vault with this name needs the ID of its key. */
const kmsPrefix = "kms/";

/**
 * Finds keys by `<vault>/<label>`, a label, the ID of the request or the start of an ID; KMS keys by `kms/` and a name,
 * an alias or the start of an ID. One finder lists the KMS keys, the vaults, and the keys of each vault, at most once. It
 * throws as `findVault` does, and UKO_KEY_NOT_FOUND.
 */
function keyFinder(world: World, options: CallOptions): (typed: string) => Promise<FoundKey> {
  const findManagedKey = managedKeyFinder(world, options);
  let kmsKeys: ReturnType<typeof listedKmsKeys> | undefined;
  return async (typed) => {
    const isPrefixed = typed.toLowerCase().startsWith(kmsPrefix);
    // Key Protect has no other keys. A text with another slash names a vault, and the error says that it has none.
    if (!isPrefixed && (!world.session.isKeyProtect || typed.includes("/"))) return findManagedKey(typed);
    kmsKeys ??= listedKmsKeys(world, options);
    return foundInKms(theKmsKey(await kmsKeys, isPrefixed ? typed.slice(kmsPrefix.length) : typed));
  };
}

type ListedKmsKey = ListedOf<"kms">;

async function listedKmsKeys(world: World, options: CallOptions): Promise<readonly ListedKmsKey[]> {
  const { objects } = await listObjects(world, { vaults: [], kinds: ["kms"] }, options);
  return objects.flatMap((each) => (each.resource === "kms" ? [each] : []));
}

function isKmsKeySelected(key: ListedKmsKey, { label, state, isSet }: KmsSelection): boolean {
  return (
    (label === undefined || [key.name, ...key.aliases].some((each) => isGlobMatch(label, each))) &&
    (state === undefined || key.keyState === state) &&
    (isSet !== true || key.windowEndsAt !== undefined)
  );
}

const foundInKms = ({ keyId, name, keyState }: ListedKmsKey): FoundKmsKey => ({ kmsKeyId: keyId, name, keyState });

/** Names are not unique in KMS, and an alias may be the name of another key. Then the person has to name the ID. */
function theKmsKey(keys: readonly ListedKmsKey[], typed: string): ListedKmsKey {
  const byAlias = keys.filter(({ aliases }) => aliases.includes(typed));
  const byName = bestOf(keys, typed, ({ keyId, name }) => ({ id: keyId, name }));
  const isExact = byName.some(({ keyId, name }) => keyId === typed.toLowerCase() || name === typed);
  const found = byAlias.length === 0 || isExact ? new Set([...byName, ...byAlias]) : new Set(byAlias);
  return only([...found], {
    what: `KMS key "${plain(typed, 100)}"`,
    notFound: "UKO_NOT_FOUND",
    nearest: () =>
      nearestTo(
        typed,
        keys.map(({ name }) => name),
      ),
    remedy: "Next: list the KMS keys that you can read with\n  uko ls --kind kms",
    say: ({ keyId, name, keyState }) => `kms/${keyId}  ${plain(name, 80)}  ${plain(keyState, 40)}`,
  });
}

function managedKeyFinder(world: World, options: CallOptions): (typed: string) => Promise<FoundManagedKey> {
  let listing: Promise<readonly VaultSnapshot[]> | undefined;
  const keysIn = new Map<string, Promise<readonly KeySnapshot[]>>();
  const keysOf = ({ id: vaultId }: VaultSnapshot): Promise<readonly KeySnapshot[]> => {
    const keys = keysIn.get(vaultId) ?? world.keys.list({ vaultId }, options);
    keysIn.set(vaultId, keys);
    return keys;
  };
  return async (typed) => {
    const slash = typed.indexOf("/");
    listing ??= world.vaults.list({}, options);
    const vaults = await listing;
    const within = slash === -1 ? vaults : [vaultIn(vaults, typed.slice(0, slash))];
    const name = typed.slice(slash + 1);
    const act = async (vault: VaultSnapshot) => ({ vault, keys: await keysOf(vault) });
    const listed = await runAll(world, { items: within, what: "Listing the keys of vaults", act }, options);
    const found = listed.flatMap(({ vault, keys }) => fitting(world, vault, keys, name));
    return theOne(found, typed, () =>
      nearestTo(
        name,
        listed.flatMap(({ keys }) => keys.map(({ label }) => label)),
      ),
    );
  };
}

/** The keys of one vault that the name fits best. */
function fitting(
  world: World,
  vault: VaultSnapshot,
  keys: readonly KeySnapshot[],
  name: string,
): readonly FoundManagedKey[] {
  const asked = requestIdForm.test(name) ? keys.filter((key) => carriesRequest(world, key, name)) : [];
  const best = asked.length > 0 ? asked : bestOf(keys, name, ({ keyId, label }) => ({ id: keyId, name: label }));
  return best.map((key) => foundIn(vault, key));
}

function theOne(
  found: readonly FoundManagedKey[],
  typed: string,
  nearest: Search<unknown>["nearest"],
): FoundManagedKey {
  const name = typed.slice(typed.indexOf("/") + 1);
  return only(
    requestIdForm.test(name) ? found : bestOf(found, name, ({ keyId, label }) => ({ id: keyId, name: label })),
    {
      what: `key "${plain(typed, 100)}"`,
      notFound: "UKO_KEY_NOT_FOUND",
      nearest,
      remedy: "Next: list the keys that you can read with\n  uko ls --kind key",
      say: ({ vaultId, keyId, vault, label, keyState }) =>
        `${vaultId}/${keyId}  ${plain(`${vault}/${label}`, 80)}  ${plain(keyState, 40)}`,
    },
  );
}

/** The name that differs by one slip of a finger, if there is exactly one. */
function nearestTo(typed: string, names: readonly string[]): string | undefined {
  const near = new Set(
    names.filter((name) => Math.abs(typed.length - name.length) <= 1 && slipsBetween(typed, name) === 1),
  );
  return near.size === 1 ? [...near][0] : undefined;
}

/** The best matches. A full ID takes precedence over a name, and a name over the beginning of an ID. */
function bestOf<Each>(
  all: readonly Each[],
  typed: string,
  identify: (each: Each) => { readonly id: string; readonly name: string },
): readonly Each[] {
  const asId = typed.toLowerCase();
  const byId = all.filter((each) => identify(each).id === asId);
  if (byId.length > 0) return byId;
  const byName = all.filter((each) => identify(each).name === typed);
  if (byName.length > 0 || !idPrefixForm.test(asId)) return byName;
  return all.filter((each) => identify(each).id.startsWith(asId));
}

interface Search<Each> {
  readonly what: string;
  readonly notFound: ErrorCode;
  /** A name that exists, and that the person may have meant. Asked for only if nothing was found. */
  readonly nearest: () => string | undefined;
  readonly remedy: string;
  readonly say: (each: Each) => string;
}

function only<Each>(candidates: readonly Each[], { what, notFound, nearest, remedy, say }: Search<Each>): Each {
  const [first, ...others] = candidates;
  if (first === undefined) {
    const meant = nearest();
    throw new UkoError(notFound, {
      summary: `No ${what} was found`,
      detail: [
        "It does not exist, or this identity cannot read it. Nothing was changed.",
        ...(meant === undefined ? [] : [`Did you mean "${plain(meant, 100)}"?`]),
        remedy,
      ].join("\n"),
    });
  }
  if (others.length === 0) return first;
  const hidden = candidates.length - maxCandidatesShown;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `The ${what} is ambiguous: the name fits ${candidates.length} of them`,
    detail: [
      "Use the full ID of one of these:",
      ...candidates.slice(0, maxCandidatesShown).map((each) => `  ${say(each)}`),
      ...(hidden > 0 ? [`  and ${hidden} more`] : []),
    ].join("\n"),
  });
}

function foundIn(vault: VaultSnapshot, { keyId, label, stateWord }: KeySnapshot): FoundManagedKey {
  return { vaultId: vault.id, keyId, vault: vault.name, label, keyState: stateWord };
}
