/** A twin, its policy and its registrations as KMS shows them (kms-v2-and-iam.md 2.11, 2.13, 3). */

import { dayMs, hourMs, toSecondsText } from "../clock.ts";
import type { AssociatedResource, DualAuthPolicy, Twin } from "../model.ts";
import type { World } from "../world.ts";

export const restoreWindowMs = 30 * dayMs;
export const purgeWaitMs = 4 * hourMs;
const purgeDueMs = 90 * dayMs;

function crnOf(world: World, kind: "key" | "policy", id: string): string {
  const { region } = world.seed.instance;
  return `crn:v1:bluemix:public:hs-crypto:${region}:a/${world.accountId}:${world.instanceId}:${kind}:${id}`;
}

export function viewTwin(world: World, twin: Twin, nowMs: number): Record<string, unknown> {
  return {
    type: "application/vnd.ibm.kms.key+json",
    id: twin.id,
    crn: crnOf(world, "key", twin.id),
    name: twin.name,
    state: twin.state,
    extractable: false,
    imported: false,
    keyRingID: twin.ring,
    creationDate: toSecondsText(twin.createdMs),
    createdBy: twin.createdBy,
    lastUpdateDate: toSecondsText(twin.updatedMs),
    keyVersion: { id: twin.versionId, creationDate: toSecondsText(twin.versionMs) },
    algorithmType: "AES",
    algorithmMetadata: { bitLength: "256", mode: "CBC_PAD" },
    algorithmBitSize: 256,
    algorithmMode: "CBC_PAD",
    dualAuthDelete: viewDualAuth(world, twin.dualAuth, nowMs),
    deleted: twin.state === 5,
    ...viewDeletion(twin, nowMs),
  };
}

/** A lapsed window is still shown unless the switch says otherwise (kms-v2-and-iam.md 10-5); a destroyed key keeps its history. */
function viewDualAuth(world: World, dualAuth: DualAuthPolicy | undefined, nowMs: number): Record<string, unknown> {
  if (dualAuth?.enabled !== true) return { enabled: false };
  const { setBy, expiresMs } = dualAuth;
  const isCleared = world.switches.kmsLapsedWindow === "cleared" && (expiresMs ?? 0) <= nowMs;
  if (setBy === undefined || expiresMs === undefined || isCleared) return { enabled: true, keySetForDeletion: false };
  return { enabled: true, keySetForDeletion: true, authExpiration: toSecondsText(expiresMs) };
}

function viewDeletion(twin: Twin, nowMs: number): Record<string, unknown> {
  if (twin.deletedMs === undefined) return {};
  const history = { deletionDate: toSecondsText(twin.deletedMs), deletedBy: twin.deletedBy };
  if (twin.state !== 5) return history;
  return {
    ...history,
    restoreAllowed: nowMs < twin.deletedMs + restoreWindowMs,
    restoreExpirationDate: toSecondsText(twin.deletedMs + restoreWindowMs),
    purgeAllowed: nowMs >= twin.deletedMs + purgeWaitMs,
    purgeAllowedFrom: toSecondsText(twin.deletedMs + purgeWaitMs),
    purgeScheduledOn: toSecondsText(twin.deletedMs + purgeDueMs),
  };
}

export function viewPolicy(world: World, policy: DualAuthPolicy): Record<string, unknown> {
  return {
    type: "application/vnd.ibm.kms.policy+json",
    id: policy.id,
    crn: crnOf(world, "policy", policy.id),
    dualAuthDelete: { enabled: policy.enabled },
    createdBy: policy.createdBy,
    creationDate: toSecondsText(policy.createdMs),
    updatedBy: policy.updatedBy,
    lastUpdateDate: toSecondsText(policy.updatedMs),
  };
}

export function viewRegistration(twin: Twin, resource: AssociatedResource): Record<string, unknown> {
  return {
    keyId: twin.id,
    keyName: twin.name,
    resourceCrn: resource.crn,
    createdBy: `crn-${resource.crn}`,
    creationDate: toSecondsText(twin.createdMs),
    description: resource.description,
    // kms-v2-and-iam.md 10-15: left out when false.
    ...(resource.preventsKeyDeletion ? { preventKeyDeletion: true } : {}),
    keyVersion: { id: twin.versionId },
  };
}
