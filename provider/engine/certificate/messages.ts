/** A certificate, its check and the check of an evidence file, in sentences and rows. */

import { count, plain, quotedName, sayPerson } from "../text/words.ts";
import type { ChainBreak, ChainReport } from "./chain.ts";
import {
  type Certificate,
  type CertificateKey,
  type CertificateStep,
  type CertificateWave,
  outcomes,
  type Person,
} from "./statement.ts";
import type { TrustedKey } from "./trust.ts";
import type { Grade, Problem, Verification } from "./verify.ts";
import type { NotCounted } from "./witness.ts";

export const certificateHeads = ["KEY", "OUTCOME", "WHEN", "REQUESTED BY", "APPROVED BY", "EXECUTED BY"] as const;

/** What a terminal shows above the table of keys. */
export function certificateHeading({ predicate: { createdAt, instance, method, wave } }: Certificate): string {
  return [
    `Certificate of ${createdAt} for instance ${plain(instance.id, 60)}`,
    method.statement,
    ...(wave === undefined ? [] : [sayWave(wave)]),
  ].join("\n");
}

/** One row per key: the step that decided its outcome, and the people behind this step. */
export function certificateRows({ predicate: { keys } }: Certificate): readonly (readonly string[])[] {
  const names = namesOf(keys);
  return keys.map((key) => {
    const step = decidingStep(key);
    const nameOf = (iamId: string | undefined): string => (iamId === undefined ? "" : (names.get(iamId) ?? iamId));
    return [
      key.label === "" ? key.keyId : key.label,
      outcomeWords[key.outcome],
      step?.doneAt ?? key.outcomeAt ?? key.keystoresReadAt ?? "",
      nameOf(step?.requester?.iamId),
      step?.isSingle === true ? "(one person)" : nameOf(step?.approver?.iamId),
      step === undefined ? "not recorded" : nameOf(step.executor.iamId),
    ].map((cell) => plain(cell, 60));
  });
}

export const outcomeWords = {
  removed: "destroyed, removed",
  destroyed: "destroyed",
  deactivated: "deactivated",
  not_ended: "not ended",
  absent: "does not exist",
  not_recorded: "not recorded",
} as const satisfies Record<CertificateKey["outcome"], string>;

/** The destruction; without one, the last step that two people can be required for. */
export function decidingStep({ steps }: CertificateKey): CertificateStep | undefined {
  const done = steps.filter(({ doneAt }) => doneAt !== undefined);
  return done.findLast(({ step }) => step === "destroy") ?? done.findLast(({ isSingle }) => isSingle !== undefined);
}

export function namesOf(keys: readonly CertificateKey[]): ReadonlyMap<string, string> {
  return new Map(
    keys.flatMap(({ steps }) =>
      steps.flatMap(({ executor: { iamId, name } }) =>
        name === undefined || name === "" ? [] : [[iamId, sayPerson(iamId, name)] as const],
      ),
    ),
  );
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
  const named = subjects.slice(0, maxNamedKeys).map((name) => plain(name.split("/").at(-1) ?? name, 60));
  const more = subjects.length - named.length;
  return more > 0 ? `${named.join(", ")} and ${more} more` : named.join(", ");
}

/** A valid certificate can list keys that were not destroyed. */
function sayOutcomes(keys: readonly CertificateKey[]): string {
  const counts = outcomes.map((each) => [keys.filter(({ outcome }) => outcome === each).length, each] as const);
  return counts
    .flatMap(([number, each]) => (number === 0 ? [] : [`${number} ${each.replaceAll("_", " ")}`]))
    .join(", ");
}

