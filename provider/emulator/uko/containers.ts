/** Vaults, keystores and templates, readable: one and many (uko-v4.md 2.4, 3.5-3.7, 3.12). Their writes come later. */

import { toSecondsText } from "../clock.ts";
import type { Keystore, Stamps, Template, Vault } from "../model.ts";
import type { Call, Reply } from "../serve.ts";
import { etagOf, type World } from "../world.ts";
import { checkVault, mayUseVault, requireRight } from "./access.ts";
import { notFound } from "./envelope.ts";
import { listReply } from "./paging.ts";

interface ContainerKind<Item> {
  readonly what: string;
  readonly right: string;
  readonly listName: string;
  readonly all: (world: World) => ReadonlyMap<string, Item>;
  readonly vaultOf: (item: Item) => string;
  readonly view: (world: World, item: Item) => Record<string, unknown>;
  readonly matches: (item: Item, query: URLSearchParams) => boolean;
}

type Container = Stamps & { readonly id: string; readonly name: string };

const includes = (list: string | null, value: string): boolean => list === null || list.split(",").includes(value);

export const vaultKind: ContainerKind<Vault> = {
  what: "vault",
  right: "vaults",
  listName: "vaults",
  all: (world) => world.vaults,
  vaultOf: (vault) => vault.id,
  view: viewVault,
  matches: (vault, query) =>
    vault.name.startsWith(query.get("name") ?? "") && vault.description.includes(query.get("description") ?? ""),
};

export const keystoreKind: ContainerKind<Keystore> = {
  what: "keystore",
  right: "target-keystores",
  listName: "keystores",
  all: (world) => world.keystores,
  vaultOf: (keystore) => keystore.vaultId,
  view: viewKeystore,
  matches: (keystore, query) =>
    keystore.name.includes(query.get("name") ?? "") &&
    keystore.description.includes(query.get("description") ?? "") &&
    includes(query.get("type"), keystore.type) &&
    includes(query.get("vault.id"), keystore.vaultId) &&
    (query.get("group") ?? query.get("groups[]") ?? keystore.groups[0] ?? "")
      .split(",")
      .some((group) => keystore.groups.includes(group)),
};

export const templateKind: ContainerKind<Template> = {
  what: "template",
  right: "key-templates",
  listName: "templates",
  all: (world) => world.templates,
  vaultOf: (template) => template.vaultId,
  view: viewTemplate,
  matches: (template, query) =>
    template.name.startsWith(query.get("name") ?? "") &&
    includes(query.get("vault.id"), template.vaultId) &&
    includes(query.get("key.algorithm"), template.algorithm) &&
    includes(query.get("key.size"), template.size) &&
    includes(query.get("keystores[].type"), template.keystoreType) &&
    includes(query.get("keystores[].group"), template.group) &&
    includes(query.get("state"), template.archived ? "archived" : "unarchived") &&
    // U17: all types except shadow, unless asked for.
    includes(query.get("type[]") ?? "user_defined,system", template.type),
};

export function getContainer<Item extends Container>(kind: ContainerKind<Item>, call: Call): Reply {
  requireRight(call.caller(), `${kind.right}.read`);
  const item = kind.all(call.world).get(call.param("id"));
  if (item === undefined) throw notFound(kind.what);
  call.note({ vaultId: kind.vaultOf(item), label: item.name });
  // The header is never used on vault calls (uko-v4.md 1.4).
  if (kind.what !== "vault") checkVault(call, kind.vaultOf(item));
  return { status: 200, body: kind.view(call.world, item), headers: { etag: etagOf(item) } };
}

export function listContainers<Item extends Container>(kind: ContainerKind<Item>, call: Call): Reply {
  const caller = call.caller();
  requireRight(caller, `${kind.right}.list`);
  return listReply(call, {
    name: kind.listName,
    items: [...kind.all(call.world).values()].filter(
      (item) => mayUseVault(caller, kind.vaultOf(item)) && kind.matches(item, call.url.searchParams),
    ),
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

function viewStamps(world: World, object: Stamps): Record<string, unknown> {
  return {
    created_at: toSecondsText(object.createdMs),
    updated_at: toSecondsText(object.updatedMs),
    ...(world.switches.lastWriter === "absent" ? {} : { created_by: object.createdBy, updated_by: object.updatedBy }),
  };
}

function vaultReference(world: World, vaultId: string): unknown {
  return { id: vaultId, name: world.vaults.get(vaultId)?.name, href: world.href(`/v4/vaults/${vaultId}`) };
}

function viewVault(world: World, vault: Vault): Record<string, unknown> {
  const count = (objects: Iterable<{ readonly vaultId: string; readonly headId?: string | undefined }>): number =>
    [...objects].filter((object) => object.vaultId === vault.id && object.headId === undefined).length;
  return {
    id: vault.id,
    name: vault.name,
    description: vault.description,
    ...viewStamps(world, vault),
    href: world.href(`/v4/vaults/${vault.id}`),
    keys_count: count(world.keys.values()),
    key_templates_count: count(world.templates.values()),
    keystores_count: count(world.keystores.values()),
  };
}

/** Secrets come back empty or masked (uko-v4.md 3.7, U24). */
const maskedFields = {
  ibm_cloud_kms: { ibm_api_endpoint: "", ibm_iam_endpoint: "", ibm_api_key: "", ibm_instance_id: "" },
  aws_kms: { aws_region: "", aws_access_key_id: "", aws_secret_access_key: "" },
  azure_key_vault: { azure_service_principal_password: "***" },
  google_kms: { google_credentials: "", google_location: "", google_key_ring: "" },
  cca: { cca_use_tls: true, cca_host: "", cca_port: "", cca_public_key_hash: "" },
} as const satisfies Record<Keystore["type"], Record<string, unknown>>;

const healthByAnswer = { ok: "ok", error: "not_responding", unknown: "pending_check" } as const;

function viewKeystore(world: World, keystore: Keystore): Record<string, unknown> {
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
    status: {
      health_status: healthByAnswer[keystore.answers],
      last_heartbeat: toSecondsText(world.clock.nowMs()),
      message: "",
    },
    ...maskedFields[keystore.type],
    ...(keystore.type === "ibm_cloud_kms"
      ? { ibm_instance_id: world.instanceId, ibm_variant: keystore.variant, ibm_key_ring: keystore.ring }
      : {}),
    ...keystore.fields,
  };
}

function viewTemplate(world: World, template: Template): Record<string, unknown> {
  return {
    vault: vaultReference(world, template.vaultId),
    id: template.id,
    version: template.version,
    name: template.name,
    naming_scheme: template.namingScheme,
    type: [template.type],
    state: template.archived ? "archived" : "unarchived",
    keys_count: [...world.keys.values()].filter((key) => key.templateId === template.id && key.headId === undefined)
      .length,
    key: {
      size: template.size,
      algorithm: template.algorithm,
      activation_date: template.activationPeriod,
      expiration_date: template.expirationPeriod,
      state: template.keyState,
      deactivate_on_rotation: template.deactivateOnRotation,
    },
    description: template.description,
    ...viewStamps(world, template),
    href: world.href(`/v4/templates/${template.id}`),
    keystores: [{ group: template.group, type: template.keystoreType }],
  };
}
