/**
 * Defines the inputs and outputs that several resources have: IDs, the facts about a pending deletion, and the
 * settings for deletions. These settings control uko. The service stores none of them, except that a managed key has a
 * marker which uko writes from `dualAuthorization`.
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

/** Outputs that change during the deletion of a key. */
export const deletionOutputs = [
  "deletionAwaits",
  "deletionNotBefore",
  "deletionRequestedBy",
  "deletionRecordId",
  "deletionRecordExpiresAt",
] as const;

/** The pending record or window in a state. */
export function pendingOutputs({ requestedBy, recordId, recordExpiresAt }: DeletionFacts) {
  return {
    ...(requestedBy !== undefined && { deletionRequestedBy: requestedBy }),
    ...(recordId !== undefined && { deletionRecordId: recordId }),
    ...(recordExpiresAt !== undefined && { deletionRecordExpiresAt: recordExpiresAt }),
  };
}
