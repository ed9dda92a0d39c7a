/**
 * Creates the objects that a seed describes. An object refers to another one by its name or ID; a reference to an
 * object that the seed does not contain fails here.
 */

import { addKmsKey, newDualAuth } from "../kms/new-key.ts";
import { defaultRing, requireRing } from "../kms/rings.ts";
import {
  defaultPendingMs,
  emptyPlacement,
  install,
  publishStatuses,
  scheduleDestruction,
  targetsOf,
} from "../service/keystore-effects.ts";
import { outsideEntry } from "../store/audit.ts";
import { dayMs, hourMs, toSecondsText, wholeSecondMs } from "../store/clock.ts";
import { initialAttributes } from "../store/key-attributes.ts";
import { type Caller, type DualAuthPolicy, type Key, type KmsKey, type Stamps, startOf } from "../store/model.ts";
import { rightsOfIdentity } from "../store/roles.ts";
import type { CheckedSeed } from "../store/seed.ts";
import { seededId, serviceCaller, stampsBy, type World } from "../store/world.ts";
import { requireRootKey } from "./edits.ts";

export function populate(world: World): void {
  const { seed } = world;
  const startMs = wholeSecondMs(world.clock.nowMs());
  const stamps = stampsBy(seed.identities[0]?.iamId ?? serviceCaller.iamId, startMs);

  for (const { id, ...vault } of seed.vaults) {
    const vaultId = id ?? seededId(world, "vault", vault.name);
    world.vaults.set(vaultId, { ...stamps, ...vault, id: vaultId });
  }
  populateIdentities(world);
  for (const { id, vault, groups, pendingDays, refuses, ...keystore } of seed.keystores) {
    const keystoreId = id ?? seededId(world, "keystore", `${vault}/${keystore.name}`);
    const variant = keystore.variant ?? (keystore.type === "ibm_cloud_kms" ? "internal" : undefined);
    world.keystores.set(keystoreId, {
      ...stamps,
      ...keystore,
      id: keystoreId,
      vaultId: find(world.vaults, vault, "vault"),
      variant,
      groups: groups ?? [keystore.name],
      ring: keystore.type === "ibm_cloud_kms" && variant === "internal" ? keystore.name : undefined,
      pendingMs: pendingDays === undefined ? defaultPendingMs[keystore.type] : pendingDays * dayMs,
      refuses: new Set(refuses),
      checkedMs: startMs,
    });
  }
  const internal = [...world.keystores.values()].flatMap(({ ring }) => (ring === undefined ? [] : [ring]));
  const { createdMs, createdBy } = stamps;
  for (const id of new Set([defaultRing, ...internal, ...seed.keyRings])) {
    world.rings.set(id, { id, createdMs, createdBy });
  }
  // Every KMS key starts with the instance's dual authorization, so it is set first.
  if (seed.instance.dualAuthDelete) world.instancePolicies.set("dualAuthDelete", { enabled: true, ...stamps });
  for (const { id, vault, ...template } of seed.templates) {
    const templateId = id ?? seededId(world, "template", `${vault}/${template.name}`);
    const vaultId = find(world.vaults, vault, "vault");
    world.templates.set(templateId, { ...stamps, ...template, id: templateId, vaultId, version: 1 });
  }
  for (const key of seed.keys) populateKey(world, key, stamps);
  for (const key of seed.kmsKeys) populateKmsKey(world, key, stamps);
}

function populateIdentities(world: World): void {
  for (const { roles, grants, denials, vaults, login, ...identity } of world.seed.identities) {
    const bare = (rights: readonly string[]) => rights.map((right) => right.replace(/^hs-crypto\./, ""));
    const built = {
      ...identity,
      rights: rightsOfIdentity({ roles, grants: bare(grants), denials: bare(denials) }),
      vaultIds: vaults?.map((vault) => find(world.vaults, vault, "vault")),
      login: login === undefined ? undefined : { ...login, sub: login.sub ?? login.iamId },
    };
    // Several API keys may belong to one identity, or to several logins in one profile.
    if (!world.identities.has(identity.iamId)) world.identities.set(identity.iamId, built);
    if (identity.apiKey !== undefined) world.apiKeys.set(identity.apiKey, built);
  }
}

