/**
 * Builds the unsigned statement of a certificate from evidence. Every outcome, step and person comes from there, and
 * from the manifest only which keys a wave has and the label of a key without evidence. A key of which a step was
 * begun, and of which nothing says how the step ended, is left out and named.
 *
 * The keys are computed one after the other, because thousands of them would take much memory: first for digest and
 * outcome, and again when the text of the statement is written.
 */

import { plain } from "../engine/text/words.ts";
import { UkoError } from "../errors.ts";
import { isoTime } from "../text/iso-time.ts";
import { jsonParts } from "../text/json.ts";
import type { EvidenceIndex, ReadLog } from "./evidence-log.ts";
import { hasEachStep, isDestructionProven, keyInEvidence } from "./key-history.ts";
import { sayLeftOut } from "./left-out.ts";
import { openStepOf } from "./settled-steps.ts";
import {
  type Certificate,
  type CertificateKey,
  type CertificateWave,
  certificateKey,
  certificateType,
  type HashJson,
  type Limit,
  limitCodes,
  limitTexts,
  maxSubjects,
  method,
  type OpenKey,
  outlineForm,
  type Subject,
  statementType,
  subjectName,
  vaultSegmentOf,
} from "./statement.ts";

export interface CertificateSources {
  readonly logs: readonly Omit<ReadLog, "places">[];
  readonly index: EvidenceIndex;
  /** `<vaultId>/<keyId>`; every key that ended if none is named. */
  readonly keys: readonly string[];
  /** All keys of a wave, instead of single keys. */
  readonly wave?: WaveKeys;
  readonly tool: Certificate["predicate"]["tool"];
}

/** The keys of one wave, as the manifest of a campaign lists them. */
export interface WaveKeys {
  readonly instanceId: string;
  readonly campaign: string;
  readonly wave: string;
  readonly digest: string;
  /** `vaultId` is empty for a KMS key. */
  readonly keys: readonly { readonly vaultId: string; readonly keyId: string; readonly label: string }[];
}

export interface CertificateTools {
  readonly hashJson: HashJson;
  readonly isIbmEndpoint: (url: string) => boolean;
}

export interface BuiltCertificate {
  readonly keys: number;
  /** The number of keys whose destruction the certificate proves. */
  readonly destroyed: number;
  /** The keys that are not in the certificate, because nothing says how a step on them ended. */
  readonly leftOut: readonly OpenKey[];
  /** The statement in JSON, in parts. `length` is the number of bytes of all parts. */
  readonly parts: () => Iterable<string>;
  readonly length: number;
}

/** What is kept of a key of the certificate. The key itself is computed again whenever it is needed. */
interface ListedKey {
  readonly subject: Subject;
  /** The number of bytes of its JSON. */
  readonly length: number;
  readonly compute: () => CertificateKey;
}

/** Throws UKO_EVIDENCE_BROKEN, UKO_INPUT_INVALID. */
export function buildCertificate(sources: CertificateSources, tools: CertificateTools): BuiltCertificate {
  const { logs, wave, tool } = sources;
  const instanceId = instanceOf(sources);
  const endpoints = endpointsOf(logs, instanceId);
  const evidenceUntil = evidenceUntilOf(logs);
  const keys: ListedKey[] = [];
  const leftOut: OpenKey[] = [];
  let destroyed = 0;
  function* listed(): Generator<CertificateKey> {
    for (const compute of select(instanceId, sources)) {
      const key = compute();
      const open = openStepOf(key);
      if (open !== undefined) {
        leftOut.push({ subject: key.subject, label: key.label, step: open.step, startedAt: open.startedAt });
        continue;
      }
      if (isDestructionProven(key)) destroyed += 1;
      const subject = { name: key.subject, digest: { sha256: tools.hashJson(key) } };
      keys.push({ subject, length: bytesOf(JSON.stringify(key)), compute });
      yield key;
    }
  }
  const notVerified = limitsOf({ keys: listed(), isIbm: isAllIbms(endpoints, tools) });
  if (keys.length === 0 && leftOut.length > 0) {
    throw invalid(
      "No key can be in the certificate, because a step on each began and nothing says how the step ended",
      sayLeftOut(leftOut, wave !== undefined).join("\n"),
    );
  }
  if (keys.length === 0) {
    throw invalid(
      "The evidence does not have a key that was destroyed or removed",
      "Next: name a key with --key, and the certificate states how far its deletion is.",
    );
  }
  if (keys.length > maxSubjects) {
    throw invalid(
      `The evidence has ${keys.length} keys, and a certificate has at most ${maxSubjects}`,
      "Next: name the keys of each certificate with --key.",
    );
  }
  const subject = keys.map((key) => key.subject);
  const statement = outlineForm.parse({
    _type: statementType,
    subject,
    predicateType: certificateType,
    predicate: {
      ...(evidenceUntil !== undefined && { evidenceUntil }),
      tool,
      instance: { id: instanceId, endpoints },
      method,
      keys,
      ...(wave !== undefined && { wave: waveOf(wave) }),
      ...(leftOut.length > 0 && { leftOut }),
      list: { count: subject.length, sha256: tools.hashJson(subject) },
      evidence: logs.flatMap(({ log }) => (log === undefined ? [] : [log])),
      notVerified,
    },
  });
  const partsWith = (jsonOf: (key: ListedKey) => string) =>
    jsonParts(statement, (part) => (isListedKey(part) ? jsonOf(part) : JSON.stringify(part)));
  const rest = bytesOf([...partsWith(() => "")].join(""));
  return {
    ...{ keys: keys.length, destroyed, leftOut },
    parts: () => partsWith(({ compute }) => JSON.stringify(compute())),
    length: keys.reduce((sum, { length }) => sum + length, rest),
  };
}

