/**
 * Plans four writes that are not part of a deletion: the marker, a sync with the keystores, a rotation, and an
 * alignment with the template. While a record is pending, the write is left out or refused, because it would void the
 * record (key-write.ts). None of these writes cuts off what a key protects: a rotation that would deactivate older
 * versions is refused, and so is an alignment that would remove the key from a keystore or may deactivate it.
 */

import { isLooser } from "../consent/required-people.ts";
import { type DistributedKey, type Distribution, unlinkedBy } from "../container/unlinking.ts";
import type { ConsentRecord, KeyObservation, RequiredPeople } from "../vocabulary/observation.ts";
import { hasTaken } from "../vocabulary/steps-taken.ts";
import { carriedId, planKeyWrite } from "./key-write.ts";
import { type KeyRun, type Plan, ready, refuse, type Step, unlessRefused } from "./plan.ts";
import { findUnapprovedStep, nameOfUnapproved } from "./unapproved-step.ts";

/**
 * Plans the marker of an existing key. A missing marker counts as `both`, whatever a program wants,
 * and any other marker can only become stricter. Undefined if no marker must be written.
 */
export function planMarking(
  observation: KeyObservation,
  wanted: RequiredPeople,
  nowMs: number,
): RequiredPeople | undefined {
  const { state, marker } = observation;
  const isOver = state === "destroyed" || state === "destroyed_compromised";
  if (isOver || planKeyWrite(observation, "mark", nowMs).kind === "leave") return undefined;
  if (marker === undefined) return "both";
  return isLooser(marker, wanted) ? wanted : undefined;
}

/**
 * Plans the one sync of a `uko sync`. A sync may change the last writer, and so void a record
 * (provider/docs/explanation/two-people.md, "What makes a record void").
 *
 * The last writer is also what shows that one person destroyed a key alone. If Bob destroys a key that carries his own
 * request, and Alice then synchronizes it, Bob's request and Alice's write look like two people. So a person confirms
 * such a sync by hand.
 */
export function planSync(observation: KeyObservation, run: KeyRun, nowMs: number): Plan {
  if (hasTaken(run, "sync")) return { kind: "done" };
  const unapproved = observation.state === "destroyed" ? findUnapprovedStep(observation) : undefined;
  if (unapproved !== undefined && run.confirmedUnapproved !== nameOfUnapproved(unapproved)) {
    return refuse({ guard: "destruction_unapproved", unapproved, isSync: true });
  }
  const write = planKeyWrite(observation, "sync", nowMs, run);
  if (write.kind === "leave") return refuse({ guard: "record_binds", record: write.record });
  const step: Step =
    write.kind === "drop_first" ? { kind: "drop_record", recordId: carriedId(observation) } : { kind: "sync" };
  return unlessRefused(ready(step), run);
}

/** What a rotation depends on in addition to the key itself. */
export interface RotationBasis {
  /** The version that the last run knew. */
  readonly knownVersion: number;
  readonly rotatedAtMs?: number;
  /** False if the label holds a value of the creation (uko-v4.md 3.11); absent if unknown. */
  readonly isRotatable?: boolean;
  /** Whether the rotation deactivates the older versions in a cloud (uko-v4.md 4.6). */
  readonly deactivatesOlder?: boolean;
}

export type RotationPlan =
  | { readonly kind: "ready" }
  /** The rotation has happened: by a run whose response was lost, or by another writer. */
  | { readonly kind: "done" }
  /** A rotation changes the version and so the digest, which would void a binding record. */
  | { readonly kind: "record_binds"; readonly record: ConsentRecord }
  | { readonly kind: "not_active" }
  | { readonly kind: "not_rotatable" }
  /** The rotation would cut off what the older versions encrypted. */
  | { readonly kind: "would_deactivate" };

/** The longest interruption that a run resumes; an older creation or rotation is unrelated. */
export const longestInterruptionMs = 7 * 86_400_000;

/** Plans the one rotation that a change of the trigger asks for (uko-v4.md 4.6). */
export function planRotation(observation: KeyObservation, facts: RotationBasis, nowMs: number): RotationPlan {
  const { knownVersion, rotatedAtMs, isRotatable } = facts;
  const isRecent = rotatedAtMs === undefined || nowMs - rotatedAtMs <= longestInterruptionMs;
  if (observation.facts.version > knownVersion && isRecent) return { kind: "done" };
  const write = planKeyWrite(observation, "rotate", nowMs);
  if (write.kind === "leave") return { kind: "record_binds", record: write.record };
  if (observation.state !== "active") return { kind: "not_active" };
  if (isRotatable === false) return { kind: "not_rotatable" };
  return facts.deactivatesOlder === true ? { kind: "would_deactivate" } : { kind: "ready" };
}

export type AlignmentPlan =
  | { readonly kind: "ready" }
  /** Nothing to align, or no misalignment is known. */
  | { readonly kind: "done" }
  | { readonly kind: "record_binds"; readonly record: ConsentRecord }
  | { readonly kind: "would_unlink"; readonly keystoreIds: readonly string[] }
  /** The template makes inactive keys, so an alignment may deactivate this one (uko-v4.md 4.7). */
  | { readonly kind: "would_deactivate" };

/** Whether an active key is not where its template wants it (uko-v4.md 4.7). */
export function isAlignable(stateWord: string, alignment: string | undefined): boolean {
  return stateWord === "active" && alignment === "unaligned";
}

/**
 * Plans an alignment. It may only install the key in keystores. It never cuts the key off without an explicit request.
 */
export function planAlignment(
  observation: KeyObservation,
  key: Pick<DistributedKey, "templateId" | "keystoreIds"> & { readonly templatesKeyState: string },
  alignment: string | undefined,
  distribution: Distribution,
  nowMs: number,
): AlignmentPlan {
  if (!isAlignable(observation.state, alignment)) return { kind: "done" };
  const write = planKeyWrite(observation, "align", nowMs);
  if (write.kind === "leave") return { kind: "record_binds", record: write.record };
  const { vaultId, keyId, label } = observation.facts;
  const cut = unlinkedBy([{ ...key, vaultId, keyId, label, state: observation.state }], distribution);
  if (cut.length > 0) return { kind: "would_unlink", keystoreIds: cut.map(({ keystoreId }) => keystoreId) };
  return key.templatesKeyState === "active" ? { kind: "ready" } : { kind: "would_deactivate" };
}
