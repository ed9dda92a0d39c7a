/**
 * Defines the inputs and outputs that several resources have: IDs, groups of keystores, the facts about a pending
 * deletion, and the settings for deletions. These settings control uko; the service stores none of them, except the
 * marker. The file also derives the form of a state from the form of the inputs. In a state, the rules for new objects
 * do not apply, because an existing object may be older than the rules.
 */

import * as z from "zod";
import type { RunSettings } from "../engine/ports/calls.ts";
import {
  type OutputOf,
  outputOf,
  type ReportedWait,
  type WaitField,
  waitFieldDescriptions,
  waitFields,
} from "../engine/ports/reported-wait.ts";
import { plain } from "../engine/text/words.ts";
import { awaitedThings, type DeletionAwaits } from "../lifecycle/key/lifecycle-state.ts";
import type { RequiredPeople } from "../lifecycle/vocabulary/observation.ts";
import { uuidForm } from "../text/uuid-form.ts";

export const uuid = z.string().regex(uuidForm, "must be a UUID in lower case");

export const dualAuthorization = z.enum(["required", "single"]).meta({
  type: {
    name: "DualAuthorization",
    description: "Whether the deletion of a key requires two people.",
    values: {
      required: "Two people, each under an identity of their own.",
      single: "One person, unless the key, the provider or the environment requires two.",
    },
  },
});

/** The input that protects an object from deletion. */
export function deletionProtection(description: string) {
  return z.boolean().default(false).meta({ description, role: "policy" });
}

/** A group of keystores (uko-v4.md 3.7). */
export const groupName = z
  .string()
  .max(200)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9-_ ]+$/,
    "must be 2 or more letters, digits, blanks, - and _, and to begin with a letter or digit",
  );

const pendingField = (field: WaitField) => z.string().optional().meta({ description: waitFieldDescriptions[field] });
type PendingField = ReturnType<typeof pendingField>;

/** What a report shows of a pending deletion. */
export const pendingFields = Object.fromEntries(waitFields.map((field) => [field, pendingField(field)])) as {
  readonly [Field in WaitField]: PendingField;
};

/** What a deletion waits for, as a program gets it. A word of a later release in a state counts as absent (decision 62). */
export const awaitsField = z
  .enum(awaitedThings)
  .optional()
  .catch(undefined)
  .meta({
    description: "What the deletion waits for.",
    type: {
      name: "DeletionAwaits",
      description: "What the deletion of a key waits for.",
      values: {
        request: "A person has to request the next step.",
        approval: "A second person has to approve the next step.",
        requester: "The next step is approved, and the next run of the requester takes it.",
        time: "The next step is refused before a time.",
        person_to_unblock: "A person has to remove what blocks the next step.",
      } satisfies Record<DeletionAwaits, string>,
    },
  });

/** The same in a state. */
export const pendingOutputFields = {
  ...(Object.fromEntries(
    waitFields.map((field) => [outputOf(field), pendingField(field).meta({ changedBy: ["state"] })]),
  ) as {
    readonly [Field in WaitField as OutputOf<Field>]: PendingField;
  }),
  deletionAwaits: awaitsField,
};

/** The outputs that change during the deletion of a managed key. */
export const deletionOutputs = waitFields.map(outputOf);

type ReportedKeyWait = Omit<ReportedWait, "awaits"> & { readonly awaits?: DeletionAwaits | undefined };
type PendingOutputs = { readonly [Field in Exclude<WaitField, "awaits"> as OutputOf<Field>]?: string } & {
  readonly deletionAwaits?: DeletionAwaits;
};

/**
 * What a pending deletion shows in a state. Each person wrote their own name, and a terminal may print a state as it
 * is, so the names are escaped.
 */
export function pendingOutputs(wait: ReportedKeyWait): PendingOutputs {
  const shown = waitFields.flatMap((field) => {
    const value = wait[field];
    if (value === undefined) return [];
    return [[outputOf(field), field.endsWith("Name") ? plain(value, 60) : value] as const];
  });
  return Object.fromEntries(shown);
}

/**
 * The inputs as the service returns them, for a state. Rules for new objects do not apply: an existing object may be
 * older than they are. A word may be new to this release; it is shown and compared, and no decision depends on it.
 */
export function reported<Shape extends z.ZodRawShape>(shape: Shape): Shape {
  const fields = Object.entries(shape) as [string, z.ZodType][];
  const states = fields.map(([name, field]): [string, z.ZodType] => {
    const { description } = field;
    return [name, description === undefined ? loosen(field) : loosen(field).describe(description)];
  });
  return Object.fromEntries(states) as z.ZodRawShape as Shape;
}

/** A service may omit a text that has to be in a block or is one of its words. Such a text is empty. */
function loosen(field: z.ZodType, isInBlock = false): z.ZodType {
  if (field instanceof z.ZodOptional) return loosen(field.unwrap() as z.ZodType).optional();
  if (field instanceof z.ZodDefault) {
    const inner = loosen(field.unwrap() as z.ZodType);
    return inner === field.unwrap() ? field : inner;
  }
  if (field instanceof z.ZodArray) return z.array(loosen(field.element as z.ZodType));
  if (field instanceof z.ZodObject) {
    const shape = field.shape as Readonly<Record<string, z.ZodType>>;
    return z.object(Object.fromEntries(Object.entries(shape).map(([name, each]) => [name, loosen(each, true)])));
  }
  if (field instanceof z.ZodEnum) return z.string().default("");
  if (field instanceof z.ZodString) return isInBlock ? z.string().default("") : z.string();
  return field instanceof z.ZodNumber && isInBlock ? z.int().default(0) : field;
}

/**
 * The people that the inputs of a resource demand, with those that the settings of the run demand at least. Two people
 * are required for the steps of `deletionGate`. Only this function reads the two inputs.
 */
export function peopleOf(
  inputs: { readonly dualAuthorization: "required" | "single"; readonly deletionGate?: "both" | "destroy" },
  { leastPeople }: Pick<RunSettings, "leastPeople"> = { leastPeople: "single" },
): { readonly people: RequiredPeople; readonly peopleForTwo: RequiredPeople } {
  const { dualAuthorization, deletionGate: peopleForTwo = "both" } = inputs;
  const isForOne = dualAuthorization === "single" && leastPeople === "single";
  return { people: isForOne ? "single" : peopleForTwo, peopleForTwo };
}
