/**
 * Applies the steps of a managed key in its keystores: installs or disables its material there, or schedules the
 * material's destruction. The file also chooses the keystores of a key by its template, and computes the status that
 * each keystore reports (uko-v4.md 3.6, 4.3, 4.4).
 */

import { addKmsKey } from "../kms/new-key.ts";
import { dayMs, hourMs, toDestructionText } from "../store/clock.ts";
import type { KeyState } from "../store/key-states.ts";
import type {
  Caller,
  Key,
  Keystore,
  KeystoreOperation,
  KeystoreStatus,
  KeystoreType,
  Material,
  Placement,
} from "../store/model.ts";
import { serviceCaller, type World } from "../store/world.ts";

export function keystoreReference(world: World, { id, name, type }: Keystore): KeystoreStatus["keystore"] {
  return { id, name, type, href: world.href(`/v4/keystores/${id}`) };
}

/** Default pending periods (uko-v4.md 4.4). */
export const defaultPendingMs = {
  aws_kms: 7 * dayMs,
  azure_key_vault: 90 * dayMs,
  google_kms: 30 * dayMs,
  ibm_cloud_kms: 30 * dayMs,
  cca: 0,
} as const satisfies Record<KeystoreType, number>;

/** The keystores of the key's vault with the template's type and group (uko-v4.md 3.6). */
export function targetsOf(world: World, key: Key): readonly Keystore[] {
  const template = world.templates.get(key.templateId);
  if (template === undefined) return [];
  return [...world.keystores.byVault.find(key.vaultId)].filter(
    ({ type, groups }) => type === template.keystoreType && groups.includes(template.group),
  );
}

/** The identity under which UKO calls KMS (switch `backingKeyIdentity`). */
export function towardsBackingKey(world: World, caller: Caller): Caller {
  return world.switches.backingKeyIdentity === "service" ? serviceCaller : caller;
}

/** Whether a keystore takes part in an operation now; if not, the key is out of sync there. */
export function accepts(keystore: Keystore | undefined, operation: KeystoreOperation): boolean {
  if (keystore === undefined || keystore.misconfigured === true) return false;
  return keystore.statusResponse === "ok" && !keystore.refuses.has(operation);
}

export function emptyPlacement(keystoreId: string): Placement {
  return { keystoreId, material: { kind: "absent" }, removedByUser: false };
}

/** Installs and enables a key in a keystore, or enables it again. */
export function install(world: World, key: Key, placement: Placement, caller: Caller, nowMs: number): void {
  const keystore = world.keystores.get(placement.keystoreId);
  placement.removedByUser = false;
  if (keystore?.variant !== "internal") {
    placement.idInKeystore ??= idInKeystore(world, keystore, world.newId("external-key"));
    placement.material = { kind: "enabled" };
    return;
  }
  const existing = world.backingKeyIn(placement);
  if (existing !== undefined) {
    if (existing.state !== 5) existing.state = 1;
    existing.updatedMs = nowMs;
    world.kmsKeys.changed(existing.id);
    return;
  }
  const backingKey = addKmsKey(world, {
    backingKeyOf: { keyId: key.id, keystoreId: keystore.id },
    ring: keystore.ring ?? "default",
    name: key.label,
    createdMs: nowMs,
    createdBy: towardsBackingKey(world, caller).iamId,
  });
  placement.backingKeyId = backingKey.id;
  placement.idInKeystore = `${world.instanceId}/${backingKey.id}`;
}

/** Disables a key in a keystore: its material stays, but cannot be used. */
export function disable(world: World, placement: Placement, nowMs: number): void {
  const backingKey = world.backingKeyIn(placement);
  if (backingKey === undefined) {
    if (placement.material.kind === "enabled") placement.material = { kind: "disabled" };
    return;
  }
  if (backingKey.state === 1) backingKey.state = 2;
  backingKey.updatedMs = nowMs;
  world.kmsKeys.changed(backingKey.id);
}

