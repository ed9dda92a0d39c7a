/**
 * Read-only questions about inventory, pending deletions and the deletion path of a key; each
 * described once for every door.
 */

import * as z from "zod";
import {
  type CheckFailure,
  defineFunction,
  type FunctionDefinition,
  type ResourceDefinition,
  shapeOf,
} from "../engine/definition.ts";
import { createOperations } from "../engine/key/commands.ts";
import { failuresOfKnown } from "../engine/program/input-validation.ts";
import { UkoError } from "../errors.ts";
import { managedKeyState } from "./managed-key/schema.ts";
import { type ResourceName, resources, type StateOf } from "./registry.ts";
import { uuid } from "./uuid.ts";

const vaultId = uuid.meta({ description: "UUID of the vault." });
const keyRef = z.strictObject({ vaultId, keyId: uuid.meta({ description: "UUID of the key." }) });
const nothing = z.strictObject({});
const inVault = z.strictObject({
  vaultId: uuid.optional().meta({ description: "Narrows the list to one vault; without it every vault's are listed." }),
});

/** Any resource, as far as its two functions need it. */
type Readable = ResourceDefinition<object, object>;
type Filter = z.infer<typeof inVault>;

/** The functions that read one object, and those that list all of them, for each resource. */
type ReadFunctions = {
  readonly [Name in ResourceName as `get${Capitalize<Name>}`]: FunctionDefinition<object, StateOf<Name>>;
};
type ListFunctions = {
  readonly [Name in ResourceName as `list${Capitalize<Name>}s`]: FunctionDefinition<
    Filter,
    { readonly [List in `${Name}s`]: readonly StateOf<Name>[] }
  >;
};

/** Reads one object by the parts of its ID. */
function readFunction({ name, idForm, state, functions: { get }, lookup, notFound = "UKO_NOT_FOUND" }: Readable) {
  const parts = Array.from(idForm.matchAll(/<(\w+)>/g), ([, part = ""]) => part);
  const described = shapeOf(state);
  const arg = (part: string) => uuid.meta({ description: described[part]?.description ?? "" });
  const args = Object.fromEntries(parts.map((part) => [part, part === "vaultId" ? vaultId : arg(part)]));
  return defineFunction<Readonly<Record<string, string>>, object>({
    name: `get${name}`,
    summary: get,
    args: z.strictObject(args),
    result: state,
    async answer(world, given, run, options) {
      const id = parts.map((part) => given[part]).join("/");
      const found = await lookup(world, id, run, options);
      if (found === undefined) throw new UkoError(notFound, { detail: `There is nothing with the id ${id}.` });
      return found.state;
    },
  });
}

/** Lists every object of a resource, in one vault if the resource belongs to one. */
function listFunction(list: string, { name, inputs, noun, state, functions: texts, ...definition }: Readable) {
  return defineFunction<Filter, object>({
    name: `list${name}s`,
    summary: texts.list,
    args: "vaultId" in shapeOf(inputs) ? inVault : nothing,
    result: z.object({ [list]: z.array(state).meta({ description: `The ${noun}s.` }) }),
    async answer(world, { vaultId: only }, _run, options) {
      const found = await definition.list(world, only === undefined ? {} : { vaultId: only }, options);
      return { [list]: found.map((each) => each.state) };
    },
  });
}

const ofResources = Object.fromEntries(
  Object.entries(resources).flatMap(([name, definition]) => {
    const readable = definition as unknown as Readable;
    return [readFunction(readable), listFunction(`${name}s`, readable)].map((each) => [each.name, each]);
  }),
) as unknown as ReadFunctions & ListFunctions;

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
  async answer(world, args, run, options) {
    const { managedKeys } = await ofResources.listManagedKeys.answer(world, args, run, options);
    const pending = managedKeys.filter(({ deletionAwaits }) => deletionAwaits !== undefined);
    return { pendingDeletions: pending.map(toPending) };
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

/** Every function by name, for doors that project all of them. */
export const functions = { ...ofResources, listPendingDeletions, planDeletion } as const;

/** A label may be older than today's rules for inputs, so the fields are picked, not parsed. */
function toPending(key: z.infer<typeof managedKeyState>): PendingDeletion {
  const picked = Object.keys(pendingDeletion.shape).flatMap((name) => {
    const value = key[name as keyof PendingDeletion];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(picked) as PendingDeletion;
}

/** Reports each invalid argument; unknown values pass. */
export function checkArguments(
  question: keyof typeof functions,
  args: Readonly<Record<string, unknown>>,
): readonly CheckFailure[] {
  return failuresOfKnown(functions[question].args.safeParse(args).error?.issues ?? [], args);
}
