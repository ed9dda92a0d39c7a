/**
 * Serves the calls that show, create, connect and change a keystore (rows S1 to S4 of uko-v4.md 2.1; also 3.7, 3.8).
 */

import type { Call, Reply } from "../http/responses.ts";
import { toSecondsText } from "../store/clock.ts";
import { type Keystore, keystoreTypes } from "../store/model.ts";
import type { World } from "../store/world.ts";
import { requireRight, vaultNamed } from "./access.ts";
import { shownProxy } from "./api-versions.ts";
import {
  addContainer,
  type ContainerKind,
  changeableContainer,
  changeContainer,
  refuseTakenName,
  vaultReference,
  viewStamps,
} from "./containers.ts";
import { booleanParameter, invalid, keystoreFailed } from "./envelope.ts";
import { defaultPendingMs } from "./keystore-effects.ts";
import {
  type CreateFields,
  changedIdentity,
  maskedSecrets,
  parseCreation,
  parsePatch,
  requiredFields,
  splitConnection,
} from "./keystore-fields.ts";
import { oneOf, textFilter } from "./lists.ts";

export const healthStatuses = ["ok", "not_responding", "configuration_error", "pending_check"] as const;

export const keystoreKind: ContainerKind<Keystore> = {
  what: "keystore",
  right: "target-keystores",
  listName: "keystores",
  vendorName: "keystore-list",
  all: (world) => world.keystores,
  vaultOf: (keystore) => keystore.vaultId,
  view: viewKeystore,
  filters: {
    filters: {
      type: oneOf((keystore) => keystore.type, keystoreTypes),
      name: textFilter((keystore) => keystore.name, "includes", 100),
      description: textFilter((keystore) => keystore.description, "includes", 200),
      group: { keeps: (group) => (keystore) => keystore.groups.includes(group) },
      "groups[]": oneOf((keystore) => keystore.groups),
      "vault.id": oneOf((keystore) => keystore.vaultId),
      location: oneOf((keystore) => keystore.location),
      "status.health_status": oneOf((keystore) => healthOf(keystore), healthStatuses),
    },
    exclusive: [["group", "groups[]"]],
    defaults: {},
  },
};

const limits = { internalKeystores: 50, freeInternalKeystores: 5 } as const;

/** S2: creates a key ring, or connects a keystore. A dry run only tests the connection (U25). */
export function createKeystore(call: Call): Reply {
  const { world, nowMs } = call;
  const caller = call.caller();
  requireRight(caller, "target-keystores.write");
  const isDryRun = booleanParameter(call, "dry_run");
  const body = parseCreation(call);
  const vault = vaultNamed(call, body.vault.id);
  requirePlan(call, body);
  const name = String(body.name ?? body.azure_service_name);
  refuseTakenName(keystoreKind, call, name, { vaultId: vault.id });
  const { fields, works } = splitConnection(body.type, body);
  const { ibm_variant: variant } = body;
  if (variant === "internal" && internalKeystores(world) >= limits.internalKeystores) throw keystoreFailed();
  if (isDryRun && works === false) throw keystoreFailed();

  const keystore: Keystore = {
    ...world.stamps(caller, nowMs),
    id: isDryRun ? "" : world.newId("keystore"),
    vaultId: vault.id,
    type: body.type,
    variant,
    name,
    description: body.description ?? "",
    location: locationOf(world, body),
    groups: [...(body.groups ?? [name])], // U23
    ring: variant === "internal" ? freeRing(world, name) : undefined,
    pendingMs: defaultPendingMs[body.type],
    fields,
    misconfigured: works === false,
    refuses: new Set(),
    statusResponse: "ok",
  };
  if (isDryRun) {
    const { id: _, href: __, ...shown } = viewKeystore(world, keystore);
    return { status: 201, body: shown, effect: false };
  }
  if (keystore.ring !== undefined) {
    world.rings.set(keystore.ring, { id: keystore.ring, createdMs: nowMs, createdBy: caller.iamId });
  }
  return addContainer(keystoreKind, call, keystore);
}

/** The first external keystore, and those beyond the free ones, require a right (3.8, 6). */
function requirePlan(call: Call, body: CreateFields): void {
  const isInternal = body.ibm_variant === "internal";
  const internal = internalKeystores(call.world);
  const external = call.world.keystores.size - internal;
  if (!isInternal && external === 0) requireRight(call.caller(), "uko.initiate-paid-upgrade");
  const isPaid = isInternal ? internal >= limits.freeInternalKeystores : external > 0;
  if (isPaid) requireRight(call.caller(), "uko.add-paid-keystore");
}

