/**
 * Defines the resource key template. A template holds the properties of the keys that are created from it, and the
 * group of keystores into which they are distributed. A change that would cut existing keys off from a keystore is
 * refused. The service's built-in templates are refused too, and are not listed. Existing keys stay as they are after a
 * change, so the file warns that each key has to be aligned. A template is archived by a call of its own, and then
 * allows no new keys.
 */

import { sayContainer } from "../../engine/container/words.ts";
import type { ContainerRef, NewTemplate, TemplatePatch, TemplateSnapshot } from "../../engine/ports/containers.ts";
import type { CallOptions, World } from "../../engine/ports/world.ts";
import type { CheckFailure } from "../../engine/resource/definition.ts";
import type { Dialect } from "../../engine/text/dialect.ts";
import { capital } from "../../engine/text/words.ts";
import { asUkoError, UkoError } from "../../errors.ts";
import { defineContainer } from "../container.ts";
import { changeContainer, differingIn, moveContainer } from "../container-writes.ts";
import { refuseUnlinking } from "../unlink-guard.ts";
import { changeableBlocks, patchFor, propertiesOf } from "./compare.ts";
import { type KeyTemplateInputs, type KeyTemplateState, keyTemplateInputs, keyTemplateState } from "./schema.ts";

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

export const keyTemplate = defineContainer<KeyTemplateInputs, KeyTemplateState, TemplateSnapshot, NewTemplate>({
  kind: "template",
  name: "KeyTemplate",
  functions: {
    get: "Reads a key template. Fails with `UKO_NOT_FOUND` if the template does not exist.",
    list: "Lists every key template.",
  },
  summary:
    "A key template: the properties of the keys that are created from it, and the keystores in which they are installed. It can be deleted once no key uses it.",
  inputs: keyTemplateInputs,
  state: keyTemplateState,
  idName: "templateId",
  adoptBy: "existingTemplateId",
  uniqueBy: ["vaultId", "name"],
  port: ({ templates }) => templates,
  blocks: changeableBlocks,
  absentAfterCreation: ({ keystoreType }) =>
    typeof keystoreType !== "string"
      ? []
      : (["google", "azure", "cca"] as const).filter((name) => blockTypes[name] !== keystoreType),
  check: checkTemplate,
  wanted: ({ existingTemplateId: _adopted, archived: _later, deletionProtection: _policy, ...wanted }) => wanted,
  propertiesOf,
  requireAdoptable: (_world, snapshot) => refuseSystem(snapshot),
  // The service's built-in templates cannot be resources: adopting everything that is listed would fail at them.
  isListed: (_world, snapshot) => isOurs(snapshot),

  frozenInBlocks: (before, inputs) =>
    (before.azure === undefined ? [] : differingIn(inputs.azure, before.azure)).map((name) => ({
      property: `azure.${name}`,
      reason: "cannot change on an existing template",
      remedy: moveContainer,
    })),

  async update(world, { ref, what, inputs }, options) {
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
    return { snapshot, warnings: isMoved ? [notAligned(what, world.dialect)] : [] };
  },

  /** A failure is only a warning, because an error would leave the template in no state. */
  async complete(world, made, { archived }, options) {
    if (!archived) return made;
    const { instanceId, vaultId, templateId: id } = made.state;
    try {
      const { isArchived, version } = await archive(
        world,
        { kind: "template", instanceId, vaultId, id },
        true,
        options,
      );
      return { ...made, state: { ...made.state, archived: isArchived, version } };
    } catch (error) {
      const why = asUkoError(error).summary;
      return { ...made, warnings: [`The template was created but not archived: ${why}. The next run tries again`] };
    }
  },
});

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

/** Whether this is a template that a resource can manage: not one of the service's built-in templates (uko-v4.md 9 U18). */
function isOurs({ types }: TemplateSnapshot): boolean {
  return !types.includes("system");
}

function refuseSystem(snapshot: TemplateSnapshot): void {
  if (isOurs(snapshot)) return;
  throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
    summary: `${capital(sayContainer({ kind: "template", ...snapshot }))} is a built-in template, which cannot be changed or deleted`,
    detail: "To create keys from it, use its name. It does not need a resource.",
  });
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
