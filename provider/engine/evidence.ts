/** The audit entry of each step: who, what, from which state to which state, with whose consent. */

import { type ConsentRecord, encodeCompact, encodeTagValue, recordId } from "../lifecycle/consent-record.ts";
import { looseningTo } from "../lifecycle/dual-marker.ts";
import type { Actor, StatedReason } from "../lifecycle/observation.ts";
import type { Step } from "../lifecycle/plan.ts";
import type { StepContext } from "./key/step-context.ts";
import type { EvidenceEntry, EvidenceReason, EvidenceRecord, World } from "./ports.ts";

/** What a kind of object knows of a step, for its evidence. */
export interface EvidenceFacts extends Pick<EvidenceEntry, "step" | "from" | "to"> {
  readonly subject: Pick<EvidenceEntry, "instanceId" | "resource" | "vaultId" | "keyId" | "label">;
  readonly details: Pick<EvidenceEntry, "keystores" | "digest" | "record" | "consentedBy">;
}

/** Appends one entry. Throws UKO_EVIDENCE_UNWRITABLE. */
export async function appendEvidence(
  { evidence }: World,
  { subject, step, from, to, details }: EvidenceFacts,
  call: {
    readonly phase: EvidenceEntry["phase"];
    readonly actor: Actor;
    readonly nowMs: number;
    readonly correlationId: string;
  },
): Promise<void> {
  const { phase, actor, nowMs, correlationId } = call;
  await evidence.append({
    v: 1,
    time: isoTime(nowMs),
    ...subject,
    step,
    phase,
    from,
    to,
    actor: { iamId: actor.identity?.iamId ?? "", name: actor.displayName },
    ...details,
    ...(correlationId !== "" && { correlationId }),
  });
}

/**
 * Appends one entry. Throws UKO_EVIDENCE_UNWRITABLE; in phase `before` the step has then not been
 * taken.
 */
export async function recordEvidence(
  step: Step,
  context: StepContext,
  call: { readonly phase: "before" | "after"; readonly correlationId?: string },
): Promise<void> {
  const { world, ref, observed, actor } = context;
  const { observation } = observed;
  const entry: EvidenceEntry = {
    v: 1,
    time: isoTime(observed.nowMs),
    ...ref,
    label: observation.facts.label,
    step: step.kind,
    phase: call.phase,
    from: observation.stateWord,
    to: stateAfter(step, observation.stateWord),
    actor: { iamId: actor.identity?.iamId ?? "", name: actor.displayName },
    keystores: observation.keystores.map(({ name, status, syncFlag }) => ({ name, status, syncFlag })),
    ...(step.kind === "write_record" && {
      digest: step.draft.digest,
      record: describeRecord({ ...step.draft, id: writtenRecordId(step, context) }),
    }),
    ...((step.kind === "deactivate" || step.kind === "destroy") && { digest: observation.digests[step.kind] }),
    ...(step.kind === "loosen" && { digest: observation.digests[looseningTo(step.to)] }),
    ...("consentedBy" in step && step.consentedBy !== undefined && { consentedBy: describeRecord(step.consentedBy) }),
    ...(call.correlationId !== undefined && call.correlationId !== "" && { correlationId: call.correlationId }),
  };
  await world.evidence.append(entry);
}

/** The ID that this step's record will have once it is on the key. */
export function writtenRecordId(
  step: Extract<Step, { kind: "write_record" }>,
  { world, ref, carrier }: StepContext,
): string {
  const text = carrier === "tag" ? encodeTagValue(step.draft) : encodeCompact(step.draft, step.marker);
  return recordId(ref.keyId, text, world.sha256);
}

function stateAfter(step: Step, from: string): string {
  switch (step.kind) {
    case "deactivate":
      return "deactivated";
    case "destroy":
      return "destroyed";
    case "reactivate":
      return "active";
    case "remove":
      return "absent";
    case "write_record":
    case "drop_record":
    case "loosen":
    case "sync":
    case "set_for_deletion":
    case "unset_for_deletion":
      return from;
  }
}

function describeRecord(record: Omit<ConsentRecord, "carrier">): EvidenceRecord {
  return {
    id: record.id,
    step: record.step,
    how: record.how,
    author: record.author.iamId ?? record.author.mark,
    writtenAt: isoTime(record.writtenAtMs),
    ...(record.answers !== undefined && { answers: record.answers }),
    ...(record.reason !== undefined && { reason: record.reason }),
    ...(record.earlierReasons !== undefined && { earlierReasons: record.earlierReasons.map(describeReason) }),
  };
}

export function describeReason({ author, authorName, reason }: StatedReason): EvidenceReason {
  return { author: author.iamId ?? author.mark, ...(authorName !== undefined && { name: authorName }), reason };
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}
