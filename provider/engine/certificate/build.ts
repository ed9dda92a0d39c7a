/**
 * Builds the unsigned statement of a certificate of key destruction from evidence files, the logs of the steps that
 * runs took: the keys with their outcomes, the steps with their people, and the list of what is not proven. Every
 * outcome, step and person comes from the evidence. Only which keys a wave has, and the label of a key without
 * evidence, come from the manifest of the campaign. If no key or wave is named, the certificate has every key that was
 * destroyed or removed, also if a keystore has not confirmed that yet. Evidence about several instances is refused.
 * `verify.ts` computes the list of what is not proven again with this file. The functions are pure.
 */

import { UkoError } from "../../errors.ts";
import { plain } from "../text/words.ts";
import type { ReadLog } from "./evidence-log.ts";
import { hasEachStep, keysInEvidence, placeOf, subjectName } from "./key-history.ts";
import {
  type Certificate,
  type CertificateKey,
  type CertificateWave,
  certificateType,
  type HashJson,
  type Limit,
  limitCodes,
  limitTexts,
  maxSubjects,
  method,
  statementType,
  subjectsOf,
} from "./statement.ts";

export interface CertificateSources {
  readonly logs: readonly ReadLog[];
  /** `<vaultId>/<keyId>`; every key that ended if none is named. */
  readonly keys: readonly string[];
  /** All keys of a wave, instead of single keys. */
  readonly wave?: WaveKeys;
  readonly createdAt: string;
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

/** Throws UKO_EVIDENCE_BROKEN, UKO_INPUT_INVALID. */
export function buildCertificate(sources: CertificateSources, tools: CertificateTools): Certificate {
  const { logs, wave, createdAt, tool } = sources;
  const instanceId = instanceOf(sources);
  const recorded = keysInEvidence(
    logs.flatMap(({ entries }) => entries),
    instanceId,
  );
  const keys = [...select(recorded, sources)];
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
  const evidence = logs.flatMap(({ log }) => (log === undefined ? [] : [log]));
  const endpoints = endpointsOf(logs, instanceId);
  const subject = subjectsOf(keys, tools.hashJson);
  return {
    _type: statementType,
    subject,
    predicateType: certificateType,
    predicate: {
      createdAt,
      tool,
      instance: { id: instanceId, endpoints },
      method,
      keys,
      ...(wave !== undefined && { wave: waveOf(wave) }),
      list: { count: subject.length, sha256: tools.hashJson(subject) },
      evidence,
      notVerified: limitsOf({ keys, isIbm: isAllIbms(endpoints, tools) }),
    },
  };
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
  const found = logs.flatMap(({ entries }) => entries.map(({ instanceId }) => instanceId));
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

function select(found: readonly CertificateKey[], { keys, wave }: CertificateSources): readonly CertificateKey[] {
  if (wave !== undefined) return keysOfWave(found, wave);
  if (keys.length === 0) return found.filter(({ outcome }) => endedOutcomes.includes(outcome));
  const byPath = new Map(found.map((key) => [`${key.vaultId}/${key.keyId}`, key]));
  return keys.map((path) => byPath.get(path) ?? absentFromEvidence(path));
}

/** Every key of the wave, in the order of the manifest. */
function keysOfWave(found: readonly CertificateKey[], { instanceId, keys }: WaveKeys): readonly CertificateKey[] {
  const bySubject = new Map(found.map((key) => [key.subject, key]));
  return keys.map((key) => {
    const subject = subjectName({ ...key, instanceId });
    return bySubject.get(subject) ?? unrecordedKey({ ...key, subject, vaultId: placeOf(key.vaultId) });
  });
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
function endpointsOf(logs: readonly ReadLog[], id: string): string[] {
  const runs = logs.flatMap(({ entries }) => entries.map(({ run }) => run));
  const urls = runs.flatMap((run) => (run?.instanceId === id && run.endpoint !== undefined ? [run.endpoint] : []));
  return [...new Set(urls)].toSorted();
}

interface LimitFacts {
  readonly keys: readonly CertificateKey[];
  /** Whether every endpoint is a documented host of IBM. */
  readonly isIbm: boolean;
}

/** The keys that a limit is about; a limit that is not listed is about all of them. */
const concerns: Readonly<Partial<Record<Limit["code"], (key: CertificateKey) => boolean>>> = {
  not_destroyed: ({ outcome }) => ["pending_destruction", "deactivated", "not_ended", "not_recorded"].includes(outcome),
  pending_period: ({ keystores }) => keystores.some(({ status }) => status !== "not_present"),
  keystores_not_live: ({ areKeystoresLive }) => !areKeystoresLive,
  kms_restore: ({ vaultId, outcome }) => vaultId === placeOf("") && outcome === "destroyed",
  steps_not_recorded: (key) => !hasEachStep(key),
  steps_not_confirmed: ({ steps }) => steps.some(({ doneAt }) => doneAt === undefined),
};

/** The limits of what a certificate proves. Each check computes them again from the facts. */
export function limitsOf({ keys, isIbm }: LimitFacts): Certificate["predicate"]["notVerified"] {
  return limitCodes.flatMap((code): readonly Limit[] => {
    const text = limitTexts[code];
    const isConcerned = concerns[code];
    if (isConcerned === undefined) return code === "not_ibm" && isIbm ? [] : [{ code, text }];
    const subjects = keys.filter(isConcerned).map(({ subject }) => subject);
    return subjects.length === 0 ? [] : [{ code, text, subjects }];
  });
}
