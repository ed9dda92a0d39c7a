/**
 * Writes the evidence (the log for auditors) of a step: who took it, when, from which state to
 * which, and with whose approval. A step that deactivates, destroys or removes something has an
 * entry before its call, too, and so has the opening of a KMS deletion window. If that entry cannot
 * be written, the step is not taken, so no key is deleted without a trace.
 */

import type { Actor, ConsentSignature } from "../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../text/iso-time.ts";
import type { EvidenceEntry, EvidenceSignature } from "../ports/evidence.ts";
import type { World } from "../ports/world.ts";
import { rememberLine } from "./recorded-steps.ts";

/** What a kind of object knows of a step, for its evidence. */
export interface EvidenceFacts extends Pick<EvidenceEntry, "step" | "from" | "to"> {
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
  { subject, step, from, to, details }: EvidenceFacts,
  call: {
    readonly phase: EvidenceEntry["phase"];
    readonly actor: Actor;
    readonly nowMs: number;
  } & ReportedResult,
): Promise<void> {
  const { phase, actor, nowMs, correlationId, reported } = call;
  const { loggedInBy } = session.tokenFacts();
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
