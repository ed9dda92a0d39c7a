/**
 * Decides whether a container may be deleted now, what still blocks the deletion, and until when. Only a key that was
 * never active does not block a keystore, and templates that are deleted with their vault do not block the vault. A KMS
 * key ring that could not be read does not refuse: then the service decides.
 */

import type { ErrorCode } from "../../errors.ts";
import { assertTime } from "../vocabulary/assert.ts";
import type { ObservedState } from "../vocabulary/managed-key-states.ts";
import { type DecisionRead, issuePermit, type Permit } from "../vocabulary/permit.ts";
import { type BeyondPlan, beyondPlan, type PlanLimit, shownNameText } from "../vocabulary/plan-limit.ts";

export const containerKinds = ["vault", "keystore", "template"] as const;
export type ContainerKind = (typeof containerKinds)[number];

/** A managed key that is in the vault, was made from the template, or refers to the keystore. */
export interface ContainedKey {
  readonly vaultId: string;
  readonly keyId: string;
  readonly label: string;
  readonly state: ObservedState;
  /** Present if a keystore still holds a destroyed key's material; `untilMs` if it has a date. */
  readonly pending?: { readonly untilMs?: number };
}

/** A keystore or template in a vault, without those that no call can delete (uko-v4.md 9 U18). */
export interface ContainedContainer {
  readonly kind: "keystore" | "template";
  readonly id: string;
  readonly name: string;
}

/** A key in the ring of an internal keystore; a destroyed one keeps its metadata (uko-v4.md 5). */
export interface RingKey {
  readonly kmsKeyId: string;
  readonly name: string;
  readonly isDestroyed: boolean;
  /** When KMS begins to purge the metadata itself (kms-v2-and-iam.md 3, `purgeScheduledOn`). */
  readonly purgeScheduledAtMs?: number;
}

/** What one read found, or why it could not read. */
export type Found<T> =
  | { readonly kind: "known"; readonly items: readonly T[] }
  | { readonly kind: "unreadable"; readonly reason: string };

export interface ContainerObservation {
  readonly kind: ContainerKind;
  readonly id: string;
  readonly name: string;
  readonly keys: Found<ContainedKey>;
  /** Keystores and unarchived templates; the others go with the vault (uko-v4.md 9 U19). */
  readonly containers: Found<ContainedContainer>;
  /** The KMS key ring of an internal keystore; empty for all other containers. */
  readonly ring: Found<RingKey> | UnnamedRing;
  /** Present if the run that read the container is about to delete it. */
  readonly decision?: DecisionRead | undefined;
}

/** The ring of an internal keystore whose name the service does not report. */
export interface UnnamedRing {
  readonly kind: "unnamed";
  readonly reason: string;
  /** Destroyed keys in the key rings that it may be: those in which only destroyed keys are left. */
  readonly candidates: readonly RingKey[];
}

export interface ContainerPolicy {
  readonly deletionProtection: boolean;
  /** The limit that the plan of this run set, if the engine plans first. No step may exceed it. */
  readonly atMost?: PlanLimit | undefined;
}

/** What this run has already learned from its deletion call. */
export interface ContainerRun {
  readonly refusal?: string;
}

export type ContainerGuard =
  | { readonly guard: "deletion_protection" }
  | { readonly guard: "contents_unreadable"; readonly what: "keys" | "containers"; readonly reason: string }
  | { readonly guard: "holds_keys"; readonly keys: readonly ContainedKey[] }
  | { readonly guard: "holds_containers"; readonly containers: readonly ContainedContainer[] }
  | { readonly guard: "holds_ring_keys"; readonly ringKeys: readonly RingKey[] }
  | { readonly guard: "service_refused"; readonly message: string; readonly ringUnreadable?: string }
  | BeyondPlan;

export type ContainerPlan =
  /** `permit`: only if the plan is about a decision read. */
  | { readonly kind: "ready"; readonly permit?: Permit<`delete_${ContainerKind}`> }
  | {
      readonly kind: "waitingForTime";
      /** Destroyed keys whose metadata must be removed first, or metadata that KMS keeps. */
      readonly awaits: "destroyed_keys" | "kms_metadata";
      /** When all of them can be removed; absent if one of them reports no date. */
      readonly untilMs?: number;
      readonly keys: readonly ContainedKey[];
      /** For destroyed keys: the metadata that KMS keeps, for which the next wait will be. */
      readonly ringKeys: readonly RingKey[];
      /** The service's refusal, if the metadata is only a possible reason for it. */
      readonly refusal?: string;
    }
  | { readonly kind: "refused"; readonly guard: ContainerGuard };

export const containerGuardCodes = {
  deletion_protection: "UKO_DELETION_PROTECTED",
  contents_unreadable: "UKO_CONTENTS_UNREADABLE",
  holds_keys: "UKO_CONTAINER_IN_USE",
  holds_containers: "UKO_CONTAINER_IN_USE",
  holds_ring_keys: "UKO_CONTAINER_IN_USE",
  service_refused: "UKO_SERVICE_REFUSED",
  beyond_plan: "UKO_PLAN_OUTDATED",
} as const satisfies Record<ContainerGuard["guard"], ErrorCode>;

