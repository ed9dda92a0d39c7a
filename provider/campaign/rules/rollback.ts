/**
 * Decides whether a rollback may reactivate a key without a question: only if the campaign itself deactivated the key,
 * and no other write followed. Otherwise a rollback could bring back a key that another person deactivated for a reason
 * of their own. The evidence in the campaign's folder alone proves nothing, because each person who can write to the
 * folder can forge it. So the record on the key has to name this wave, too. A key that only the evidence names is
 * reactivated after a person read who wrote to it last, and confirmed. The reactivation makes a key safer, so it passes a
 * hold.
 */

import type { ObservedState } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { ApprovedStep, CampaignMark, Identity } from "../../lifecycle/vocabulary/observation.ts";

/** A step on a key, as a line of evidence in the folder has it. */
export interface NotedStep {
  readonly by: string;
  readonly atMs: number;
}

export interface RollbackCandidate {
  readonly state: ObservedState;
  readonly updatedBy?: Identity | undefined;
  readonly updatedAtMs?: number | undefined;
  /** The record on the key: the request that the deactivation acted on, or a later request to destroy. */
  readonly record?: { readonly step: ApprovedStep; readonly campaign?: CampaignMark | undefined } | undefined;
  /** Whether the record is a request that still binds. */
  readonly binds: boolean;
  readonly wave: Pick<CampaignMark, "name" | "wave">;
  /** The deactivation in the evidence; undefined if no line names the key. */
  readonly noted: NotedStep | undefined;
}

/** Who wrote to the key last, and when, as the service reports it. */
export interface LastWrite {
  readonly by?: Identity;
  readonly atMs?: number;
}

export type Rollback =
  /** May be reactivated without another question. */
  | { readonly kind: "proven" }
  /** Nothing but the evidence says that the campaign deactivated the key, or another write followed. */
  | ({ readonly kind: "written_since" } & LastWrite)
  | { readonly kind: "left"; readonly why: "not_deactivated_here" | "not_deactivated" | "destroyed" };

/**
 * The evidence has the time of the read before the step. The write follows soon, and UKO rounds its time to seconds. A
 * write that is later than that is another write.
 */
const roundingMs = 2_000;
const maxDelayMs = 60_000;

export function proveRollback(candidate: RollbackCandidate): Rollback {
  const { state, updatedBy, updatedAtMs, record, binds, wave, noted } = candidate;
  if (state === "destroyed" || state === "destroyed_compromised") return { kind: "left", why: "destroyed" };
  if (state !== "deactivated") return { kind: "left", why: "not_deactivated" };
  const isOfWave = record?.campaign?.name === wave.name && record.campaign.wave === wave.wave;
  if (isOfWave && record?.step === "destroy" && binds) return { kind: "proven" };
  if (noted === undefined) return { kind: "left", why: "not_deactivated_here" };
  const isLastWrite = updatedBy?.iamId === noted.by && isNotedAt(noted, updatedAtMs);
  if (isOfWave && record?.step === "deactivate" && isLastWrite) return { kind: "proven" };
  return {
    kind: "written_since",
    ...(updatedBy !== undefined && { by: updatedBy }),
    ...(updatedAtMs !== undefined && { atMs: updatedAtMs }),
  };
}

/** Whether the evidence can be about the write at this time. */
function isNotedAt({ atMs }: NotedStep, writtenAtMs: number | undefined): boolean {
  return writtenAtMs !== undefined && atMs - roundingMs <= writtenAtMs && writtenAtMs <= atMs + maxDelayMs;
}
