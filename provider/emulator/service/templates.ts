/**
 * Serves the calls that list, create, change, archive and remove templates (rows T1 to T8 of uko-v4.md 2.1; also 2.5,
 * 3.5, 3.6, 4.7, 5). The call `expose` turns a hidden template (type `shadow`) into an ordinary one, which people see
 * in UKO.
 */

import type { Call, Reply } from "../http/responses.ts";
import { keystoreTypes, type Template, templateTypes } from "../store/model.ts";
import type { World } from "../store/world.ts";
import { requireRight, vaultNamed } from "./access.ts";
import {
  addContainer,
  type ContainerKind,
  changeableContainer,
  changeContainer,
  refuseTakenName,
  vaultReference,
  viewStamps,
} from "./containers.ts";
import { conflict, forbidden, invalidState, notFound } from "./envelope.ts";
import { dateFilters, dayOf, exactOrRange, oneOf, sizeFilters, textFilter } from "./lists.ts";
import {
  checkSize,
  defaultKeystoreFields,
  keyAlgorithms,
  keystoreFieldsOf,
  parseCreation,
  parsePatch,
} from "./template-fields.ts";

export const templateKind: ContainerKind<Template> = {
  what: "template",
  right: "key-templates",
  listName: "templates",
  vendorName: "key-template-list",
  all: (world) => world.templates,
  vaultOf: (template) => template.vaultId,
  view: viewTemplate,
  filters: {
    filters: {
      name: textFilter((template) => template.name, "startsWith", 100),
      naming_scheme: textFilter((template) => template.namingScheme, "includes", 255),
      "vault.id": oneOf((template) => template.vaultId),
      "key.algorithm": oneOf((template) => template.algorithm, keyAlgorithms),
      ...sizeFilters("key.size", (template) => template.size),
      "keystores[].type": oneOf((template) => template.keystoreType, keystoreTypes),
      "keystores[].group": oneOf((template) => template.group),
      ...dateFilters("created_at", (template) => dayOf(template.createdMs), "inclusive"),
      ...dateFilters("updated_at", (template) => dayOf(template.updatedMs), "strict"),
      "type[]": oneOf((template) => template.type, templateTypes),
      state: oneOf((template) => (template.archived ? "archived" : "unarchived"), ["archived", "unarchived"]),
      managing_systems: oneOf(() => "web", ["web", "workstation"]),
    },
    exclusive: exactOrRange("key.size", "created_at", "updated_at"),
    // By default all states, and all types except shadow (U17).
    defaults: { "type[]": "user_defined,system" },
  },
};

/** T2: creates a template. */
export function createTemplate(call: Call): Reply {
  const { world } = call;
  const caller = call.caller();
  requireRight(caller, "key-templates.write");
  const fields = parseCreation(call);
  const vault = vaultNamed(call, fields.vault.id);
  const { key } = fields;
  const [keystore] = fields.keystores;
  if (keystore === undefined) throw notFound("keystore");
  checkSize(keystore.type, key.algorithm, key.size);
  const keystoreFields = keystoreFieldsOf(keystore.type, key.algorithm, key.size, keystore);
  refuseTakenName(templateKind, call, fields.name, { vaultId: vault.id });
  const template: Template = {
    ...world.stamps(caller, call.nowMs),
    id: world.newId("template"),
    vaultId: vault.id,
    name: fields.name,
    description: fields.description,
    version: 1,
    archived: fields.state === "archived",
    type: fields.type[0] ?? "user_defined",
    namingScheme: fields.naming_scheme,
    algorithm: key.algorithm,
    size: key.size,
    activationPeriod: key.activation_date,
    expirationPeriod: key.expiration_date,
    keyState: key.state,
    deactivateOnRotation: key.deactivate_on_rotation,
    keystoreType: keystore.type,
    group: keystore.group,
    keystoreNamingScheme: keystore.naming_scheme,
    keystoreFields,
  };
  return addContainer(templateKind, call, template);
}

/** Finds the template of the path for a change. System templates cannot be changed (U18). */
function changeable<Fields>(
  call: Call,
  action: "write" | "delete",
  read: (template: Template) => Fields,
): { readonly item: Template; readonly fields: Fields } {
  return changeableContainer(templateKind, call, action, (template) => {
    if (template.type === "system") throw forbidden(`key-templates.${action}`);
    return read(template);
  });
}

/** Every change makes a new version (3.5). */
function finish(call: Call, template: Template): Reply {
  template.version += 1;
  return changeContainer(templateKind, call, template);
}

/** T4: changes a template. If it is archived, its distribution cannot change (U20). */
export function patchTemplate(call: Call): Reply {
  const { item: template, fields } = changeable(call, "write", (item) => {
    const read = parsePatch(call, item.keystoreType);
    if (read.key?.size !== undefined) checkSize(item.keystoreType, item.algorithm, read.key.size);
    return read;
  });
  if (template.archived && fields.keystores !== undefined) {
    throw conflict("invalid_state", "The distribution of an archived template cannot be changed.");
  }
  refuseTakenName(templateKind, call, fields.name, { vaultId: template.vaultId, own: template });
  const { key } = fields;
  const keystore = fields.keystores?.[0];
  const size = key?.size ?? template.size;
  if (keystore !== undefined) {
    const wanted = { ...template.keystoreFields, ...keystore };
    template.keystoreFields = keystoreFieldsOf(template.keystoreType, template.algorithm, size, wanted);
  }
  template.group = keystore?.group ?? template.group;
  template.name = fields.name ?? template.name;
  template.description = fields.description ?? template.description;
  template.size = size;
  template.activationPeriod = key?.activation_date ?? template.activationPeriod;
  template.expirationPeriod = key?.expiration_date ?? template.expirationPeriod;
  template.keyState = key?.state ?? template.keyState;
  template.deactivateOnRotation = key?.deactivate_on_rotation ?? template.deactivateOnRotation;
  return finish(call, template);
}

/** T5: removes a template; refused while the vault has a key of the template in any state, also destroyed (5). */
export function removeTemplate(call: Call): Reply {
  const { world } = call;
  const { item: template } = changeable(call, "delete", () => undefined);
  if (world.keys.byTemplate.find(template.id).size > 0) {
    const message = `The service was not able to delete key template ${template.name} because some keys were created with it.`;
    throw conflict("in_use", message);
  }
  world.templates.delete(template.id);
  return { status: 204 };
}

/** T6: archives a template, after which there are no new keys, no changed distribution and no realign (4.7). */
export const archiveTemplate = (call: Call): Reply => setArchived(call, "archive", true);

export const unarchiveTemplate = (call: Call): Reply => setArchived(call, "unarchive", false);

function setArchived(call: Call, action: "archive" | "unarchive", archived: boolean): Reply {
  const { item: template } = changeable(call, "write", () => undefined);
  if (template.archived === archived) throw invalidState(action, `${action}d`);
  template.archived = archived;
  return finish(call, template);
}

/** T8: makes a shadow template user-defined (4.7). */
export function exposeTemplate(call: Call): Reply {
  const { item: template } = changeable(call, "write", () => undefined);
  if (template.type !== "shadow") throw conflict("invalid_state", "Only a shadow template can be exposed.");
  template.type = "user_defined";
  return finish(call, template);
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
    keys_count: world.keys.currentByTemplate.find(template.id).size,
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
    keystores: [
      {
        group: template.group,
        type: template.keystoreType,
        naming_scheme: template.keystoreNamingScheme,
        ...defaultKeystoreFields(template.keystoreType, template.algorithm, template.size),
        ...template.keystoreFields,
      },
    ],
  };
}