function populateKey(world: World, seeded: CheckedSeed["keys"][number], stamps: Stamps): void {
  const vaultId = find(world.vaults, seeded.vault, "vault");
  const inVault = [...world.templates.byVault.find(vaultId)].map((template) => [template.id, template] as const);
  const templateId = find(new Map(inVault), seeded.template, "template");
  const template = world.templates.get(templateId);
  if (template === undefined) throw new Error(`The seed names no template ${seeded.template}.`);
  const state = seeded.state ?? template.keyState;
  const createdMs = msOf(seeded.createdAt) ?? stamps.createdMs;
  const deactivatedMs = msOf(seeded.deactivatedAt);
  const destroyedMs = msOf(seeded.destroyedAt);
  const createdBy = seeded.createdBy ?? stamps.createdBy;
  const key: Key = {
    ...initialAttributes(),
    id: seeded.id ?? seededId(world, "key", `${seeded.vault}/${seeded.label}`),
    instanceId: seededId(world, "instance", `${seeded.vault}/${seeded.label}`),
    ...startOf(template),
    label: seeded.label,
    description: seeded.description,
    tags: seeded.tags,
    state,
    activationDate: seeded.activationDate ?? toSecondsText(createdMs).slice(0, 10),
    expirationDate: seeded.expirationDate,
    verification: seededId(world, "verification", seeded.label),
    createdMs,
    createdBy,
    updatedMs: msOf(seeded.updatedAt) ?? destroyedMs ?? deactivatedMs ?? createdMs,
    updatedBy: seeded.updatedBy ?? createdBy,
    deactivatedMs: state === "deactivated" ? (deactivatedMs ?? createdMs) : deactivatedMs,
    destroyedMs: state === "destroyed" ? (destroyedMs ?? createdMs) : destroyedMs,
    resources: [...seeded.resources],
  };
  world.keys.set(key.id, key);
  placeSeededKey(world, key, seeded);
  const time = new Date(key.updatedMs).toISOString();
  const request = { operation: "seed", method: "", path: "", status: 0 };
  world.audit.append(outsideEntry(key, { ...request, time, caller: key.updatedBy }));
}

function placeSeededKey(world: World, key: Key, seeded: CheckedSeed["keys"][number]): void {
  const creator: Caller = { ...serviceCaller, iamId: key.createdBy };
  const wasInstalled = key.state === "active" || key.deactivatedMs !== undefined || key.state.endsWith("compromised");
  for (const keystore of targetsOf(world, key)) {
    const placement = emptyPlacement(keystore.id);
    key.placements.push(placement);
    if (!wasInstalled) continue;
    install(world, key, placement, creator, key.createdMs);
    const [backingKey] = world.kmsKeys.byManagedKey.find(key.id);
    const policy = { ...stampsBy(key.createdBy, key.createdMs), id: seededId(world, "policy", key.id), enabled: true };
    if (backingKey !== undefined) authorize(world, backingKey, seeded, () => policy);
    const destroyed = key.state === "destroyed" || key.state === "destroyed_compromised";
    if (destroyed) scheduleDestruction(world, key, placement, creator, key.destroyedMs ?? key.createdMs);
    else if (key.state !== "active") disableSeeded(world, key);
  }
  publishStatuses(world, key, world.clock.nowMs());
}

function disableSeeded(world: World, key: Key): void {
  for (const placement of key.placements) {
    if (placement.backingKeyId === undefined) placement.material = { kind: "disabled" };
    else {
      const backingKey = world.kmsKeys.get(placement.backingKeyId);
      if (backingKey !== undefined) backingKey.state = 2;
    }
  }
}

type SeededKmsKey = CheckedSeed["kmsKeys"][number];

function populateKmsKey(world: World, seeded: SeededKmsKey, stamps: Stamps): void {
  const { name, ring = defaultRing, state } = seeded;
  requireRing(world, ring, `The seed refers to a key ring that it does not contain: ${ring}`);
  const key = addKmsKey(world, {
    id: seeded.id ?? seededId(world, "kms-key", `${ring}/${name}`),
    name,
    ring,
    createdMs: msOf(seeded.createdAt) ?? stamps.createdMs,
    createdBy: seeded.createdBy ?? stamps.createdBy,
    extractable: seeded.extractable,
    description: seeded.description,
    tags: seeded.tags,
    aliases: seeded.aliases,
    imported: seeded.payload,
    expiresMs: msOf(seeded.expirationDate),
  });
  if (seeded.resources.length > 0) requireRootKey(key);
  key.resources = [...seeded.resources];
  key.state = state;
  if (state === 5) {
    key.deletedMs = msOf(seeded.deletedAt) ?? stamps.createdMs;
    key.deletedBy = key.createdBy;
  }
  authorize(world, key, seeded, () => key.dualAuth ?? newDualAuth(world, key.createdBy, key.createdMs));
}

/** Puts a KMS key under dual authorization, with the first authorization if the seed has one. */
function authorize(
  world: World,
  key: KmsKey,
  { dualAuthDelete, setForDeletion }: Pick<SeededKmsKey, "dualAuthDelete" | "setForDeletion">,
  policy: () => DualAuthPolicy,
): void {
  if (dualAuthDelete || setForDeletion !== undefined) key.dualAuth = policy();
  if (key.dualAuth === undefined || setForDeletion === undefined) return;
  key.dualAuth.setBy = { iamId: setForDeletion.by, authnIamId: setForDeletion.by };
  key.dualAuth.expiresMs = Date.parse(setForDeletion.at) + world.switches.kmsWindowHours * hourMs;
}

const msOf = (time: string | undefined): number | undefined => (time === undefined ? undefined : Date.parse(time));

function find(objects: ReadonlyMap<string, { readonly name: string }>, reference: string, kind: string): string {
  for (const [id, object] of objects) {
    if (id === reference || object.name === reference) return id;
  }
  throw new Error(`The seed refers to a ${kind} that it does not contain: ${reference}`);
}
