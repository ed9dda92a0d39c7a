/**
 * The check of a certificate: form, signatures and consistency. Pure. It does not rate the proof. The people who took
 * the steps wrote the evidence and can sign what they like, so a valid certificate proves only who signed it, and with
 * the evidence files that it follows from them.
 */

import { type CertificateTools, isAllIbms, limitsOf, unrecordedKey, type WaveKeys, waveOf } from "./build.ts";
import type { FoundLog } from "./evidence-log.ts";
import { keysInEvidence, subjectName } from "./key-history.ts";
import { type Certificate, certificateForm, certificateType } from "./statement.ts";
import { type SignatureResult, signersOf, type TimestampResult, type TrustedKey } from "./trust.ts";

export interface VerificationInput {
  readonly statement: unknown;
  readonly signatures: readonly SignatureResult[];
  /** Of every signature that has one. */
  readonly timestamps: readonly TimestampResult[];
  /** Whether one trusted signature at least must have a timestamp. */
  readonly isTimestampRequired: boolean;
  /** The number of different persons whose signatures are required. */
  readonly requiredPersons: number;
  readonly allowsEmulator: boolean;
  /** The evidence files, in the order of the certificate; undefined if none is passed. */
  readonly evidence?: readonly (FoundLog | undefined)[];
  /** The wave as the campaign's own manifest has it. */
  readonly wave?: WaveKeys;
}

/** Why a certificate is not valid. */
export type Problem =
  | { readonly kind: "not_a_certificate"; readonly detail: string }
  | { readonly kind: "newer_version"; readonly type: string }
  | { readonly kind: "signature_altered"; readonly keyId: string }
  | { readonly kind: "too_few_persons"; readonly found: number; readonly required: number }
  | {
      readonly kind: "timestamp_invalid";
      readonly keyId: string;
      readonly why: Extract<TimestampResult, { kind: "invalid" }>["why"];
    }
  | { readonly kind: "timestamp_missing" }
  | { readonly kind: "duplicate_subject"; readonly subject: string }
  | { readonly kind: "subject_changed"; readonly subject: string }
  | { readonly kind: "list_changed" }
  | { readonly kind: "limits_changed" }
  | { readonly kind: "wave_differs"; readonly wave: string; readonly subject: string }
  | { readonly kind: "not_ibm"; readonly endpoints: readonly string[] }
  | { readonly kind: "evidence_missing"; readonly log: number; readonly head: string }
  | { readonly kind: "evidence_broken"; readonly log: number; readonly file: string }
  | { readonly kind: "evidence_differs"; readonly subject: string };

export interface Timestamp {
  readonly signer: TrustedKey["person"];
  readonly at: string;
  readonly authority: string;
}

export interface Verification {
  readonly certificate?: Certificate;
  readonly problems: readonly Problem[];
  readonly signers: readonly TrustedKey["person"][];
  readonly unknownKeys: readonly string[];
  /** When trusted signatures existed at the latest, and by whose word. */
  readonly timestamps: readonly Timestamp[];
  readonly uncheckedTimestamps: number;
  readonly isEvidenceChecked: boolean;
}

export function verifyCertificate(input: VerificationInput, tools: CertificateTools): Verification {
  const { signatures, requiredPersons, evidence } = input;
  const signers = signersOf(signatures);
  const unknownKeys = signatures.flatMap((each) => (each.kind === "unknown_key" ? [each.keyId] : []));
  const timestamps = timestampsOf(input);
  const signed: Problem[] = [
    ...signatures.flatMap((each) =>
      each.kind === "altered" ? [{ kind: "signature_altered" as const, keyId: each.keyId }] : [],
    ),
    ...(signers.length < requiredPersons
      ? [{ kind: "too_few_persons" as const, found: signers.length, required: requiredPersons }]
      : []),
    ...input.timestamps.flatMap((each) =>
      each.kind === "invalid" ? [{ kind: "timestamp_invalid" as const, keyId: each.keyId, why: each.why }] : [],
    ),
    ...(input.isTimestampRequired && timestamps.length === 0 ? [{ kind: "timestamp_missing" as const }] : []),
  ];
  const uncheckedTimestamps = input.timestamps.filter(({ kind }) => kind === "not_checked").length;
  const common = { signers, unknownKeys, timestamps, uncheckedTimestamps, isEvidenceChecked: evidence !== undefined };
  const read = readCertificate(input.statement);
  if ("kind" in read) return { ...common, problems: [...signed, read] };
  return {
    ...common,
    certificate: read,
    problems: [
      ...signed,
      ...inconsistencies(read, tools),
      ...(isAllIbms(read.predicate.instance.endpoints, tools) || input.allowsEmulator
        ? []
        : [{ kind: "not_ibm" as const, endpoints: read.predicate.instance.endpoints }]),
      ...waveDifferences(read, input.wave, tools),
      ...(evidence === undefined ? [] : differences(read, evidence, tools)),
    ],
  };
}

