/** The world as one JSON object, for looking at and for tests; it holds no credential. */

import { toSecondsText } from "../clock.ts";
import { viewTwin } from "../kms/twin-view.ts";
import { viewKey } from "../uko/key-view.ts";
import type { World } from "../world.ts";

export function snapshot(world: World): unknown {
  const nowMs = world.clock.nowMs();
  return {
    instanceId: world.instanceId,
    now: new Date(nowMs).toISOString(),
    frozen: world.clock.isFrozen,
    profile: world.profile,
    switches: world.switches,
    identities: [...world.identities.values()].map(({ iamId, kind, name, login, rights }) => ({
      iamId,
      kind,
      name,
      login,
      rights: [...rights],
    })),
    vaults: [...world.vaults.values()].map(({ id, name }) => ({ id, name })),
    keystores: [...world.keystores.values()].map(
      ({ id, name, vaultId, type, variant, groups, pendingMs, refuses, answers }) => ({
        id,
        name,
        vaultId,
        type,
        variant,
        groups,
        pendingDays: pendingMs / 86_400_000,
        refuses: [...refuses],
        answers,
      }),
    ),
    templates: [...world.templates.values()].map(({ id, name, vaultId, keyState, keystoreType, group }) => ({
      id,
      name,
      vaultId,
      keyState,
      keystoreType,
      group,
    })),
    keys: [...world.keys.values()].map((key) => ({
      ...viewKey(world, key, nowMs),
      deactivated_at: key.deactivatedMs === undefined ? undefined : toSecondsText(key.deactivatedMs),
      resources: key.resources,
    })),
    twins: [...world.twins.values()].map((twin) => ({
      ...viewTwin(world, twin, nowMs),
      managedKeyId: twin.keyId,
      setBy: twin.dualAuth?.setBy?.iamId,
    })),
  };
}
