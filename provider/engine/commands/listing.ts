/**
 * Lists vaults, keystores, templates, keys and KMS keys for `uko ls`. The keystores of a destroyed key are asked live,
 * because a list cannot show that a key is destroyed everywhere. KMS keys behind managed keys are left out.
 */

import { type ErrorCode, isUkoError, onCodes, type UkoError } from "../../errors.ts";
import { holdsInForce } from "../../lifecycle/consent/hold.ts";
import { findStoredLeftover } from "../../lifecycle/key/guards.ts";
import { type LifecycleState, lifecycleStateOf } from "../../lifecycle/key/lifecycle-state.ts";
import type { KeyRun } from "../../lifecycle/key/plan.ts";
import { isoTime } from "../../text/iso-time.ts";
import { type KeySummary, observedInList, observeKey } from "../key/observe.ts";
import { runAll } from "../loop/many.ts";
import type { VaultSnapshot } from "../ports/containers.ts";
import type { KmsKeySnapshot } from "../ports/kms-keys.ts";
import type { CallOptions, KeySnapshot, World } from "../ports/world.ts";
import type { Listed, ListedOf } from "./listed-forms.ts";
import type { ListedKind } from "./listed-kinds.ts";

type InVault = Pick<ListedOf<"key">, "vaultId" | "vault">;

export interface ListQuery {
  /** The vaults to list, as `findVault` returns them; all if empty. */
  readonly vaults: readonly VaultSnapshot[];
  readonly kinds: readonly ListedKind[];
  readonly states?: readonly LifecycleState[];
  readonly isHeld?: true;
  /** Only objects of which the name, the label or an alias contains this text, in any case. */
  readonly contains?: string;
}

/** A list that this identity cannot read does not hide the others. */
export interface Listing {
  readonly objects: readonly Listed[];
  readonly unreadable: readonly UnreadableList[];
}

export interface UnreadableList {
  readonly vaultId: string;
  readonly kind: ListedKind;
  readonly error: UkoError;
}

const concernOneList: readonly ErrorCode[] = ["UKO_RIGHTS_MISSING", "UKO_RESPONSE_INVALID"];

export async function listObjects(world: World, query: ListQuery, options: CallOptions): Promise<Listing> {
  const { kinds, states, isHeld, contains = "" } = query;
  const isInVaults = kinds.some((kind) => kind !== "kms");
  const vaults = query.vaults.length > 0 || !isInVaults ? query.vaults : await world.vaults.list({}, options);
  const objects: Listed[] = kinds.includes("vault")
    ? vaults.map(({ id, name, description }) => ({ resource: "vault", vaultId: id, name, description }))
    : [];
  const unreadable: UnreadableList[] = [];
  for (const [index, vault] of vaults.entries()) {
    for (const kind of kinds) {
      if (kind === "vault" || kind === "kms") continue;
      world.progress.report(`Listing vault ${index + 1} of ${vaults.length}: ${kind}s`);
      try {
        objects.push(...(await listers[kind](world, vault, options)));
      } catch (error) {
        if (!isUkoError(error) || !concernOneList.includes(error.code)) throw error;
        unreadable.push({ vaultId: vault.id, kind, error });
      }
    }
  }
  if (kinds.includes("kms")) objects.push(...(await listKmsKeys(world, options)));
  const matches = (object: Listed): boolean =>
    namesOf(object).some((name) => name.toLowerCase().includes(contains.toLowerCase())) &&
    (states === undefined || object.resource !== "key" || isInState(object, states)) &&
    (isHeld !== true || (object.resource === "key" && object.holds.length > 0));
  return { objects: objects.filter(matches), unreadable };
}

/** A state of the service, such as `deactivated`, also finds the keys whose deletion waits for something in that state. */
function isInState({ lifecycleState, keyState }: ListedOf<"key">, states: readonly string[]): boolean {
  return states.includes(lifecycleState) || states.includes(keyState);
}