export function containerPlanCode(plan: Exclude<ContainerPlan, { kind: "ready" }>): ErrorCode {
  if (plan.kind === "refused") return containerGuardCodes[plan.guard.guard];
  return plan.awaits === "kms_metadata" ? "UKO_KMS_METADATA_REMAINS" : "UKO_DESTRUCTION_PENDING";
}

/**
 * Decides whether the container may be deleted now. The order follows the path to deletion: keys first, then the
 * container's other contents, then the metadata in KMS. The service itself refuses a container that is not empty (a
 * keystore is deleted with `mode=restrict`), so an outdated read of an empty container does no harm.
 */
export function planContainerDeletion(
  observation: ContainerObservation,
  policy: ContainerPolicy,
  run: ContainerRun,
  nowMs: number,
): ContainerPlan {
  assertTime(nowMs, "the service's time");
  if (policy.deletionProtection) return refuse({ guard: "deletion_protection" });
  const { keys, containers, ring } = observation;
  if (keys.kind === "unreadable") return refuse({ guard: "contents_unreadable", what: "keys", reason: keys.reason });
  const blocking = keys.items.filter((key) => blocks(observation.kind, key));
  const ringKeys = ring.kind === "known" ? ring.items : [];
  if (blocking.length > 0) return afterKeys(blocking, ringKeys, nowMs);
  if (containers.kind === "unreadable") {
    return refuse({ guard: "contents_unreadable", what: "containers", reason: containers.reason });
  }
  if (containers.items.length > 0) return refuse({ guard: "holds_containers", containers: containers.items });
  const livingRingKeys = ringKeys.filter((key) => !key.isDestroyed);
  if (livingRingKeys.length > 0) return refuse({ guard: "holds_ring_keys", ringKeys: livingRingKeys });
  if (ringKeys.length > 0) return awaitMetadata(ringKeys);
  return run.refusal === undefined ? withinPlanLimit(observation, policy) : afterRefusal(ring, run.refusal, nowMs);
}

function withinPlanLimit(observation: ContainerObservation, { atMost }: ContainerPolicy): ContainerPlan {
  const { kind, id, name, decision } = observation;
  const beyond = beyondPlan(atMost, { step: "remove", subject: id, shown: shownNameText(name) });
  if (beyond !== undefined) return refuse(beyond);
  return { kind: "ready", ...(decision && { permit: issuePermit(decision, { act: `delete_${kind}`, id }) }) };
}

/**
 * Whether the key blocks the deletion. A key that was never active is in no keystore, so it does not block one
 * (uko-v4.md 5). A destroyed key blocks its keystore until its metadata is removed: without the keystore, nothing could
 * prove that the material is gone.
 */
function blocks(kind: ContainerKind, key: ContainedKey): boolean {
  return kind !== "keystore" || key.state !== "pre_activation";
}

/**
 * Waiting helps only while a keystore's pending period runs. A destroyed key that no keystore holds
 * stays until a person removes its metadata, so that wait would never end.
 */
function afterKeys(keys: readonly ContainedKey[], ringKeys: readonly RingKey[], nowMs: number): ContainerPlan {
  const living = keys.filter(({ state }) => state !== "destroyed");
  const destroyed = keys.filter(({ state }) => state === "destroyed");
  const waiting = destroyed.filter(({ pending }) => pending !== undefined && (pending.untilMs ?? Infinity) > nowMs);
  if (living.length > 0 || waiting.length === 0)
    return refuse({ guard: "holds_keys", keys: [...living, ...destroyed] });
  const untilMs = latest(waiting.map(({ pending }) => pending?.untilMs));
  return {
    kind: "waitingForTime",
    awaits: "destroyed_keys",
    ...(untilMs !== undefined && { untilMs }),
    keys: destroyed,
    ringKeys,
  };
}

function awaitMetadata(ringKeys: readonly RingKey[]): Extract<ContainerPlan, { kind: "waitingForTime" }> {
  const untilMs = latest(ringKeys.map(({ purgeScheduledAtMs }) => purgeScheduledAtMs));
  return {
    kind: "waitingForTime",
    awaits: "kms_metadata",
    ...(untilMs !== undefined && { untilMs }),
    keys: [],
    ringKeys,
  };
}

/** The latest of the times; undefined if one of them is not reported, because the end is then unknown. */
function latest(timesMs: readonly (number | undefined)[]): number | undefined {
  const known = timesMs.filter((timeMs) => timeMs !== undefined);
  return known.length === timesMs.length ? Math.max(...known) : undefined;
}

/**
 * Decides after the service refused the deletion. The message also mentions a key ring that could not be read. If the
 * service does not name the ring, the metadata that KMS still keeps is the most likely reason, and the next run tries
 * again anyway.
 */
function afterRefusal(ring: ContainerObservation["ring"], message: string, nowMs: number): ContainerPlan {
  if (ring.kind === "known") return refuse({ guard: "service_refused", message });
  const candidates = ring.kind === "unnamed" ? ring.candidates : [];
  const kept = candidates.filter(({ purgeScheduledAtMs = Infinity }) => purgeScheduledAtMs > nowMs);
  if (kept.length > 0) return { ...awaitMetadata(kept), refusal: message };
  return refuse({ guard: "service_refused", message, ringUnreadable: ring.reason });
}

function refuse(guard: ContainerGuard): ContainerPlan {
  return { kind: "refused", guard };
}