/** The result for a terminal: the grade comes first; for an invalid certificate, the reasons. */
export function explainVerification(result: Verification): string {
  const { certificate, problems, grade, signers, unknownKeys, witnesses, isEvidenceChecked, corroboration } = result;
  const { timestamps, uncheckedTimestamps } = result;
  if (certificate === undefined || problems.length > 0) {
    const shown = problems.slice(0, maxShownProblems).map((problem) => `${explainProblem(problem)}.`);
    const more = problems.length - shown.length;
    return [...shown, ...(more > 0 ? [`And ${more} more reasons.`] : [])].join("\n");
  }
  const { keys, instance } = certificate.predicate;
  const endpoints = instance.endpoints.length === 0 ? "not recorded" : instance.endpoints.join(", ");
  return [
    `Grade: ${explainGrade(grade)}`,
    `Valid: ${keys.length} ${keys.length === 1 ? "key" : "keys"} of instance ${plain(instance.id, 60)} (${plain(endpoints, 200)})`,
    `Outcomes: ${sayOutcomes(keys)}`,
    ...(certificate.predicate.wave === undefined ? [] : [sayWave(certificate.predicate.wave)]),
    `Signed by ${signers.map(saySigner).join(" and ")}`,
    ...timestamps.map(
      ({ signer, at, authority }) =>
        `The signature of ${saySigner(signer)} existed at ${at}, by the word of ${plain(authority, 200)}`,
    ),
    ...(uncheckedTimestamps === 0
      ? []
      : [
          `Timestamps: ${uncheckedTimestamps}, not checked; add --tsa-trust with the certificate of the authority to check them`,
        ]),
    ...(unknownKeys.length === 0
      ? []
      : [
          `Not counted: ${unknownKeys.length} ${unknownKeys.length === 1 ? "signature" : "signatures"} of unknown keys`,
        ]),
    ...witnesses.flatMap((each) =>
      each.kind === "not_counted" ? [`Witness not counted: ${sayWitness(each.person)}${notCounted[each.why]}`] : [],
    ),
    isEvidenceChecked
      ? "Evidence: the certificate follows from the evidence files"
      : "Evidence: not compared; add --evidence to compare the certificate with the files",
    ...(corroboration === undefined
      ? []
      : [`Audit events: ${corroboration.matched} steps match, ${corroboration.missing.length} have no event`]),
    "",
    explainLimits(certificate),
  ].join("\n");
}

export function explainGrade(grade: Grade): string {
  switch (grade) {
    case "self_reported":
      return "self-reported: the people who took the steps wrote the evidence, and no independent witness read every key";
    case "witnessed":
      return "witnessed: a person who took no part read every key live before its metadata was removed, and signed it";
    case "corroborated":
      return "corroborated: the audit events of the account agree with every step";
  }
}

export function sayWave({ campaign, wave, count }: CertificateWave): string {
  return `All ${count} keys of wave ${plain(wave, 100)} of campaign ${plain(campaign, 100)}`;
}

function saySigner({ iamId, name }: TrustedKey["person"]): string {
  return iamId === undefined ? quotedName(name) : sayPerson(iamId, name);
}

function sayWitness(person: Person | undefined): string {
  return person === undefined ? "" : `${sayPerson(person.iamId, person.name)}: `;
}

const timestampFaults = {
  altered: "does not fit the signature, or was changed",
  unknown_authority: "is not of an authority in --tsa-trust",
  outside_validity: "is of a time at which the certificate of the authority was not valid",
} as const;

const notCounted = {
  not_a_statement: "it is not a witness statement of this release",
  signer_is_not_the_witness: "the signature is not of a key that --trust gives to this person's IAM ID",
  took_part: "this person requested, approved or took a step",
  people_unknown: "the evidence does not name everyone who requested a step, so this person may be one of them",
  other_instance: "the reading is of another instance",
  keys_not_read_in_time: "no key was read between its destruction and its removal, with every keystore free of it",
} as const satisfies Record<NotCounted, string>;

