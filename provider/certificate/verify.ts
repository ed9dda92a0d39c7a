/**
 * Checks a certificate of key destruction: its form, its signatures, its consistency, and how each act of a person is
 * known. The functions have no effect, and read nothing but the lines of the passed evidence.
 *
 * A valid certificate proves who signed it. If the verifier passes the evidence files (the logs of the steps that runs
 * took), the check also proves that the certificate agrees with them. If the verifier passes a campaign, the keys must
 * be those of the wave in its manifest. A service that is not IBM's is refused, unless the verifier accepts emulators.
 * An act is a request, an approval or a step. If only the evidence or the certificate itself shows an act, it is called
 * **stated**, because the people who took the steps wrote the evidence. Two other sources can show an act: audit events
 * of the account, which the verifier exported (`activity-tracker.ts`), and the person's own signature of the act
 * (`signed-acts.ts`).
 *
 * - A time after the end of the evidence is refused, and evidence of IBM's service that ends in the future.
 * - A key that ended without a recorded destruction is refused, unless `--allow-unrecorded` names it.
 * - `--require` counts signers of the certificate.
 * - `--two-people` requires two people, a requester and another approver, for each deactivation and destruction. It
 *   accepts no request or approval that is only stated.
 * - `--signed` requires, for each destruction, the signatures of the requester and the approver.
 */

import { isByOnePerson } from "../engine/commands/audit.ts";
import { isConsequentialStep } from "../engine/commands/audited-steps.ts";
import type { Sha256 } from "../lifecycle/consent/record-text.ts";
import type { IsGenuine } from "../lifecycle/consent/signed-consent.ts";
import { isSamePerson } from "../lifecycle/vocabulary/iam-id.ts";
import { type AuditEvent, createEventSearch } from "./activity-tracker.ts";
import { type Act, actsOf } from "./acts.ts";
import {
  type CertificateTools,
  endpointsOf,
  evidenceUntilOf,
  isAllIbms,
  limitsOf,
  unrecordedKey,
  type WaveKeys,
  waveOf,
} from "./build.ts";
import type { EvidenceIndex, FoundLog } from "./evidence-log.ts";
import { hasEachStep, keyInEvidence, lacksDestruction } from "./key-history.ts";
import { openStepOf } from "./settled-steps.ts";
import { isSignedAct } from "./signed-acts.ts";
import { type Certificate, type CertificateKey, certificateType, faultOf, subjectName } from "./statement.ts";
import { type SignatureResult, signersOf, type TrustedKey } from "./trust.ts";

export interface VerificationInput {
  readonly statement: unknown;
  /** The clock of the verifier's machine, which no person who took a step can set. */
  readonly nowMs: number;
  readonly signatures: readonly SignatureResult[];
  /** The number of different people whose signatures are required. */
  readonly requiredSigners: number;
  /** Whether each step that can require two people must be known to be of two. */
  readonly areTwoPeopleRequired: boolean;
  readonly allowsEmulator: boolean;
  /** The keys, `<vaultId>/<keyId>`, whose destruction need not be recorded. */
  readonly allowedUnrecorded?: readonly string[];
  /** The evidence files, in the order of the certificate; absent if the verifier passed none. */
  readonly evidence?: NamedEvidence;
  /** The audit events that the verifier exported from the account. */
  readonly events?: readonly AuditEvent[];
  /** The wave as the manifest of the campaign lists it. */
  readonly wave?: WaveKeys;
  /** Judges signed consents by the list of keys that the verifier passed. */
  readonly isGenuine?: IsGenuine;
  readonly sha256: Sha256;
  /** Whether both people must have signed each destruction. */
  readonly areSignaturesRequired?: boolean;
}

export interface NamedEvidence extends Pick<EvidenceIndex, "entriesOf"> {
  /** Undefined for a file that was not passed. */
  readonly files: readonly (FoundLog | undefined)[];
}

