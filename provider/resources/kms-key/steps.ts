/**
 * Makes single changes of a KMS key, each with its own message for a failure. The file restores a destroyed key, which
 * KMS allows for 30 days. It turns on KMS's dual authorization for an existing key only if the program says
 * `dualAuthDelete: true`, because KMS never turns it off again. It also creates the key ring that a program names, if
 * the ring does not exist. A key ring that belongs to a keystore is refused before uko creates a key in it or moves one
 * to it, because its keys are managed keys. If uko cannot find out who owns the ring, it only warns.
 */

import { type ObservedKmsKey, ringOf } from "../../engine/kms-key/observe.ts";
import { restoreKmsKey } from "../../engine/kms-key/restore.ts";
import { sayKmsKey } from "../../engine/kms-key/words.ts";
import type { KmsKeyRef } from "../../engine/ports/kms-keys.ts";
import type { CallOptions, World, Written } from "../../engine/ports/world.ts";
import type { RunSettings } from "../../engine/resource/definition.ts";
import { plain, sayRoles, sayTime } from "../../engine/text/words.ts";
import { isUkoError, UkoError } from "../../errors.ts";
import { defaultRing } from "../../lifecycle/container/plan-ring-deletion.ts";
import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import type { Right } from "../../lifecycle/vocabulary/managed-key-states.ts";
import { peopleOf } from "../shared-inputs.ts";
import { throwIfDenied } from "../write.ts";
import type { KmsKeyInputs } from "./schema.ts";

/** Throws UKO_CHANGE_IMPOSSIBLE, UKO_RESPONSE_LOST, UKO_RIGHTS_MISSING, UKO_SERVICE_REFUSED. */
export async function restoreKey(
  world: World,
  ref: KmsKeyRef,
  observed: ObservedKmsKey,
  options: CallOptions,
): Promise<void> {
  const key = sayKmsKey(observed.observation);
  const restored = await restoreKmsKey(world, ref, observed, options);
  if (restored.kind === "restored") return;
  if (restored.kind === "unknown") throw responseLost(`${key} was restored`);
  if (restored.kind !== "too_late") return throwIfKmsDenied(restored, `restore ${key}`, kmsRights.restore);
  throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
    summary: `${key} cannot be restored: KMS restores a key for 30 days, which ended on ${sayTime(restored.untilMs)}`,
    detail: "Create a new key.",
  });
}

/**
 * Turns on KMS's dual authorization for an existing key if the program says `dualAuthDelete: true`. KMS never turns it
 * off again, so a default or the environment is not enough. A key without it gets a warning, because uko does not delete
 * it.
 */
export async function turnOnAsWritten(
  world: World,
  ref: KmsKeyRef,
  inputs: KmsKeyInputs,
  run: RunSettings,
  observed: ObservedKmsKey,
  options: CallOptions,
): Promise<readonly string[]> {
  if (observed.snapshot.dualAuthDelete) return [];
  if (inputs.dualAuthDelete === true) return enableDualAuthDelete(world, ref, observed, options);
  if (peopleOf(inputs, run).people === "single") return [];
  return [
    `${sayKmsKey(observed.observation)} has no KMS dual authorization, so it cannot be deleted by two people. To turn it on, set ${world.dialect.assignment("dualAuthDelete", true)}. KMS never turns it off again`,
  ];
}

async function enableDualAuthDelete(
  world: World,
  ref: KmsKeyRef,
  { observation }: ObservedKmsKey,
  options: CallOptions,
): Promise<readonly string[]> {
  const key = sayKmsKey(observation);
  const written = await world.kmsKeys.requireTwo(ref, options);
  switch (written.kind) {
    case "done":
      return [`KMS dual authorization is now on for ${key}. KMS never turns it off again`];
    case "forbidden":
      return [
        `${key} has no KMS dual authorization, so it cannot be deleted. Turning it on requires the role ${sayRoles(kmsRights.writePolicies)}, which this identity does not have`,
      ];
    case "refused":
      return [`KMS did not turn on dual authorization for ${key}: ${plain(written.message)}`];
    case "stale":
    case "lost":
      return [`It is not known whether KMS dual authorization is on for ${key}. The next run checks again`];
  }
}