/** The sentence for one reason why a certificate is not valid. */
export function explainProblem(problem: Problem): string {
  switch (problem.kind) {
    case "not_a_certificate":
      return `The statement is not a certificate of this release: ${plain(problem.detail)}`;
    case "newer_version":
      return `This release does not know certificates of type ${plain(problem.type, 150)}`;
    case "signature_altered":
      return `A signature of a trusted key does not fit the certificate (${plain(problem.keyId, 64)})`;
    case "too_few_persons":
      return `${problem.found} trusted ${problem.found === 1 ? "person" : "persons"} signed it, ${problem.required} are required`;
    case "timestamp_invalid":
      return `The timestamp of the signature of key ${plain(problem.keyId, 64)} ${timestampFaults[problem.why]}`;
    case "timestamp_missing":
      return "No signature of a trusted person has a timestamp of an authority in --tsa-trust";
    case "duplicate_subject":
      return `Key ${plain(problem.subject)} is listed twice`;
    case "subject_changed":
      return `The facts of key ${plain(problem.subject)} do not fit its digest`;
    case "list_changed":
      return "The list of keys is not complete: its count or its digest does not fit";
    case "wave_differs":
      return `The keys are not those of wave ${plain(problem.wave, 100)}: ${problem.subject === "" ? "their number or digest differs" : `key ${plain(problem.subject)} is in one list only`}`;
    case "limits_changed":
      return "The list of what is not verified does not follow from the facts";
    case "not_ibm":
      return problem.endpoints.length === 0
        ? "The evidence does not record which service answered; --allow-emulator accepts it"
        : `${plain(problem.endpoints.join(", "), 200)} is not a host of IBM; --allow-emulator accepts it, for tests`;
    case "witness_altered":
      return "A statement of a witness was changed";
    case "evidence_missing":
      return `No evidence file has the head ${plain(problem.head, 64)}, which the certificate names for its file ${problem.log + 1}: the file is missing, or lines are missing at its end`;
    case "evidence_broken":
      return `The evidence file ${plain(problem.file, 300)} was changed after the runs wrote it`;
    case "evidence_differs":
      return `The evidence does not say the same of key ${plain(problem.subject)}`;
    case "contradicted":
      return `The audit event of step ${plain(problem.step, 40)} on key ${plain(problem.subject)} names another person or time`;
  }
}

/** The result of a chain check. */
export function explainChain(file: string, report: ChainReport): string {
  const { lines, unchained, head, torn, breaks, beyondHead } = report;
  const name = plain(file, 200);
  if (lines === 0) return `${name}: the file is empty`;
  if (head === undefined) {
    return `${name}: not chained: ${count(lines, "line")} of an earlier release, whose changes cannot be detected`;
  }
  const verdict = breaks.length === 0 ? "the chain is intact" : "the chain is broken";
  return [
    `${name}: ${verdict}: ${count(lines, "line")}, head ${head.sha256} at number ${head.count}`,
    ...breaks.map((each) => `  ${explainBreak(each)}`),
    ...torn.map((line) => `  Line ${line} is incomplete: a run was interrupted while it wrote the line`),
    ...(unchained > 0
      ? [`  ${count(unchained, "line")} before the chain: an earlier release wrote ${unchained === 1 ? "it" : "them"}`]
      : []),
    ...(beyondHead === undefined
      ? ["  The head record is missing, so missing lines at the end cannot be detected"]
      : []),
    ...(beyondHead !== undefined && beyondHead > 0
      ? [`  The head record does not cover the last ${count(beyondHead, "line")}: a run was interrupted`]
      : []),
  ].join("\n");
}

function explainBreak(found: ChainBreak): string {
  switch (found.kind) {
    case "line_changed":
      return `Line ${found.line} was changed, or a line was removed or moved there`;
    case "sequence_broken":
      return `Line ${found.line} has number ${found.found} instead of ${found.expected}: lines were removed, added or moved`;
    case "line_not_chained":
      return `Line ${found.line} is not part of the chain: another program or an earlier release wrote it`;
    case "end_missing":
      return `The end is missing: the head record counts ${found.expected} lines, the last line has number ${found.found}`;
    case "last_line_changed":
      return `Line ${found.line} does not match the head record`;
    case "head_unreadable":
      return "The head record is not readable";
  }
}
