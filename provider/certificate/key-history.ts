/**
 * Computes the history of each key for a certificate from the entries of all evidence files together: its steps with
 * their people, and its outcome. A managed key counts as destroyed only if every keystore that any entry names
 * reported, when asked live, that the key is gone. uko removes a key's metadata by the same rule.
 */

import {
  byTime,
  consentsIn,
  type LoggedConsents,
  pairSteps,
  peopleBehind,
  type StepLines,
} from "../engine/commands/audit.ts";
import { findLeftoverMaterial, type RemovalObservation } from "../lifecycle/key/guards.ts";
import type { BackingKey, KeystoreStatus } from "../lifecycle/vocabulary/observation.ts";
import type { EvidenceIndex, KeyDescription, LoggedLine } from "./evidence-log.ts";
import { settlementOf } from "./settled-steps.ts";
import { type CertificateKey, type CertificateStep, vaultSegmentOf } from "./statement.ts";

/**
 * The history of a managed key or KMS key; undefined if the evidence does not mention the key. Throws
 * UKO_EVIDENCE_BROKEN.
 */
export function keyInEvidence(
  subject: string,
  { entriesOf }: Pick<EvidenceIndex, "entriesOf">,
): CertificateKey | undefined {
  const all = uniqueEntries(entriesOf(subject)).toSorted(byTime);
  // What uko only saw is no step of the history, but it can show that a step was not the one that changed the key.
  const inTime = all.filter(({ phase }) => phase !== "seen");
  const [first] = inTime;
  if (first === undefined) return undefined;
  const records = consentsIn(inTime);
  const pairs = pairSteps(inTime);
  const lines = pairs.flatMap((pair) => (pair.first === pair.last ? [pair.last] : [pair.first, pair.last]));
  const steps = pairs.map((pair) => stepOf(pair, records, settlementOf(pair, { all, pairs })));
  const described = lines.findLast(({ key }) => key !== undefined);
  const status = lastStatus(lines);
  return {
    subject,
    vaultId: vaultSegmentOf(first.vaultId),
    keyId: first.keyId,
    label: lines.findLast(({ label }) => label !== "")?.label ?? "",
    ...(first.vaultId === "" || isEndProven(status, described?.key?.kmsKeys ?? [], lines)
      ? outcomeOf(steps)
      : withoutProof(outcomeOf(steps))),
    ...(described?.key !== undefined && factsOf(described.key)),
    ...checkValuesIn(lines),
    keystores: withPeriods(status?.keystores ?? [], lines),
    ...(status !== undefined && { keystoresReadAt: status.readAt }),
    areKeystoresLive: status?.isLive ?? false,
    kmsKeys: described?.key?.kmsKeys ?? [],
    steps,
  };
}

/** Counts an entry that was copied into a second file once. Within one file, two entries have different numbers. */
function uniqueEntries(entries: readonly LoggedLine[]): readonly LoggedLine[] {
  if (entries.every(({ log }) => log === entries[0]?.log)) return entries;
  const textOf = ({ log: _log, credential: _credential, ...entry }: LoggedLine): string => JSON.stringify(entry);
  return [...Map.groupBy(entries, textOf).values()].flatMap(([first]) => first ?? []);
}

function factsOf(key: KeyDescription) {
  const { isLive: _isLive, keystores: _keystores, kmsKeys: _kmsKeys, keyCheckValues: _values, ...rest } = key;
  const { updatedBy: _updatedBy, updatedAt: _updatedAt, ...facts } = rest;
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined && value !== ""));
}

/**
 * The key check values of the material that was destroyed: the last ones from before the destruction. A rotation gives
 * a key new material, so values before it are of another version. Values that the service reports of a destroyed key
 * say nothing about its material.
 */
function checkValuesIn(lines: readonly LoggedLine[]): Pick<CertificateKey, "keyCheckValues"> {
  const before = lines.filter(({ from }) => from !== "destroyed" && from !== "absent");
  const last = before.findLast(({ key }) => key?.keyCheckValues !== undefined && key.keyCheckValues.length > 0);
  const keyCheckValues = last?.key?.keyCheckValues;
  return keyCheckValues === undefined ? {} : { keyCheckValues };
}

interface Status {
  readonly keystores: CertificateKey["keystores"];
  readonly readAt: string;
  readonly isLive: boolean;
}

/** The last report about the keystores: read before a step, or in the response to one. */
function lastStatus(lines: readonly LoggedLine[]): Status | undefined {
  const statuses = lines.flatMap(({ key, reported, time }): readonly Status[] => {
    if (reported !== undefined) return [{ keystores: reported, readAt: time, isLive: false }];
    if (key !== undefined) return [{ keystores: key.keystores, readAt: time, isLive: key.isLive }];
    return [];
  });
  const [named] = lines.filter(({ keystores }) => keystores.length > 0).slice(-1);
  return statuses.at(-1) ?? (named && { keystores: named.keystores, readAt: named.time, isLive: false });
}

