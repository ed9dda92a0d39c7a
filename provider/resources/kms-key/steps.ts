/** Single changes of a KMS key, each with its message for the case that it fails. */

import type { RunSettings } from "../../engine/definition.ts";
import { type ObservedKmsKey, observeKmsKey } from "../../engine/kms-key/observe.ts";
import { restorableUntilMs, sayKmsKey } from "../../engine/kms-key/words.ts";
import type { KmsKeyRef } from "../../engine/kms-ports.ts";
import type { CallOptions, World, Written } from "../../engine/ports.ts";
import { plain, sayRoles, sayTime } from "../../engine/words.ts";
import { UkoError } from "../../errors.ts";
import { kmsRights } from "../../lifecycle/kms-key-states.ts";
import type { Right } from "../../lifecycle/managed-key-states.ts";
import { throwIfDenied } from "../write.ts";
import type { KmsKeyInputs } from "./schema.ts";

/**
 * Restores a destroyed key once (kms-v2-and-iam.md 2.6): a lost response leads to a read, not to a
 * second call.
 */
export async function restoreKey(
  world: World,
  ref: KmsKeyRef,
  observed: ObservedKmsKey,
  options: CallOptions,
): Promise<void> {
  const untilMs = restorableUntilMs(observed);
  const key = sayKmsKey(observed.observation);
  if (untilMs !== undefined && untilMs <= observed.nowMs) {
    throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
      summary: `${key} cannot be brought back: KMS restores a key for 30 days, which ended on ${sayTime(untilMs)}`,
      detail: "Make a new key.",
    });
  }
  const written = await world.kmsKeys.restore(ref, options);
  throwIfKmsDenied(written, `restore ${key}`, kmsRights.restore);
  if (written.kind === "done") return;
  const now = await observeKmsKey(world, ref, "summary", options);
  if (now.kind === "present" && now.observation.state !== "destroyed") return;
  throw answerLost(`Whether ${key} was restored is not known`);
}

/**
 * Turns on KMS's dual authorization for an existing key if the program says `dualAuthDelete: true`.
 * KMS never turns it off again, so neither a default nor the environment is enough. A key without
 * it gets a warning, because it cannot be deleted.
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
  if (inputs.dualAuthorization === "single" && !run.isDualRequired) return [];
  return [
    `${sayKmsKey(observed.observation)} has no KMS dual authorization, so it cannot be deleted where two people are required: dualAuthDelete: true in the program turns it on, and KMS never turns it off again`,
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
      return [`KMS's own dual authorization is on for ${key} now, and KMS never turns it off again`];
    case "forbidden":
      return [
        `${key} has no KMS dual authorization, and this identity may not turn it on, which takes the role ${sayRoles(kmsRights.writePolicies)}; until then it cannot be ended`,
      ];
    case "refused":
      return [`KMS did not turn its dual authorization on for ${key}: ${plain(written.message)}`];
    case "stale":
    case "lost":
      return [`Whether KMS's dual authorization is on for ${key} is not known; the next run sees`];
  }
}

/** Throws if a change was forbidden or refused; a lost response is left to the next read. */
export function throwIfKmsDenied(written: Written<unknown>, act: string, right: Right): void {
  throwIfDenied(written, {
    act,
    needs: `That takes the role ${sayRoles(right)}.`,
    left: "Nothing was changed by that. ",
    service: "KMS",
    refusal: "KMS refused to",
  });
}

export function answerLost(summary: string): UkoError {
  return new UkoError("UKO_ANSWER_LOST", { summary: `${summary}: the answer did not arrive`, detail: "Run again." });
}
