/**
 * Encodes and reads the private data. It contains:
 *
 * - The purpose of a plan, which the protocol does not report. Without it, a creation would look like the creating half
 *   of a replacement, and a deletion like its deleting half.
 * - The plan limit, also of a deletion that an update makes. Without a stored limit, the apply takes no step.
 * - The names of the secrets in the configuration of a plan, because no plan contains their values.
 * - Whether a deletion of the resource has begun, so that its destruction is intended.
 * - Whether the state came from a move, and so contains only the identity of the object.
 */

import { limitedSteps } from "../compose/engines.ts";
import type { LimitedStep, PlanLimit } from "../lifecycle/vocabulary/plan-limit.ts";
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
  readonly moved?: true;
}

const version = 1;

export function writePrivate(data: PrivateData = {}): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version, ...data }));
}

/** Reads private data. Data that is missing, or that another program wrote, counts as empty, so it allows nothing. */
export function readPrivate(bytes: Uint8Array): PrivateData {
  const { planned, secrets, planLimit, deleting, moved } = parsed(bytes);
  return {
    planned: planned === "create" || planned === "update" || planned === "destroy" ? planned : undefined,
    secrets: Array.isArray(secrets) ? secrets.filter((name) => typeof name === "string") : [],
    planLimit: planLimitIn(planLimit),
    ...(deleting === true && { deleting }),
    ...(moved === true && { moved }),
  };
}

function planLimitIn(value: unknown): PlanLimit | undefined {
  const { subject, shown, steps, recordId } = Object(value) as Readonly<Record<string, unknown>>;
  const isWhole = typeof subject === "string" && typeof shown === "string" && Array.isArray(steps);
  if (!isWhole || !steps.every(isLimitedStep)) return undefined;
  if (recordId !== undefined && typeof recordId !== "string") return undefined;
  return { subject, shown, steps, ...(recordId !== undefined && { recordId }) };
}

function isLimitedStep(step: unknown): step is LimitedStep {
  return limitedSteps.some((each) => each === step);
}

function parsed(bytes: Uint8Array): { readonly [Name in keyof PrivateData]?: unknown } {
  try {
    return Object(JSON.parse(textOf(bytes)));
  } catch {
    return {};
  }
}
