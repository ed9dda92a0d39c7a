/**
 * One rotation of a key for each change of its trigger (uko-v4.md K9). A lost response leads to a
 * read of the version, never to a second rotation.
 */

import type { KeyDetails } from "../../engine/key/observe.ts";
import type { CallOptions, KeyRef, World } from "../../engine/ports.ts";
import { plain, sayKey, sayRoles, sayTime } from "../../engine/words.ts";
import { asUkoError, UkoError } from "../../errors.ts";
import type { KeyObservation } from "../../lifecycle/observation.ts";
import { planRotation, type RotationPlan } from "../../lifecycle/plan-update.ts";
import { throwIfDenied, type WriteWords, withoutCancellation } from "../write.ts";
import { capitalKey, deletionPending, presentKey, writeKey } from "./write.ts";

export interface Rotated {
  /** The key after its rotation, if it could be read. */
  readonly observed: KeyDetails;
  readonly warnings: readonly string[];
}

/** After the last one, only a read follows. */
const maxRotations = 4;
/** The sources name the role for a rotation, but not the right (uko-v4.md 6). */
const right = { action: "rotate", roles: ["Key Custodian - Creator"] };

/**
 * Rotates the key, or finds that it has been rotated since the last run. Throws
 * UKO_DELETION_ON_FILE, UKO_CHANGE_IMPOSSIBLE, UKO_RIGHTS_MISSING, UKO_SERVICE_REFUSED,
 * UKO_ANSWER_LOST, UKO_CANCELLED: nothing was rotated. The caller has to store the trigger, so
 * nothing after this call may fail.
 */
export function rotateKey(world: World, ref: KeyRef, knownVersion: number, options: CallOptions): Promise<Rotated> {
  let lost: string | undefined;
  /** The read after a rotation, which is also the next one. */
  let next: KeyDetails | undefined;
  const send = async (before: KeyDetails): Promise<Rotated | undefined> => {
    const uninterrupted = withoutCancellation(options);
    const written = await world.keys.rotate(ref, before.etag, uninterrupted);
    throwIfDenied(written, rotationOf(before));
    if (written.kind === "lost") lost = written.reason;
    try {
      next = await presentKey(world, ref, uninterrupted);
    } catch (error) {
      if (written.kind === "done") return rotatedUnread(before, error);
      if (lost === undefined) throw error;
      return { observed: before, warnings: [warnUnknown(before, lost, error)] };
    }
    return written.kind === "done" ? { observed: next, warnings: [] } : undefined;
  };
  return writeKey<Rotated>({
    world,
    ref,
    options,
    async read() {
      const observed = next ?? (await presentKey(world, ref, options));
      next = undefined;
      return observed;
    },
    decide(observed, attempt) {
      const plan = planFor(observed, knownVersion);
      if (plan.kind === "done") {
        return { observed, warnings: lost === undefined ? [warnRotatedBefore(observed, knownVersion)] : [] };
      }
      if (plan.kind !== "ready") throw refused(plan, observed.observation);
      if (attempt === maxRotations) throw notRotated(ref, lost);
      return () => send(observed);
    },
    attempts: maxRotations + 1,
  });
}

function notRotated(ref: KeyRef, lost: string | undefined): UkoError {
  if (lost === undefined) return new UkoError("UKO_CHANGED_MEANWHILE");
  return new UkoError("UKO_ANSWER_LOST", {
    summary: `The service's answers about the rotation of key ${ref.keyId} did not arrive: ${plain(lost)}`,
    detail: "The key's version has not moved, so it was not rotated. Run again to try again.",
  });
}

function planFor({ observation, snapshot, nowMs }: KeyDetails, knownVersion: number): RotationPlan {
  const { rotatedAtMs, isRotatable } = snapshot;
  const facts = {
    knownVersion,
    ...(rotatedAtMs !== undefined && { rotatedAtMs }),
    ...(isRotatable !== undefined && { isRotatable }),
  };
  return planRotation(observation, facts, nowMs);
}

function rotationOf({ observation }: KeyDetails): WriteWords {
  return {
    act: `rotate ${sayKey(observation)}`,
    needs: `Rotating requires the role ${sayRoles(right)}.`,
    left: "A key can be rotated once an hour. Run again to try again. ",
    hasInputs: false,
  };
}

/**
 * Without a read after a rotation, only one fact is known: it creates the next version
 * (uko-v4.md 4.6).
 */
function rotatedUnread(before: KeyDetails, error: unknown): Rotated {
  const { observation, snapshot } = before;
  const version = snapshot.version + 1;
  const facts = { ...observation.facts, version };
  return {
    observed: { ...before, snapshot: { ...snapshot, version }, observation: { ...observation, facts } },
    warnings: [
      `${capitalKey(observation)} was rotated, but the look after it failed: ${asUkoError(error).summary}. The next look shows what else has changed`,
    ],
  };
}

/**
 * Requesting another rotation is easier than undoing one too many, so an unknown outcome counts as
 * done.
 */
function warnUnknown({ observation }: KeyDetails, lost: string, error: unknown): string {
  return `Whether ${sayKey(observation)} was rotated is not known: the answer did not arrive (${plain(lost)}), and the look after it failed: ${asUkoError(error).summary}. It counts as rotated; where its version stays ${observation.facts.version}, change rotationTrigger once more`;
}

/**
 * After a crash the origin of a rotation is unknown, so the rotation counts, and a person can
 * request another.
 */
function warnRotatedBefore({ observation, snapshot }: KeyDetails, knownVersion: number): string {
  const when = snapshot.rotatedAtMs === undefined ? "" : ` on ${sayTime(snapshot.rotatedAtMs)}`;
  return `${capitalKey(observation)} was rotated${when} already (version ${knownVersion} is now ${observation.facts.version}), by a run that was interrupted or by somebody else, so it was not rotated again; change rotationTrigger once more to have that`;
}

function refused(plan: Exclude<RotationPlan, { kind: "ready" | "done" }>, observation: KeyObservation): UkoError {
  const key = capitalKey(observation);
  switch (plan.kind) {
    case "record_binds":
      return deletionPending(
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
        detail: "Create a new key, move to it, then retire the old key.",
      });
  }
}
