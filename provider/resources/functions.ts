/**
 * Read-only questions about inventory, pending deletions and the deletion path of a key; each
 * described once for every door.
 */

import * as z from "zod";
import {
  type CheckFailure,
  defineFunction,
  type ListOptions,
  type ResourceDefinition,
  type RunSettings,
} from "../engine/definition.ts";
import { createOperations } from "../engine/key/commands.ts";
import type { World } from "../engine/ports.ts";
import { failuresOfKnown } from "../engine/program/input-validation.ts";
import { type ErrorCode, UkoError } from "../errors.ts";
import { keyTemplate } from "./key-template/index.ts";
import { keyTemplateState } from "./key-template/schema.ts";
import { keystore } from "./keystore/index.ts";
import { keystoreState } from "./keystore/schema.ts";
import { kmsKey } from "./kms-key/index.ts";
import { kmsKeyState } from "./kms-key/schema.ts";
import { managedKey } from "./managed-key/index.ts";
import { managedKeyState } from "./managed-key/schema.ts";
import { uuid } from "./uuid.ts";
import { vault, vaultState } from "./vault.ts";

const vaultId = uuid.meta({ description: "UUID of the vault." });
const keyRef = z.strictObject({ vaultId, keyId: uuid.meta({ description: "UUID of the key." }) });
const nothing = z.strictObject({});
const inVault = z.strictObject({
  vaultId: uuid.optional().meta({ description: "Narrows the list to one vault; without it every vault's are listed." }),
});

const getManagedKey = defineFunction({
  name: "getManagedKey",
  summary: "A managed key as it is now; fails with UKO_KEY_NOT_FOUND where there is none.",
  args: keyRef,
  result: managedKeyState,
  answer: (world, args, run, options) =>
    one(managedKey, world, `${args.vaultId}/${args.keyId}`, run, options, "UKO_KEY_NOT_FOUND"),
});

const listManagedKeys = defineFunction({
  name: "listManagedKeys",
  summary: "Every managed key in every state.",
  args: inVault,
  result: z.object({ managedKeys: z.array(managedKeyState).meta({ description: "The keys." }) }),
  answer: async (world, args, _run, options) => ({ managedKeys: await all(managedKey, world, args, options) }),
});

const getVault = defineFunction({
  name: "getVault",
  summary: "A vault as it is now; fails with UKO_NOT_FOUND where there is none.",
  args: z.strictObject({ vaultId }),
  result: vaultState,
  answer: (world, args, run, options) => one(vault, world, args.vaultId, run, options),
});

const listVaults = defineFunction({
  name: "listVaults",
  summary: "Every vault of the instance that the identity may see.",
  args: nothing,
  result: z.object({ vaults: z.array(vaultState).meta({ description: "The vaults." }) }),
  answer: async (world, _args, _run, options) => ({ vaults: await all(vault, world, {}, options) }),
});

const getKeystore = defineFunction({
  name: "getKeystore",
  summary: "A keystore as it is now, without its secrets; fails with UKO_NOT_FOUND where there is none.",
  args: z.strictObject({ vaultId, keystoreId: uuid.meta({ description: "UUID of the keystore." }) }),
  result: keystoreState,
  answer: (world, args, run, options) => one(keystore, world, `${args.vaultId}/${args.keystoreId}`, run, options),
});

const listKeystores = defineFunction({
  name: "listKeystores",
  summary: "Every keystore, without its secrets.",
  args: inVault,
  result: z.object({ keystores: z.array(keystoreState).meta({ description: "The keystores." }) }),
  answer: async (world, args, _run, options) => ({ keystores: await all(keystore, world, args, options) }),
});

const getKeyTemplate = defineFunction({
  name: "getKeyTemplate",
  summary: "A key template as it is now; fails with UKO_NOT_FOUND where there is none.",
  args: z.strictObject({ vaultId, templateId: uuid.meta({ description: "UUID of the template." }) }),
  result: keyTemplateState,
  answer: (world, args, run, options) => one(keyTemplate, world, `${args.vaultId}/${args.templateId}`, run, options),
});

const listKeyTemplates = defineFunction({
  name: "listKeyTemplates",
  summary: "Every key template.",
  args: inVault,
  result: z.object({ keyTemplates: z.array(keyTemplateState).meta({ description: "The templates." }) }),
  answer: async (world, args, _run, options) => ({ keyTemplates: await all(keyTemplate, world, args, options) }),
});

const getKmsKey = defineFunction({
  name: "getKmsKey",
  summary: "A KMS key as it is now, without its material; fails with UKO_NOT_FOUND where there is none.",
  args: z.strictObject({ keyId: uuid.meta({ description: "UUID of the key." }) }),
  result: kmsKeyState,
  answer: (world, args, run, options) => one(kmsKey, world, args.keyId, run, options),
});

const listKmsKeys = defineFunction({
  name: "listKmsKeys",
  summary: "Every KMS key that this tool can look after, which leaves out those of internal keystores.",
  args: nothing,
  result: z.object({ kmsKeys: z.array(kmsKeyState).meta({ description: "The keys." }) }),
  answer: async (world, _args, _run, options) => ({ kmsKeys: await all(kmsKey, world, {}, options) }),
});

