/**
 * Serves the calls that list, create, change and remove vaults (rows V1 to V5 of uko-v4.md 2.1; also 2.5, 3.12, 5).
 */

import * as z from "zod";
import type { Call, Reply } from "../http/responses.ts";
import { text } from "../store/forms.ts";
import type { Vault } from "../store/model.ts";
import type { World } from "../store/world.ts";
import { requireRight } from "./access.ts";
import {
  addContainer,
  type ContainerKind,
  changeableContainer,
  changeContainer,
  refuseTakenName,
  viewStamps,
} from "./containers.ts";
import { conflict, forbidden, parseBody } from "./envelope.ts";
import { textFilter } from "./lists.ts";

export const vaultKind: ContainerKind<Vault> = {
  what: "vault",
  right: "vaults",
  listName: "vaults",
  vendorName: "vault-list",
  all: (world) => world.vaults,
  vaultOf: (vault) => vault.id,
  view: viewVault,
  filters: {
    filters: {
      name: textFilter((vault) => vault.name, "startsWith", 100),
      description: textFilter((vault) => vault.description, "includes", 200),
    },
    exclusive: [],
    defaults: {},
  },
};

const name = text(1, 100, /^[A-Za-z0-9#@!$%'_-][A-Za-z0-9#@!$% '_-]*$/);
const rest = { description: z.string().max(200).optional(), recovery_key_label: z.string().optional() };
const createSchema = z.strictObject({ name, ...rest });
const patchSchema = z.strictObject({ name: name.optional(), ...rest });

/** V2: an identity that is limited to vaults cannot create another one. */
export function createVault(call: Call): Reply {
  const { world } = call;
  const caller = call.caller();
  requireRight(caller, "vaults.write");
  if (caller.identity.vaultIds !== undefined) throw forbidden("vaults.write");
  const fields = parseBody(call, createSchema);
  refuseTakenName(vaultKind, call, fields.name, {});
  const vault: Vault = {
    ...world.stamps(caller, call.nowMs),
    id: world.newId("vault"),
    name: fields.name,
    description: fields.description ?? "",
    recoveryKeyLabel: fields.recovery_key_label,
  };
  return addContainer(vaultKind, call, vault);
}

/** V4: changes a vault. */
export function patchVault(call: Call): Reply {
  const { item: vault, fields } = changeableContainer(vaultKind, call, "write", () => parseBody(call, patchSchema));
  refuseTakenName(vaultKind, call, fields.name, { own: vault });
  vault.name = fields.name ?? vault.name;
  vault.description = fields.description ?? vault.description;
  vault.recoveryKeyLabel = fields.recovery_key_label ?? vault.recoveryKeyLabel;
  return changeContainer(vaultKind, call, vault);
}

/**
 * V5: removes a vault; refused if it contains keys, keystores or unarchived templates. Its other templates are deleted
 * with it (5, U19).
 */
export function removeVault(call: Call): Reply {
  const { world } = call;
  const { item: vault } = changeableContainer(vaultKind, call, "delete", () => undefined);
  const because = `The service was not able to delete vault ${vault.name} because it still contains some`;
  const refused = (what: string): Error => conflict("not_empty", `${because} ${what}.`);
  const count = world.keys.byVault.find(vault.id).size + world.keystores.byVault.find(vault.id).size;
  if (count > 0) throw refused("keys or keystores");
  const templates = [...world.templates.byVault.find(vault.id)];
  if (templates.some(({ archived, type }) => !archived && type !== "shadow")) throw refused("unarchived templates");
  for (const template of templates) world.templates.delete(template.id);
  world.vaults.delete(vault.id);
  return { status: 204 };
}

function viewVault(world: World, vault: Vault): Record<string, unknown> {
  return {
    id: vault.id,
    name: vault.name,
    description: vault.description,
    ...viewStamps(world, vault),
    ...(vault.recoveryKeyLabel === undefined ? {} : { recovery_key_label: vault.recoveryKeyLabel }),
    href: world.href(`/v4/vaults/${vault.id}`),
    keys_count: world.keys.currentByVault.find(vault.id).size,
    key_templates_count: world.templates.byVault.find(vault.id).size,
    keystores_count: world.keystores.byVault.find(vault.id).size,
  };
}
