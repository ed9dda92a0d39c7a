/**
 * Writes sentences and rows for people about a certificate of key destruction and the result of its check. It does the
 * same for the check of an evidence file, the log of the steps that runs took.
 */

import { isByOnePerson } from "../engine/commands/audit.ts";
import { isConsequentialStep } from "../engine/commands/audited-steps.ts";
import { type NameOf, namesOf, peopleCells, peopleHeads } from "../engine/commands/people-words.ts";
import { count, plain, quotedName, sayCheckValue, sayPerson } from "../engine/text/words.ts";
import { isoTime } from "../text/iso-time.ts";
import type { Act } from "./acts.ts";
import type { ChainBreak, ChainReport } from "./chain.ts";
import { hasEachStep, isDestructionProven, lacksDestruction } from "./key-history.ts";
import { leftOutHeading, sayOpenKey } from "./left-out.ts";
import type { Certificate, CertificateKey, CertificateStep, CertificateWave } from "./statement.ts";
import type { TrustedKey } from "./trust.ts";
import type { Problem, Signer, Verification, VerifiedKey } from "./verify.ts";

export const certificateHeads = ["KEY", "OUTCOME", "WHEN", ...peopleHeads] as const;

/** What a terminal shows above the table of keys. */
export function certificateHeading(certificate: Certificate): string {
  const { evidenceUntil, instance, method, wave } = certificate.predicate;
  return [
    `Certificate of key destruction: ${sayProven(certificate.predicate)}`,
    `Instance: ${plain(instance.id, 60)}`,
    sayEvidenceEnd(evidenceUntil),
    `Service: ${sayService(certificate)}`,
    method.statement,
    ...(wave === undefined ? [] : [sayWave(wave)]),
    ...explainLeftOut(certificate),
  ].join("\n");
}

/**
 * What the certificate proves, as its title: `21 of 4,583 keys destroyed`. A number of keys alone would read as a number
 * of destroyed keys. A key that was left out counts among all, and never as destroyed.
 */
export function sayProven({ keys, leftOut = [] }: Pick<Certificate["predicate"], "keys" | "leftOut">): string {
  return sayDestroyed(keys.filter(isDestructionProven).length, keys.length + leftOut.length);
}

export function sayDestroyed(destroyed: number, all: number): string {
  return `${destroyed.toLocaleString("en")} of ${all.toLocaleString("en")} ${all === 1 ? "key" : "keys"} destroyed`;
}

function explainLeftOut({ predicate: { leftOut = [] } }: Certificate): readonly string[] {
  return leftOut.length === 0 ? [] : [`${leftOutHeading}:`, ...leftOut.map((key) => `  ${sayOpenKey(key)}`)];
}

/**
 * One row per key: the step that decided its outcome, and the people behind this step. A key whose destruction is not
 * recorded has no time and no people, because those of another step would read as those of the destruction.
 */
export function certificateRows(keys: readonly CertificateKey[]): readonly (readonly string[])[] {
  const nameOf = namesIn(keys);
  return keys.map((key) => {
    const step = decidingStep(key);
    const people =
      step === undefined
        ? ["", "", "not recorded"]
        : peopleCells({ ...step, isByOne: isByOnePerson(step) === true }, nameOf);
    const when = lacksDestruction(key) ? "" : (step?.doneAt ?? key.outcomeAt ?? key.keystoresReadAt ?? "");
    return [titleOf(key), sayOutcome(key), when, ...people].map((cell) => plain(cell, 60));
  });
}

/** The time of a certificate is the service's. The clock of the machine that creates it may be wrong. */
function sayEvidenceEnd(until: string | undefined): string {
  return until === undefined ? "The evidence has no line" : `Evidence until ${until}, by the clock of the service`;
}

