/**
 * Previews the creation of a managed key. The preview reports whether the vault and the template exist, and whether
 * the label is free. For a key that the program adopts, it reports what would change on the key.
 */

import type { World } from "../../engine/ports/world.ts";
import type { CreationPreview, PreviewOptions } from "../../engine/resource/definition.ts";
import { namesWhere } from "../../engine/resource/property.ts";
import { sayKey } from "../../engine/text/words.ts";
import { nothingFound, previewAdoption } from "../creation-preview.ts";
import { findMissing } from "../write.ts";
import { findAdoptable } from "./create.ts";
import { type ManagedKeyInputs, managedKeyInputs } from "./schema.ts";
import { describeAlike, hasMarkOf } from "./search.ts";
import { stateOf } from "./state.ts";
import { changedInputs } from "./update.ts";

/** The inputs that the service stores on a key, which an adoption writes. */
export const writtenOnAdoption: readonly string[] = namesWhere(
  managedKeyInputs,
  ({ role, immutable }) => role === undefined && immutable === undefined,
).filter((name) => name !== "template");

export async function previewKeyCreation(
  world: World,
  known: Partial<ManagedKeyInputs>,
  options: PreviewOptions,
): Promise<CreationPreview> {
  const { vaultId, template, label, existingKeyId } = known;
  if (vaultId === undefined) return nothingFound;
  const inputs = { ...known, vaultId };
  const { instanceId } = world.session;
  if (existingKeyId !== undefined) {
    return previewAdoption("existingKeyId", world.dialect.property, async () => {
      const found = await findAdoptable(world, inputs, { instanceId, vaultId, keyId: existingKeyId }, options);
      const state = stateOf(inputs as ManagedKeyInputs, found);
      const { stateWord } = found.observation;
      const what = `${sayKey(found.observation)} (${existingKeyId}), which is ${stateWord},`;
      const changed = changedInputs(state, inputs as ManagedKeyInputs);
      return { what, state, inputs, changed, names: writtenOnAdoption };
    });
  }
  const missing = await findMissing(world, { vaultId, template }, options);
  const isTemplatePlanned = options.isPlanned(`KeyTemplate ${vaultId} ${template}`);
  if (missing !== undefined && (missing.property !== "template" || !isTemplatePlanned)) {
    return { failures: [missing], warnings: [] };
  }
  return label === undefined ? nothingFound : previewLabel(world, { ...known, vaultId, label }, options);
}

/** Checks the label. A key with this label stops the creation, unless an interrupted creation of this resource left it. */
async function previewLabel(
  world: World,
  known: Partial<ManagedKeyInputs> & { readonly vaultId: string; readonly label: string },
  options: PreviewOptions,
): Promise<CreationPreview> {
  const { vaultId, label } = known;
  const inputs = known as ManagedKeyInputs;
  const key = (await world.keys.list({ vaultId }, options)).find((each) => each.label === label);
  const isOwn = key !== undefined && hasMarkOf(world, inputs, key, options.origin);
  if (key === undefined || (isOwn && options.replaced === undefined)) return nothingFound;
  const reason = `vault ${vaultId} has a key with this label already`;
  const why = describeAlike(world, inputs, isOwn ? { key, reason: "it was replaced" } : { key }, options);
  const id = `${vaultId}/${key.keyId}`;
  // Another resource holds the key, and may give up the label in this run.
  if (options.holderOf?.(id) !== undefined && options.isRenamed?.(id) !== false) {
    return { failures: [], warnings: [`${world.dialect.property("label")}: ${reason}\n${why}`] };
  }
  return { failures: [{ property: "label", reason, remedy: why.replace(/\.$/, "") }], warnings: [] };
}
