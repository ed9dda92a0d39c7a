/** The statement of a witness: a person apart from the deletion read each key live before its removal. Pure. */

import {
  type Certificate,
  type CertificateKey,
  type HashJson,
  type ObservedKey,
  type Person,
  statementType,
  subjectsOf,
  type WitnessStatement,
  witnessForm,
  witnessType,
} from "./statement.ts";
import type { SignatureResult } from "./trust.ts";

export interface WitnessSources {
  readonly instanceId: string;
  readonly endpoint?: string;
  readonly tool: WitnessStatement["predicate"]["tool"];
  readonly witness: Person;
  readonly keys: readonly ObservedKey[];
}

/** Builds the unsigned statement of a witness. */
export function buildWitness({ keys, ...sources }: WitnessSources, hashJson: HashJson): WitnessStatement {
  return {
    _type: statementType,
    subject: subjectsOf(keys, hashJson),
    predicateType: witnessType,
    predicate: { ...sources, keys: [...keys] },
  };
}

export type WitnessResult =
  /** The statement raises the grade for these subjects. */
  | { readonly kind: "independent"; readonly person: Person; readonly subjects: readonly string[] }
  | { readonly kind: "not_counted"; readonly person?: Person; readonly why: NotCounted }
  | { readonly kind: "altered" };

export type NotCounted =
  | "not_a_statement"
  | "signer_is_not_the_witness"
  | "took_part"
  | "people_unknown"
  | "other_instance"
  | "keys_not_read_in_time";

export function checkWitness(
  { statement, signatures }: { readonly statement: unknown; readonly signatures: readonly SignatureResult[] },
  certificate: Certificate,
  { hashJson }: { readonly hashJson: HashJson },
): WitnessResult {
  if (signatures.some(({ kind }) => kind === "altered")) return { kind: "altered" };
  const read = witnessForm.safeParse(statement);
  if (!read.success) return { kind: "not_counted", why: "not_a_statement" };
  const { witness: person, instanceId, keys } = read.data.predicate;
  if (hashJson(read.data.subject) !== hashJson(subjectsOf(keys, hashJson))) return { kind: "altered" };
  const isOwn = signatures.some((each) => each.kind === "valid" && each.key.person.iamId === person.iamId);
  if (!isOwn) return { kind: "not_counted", person, why: "signer_is_not_the_witness" };
  if (instanceId !== certificate.predicate.instance.id) return { kind: "not_counted", person, why: "other_instance" };
  const participants = participantsOf(certificate);
  if (participants.has(person.iamId)) return { kind: "not_counted", person, why: "took_part" };
  if (participants.has("")) return { kind: "not_counted", person, why: "people_unknown" };
  const observed = new Map(keys.map((key) => [key.subject, key]));
  const subjects = certificate.predicate.keys
    .filter((key) => wasReadInTime(key, observed.get(key.subject)))
    .map(({ subject }) => subject);
  if (subjects.length === 0) return { kind: "not_counted", person, why: "keys_not_read_in_time" };
  return { kind: "independent", person, subjects };
}

/** All persons who requested, approved or took a step; empty for a person whom the evidence does not name. */
function participantsOf({ predicate: { keys } }: Certificate): ReadonlySet<string> {
  const steps = keys.flatMap((key) => key.steps);
  return new Set(
    steps.flatMap(({ executor, requester, approver, consent }) =>
      [executor.iamId, requester?.iamId, approver?.iamId, consent?.author].flatMap((id) =>
        id === undefined ? [] : [id],
      ),
    ),
  );
}

/** Destroyed, with every keystore asked live and without the key, before the metadata was removed. */
function wasReadInTime({ outcome, steps, keystores }: CertificateKey, seen: ObservedKey | undefined): boolean {
  if (seen === undefined || seen.state !== "destroyed" || !seen.areKeystoresLive) return false;
  if (seen.keystores.some(({ status }) => status !== "not_present")) return false;
  const answered = new Set(seen.keystores.map(({ id }) => id));
  if (keystores.some(({ id }) => !answered.has(id))) return false;
  const destroyed = steps.findLast(({ step, doneAt }) => step === "destroy" && doneAt !== undefined);
  const removed = steps.find(({ step }) => step === "remove");
  const readAt = Date.parse(seen.readAt);
  const isAfter = destroyed?.startedAt !== undefined && readAt >= Date.parse(destroyed.startedAt);
  const isBefore = removed === undefined ? outcome === "destroyed" : readAt <= Date.parse(removed.startedAt);
  return isAfter && isBefore;
}
