/**
 * Inputs that more than one resource has: IDs, and policies, which control this tool and which the
 * service does not hold.
 */

import * as z from "zod";
import { uuidForm } from "../uuid-form.ts";

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

/** `what` is what cannot be deleted under the protection. */
export function deletionProtection(description: string) {
  return z.boolean().default(false).meta({ description, role: "policy" });
}
