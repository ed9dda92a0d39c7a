/** Marks a key as needing two people, so that neither an edited state nor another stack can loosen that. */

import { type Observed, observeKey } from "../engine/observe.ts";
import type { CallOptions, KeyRef, KeySnapshot, World } from "../engine/ports.ts";
import { createSettler, observeAfterRest, readingOf } from "../engine/settle.ts";
import type { Carrier } from "../engine/step-context.ts";
import type { DualMarker } from "../lifecycle/consent-record.ts";
import { planUpdate } from "../lifecycle/plan-update.ts";
import { patchWithMarker, readCarriers } from "../lifecycle/record-carriers.ts";

/** Two carriers, and room for somebody who writes meanwhile. */
const maxTries = 4;
const notMarked = "The key could not be marked as needing two people; the first consent record will mark it";

/** Marks the key where it is not; answers what people have to hear of. Never over a binding record, never on a destroyed key. */
export async function markKey(
  world: World,
  ref: KeyRef,
  gate: DualMarker | undefined,
  options: CallOptions,
  /** Of a key that this run has just created: nobody else knows the key yet. */
  ownEtag?: string,
): Promise<readonly string[]> {
  if (gate === undefined) return [];
  const settler = createSettler(world, `key ${ref.keyId}`, options, ownEtag);
  let carrier: Carrier = "tag";
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const sighting = await observeKey(world, ref, "glance", options);
    if (sighting.kind === "gone" || isNoneNeeded(world, sighting, gate)) return [];
    const patch = patchWithMarker(sighting.snapshot, gate, carrier);
    if (patch === undefined) return [notMarked];
    if (!(await settler.isSettled(readingOf(sighting)))) continue;
    const written = await world.keys.update(ref, patch, sighting.etag, options);
    if (written.kind === "stale" || written.kind === "lost") continue;
    if (written.kind === "done") {
      settler.afterOwnWrite();
      if (isMarked(world, written.value.snapshot, gate)) return [];
      await restoreDescription(world, ref, sighting, written.value, options);
    }
    const mayBeTheCarrier = written.kind === "done" || (written.kind === "refused" && written.status === 400);
    if (carrier === "description" || !mayBeTheCarrier) return [notMarked];
    carrier = "description";
  }
  return [notMarked];
}

/** Whether the key's own marker asks for at least `gate`. */
export function isMarked(world: World, snapshot: KeySnapshot, gate: DualMarker): boolean {
  const { marker } = readCarriers(snapshot.keyId, snapshot, world.sha256);
  return marker === "both" || marker === gate;
}

function isNoneNeeded(world: World, { snapshot, observation, nowMs }: Observed, gate: DualMarker): boolean {
  const isOver = observation.state === "destroyed" || observation.state === "destroyed_compromised";
  return isOver || isMarked(world, snapshot, gate) || planUpdate(observation, nowMs).kind === "leave";
}

/** What the service made of a marker must not stay in the user's description. */
async function restoreDescription(
  world: World,
  ref: KeyRef,
  before: Observed,
  now: { readonly snapshot: KeySnapshot; readonly etag: string },
  options: CallOptions,
): Promise<void> {
  const { description } = before.snapshot;
  if (now.snapshot.description === description) return;
  const rested = await observeAfterRest(world, ref, now, options);
  if (rested !== undefined) await world.keys.update(ref, { description }, rested.etag, options);
}