/**
 * Creates the ring if it does not exist; returns warnings. Throws UKO_KMS_KEY_IS_BACKING_KEY,
 * UKO_RIGHTS_MISSING.
 */
export async function prepareRing(world: World, ring: string, options: CallOptions): Promise<readonly string[]> {
  const unknown = await refuseKeystoresRing(world, ring, options);
  if (ring === defaultRing || (await world.kmsKeys.rings(options)).includes(ring)) return unknown;
  const written = await world.kmsKeys.createRing(ring, options);
  // A new key ring belongs to no keystore.
  if (written.kind === "done") return [`Created key ring "${ring}", which did not exist`];
  // Another writer may have created it, or a response was lost.
  if (written.kind !== "forbidden" && (await world.kmsKeys.rings(options)).includes(ring)) return unknown;
  if (written.kind === "forbidden") {
    throw new UkoError("UKO_RIGHTS_MISSING", {
      summary: `Key ring "${ring}" does not exist, and this identity cannot create it`,
      detail:
        `Creating a key ring requires the role ${sayRoles(kmsRights.create)} for the whole instance. ${plain(written.message)}`.trim(),
    });
  }
  throw new UkoError("UKO_SERVICE_REFUSED", {
    summary: `KMS did not create key ring "${ring}"`,
    detail: written.kind === "refused" ? plain(written.message) : "Run the same command again.",
  });
}

async function refuseKeystoresRing(world: World, ring: string, options: CallOptions): Promise<readonly string[]> {
  const found = await wholeRing(world, ring, options);
  const unsure = `Could not find out whether key ring "${ring}" belongs to a keystore:`;
  switch (found.kind) {
    case "own":
      if (found.emptyKeystore === undefined || ring === defaultRing) return [];
      return [`${unsure} the service does not report the key ring of "${plain(found.emptyKeystore, 60)}"`];
    case "unknown":
      return ring === defaultRing ? [] : [`${unsure} ${found.reason}`];
    case "of_keystore":
      break;
  }
  throw new UkoError("UKO_KMS_KEY_IS_BACKING_KEY", {
    summary: `Key ring "${ring}" belongs to keystore "${plain(found.keystoreName, 60)}", whose keys are managed keys`,
    detail: `Use another key ring, or declare a ${world.dialect.resource("ManagedKey")} whose template distributes to that keystore.`,
  });
}

/**
 * Reads who owns the key ring. A creation deletes nothing, so unreadable keystores do not stop it. An instance of Key
 * Protect has no keystores.
 */
async function wholeRing(world: World, ring: string, options: CallOptions): ReturnType<typeof ringOf> {
  if (world.session.isKeyProtect) return { kind: "own" };
  try {
    return await ringOf(world, { kmsKeyId: "", crn: "", ring }, options);
  } catch (error) {
    if (!isUkoError(error) || error.code === "UKO_CANCELED") throw error;
    return { kind: "unknown", reason: plain(error.summary), remedy: "" };
  }
}

/** Throws if a change was forbidden or refused; a lost response is left to the next read. */
export function throwIfKmsDenied(written: Written<unknown>, act: string, right: Right): void {
  throwIfDenied(written, {
    act,
    needs: `This requires the role ${sayRoles(right)}.`,
    left: "Nothing was changed. ",
    service: "KMS",
    refusal: "KMS refused to",
  });
}

export function responseLost(event: string): UkoError {
  return new UkoError("UKO_RESPONSE_LOST", {
    summary: `It is not known whether ${event}, because the response did not arrive`,
    detail: "Run the same command again.",
  });
}