/** The endpoints that the evidence names, and whether they are IBM's. An emulator can use any name. */
export function sayService({ predicate: { instance, notVerified } }: Certificate): string {
  const named = instance.endpoints.length === 0 ? "not recorded" : plain(instance.endpoints.join(", "), 200);
  return `${named}, ${notVerified.some(({ code }) => code === "not_ibm") ? "not shown to be IBM's service" : "as the signers state"}`;
}

export function titleOf({ label, keyId }: CertificateKey): string {
  return label === "" ? keyId : label;
}

/**
 * What the person did, such as `approved and executed`. A step that no line reports as done counts only as started,
 * because the service may have refused it.
 */
export function sayDeed({ did, isConfirmed, isSingle }: Act): string {
  const deeds = did.map((deed) => (deed === "executed" && !isConfirmed ? "started" : deed));
  const note = isConfirmed ? "" : " (not confirmed)";
  return `${deeds.join(" and ")}${isSingle === true ? " (one person)" : ""}${note}`;
}

const outcomeWords = {
  removed: "destroyed, removed",
  destroyed: "destroyed",
  pending_destruction: "pending destruction",
  deactivated: "deactivated",
  not_ended: "not ended",
  not_recorded: "not recorded",
} as const satisfies Record<CertificateKey["outcome"], string>;

/** The outcome in words. A key whose destruction is not recorded never counts as destroyed. */
export function sayOutcome(key: Pick<CertificateKey, "outcome" | "steps">): string {
  return lacksDestruction(key) ? "destruction: not recorded" : outcomeWords[key.outcome];
}

/** The destruction; for a key that has not ended, the last step that two people can be required for. */
function decidingStep(key: CertificateKey): CertificateStep | undefined {
  if (lacksDestruction(key)) return undefined;
  const { steps } = key;
  const done = steps.filter(({ doneAt, step }) => doneAt !== undefined && isConsequentialStep(step));
  return done.findLast(({ step }) => step === "destroy") ?? done.at(-1);
}

/** Names a person as the keys of a certificate know them. */
export function namesIn(keys: readonly CertificateKey[]): NameOf {
  return namesOf(keys.flatMap(({ steps }) => steps.map(({ executor }) => executor)));
}

export function explainLimits({ predicate: { notVerified } }: Certificate): string {
  const lines = notVerified.map(({ text, subjects }) =>
    subjects === undefined ? `  - ${plain(text, 300)}` : `  - ${plain(text, 300)} (${sayKeys(subjects)})`,
  );
  return ["Not verified:", ...lines].join("\n");
}

const maxNamedKeys = 3;
const maxShownProblems = 10;

function sayKeys(subjects: readonly string[]): string {
  const named = subjects.slice(0, maxNamedKeys).map((name) => plain(idIn(name), 60));
  const more = subjects.length - named.length;
  return more > 0 ? `${named.join(", ")} and ${more} more` : named.join(", ");
}

function idIn(subject: string): string {
  return subject.split("/").at(-1) ?? subject;
}

/** The number of keys by outcome, because a valid certificate can list keys that were not destroyed. */
function sayOutcomes(keys: readonly CertificateKey[]): string {
  const groups = Map.groupBy(keys, (key) =>
    lacksDestruction(key) ? "destruction not recorded" : key.outcome.replaceAll("_", " "),
  );
  return Array.from(groups, ([outcome, { length }]) => `${length} ${outcome}`).join(", ");
}

/** The keys of the signers that the verifier did not name, if a signature of a person whom the verifier trusts is missing. */
export function unnamedSigners({ problems, unknownKeys }: Pick<Verification, "problems" | "unknownKeys">) {
  return problems.some(({ kind }) => kind === "too_few_signers") ? unknownKeys : [];
}

