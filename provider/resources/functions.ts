/**
 * Defines the functions of the provider, which only read: objects by ID, lists, pending deletions, and the steps that
 * the deletion of a key still needs.
 */

import * as z from "zod";
import { createOperations } from "../engine/key/commands.ts";
import {
  type CheckFailure,
  defineFunction,
  type FunctionDefinition,
  type ResourceDefinition,
} from "../engine/resource/definition.ts";
import { failuresOfKnown } from "../engine/resource/input-validation.ts";
import { shapeOf } from "../engine/resource/property.ts";
import { UkoError } from "../errors.ts";
import { capital } from "../text/printable.ts";
import { idOfName } from "./lookup-by-name.ts";
import { managedKeyState } from "./managed-key/schema.ts";
import { type ResourceName, resources, type StateOf } from "./registry.ts";
import { awaitsField, pendingFields, pendingOutputFields, uuid } from "./shared-inputs.ts";

const vaultId = uuid.meta({ description: "UUID of the vault." });
const keyRef = z.strictObject({ vaultId, keyId: uuid.meta({ description: "UUID of the key." }) });
const nothing = z.strictObject({});
const inVault = z.strictObject({
  vaultId: uuid.optional().meta({ description: "Lists this vault only. If omitted, all vaults are listed." }),
});

/** The parts of a resource that its two functions use. */
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

/** The arguments that name one object. */
type Named = Readonly<Record<string, string | undefined>>;

/** Reads one object by the parts of its ID or, if no two objects share a name, by its name. */
function readFunction(definition: Readable) {
  const { name, noun, idForm, state, functions: texts, lookup, notFound = "UKO_NOT_FOUND", uniqueBy } = definition;
  const parts = Array.from(idForm.matchAll(/<(\w+)>/g), ([, part = ""]) => part);
  const [ownId = "", property] = [parts.at(-1), uniqueBy?.at(-1)];
  const described = shapeOf(state);
  const arg = (part: string) => uuid.meta({ description: described[part]?.description ?? "" });
  const byId = Object.fromEntries(parts.map((part) => [part, part === "vaultId" ? vaultId : arg(part)]));
  return defineFunction<Named, object>({
    name: `get${name}`,
    summary: texts.get,
    args: property === undefined ? z.strictObject(byId) : byIdOrName(byId, { ownId, property, noun }),
    result: state,
    async query(world, given, run, options) {
      const searched = property === undefined ? undefined : given[property];
      const place = ownId === "vaultId" ? undefined : given.vaultId;
      const id =
        property === undefined || searched === undefined
          ? parts.map((part) => given[part]).join("/")
          : await idOfName(world, { definition, property, idProperty: ownId, name: searched, vaultId: place }, options);
      const found = await lookup(world, id, run, options);
      if (found === undefined) throw new UkoError(notFound, { detail: `There is nothing with the id ${id}.` });
      return found.state;
    },
  });
}

/** The arguments of a function that accepts the ID of the object or its name. Unknown values wait until they are known. */
function byIdOrName(
  byId: Readonly<Record<string, z.ZodString>>,
  { ownId, property, noun }: { readonly ownId: string; readonly property: string; readonly noun: string },
): z.ZodType<Named> {
  const { description } = byId[ownId]?.meta() ?? {};
  return z
    .strictObject({
      ...byId,
      [ownId]: uuid.optional().meta({ description: `${description} Set it or \`${property}\`.` }),
      [property]: z
        .string()
        .min(1)
        .optional()
        .meta({
          description: `${capital(property)} of the ${noun}, in place of its ID. Exactly one ${noun} must have it.`,
        }),
    })
    .superRefine((given: Named, { addIssue }) => {
      const isSet = (name: string): boolean => given[name] !== undefined;
      if (isSet(ownId) && isSet(property))
        addIssue({ code: "custom", path: [property], message: "must not be set together with the ID" });
      if (!isSet(ownId) && !isSet(property))
        addIssue({ code: "custom", path: [ownId], message: `is required, unless ${property} is set` });
    });
}