/** Each keystore with the last pending period that any entry has of it. */
function withPeriods(
  keystores: CertificateKey["keystores"],
  lines: readonly LoggedLine[],
): CertificateKey["keystores"] {
  const periods = new Map<string, string>();
  for (const { key, reported } of lines) {
    for (const { id, destructionAt } of [...(key?.keystores ?? []), ...(reported ?? [])])
      if (id !== undefined && destructionAt !== undefined) periods.set(id, destructionAt);
  }
  return keystores.map((each) => {
    const destructionAt = each.destructionAt ?? periods.get(each.id ?? "");
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

/**
 * The outcome if the end is not proven: evidence of a destruction does not prove that every keystore has destroyed the
 * key.
 */
function withoutProof({ outcome, ...rest }: ReturnType<typeof outcomeOf>): ReturnType<typeof outcomeOf> {
  return outcome === "destroyed" || outcome === "removed" ? { outcome: "pending_destruction" } : { outcome, ...rest };
}

/**
 * Whether the evidence proves the end, by the same rule as the removal: every keystore that any entry names has to
 * report the key as gone in the last entry, live and by ID.
 */
function isEndProven(
  status: Status | undefined,
  kmsKeys: KeyDescription["kmsKeys"],
  lines: readonly LoggedLine[],
): boolean {
  if (status === undefined) return false;
  const named = lines.flatMap(({ key, reported = [] }) => [...(key?.keystores ?? []), ...reported]);
  const facts = { keystores: named.map(({ id = "", type = "" }) => ({ id, type })) };
  const end: RemovalObservation = {
    ...{ state: "destroyed", keystoresAreLive: status.isLive, facts, storedKeystores: [] },
    keystores: status.keystores.map(statusInEvidence),
    backingKeys: kmsKeys.map(({ id: kmsKeyId, state }) => backingKeyInEvidence(kmsKeyId, state)),
  };
  return findLeftoverMaterial(end, Date.parse(status.readAt)).kind === "nothing";
}

/** Every word that does not prove that the key is gone counts as `unrecognized`. */
function statusInEvidence({ id = "", name, type = "", status, syncFlag, destructionAt }: Reported): KeystoreStatus {
  return {
    ...{ keystoreId: id, name, type, detail: "" },
    status: status === "not_present" ? status : "unrecognized",
    syncFlag: syncFlag === "ok" ? syncFlag : "unrecognized",
    ...(destructionAt !== undefined && { destructionAtMs: Date.parse(destructionAt) }),
  };
}

function backingKeyInEvidence(kmsKeyId: string, state: string): BackingKey {
  if (state === "absent") return { kind: "absent", kmsKeyId };
  return { kind: "present", kmsKeyId, state: state === "destroyed" ? state : "other", dualAuthDelete: false };
}

type Reported = CertificateKey["keystores"][number];

const ended: Readonly<Record<string, CertificateKey["outcome"]>> = {
  absent: "removed",
  destroyed: "destroyed",
  deactivated: "deactivated",
};

function stepOf(
  { first, last, isDone }: StepLines<LoggedLine>,
  records: LoggedConsents,
  settlement: Pick<CertificateStep, "settled" | "doneAt">,
): CertificateStep {
  const { step, from, to, actor, signed, digest, reason, hold, correlationId, log, seq, credential } = last;
  return {
    step,
    from,
    to,
    startedAt: first.time,
    ...(isDone && { doneAt: last.time }),
    ...settlement,
    executor: actor,
    ...(credential !== undefined && { credential }),
    ...peopleBehind(last, records),
    ...(signed !== undefined && { signed }),
    ...(digest !== undefined && { digest }),
    ...(reason !== undefined && { reason }),
    ...(hold !== undefined && { hold }),
    ...(correlationId !== undefined && { correlationId }),
    evidence: { log, ...(seq !== undefined && { seq }) },
  };
}

/**
 * Whether the evidence reports the destruction of a key that ended. Without it, another tool may have destroyed the
 * key, and the people of another step say nothing about who did.
 */
export function lacksDestruction({ outcome, steps }: Pick<CertificateKey, "outcome" | "steps">): boolean {
  const hasEnded = outcome === "destroyed" || outcome === "removed" || outcome === "pending_destruction";
  return hasEnded && !steps.some(({ step, doneAt }) => step === "destroy" && doneAt !== undefined);
}

export function isDestructionProven(key: Pick<CertificateKey, "outcome" | "steps">): boolean {
  return (key.outcome === "destroyed" || key.outcome === "removed") && !lacksDestruction(key);
}

/** Whether the key has every step that led to its outcome; evidence that was not passed may have the others. */
export function hasEachStep({ outcome, steps, vaultId }: CertificateKey): boolean {
  const last = (wanted: string) => steps.findLast(({ step }) => step === wanted);
  if (outcome === "deactivated") return last("deactivate") !== undefined;
  if (outcome === "not_recorded" || outcome === "not_ended") return outcome === "not_ended";
  const destroyed = last("destroy");
  // KMS itself deactivates a key that expires.
  const isDeactivatedFirst = destroyed?.from === "deactivated" && vaultId !== vaultSegmentOf("");
  return destroyed !== undefined && (!isDeactivatedFirst || last("deactivate") !== undefined);
}
