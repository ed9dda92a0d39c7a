/** Builders for KMS keys, with defaults: a test names only what it is about. */

import type { KmsKeySnapshot } from "../../provider/engine/ports/kms-keys.ts";
import { kmsWindowMs } from "../../provider/lifecycle/key/kms-window.ts";
import {
  type KmsKeyObservation,
  type KmsKeyPolicy,
  type KmsRun,
  type KmsStep,
  windowName,
} from "../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";
import type { Identity } from "../../provider/lifecycle/vocabulary/observation.ts";
import { anActor, bob, carol, dayMs, hourMs, nowMs } from "./builders.ts";

export const kmsKeyId = "0f8c3c6e-52a1-4c5e-9a3e-3c1f0a7f2b11";

/** An active key in a ring of its own, under KMS's dual authorization, with no window; carol turned that on ten days ago. */
export function aKmsKey(over: Partial<KmsKeyObservation> = {}): KmsKeyObservation {
  const state = over.state ?? "active";
  return {
    kmsKeyId,
    name: "backup",
    state,
    stateWord: state,
    dualAuthDelete: true,
    policyWrite: { by: carol, atMs: nowMs - 10 * dayMs, createdBy: carol },
    registrations: { kind: "known", items: [] },
    ring: { kind: "own" },
    ...over,
  };
}

/** The same key once somebody has set it for deletion, an hour ago. */
export function aKmsKeySetBy(setter: Identity, over: Partial<KmsKeyObservation> = {}): KmsKeyObservation {
  const setAtMs = nowMs - hourMs;
  return aKmsKey({
    windowEndsAtMs: setAtMs + kmsWindowMs,
    policyWrite: { by: setter, atMs: setAtMs, createdBy: carol },
    ...over,
  });
}

/** The name of the window that `aKmsKeySetBy` opens. */
export const openWindow = windowName(kmsKeyId, nowMs - hourMs + kmsWindowMs);

export function aKmsPolicy(over: Partial<KmsKeyPolicy> = {}): KmsKeyPolicy {
  return { goal: "destroyed", deletionProtection: false, people: "both", ...over };
}

export const kmsOpening: KmsStep = { kind: "set_for_deletion" };

export function aKmsRun(over: Partial<KmsRun> = {}): KmsRun {
  return { actor: anActor(bob), approvals: [], ...over };
}

/** The key as the port shows it. */
export function aKmsSnapshot(over: Partial<KmsKeySnapshot> = {}): KmsKeySnapshot {
  return {
    kmsKeyId,
    crn: `crn:v1:bluemix:public:hs-crypto:us-south:a/1:11111111-1111-4111-8111-111111111111:key:${kmsKeyId}`,
    name: "backup",
    description: "",
    aliases: [],
    tags: [],
    state: 1,
    isExtractable: false,
    isImported: false,
    ring: "default",
    expirationDate: "",
    versionId: "v-1",
    dualAuthDelete: true,
    ...over,
  };
}
