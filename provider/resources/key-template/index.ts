/**
 * Defines the resource key template. A template holds the properties of the keys that are created from it, and the
 * keystores into which they are distributed. A change that would cut existing keys off from a keystore is refused.
 */

import { containerDeletion } from "../../engine/container/deletion.ts";
import { readContainer } from "../../engine/container/observe.ts";
import { sayContainer } from "../../engine/container/words.ts";
import type { ContainerRef, TemplatePatch, TemplateSnapshot } from "../../engine/ports/containers.ts";
import type { CallOptions, World } from "../../engine/ports/world.ts";
import {
  type CheckFailure,
  defineResource,
  type ResourceDefinition,
  type Stored,
} from "../../engine/resource/definition.ts";
import { namesWhere } from "../../engine/resource/property.ts";
import type { Dialect } from "../../engine/text/dialect.ts";
import { capital } from "../../engine/text/words.ts";
import { asUkoError, UkoError } from "../../errors.ts";
import {
  adoptContainer,
  changeContainer,
  createContainer,
  differingIn,
  driftIn,
  frozenFailures,
  moveContainer,
  parseIds,
  previewContainer,
  throwIfFrozen,
} from "../container-writes.ts";
import { refuseUnlinking } from "../unlink-guard.ts";
import { changeableBlocks, compared, patchFor, propertiesOf } from "./compare.ts";
import { type KeyTemplateInputs, type KeyTemplateState, keyTemplateInputs, keyTemplateState } from "./schema.ts";

const frozenNames = namesWhere(
  keyTemplateInputs,
  ({ immutable, role }, { _zod: { def } }) => immutable === true && role === undefined && def.type !== "object",
);
const blockTypes = { google: "google_kms", azure: "azure_key_vault", cca: "cca" } as const;
/**
 * Properties that keys copy from a template; changing one leaves existing keys as they are
 * (uko-v4.md 4.7).
 */
const aligned: readonly (keyof TemplatePatch)[] = [
  "size",
  "keyState",
  "activationPeriod",
  "expirationPeriod",
  "group",
  ...changeableBlocks,
];

export const keyTemplate: ResourceDefinition<KeyTemplateInputs, KeyTemplateState> = defineResource<
  KeyTemplateInputs,
  KeyTemplateState
