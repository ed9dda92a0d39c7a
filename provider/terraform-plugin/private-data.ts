/**
 * Encodes and reads the private data that the host (OpenTofu or Terraform) stores for this provider next to a plan or
 * a state. It contains:
 *
 * - The purpose of a plan, which the protocol does not report. Without it, a creation would look like the creating
 *   half of a replacement, and a deletion like its deleting half.
 * - The plan limit: the steps that a plan showed of a deletion, also of one that an update makes. Its apply must not
 *   exceed them. Without a stored limit, the apply takes no step.
 * - The names of the secrets in the configuration of a plan, because no plan contains their values.
 * - Whether a deletion of the resource has begun, so that its destruction is intended.
 * - Whether the state came from a move, and so contains only the identity of the object.
 */

import * as z from "zod";
import { limitedSteps } from "../compose/engines.ts";
import type { PlanLimit } from "../lifecycle/plan-limit.ts";
import { parseJson } from "../text/encodings.ts";
import { textOf } from "./values.ts";

export interface PrivateData {
  /** The purpose of the plan behind this call. */
  readonly planned?: "create" | "update" | "destroy" | undefined;
  /** The names of the secrets that the configuration of a plan sets. */
  readonly secrets?: readonly string[];
  /** The limit that a plan set for a deletion or a retirement: the most that its apply may do. */
  readonly planLimit?: PlanLimit | undefined;
  /** A deletion of this resource has begun and is not finished, so its destruction is intended. */
  readonly deleting?: true | undefined;
  /** The state came from a move, and contains only the identity of the object. */
  readonly moved?: true | undefined;
}

const version = 1;

export function writePrivate(data: PrivateData = {}): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version, ...data }));
}

/** A part that is missing, or that another program wrote, counts as absent. */
const form = z
  .object({
    planned: z.enum(["create", "update", "destroy"]).optional().catch(undefined),
    secrets: z.array(z.string()).catch([]),
    planLimit: z
      .object({
        subject: z.string(),
        shown: z.string(),
        steps: z.array(z.enum(limitedSteps)),
        recordId: z.string().exactOptional(),
      })
      .optional()
      .catch(undefined),
    deleting: z.literal(true).optional().catch(undefined),
    moved: z.literal(true).optional().catch(undefined),
  })
  .catch({ secrets: [] });

/** Reads private data. What counts as absent allows nothing. */
export function readPrivate(bytes: Uint8Array): PrivateData {
  return form.parse(parseJson(textOf(bytes)));
}
