/**
 * Serves the calls that list keys, their versions, and the resources that use them (K1, K14 and K13 in uko-v4.md
 * 2.1-2.3, 3.13). By default, a list of keys hides deactivated and destroyed keys. The calls that list the contents of
 * a keystore (S7, S8) use parts of this file.
 */

import type { Call, Reply } from "../http/responses.ts";
import { keyStates } from "../store/key-states.ts";
import { type AssociatedResource, type Key, keystoreTypes, templateTypes } from "../store/model.ts";
import type { World } from "../store/world.ts";
import { keyOf, mayUseVault, requireRight } from "./access.ts";
import { vaultReference } from "./containers.ts";
import { alignmentOf, materialPlaces, viewKey } from "./key-view.ts";
import { keystoreReference, keystoresOf, shownStatuses } from "./keystore-effects.ts";
import {
  applyFilters,
  dateFilters,
  dayOf,
  exactOrRange,
  type Filter,
  type FilterSet,
  listReply,
  oneOf,
  sizeFilters,
  textFilter,
} from "./lists.ts";
import { keyAlgorithms } from "./template-fields.ts";

/** The lists of K1, S7 and K14. */
type KeyList = "all" | "keystore" | "versions";

const syncFlags = ["ok", "out_of_sync", "error", "verifying_sync"] as const;

const templateOf = (world: World, key: Key) => world.templates.get(key.templateId);

/** The date of a rotation can be filtered by bounds, but not exactly. */
const { rotated_at: _, ...rotatedBounds } = dateFilters<Key>("rotated_at", (key) => dayOf(key.rotatedMs), "strict");

const filters: Readonly<Record<string, Filter<Key>>> = {
  state: oneOf((key) => key.state, keyStates),
  // U36: a case-sensitive part of the label.
  label: textFilter((key) => key.label, "includes", 255),
  algorithm: oneOf((key, world) => templateOf(world, key)?.algorithm, keyAlgorithms),
  ...sizeFilters("size", (key) => key.size),
  "template.id": oneOf((key) => key.templateId),
  "template.name": { keeps: (value) => (key, world) => templateOf(world, key)?.name.startsWith(value) === true },
  "template.type[]": oneOf((key, world) => templateOf(world, key)?.type, templateTypes),
  "template.alignment_status": {
    accepts: (value) => value === "aligned" || value === "unaligned",
    keeps: (value) => (key, world) => alignmentOf(world, key) === value,
  },
  "status_in_keystores[].keystore_sync_flag": oneOf(
    (key, world, nowMs) => shownStatuses(world, key, nowMs).map((status) => status.keystore_sync_flag),
    syncFlags,
  ),
  key_material_present: oneOf((key, world, nowMs) => materialPlaces(world, key, nowMs), ["keystores", "repository"]),
  ...dateFilters("activation_date", (key) => key.activationDate, "inclusive"),
  ...dateFilters("deactivation_date", (key) => key.expirationDate, "inclusive"),
  ...dateFilters("expiration_date", (key) => key.expirationDate, "inclusive"),
  ...dateFilters("created_at", (key) => dayOf(key.createdMs), "inclusive"),
  ...dateFilters("updated_at", (key) => dayOf(key.updatedMs), "strict"),
  ...rotatedBounds,
};

/** Filters of K1 and K14 only, because in the list of one keystore they would have no effect. */
const keystoreFilters: Readonly<Record<string, Filter<Key>>> = {
  "referenced_keystores[].type": oneOf((key, world) => keystoresOf(world, key).map(({ type }) => type), keystoreTypes),
  "referenced_keystores[].name": oneOf((key, world) => keystoresOf(world, key).map(({ name }) => name)),
  "instances[].keystore.type": oneOf((key, world) => templateOf(world, key)?.keystoreType, keystoreTypes),
};

const wholeFilters: Readonly<Record<string, Filter<Key>>> = {
  "vault.id": oneOf((key) => key.vaultId),
  managing_systems: oneOf(() => "web", ["web", "workstation"]),
};