>({
  name: "KeyTemplate",
  noun: "template",
  functions: {
    get: "Reads a key template. Fails with `UKO_NOT_FOUND` if the template does not exist.",
    list: "Lists every key template.",
  },
  summary:
    "A key template: the properties of the keys that are created from it, and the keystores in which they are installed. It can be deleted once no key uses it.",
  inputs: keyTemplateInputs,
  state: keyTemplateState,
  idForm: "<vaultId>/<templateId>",
  adoptBy: "existingTemplateId",
  uniqueBy: ["vaultId", "name"],
  absentAfterCreation: ({ keystoreType }) =>
    typeof keystoreType !== "string"
      ? []
      : (["google", "azure", "cca"] as const).filter((name) => blockTypes[name] !== keystoreType),
  refreshBeforeRun: () => false,
  rejectChange: frozenIn,
  check: checkTemplate,

  changed(state, inputs) {
    const differing: (keyof KeyTemplateInputs)[] = compared.filter(
      (name) => inputs[name] !== undefined && inputs[name] !== state[name],
    );
    for (const name of changeableBlocks) if (differingIn(inputs[name], state[name]).length > 0) differing.push(name);
    if (inputs.deletionProtection !== state.deletionProtection) differing.push("deletionProtection");
    return differing;
  },

  previewCreation(world, inputs, options) {
    const { vaultId, name, existingTemplateId } = inputs;
    const { instanceId } = world.session;
    const known = inputs as KeyTemplateInputs;
    const adopted =
      vaultId === undefined || existingTemplateId === undefined
        ? undefined
        : refTo(instanceId, vaultId, existingTemplateId);
    const stateOf = (found: TemplateSnapshot) => adoptedState(world, known, found).state;
    const changed = (state: KeyTemplateState) => keyTemplate.changed(state, known);
    const place = { port: world.templates, adopted, adoptBy: "existingTemplateId", vaultId, name };
    const names = [...compared, ...changeableBlocks];
    return previewContainer(world, "template", { ...place, stateOf, changed, names, inputs }, options);
  },

  async create(world, inputs, run, options) {
    const { instanceId } = world.session;
    const { existingTemplateId, archived, deletionProtection: _policy, ...wanted } = inputs;
    const { vaultId, name } = wanted;
    if (existingTemplateId !== undefined) {
      const ref = refTo(instanceId, vaultId, existingTemplateId);
      const snapshot = await adoptContainer(world, ref, world.templates, "existingTemplateId", options);
      const adopted = adoptedState(world, inputs, snapshot);
      const isSame = keyTemplate.changed(adopted.state, inputs).length === 0;
      return {
        ...(isSame ? adopted : await keyTemplate.update(world, adopted.state, inputs, run, options)),
        isFound: true,
      };
    }
    const adoptBy = "existingTemplateId";
    const creation = { kind: "template", port: world.templates, wanted, name, vaultId, adoptBy } as const;
    const made = await createContainer(world, creation, options);
    return archived ? archiveMade(world, inputs, made, options) : stored(instanceId, inputs, made);
  },

  async read(world, state, _run, options) {
    const reading = await readContainer(world, refOf(state), world.templates, false, options);
    if (reading.kind === "gone") return undefined;
    const found = stored(state.instanceId, state, reading.snapshot);
    const names = [...compared, ...frozenNames, "google", "azure", "cca"];
    return { ...found, warnings: driftIn(sayTemplate(reading.snapshot), names, state, found.state) };
  },

  async update(world, state, inputs, _run, options) {
    const ref = refOf(state);
    const what = sayContainer({ kind: "template", id: ref.id, name: state.name });
    throwIfFrozen(what, frozenIn(state, inputs), world);
    // An archived template rejects changes of its distribution (uko-v4.md 9 U20).
    if (!inputs.archived) await archive(world, ref, false, options);
    let isMoved = false;
    let snapshot = await changeContainer(
      world,
      ref,
      world.templates,
      async (found) => {
        refuseSystem(found.snapshot);
        const patch = patchFor(found.snapshot, inputs);
        if (patch === undefined) return undefined;
        const { group } = patch;
        if (group !== undefined && group !== found.snapshot.group) {
          await refuseUnlinking(world, ref.vaultId, { kind: "template", id: ref.id, group }, what, options);
        }
        isMoved ||= aligned.some((name) => patch[name] !== undefined);
        return world.templates.update(ref, patch, found.etag, options);
      },
      options,
    );
    if (inputs.archived) snapshot = await archive(world, ref, true, options);
    return {
      ...stored(state.instanceId, inputs, snapshot),
      warnings: isMoved ? [notAligned(what, world.dialect)] : [],
    };
  },

  async lookup(world, id, _run, options) {
    const [vaultId = "", templateId = ""] = parseIds(id, "<vaultId>/<templateId>");
    const { instanceId } = world.session;
    const reading = await readContainer(world, refTo(instanceId, vaultId, templateId), world.templates, false, options);
    return reading.kind === "gone" ? undefined : stored(instanceId, {}, reading.snapshot);
  },

  async list(world, filter, options) {
    const all = await world.templates.list(filter, options);
    // The service's built-in templates cannot be resources: adopting everything that is listed
    // would fail at them.
    return all.filter(isOurs).map((snapshot) => stored(world.session.instanceId, {}, snapshot));
  },

  deletion: (state) =>
    containerDeletion({
      ref: refOf(state),
      name: state.name,
      policy: { deletionProtection: state.deletionProtection },
    }),
});

function refTo(instanceId: string, vaultId: string, id: string): ContainerRef {
  return { kind: "template", instanceId, vaultId, id };
}

function refOf({ instanceId, vaultId, templateId }: KeyTemplateState): ContainerRef {
  return refTo(instanceId, vaultId, templateId);
}

/** Throws UKO_CHANGE_IMPOSSIBLE if the program's values cannot become those of the existing template. */
function adoptedState(world: World, inputs: KeyTemplateInputs, snapshot: TemplateSnapshot): Stored<KeyTemplateState> {
  refuseSystem(snapshot);
  const adopted = stored(world.session.instanceId, inputs, snapshot);
  const { existingTemplateId: _adopted, ...there } = adopted.state;
  throwIfFrozen(sayTemplate(snapshot), frozenIn(there, inputs), world);
  return adopted;
}

function sayTemplate({ id, name }: TemplateSnapshot): string {
  return sayContainer({ kind: "template", id, name });
}

