/**
 * Describes a step on a managed key for the evidence: the state before and after, and whose approval and signatures
 * allowed the step. An entry before a step describes most of the metadata that the removal of the key will erase.
 */

import { onCodes } from "../../errors.ts";
import type { ConsentDraft } from "../../lifecycle/consent/consent-record.ts";
import { bodyJson, idOfHash } from "../../lifecycle/consent/record-text.ts";
import { approvalStatement, statementOfDraft } from "../../lifecycle/consent/signed-consent.ts";
import { type Step, stepRules } from "../../lifecycle/key/plan.ts";
import { findUnapprovedStep } from "../../lifecycle/key/unapproved-step.ts";
import type { ConsentRecord, Identity, KeyObservation, StatedReason } from "../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../text/iso-time.ts";
import { appendEvidence, describeSignature, type StepEvidence } from "../loop/evidence.ts";
import { recordedStep } from "../loop/recorded-steps.ts";
import type {
  EvidenceEntry,
  EvidenceKey,
  EvidenceReason,
  EvidenceRecord,
  EvidenceSignature,
} from "../ports/evidence.ts";
import type { CallOptions, World } from "../ports/world.ts";
import type { KeySummary } from "./observe.ts";
import { describeKeystore, type KeyStepContext, sealAndSignDraft, writtenRecordId } from "./steps.ts";

export function keyEvidence(step: Step, phase: "before" | "after", context: KeyStepContext): StepEvidence | undefined {
  const { isEvidencedBefore = false, to } = stepRules[step.kind];
  if (phase === "before" && !isEvidencedBefore) return undefined;
  const { task, observed } = context;
  const { observation } = observed;
  const shown = isReviewed(step) ? task.review?.shown : undefined;
  return {
    subject: { ...task.ref, label: observation.facts.label },
    step: step.kind,
    from: observation.stateWord,
    to: to ?? observation.stateWord,
    details: {
      keystores: observation.keystores.map(({ name, status, syncFlag }) => ({ name, status, syncFlag })),
      ...(step.kind === "write_record" && {
        digest: step.draft.digest,
        record: describeRecord({ ...step.draft, id: writtenRecordId(step, context) }),
      }),
      ...((step.kind === "deactivate" || step.kind === "destroy") && { digest: observation.digests[step.kind] }),
      ...signedBehind(step, context),
      ...(step.kind === "drop_record" && task.reason && { reason: task.reason }),
      ...(step.kind === "drop_record" &&
        observation.carried.record !== undefined && { dropped: describeRecord(observation.carried.record) }),
      ...(shown !== undefined && { shown }),
      ...(step.kind === "remove" &&
        task.confirmedHold !== undefined && { hold: task.confirmedHold, reason: task.reason ?? "" }),
      ...((step.kind === "remove" || step.kind === "sync") &&
        task.confirmedUnapproved !== undefined && { lastWrite: lastWriteOf(observation) }),
      ...("allowedBy" in step && step.allowedBy !== undefined && { allowedBy: describeRecord(step.allowedBy) }),
      ...(phase === "before" && { key: describeKey(observed) }),
    },
  };
}

function lastWriteOf({ updatedBy, updatedAtMs }: KeyObservation): NonNullable<EvidenceEntry["lastWrite"]> {
  return { iamId: updatedBy?.iamId ?? "", at: updatedAtMs === undefined ? "" : isoTime(updatedAtMs) };
}

/**
 * Writes a line about a deactivation or destruction for which no approval is known, when a run of this machine sees it
 * first. Where no evidence can be written, the run goes on without the line: a removal stops there anyway.
 */
export async function noteUnapproved(world: World, observed: KeySummary, options: CallOptions): Promise<void> {
  const { observation, nowMs } = observed;
  const { instanceId, vaultId, keyId, label } = observation.facts;
  const found = findUnapprovedStep(observation);
  if (found === undefined) return;
  if (recordedStep(world.evidence, { instanceId, vaultId, keyId }, found.step) !== undefined) return;
  const facts: StepEvidence = {
    ...{ subject: { instanceId, vaultId, keyId, label }, step: found.step },
    ...{ from: observation.stateWord, to: observation.stateWord },
    details: { keystores: [], lastWrite: lastWriteOf(observation), key: describeKey(observed) },
  };
  const actor = await world.session.actor(options);
  const call = { phase: "seen", actor, nowMs, correlationId: "" } as const;
  await appendEvidence(world, facts, call).catch(onCodes(["UKO_EVIDENCE_UNWRITABLE"], () => {}));
}

