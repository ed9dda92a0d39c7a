/** The small models that other objects carry: references and stamps (uko-v4.md 3.1). */

import { toSecondsText } from "../clock.ts";
import type { Keystore, Stamps } from "../model.ts";
import type { World } from "../world.ts";

export function vaultReference(world: World, vaultId: string): Record<string, unknown> {
  return { id: vaultId, name: world.vaults.get(vaultId)?.name, href: world.href(`/v4/vaults/${vaultId}`) };
}

export function keystoreReference(world: World, { id, name, type }: Keystore): Record<string, unknown> {
  return { id, name, type, href: world.href(`/v4/keystores/${id}`) };
}

export function viewStamps(world: World, object: Stamps): Record<string, unknown> {
  return {
    created_at: toSecondsText(object.createdMs),
    updated_at: toSecondsText(object.updatedMs),
    ...(world.switches.lastWriter === "absent" ? {} : { created_by: object.createdBy, updated_by: object.updatedBy }),
  };
}
