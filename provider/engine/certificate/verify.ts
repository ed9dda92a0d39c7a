/** The check of a certificate: form, signatures, consistency, and the grade of its proof. Pure. */

import { type Corroboration, corroborate, type TrackedEvent } from "./activity-tracker.ts";
import { isAllIbms, limitsOf, type WaveKeys, waveOf } from "./build.ts";
import type { FoundLog } from "./evidence-log.ts";
import { keysInEvidence, subjectName } from "./key-history.ts";
import { type Certificate, certificateForm, certificateType, type Envelope, type HashJson } from "./statement.ts";
import { type SignatureResult, signersOf, type TimestampResult, type TrustedKey } from "./trust.ts";
import { checkWitness, type WitnessResult } from "./witness.ts";

/** An envelope, with the results of its signatures. */
export interface CheckedEnvelope {
  readonly statement: unknown;
  readonly signatures: readonly SignatureResult[];
}

export interface VerificationInput extends CheckedEnvelope {
  /** Of every signature that has one. */
  readonly timestamps: readonly TimestampResult[];
  /** Whether one trusted signature at least must have a timestamp. */
  readonly isTimestampRequired: boolean;
  /** The number of different persons whose signatures are required. */
  readonly requiredPersons: number;
  readonly allowsEmulator: boolean;
  /** The evidence files, in the order of the certificate; undefined if none is passed. */
  readonly evidence?: readonly (FoundLog | undefined)[];
  readonly tracked?: readonly TrackedEvent[];
  /** The wave as the campaign's own manifest has it. */
  readonly wave?: WaveKeys;
}

export interface VerificationTools {
  readonly hashJson: HashJson;
  readonly isIbmEndpoint: (url: string) => boolean;
  readonly openEnvelope: (envelope: Envelope) => CheckedEnvelope;
}

export const grades = ["self_reported", "witnessed", "corroborated"] as const;
export type Grade = (typeof grades)[number];

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
  | { readonly kind: "witness_altered" }
  | { readonly kind: "evidence_missing"; readonly log: number; readonly head: string }
  | { readonly kind: "evidence_broken"; readonly log: number; readonly file: string }
  | { readonly kind: "evidence_differs"; readonly subject: string }
  | { readonly kind: "contradicted"; readonly subject: string; readonly step: string };

export interface Timestamp {
  readonly signer: TrustedKey["person"];
  readonly at: string;
  readonly authority: string;
}

export interface Verification {
  readonly certificate?: Certificate;
  readonly problems: readonly Problem[];
  readonly grade: Grade;
  readonly signers: readonly TrustedKey["person"][];
  readonly unknownKeys: readonly string[];
  /** When trusted signatures existed at the latest, and by whose word. */
  readonly timestamps: readonly Timestamp[];
  readonly uncheckedTimestamps: number;
  readonly witnesses: readonly WitnessResult[];
  readonly isEvidenceChecked: boolean;
  readonly corroboration?: Corroboration;
}

export function verifyCertificate(input: VerificationInput, tools: VerificationTools): Verification {
  const { signatures, requiredPersons, evidence, tracked } = input;
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
  if ("kind" in read) {
    return { ...common, problems: [...signed, read], grade: "self_reported", witnesses: [] };
  }
  const witnesses = read.predicate.witnesses.map((envelope) => checkWitness(tools.openEnvelope(envelope), read, tools));
  const corroboration = tracked === undefined ? undefined : corroborate(read, tracked);
  return {
    ...common,
    certificate: read,
    problems: [
      ...signed,
      ...inconsistencies(read, tools),
      ...(witnesses.some(({ kind }) => kind === "altered") ? [{ kind: "witness_altered" as const }] : []),
      ...(isAllIbms({ ...read.predicate, endpoints: read.predicate.instance.endpoints }, tools) || input.allowsEmulator
        ? []
        : [{ kind: "not_ibm" as const, endpoints: read.predicate.instance.endpoints }]),
      ...waveDifferences(read, input.wave, tools),
      ...(evidence === undefined ? [] : differences(read, evidence, tools)),
      ...(corroboration?.contradictions ?? []).map((each) => ({ kind: "contradicted" as const, ...each })),
    ],
    grade: gradeOf(read, witnesses, corroboration),
    witnesses,
    ...(corroboration !== undefined && { corroboration }),
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

function inconsistencies(certificate: Certificate, tools: VerificationTools): readonly Problem[] {
  const { subject, predicate } = certificate;
  const { keys, list, evidence, instance, notVerified } = predicate;
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
  const isIbm = isAllIbms({ endpoints: instance.endpoints, evidence }, tools);
  if (tools.hashJson(limitsOf({ keys, evidence, isIbm })) !== tools.hashJson(notVerified)) {
    problems.push({ kind: "limits_changed" });
  }
  return problems;
}

/** A wave is certified as a whole; the manifest of the campaign, if passed, says what the whole is. */
function waveDifferences(
  { subject, predicate: { wave } }: Certificate,
  manifest: WaveKeys | undefined,
  { hashJson }: VerificationTools,
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
  { hashJson }: VerificationTools,
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
  const found = new Map(keysInEvidence(entries, predicate.instance.id).map((key) => [key.subject, hashJson(key)]));
  // A key that calls its steps unrecorded would hide the steps, and the people, that the evidence has.
  return predicate.keys.flatMap((key) =>
    found.get(key.subject) === (key.isWatched ? hashJson(key) : undefined)
      ? []
      : [{ kind: "evidence_differs" as const, subject: key.subject }],
  );
}

function gradeOf(
  { predicate: { keys } }: Certificate,
  witnesses: readonly WitnessResult[],
  corroboration: Corroboration | undefined,
): Grade {
  if (corroboration?.isComplete === true) return "corroborated";
  const seen = new Set(witnesses.flatMap((each) => (each.kind === "independent" ? each.subjects : [])));
  return keys.every(({ subject }) => seen.has(subject)) ? "witnessed" : "self_reported";
}
