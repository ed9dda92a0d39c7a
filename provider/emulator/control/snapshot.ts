/** The world as one JSON object, for looking at and for tests; it holds no credential. */

import { toSecondsText } from "../clock.ts";
import { viewKmsKey } from "../kms/view.ts";
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
    twins: viewKmsKeys(world, nowMs).filter(({ managedKeyId }) => managedKeyId !== undefined),
    kmsKeys: viewKmsKeys(world, nowMs).filter(({ managedKeyId }) => managedKeyId === undefined),
  };
}

function viewKmsKeys(world: World, nowMs: number): readonly { readonly managedKeyId: string | undefined }[] {
  return [...world.kmsKeys.values()].map((key) => ({
    ...viewKmsKey(world, key, nowMs),
    managedKeyId: key.twinOf?.keyId,
    setBy: key.dualAuth?.setBy?.iamId,
    resources: key.twinOf === undefined ? key.resources : undefined,
  }));
}