/** The signatures of the record that the step writes, or of both consents to the destruction. */
function signedBehind(step: Step, context: KeyStepContext): { readonly signed?: readonly EvidenceSignature[] } {
  const { world, observed, actor } = context;
  const { observation } = observed;
  if (world.signatures === undefined) return {};
  const { signed: own } = world.signatures;
  const ofRecord = (record: ConsentDraft): readonly EvidenceSignature[] => {
    const json = bodyJson(record);
    const statement = statementOfDraft(observation, { ...record, body: world.sha256(json) });
    return describeSignature(statement, record.signature, json);
  };
  const ofQuoted = ({ step: to, digest, quotes }: ConsentRecord): readonly EvidenceSignature[] => {
    if (quotes === undefined) return [];
    const statement = statementOfDraft(observation, { ...quotes, step: to, digest, quotes: undefined });
    return describeSignature(statement, quotes.signature);
  };
  const ofDestroy = (record: ConsentRecord, approver: Identity | undefined): readonly EvidenceSignature[] => {
    if (record.quotes !== undefined) return [...ofQuoted(record), ...ofRecord(record)];
    const approval = approver === undefined ? undefined : approvalStatement(observation, record, approver);
    return [...ofRecord(record), ...describeSignature(approval, own.get(approval ?? ""))];
  };
  const signed =
    step.kind === "write_record"
      ? ofRecord(sealAndSignDraft(step, context))
      : step.kind === "destroy" && step.allowedBy !== undefined
        ? ofDestroy(step.allowedBy, actor.identity)
        : [];
  return signed.length === 0 ? {} : { signed };
}

/**
 * Whether the evidence names the review: for a step that the review approves, or for the record that stores the
 * approval.
 */
function isReviewed({ kind }: Step): boolean {
  return kind === "deactivate" || kind === "destroy" || kind === "write_record";
}

/** Describes the key for the entry before a step: what a removal erases, without tags. */
export function describeKey({ observation, snapshot }: KeySummary): EvidenceKey {
  const { carried, facts, backingKeys } = observation;
  const { version, algorithm, size, templateName, createdAtMs, createdBy, rotatedAtMs, updatedAtMs, updatedBy } =
    snapshot;
  const keyCheckValues = snapshot.verificationPatterns ?? [];
  return {
    version,
    algorithm,
    size,
    template: templateName,
    ...(keyCheckValues.length > 0 && { keyCheckValues }),
    description: facts.description,
    activationDate: facts.activationDate,
    expirationDate: facts.expirationDate,
    ...(createdAtMs !== undefined && { createdAt: isoTime(createdAtMs) }),
    ...(createdBy !== undefined && { createdBy }),
    ...(rotatedAtMs !== undefined && { rotatedAt: isoTime(rotatedAtMs) }),
    ...(updatedAtMs !== undefined && { updatedAt: isoTime(updatedAtMs) }),
    ...(updatedBy !== undefined && { updatedBy }),
    isLive: observation.keystoresAreLive,
    keystores: observation.keystores.map(describeKeystore),
    kmsKeys: backingKeys.map((backingKey) => ({
      id: backingKey.kmsKeyId,
      state: backingKey.kind === "present" ? backingKey.state : backingKey.kind,
    })),
    ...(carried.record !== undefined && { record: describeRecord(carried.record) }),
  };
}

export function describeRecord(record: Omit<ConsentRecord, "location" | "sha256" | "body">): EvidenceRecord {
  return {
    id: record.id,
    step: record.step,
    how: record.how,
    author: record.author.iamId ?? record.author.mark,
    writtenAt: isoTime(record.writtenAtMs),
    ...(record.quotes !== undefined && { requestId: idOfHash(record.quotes.sha256) }),
    ...(record.reason !== undefined && { reason: record.reason }),
    ...(record.earlierReasons !== undefined && { earlierReasons: record.earlierReasons.map(describeReason) }),
  };
}

export function describeReason({ author, authorName, reason }: StatedReason): EvidenceReason {
  return { author: author.iamId ?? author.mark, ...(authorName !== undefined && { name: authorName }), reason };
}
