/**
 * Defines the resource vault: the container of keys, keystores and templates. A vault is deleted only when it is
 * empty, so that its deletion never deletes a key.
 */

import * as z from "zod";
import { containerDeletion } from "../engine/container/deletion.ts";
import { readContainer } from "../engine/container/observe.ts";
import { sayContainer } from "../engine/container/words.ts";
import type { ContainerRef, VaultSnapshot } from "../engine/ports/containers.ts";
import { defineResource, type ResourceDefinition, type Stored } from "../engine/resource/definition.ts";
import { isChangeable, namesWhere } from "../engine/resource/property.ts";
import {
  adoptContainer,
  changeContainer,
  createContainer,
  driftIn,
  frozenFailures,
  parseIds,
  previewContainer,
  throwIfFrozen,
} from "./container-writes.ts";
import { deletionProtection, uuid } from "./shared-inputs.ts";

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
  ...vaultInputs.shape,
  name: z.string(),
  description: z.string().optional(),
  instanceId: z.string().meta({ description: "ID of the instance that the vault belongs to." }),
  vaultId: z.string().meta({ description: "UUID of the vault." }),
});
export type VaultState = z.infer<typeof vaultState>;

const compared = namesWhere(vaultInputs, isChangeable);

export const vault: ResourceDefinition<VaultInputs, VaultState> = defineResource<VaultInputs, VaultState>({
  name: "Vault",
  noun: "vault",
  functions: {
    get: "Reads a vault. Fails with `UKO_NOT_FOUND` if the vault does not exist.",
    list: "Lists every vault of the instance that the caller may see.",
  },
  summary: "A vault: the container of keys, keystores and templates. It can be deleted once it is empty.",
  inputs: vaultInputs,
  state: vaultState,
  idForm: "<vaultId>",
  adoptBy: "existingVaultId",
  uniqueBy: ["name"],
  refreshBeforeRun: () => false,
  rejectChange: (before, inputs) =>
    frozenFailures({ existingVaultId: before.vaultId }, inputs, ["existingVaultId"], "vault"),

  check: () => [],

  changed(state, inputs) {
    const differing = compared.filter((name) => inputs[name] !== undefined && inputs[name] !== state[name]);
    return inputs.deletionProtection === state.deletionProtection ? differing : [...differing, "deletionProtection"];
  },

  previewCreation(world, inputs, options) {
    const { name, existingVaultId } = inputs;
    const { instanceId } = world.session;
    const adopted = existingVaultId === undefined ? undefined : refTo(instanceId, existingVaultId);
    const stateOf = (found: VaultSnapshot) => stored(instanceId, inputs, found).state;
    const changed = (state: VaultState) => vault.changed(state, inputs as VaultInputs);
    const creation = {
      port: world.vaults,
      adopted,
      adoptBy: "existingVaultId",
      name,
      stateOf,
      changed,
      names: compared,
    };
    return previewContainer(world, "vault", { ...creation, inputs }, options);
  },

  async create(world, inputs, run, options) {
    const { name, description, recoveryKeyLabel, existingVaultId } = inputs;
    const { instanceId } = world.session;
    const adoptBy = "existingVaultId";
    if (existingVaultId !== undefined) {
      const ref = refTo(instanceId, existingVaultId);
      const found = await adoptContainer(world, ref, world.vaults, adoptBy, options);
      const adopted = stored(instanceId, inputs, found);
      const isSame = vault.changed(adopted.state, inputs).length === 0;
      return { ...(isSame ? adopted : await vault.update(world, adopted.state, inputs, run, options)), isFound: true };
    }
    const wanted = { name, description, recoveryKeyLabel };
    const creation = { kind: "vault", port: world.vaults, wanted, name, adoptBy } as const;
    return stored(instanceId, inputs, await createContainer(world, creation, options));
  },

  async read(world, state, _run, options) {
    const reading = await readContainer(world, refOf(state), world.vaults, false, options);
    if (reading.kind === "gone") return undefined;
    const found = stored(state.instanceId, state, reading.snapshot);
    const what = sayContainer({ kind: "vault", id: state.vaultId, name: found.state.name });
    return { ...found, warnings: driftIn(what, compared, state, found.state) };
  },

  async update(world, state, inputs, _run, options) {
    throwIfFrozen(`vault ${state.vaultId}`, vault.rejectChange?.(state, inputs, world.dialect) ?? [], world);
    const ref = refOf(state);
    const snapshot = await changeContainer(
      world,
      ref,
      world.vaults,
      async ({ snapshot: found, etag }) => {
        const there: Readonly<Record<string, unknown>> = { ...found };
        const patch = Object.fromEntries(
          compared.flatMap((name) => {
            const wanted = inputs[name];
            return wanted === undefined || wanted === there[name] ? [] : [[name, wanted]];
          }),
        );
        return Object.keys(patch).length === 0 ? undefined : world.vaults.update(ref, patch, etag, options);
      },
      options,
    );
    return stored(state.instanceId, inputs, snapshot);
  },

  async lookup(world, id, _run, options) {
    const [vaultId = ""] = parseIds(id, "<vaultId>");
    const { instanceId } = world.session;
    const reading = await readContainer(world, refTo(instanceId, vaultId), world.vaults, false, options);
    return reading.kind === "gone" ? undefined : stored(instanceId, {}, reading.snapshot);
  },

  async list(world, _filter, options) {
    const all = await world.vaults.list({}, options);
    return all.map((snapshot) => stored(world.session.instanceId, {}, snapshot));
  },

  deletion: (state) =>
    containerDeletion({
      ref: refOf(state),
      name: state.name,
      policy: { deletionProtection: state.deletionProtection },
    }),
});

function refTo(instanceId: string, vaultId: string): ContainerRef {
  return { kind: "vault", instanceId, vaultId, id: vaultId };
}

function refOf({ instanceId, vaultId }: VaultState): ContainerRef {
  return refTo(instanceId, vaultId);
}

/** The state: the service's values, plus the inputs that only control uko. */
function stored(instanceId: string, inputs: Partial<VaultInputs>, snapshot: VaultSnapshot): Stored<VaultState> {
  const { id, name, description, recoveryKeyLabel } = snapshot;
  const { existingVaultId, deletionProtection = false } = inputs;
  const state: VaultState = {
    name,
    ...((description !== "" || inputs.description !== undefined) && { description }),
    ...((recoveryKeyLabel !== "" || inputs.recoveryKeyLabel !== undefined) && { recoveryKeyLabel }),
    ...(existingVaultId !== undefined && { existingVaultId }),
    deletionProtection,
    instanceId,
    vaultId: id,
  };
  return { id, state, warnings: [] };
}