async function listKmsKeys(world: World, options: CallOptions): Promise<readonly ListedOf<"kms">[]> {
  // Imported lazily, because the help reads the names of the kinds in this file.
  const { excludeKeystoreKeys } = await import("../kms-key/observe.ts");
  const { restorableUntilMs } = await import("../kms-key/words.ts");
  const { kmsStateWord } = await import("../../lifecycle/kms-key/kms-key-states.ts");
  const all = await excludeKeystoreKeys(world, await world.kmsKeys.list({}, options), options);
  // KMS still reports a window that has ended, but it counts for nothing anymore.
  const nowMs = world.session.serviceTimeMs() ?? 0;
  const datesOf = (key: KmsKeySnapshot): Pick<ListedOf<"kms">, "windowEndsAt" | "restorableUntil"> => {
    const atMs = key.state === 5 ? restorableUntilMs({ snapshot: key }) : key.windowEndsAtMs;
    if (atMs === undefined || atMs <= nowMs) return {};
    return { [key.state === 5 ? "restorableUntil" : "windowEndsAt"]: isoTime(atMs) };
  };
  return all.map((key) => ({
    resource: "kms",
    keyId: key.kmsKeyId,
    name: key.name,
    keyState: kmsStateWord(key.state),
    type: key.isExtractable ? "standard" : "root",
    isImported: key.isImported,
    aliases: key.aliases,
    keyRing: key.ring,
    dualAuthDelete: key.dualAuthDelete,
    ...datesOf(key),
  }));
}

function namesOf(object: Listed): readonly string[] {
  return object.resource === "kms" ? [object.name, ...object.aliases] : [nameOf(object)];
}

export function nameOf(object: Listed): string {
  return object.resource === "key" ? object.label : object.name;
}

const listers: Readonly<
  Record<
    Exclude<ListedKind, "vault" | "kms">,
    (world: World, vault: VaultSnapshot, options: CallOptions) => Promise<readonly Listed[]>
  >
> = {
  keystore: async (world, vault, options) =>
    (await world.keystores.list({ vaultId: vault.id }, options)).map(({ id, name, type, variant, health, groups }) => {
      const kind = variant === "" ? type : `${type} (${variant})`;
      return { resource: "keystore", ...inVault(vault), keystoreId: id, name, type: kind, health, groups };
    }),
  template: async (world, vault, options) =>
    (await world.templates.list({ vaultId: vault.id }, options)).map(
      ({ id, name, algorithm, size, keyState, isArchived }) => ({
        resource: "template",
        ...inVault(vault),
        templateId: id,
        ...{ name, algorithm, size, keyState, isArchived },
      }),
    ),
  key: async (world, vault, options) => {
    const actor = await world.session.actor(options);
    const run: KeyRun = { actor, approvals: [], intent: "resume" };
    const items = await world.keys.list({ vaultId: vault.id }, options);
    const act = async (snapshot: KeySnapshot) => listedKey(vault, await observeListed(world, snapshot, options), run);
    return runAll(world, { items, what: "Listing keys", act }, options);
  },
};

/** Errors about one key. `uko ls` then shows the key as the list has it. */
const asListed = onCodes(
  ["UKO_ACCESS_DENIED", "UKO_RESPONSE_INVALID", "UKO_CLOCK_SKEW", "UKO_GONE_UNPROVEN", "UKO_KEY_NOT_FOUND"],
  () => undefined,
);

/**
 * A key for display. If the key is destroyed, its keystores are asked live, unless its stored status shows that it
 * waits until a date in the future: no list can show that a key is destroyed everywhere.
 */
async function observeListed(world: World, snapshot: KeySnapshot, options: CallOptions): Promise<KeySummary> {
  const listed = observedInList(world, snapshot);
  const { observation, nowMs } = listed;
  if (observation.state !== "destroyed" || findStoredLeftover(observation, nowMs).kind === "pending") return listed;
  const seen = await observeKey(world, observation.facts, "summary", options).catch(asListed);
  return seen?.kind === "present" ? seen : listed;
}

function listedKey(vault: VaultSnapshot, { snapshot, observation, nowMs }: KeySummary, run: KeyRun): ListedOf<"key"> {
  const { keyId, label, stateWord, templateName, algorithm, size, referencedKeystores } = snapshot;
  return {
    resource: "key",
    ...inVault(vault),
    keyId,
    label,
    lifecycleState: lifecycleStateOf(observation, run, nowMs),
    keyState: stateWord,
    template: templateName,
    algorithm,
    size,
    keystores: referencedKeystores.map(({ name }) => name),
    holds: holdsInForce(observation.holds, nowMs),
  };
}

function inVault({ id, name }: VaultSnapshot): InVault {
  return { vaultId: id, vault: name };
}
