/** The objects of a world, from its checked seed. References are by name or ID. */

import { keyAfter } from "./audit.ts";
import { dayMs, hourMs, toSecondsText, wholeSecondMs } from "./clock.ts";
import { defaultPendingMs, install, publishStatuses, scheduleDestruction, targetsOf } from "./keystore-effects.ts";
import { addKmsKey, newDualAuth } from "./kms/new-key.ts";
import { defaultRing, requireRing } from "./kms/rings.ts";
import type { Caller, Key, Stamps } from "./model.ts";
import { rightsOfIdentity } from "./roles.ts";
import type { CheckedSeed } from "./seed.ts";
import { seededId, serviceCaller, type World } from "./world.ts";

export function populate(world: World): void {
  const { seed } = world;
  const startMs = wholeSecondMs(world.clock.nowMs());
  const firstPerson = seed.identities[0]?.iamId ?? serviceCaller.iamId;
  const stamps = (): Stamps => ({
    createdMs: startMs,
    createdBy: firstPerson,
    updatedMs: startMs,
    updatedBy: firstPerson,
  });

  for (const { id, ...vault } of seed.vaults) {
    const vaultId = id ?? seededId(world, "vault", vault.name);
    world.vaults.set(vaultId, { ...stamps(), ...vault, id: vaultId });
  }
  populateIdentities(world);
  for (const { id, vault, variant, groups, pendingDays, refuses, ...keystore } of seed.keystores) {
    const keystoreId = id ?? seededId(world, "keystore", `${vault}/${keystore.name}`);
    world.keystores.set(keystoreId, {
      ...stamps(),
      ...keystore,
      id: keystoreId,
      vaultId: find(world.vaults, vault, "vault"),
      variant: variant ?? (keystore.type === "ibm_cloud_kms" ? "internal" : undefined),
      groups: groups ?? [keystore.name],
      ring: keystore.type === "ibm_cloud_kms" && (variant ?? "internal") === "internal" ? keystore.name : undefined,
      pendingMs: pendingDays === undefined ? defaultPendingMs[keystore.type] : pendingDays * dayMs,
      refuses: new Set(refuses),
      checkedMs: startMs,
    });
  }
  populateRings(world, startMs, firstPerson);
  populateInstancePolicies(world, startMs, firstPerson);
  for (const { id, vault, ...template } of seed.templates) {
    const templateId = id ?? seededId(world, "template", `${vault}/${template.name}`);
    const vaultId = find(world.vaults, vault, "vault");
    world.templates.set(templateId, { ...stamps(), ...template, id: templateId, vaultId, version: 1 });
  }
  for (const key of seed.keys) populateKey(world, key, startMs, firstPerson);
  populateKmsKeys(world, startMs, firstPerson);
}

