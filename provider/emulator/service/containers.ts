/**
 * Serves the calls that vaults, keystores and templates have in common: read, list, create and change, with rights and
 * unique names (uko-v4.md 2.1, 2.4, 3.1).
 */

import type { Call, Reply } from "../http/responses.ts";
import { toSecondsText } from "../store/clock.ts";
import type { Collection } from "../store/collections.ts";
import type { Stamps } from "../store/model.ts";
import { etagOf, type World } from "../store/world.ts";
import { checkIfMatch, checkVault, mayUseVault, requireRight } from "./access.ts";
import { conflict, forbidden, notFound } from "./envelope.ts";
import { applyFilters, type FilterSet, listReply } from "./lists.ts";

type Container = Stamps & { readonly id: string; readonly name: string };

export interface ContainerKind<Item extends Container> {
  readonly what: string;
  readonly right: "vaults" | "target-keystores" | "key-templates";
  readonly listName: string;
  /** The name in the list's alternative content types (uko-v4.md 1.5). */
  readonly vendorName: string;
  readonly all: (world: World) => Collection<Item>;
  readonly vaultOf: (item: Item) => string;
  readonly view: (world: World, item: Item) => Record<string, unknown>;
  readonly filters: FilterSet<Item>;
}

/** Finds the object of the path for a caller who may read it. */
export function containerOf<Item extends Container>(kind: ContainerKind<Item>, call: Call): Item {
  requireRight(call.caller(), `${kind.right}.read`);
  const id = call.param("id");
  const item = kind.all(call.world).get(id);
  const isForbidden = kind.right === "vaults" && !mayUseVault(call.caller(), id);
  if (item === undefined) throw isForbidden ? forbidden("vaults.read") : notFound(kind.what);
  const vaultId = kind.vaultOf(item);
  call.note({ vaultId, label: item.name });
  // The header is never used on vault calls (uko-v4.md 1.4).
  if (kind.right !== "vaults") checkVault(call, vaultId);
  else if (isForbidden) throw forbidden("vaults.read");
  return item;
}

/** Finds the object of the path for a change. `read` runs between right and `If-Match`. */
export function changeableContainer<Item extends Container, Fields>(
  kind: ContainerKind<Item>,
  call: Call,
  action: "write" | "delete",
  read: (item: Item) => Fields,
): { readonly item: Item; readonly fields: Fields } {
  const item = containerOf(kind, call);
  requireRight(call.caller(), `${kind.right}.${action}`);
  const fields = read(item);
  checkIfMatch(call, item);
  return { item, fields };
}

function containerReply<Item extends Container>(kind: ContainerKind<Item>, call: Call, item: Item) {
  call.note({ vaultId: kind.vaultOf(item), label: item.name });
  return { status: 200, body: kind.view(call.world, item), headers: { etag: etagOf(item) } };
}

/** Stores a new object. No `Location` is documented for vaults (uko-v4.md 1.4). */
export function addContainer<Item extends Container>(kind: ContainerKind<Item>, call: Call, item: Item): Reply {
  kind.all(call.world).set(item.id, item);
  const { headers, ...reply } = containerReply(kind, call, item);
  const location = kind.right === "vaults" ? {} : { location: `/v4/${kind.listName}/${item.id}` };
  return { ...reply, status: 201, headers: { ...headers, ...location } };
}

/** Notes that the caller changed an object. */
export function changeContainer<Item extends Container>(kind: ContainerKind<Item>, call: Call, item: Item): Reply {
  call.world.touch(item, call.caller(), call.nowMs);
  kind.all(call.world).changed(item.id);
  return containerReply(kind, call, item);
}

export function getContainer<Item extends Container>(kind: ContainerKind<Item>, call: Call): Reply {
  return containerReply(kind, call, containerOf(kind, call));
}

export function listContainers<Item extends Container>(kind: ContainerKind<Item>, call: Call): Reply {
  const caller = call.caller();
  requireRight(caller, `${kind.right}.list`);
  const visible = [...kind.all(call.world).values()].filter((item) => mayUseVault(caller, kind.vaultOf(item)));
  return listReply(call, {
    name: kind.listName,
    vendorName: kind.vendorName,
    items: applyFilters(call, visible, kind.filters),
    view: (item) => kind.view(call.world, item),
    defaultSort: "-updated_at",
    sortable: {
      name: (item) => item.name,
      created_at: (item) => item.createdMs,
      updated_at: (item) => item.updatedMs,
      "vault.id": kind.vaultOf,
    },
  });
}

/**
 * Refuses a name that is taken. Vault names are unique in the instance, keystore and template names in their vault (U10).
 */
export function refuseTakenName<Item extends Container>(
  kind: ContainerKind<Item>,
  call: Call,
  name: string | undefined,
  { vaultId, own }: { readonly vaultId?: string; readonly own?: Item },
): void {
  for (const item of kind.all(call.world).values()) {
    if (item.name !== name || item === own || (vaultId !== undefined && kind.vaultOf(item) !== vaultId)) continue;
    throw conflict("already_exists", `A ${kind.what} with this name exists.`);
  }
}

export function vaultReference(world: World, vaultId: string): Record<string, unknown> {
  return { id: vaultId, name: world.vaults.get(vaultId)?.name, href: world.href(`/v4/vaults/${vaultId}`) };
}

export function viewStamps(world: World, object: Stamps): Record<string, unknown> {
  return {
    created_at: toSecondsText(object.createdMs),
    updated_at: toSecondsText(object.updatedMs),
    ...(world.switches.lastWriter === "absent" ? {} : { created_by: object.createdBy, updated_by: object.updatedBy }),
  };
}
