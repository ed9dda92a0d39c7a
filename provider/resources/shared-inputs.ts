/**
 * Defines the inputs and outputs that several resources have: IDs, groups of keystores, the facts about a pending
 * deletion, and the settings for deletions. These settings control uko. The service stores none of them, except that a
 * managed key has a marker which uko writes from `dualAuthorization`. The file also derives the form of a state from
 * the form of the inputs. In a state, the rules for new objects do not apply, because an existing object may be older
 * than the rules.
 */

import * as z from "zod";
import type { DeletionFacts } from "../engine/loop/report.ts";
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

/** Outputs that change during the deletion of a managed key or KMS key. */
export const deletionOutputs = [
  "deletionAwaits",
  "deletionNotBefore",
  "deletionRecordId",
  "deletionRecordExpiresAt",
] as const;

/** What the deletion waits for, and the pending record or window, in a state. */
export function pendingOutputs({ awaits, recordId, recordExpiresAt }: DeletionFacts) {
  return {
    ...(awaits !== undefined && { deletionAwaits: awaits }),
    ...(recordId !== undefined && { deletionRecordId: recordId }),
    ...(recordExpiresAt !== undefined && { deletionRecordExpiresAt: recordExpiresAt }),
  };
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
