/**
 * Rotates a key once for each change of the input `rotationTrigger` (uko-v4.md K9). A rotation of the last 7 days that
 * the state does not know counts as this rotation, because an interrupted run may have made it. After a lost response,
 * uko reads the version of the key. It rotates again only if the version has not changed, because a rotation cannot be
 * undone. The file refuses to rotate a key that is not active, or while a request or an approval of its deletion is
 * valid. It also refuses a rotation that would deactivate older versions.
 */

import type { KeyDetails } from "../../engine/key/observe.ts";
import type { CallOptions, KeyRef, World } from "../../engine/ports/world.ts";
import type { Dialect } from "../../engine/text/dialect.ts";
import { plain, sayKey, sayRoles, sayTime } from "../../engine/text/words.ts";
import { asUkoError, UkoError } from "../../errors.ts";
import { isExternalType } from "../../lifecycle/container/keystore-kind.ts";
import { planRotation, type RotationPlan } from "../../lifecycle/key/plan-update.ts";
import { rights } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { KeyObservation } from "../../lifecycle/vocabulary/observation.ts";
import { type Changed, throwIfDenied, type WriteWords, withoutCancellation } from "../write.ts";
import { capitalKey, deletionPending, presentKey, writeKey } from "./write.ts";

/** The key after its rotation, if it could be read. */
type Rotated = Changed<KeyDetails>;

/** The most attempts; after the last one, the key is only read. */
const maxRotations = 4;

/**
 * Rotates the key, or finds that it has been rotated since the last run. Throws
 * UKO_DELETION_PENDING, UKO_CHANGE_IMPOSSIBLE, UKO_KEY_WOULD_BE_UNLINKED, UKO_RIGHTS_MISSING, UKO_SERVICE_REFUSED,
 * UKO_RESPONSE_LOST, UKO_CANCELED: nothing was rotated. The caller has to store the trigger, so
 * nothing after this call may fail.
 */
export function rotateKey(world: World, ref: KeyRef, knownVersion: number, options: CallOptions): Promise<Rotated> {
  let lost: string | undefined;
  /** The read after a rotation, with which the next attempt begins. */
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
      return { observed: before, warnings: [warnUnknown(before, lost, error, world.dialect)] };
    }
    return written.kind === "done" ? { observed: next, warnings: [] } : undefined;
  };
  return writeKey<Rotated>({
    world,
    ref,
    purpose: "rotate",
    options,
    async read() {
      const observed = next ?? (await presentKey(world, ref, options));
      next = undefined;
      return observed;
    },
    decide(observed, attempt) {
      const plan = planFor(observed, knownVersion);
      if (plan.kind === "done") {
        return {
          observed,
          warnings: lost === undefined ? [warnRotatedBefore(observed, knownVersion, world.dialect)] : [],
        };
      }
      if (plan.kind !== "ready") throw refused(plan, observed.observation, world.dialect);
      if (attempt === maxRotations) throw notRotated(ref, lost);
      return () => send(observed);
    },
    attempts: maxRotations + 1,
  });
}

function notRotated(ref: KeyRef, lost: string | undefined): UkoError {
  if (lost === undefined) return new UkoError("UKO_CHANGED_MEANWHILE");
  return new UkoError("UKO_RESPONSE_LOST", {
    summary: `No response from the service about the rotation of key ${ref.keyId}: ${plain(lost)}`,
    detail: "The version of the key has not changed, so it was not rotated. Run the same command again.",
  });
}

function planFor({ observation, snapshot, nowMs }: KeyDetails, knownVersion: number): RotationPlan {
  const { rotatedAtMs, isRotatable, deactivatesOnRotation, referencedKeystores } = snapshot;
  const facts = {
    knownVersion,
    ...(rotatedAtMs !== undefined && { rotatedAtMs }),
    ...(isRotatable !== undefined && { isRotatable }),
    deactivatesOlder: deactivatesOnRotation === true && referencedKeystores.some(({ type }) => isExternalType(type)),
  };
  return planRotation(observation, facts, nowMs);
}

function rotationOf({ observation }: KeyDetails): WriteWords {
  return {
    act: `rotate ${sayKey(observation)}`,
    needs: `Rotating a key requires the role ${sayRoles(rights.create)}.`,
    left: "A key can be rotated once an hour. Run again later. ",
    hasInputs: false,
  };
}

/**
 * The key after a rotation that could not be read. One fact is certain: the rotation creates the next version (uko-v4.md
 * 4.6).
 */
function rotatedUnread(before: KeyDetails, error: unknown): Rotated {
  const { observation, snapshot } = before;
  const version = snapshot.version + 1;
  const facts = { ...observation.facts, version };
  return {
    observed: { ...before, snapshot: { ...snapshot, version }, observation: { ...observation, facts } },
    warnings: [
      `${capitalKey(observation)} was rotated, but the next read failed: ${asUkoError(error).summary}. A refresh shows the new state`,
    ],
  };
}

/**
 * The warning about an unknown outcome, which counts as done, because a person can easily request another rotation but
 * cannot undo one.
 */
function warnUnknown({ observation }: KeyDetails, lost: string, error: unknown, dialect: Dialect): string {
  return `It is not known whether ${sayKey(observation)} was rotated: the response did not arrive (${plain(lost)}), and the next read failed: ${asUkoError(error).summary}. If its version stays ${observation.facts.version}, change ${dialect.property("rotationTrigger")} again`;
}

/**
 * The warning about a rotation since the last run. After a crash its origin is unknown, so the rotation counts, and a
 * person can request another.
 */
function warnRotatedBefore({ observation, snapshot }: KeyDetails, knownVersion: number, dialect: Dialect): string {
  const when = snapshot.rotatedAtMs === undefined ? "" : ` on ${sayTime(snapshot.rotatedAtMs)}`;
  return `${capitalKey(observation)} was already rotated${when} (from version ${knownVersion} to ${observation.facts.version}), so it was not rotated again. To rotate it once more, change ${dialect.property("rotationTrigger")} again`;
}

function refused(
  plan: Exclude<RotationPlan, { kind: "ready" | "done" }>,
  observation: KeyObservation,
  dialect: Dialect,
): UkoError {
  const key = capitalKey(observation);
  switch (plan.kind) {
    case "record_binds":
      return deletionPending(
        observation,
        plan.record,
        "A rotation would invalidate the request, so the key was not rotated.",
      );
    case "not_active":
      return new UkoError("UKO_CHANGE_IMPOSSIBLE", {
        summary: `${key} is ${plain(observation.stateWord, 40)}, and only an active key can be rotated`,
        detail: `Nothing was rotated. Set ${dialect.property("rotationTrigger")} to its previous value, or omit it.`,
      });
    case "not_rotatable":
      return new UkoError("UKO_CHANGE_IMPOSSIBLE", {
        summary: `${key} cannot be rotated: its label contains a value that was known only at its creation`,
        detail: "Create a new key, move to it, then delete the old one.",
      });
    case "would_deactivate":
      return new UkoError("UKO_KEY_WOULD_BE_UNLINKED", {
        summary: `Rotating ${sayKey(observation)} would deactivate its older versions`,
        detail: [
          "Data that an older version encrypted would become unreadable. Nothing was changed.",
          `Set ${dialect.assignment("deactivateOnRotation", false)} in the template.`,
        ].join("\n"),
      });
  }
}
