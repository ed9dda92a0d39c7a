/**
 * Reads and changes key templates (uko-v4.md T1-T7, 3.5, 3.6). The same tables give the names of a template's
 * properties in requests and in responses.
 */

import type { TemplateProperties, TemplateSnapshot, Templates } from "../../engine/ports/containers.ts";
import type { Transport } from "../http/transport.ts";
import { definedOnly } from "../http/wire-values.ts";
import { changeRights, readRights } from "./errors.ts";
import { nonEmpty, toStamps } from "./key-reads.ts";
import { createCollection } from "./objects.ts";
import { template, type WireTemplate } from "./wire.ts";

export function createTemplates(transport: Transport): Templates {
  const templates = createCollection(transport, {
    kind: { path: "templates", word: "template" },
    schema: template,
    toSnapshot,
    // The sources do not state what the list omits without them (uko-v4.md 2.4).
    listQuery: { "type[]": "user_defined,shadow,system", state: "archived,unarchived" },
    rights: {
      read: readRights.readTemplate,
      list: readRights.listTemplates,
      write: changeRights.writeTemplate,
      remove: changeRights.removeTemplate,
    },
  });
  return {
    read: templates.read,
    list: templates.list,
    create: ({ vaultId, ...wanted }, options) =>
      templates.create({ vaultId, body: { vault: { id: vaultId }, ...bodyOf(wanted) } }, options),
    update: (ref, patch, etag, options) =>
      templates.change(ref, etag, { method: "PATCH", body: bodyOf(patch) }, options),
    remove: templates.remove,
    archive: (ref, etag, options) => templates.change(ref, etag, { method: "POST", below: "/archive" }, options),
    unarchive: (ref, etag, options) => templates.change(ref, etag, { method: "POST", below: "/unarchive" }, options),
  };
}

/**
 * The names of a template's properties in a body (uko-v4.md 2.5, 3.5, 3.6): at the top, in `key`, and in the one item of
 * `keystores`. A body has no `type` and no `state`.
 */
const ownNames = { name: "name", description: "description", namingScheme: "naming_scheme" } as const;
const keyNames = {
  algorithm: "algorithm",
  size: "size",
  activationPeriod: "activation_date",
  expirationPeriod: "expiration_date",
  keyState: "state",
  deactivateOnRotation: "deactivate_on_rotation",
} as const;
const keystoreNames = { keystoreType: "type", group: "group", keystoreNamingScheme: "naming_scheme" } as const;
/** The names of the properties of one variant, which are in the same item (uko-v4.md 3.3). */
const variants = {
  google: {
    protectionLevel: "google_key_protection_level",
    purpose: "google_key_purpose",
    algorithm: "google_kms_algorithm",
  },
  azure: { protectionLevel: "azure_key_protection_level", operations: "azure_key_operations" },
  cca: { usageControl: "cca_usage_control", keyType: "cca_key_type", keyWords: "cca_key_words" },
} as const;
const variantNames = ["google", "azure", "cca"] as const;

function bodyOf(wanted: Partial<TemplateProperties>): Record<string, unknown> {
  const key = toWire(keyNames, { ...wanted });
  const variant = variantNames.map((name) => toWire(variants[name], wanted[name] ?? {}));
  const keystore = Object.assign(toWire(keystoreNames, { ...wanted }), ...variant);
  return {
    ...toWire(ownNames, { ...wanted }),
    ...(Object.keys(key).length > 0 && { key }),
    ...(Object.keys(keystore).length > 0 && { keystores: [keystore] }),
  };
}

function toWire(names: Names, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return definedOnly(Object.fromEntries(Object.entries(names).map(([name, inWire]) => [inWire, values[name]])));
}

type Names = Readonly<Record<string, string>>;

function fromWire<Known extends Names, Wire extends Readonly<Record<Known[keyof Known], unknown>>>(
  names: Known,
  wire: Wire,
): { readonly [Name in keyof Known]: Wire[Known[Name]] } {
  const values = Object.entries(names).map(([name, inWire]) => [name, wire[inWire as Known[keyof Known]]]);
  return Object.fromEntries(values);
}

function toSnapshot(wire: WireTemplate, vaultId: string): TemplateSnapshot {
  return {
    id: wire.id,
    vaultId: nonEmpty(wire.vault?.id) ?? vaultId,
    version: wire.version ?? 0,
    types: wire.type,
    isArchived: wire.state === "archived",
    ...fromWire(ownNames, wire),
    ...fromWire(keyNames, wire.key),
    ...distributionIn(wire.keystores),
    ...toStamps(wire),
  };
}

/** The properties in `keystores`; empty unless it has exactly one item (uko-v4.md 2.5). */
function distributionIn(items: WireTemplate["keystores"]): Partial<TemplateProperties> {
  const [item] = items;
  if (item === undefined || items.length !== 1 || item.type === "" || item.group === "") return {};
  const known = variantNames.map((name) => {
    const values = Object.entries(variants[name]).map(([property, inWire]) => [property, item[inWire]] as const);
    return [name, Object.fromEntries(values.filter(([, value]) => hasValue(value)))] as const;
  });
  return {
    ...fromWire(keystoreNames, item),
    ...Object.fromEntries(known.filter(([, values]) => Object.keys(values).length > 0)),
  };
}

/** A text or a list of texts that is not empty. */
function hasValue(value: unknown): boolean {
  if (typeof value === "string") return value !== "";
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");
}