/** Lists every object of a resource, in one vault if the resource belongs to one. */
function listFunction(list: string, { name, inputs, noun, state, functions: texts, ...definition }: Readable) {
  return defineFunction<Filter, object>({
    name: `list${name}s`,
    summary: texts.list,
    args: "vaultId" in shapeOf(inputs) ? inVault : nothing,
    result: z.object({ [list]: z.array(state).meta({ description: `The ${noun}s.` }) }),
    async query(world, { vaultId: only }, _run, options) {
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

export const pendingDeletion = managedKeyState
  .pick({
    vaultId: true,
    keyId: true,
    label: true,
    keyState: true,
    lifecycleState: true,
  })
  .extend(pendingOutputFields)
  .meta({
    description: "A managed key whose deletion waits for a person or for time.",
    type: { name: "PendingDeletion" },
  });
type PendingDeletion = z.infer<typeof pendingDeletion>;

const listPendingDeletions = defineFunction({
  name: "listPendingDeletions",
  summary:
    "Lists every managed key whose deletion is in progress: requested, in its cool-down, or waiting for its keystores.",
  args: inVault,
  result: z.object({ pendingDeletions: z.array(pendingDeletion).meta({ description: "The keys." }) }),
  async query(world, args, run, options) {
    const { managedKeys } = await ofResources.listManagedKeys.query(world, args, run, options);
    const pending = managedKeys.filter(({ deletionAwaits }) => deletionAwaits !== undefined).map(toPending);
    return { pendingDeletions: pending.toSorted(byLabel) };
  },
});

/** The service lists keys in no order that a reader would know. */
const byLabel = (a: PendingDeletion, b: PendingDeletion): number =>
  a.label.localeCompare(b.label, "en") || a.keyId.localeCompare(b.keyId, "en");

/** The report of `uko plan --json`. */
const deletionPlan = z.object({
  v: z.literal(1).meta({ description: "Version of this report." }),
  instanceId: z.string().meta({ description: "ID of the instance that the key belongs to." }),
  vaultId: z.string().meta({ description: "UUID of the vault." }),
  keyId: z.string().meta({ description: "UUID of the key." }),
  label: z.string().optional().meta({ description: "Name of the key. Not set once the key is gone." }),
  lifecycleState: z.string().meta({ description: "The derived state, or `gone`." }),
  keyState: z.string().optional().meta({ description: "State, as the service reports it." }),
  deletion: z
    .object({ ...pendingFields, awaits: awaitsField })
    .meta({ description: "What the deletion of the key waits for.", type: { name: "PlannedDeletion" } }),
  explanation: z
    .object({
      summary: z.string().meta({ description: "The plan in one sentence." }),
      facts: z.array(z.string()).meta({ description: "The whole path, one line per step." }),
      next: z
        .array(
          z
            .object({
              who: z.string().meta({ description: "Who can run these commands." }),
              commands: z.array(z.string()).meta({ description: "Commands that can be pasted as they are." }),
            })
            .meta({ description: "Commands that continue the deletion.", type: { name: "PlanWayOn" } }),
        )
        .meta({ description: "Commands that continue the deletion, if there are any." }),
    })
    .meta({
      description: "The plan in words, for example for a comment on a pull request.",
      type: { name: "PlanExplanation" },
    }),
});

const planDeletion = defineFunction({
  name: "planDeletion",
  summary:
    "Describes the whole deletion path of a managed key: what stops working when, who has to act, and which steps cannot be undone.",
  args: keyRef,
  result: deletionPlan,
  async query(world, args, _run, options) {
    const ref = { instanceId: world.session.instanceId, ...args };
    // An output of a program stays the same until the key changes.
    const report = await createOperations(world).plan(ref, options, false);
    return deletionPlan.parse(report);
  },
});

/** Every function by name; each interface offers all of them. */
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