/** Why a certificate is not valid. */
export type Problem =
  | { readonly kind: "not_a_certificate"; readonly detail: string }
  | { readonly kind: "newer_version"; readonly type: string }
  | { readonly kind: "signature_altered"; readonly keyId: string }
  | { readonly kind: "too_few_signers"; readonly found: number; readonly required: number }
  | { readonly kind: "duplicate_subject"; readonly subject: string }
  | { readonly kind: "subject_changed"; readonly subject: string }
  | { readonly kind: "list_changed" }
  | { readonly kind: "limits_changed" }
  | { readonly kind: "step_open"; readonly subject: string; readonly step: string }
  | { readonly kind: "time_contradicts"; readonly subject: string; readonly time: string }
  | { readonly kind: "until_differs"; readonly until: string }
  | { readonly kind: "time_ahead"; readonly until: string; readonly nowMs: number }
  | { readonly kind: "wave_differs"; readonly wave: string; readonly subject: string }
  | { readonly kind: "not_ibm"; readonly endpoints: readonly string[] }
  | { readonly kind: "evidence_missing"; readonly log: number; readonly head: string }
  | { readonly kind: "evidence_broken"; readonly log: number; readonly file: string }
  | { readonly kind: "evidence_differs"; readonly subject: string }
  | { readonly kind: "endpoints_differ"; readonly endpoints: readonly string[] }
  | { readonly kind: "steps_missing"; readonly subject: string }
  | { readonly kind: "destruction_not_recorded"; readonly subject: string; readonly key: string }
  | { readonly kind: "one_person"; readonly subject: string; readonly step: string }
  | { readonly kind: "only_stated"; readonly subject: string; readonly step: string; readonly did: readonly string[] }
  | { readonly kind: "not_signed"; readonly subject: string; readonly did: readonly string[] }
  | { readonly kind: "events_missing" };

/** A person who signed. Without an IAM ID, `uko` cannot compare the person with the people of the steps. */
export type Signer = TrustedKey["person"] & { readonly tookStep?: boolean };

/** How an act is known. The evidence states only what was compared with it; without it, the signers do. */
export const sources = ["signature", "audit_event", "evidence", "signers"] as const;
const statedSources: readonly Source[] = ["evidence", "signers"];
export type Source = (typeof sources)[number];

export interface VerifiedKey extends Pick<CertificateKey, "subject" | "label" | "outcome" | "keyCheckValues"> {
  readonly acts: readonly (Act & { readonly knownBy: Source })[];
}

export interface Verification {
  readonly certificate?: Certificate;
  readonly problems: readonly Problem[];
  readonly signers: readonly Signer[];
  readonly unknownKeys: readonly string[];
  readonly isEvidenceChecked: boolean;
  readonly areEventsChecked: boolean;
  readonly areTwoPeopleChecked: boolean;
  readonly areSignaturesChecked: boolean;
  readonly keys: readonly VerifiedKey[];
  /** The keys whose destruction is not recorded. */
  readonly unrecorded: readonly string[];
}

/** How far the clock of a verifier's machine may be behind. */
const machineToleranceMs = 5 * 60_000;

export function verifyCertificate(input: VerificationInput, tools: CertificateTools): Verification {
  const { signatures, requiredSigners, evidence, events } = input;
  const persons = signersOf(signatures);
  const problems: Problem[] = [];
  for (const each of signatures) {
    if (each.kind === "altered") problems.push({ kind: "signature_altered", keyId: each.keyId });
  }
  if (persons.length < requiredSigners) {
    problems.push({ kind: "too_few_signers", found: persons.length, required: requiredSigners });
  }
  const common = {
    unknownKeys: signatures.flatMap((each) => (each.kind === "unknown_key" ? [each.keyId] : [])),
    isEvidenceChecked: evidence !== undefined,
    areEventsChecked: events !== undefined,
    areTwoPeopleChecked: input.areTwoPeopleRequired,
    areSignaturesChecked: input.isGenuine !== undefined,
  };
  const read = readCertificate(input.statement);
  if ("kind" in read) return { ...common, signers: persons, keys: [], unrecorded: [], problems: [...problems, read] };
  const { keys: stated, instance } = read.predicate;
  const keys = verifiedKeys(stated, instance.id, input);
  problems.push(...inconsistencies(read, tools), ...contradictedTimes(read));
  const isIbm = isAllIbms(instance.endpoints, tools);
  if (!isIbm && !input.allowsEmulator) problems.push({ kind: "not_ibm", endpoints: instance.endpoints });
  const { evidenceUntil: until } = read.predicate;
  // The clock of an emulator may be moved; the clock of IBM's service is never ahead of a correct one.
  if (isIbm && until !== undefined && Date.parse(until) > input.nowMs + machineToleranceMs) {
    problems.push({ kind: "time_ahead", until, nowMs: input.nowMs });
  }
  const unrecorded = stated.filter(lacksDestruction);
  problems.push(...missingDestructions(unrecorded, input.allowedUnrecorded));
  problems.push(...waveDifferences(read, input.wave, tools));
  if (evidence !== undefined) problems.push(...differences(read, evidence, tools));
  if (input.areSignaturesRequired === true) problems.push(...missingSignatures(stated, keys));
  if (input.areTwoPeopleRequired) problems.push(...missingPeople(stated, keys, events));
  const signers = persons.map((person) => withPart(person, keys));
  const named = unrecorded.map(({ subject }) => subject);
  return { ...common, signers, keys, unrecorded: named, certificate: read, problems };
}