/** A timestamp counts only for a valid signature of a trusted key. */
function timestampsOf({ signatures, timestamps }: VerificationInput): readonly Timestamp[] {
  return timestamps.flatMap((each) => {
    if (each.kind !== "valid") return [];
    const { keyId, at, authority } = each;
    return signatures.flatMap((signature) =>
      signature.kind === "valid" && signature.key.keyId === keyId
        ? [{ signer: signature.key.person, at, authority }]
        : [],
    );
  });
}

function readCertificate(statement: unknown): Certificate | Problem {
  const read = certificateForm.safeParse(statement);
  if (read.success) return read.data;
  const type = (statement as { readonly predicateType?: unknown } | null)?.predicateType;
  if (typeof type === "string" && type !== certificateType) return { kind: "newer_version", type };
  const [issue] = read.error.issues;
  return { kind: "not_a_certificate", detail: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}` };
}

function inconsistencies(certificate: Certificate, tools: CertificateTools): readonly Problem[] {
  const { subject, predicate } = certificate;
  const { keys, list, instance, notVerified } = predicate;
  const names = new Set<string>();
  const problems: Problem[] = [];
  for (const { name } of subject) {
    if (names.has(name)) problems.push({ kind: "duplicate_subject", subject: name });
    names.add(name);
  }
  const count = Math.max(subject.length, keys.length);
  for (let at = 0; at < count; at += 1) {
    const [named, key] = [subject[at], keys[at]];
    const isOwn =
      named !== undefined &&
      key !== undefined &&
      named.name === key.subject &&
      named.name === `${instance.id}/${key.vaultId}/${key.keyId}` &&
      named.digest.sha256 === tools.hashJson(key);
    if (!isOwn) problems.push({ kind: "subject_changed", subject: named?.name ?? key?.subject ?? "" });
  }
  if (list.count !== subject.length || list.sha256 !== tools.hashJson(subject)) problems.push({ kind: "list_changed" });
  const isIbm = isAllIbms(instance.endpoints, tools);
  if (tools.hashJson(limitsOf({ keys, isIbm })) !== tools.hashJson(notVerified)) {
    problems.push({ kind: "limits_changed" });
  }
  return problems;
}

/** A wave is certified as a whole; the manifest of the campaign, if passed, says what the whole is. */
function waveDifferences(
  { subject, predicate: { wave } }: Certificate,
  manifest: WaveKeys | undefined,
  { hashJson }: CertificateTools,
): readonly Problem[] {
  const differs = (name: string, at: string): Problem => ({ kind: "wave_differs", wave: name, subject: at });
  if (wave !== undefined && wave.count !== subject.length) return [differs(wave.wave, "")];
  if (manifest === undefined) return [];
  if (wave === undefined || hashJson(wave) !== hashJson(waveOf(manifest))) return [differs(manifest.wave, "")];
  const { instanceId } = manifest;
  const listed = new Set(manifest.keys.map((key) => subjectName({ ...key, instanceId })));
  const named = new Set(subject.map(({ name }) => name));
  const missing = [...listed].filter((name) => !named.has(name));
  const added = [...named].filter((name) => !listed.has(name));
  return [...missing, ...added].map((name) => differs(wave.wave, name));
}

/** What the evidence files say otherwise, or do not say at all. */
function differences(
  { predicate }: Certificate,
  files: readonly (FoundLog | undefined)[],
  { hashJson }: CertificateTools,
): readonly Problem[] {
  const problems = predicate.evidence.flatMap((log, at): readonly Problem[] => {
    const file = files[at];
    if (file?.log === undefined || hashJson(file.log) !== hashJson(log)) {
      return [{ kind: "evidence_missing", log: at, head: log.head }];
    }
    return file.chain.breaks.length > 0 ? [{ kind: "evidence_broken", log: at, file: file.path }] : [];
  });
  if (problems.length > 0) return problems;
  const entries = files.flatMap((file) => file?.entries ?? []);
  const found = new Map(keysInEvidence(entries, predicate.instance.id).map((key) => [key.subject, key]));
  return predicate.keys.flatMap((key) =>
    hashJson(found.get(key.subject) ?? unrecordedKey(key)) === hashJson(key)
      ? []
      : [{ kind: "evidence_differs" as const, subject: key.subject }],
  );
}

/** How the outcome and the steps of a key are known. The evidence states only what was compared with it. */
export const sources = ["evidence", "signers"] as const;

export function sourceOf({ isEvidenceChecked }: Verification): (typeof sources)[number] {
  return isEvidenceChecked ? "evidence" : "signers";
}

/** The keys for a machine, with the people behind each step, and whether the evidence or the signers state these facts. */
export function verifiedKeys(result: Verification) {
  return (result.certificate?.predicate.keys ?? []).map((key) => ({
    subject: key.subject,
    outcome: key.outcome,
    statedBy: sourceOf(result),
    steps: key.steps.map(({ step, startedAt, doneAt, requester, approver, executor, isSingle }) => ({
      step,
      startedAt,
      doneAt,
      requester,
      approver,
      executor,
      isSingle,
    })),
  }));
}
