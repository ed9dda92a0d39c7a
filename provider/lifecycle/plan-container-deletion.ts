/** Plans the end of a vault, keystore or template: what still blocks it, and until when. Pure; a container is never emptied by it. */

import type { ErrorCode } from "../errors.ts";
import { type Announcement, excessOf, shownNameText } from "./announcement.ts";
import type { ObservedState } from "./managed-key-states.ts";
import type { BeyondPlan } from "./plan.ts";

export const containerKinds = ["vault", "keystore", "template"] as const;
export type ContainerKind = (typeof containerKinds)[number];

/** A managed key that lives in the vault, was made from the template, or refers to the keystore. */
export interface ContainedKey {
  readonly vaultId: string;
  readonly keyId: string;
  readonly label: string;
  readonly state: ObservedState;
  /** There where a keystore says that it holds the material of a destroyed key for a while: until when, where it tells. */
  readonly pending?: { readonly untilMs?: number };
}

/** A keystore or template that a vault holds; one that no call can delete (uko-v4.md 9 U18) is none. */
export interface ContainedContainer {
  readonly kind: "keystore" | "template";
  readonly id: string;
  readonly name: string;
}

/** A key in the KMS key ring of an internal keystore; a destroyed one keeps its metadata there (uko-v4.md 5). */
export interface RingKey {
  readonly kmsKeyId: string;
  readonly name: string;
  readonly isDestroyed: boolean;
  /** When KMS begins to purge the metadata on its own (kms-v2-and-iam.md 3, `purgeScheduledOn`). */
  readonly purgeScheduledAtMs?: number;
}

/** What one look found, or why it could not look. */
export type Found<T> =
  | { readonly kind: "known"; readonly items: readonly T[] }
  | { readonly kind: "unreadable"; readonly reason: string };

export interface ContainerObservation {
  readonly kind: ContainerKind;
  readonly id: string;
  readonly name: string;
  readonly keys: Found<ContainedKey>;
  /** A vault's keystores and unarchived templates: archived and shadow templates go with the vault (uko-v4.md 9 U19). */
  readonly containers: Found<ContainedContainer>;
  /** The KMS key ring of an internal keystore; empty for everything else. */
  readonly ring: Found<RingKey>;
}

export interface ContainerPolicy {
  readonly deletionProtection: boolean;
  /** What the plan of this run announced, where an engine plans first; no step goes beyond it. */
  readonly atMost?: Announcement;
}

/** What this one run already learned by asking for the deletion. */
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
  | { readonly kind: "ready" }
  | {
      readonly kind: "waitingForTime";
      /** Destroyed keys whose records go first, or the metadata that KMS keeps of destroyed keys. */
      readonly awaits: "destroyed_keys" | "kms_metadata";
      /** When all of them may go; absent where one of them does not tell. */
      readonly untilMs?: number;
      readonly keys: readonly ContainedKey[];
      /** For destroyed keys: what KMS remembers, and will wait for next. */
      readonly ringKeys: readonly RingKey[];
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

/** The code under which a plan that is not ready is reported. */
export function containerPlanCode(plan: Exclude<ContainerPlan, { kind: "ready" }>): ErrorCode {
  if (plan.kind === "refused") return containerGuardCodes[plan.guard.guard];
  return plan.awaits === "kms_metadata" ? "UKO_KMS_METADATA_REMAINS" : "UKO_DESTRUCTION_PENDING";
}

/**
 * Answers whether the container may be deleted now. The order is that of the way out: keys first, then what else it holds,
 * then what KMS remembers. Deletion is always the service's `restrict`, so an empty look that is out of date harms nothing.
 */
export function planContainerDeletion(
  observation: ContainerObservation,
  policy: ContainerPolicy,
  run: ContainerRun,
  nowMs: number,
): ContainerPlan {
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
  return run.refusal === undefined ? withinAnnouncement(observation, policy) : afterRefusal(ring, run.refusal);
}

function withinAnnouncement({ id, name }: ContainerObservation, { atMost }: ContainerPolicy): ContainerPlan {
  if (atMost === undefined) return { kind: "ready" };
  const excess = excessOf(atMost, { step: "remove", subject: id, shown: shownNameText(name) });
  if (excess === undefined) return { kind: "ready" };
  return refuse({ guard: "beyond_plan", step: "remove", announced: atMost.steps, excess });
}

/**
 * A key that was never active is in no keystore, so it does not keep one (uko-v4.md 5). A destroyed key keeps its keystore
 * until its record is removed: once the keystore is gone nobody can say that the material is.
 */
function blocks(kind: ContainerKind, key: ContainedKey): boolean {
  return kind !== "keystore" || key.state !== "pre_activation";
}

/**
 * Time helps only where a keystore still counts down. A destroyed key that none holds any more stays until somebody removes
 * its record, so waiting for it would never end.
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

function awaitMetadata(ringKeys: readonly RingKey[]): ContainerPlan {
  const untilMs = latest(ringKeys.map(({ purgeScheduledAtMs }) => purgeScheduledAtMs));
  return {
    kind: "waitingForTime",
    awaits: "kms_metadata",
    ...(untilMs !== undefined && { untilMs }),
    keys: [],
    ringKeys,
  };
}

/** Undefined where one of them is not told, because then nobody knows the end. */
function latest(timesMs: readonly (number | undefined)[]): number | undefined {
  const known = timesMs.filter((timeMs) => timeMs !== undefined);
  return known.length === timesMs.length ? Math.max(...known) : undefined;
}

/** Whoever reads the refusal should know of a key ring that could not be looked into. */
function afterRefusal(ring: Found<RingKey>, message: string): ContainerPlan {
  return refuse({
    guard: "service_refused",
    message,
    ...(ring.kind === "unreadable" && { ringUnreadable: ring.reason }),
  });
}

function refuse(guard: ContainerGuard): ContainerPlan {
  return { kind: "refused", guard };
}
