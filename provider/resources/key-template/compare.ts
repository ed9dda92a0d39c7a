/**
 * Compares the template that a program describes with the template in the service, and builds the change to send. The
 * file also builds the values of a template for the state from the service's response.
 */

import type { TemplatePatch, TemplateProperties, TemplateSnapshot } from "../../engine/ports/containers.ts";
import { isChangeable, namesWhere } from "../../engine/resource/property.ts";
import { differingIn } from "../container-writes.ts";
import { type KeyTemplateInputs, type KeyTemplateState, keyTemplateInputs } from "./schema.ts";

const compared = namesWhere(keyTemplateInputs, isChangeable);
/** The blocks that an update can change; the service's update has no Azure block (uko-v4.md 3.6). */
export const changeableBlocks = ["google", "cca"] as const;

/** The change to send; undefined if nothing differs. */
export function patchFor(snapshot: TemplateSnapshot, inputs: KeyTemplateInputs): TemplatePatch | undefined {
  // The service archives and unarchives a template by separate calls, so `archived` is not part of this change.
  const stored: Readonly<Record<string, unknown>> = { ...snapshot, archived: inputs.archived };
  const own = compared.filter((name) => inputs[name] !== undefined && inputs[name] !== stored[name]);
  const blocks = changeableBlocks.filter((name) => differingIn(inputs[name], snapshot[name]).length > 0);
  if (own.length === 0 && blocks.length === 0) return undefined;
  const isMoved = own.includes("group") || blocks.length > 0;
  const { group } = inputs;
  return {
    ...Object.fromEntries(own.map((name) => [name, inputs[name]])),
    ...(isMoved && { group, ...mergedBlocks(snapshot, inputs) }),
  };
}

/** The service replaces the distribution as a whole, so a change of one value sends all of them. */
function mergedBlocks(snapshot: TemplateSnapshot, inputs: KeyTemplateInputs): Pick<TemplatePatch, "google" | "cca"> {
  const merged = changeableBlocks.map((name) => {
    const stated = Object.entries(inputs[name] ?? {}).filter(([, value]) => value !== undefined);
    return [name, { ...snapshot[name], ...Object.fromEntries(stated) }] as const;
  });
  return Object.fromEntries(merged.filter(([, values]) => Object.keys(values).length > 0));
}

/** The service's values of a template, as state holds them. */
export function propertiesOf(
  snapshot: TemplateSnapshot,
  inputs: Partial<KeyTemplateInputs>,
): Partial<KeyTemplateState> {
  const { vaultId, name, description, namingScheme, algorithm, size, activationPeriod, expirationPeriod } = snapshot;
  const { keyState, deactivateOnRotation, keystoreType = "", group = "", keystoreNamingScheme, isArchived } = snapshot;
  const known = {
    ...{ vaultId, name, ...((description !== "" || inputs.description !== undefined) && { description }) },
    ...(namingScheme && { namingScheme }),
    ...{ algorithm, size, activationPeriod, expirationPeriod, keyState, deactivateOnRotation, keystoreType, group },
    ...(keystoreNamingScheme && { keystoreNamingScheme }),
    ...blocksOf(snapshot, inputs),
    archived: isArchived,
    version: snapshot.version,
  };
  return known as Partial<KeyTemplateState>;
}

/** The blocks of the service. The service leaves out an empty list, which a program may have. */
function blocksOf(snapshot: TemplateSnapshot, inputs: Partial<KeyTemplateInputs>): Partial<TemplateProperties> {
  const blocks = (["google", "azure", "cca"] as const).map((name) => {
    const empty = Object.entries(inputs[name] ?? {}).filter(([, value]) => Array.isArray(value) && value.length === 0);
    return [name, { ...Object.fromEntries(empty), ...snapshot[name] }] as const;
  });
  return Object.fromEntries(blocks.filter(([, values]) => Object.keys(values).length > 0));
}
