/** The key ring of a KMS key: it must exist, and never be that of an internal keystore. */

import { ringOf } from "../../engine/kms-key/observe.ts";
import type { CallOptions, World } from "../../engine/ports.ts";
import { plain, sayRoles } from "../../engine/words.ts";
import { isUkoError, UkoError } from "../../errors.ts";
import { kmsRights } from "../../lifecycle/kms-key-states.ts";

/** Exists in KMS from the start and cannot be deleted (kms-v2-and-iam.md 2.13). */
const defaultRing = "default";

/**
 * Creates the ring if it does not exist; returns warnings. Throws UKO_KMS_KEY_IS_A_TWIN,
 * UKO_RIGHTS_MISSING.
 */
export async function prepareRing(world: World, ring: string, options: CallOptions): Promise<readonly string[]> {
  const unknown = await refuseKeystoresRing(world, ring, options);
  if (ring === defaultRing || (await world.kmsKeys.ringExists(ring, options))) return unknown;
  const written = await world.kmsKeys.createRing(ring, options);
  if (written.kind === "done") return [...unknown, `Key ring "${ring}" was not there and was made`];
  // Another writer may have created it, or a response was lost.
  if (written.kind !== "forbidden" && (await world.kmsKeys.ringExists(ring, options))) return unknown;
  if (written.kind === "forbidden") {
    throw new UkoError("UKO_RIGHTS_MISSING", {
      summary: `Key ring "${ring}" is not there, and this identity may not make it`,
      detail:
        `Making a key ring takes the role ${sayRoles(kmsRights.create)} for the whole instance. ${plain(written.message)}`.trim(),
    });
  }
  throw new UkoError("UKO_SERVICE_REFUSED", {
    summary: `KMS did not make key ring "${ring}"`,
    detail: written.kind === "refused" ? plain(written.message) : "Run again to go on.",
  });
}

async function refuseKeystoresRing(world: World, ring: string, options: CallOptions): Promise<readonly string[]> {
  const found = await wholeRing(world, ring, options);
  if (found.kind === "own") return [];
  if (found.kind === "unknown") {
    return ring === defaultRing
      ? []
      : [`Whether key ring "${ring}" belongs to a keystore could not be read: ${found.reason}`];
  }
  throw new UkoError("UKO_KMS_KEY_IS_A_TWIN", {
    summary: `Key ring "${ring}" belongs to keystore "${plain(found.keystoreName, 60)}", whose keys are managed keys`,
    detail: "Name another key ring, or declare a ManagedKey whose template distributes to that keystore.",
  });
}

/**
 * A creation deletes nothing, so unreadable keystores do not stop it: a Key Protect instance has
 * none.
 */
async function wholeRing(world: World, ring: string, options: CallOptions): ReturnType<typeof ringOf> {
  try {
    return await ringOf(world, { kmsKeyId: "", crn: "", ring }, options);
  } catch (error) {
    if (!isUkoError(error) || error.code === "UKO_CANCELLED") throw error;
    return { kind: "unknown", reason: plain(error.summary) };
  }
}
