/**
 * Defines the resource vault: the container of keys, keystores and templates. uko does not delete a vault that has a
 * key, a keystore, or a template that is neither archived, shadow nor system. So the deletion of a vault never deletes
 * a key.
 */

import * as z from "zod";
import type { VaultInput, VaultSnapshot } from "../engine/ports/containers.ts";
import { defineContainer } from "./container.ts";
import { changeContainer, differingIn } from "./container-writes.ts";
import { deletionProtection, reported, uuid } from "./shared-inputs.ts";

/** The inputs (uko-v4.md 2.5 V2, V4). An absent input keeps the service's value. */
const vaultInputs = z.strictObject({
  name: z
    .string()
    .max(100)
    .regex(/^[A-Za-z0-9#@!$%'_-][A-Za-z0-9#@!$% '_-]*$/, "must be 1 to 100 letters, digits, blanks and # @ ! $ % ' _ -")
    .meta({ description: "Name of the vault, 1 to 100 characters, unique in its instance." }),
  description: z.string().max(200).optional().meta({ description: "Up to 200 characters." }),
  recoveryKeyLabel: z.string().min(1).optional().meta({ description: "Label of the recovery key; on-premises only." }),
  existingVaultId: uuid
    .optional()
    .meta({ description: "Adopts this vault instead of creating one.", immutable: true, role: "creation" }),
  deletionProtection: deletionProtection("Refuses to delete the vault."),
});
export type VaultInputs = z.infer<typeof vaultInputs>;

export const vaultState = z.object({
  ...reported(vaultInputs.shape),
  instanceId: z.string().meta({ description: "ID of the instance that the vault belongs to.", changedBy: [] }),
  vaultId: z.string().meta({ description: "UUID of the vault.", changedBy: [] }),
});
export type VaultState = z.infer<typeof vaultState>;

export const vault = defineContainer<VaultInputs, VaultState, VaultSnapshot, VaultInput>({
  kind: "vault",
  name: "Vault",
  functions: {
    get: "Reads a vault. Fails with `UKO_NOT_FOUND` if the vault does not exist.",
    list: "Lists every vault of the instance that the caller may see.",
  },
  summary: "A vault: the container of keys, keystores and templates. It can be deleted once it is empty.",
  inputs: vaultInputs,
  state: vaultState,
  idName: "vaultId",
  adoptBy: "existingVaultId",
  uniqueBy: ["name"],
  port: ({ vaults }) => vaults,
  check: () => [],
  wanted: wantedOf,

  propertiesOf: ({ name, description, recoveryKeyLabel }, inputs) => ({
    name,
    ...((description !== "" || inputs.description !== undefined) && { description }),
    ...((recoveryKeyLabel !== "" || inputs.recoveryKeyLabel !== undefined) && { recoveryKeyLabel }),
  }),

  async update(world, { ref, inputs }, options) {
    const snapshot = await changeContainer(
      world,
      ref,
      world.vaults,
      async ({ snapshot: found, etag }) => {
        const wanted: Readonly<Record<string, unknown>> = { ...wantedOf(inputs) };
        const differing = differingIn(wanted, found);
        if (differing.length === 0) return undefined;
        const patch = Object.fromEntries(differing.map((name) => [name, wanted[name]]));
        return world.vaults.update(ref, patch, etag, options);
      },
      options,
    );
    return { snapshot };
  },
});

function wantedOf({ name, description, recoveryKeyLabel }: VaultInputs): VaultInput {
  return { name, description, recoveryKeyLabel };
}
