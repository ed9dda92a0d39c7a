/** The port `Templates` over UKO v4 (uko-v4.md T1-T7, 3.5, 3.6). */

import type {
  NewTemplate,
  TemplateDistribution,
  TemplatePatch,
  TemplateSnapshot,
  Templates,
} from "../../engine/ports/containers.ts";
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
    create: (wanted, options) => templates.create({ vaultId: wanted.vaultId, body: creationBody(wanted) }, options),
    update: (ref, patch, etag, options) =>
      templates.change(ref, etag, { method: "PATCH", body: patchBody(patch) }, options),
    remove: templates.remove,
    archive: (ref, etag, options) => templates.change(ref, etag, { method: "POST", below: "/archive" }, options),
    unarchive: (ref, etag, options) => templates.change(ref, etag, { method: "POST", below: "/unarchive" }, options),
  };
}

/** Without `type` and `state`: API 4.9 and earlier do not know them (uko-v4.md 2.5). */
function creationBody(wanted: NewTemplate): Record<string, unknown> {
  const { type, group, namingScheme, fields } = wanted.distribution;
  return {
    vault: { id: wanted.vaultId },
    ...definedOnly({ name: wanted.name, description: wanted.description, naming_scheme: wanted.namingScheme }),
    key: { algorithm: wanted.algorithm, ...keyBody(wanted) },
    keystores: [{ ...fields, group, type, ...(namingScheme === "" ? {} : { naming_scheme: namingScheme }) }],
  };
}

function patchBody(patch: TemplatePatch): Record<string, unknown> {
  const { name, description, distribution } = patch;
  const key = keyBody(patch);
  return definedOnly({
    name,
    description,
    key: Object.keys(key).length === 0 ? undefined : key,
    keystores: distribution === undefined ? undefined : [{ ...distribution.fields, group: distribution.group }],
  });
}

function keyBody(wanted: TemplatePatch): Record<string, unknown> {
  return definedOnly({
    size: wanted.size,
    activation_date: wanted.activationPeriod,
    expiration_date: wanted.expirationPeriod,
    state: wanted.keyState,
    deactivate_on_rotation: wanted.deactivateOnRotation,
  });
}

function toSnapshot(wire: WireTemplate, vaultId: string): TemplateSnapshot {
  const distribution = toDistribution(wire.keystores);
  return {
    id: wire.id,
    vaultId: nonEmpty(wire.vault?.id) ?? vaultId,
    name: wire.name,
    description: wire.description,
    version: wire.version ?? 0,
    namingScheme: wire.naming_scheme,
    types: wire.type,
    isArchived: wire.state === "archived",
    algorithm: wire.key.algorithm,
    size: wire.key.size ?? "",
    activationPeriod: wire.key.activation_date,
    expirationPeriod: wire.key.expiration_date,
    keyState: wire.key.state,
    deactivateOnRotation: wire.key.deactivate_on_rotation ?? false,
    ...(distribution === undefined ? {} : { distribution }),
    ...toStamps(wire),
  };
}

/** The variants' own fields (uko-v4.md 3.3). */
const variantFields = [
  "google_key_protection_level",
  "google_key_purpose",
  "google_kms_algorithm",
  "azure_key_protection_level",
  "azure_key_operations",
  "cca_usage_control",
  "cca_key_type",
  "cca_key_words",
] as const;

/** Undefined unless there is the one item that a template has (uko-v4.md 2.5). */
function toDistribution(items: WireTemplate["keystores"]): TemplateDistribution | undefined {
  const [item] = items;
  if (item === undefined || items.length !== 1 || item.type === "" || item.group === "") return undefined;
  const fields: Record<string, string | readonly string[]> = {};
  for (const name of variantFields) {
    const value = item[name];
    if (typeof value === "string" && value !== "") fields[name] = value;
    if (isTexts(value) && value.length > 0) fields[name] = value;
  }
  return { type: item.type, group: item.group, namingScheme: item.naming_scheme, fields };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