/**
 * Adds whether the signer took a step. A signer who took none is a witness of the signed statement, and of the endpoint
 * that it names.
 */
function withPart(person: TrustedKey["person"], keys: readonly VerifiedKey[]): Signer {
  const { iamId } = person;
  if (iamId === undefined) return person;
  return { ...person, tookStep: keys.some(({ acts }) => acts.some((act) => isSamePerson(act.iamId, iamId))) };
}

function verifiedKeys(
  keys: readonly CertificateKey[],
  instanceId: string,
  { events = [], evidence, isGenuine, sha256, allowsEmulator }: VerificationInput,
): readonly VerifiedKey[] {
  const { shows: hasEvent } = createEventSearch(events);
  const statedBy = evidence === undefined ? "signers" : "evidence";
  const check = isGenuine && { isGenuine, sha256, instanceId, allowsEmulator };
  return keys.map((key) => {
    const { subject, keyId, label, outcome, keyCheckValues, steps } = key;
    const acts = actsOf(steps).map((act): VerifiedKey["acts"][number] => {
      const isSigned = check !== undefined && isSignedAct(key, act, check);
      return { ...act, knownBy: isSigned ? "signature" : hasEvent(keyId, act) ? "audit_event" : statedBy };
    });
    return { subject, label, outcome, ...(keyCheckValues !== undefined && { keyCheckValues }), acts };
  });
}

/** Each destruction whose request or approval its own person did not sign. */
function missingSignatures(stated: readonly CertificateKey[], keys: readonly VerifiedKey[]): readonly Problem[] {
  return stated.flatMap(({ subject, steps }, at) => {
    const signed = keys[at]?.acts.filter(({ knownBy }) => knownBy === "signature") ?? [];
    return steps.flatMap((each, of): readonly Problem[] => {
      const { step, doneAt } = each;
      if (step !== "destroy" || doneAt === undefined) return [];
      if (isByOnePerson(each) === true) return [{ kind: "one_person", subject, step }];
      const did = missingDeeds(signed.filter((act) => act.of === of));
      return did.length === 0 ? [] : [{ kind: "not_signed", subject, did }];
    });
  });
}

/** The keys that another tool may have destroyed, and that the verifier did not name. */
function missingDestructions(
  unrecorded: readonly CertificateKey[],
  allowed: readonly string[] = [],
): readonly Problem[] {
  return unrecorded.flatMap(({ subject, vaultId, keyId }): readonly Problem[] => {
    const key = `${vaultId}/${keyId}`;
    return allowed.includes(key) ? [] : [{ kind: "destruction_not_recorded", subject, key }];
  });
}

function missingDeeds(acts: readonly Act[]): readonly string[] {
  return (["requested", "approved"] as const).filter((deed) => !acts.some(({ did }) => did.includes(deed)));
}

/** Why the steps that ended the keys are not known to be of two people, as `--two-people` requires. */
function missingPeople(
  stated: readonly CertificateKey[],
  keys: readonly VerifiedKey[],
  events: VerificationInput["events"],
): readonly Problem[] {
  const problems: Problem[] = events === undefined ? [{ kind: "events_missing" }] : [];
  for (const [at, key] of stated.entries()) {
    const { subject } = key;
    const done = key.steps.filter(({ doneAt }) => doneAt !== undefined);
    if (!hasEachStep({ ...key, steps: done })) problems.push({ kind: "steps_missing", subject });
    const known = keys[at]?.acts.filter(({ knownBy }) => !statedSources.includes(knownBy)) ?? [];
    for (const each of done.filter(({ step }) => isConsequentialStep(step))) {
      const { step } = each;
      const did = missingDeeds(known.filter(({ of }) => key.steps[of] === each));
      if (isByOnePerson(each) === true) problems.push({ kind: "one_person", subject, step });
      else if (did.length > 0 && events !== undefined) problems.push({ kind: "only_stated", subject, step, did });
    }
  }
  return problems;
}