/** The two names of one date. Their ranges exclude each other and both exact filters. */
const expiry = ["deactivation_date", "expiration_date"] as const;
const exclusive: FilterSet<Key>["exclusive"] = [
  ["referenced_keystores[].type", "instances[].keystore.type"],
  expiry,
  ...exactOrRange("activation_date", "created_at", "updated_at", "size", ...expiry),
  ...["_min", "_max"].flatMap((bound): (readonly [string, string])[] => [
    ["deactivation_date", `expiration_date${bound}`],
    ["expiration_date", `deactivation_date${bound}`],
    ["deactivation_date_min", `expiration_date${bound}`],
    ["deactivation_date_max", `expiration_date${bound}`],
  ]),
];

/** The filters of each list. K1 and S7 hide deactivated and destroyed keys by default (uko-v4.md 0.2); K14 hides none. */
const keyFilters: Readonly<Record<KeyList, FilterSet<Key>>> = {
  all: {
    filters: { ...filters, ...keystoreFilters, ...wholeFilters },
    exclusive,
    defaults: { state: "pre_activation,active" },
  },
  keystore: { filters, exclusive, defaults: { state: "pre_activation,active" } },
  versions: { filters: { ...filters, ...keystoreFilters }, exclusive, defaults: {} },
};

export function listKeys(call: Call): Reply {
  const caller = call.caller();
  requireRight(caller, "managed-keys.list");
  const keys = [...call.world.keys.values()].filter(
    (key) => key.headId === undefined && mayUseVault(caller, key.vaultId),
  );
  return keyList(call, keys, "all");
}

/** K14: lists the versions of a key, the current one first (U11). */
export function listVersions(call: Call): Reply {
  const key = call.world.headOf(keyOf(call));
  return keyList(call, [key, ...call.world.olderVersions(key)], "versions");
}

export function keyList(call: Call, keys: readonly Key[], list: KeyList): Reply {
  const { world, nowMs } = call;
  return listReply(call, {
    name: "managed_keys",
    // The list of versions has no alternative content types (2.3).
    ...(list === "versions" ? {} : { vendorName: "managed-key-list" }),
    items: applyFilters(call, keys, keyFilters[list]),
    view: (key) => viewKey(world, key, nowMs),
    defaultSort: list === "versions" ? "-version" : "-updated_at",
    sortable: {
      label: (key) => key.label,
      algorithm: (key) => templateOf(world, key)?.algorithm,
      state: (key) => key.state,
      activation_date: (key) => key.activationDate,
      deactivation_date: (key) => key.expirationDate,
      created_at: (key) => key.createdMs,
      updated_at: (key) => key.updatedMs,
      size: (key) => Number(key.size),
      version: (key) => key.version,
      "vault.id": (key) => key.vaultId,
    },
  });
}

export function listAssociatedResources(call: Call): Reply {
  const key = keyOf(call);
  return resourceList(
    call,
    key.resources.map((resource) => ({ key, resource })),
  );
}

export function resourceList(call: Call, used: readonly Used[]): Reply {
  return listReply(call, {
    name: "associated_resources",
    items: used,
    view: ({ key, resource }) => viewResource(call, key, resource),
    defaultSort: "name",
    sortable: { name: ({ resource }) => resource.name, id: ({ resource }) => resource.crn },
  });
}

interface Used {
  readonly key: Key;
  readonly resource: AssociatedResource;
}

function viewResource(call: Call, key: Key, resource: AssociatedResource): unknown {
  const { world } = call;
  const placement = key.placements[0];
  const keystore = placement === undefined ? undefined : world.keystores.get(placement.keystoreId);
  return {
    id: encodeURIComponent(resource.crn),
    vault: vaultReference(world, key.vaultId),
    managed_key: { id: key.id, label: key.label, href: world.href(`/v4/managed_keys/${key.id}`) },
    referenced_keystore: keystore === undefined ? undefined : keystoreReference(world, keystore),
    key_id_in_keystore: placement?.idInKeystore ?? "",
    name: resource.name,
    type: "com_ibm_cloud_kms_registration",
    com_ibm_cloud_kms_registration: {
      prevents_key_deletion: resource.preventKeyDeletion,
      service_name: resource.serviceName,
      service_instance_name: resource.serviceInstanceName,
      crn: resource.crn,
      description: resource.description,
    },
  };
}