/** The result for a terminal: who did what, and how it is known; for an invalid certificate, the reasons. */
export function explainVerification(result: Verification): string {
  const { certificate, problems, signers, unknownKeys } = result;
  if (certificate === undefined || problems.length > 0) {
    const shown = problems.slice(0, maxShownProblems).map((problem) => `${explainProblem(problem)}.`);
    const more = problems.length - shown.length;
    return [
      ...shown,
      ...(more > 0 ? [`And ${more} more reasons.`] : []),
      ...unnamedSigners(result)
        .slice(0, maxShownProblems)
        .map(
          (keyId) =>
            `The file names a signer that --trust does not: the public key with the SHA-256 ${plain(keyId, 64)}.`,
        ),
    ].join("\n");
  }
  const { keys, leftOut = [], instance, wave, evidenceUntil } = certificate.predicate;
  const nameOf = namesIn(keys);
  const explained = keys.map((key, at) => ({
    gap: gapOf(key),
    lines: explainKey(key, result.keys[at]?.acts ?? [], nameOf),
  }));
  const gaps = explained.filter(({ gap }) => gap !== undefined);
  const whole = explained.length - gaps.length;
  const proven = keys.filter((key, at) => explained[at]?.gap === undefined && isDestructionProven(key)).length;
  const lines = [
    // A reader who stops at the word "Valid" has read the gaps.
    ...(gaps.length === 0
      ? []
      : [`Not recorded, for ${gaps.length} of ${count(keys.length, "key")}:`, ...gaps.flatMap((key) => key.lines), ""]),
    ...(leftOut.length === 0 ? [] : [...explainLeftOut(certificate), ""]),
    `Valid: ${sayDestroyed(proven, keys.length + leftOut.length)}, of instance ${plain(instance.id, 60)}`,
    sayEvidenceEnd(evidenceUntil),
    `Service: ${sayService(certificate)}`,
    `Outcomes: ${sayOutcomes(keys)}`,
    wave !== undefined && sayWave(wave),
    ...signers.map((signer) => `Signed by ${saySigner(signer)}${sayPart(signer)}`),
    unknownKeys.length > 0 && `Not counted: ${count(unknownKeys.length, "signature")} of unknown keys`,
    result.isEvidenceChecked
      ? "Evidence: the certificate follows from the evidence files"
      : "Evidence: not compared; add --evidence to compare the certificate with the files",
    sayEvents(result),
    sayAreSigned(result),
    result.areTwoPeopleChecked &&
      "Two people: signatures or audit events show a requester and another approver of each step that ended a key",
    "",
    ...explained.flatMap((key) => (key.gap === undefined ? key.lines : [])),
    whole > 0 && "",
    explainLimits(certificate),
  ];
  return lines.filter((line) => line !== false).join("\n");
}

function sayPart({ tookStep }: Signer): string {
  if (tookStep === undefined) return "";
  return tookStep ? ", who took a step" : ", who took no recorded step";
}

function sayEvents({ areEventsChecked, keys }: Verification): string {
  if (!areEventsChecked) return "Audit events: not compared, so each act is only stated; add --activity-tracker";
  const acts = keys.flatMap((key) => key.acts);
  const known = acts.filter(({ knownBy }) => knownBy === "audit_event");
  return `Audit events: ${known.length} of ${count(acts.length, "act")} have an event of that person at that time`;
}

function sayAreSigned({ areSignaturesChecked, keys }: Verification): string | false {
  if (!areSignaturesChecked) return false;
  const acts = keys.flatMap((key) => key.acts).filter(({ step, did }) => step === "destroy" && did[0] !== "executed");
  const signed = acts.filter(({ knownBy }) => knownBy === "signature");
  return `Signatures: ${signed.length} of ${count(acts.length, "request or approval", "requests and approvals")} of a destruction are signed by their own person`;
}

/** A key with its outcome, and a line for each act: when, how it is known, and who did what. */
function explainKey(key: CertificateKey, acts: VerifiedKey["acts"], nameOf: NameOf): readonly string[] {
  const { subject, label } = key;
  const gap = gapOf(key) ?? "";
  return [
    `${label === "" ? "" : `${plain(label, 60)}, `}key ${plain(idIn(subject), 60)}: ${sayOutcome(key)}${gap}`,
    ...(key.keyCheckValues ?? []).map((each) => `  Key check value: ${sayCheckValue(each)}`),
    ...(acts.length === 0 ? ["  The steps are not recorded"] : acts.map((act) => `  ${sayAct(act, nameOf)}`)),
  ];
}

