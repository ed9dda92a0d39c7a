/**
 * Reads what a person has to confirm before the metadata of a destroyed key is removed: holds, and a destruction
 * without a known approval. The removal then checks that both are still as the person saw them.
 */

import { holdsInForce, valueOfHolds } from "../../lifecycle/consent/hold.ts";
import { findUnapprovedStep, nameOfUnapproved } from "../../lifecycle/key/unapproved-step.ts";
import type { CallOptions, KeyRef, World } from "../ports/world.ts";
import { observeKey } from "./observe.ts";
import type { KeyTask } from "./steps.ts";

export type ConfirmedRemoval = Pick<KeyTask, "confirmedHold" | "confirmedUnapproved" | "reason">;

/** Undefined if the key is gone, or nothing has to be confirmed. Changes nothing. */
export async function lookBeforeRemoval(
  world: World,
  ref: KeyRef,
  options: CallOptions,
): Promise<({ readonly label: string } & Omit<ConfirmedRemoval, "reason">) | undefined> {
  const observed = await observeKey(world, ref, "summary", options);
  if (observed.kind === "gone") return undefined;
  const { observation, nowMs } = observed;
  const holds = holdsInForce(observation.holds, nowMs);
  const unapproved = findUnapprovedStep(observation);
  if (holds.length === 0 && unapproved === undefined) return undefined;
  return {
    label: observation.facts.label,
    ...(holds.length > 0 && { confirmedHold: valueOfHolds(holds) }),
    ...(unapproved !== undefined && { confirmedUnapproved: nameOfUnapproved(unapproved) }),
  };
}