/** The ring `default`, and one for each internal keystore. */
function populateRings(world: World, createdMs: number, createdBy: string): void {
  const internal = [...world.keystores.values()].flatMap(({ ring }) => (ring === undefined ? [] : [ring]));
  for (const id of ["default", ...internal]) world.rings.set(id, { id, createdMs, createdBy });
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

function populateKey(world: World, seeded: CheckedSeed["keys"][number], startMs: number, firstPerson: string): void {
  const vaultId = find(world.vaults, seeded.vault, "vault");
  const inVault = [...world.templates.byVault.find(vaultId)].map((template) => [template.id, template] as const);
  const templateId = find(new Map(inVault), seeded.template, "template");
  const template = world.templates.get(templateId);
  if (template === undefined) throw new Error(`The seed names no template ${seeded.template}.`);
  const state = seeded.state ?? template.keyState;
  const createdMs = seeded.createdAt === undefined ? startMs : Date.parse(seeded.createdAt);
  const deactivatedMs = seeded.deactivatedAt === undefined ? undefined : Date.parse(seeded.deactivatedAt);
  const destroyedMs = seeded.destroyedAt === undefined ? undefined : Date.parse(seeded.destroyedAt);
  const createdBy = seeded.createdBy ?? firstPerson;
  const key: Key = {
    id: seeded.id ?? seededId(world, "key", `${seeded.vault}/${seeded.label}`),
    instanceId: seededId(world, "instance", `${seeded.vault}/${seeded.label}`),
    vaultId,
    templateId,
    label: seeded.label,
    description: seeded.description,
    tags: seeded.tags,
    labelTags: [],
    size: template.size,
    keystoreFields: template.keystoreFields,
    state,
    version: 1,
    activationDate: seeded.activationDate ?? toSecondsText(createdMs).slice(0, 10),
    expirationDate: seeded.expirationDate,
    verification: seededId(world, "verification", seeded.label),
    createdMs,
    createdBy,
    updatedMs:
      seeded.updatedAt === undefined ? (destroyedMs ?? deactivatedMs ?? createdMs) : Date.parse(seeded.updatedAt),
    updatedBy: seeded.updatedBy ?? createdBy,
    deactivatedMs: state === "deactivated" ? (deactivatedMs ?? createdMs) : deactivatedMs,
    destroyedMs: state === "destroyed" ? (destroyedMs ?? createdMs) : destroyedMs,
    placements: [],
    resources: [...seeded.resources],
  };
  world.keys.set(key.id, key);
  placeSeededKey(world, key, seeded);
  world.audit.append({
    time: new Date(key.updatedMs).toISOString(),
    correlationId: "seed",
    operation: "seed",
    method: "",
    path: "",
    caller: key.updatedBy,
    authn: key.updatedBy,
    vaultId,
    keyId: key.id,
    label: key.label,
    to: state,
    status: 0,
    effect: true,
    after: keyAfter(key),
  });
}

function placeSeededKey(world: World, key: Key, seeded: CheckedSeed["keys"][number]): void {
  const creator: Caller = { ...serviceCaller, iamId: key.createdBy };
  const wasInstalled = key.state === "active" || key.deactivatedMs !== undefined || key.state.endsWith("compromised");
  for (const keystore of targetsOf(world, key)) {
    const placement = { keystoreId: keystore.id, material: { kind: "absent" } as const, removedByUser: false };
    key.placements.push(placement);
    if (!wasInstalled) continue;
    install(world, key, placement, creator, key.createdMs);
    const [twin] = world.kmsKeys.byManagedKey.find(key.id);
    if (twin !== undefined && (seeded.dualAuthDelete || seeded.setForDeletion !== undefined)) {
      twin.dualAuth = {
        id: seededId(world, "policy", key.id),
        enabled: true,
        createdBy: key.createdBy,
        createdMs: key.createdMs,
        updatedBy: key.createdBy,
        updatedMs: key.createdMs,
      };
      if (seeded.setForDeletion !== undefined) {
        const { by, at } = seeded.setForDeletion;
        twin.dualAuth.setBy = { iamId: by, authnIamId: by };
        twin.dualAuth.expiresMs = Date.parse(at) + world.switches.kmsWindowHours * hourMs;
      }
    }
    const destroyed = key.state === "destroyed" || key.state === "destroyed_compromised";
    if (destroyed) scheduleDestruction(world, key, placement, creator, key.destroyedMs ?? key.createdMs);
    else if (key.state !== "active") disableSeeded(world, key);
  }
  publishStatuses(world, key, world.clock.nowMs());
}

function disableSeeded(world: World, key: Key): void {
  for (const placement of key.placements) {
    if (placement.twinId === undefined) placement.material = { kind: "disabled" };
    else {
      const twin = world.kmsKeys.get(placement.twinId);
      if (twin !== undefined) twin.state = 2;
    }
  }
}

/** The instance's dual authorization. Every KMS key starts with it, so it is set first. */
function populateInstancePolicies(world: World, createdMs: number, createdBy: string): void {
  if (!world.seed.instance.dualAuthDelete) return;
  const stamps = { createdBy, createdMs, updatedBy: createdBy, updatedMs: createdMs };
  world.instancePolicies.set("dualAuthDelete", { enabled: true, ...stamps });
}

function populateKmsKeys(world: World, startMs: number, firstPerson: string): void {
  for (const id of world.seed.keyRings) {
    if (!world.rings.has(id)) world.rings.set(id, { id, createdMs: startMs, createdBy: firstPerson });
  }
  for (const seeded of world.seed.kmsKeys) populateKmsKey(world, seeded, startMs, firstPerson);
}

function populateKmsKey(
  world: World,
  seeded: CheckedSeed["kmsKeys"][number],
  startMs: number,
  firstPerson: string,
): void {
  const { name, ring = defaultRing, state, deletedAt, setForDeletion, expirationDate } = seeded;
  requireRing(world, ring, `The seed refers to a key ring that it does not contain: ${ring}`);
  const key = addKmsKey(world, {
    id: seeded.id ?? seededId(world, "kms-key", `${ring}/${name}`),
    name,
    ring,
    createdMs: seeded.createdAt === undefined ? startMs : Date.parse(seeded.createdAt),
    createdBy: seeded.createdBy ?? firstPerson,
    extractable: seeded.extractable,
    description: seeded.description,
    tags: seeded.tags,
    aliases: seeded.aliases,
    imported: seeded.payload,
    expiresMs: expirationDate === undefined ? undefined : Date.parse(expirationDate),
  });
  key.resources = [...seeded.resources];
  key.state = state;
  if (state === 5) {
    key.deletedMs = deletedAt === undefined ? startMs : Date.parse(deletedAt);
    key.deletedBy = key.createdBy;
  }
  if (seeded.dualAuthDelete || setForDeletion !== undefined) {
    key.dualAuth ??= newDualAuth(world, key.createdBy, key.createdMs);
  }
  if (key.dualAuth === undefined || setForDeletion === undefined) return;
  key.dualAuth.setBy = { iamId: setForDeletion.by, authnIamId: setForDeletion.by };
  key.dualAuth.expiresMs = Date.parse(setForDeletion.at) + world.switches.kmsWindowHours * hourMs;
}

function find(objects: ReadonlyMap<string, { readonly name: string }>, reference: string, kind: string): string {
  for (const [id, object] of objects) {
    if (id === reference || object.name === reference) return id;
  }
  throw new Error(`The seed refers to a ${kind} that it does not contain: ${reference}`);
}
