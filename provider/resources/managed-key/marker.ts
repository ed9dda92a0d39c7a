/**
 * Writes the marker on a key, as a tag, or at the end of the description if the service keeps no tags. A creation
 * writes the program's choice. On an existing key, a missing marker is written as `both`, and any other marker is only
 * made stricter, so that a changed program cannot remove the need for a second person. The file warns if the program
 * asks for fewer people. It does not write to a destroyed key, or while a record is valid.
 */

import type { KeyDetails } from "../../engine/key/observe.ts";
import { type RecordLocation, restoreDescription } from "../../engine/key/steps.ts";
import type { Settler } from "../../engine/loop/settle.ts";
import type {
  CallOptions,
  KeyPatch,
  KeyRef,
  KeySnapshot,
  KeyWithEtag,
  WithServiceTime,
  World,
} from "../../engine/ports/world.ts";
import type { Dialect } from "../../engine/text/dialect.ts";
import { markerLocation, parseKeyTexts, patchWithMarker } from "../../lifecycle/consent/record-locations.ts";
import { isLooser, markerOf } from "../../lifecycle/consent/required-people.ts";
import { planMarking } from "../../lifecycle/key/plan-update.ts";
import type { KeyObservation, RequiredPeople } from "../../lifecycle/vocabulary/observation.ts";
import { capitalKey, type LatestKey, writeKey } from "./write.ts";

const notMarked =
  "uko could not write the marker. The key requires two people for both steps, and the first request writes the marker";

/**
 * Marks an existing key whose marker is absent or looser than `wanted`; returns warnings. Never overwrites a binding
 * consent record, and never writes to a destroyed key.
 */
export function markKey(
  world: World,
  ref: KeyRef,
  wanted: RequiredPeople,
  options: CallOptions,
  /** `ownEtag` is the ETag of a key that this run has just created, so that no other person has seen the key. */
  known: { readonly ownEtag?: string; readonly latest?: LatestKey } = {},
): Promise<readonly string[]> {
  let location: RecordLocation | undefined;
  const send = async (
    { observation, snapshot, etag }: KeyDetails,
    marker: RequiredPeople,
    patch: KeyPatch,
    settler: Settler,
  ): Promise<readonly string[] | undefined> => {
    const written = await world.keys.update(ref, patch, etag, options);
    if (written.kind === "stale" || written.kind === "lost") return undefined;
    if (written.kind === "done") {
      settler.afterOwnWrite();
      const kept = markerIn(world, written.value.snapshot);
      if (kept !== undefined && !isLooser(kept, marker))
        return warnStricter({ ...observation, marker: kept }, wanted, world.dialect);
      await restoreDescription(world, ref, snapshot, written.value, options);
    }
    const mayBeTheLocation = written.kind === "done" || (written.kind === "refused" && written.status === 400);
    if ((location ?? markerLocation(snapshot)) === "description" || !mayBeTheLocation) return [notMarked];
    location = "description";
    return undefined;
  };
  return writeKey<readonly string[]>({
    world,
    ref,
    purpose: "mark",
    options,
    decide(observed) {
      const { observation, snapshot, nowMs } = observed;
      const marker = planMarking(observation, wanted, nowMs);
      if (marker === undefined) return warnStricter(observation, wanted, world.dialect);
      const patch = patchWithMarker(snapshot, marker, location ?? markerLocation(snapshot));
      return patch === undefined ? [notMarked] : (settler) => send(observed, marker, patch, settler);
    },
    ...known,
    giveUp: () => [notMarked],
  });
}

/**
 * Marks a key that this run created, if the service did not keep the marker of its creation. `made` is the response to
 * the creation: at its ETag no other writer has changed the key, so a looser marker is allowed. Returns the key after the
 * write.
 */
export async function markCreated(
  world: World,
  ref: KeyRef,
  made: WithServiceTime<KeyWithEtag>,
  wanted: RequiredPeople,
  options: CallOptions,
): Promise<WithServiceTime<KeyWithEtag>> {
  const { snapshot, etag } = made.value;
  if (markerIn(world, snapshot) !== undefined) return made;
  const patch = patchWithMarker(snapshot, wanted, "description");
  if (patch === undefined) return made;
  const written = await world.keys.update(ref, patch, etag, options);
  if (written.kind !== "done") return made;
  if (markerIn(world, written.value.snapshot) !== wanted) {
    await restoreDescription(world, ref, snapshot, written.value, options);
  }
  return written;
}

export function markerIn(world: World, snapshot: KeySnapshot): RequiredPeople | undefined {
  return parseKeyTexts(snapshot.keyId, snapshot, world.sha256).marker;
}

/**
 * The warning for a program that asks for fewer people than the key: the key stays as strict as it
 * is.
 */
function warnStricter(observation: KeyObservation, wanted: RequiredPeople, dialect: Dialect): readonly string[] {
  return sayStricter(capitalKey(observation), observation, wanted, dialect);
}

/** The same for a plan, from the marker and the state of the key that an engine has stored. */
export function sayStricter(
  key: string,
  { marker: shown, state }: { readonly marker?: RequiredPeople | undefined; readonly state: string },
  wanted: RequiredPeople,
  dialect: Dialect,
): readonly string[] {
  const marker = markerOf({ marker: shown });
  const isOver = state === "destroyed" || state === "destroyed_compromised";
  if (wanted === "both" || isOver || !isLooser(wanted, marker)) return [];
  const asked =
    wanted === "single"
      ? dialect.assignment("dualAuthorization", "single")
      : dialect.assignment("deletionGate", "destroy");
  return [
    [
      `${key} keeps its marker "${marker}", although the ${dialect.program} sets ${asked}`,
      "  The rule of an existing key only gets stricter.",
      "  Next: create a new key if you need the other rule.",
    ].join("\n"),
  ];
}