/** Schedules the destruction of the material, if any was ever installed (uko-v4.md 4.3, U27). */
export function scheduleDestruction(world: World, key: Key, placement: Placement, caller: Caller, nowMs: number): void {
  const keystore = world.keystores.get(placement.keystoreId);
  const untilMs = nowMs + (keystore?.pendingMs ?? 0);
  const backingKey = world.backingKeyIn(placement);
  if (backingKey !== undefined) {
    if (backingKey.state === 5) return;
    Object.assign(backingKey, {
      state: 5,
      deletedMs: nowMs,
      deletedBy: towardsBackingKey(world, caller).iamId,
      goneMs: untilMs,
      updatedMs: nowMs,
    });
    world.kmsKeys.changed(backingKey.id);
    return;
  }
  const { kind } = materialOf(world, key, placement, nowMs);
  if (kind === "enabled" || kind === "disabled" || kind === "wrong") placement.material = { kind: "pending", untilMs };
}

/**
 * The material in the keystore now. A backing key that was deleted in KMS while the key is not destroyed
 * counts as absent (uko-v4.md 4.3).
 */
export function materialOf(world: World, key: Key, placement: Placement, nowMs: number): Material {
  const backingKey = world.backingKeyIn(placement);
  if (backingKey !== undefined) {
    if (backingKey.state === 1) return { kind: "enabled" };
    if (backingKey.state !== 5) return { kind: "disabled" };
    const goneMs = backingKey.goneMs ?? 0;
    const isDestroyed = key.state === "destroyed" || key.state === "destroyed_compromised";
    return isDestroyed && nowMs < goneMs ? { kind: "pending", untilMs: goneMs } : { kind: "absent" };
  }
  if (placement.material.kind === "pending" && nowMs >= placement.material.untilMs) return { kind: "absent" };
  return placement.material;
}

/** The keystores that still hold material of the key, in any condition. */
export function holdsMaterial(world: World, key: Key, nowMs: number): readonly Keystore[] {
  return keystoresOf(world, key, (placement) => materialOf(world, key, placement, nowMs).kind !== "absent");
}

/** References to the keystores of a key, by default all of them. */
export function keystoresOf(
  world: World,
  key: Key,
  isWanted: (placement: Placement) => boolean = ({ removedByUser }) => !removedByUser,
): readonly Keystore[] {
  return key.placements.flatMap((each) => (isWanted(each) ? (world.keystores.get(each.keystoreId) ?? []) : []));
}

const statusWords = {
  absent: "not_present",
  enabled: "active",
  disabled: "not_active",
  pending: "pending_destruction",
  wrong: "wrong_key",
} as const satisfies Record<Material["kind"], string>;

interface Expectation {
  readonly inSync: Partial<Record<Material["kind"], string>>;
  readonly otherwise: string;
}

const destroyedExpectation: Expectation = {
  inSync: {
    absent: "destroyed_key_is_not_present_in_keystore",
    pending: "destroyed_pending_key_is_pending_destruction_in_keystore",
  },
  otherwise: "destroyed_key_is_present_in_keystore",
};
const deactivatedExpectation: Expectation = {
  inSync: { disabled: "deactivated_key_is_deactivated_in_keystore" },
  otherwise: "deactivated_key_is_not_deactivated_in_keystore",
};

/**
 * The expected material in each state of the key, with the status details if the keystore has it or not (uko-v4.md 3.4,
 * 4.3).
 */
const expectations = {
  pre_activation: {
    inSync: { absent: "pre_active_key_is_not_present_in_keystore" },
    otherwise: "pre_active_key_is_present_in_keystore",
  },
  active: {
    inSync: { enabled: "active_key_is_active_in_keystore" },
    otherwise: "active_key_is_not_active_in_keystore",
  },
  deactivated: deactivatedExpectation,
  compromised: deactivatedExpectation,
  destroyed: destroyedExpectation,
  destroyed_compromised: destroyedExpectation,
} as const satisfies Record<KeyState, Expectation>;