/** What the evidence does not have of a key, for the end of its first line; undefined if it has each step. */
function gapOf(key: CertificateKey): string | undefined {
  if (lacksDestruction(key)) return ", accepted by --allow-unrecorded";
  if (key.outcome === "not_recorded") return "";
  return hasEachStep(key) ? undefined : "; a step before it is not recorded";
}

function sayAct(act: VerifiedKey["acts"][number], nameOf: NameOf): string {
  const { at = "time not recorded", step, iamId, knownBy } = act;
  const known = knownBy === "signature" ? "signed     " : knownBy === "audit_event" ? "audit event" : "only stated";
  return `${at.padEnd(20)}  ${known}  ${plain(step, 60)}: ${sayDeed(act)} by ${plain(nameOf(iamId), 100)}`;
}

export function sayWave({ campaign, wave, count }: CertificateWave): string {
  return `All ${count} keys of wave ${plain(wave, 100)} of campaign ${plain(campaign, 100)}`;
}

function saySigner({ iamId, name }: TrustedKey["person"]): string {
  return iamId === undefined ? quotedName(name) : sayPerson(iamId, name);
}

function saySigned(found: number): string {
  if (found === 0) return "No signature is by a person named with --trust";
  return `${found} trusted ${found === 1 ? "person" : "persons"} signed it`;
}

/** The sentence for one reason why a certificate is not valid. */
export function explainProblem(problem: Problem): string {
  switch (problem.kind) {
    case "not_a_certificate":
      return `The statement is not a certificate of this release: ${plain(problem.detail)}`;
    case "newer_version":
      return `This release does not know certificates of type ${plain(problem.type, 150)}`;
    case "signature_altered":
      return `A signature of a trusted key does not fit the certificate (${plain(problem.keyId, 64)})`;
    case "too_few_signers":
      return `${saySigned(problem.found)}, ${problem.required} ${problem.required === 1 ? "is" : "are"} required`;
    case "duplicate_subject":
      return `Key ${plain(problem.subject)} is listed twice`;
    case "subject_changed":
      return `The facts of key ${plain(problem.subject)} do not fit its digest`;
    case "list_changed":
      return "The list of keys is not complete: its count or its digest does not fit";
    case "wave_differs":
      return `The keys are not those of wave ${plain(problem.wave, 100)}: ${problem.subject === "" ? "their number or digest differs" : `key ${plain(problem.subject)} is in one list only`}`;
    case "step_open":
      return `The step ${plain(problem.step, 60)} of key ${plain(problem.subject)} began, and nothing says how it ended. Such a key cannot be in a certificate`;
    case "time_contradicts":
      return `Key ${plain(problem.subject)} has the time ${problem.time}, which is after the end of the evidence that the certificate names`;
    case "until_differs":
      return `The evidence ends at another time than the certificate says: ${problem.until === "" ? "it has no line" : problem.until}`;
    case "time_ahead":
      return `The evidence ends on ${problem.until}, in the future: the clock of this machine says ${isoTime(problem.nowMs)}. Check both clocks`;
    case "limits_changed":
      return "The list of what is not verified does not follow from the facts";
    case "not_ibm":
      return problem.endpoints.length === 0
        ? "The evidence does not record which service answered; --allow-emulator accepts it"
        : `${plain(problem.endpoints.join(", "), 200)} is not a host of IBM; --allow-emulator accepts it, for tests`;
    case "evidence_missing":
      return `No evidence file has the head ${plain(problem.head, 64)}, which the certificate names for its file ${problem.log + 1}: the file is missing, or lines are missing at its end`;
    case "evidence_broken":
      return `The evidence file ${plain(problem.file, 300)} was changed after the runs wrote it`;
    case "evidence_differs":
      return `The evidence does not say the same of key ${plain(problem.subject)}`;
    case "endpoints_differ":
      return `The evidence names other endpoints than the certificate: ${plain(problem.endpoints.join(", ") || "none", 300)}`;
    case "steps_missing":
      return `Who took each step on key ${plain(problem.subject)} is not recorded`;
    case "destruction_not_recorded":
      return `The destruction of key ${plain(problem.subject)} is not recorded, so who destroyed it is not known; --allow-unrecorded ${plain(problem.key, 100)} accepts it`;
    case "one_person":
      return `One person alone is behind ${problem.step} of key ${plain(problem.subject)}`;
    case "only_stated":
      return `Who ${problem.did.join(" and ")} ${problem.step} of key ${plain(problem.subject)} is only stated: no audit event shows it`;
    case "not_signed":
      return `Who ${problem.did.join(" and ")} the destruction of key ${plain(problem.subject)} did not sign it, or not with a key of --allowed-signers`;
    case "events_missing":
      return "Without the audit events of the account, who requested and approved each step is only stated; add --activity-tracker";
  }
}