function internalKeystores(world: World): number {
  return [...world.keystores.values()].filter(({ variant }) => variant === "internal").length;
}

function locationOf(world: World, { ibm_variant, ...body }: CreateFields): string {
  if (ibm_variant === "internal") return world.seed.instance.region;
  return String(body.aws_region ?? body.azure_location ?? body.google_location ?? "");
}

/** An unused ring ID, from the keystore's name (kms-v2-and-iam.md 2.13). */
function freeRing(world: World, name: string): string {
  const base = name
    .replace(/[^A-Za-z0-9-]/g, "-")
    .padEnd(2, "-")
    .slice(0, 90);
  let id = base;
  for (let count = 2; world.rings.has(id); count += 1) id = `${base}-${count}`;
  return id;
}

/**
 * S4: changes a keystore. Its type, vault and identifying fields cannot change (3.8, U22), and masked secrets stay (U24).
 */
export function patchKeystore(call: Call): Reply {
  const { world } = call;
  const { item: keystore, fields } = changeableContainer(keystoreKind, call, "write", (item) => {
    const read = parsePatch(call, item.type, item.variant === "internal" ? placeOf(world, item.ring) : undefined);
    const changed = changedIdentity(item, read);
    if (changed !== undefined) throw invalid("field", changed);
    return read;
  });
  refuseTakenName(keystoreKind, call, fields.name, { vaultId: keystore.vaultId, own: keystore });
  const connection = splitConnection(keystore.type, fields);
  keystore.name = fields.name ?? keystore.name;
  keystore.description = fields.description ?? keystore.description;
  keystore.groups = fields.groups === undefined ? keystore.groups : [...fields.groups];
  keystore.fields = { ...keystore.fields, ...connection.fields };
  if (typeof fields.azure_location === "string") keystore.location = fields.azure_location;
  if (connection.works !== undefined) {
    keystore.misconfigured = !connection.works;
    keystore.checkedMs = undefined;
  }
  return changeContainer(keystoreKind, call, keystore);
}

const healthByResponse = { ok: "ok", error: "not_responding", unknown: "pending_check" } as const;

/** The health of a keystore, which is unknown before the first S6 (U16). */
export function healthOf(keystore: Keystore): (typeof healthStatuses)[number] {
  if (keystore.checkedMs === undefined) return "pending_check";
  return keystore.misconfigured === true ? "configuration_error" : healthByResponse[keystore.statusResponse];
}

export function viewHealth(keystore: Keystore): Record<string, unknown> {
  return {
    health_status: healthOf(keystore),
    ...(keystore.checkedMs === undefined ? {} : { last_heartbeat: toSecondsText(keystore.checkedMs) }),
    message: keystore.misconfigured === true ? "The credentials of the keystore were refused." : "",
  };
}

/** The fields that locate an internal keystore, as far as the service shows them. */
function placeOf(world: World, ring: string | undefined): Readonly<Record<string, string | boolean>> {
  const place = { ...requiredFields("ibm_cloud_kms"), ...maskedSecrets("ibm_cloud_kms") };
  if (world.switches.internalKeystoreFields === "empty" || ring === undefined) return place;
  return { ...place, ibm_instance_id: world.instanceId, ibm_key_ring: ring };
}

function viewKeystore(world: World, keystore: Keystore): Record<string, unknown> {
  const { tls_proxy, ...fields } = keystore.fields;
  return {
    vault: vaultReference(world, keystore.vaultId),
    id: keystore.id,
    name: keystore.name,
    location: keystore.location,
    description: keystore.description,
    groups: keystore.groups,
    type: keystore.type,
    ...viewStamps(world, keystore),
    href: world.href(`/v4/keystores/${keystore.id}`),
    status: viewHealth(keystore),
    ...requiredFields(keystore.type),
    ...(keystore.type === "ibm_cloud_kms" ? { ibm_variant: keystore.variant } : {}),
    ...(keystore.variant === "internal" ? placeOf(world, keystore.ring) : {}),
    ...fields,
    ...shownProxy(world, keystore.type, tls_proxy),
    ...maskedSecrets(keystore.type),
  };
}