function readCertificate(statement: unknown): Certificate | Problem {
  const fault = faultOf(statement);
  // `faultOf` refuses unknown fields, so the statement has exactly the fields of a certificate.
  if (fault === undefined) return statement as Certificate;
  const type = (statement as { readonly predicateType?: unknown } | null)?.predicateType;
  if (typeof type === "string" && type !== certificateType) return { kind: "newer_version", type };
  return { kind: "not_a_certificate", detail: `${fault.path.join(".")}: ${fault.message}` };
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
  // A key twice would make up for one that is missing.
  for (const { subject: name } of predicate.leftOut ?? []) {
    if (names.has(name)) problems.push({ kind: "duplicate_subject", subject: name });
    if (!name.startsWith(`${instance.id}/`)) problems.push({ kind: "subject_changed", subject: name });
    names.add(name);
  }
  for (const key of keys) {
    const open = openStepOf(key);
    if (open !== undefined) problems.push({ kind: "step_open", subject: key.subject, step: open.step });
  }
  const isIbm = isAllIbms(instance.endpoints, tools);
  if (tools.hashJson(limitsOf({ keys, isIbm })) !== tools.hashJson(notVerified)) {
    problems.push({ kind: "limits_changed" });
  }
  return problems;
}

/** The keys with a time after the end of the evidence, which therefore cannot be from that evidence. */
function contradictedTimes({ predicate: { keys, evidenceUntil } }: Certificate): readonly Problem[] {
  const untilMs = evidenceUntil === undefined ? 0 : Date.parse(evidenceUntil);
  return keys.flatMap(({ subject, steps, keystoresReadAt }): readonly Problem[] => {
    const times = [
      keystoresReadAt,
      ...steps.flatMap(({ startedAt, doneAt, settled }) => [startedAt, doneAt, settled?.at]),
    ];
    const late = times.find((each) => each !== undefined && Date.parse(each) > untilMs);
    return late === undefined ? [] : [{ kind: "time_contradicts", subject, time: late }];
  });
}

/**
 * The differences to the wave. A wave is certified as a whole, and the manifest of the campaign, if passed, lists that
 * whole. Otherwise a key that was left out of the certificate would go unnoticed.
 */
function waveDifferences(
  { subject, predicate: { wave, leftOut = [] } }: Certificate,
  manifest: WaveKeys | undefined,
  { hashJson }: CertificateTools,
): readonly Problem[] {
  const differs = (name: string, at: string): Problem => ({ kind: "wave_differs", wave: name, subject: at });
  if (wave !== undefined && wave.count !== subject.length + leftOut.length) return [differs(wave.wave, "")];
  if (manifest === undefined) return [];
  if (wave === undefined || hashJson(wave) !== hashJson(waveOf(manifest))) return [differs(manifest.wave, "")];
  const { instanceId } = manifest;
  const listed = new Set(manifest.keys.map((key) => subjectName({ ...key, instanceId })));
  const named = new Set([...subject.map(({ name }) => name), ...leftOut.map((key) => key.subject)]);
  const missing = [...listed].filter((name) => !named.has(name));
  const added = [...named].filter((name) => !listed.has(name));
  return [...missing, ...added].map((name) => differs(wave.wave, name));
}

/** The facts of the certificate that the evidence files contradict or do not contain. */
function differences(
  { subject, predicate }: Certificate,
  evidence: NamedEvidence,
  { hashJson }: CertificateTools,
): readonly Problem[] {
  const problems = predicate.evidence.flatMap((log, at): readonly Problem[] => {
    const file = evidence.files[at];
    if (file?.log === undefined || hashJson(file.log) !== hashJson(log)) {
      return [{ kind: "evidence_missing", log: at, head: log.head }];
    }
    return file.chain.breaks.length > 0 ? [{ kind: "evidence_broken", log: at, file: file.path }] : [];
  });
  if (problems.length > 0) return problems;
  const { id, endpoints: named } = predicate.instance;
  const files = evidence.files.flatMap((file) => file ?? []);
  const endpoints = endpointsOf(files, id);
  if (hashJson(endpoints) !== hashJson(named)) return [{ kind: "endpoints_differ", endpoints }];
  const until = evidenceUntilOf(files);
  if (until !== predicate.evidenceUntil) return [{ kind: "until_differs", until: until ?? "" }];
  const differs = (name: string): Problem => ({ kind: "evidence_differs", subject: name });
  const { keys, leftOut = [] } = predicate;
  const notOpen = leftOut.filter(({ subject: name, label, step, startedAt }) => {
    const key = keyInEvidence(name, evidence);
    const open = key && openStepOf(key);
    return open === undefined || key?.label !== label || open.step !== step || open.startedAt !== startedAt;
  });
  // The digest of each subject is that of its key, or the certificate has another fault.
  const changed = keys.filter(
    (key, at) => hashJson(keyInEvidence(key.subject, evidence) ?? unrecordedKey(key)) !== subject[at]?.digest.sha256,
  );
  return [...notOpen, ...changed].map((key) => differs(key.subject));
}
