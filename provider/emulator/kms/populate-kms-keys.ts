/** Fills a world with the seed's KMS rings, KMS keys of their own, and the instance's policy. */

import { hourMs } from "../clock.ts";
import type { CheckedSeed } from "../seed.ts";
import { seededId, type World } from "../world.ts";
import { addKmsKey, newDualAuth } from "./new-key.ts";
import { defaultRing, requireRing } from "./rings.ts";

/** The instance's dual authorization, which twins and keys alike begin with; called before any key is placed. */
export function populateInstancePolicies(world: World, createdMs: number, createdBy: string): void {
  if (!world.seed.instance.dualAuthDelete) return;
  const stamps = { createdBy, createdMs, updatedBy: createdBy, updatedMs: createdMs };
  world.instancePolicies.set("dualAuthDelete", { enabled: true, ...stamps });
}

export function populateKmsKeys(world: World, startMs: number, firstPerson: string): void {
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
  requireRing(world, ring, `The seed names a key ring that it does not hold: ${ring}`);
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