function isListedKey(part: unknown): part is ListedKey {
  return typeof part === "object" && part !== null && "compute" in part;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Whether an endpoint is recorded, and every recorded one is IBM's. */
export function isAllIbms(
  endpoints: readonly string[],
  { isIbmEndpoint }: Pick<CertificateTools, "isIbmEndpoint">,
): boolean {
  return endpoints.length > 0 && endpoints.every(isIbmEndpoint);
}

/** The one instance that the certificate is about. Throws if the evidence is about several. */
function instanceOf({ logs, wave }: CertificateSources): string {
  const found = logs.flatMap(({ instanceIds }) => [...instanceIds]);
  const ids = [...new Set(wave === undefined ? found : [...found, wave.instanceId])];
  const [id] = ids;
  if (id === undefined) {
    throw invalid("The evidence has no steps", "Next: name the evidence files of the runs with --evidence.");
  }
  if (ids.length === 1) return id;
  const named = ids.map((each) => plain(each, 60)).join(", ");
  throw invalid("The evidence is about several instances", `A certificate is about one instance. Found: ${named}.`);
}

const endedOutcomes: readonly CertificateKey["outcome"][] = ["destroyed", "removed", "pending_destruction"];

function select(instanceId: string, { keys, index, wave }: CertificateSources): readonly (() => CertificateKey)[] {
  const find = (subject: string): CertificateKey | undefined => {
    const key = keyInEvidence(subject, index);
    return key && certificateKey.parse(key);
  };
  if (wave !== undefined) {
    return wave.keys.map((key) => {
      const subject = subjectName({ ...key, instanceId });
      return () => find(subject) ?? unrecordedKey({ ...key, subject, vaultId: vaultSegmentOf(key.vaultId) });
    });
  }
  if (keys.length > 0) return keys.map((path) => () => find(`${instanceId}/${path}`) ?? absentFromEvidence(path));
  return index.subjects().flatMap((subject) => {
    const key = find(subject);
    return key !== undefined && mayHaveEnded(key) ? [() => find(subject) ?? absentFromEvidence(subject)] : [];
  });
}

/** Whether the key ended, or a step that may have ended it was begun. */
function mayHaveEnded(key: CertificateKey): boolean {
  const { to = "" } = openStepOf(key) ?? {};
  return endedOutcomes.includes(key.outcome) || to === "destroyed" || to === "absent";
}

/** A key that the evidence does not mention. */
export function unrecordedKey(key: Pick<CertificateKey, "subject" | "vaultId" | "keyId" | "label">): CertificateKey {
  const { subject, vaultId, keyId, label } = key;
  const known = { keystores: [], areKeystoresLive: false, kmsKeys: [], steps: [] };
  return { subject, vaultId, keyId, label, outcome: "not_recorded", ...known };
}

export function waveOf({ campaign, wave, digest, keys }: WaveKeys): CertificateWave {
  return { campaign, wave, count: keys.length, digest };
}

function absentFromEvidence(path: string): never {
  throw invalid(
    `The evidence does not mention key ${plain(path, 100)}`,
    "Next: name all files in which runs on the key wrote evidence, with --evidence.",
  );
}

function invalid(summary: string, detail: string): UkoError {
  return new UkoError("UKO_INPUT_INVALID", { summary, detail });
}

/**
 * The endpoints that the runs called. An entry without a run before it adds none, so a source that is not recorded
 * never appears as IBM's.
 */
export function endpointsOf(logs: readonly Pick<ReadLog, "runs">[], id: string): string[] {
  const runs = logs.flatMap((log) => log.runs);
  const urls = runs.flatMap(({ instanceId, endpoint }) =>
    instanceId === id && endpoint !== undefined ? [endpoint] : [],
  );
  return [...new Set(urls)].toSorted();
}

/** The latest time of the service in the evidence; undefined if the evidence has no line. */
export function evidenceUntilOf(logs: readonly Pick<ReadLog, "latestMs">[]): string | undefined {
  const times = logs.flatMap(({ latestMs }) => latestMs ?? []);
  return times.length === 0 ? undefined : isoTime(Math.max(...times));
}

interface LimitBasis {
  /** The keys, one after the other, so that only one of them has to be in memory. */
  readonly keys: Iterable<CertificateKey>;
  /** Whether every endpoint is a documented host of IBM. */
  readonly isIbm: boolean;
}

/** The keys that a limit is about; a limit that is not listed is about all of them. */
const concerns: Readonly<Partial<Record<Limit["code"], (key: CertificateKey) => boolean>>> = {
  not_destroyed: ({ outcome }) => ["pending_destruction", "deactivated", "not_ended", "not_recorded"].includes(outcome),
  pending_period: ({ keystores }) => keystores.some(({ status }) => status !== "not_present"),
  keystores_not_live: ({ areKeystoresLive }) => !areKeystoresLive,
  kms_restore: ({ vaultId, outcome }) => vaultId === vaultSegmentOf("") && outcome === "destroyed",
  steps_not_recorded: (key) => !hasEachStep(key),
};

/** The limits of what a certificate proves. Each check computes them again from the facts. */
export function limitsOf({ keys, isIbm }: LimitBasis): Certificate["predicate"]["notVerified"] {
  const found = new Map(limitCodes.map((code) => [code, [] as string[]]));
  for (const key of keys) {
    for (const [code, subjects] of found) if (concerns[code]?.(key) === true) subjects.push(key.subject);
  }
  return limitCodes.flatMap((code): readonly Limit[] => {
    const text = limitTexts[code];
    const subjects = found.get(code) ?? [];
    if (concerns[code] === undefined) return code === "not_ibm" && isIbm ? [] : [{ code, text }];
    return subjects.length === 0 ? [] : [{ code, text, subjects }];
  });
}