export function liveStatuses(world: World, key: Key, nowMs: number): readonly KeystoreStatus[] {
  return key.placements.flatMap((placement) => {
    const keystore = world.keystores.get(placement.keystoreId);
    return keystore === undefined ? [] : [statusOf(world, key, placement, keystore, nowMs)];
  });
}

/** The statuses of a keystore that does not respond. */
const unresponsive = {
  error: {
    ...{ status: "error", keystore_sync_flag: "error", keystore_sync_flag_detail: "connection_error" },
    error: { code: "keystore_error", message: "The keystore did not answer." },
  },
  unknown: { status: "unknown", keystore_sync_flag: "verifying_sync", keystore_sync_flag_detail: "unknown" },
};

function statusOf(world: World, key: Key, placement: Placement, keystore: Keystore, nowMs: number): KeystoreStatus {
  const common = {
    keystore: keystoreReference(world, keystore),
    instance: { id: key.instanceId },
    destruction_policy_duration: `PT${keystore.pendingMs / hourMs}H`,
    destruction_at: "",
    key_id_in_keystore: placement.idInKeystore,
  };
  const statusResponse = keystore.misconfigured === true ? "error" : keystore.statusResponse;
  if (statusResponse !== "ok") return { ...common, ...unresponsive[statusResponse] };
  const material = materialOf(world, key, placement, nowMs);
  const status = statusWords[material.kind];
  if (placement.removedByUser) {
    const detail = `target_keystore_removed_by_user${material.kind === "enabled" ? "_contains_an_active_key" : ""}`;
    const flag = material.kind === "enabled" ? "out_of_sync" : "ok";
    return { ...common, status, keystore_sync_flag: flag, keystore_sync_flag_detail: detail };
  }
  const expectation: Expectation = expectations[key.state];
  const inSync = expectation.inSync[material.kind];
  return {
    ...common,
    status,
    destruction_at: material.kind === "pending" ? toDestructionText(material.untilMs) : "",
    keystore_sync_flag: inSync === undefined ? "out_of_sync" : "ok",
    keystore_sync_flag_detail: inSync ?? expectation.otherwise,
  };
}

/** Stores the statuses if a plain GET shows stored ones. */
export function publishStatuses(world: World, key: Key, nowMs: number): readonly KeystoreStatus[] {
  const statuses = liveStatuses(world, key, nowMs);
  key.storedStatuses = world.switches.statusFreshness === "stale" ? statuses : undefined;
  world.keys.changed(key.id);
  return statuses;
}

export function shownStatuses(world: World, key: Key, nowMs: number): readonly KeystoreStatus[] {
  const stored = world.switches.statusFreshness === "stale" ? key.storedStatuses : undefined;
  return stored ?? liveStatuses(world, key, nowMs);
}

/** The form of a key ID differs between keystores (uko-v4.md 3.4). */
function idInKeystore(world: World, keystore: Keystore | undefined, id: string): string {
  const field = (name: string, fallback: string): string => String(keystore?.fields[name] ?? fallback);
  switch (keystore?.type) {
    case "aws_kms":
      return `arn:aws:kms:${field("aws_region", "eu_central_1").replaceAll("_", "-")}:000000000000:key/${id}`;
    case "google_kms": {
      const project = `projects/${field("google_project_id", "emulated")}`;
      const place = `${project}/locations/${field("google_location", "europe-west3")}`;
      return `${place}/keyRings/${field("google_key_ring", "ring")}/cryptoKeys/${id}/cryptoKeyVersions/1`;
    }
    case "azure_key_vault":
      return `${id}/${world.newId("azure-version")}`;
    default:
      return `${field("ibm_instance_id", world.instanceId)}/${id}`;
  }
}
