/** The whole world as a file that can be loaded again, here or elsewhere: audit trail, faults, clock and API keys included. */

import { applyRecord, parseRecord, recordOf } from "../store-record.ts";
import type { World } from "../world.ts";
import { snapshot } from "./snapshot.ts";

const format = "local-uko-world";

export function takeSnapshot(world: World): Record<string, unknown> {
  return { format, takenAt: new Date(world.clock.nowMs()).toISOString(), ...recordOf(world) };
}

/** Loads a snapshot, or leaves the world as it was and says why. The clock goes on from where it was then. */
export function loadSnapshot(world: World, value: unknown): void {
  const taken = value as { readonly format?: unknown; readonly takenAt?: unknown } | null;
  if (taken?.format !== format || typeof taken.takenAt !== "string" || Number.isNaN(Date.parse(taken.takenAt))) {
    throw new Error("This is no snapshot of a local UKO.");
  }
  const record = parseRecord(value);
  const before = recordOf(world);
  try {
    applyRecord(world, record);
    world.clock.set(Date.parse(taken.takenAt));
    // Looks at every object once: a snapshot edited by hand shows its gaps here rather than in some later answer.
    JSON.stringify(snapshot(world));
  } catch (error) {
    applyRecord(world, before);
    throw new Error(`The snapshot was not loaded: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
