/**
 * Defines what people sign, and how long a signature counts. No other person can make a signature, so a text in a
 * forged name never counts; it is an additional requirement and replaces no other one.
 */

import type {
  ApprovedStep,
  CarriedRecord,
  ConsentRecord,
  ConsentSignature,
  Identity,
  KeyObservation,
} from "../vocabulary/observation.ts";

/**
 * How much later than its signature a record may be dated. People sign a list of consents at once, and its last key may
 * be written this much later.
 */
export const signatureLifetimeMs = 15 * 60 * 1000;

/**
 * What one signature is about. `requestSha256` names the request that an approval is for, by all 64 digits. `body` is
 * the hash of everything else that its reader sees, such as the reason (`bodyJson`). It is empty for an approval that
 * acts at once, because nothing of it is stored.
 */
export interface SignedAct {
  readonly kind: "request" | "approval";
  readonly step: ApprovedStep;
  readonly digest: string;
  readonly author: Identity;
  readonly requestSha256?: string | undefined;
  readonly body: string;
}

/** The place and the condition of the key at the consent. `service` keeps a request to an emulator off IBM's service. */
export interface SignedSubject {
  readonly service: string;
  readonly instanceId: string;
  readonly vaultId: string;
  readonly keyId: string;
  readonly state: string;
}

/**
 * The text that a person signs. It names everything that the consent is for: service, instance, key, state, step and
 * request, whether it is a request or an approval, and the words. So a signature that is copied to anything else is not
 * valid there, because the text there is another one.
 */
export function consentStatement(subject: SignedSubject, act: SignedAct): string {
  const { service, instanceId, vaultId, keyId, state } = subject;
  const { kind, step, digest, author, requestSha256, body } = act;
  const who = author.iamId ?? author.mark;
  return JSON.stringify([
    "uko-consent-1",
    kind,
    service,
    instanceId,
    vaultId,
    keyId,
    state,
    step,
    digest,
    who,
    requestSha256 ?? "",
    body,
  ]);
}

/** Whether a consent to `step` counts only if it is signed. A deactivation can be undone, so none is demanded for it. */
export function needsSignature({ signatures }: Pick<KeyObservation, "signatures">, step: ApprovedStep): boolean {
  return signatures !== undefined && step === "destroy";
}

/** Whether the record, and the request that it quotes, are signed by their authors. */
export function isSigned({ vouchedBy, quotes }: ConsentRecord): boolean {
  return vouchedBy === "signature" && (quotes === undefined || quotes.vouchedBy === "signature");
}

/** The statement of a record that its author is about to write. */
export function statementOfDraft(
  observation: Pick<KeyObservation, "facts" | "state" | "signatures">,
  { step, digest, author, quotes, body }: Pick<ConsentRecord, "step" | "digest" | "author" | "quotes" | "body">,
): string {
  const kind = quotes === undefined ? "request" : "approval";
  return consentStatement(subjectOf(observation), { kind, step, digest, author, requestSha256: quotes?.sha256, body });
}

/** The statement of an approval of `record` by `approver` that acts at once. */
export function approvalStatement(
  observation: Pick<KeyObservation, "facts" | "state" | "digests" | "signatures">,
  { sha256, step }: Pick<ConsentRecord, "sha256" | "step">,
  approver: Identity,
): string {
  const digest = observation.digests[step];
  const act = { kind: "approval", step, digest, author: approver, requestSha256: sha256, body: "" } as const;
  return consentStatement(subjectOf(observation), act);
}

function subjectOf({
  facts,
  state,
  signatures,
}: Pick<KeyObservation, "facts" | "state" | "signatures">): SignedSubject {
  const { instanceId, vaultId, keyId } = facts;
  return { service: signatures?.service ?? "", instanceId, vaultId, keyId, state };
}

/** Judges the signature of one consent: whether `author` signed `statement`, with a key that was allowed at `atMs`. */
export type IsGenuine = (
  statement: string,
  consent: { readonly author: string; readonly signature: ConsentSignature; readonly atMs: number },
) => boolean;

/** A consent names the state of the key when it was given, and the record stays on a key that was then destroyed. */
const statesBeforeDestruction = ["deactivated", "pre_activation"] as const;

/**
 * The record on the key, with the mark of a signature on each consent that its own author signed. A request on the key
 * was made at its write, so its signer must have been allowed then; all the rest must be allowed now, so that a line
 * that is taken out of the list of signers ends what its person approved. On a destroyed key, nothing is left to end, so
 * each signer must have been allowed at the last write.
 */
export function withVouchers(observation: KeyObservation, isGenuine: IsGenuine, nowMs: number): CarriedRecord {
  const { carried, updatedAtMs = nowMs } = observation;
  if (carried.kind !== "one") return carried;
  const { record } = carried;
  const { step, digest, quotes } = record;
  const subject = subjectOf(observation);
  const isDestroyed = observation.state === "destroyed";
  const states = isDestroyed ? statesBeforeDestruction : [subject.state];
  const stillAtMs = isDestroyed ? updatedAtMs : nowMs;
  const isVouched = (
    { author, writtenAtMs, signature, body }: Pick<ConsentRecord, "author" | "writtenAtMs" | "signature" | "body">,
    act: Pick<SignedAct, "kind" | "requestSha256">,
    atMs: number,
  ): boolean => {
    if (signature === undefined || author.iamId === undefined) return false;
    const ageMs = writtenAtMs - signature.signedAtMs;
    if (ageMs < 0 || ageMs > signatureLifetimeMs) return false;
    const consent = { author: author.iamId, signature, atMs };
    return states.some((state) =>
      isGenuine(consentStatement({ ...subject, state }, { step, digest, author, body, ...act }), consent),
    );
  };
  const isOwnVouched =
    quotes === undefined
      ? isVouched(record, { kind: "request" }, updatedAtMs)
      : isVouched(record, { kind: "approval", requestSha256: quotes.sha256 }, stillAtMs);
  const isQuoteVouched = quotes !== undefined && isVouched(quotes, { kind: "request" }, stillAtMs);
  return {
    kind: "one",
    record: {
      ...record,
      ...(isOwnVouched && { vouchedBy: "signature" }),
      ...(quotes !== undefined && { quotes: { ...quotes, ...(isQuoteVouched && { vouchedBy: "signature" }) } }),
    },
  };
}