function checkTemplate(inputs: KeyTemplateInputs): readonly CheckFailure[] {
  const { keystoreType } = inputs;
  const failures: CheckFailure[] = Object.entries(blockTypes)
    .filter(([, type]) => type !== keystoreType)
    .flatMap(([block]) => Object.keys(inputs[block as keyof typeof blockTypes] ?? {}).map((name) => `${block}.${name}`))
    .map((property) => ({ property, reason: `does not apply to keys for keystores of type ${keystoreType}` }));
  if (keystoreType === "google_kms" && inputs.google === undefined && inputs.existingTemplateId === undefined) {
    failures.push({ property: "google.purpose", reason: "is required: Google needs the purpose of the key" });
  }
  // FIPS 197 has these three; sizes of other algorithms depend on the service.
  if (inputs.algorithm === "aes" && !["128", "192", "256"].includes(inputs.size)) {
    failures.push({ property: "size", reason: "must be 128, 192 or 256 for the algorithm aes" });
  }
  return failures;
}

function frozenIn(before: Readonly<Record<string, unknown>>, inputs: KeyTemplateInputs): readonly CheckFailure[] {
  const { existingTemplateId, ...others } = inputs;
  const own = frozenFailures(before, others, frozenNames, "template");
  const adopted = frozenFailures(
    { existingTemplateId: before.templateId },
    { existingTemplateId },
    ["existingTemplateId"],
    "template",
  );
  const moved = before.azure === undefined ? [] : differingIn(inputs.azure, before.azure);
  const azure = moved.map((name) => ({
    property: `azure.${name}`,
    reason: "cannot change on an existing template",
    remedy: moveContainer,
  }));
  return [...own, ...adopted, ...azure];
}

/** Whether this is a template that a resource can manage: not one of the service's built-in templates (uko-v4.md 9 U18). */
function isOurs({ types }: TemplateSnapshot): boolean {
  return !types.includes("system");
}

function refuseSystem(snapshot: TemplateSnapshot): void {
  if (isOurs(snapshot)) return;
  throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
    summary: `${capital(sayTemplate(snapshot))} is a built-in template, which cannot be changed or deleted`,
    detail: "To create keys from it, use its name. It does not need a resource.",
  });
}

/**
 * Archives a template after its creation. A failure is only a warning, because an error would leave the template in no
 * state.
 */
async function archiveMade(
  world: World,
  inputs: KeyTemplateInputs,
  made: TemplateSnapshot,
  options: CallOptions,
): Promise<Stored<KeyTemplateState>> {
  const { instanceId } = world.session;
  try {
    const ref = refTo(instanceId, inputs.vaultId, made.id);
    return stored(instanceId, inputs, await archive(world, ref, true, options));
  } catch (error) {
    const why = asUkoError(error).summary;
    const warnings = [`The template was created but not archived: ${why}. The next run tries again`];
    return { ...stored(instanceId, inputs, made), warnings };
  }
}

async function archive(
  world: World,
  ref: ContainerRef,
  isWanted: boolean,
  options: CallOptions,
): Promise<TemplateSnapshot> {
  return changeContainer(
    world,
    ref,
    world.templates,
    async ({ snapshot, etag }) => {
      if (snapshot.isArchived === isWanted) return undefined;
      refuseSystem(snapshot);
      return isWanted ? world.templates.archive(ref, etag, options) : world.templates.unarchive(ref, etag, options);
    },
    options,
  );
}

function notAligned(what: string, dialect: Dialect): string {
  return `${capital(what)} has changed. Existing keys stay as they are until you align each of them with ${dialect.assignment("align", true)} on its ${dialect.resource("ManagedKey")}`;
}

/** The state: the service's values, plus the inputs that only control uko. */
function stored(
  instanceId: string,
  inputs: Partial<KeyTemplateInputs>,
  snapshot: TemplateSnapshot,
): Stored<KeyTemplateState> {
  const { existingTemplateId, deletionProtection = false } = inputs;
  const state = {
    ...propertiesOf(snapshot, inputs),
    ...(existingTemplateId !== undefined && { existingTemplateId }),
    deletionProtection,
    instanceId,
    templateId: snapshot.id,
    version: snapshot.version,
  } as KeyTemplateState;
  return { id: `${snapshot.vaultId}/${snapshot.id}`, state, warnings: [] };
}
