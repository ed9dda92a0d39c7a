/**
 * Writes the evidence of a step: also before the call if it opens a deletion window, or deactivates, destroys or
 * removes something, so that no key is deleted without a trace.
 */

import { onCodes } from "../../errors.ts";
import type { Actor, ConsentSignature } from "../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../text/iso-time.ts";
import type { EvidenceEntry, EvidenceSignature } from "../ports/evidence.ts";
import type { CallOptions, KeyRef, World } from "../ports/world.ts";
import { labelOfOpenStep, rememberLine } from "./recorded-steps.ts";

/** What a kind of object knows of a step, for its evidence. */
export interface StepEvidence extends Pick<EvidenceEntry, "step" | "from" | "to"> {
  readonly subject: Pick<EvidenceEntry, "instanceId" | "resource" | "vaultId" | "keyId" | "label">;
  readonly details: Pick<
    EvidenceEntry,
    | "keystores"
    | "digest"
    | "record"
    | "allowedBy"
    | "dropped"
    | "refused"
    | "signed"
    | "shown"
    | "key"
    | "hold"
    | "lastWrite"
    | "reason"
    | "refusal"
  >;
}

/** What the evidence takes from the response to a step. */
export interface ReportedResult {
  readonly correlationId: string;
  readonly reported?: EvidenceEntry["reported"];
}

/** Appends one entry. Throws UKO_EVIDENCE_UNWRITABLE. */
export async function appendEvidence(
  { evidence, session }: World,
  { subject, step, from, to, details }: StepEvidence,
  call: {
    readonly phase: EvidenceEntry["phase"];
    readonly actor: Actor;
    readonly nowMs: number;
  } & ReportedResult,
): Promise<void> {
  const { phase, actor, nowMs, correlationId, reported } = call;
  const { loggedInBy } = session.tokenClaims();
  const entry: EvidenceEntry = {
    v: 1,
    time: isoTime(nowMs),
    ...subject,
    step,
    phase,
    from,
    to,
    actor: {
      iamId: actor.identity?.iamId ?? "",
      name: actor.displayName,
      ...(loggedInBy !== undefined && { loggedInBy }),
    },
    ...details,
    ...(reported !== undefined && { reported }),
    ...(correlationId !== "" && { correlationId }),
  };
  await evidence.append(entry);
  rememberLine(evidence, entry);
}

/**
 * Writes what the service reports of a key whose last step was begun, and of which no line says how it ended: the run
 * was killed, or the service refused the call. Without this line, no certificate could have the key. Where no evidence
 * can be written, the run goes on without the line.
 */
export async function noteSettled(
  world: World,
  { step, state, lastWrite, ...key }: SettledStep,
  options: CallOptions,
): Promise<void> {
  const label = key.label ?? labelOfOpenStep(world.evidence, key, step);
  if (label === undefined) return;
  const { instanceId, vaultId, keyId } = key;
  const resource = step === "destroy" ? { resource: "kms_key" as const } : {};
  const details = { keystores: [], ...(lastWrite !== undefined && { lastWrite }) };
  const facts = { subject: { instanceId, ...resource, vaultId, keyId, label }, step, from: state, to: state, details };
  const actor = await world.session.actor(options);
  const nowMs = world.session.serviceTimeMs() ?? 0;
  const call = { phase: "settled", actor, nowMs, correlationId: "" } as const;
  await appendEvidence(world, facts, call).catch(onCodes(["UKO_EVIDENCE_UNWRITABLE"], () => {}));
}

/** What became of the removal of a managed key, or of the destruction of a KMS key. */
interface SettledStep extends KeyRef {
  readonly step: "remove" | "destroy";
  /** The state that the service reports now, or `absent`. */
  readonly state: string;
  readonly lastWrite?: NonNullable<EvidenceEntry["lastWrite"]>;
  /** The label, if the caller knows that the step is open; otherwise the evidence of this run says so. */
  readonly label?: string;
}

/** A signature as the evidence has it; empty if the statement is not signed. `body` is the text that it hashes. */
export function describeSignature(
  statement: string | undefined,
  signature: ConsentSignature | undefined,
  body?: string,
): readonly EvidenceSignature[] {
  if (statement === undefined || signature === undefined) return [];
  const { signedAtMs, path, bytes } = signature;
  return [{ statement, signedAt: isoTime(signedAtMs), path, signature: bytes, ...(body !== undefined && { body }) }];
}
