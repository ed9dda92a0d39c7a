/**
 * Mapping between a template's properties and the service's request and response forms
 * (uko-v4.md 3.5, 3.6).
 */

import type {
  NewTemplate,
  TemplateDistribution,
  TemplatePatch,
  TemplateSnapshot,
} from "../../engine/ports/containers.ts";
import { haveSameMembers } from "../container-writes.ts";
import type { KeyTemplateInputs, KeyTemplateState } from "./schema.ts";

const blocks = {
  google: {
    protectionLevel: "google_key_protection_level",
    purpose: "google_key_purpose",
    algorithm: "google_kms_algorithm",
  },
  azure: { protectionLevel: "azure_key_protection_level", operations: "azure_key_operations" },
  cca: { usageControl: "cca_usage_control", keyType: "cca_key_type", keyWords: "cca_key_words" },
} as const;
type BlockName = keyof typeof blocks;
const blockNames = Object.keys(blocks) as readonly BlockName[];
/** The update form has no Azure block (uko-v4.md 3.6). */
const changeableBlocks: readonly BlockName[] = ["google", "cca"];

type Fields = TemplateDistribution["fields"];

export function newTemplate(inputs: KeyTemplateInputs): NewTemplate {
  const { vaultId, name, description, namingScheme, algorithm, size } = inputs;
  const { activationPeriod, expirationPeriod, keyState, deactivateOnRotation } = inputs;
  return {
    ...{ vaultId, name, description, namingScheme, algorithm, size },
    ...{ activationPeriod, expirationPeriod, keyState, deactivateOnRotation },
    distribution: {
      type: inputs.keystoreType,
      group: inputs.group,
      namingScheme: inputs.keystoreNamingScheme ?? "",
      fields: fieldsOf(inputs, blockNames),
    },
  };
}

/** Undefined if nothing differs. */
export function patchFor(snapshot: TemplateSnapshot, inputs: KeyTemplateInputs): TemplatePatch | undefined {
  const { description, deactivateOnRotation, group } = inputs;
  const own = (["name", "size", "activationPeriod", "expirationPeriod", "keyState"] as const).flatMap((name) =>
    inputs[name] === snapshot[name] ? [] : [[name, inputs[name]]],
  );
  const fields = fieldsOf(inputs, changeableBlocks);
  const there = snapshot.distribution;
  const isSameFields = Object.entries(fields).every(([name, value]) => isSame(value, there?.fields[name]));
  const patch: TemplatePatch = {
    ...Object.fromEntries(own),
    ...(description !== undefined && description !== snapshot.description && { description }),
    ...(deactivateOnRotation !== undefined &&
      deactivateOnRotation !== snapshot.deactivateOnRotation && { deactivateOnRotation }),
    ...((group !== there?.group || !isSameFields) && {
      distribution: { group, fields: { ...changeableFields(there?.fields ?? {}), ...fields } },
    }),
  };
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** The service's values of a template, under the names of the properties. */
export function propertiesOf(
  snapshot: TemplateSnapshot,
  inputs: Partial<KeyTemplateInputs>,
): Partial<KeyTemplateState> {
  const { distribution, description, namingScheme } = snapshot;
  const keystoreNamingScheme = distribution?.namingScheme ?? "";
  const blocksInService = Object.fromEntries(
    blockNames.flatMap((block) => {
      const values = Object.entries(blocks[block]).flatMap(([name, wire]) => {
        const value = distribution?.fields[wire];
        if (value !== undefined && value.length > 0) return [[name, value]];
        // A program may state an empty list explicitly.
        const said = (inputs[block] as Readonly<Record<string, unknown>> | undefined)?.[name];
        return Array.isArray(said) && said.length === 0 ? [[name, said]] : [];
      });
      return values.length === 0 ? [] : [[block, Object.fromEntries(values)]];
    }),
  );
  const known = {
    vaultId: snapshot.vaultId,
    name: snapshot.name,
    ...((description !== "" || inputs.description !== undefined) && { description }),
    ...(namingScheme !== "" && { namingScheme }),
    algorithm: snapshot.algorithm,
    size: snapshot.size,
    activationPeriod: snapshot.activationPeriod,
    expirationPeriod: snapshot.expirationPeriod,
    keyState: snapshot.keyState,
    deactivateOnRotation: snapshot.deactivateOnRotation,
    keystoreType: distribution?.type ?? "",
    group: distribution?.group ?? "",
    ...(keystoreNamingScheme !== "" && { keystoreNamingScheme }),
    ...blocksInService,
    archived: snapshot.isArchived,
  };
  return known as Partial<KeyTemplateState>;
}

function fieldsOf(inputs: KeyTemplateInputs, names: readonly BlockName[]): Fields {
  return Object.fromEntries(
    names.flatMap((block) => {
      const values: Readonly<Record<string, string | readonly string[] | undefined>> = inputs[block] ?? {};
      return Object.entries(blocks[block]).flatMap(([name, wire]) => {
        const value = values[name];
        return value === undefined ? [] : [[wire, value]];
      });
    }),
  );
}

function changeableFields(fields: Fields): Fields {
  const names: readonly string[] = changeableBlocks.flatMap((block) => Object.values(blocks[block]));
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}

/** Lists of words have no order, and an empty list equals an absent one. */
export function isSame(a: unknown, b: unknown): boolean {
  if (isNone(a) || isNone(b)) return isNone(a) && isNone(b);
  return Array.isArray(a) && Array.isArray(b) ? haveSameMembers(a, b) : a === b;
}

function isNone(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}
