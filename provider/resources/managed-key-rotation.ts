/** Rotates a key once for a change of its trigger (uko-v4.md K9): a lost answer leads to a look at the version, never to a second rotation. */

import { plain, sayKey, sayRoles, sayTime } from "../engine/explain/words.ts";
import { observeKey } from "../engine/observe.ts";
import type { CallOptions, KeyRef, World } from "../engine/ports.ts";
import { UkoError } from "../errors.ts";
import type { KeyObservation } from "../lifecycle/observation.ts";
import { planRotation, type RotationPlan } from "../lifecycle/plan-update.ts";
import { capitalKey, deletionOnFile } from "./managed-key-left-alone.ts";

/** Somebody may write between our look and our write, a few times. */
const maxTries = 4;
/** The right to rotate has no name in the sources; the role has (uko-v4.md 6). */
const right = { action: "rotate", roles: ["Key Custodian - Creator"] };

/**
 * Rotates the key, or finds that it has been rotated since the last run; answers what people have to hear of.
 * Throws UKO_DELETION_ON_FILE, UKO_CHANGE_IMPOSSIBLE, UKO_RIGHTS_MISSING, UKO_SERVICE_REFUSED, UKO_ANSWER_LOST: nothing was rotated.
 */
export async function rotateKey(
  world: World,
  ref: KeyRef,
  knownVersion: number,
  options: CallOptions,
): Promise<readonly string[]> {
  let lost: string | undefined;
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const sighting = await observeKey(world, ref, "glance", options);
    if (sighting.kind === "gone")
      throw new UkoError("UKO_KEY_NOT_FOUND", { detail: "A refresh takes it out of the state." });
    const { observation, snapshot, etag, nowMs } = sighting;
    const { rotatedAtMs, isRotatable } = snapshot;
    const facts = {
      knownVersion,
      ...(rotatedAtMs !== undefined && { rotatedAtMs }),
      ...(isRotatable !== undefined && { isRotatable }),
    };
    const plan = planRotation(observation, facts, nowMs);
    if (plan.kind === "done") return lost === undefined ? [rotatedBefore(observation, knownVersion, rotatedAtMs)] : [];
    if (plan.kind !== "ready") throw refused(plan, observation);
    const written = await world.keys.rotate(ref, etag, options);
    switch (written.kind) {
      case "done":
        return [];
      case "stale":
        break;
      case "lost":
        lost = written.reason;
        break;
      case "forbidden":
        throw new UkoError("UKO_RIGHTS_MISSING", {
          summary: `This identity may not rotate ${sayKey(observation)}`,
          detail: `Rotating takes the role ${sayRoles(right)}. The service says: ${plain(written.message)}`,
        });
      case "refused":
        throw new UkoError("UKO_SERVICE_REFUSED", {
          summary: `The service did not rotate ${sayKey(observation)}: ${plain(written.message)}`,
          detail: `A key can be rotated once an hour. Run again to try again. Correlation id: ${written.correlationId}`,
        });
    }
  }
  if (lost === undefined) throw new UkoError("UKO_CHANGED_MEANWHILE");
  throw new UkoError("UKO_ANSWER_LOST", {
    summary: `The service's answers about the rotation of key ${ref.keyId} did not arrive: ${plain(lost)}`,
    detail: "The key's version has not moved, so it was not rotated. Run again to try again.",
  });
}

/** After a crash nothing tells whose rotation it was, so it counts, and a person can ask for another. */
function rotatedBefore(observation: KeyObservation, knownVersion: number, rotatedAtMs: number | undefined): string {
  const when = rotatedAtMs === undefined ? "" : ` on ${sayTime(rotatedAtMs)}`;
  return `${capitalKey(observation)} was rotated${when} already (version ${knownVersion} is now ${observation.facts.version}), by a run that was interrupted or by somebody else, so it was not rotated again; change rotationTrigger once more to have that`;
}

function refused(plan: Exclude<RotationPlan, { kind: "ready" | "done" }>, observation: KeyObservation): UkoError {
  const key = capitalKey(observation);
  switch (plan.kind) {
    case "record_binds":
      return deletionOnFile(
        observation,
        plan.record,
        "A rotation changes the key's version, and with it what that record stands for, so the key is not rotated.",
      );
    case "not_active":
      return new UkoError("UKO_CHANGE_IMPOSSIBLE", {
        summary: `${key} is ${plain(observation.stateWord, 40)}, and only an active key is rotated`,
        detail: "Nothing was rotated. Put rotationTrigger back to its former value, or leave it out.",
      });
    case "not_rotatable":
      return new UkoError("UKO_CHANGE_IMPOSSIBLE", {
        summary: `${key} cannot be rotated: its label holds what only the moment of its creation knew`,
        detail: "Make a new key beside it, move to the new one, then retire the old one.",
      });
  }
}