const pendingDeletion = managedKeyState
  .pick({
    vaultId: true,
    keyId: true,
    label: true,
    keyState: true,
    lifecycleState: true,
    deletionAwaits: true,
    deletionNotBefore: true,
    deletionRequestedBy: true,
    deletionRecordId: true,
  })
  .meta({ description: "A managed key whose end waits for a person or for time." });
export type PendingDeletion = z.infer<typeof pendingDeletion>;

const listPendingDeletions = defineFunction({
  name: "listPendingDeletions",
  summary: "Every managed key whose end is under way: asked for, cooling down, or waiting for its keystores.",
  args: inVault,
  result: z.object({ pendingDeletions: z.array(pendingDeletion).meta({ description: "The keys." }) }),
  async answer(world, args, _run, options) {
    const keys = await all(managedKey, world, args, options);
    return { pendingDeletions: keys.filter(({ deletionAwaits }) => deletionAwaits !== undefined).map(toPending) };
  },
});

const time = (description: string) =>
  z
    .string()
    .optional()
    .meta({ description: `${description}, ISO 8601 UTC.` });

/** The report of `uko plan --json`. */
const deletionPlan = z.object({
  v: z.literal(1).meta({ description: "Version of this form." }),
  instanceId: z.string().meta({ description: "Instance that the key belongs to." }),
  vaultId: z.string().meta({ description: "UUID of the vault." }),
  keyId: z.string().meta({ description: "UUID of the key." }),
  label: z.string().optional().meta({ description: "Name of the key; absent once it is gone." }),
  lifecycleState: z.string().meta({ description: "The one derived state, or gone." }),
  keyState: z.string().optional().meta({ description: "The service's own word for the state." }),
  deletion: z
    .object({
      awaits: z.string().optional().meta({ description: "approval, time, or person_to_unblock." }),
      notBefore: time("The next step is refused before this time"),
      requestedBy: z.string().optional().meta({ description: "IAM id of the author of the binding record." }),
      recordId: z.string().optional().meta({ description: "Id of the binding record, as UKO_CONSENT takes it." }),
      recordLapsesAt: time("When that record counts no longer"),
    })
    .meta({ description: "What the end of the key waits for." }),
  explanation: z
    .object({
      summary: z.string().meta({ description: "One complete sentence." }),
      facts: z.array(z.string()).meta({ description: "The whole path, a line for each step." }),
      next: z
        .array(
          z
            .object({
              who: z.string().meta({ description: "Who may take this way." }),
              commands: z.array(z.string()).meta({ description: "Commands that work when pasted." }),
            })
            .meta({ description: "A way on." }),
        )
        .meta({ description: "Ways on, if there are any." }),
    })
    .meta({ description: "The plan in words, for instance for a comment on a pull request." }),
});
export type DeletionPlan = z.infer<typeof deletionPlan>;

const planDeletion = defineFunction({
  name: "planDeletion",
  summary:
    "The whole way of a managed key to its end: what stops working when, who has to act, and where there is no way back.",
  args: keyRef,
  result: deletionPlan,
  async answer(world, args, _run, options) {
    const report = await createOperations(world).plan({ instanceId: world.session.instanceId, ...args }, options);
    return deletionPlan.parse(report);
  },
});

/** The questions by name, for doors that project all of them. */
export const functions = {
  getManagedKey,
  listManagedKeys,
  getVault,
  listVaults,
  getKeystore,
  listKeystores,
  getKeyTemplate,
  listKeyTemplates,
  getKmsKey,
  listKmsKeys,
  listPendingDeletions,
  planDeletion,
} as const;

/** Validates the arguments of a question: reports each error at its argument; unknown values pass. */
export function checkArguments(
  question: keyof typeof functions,
  args: Readonly<Record<string, unknown>>,
): readonly CheckFailure[] {
  return failuresOfKnown(functions[question].args.safeParse(args).error?.issues ?? [], args);
}

/** A label may be older than today's rules for inputs, so the fields are picked, not parsed. */
function toPending(key: z.infer<typeof managedKeyState>): PendingDeletion {
  const picked = Object.keys(pendingDeletion.shape).flatMap((name) => {
    const value = key[name as keyof PendingDeletion];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(picked) as PendingDeletion;
}

async function one<Inputs, State extends Inputs>(
  definition: ResourceDefinition<Inputs, State>,
  world: World,
  id: string,
  run: RunSettings,
  options: ListOptions,
  code: ErrorCode = "UKO_NOT_FOUND",
): Promise<State> {
  const found = await definition.lookup(world, id, run, options);
  if (found === undefined) throw new UkoError(code, { detail: `There is nothing with the id ${id}.` });
  return found.state;
}

async function all<Inputs, State extends Inputs>(
  definition: ResourceDefinition<Inputs, State>,
  world: World,
  { vaultId: only }: { readonly vaultId?: string | undefined },
  options: ListOptions,
): Promise<State[]> {
  const found = await definition.list(world, only === undefined ? {} : { vaultId: only }, options);
  return found.map(({ state }) => state);
}
