/** The history of each key, from the entries of all evidence files together. Pure. */

import { byTime, isTwoPeopleStep, pairSteps, type StepLines } from "../commands/audit.ts";
import type { KeyDescription, LoggedLine } from "./evidence-log.ts";
import type { CertificateKey, CertificateStep } from "./statement.ts";

/** `<instance>/<vault>/<key>`. */
export function subjectName(ref: { readonly instanceId: string; readonly vaultId: string; readonly keyId: string }) {
  return `${ref.instanceId}/${ref.vaultId}/${ref.keyId}`;
}

/** The managed keys of one instance, by the order of their first entries. */
export function keysInEvidence(entries: readonly LoggedLine[], instanceId: string): readonly CertificateKey[] {
  const inTime = uniqueEntries(entries).toSorted(byTime);
  const own = inTime.filter((line) => line.instanceId === instanceId && line.resource === undefined);
  const context = { credentials: credentialsOf(inTime), authors: authorsOf(own) };
  const byKey = new Map<string, StepLines<LoggedLine>[]>();
  for (const pair of pairSteps(own)) {
    const line = pair[1] ?? pair[0];
    if (line === undefined) continue;
    const name = subjectName(line);
    const steps = byKey.get(name);
    if (steps === undefined) byKey.set(name, [pair]);
    else steps.push(pair);
  }
  return [...byKey].map(([subject, pairs]) => keyOf(subject, pairs, context));
}

/** An entry that was copied into a second file counts once. */
function uniqueEntries(entries: readonly LoggedLine[]): readonly LoggedLine[] {
  const seen = new Set<string>();
  return entries.filter(({ log: _log, ...entry }) => {
    const text = JSON.stringify(entry);
    return !seen.has(text) && seen.add(text);
  });
}

interface Context {
  /** How each person authenticated, by file and IAM ID. */
  readonly credentials: ReadonlyMap<string, "api_key" | "token">;
  /** The author of each consent record that a run wrote. */
  readonly authors: ReadonlyMap<string, string>;
}

/** A run introduces itself on its first line, which names its caller as the actor. */
function credentialsOf(entries: readonly LoggedLine[]): Context["credentials"] {
  return new Map(
    entries.flatMap(({ log, actor, run }) => (run === undefined ? [] : [[`${log} ${actor.iamId}`, run.credential]])),
  );
}

function authorsOf(entries: readonly LoggedLine[]): Context["authors"] {
  const records = entries.flatMap(({ record, consentedBy }) => [record, consentedBy]);
  return new Map(records.flatMap((record) => (record === undefined ? [] : [[record.id, record.author]])));
}

function keyOf(subject: string, pairs: readonly StepLines<LoggedLine>[], context: Context): CertificateKey {
  const lines = pairs.flat().filter((line) => line !== undefined);
  const [first] = lines;
  if (first === undefined) throw new RangeError("a key without lines");
  const steps = pairs.flatMap((pair) => stepOf(pair, context));
  const described = lines.findLast(({ key }) => key !== undefined);
  const lastStatus = described ?? lines.findLast(({ keystores }) => keystores.length > 0);
  return {
    subject,
    vaultId: first.vaultId,
    keyId: first.keyId,
    label: lines.findLast(({ label }) => label !== "")?.label ?? "",
    ...outcomeOf(steps),
    isWatched: true,
    ...(described?.key !== undefined && factsOf(described.key)),
    keystores: keystoresOf(lastStatus, lines),
    ...(lastStatus !== undefined && { keystoresReadAt: lastStatus.time }),
    areKeystoresLive: lastStatus?.key?.isLive ?? false,
    kmsKeys: described?.key?.kmsKeys ?? [],
    steps,
  };
}

export function factsOf(key: KeyDescription) {
  const { isLive: _isLive, keystores: _keystores, kmsKeys: _kmsKeys, ...facts } = key;
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined && value !== ""));
}

/** The last status of each keystore, with the last pending period that any entry reports. */
function keystoresOf(last: LoggedLine | undefined, lines: readonly LoggedLine[]): CertificateKey["keystores"] {
  const periods = new Map<string, string>();
  for (const { key } of lines) {
    for (const { id, destructionAt } of key?.keystores ?? [])
      if (destructionAt !== undefined) periods.set(id, destructionAt);
  }
  if (last?.key === undefined) return [...(last?.keystores ?? [])];
  return last.key.keystores.map((each) => {
    const destructionAt = each.destructionAt ?? periods.get(each.id);
    return { ...each, ...(destructionAt !== undefined && { destructionAt }) };
  });
}

function outcomeOf(steps: readonly CertificateStep[]): Pick<CertificateKey, "outcome" | "outcomeAt"> {
  const last = steps.findLast(({ doneAt, from, to }) => doneAt !== undefined && from !== to);
  if (last === undefined) return { outcome: "not_ended" };
  const outcome = ended[last.to];
  return outcome === undefined
    ? { outcome: "not_ended" }
    : { outcome, ...(last.doneAt !== undefined && { outcomeAt: last.doneAt }) };
}

const ended: Readonly<Record<string, CertificateKey["outcome"]>> = {
  absent: "removed",
  destroyed: "destroyed",
  deactivated: "deactivated",
};

function stepOf([before, after]: StepLines<LoggedLine>, context: Context): readonly CertificateStep[] {
  const last = after ?? before;
  if (last === undefined) return [];
  const { step, from, to, actor, digest, record, consentedBy, correlationId, log, seq } = last;
  const consent = consentedBy ?? record;
  const credential = context.credentials.get(`${log} ${actor.iamId}`);
  return [
    {
      step,
      from,
      to,
      startedAt: (before ?? last).time,
      ...(after !== undefined && { doneAt: after.time }),
      executor: actor,
      ...(credential !== undefined && { credential }),
      ...peopleBehind(last, context),
      ...(digest !== undefined && { digest }),
      ...(consent !== undefined && { consent: consentOf(consent) }),
      ...(correlationId !== undefined && { correlationId }),
      evidence: { log, ...(seq !== undefined && { seq }) },
    },
  ];
}

type People = Pick<CertificateStep, "requester" | "approver" | "isSingle">;

/** An answer is an approval of its own; otherwise the person who took the step approved the request. */
function peopleBehind({ step, actor, consentedBy }: LoggedLine, { authors }: Context): People {
  if (!isTwoPeopleStep(step)) return {};
  if (consentedBy === undefined) return { isSingle: true };
  const { id: recordId, author, how, answers } = consentedBy;
  const isSingle = author === actor.iamId;
  if (how !== "answer") {
    return { requester: { iamId: author, recordId }, approver: { iamId: actor.iamId }, isSingle };
  }
  const asker = answers === undefined ? undefined : authors.get(answers);
  const requester = { iamId: asker ?? "", ...(answers !== undefined && { recordId: answers }) };
  return { requester, approver: { iamId: author, recordId }, isSingle };
}

function consentOf(record: NonNullable<LoggedLine["consentedBy"]>): CertificateStep["consent"] {
  const { id, step, how, author, writtenAt, answers, reason } = record;
  return {
    recordId: id,
    step,
    how,
    author,
    writtenAt,
    ...(answers !== undefined && { answers }),
    ...(reason !== undefined && { reason }),
  };
}