/** The result of a chain check. */
export function explainChain(file: string, report: ChainReport): string {
  const { lines, head, torn, breaks, beyondHead } = report;
  const name = plain(file, 200);
  if (lines === 0) return `${name}: the file is empty`;
  const verdict = breaks.length === 0 ? "the chain is intact" : "the chain is broken";
  const end = head === undefined ? "no line is part of a chain" : `head ${head.sha256} at number ${head.count}`;
  return [
    `${name}: ${verdict}: ${count(lines, "line")}, ${end}`,
    ...breaks.map((each) => `  ${explainBreak(each)}`),
    ...torn.map((line) => `  Line ${line} is incomplete: a run was interrupted while it wrote the line`),
    ...(beyondHead === undefined
      ? ["  The head record is missing, so missing lines at the end cannot be detected"]
      : []),
    ...(beyondHead !== undefined && beyondHead > 0
      ? [`  The head record does not cover the last ${count(beyondHead, "line")}: a run was interrupted`]
      : []),
  ].join("\n");
}

/** One line for each evidence file that was read, and the people whose steps it has. */
export function explainReading(
  files: readonly { readonly file: string; readonly chain: ChainReport; readonly people: readonly string[] }[],
): string {
  return [
    `Evidence read: ${count(files.length, "file")}. Each machine has its own. Pass those of other machines with --file.`,
    ...files.map(({ file, chain, people }) => {
      const { lines, breaks, beyondHead } = chain;
      const facts = [
        lines === 0
          ? "no lines"
          : `${count(lines, "line")}, with steps of ${people.map((id) => plain(id, 60)).join(", ")}`,
        ...(breaks.length === 0 ? [] : ["the chain is broken"]),
        ...(lines > 0 && beyondHead === undefined ? ["no head record, so missing lines at the end do not show"] : []),
      ];
      return `  ${plain(file, 200)}: ${facts.join("; ")}`;
    }),
  ].join("\n");
}

function explainBreak(found: ChainBreak): string {
  switch (found.kind) {
    case "line_changed":
      return `Line ${found.line} was changed, or a line was removed or moved there`;
    case "sequence_broken":
      return `Line ${found.line} has number ${found.found} instead of ${found.expected}: lines were removed, added or moved`;
    case "line_not_chained":
      return `Line ${found.line} is not part of the chain: another program wrote the line`;
    case "end_missing":
      return `The end is missing: the head record counts ${found.expected} lines, the last line has number ${found.found}`;
    case "last_line_changed":
      return `Line ${found.line} does not match the head record`;
    case "head_unreadable":
      return "The head record is not readable";
  }
}
