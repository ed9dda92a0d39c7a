/**
 * `uko reactivate kms/…`: makes a KMS key usable again. It restores a destroyed key, for which KMS requires one person,
 * and closes an open deletion window. It restores no backing key of a managed key, because the managed key would stay
 * destroyed, and the backing key would be usable without it.
 */

import { UkoError } from "../../errors.ts";
import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import { planKmsKeyWithdrawal } from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import { converge } from "../loop/converge.ts";
import type { Report } from "../loop/report.ts";
import { errorOf } from "../loop/report.ts";
import type { KmsKeyRef } from "../ports/kms-keys.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { plain, sayRoles, sayTime } from "../text/words.ts";
import { kmsKeyNotFound, reportOutcome, userInterface } from "./command-reports.ts";
import { kmsKeyKind } from "./kind.ts";
import { type ObservedKmsKey, observeKmsKey, ringOf } from "./observe.ts";
import { explainKmsGuard } from "./refusals.ts";
import { restoreKmsKey } from "./restore.ts";
import { kmsKeyPath, sayKmsKey } from "./words.ts";

/** Throws UKO_NOT_FOUND, UKO_KMS_KEY_IS_BACKING_KEY, UKO_CHANGE_IMPOSSIBLE, and what a refused restore ends with. */
export async function reactivateKmsKey(world: World, ref: KmsKeyRef, options: CallOptions): Promise<Report> {
  const observed = await observeKmsKey(world, ref, "inspection", options);
  if (observed.kind === "gone") throw kmsKeyNotFound(ref);
  const isRestored = observed.observation.state === "destroyed";
  if (isRestored) await restore(world, ref, observed, options);
  const outcome = await converge(world, kmsKeyKind, { ref, plan: planKmsKeyWithdrawal, approvals: [] }, options);
  if (outcome.kind === "gone") throw kmsKeyNotFound(ref);
  const report = reportOutcome(ref, outcome);
  if (!isRestored) return report;
  const { explanation } = report;
  const facts = [...explanation.facts, "Data that it protects can be read again."];
  return {
    ...report,
    explanation: { ...explanation, summary: `${sayKmsKey(observed.observation)} is restored`, facts },
  };
}

async function restore(world: World, ref: KmsKeyRef, observed: ObservedKmsKey, options: CallOptions): Promise<void> {
  await refuseBackingKey(world, observed, options);
  const key = sayKmsKey(observed.observation);
  const restored = await restoreKmsKey(world, ref, observed, options);
  switch (restored.kind) {
    case "restored":
      return;
    case "too_late":
      throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
        summary: `${key} cannot be restored: KMS could restore it until ${sayTime(restored.untilMs)}`,
        detail: "Nothing was changed.",
      });
    case "unknown":
      throw new UkoError("UKO_RESPONSE_LOST", {
        summary: `uko does not know whether KMS restored ${key}, because the response did not arrive`,
        detail: `Next: read its state with\n  uko status ${kmsKeyPath(ref)}`,
      });
    case "forbidden":
      throw new UkoError("UKO_RIGHTS_MISSING", {
        summary: `This identity cannot restore ${key}`,
        detail: `Restoring a key requires the role ${sayRoles(kmsRights.restore)}. Nothing was changed.`,
      });
    case "refused":
      throw new UkoError("UKO_SERVICE_REFUSED", {
        summary: `KMS refused to restore ${key}`,
        detail: `${plain(restored.message, 400)}\nNothing was changed.\nNext: after resolving the cause, run\n  uko reactivate ${kmsKeyPath(ref)}`,
      });
  }
}

/** A read leaves out the ring of a destroyed key, so it is read here. */
async function refuseBackingKey(world: World, observed: ObservedKmsKey, options: CallOptions): Promise<void> {
  const ring = await ringOf(world, observed.snapshot, options);
  if (ring.kind === "own") return;
  const guard =
    ring.kind === "of_keystore"
      ? ({ guard: "backing_key_of_managed_key", keystoreName: ring.keystoreName } as const)
      : ({ guard: "ring_unknown", reason: ring.reason, remedy: ring.remedy } as const);
  const actor = await world.session.actor(options);
  throw errorOf(explainKmsGuard(guard, { observed, run: { actor, approvals: [] }, userInterface }), {});
}
