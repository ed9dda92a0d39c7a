/** Connects the operations on evidence and on certificates to files, signing keys and, for a check, the clock. */

import { hash } from "node:crypto";
import { readManifest } from "../campaign/files/manifest.ts";
import { createEventSearch, type EventSearch, readAuditEvents } from "../certificate/activity-tracker.ts";
import { buildCertificate, type WaveKeys } from "../certificate/build.ts";
import { type ChainReport, createChainCheck } from "../certificate/chain.ts";
import { createEvidenceIndex, createLogReader, type FoundLog, type ReadLog } from "../certificate/evidence-log.ts";
import { renderCertificatePage } from "../certificate/html.ts";
import { sayLeftOut } from "../certificate/left-out.ts";
import { sayDestroyed } from "../certificate/messages.ts";
import { type Certificate, certificateType, faultOf, namedLogsForm } from "../certificate/statement.ts";
import { type NamedEvidence, type Verification, verifyCertificate } from "../certificate/verify.ts";
import { UkoError } from "../errors.ts";
import { createCampaignFolder } from "../services/campaign-folder.ts";
import {
  openSigner,
  readEnvelope,
  readSigners,
  readText,
  requireFree,
  type SignerChoice,
  type Target,
  writeTarget,
} from "../services/certificate-files.ts";
import { checkSignaturesBy } from "../services/consents/consent-signatures.ts";
import { sha256 } from "../services/evidence-file.ts";
import { lineAt, readEvidenceFile } from "../services/evidence-lines.ts";
import { readDocumentedHost } from "../services/http/allowed-hosts.ts";
import { readSecretText } from "../services/secret-file.ts";
import {
  type Envelope,
  envelopeOf,
  hashJson,
  payloadOf,
  serializeEnvelope,
  signEnvelope,
} from "../services/signing/envelope.ts";
import { checkSignatures, readTrust } from "../services/signing/trusted-keys.ts";
import { toolIdentity } from "./tool-identity.ts";

export { leftOutHeading } from "../certificate/left-out.ts";
export {
  certificateHeading,
  certificateHeads,
  certificateRows,
  explainChain,
  explainLimits,
  explainReading,
  explainVerification,
  unnamedSigners,
} from "../certificate/messages.ts";
export type { SignerChoice, Target } from "../services/certificate-files.ts";

/** Reads the file in UKO_SIGN_PASSPHRASE_FILE. Throws UKO_SETTINGS_INVALID, also if other users can access the file. */
export function readPassphrase(file: string): string {
  return readSecretText(file, "UKO_SIGN_PASSPHRASE_FILE").replace(/\r?\n$/, "");
}

/** Checks the chain of one evidence file. Throws UKO_INPUT_INVALID if the file cannot be read. */
export function checkEvidenceChain(path: string): ChainReport {
  const check = createChainCheck();
  return check.end(readEvidenceFile(path, check.add));
}

export interface CheckedEvidence {
  readonly file: string;
  readonly text: string;
  readonly chain: ChainReport;
}

/** Reads one evidence file once, so that the text is the one whose chain was checked. Throws UKO_INPUT_INVALID. */
export function readCheckedEvidence(file: string): CheckedEvidence {
  const check = createChainCheck();
  const lines: string[] = [];
  const head = readEvidenceFile(file, (line) => {
    check.add(line);
    lines.push(line.text);
  });
  return { file, text: lines.join("\n"), chain: check.end(head) };
}

/** Reads audit events that a person exported from the account. Throws UKO_INPUT_INVALID. */
export function searchEvents(files: readonly string[]): EventSearch | undefined {
  return files.length === 0 ? undefined : createEventSearch(readEvents(files));
}

function readEvents(files: readonly string[]): ReturnType<typeof readAuditEvents> {
  return files.flatMap((each) => readAuditEvents(readText(each), each));
}

export interface WaveChoice {
  readonly folder: string;
  readonly wave: string;
}

export interface Creation {
  readonly evidence: readonly string[];
  /** `<vaultId>/<keyId>`. */
  readonly keys: readonly string[];
  readonly wave?: WaveChoice | undefined;
  readonly signer: SignerChoice;
  readonly target: Target;
}

/**
 * Creates, signs and writes a certificate, and returns sentences about what it proves. Throws UKO_EVIDENCE_BROKEN or
 * UKO_INPUT_INVALID, and then nothing was written.
 */
export async function createCertificate(creation: Creation, signal: AbortSignal): Promise<CreatedCertificate> {
  const { target } = creation;
  const signer = await openSigner(creation.signer, signal);
  await requireFree(target);
  const { envelope, built } = await unsigned(creation);
  await writeTarget(target, serializeEnvelope(await signEnvelope(envelope, signer)));
  const { keys, destroyed, leftOut } = built;
  return {
    proven: sayDestroyed(destroyed, keys + leftOut.length),
    leftOut: sayLeftOut(leftOut, creation.wave !== undefined),
  };
}

export interface CreatedCertificate {
  /** Such as `21 of 4,583 keys destroyed`. */
  readonly proven: string;
  /** One line for each key that is not in the certificate, and the next command; empty if each key is in it. */
  readonly leftOut: readonly string[];
}

/** Builds the envelope. A function of its own, so that the evidence and the statement are not in memory later. */
async function unsigned({ evidence, keys, wave }: Creation) {
  // The manifest is read first, so that only the keys of the wave are in memory while the evidence is read.
  const named = wave === undefined ? {} : { wave: await readWave(wave) };
  const logs: FoundLog[] = [];
  const index = createEvidenceIndex((place) => lineAt(logs[place.log]?.path ?? "", place));
  for (const path of evidence) {
    const { places, ...log } = readLog(path, logs.length);
    // The certificate does not name an empty file, so the file has no position among those of the certificate.
    if (log.chain.lines === 0) continue;
    logs.push({ ...log, path });
    index.add({ places });
  }
  const sources = { logs, index, keys, ...named, tool: await toolIdentity() };
  const built = buildCertificate(sources, { hashJson, isIbmEndpoint });
  return { envelope: envelopeOf(built), built };
}

function readLog(path: string, index: number): ReadLog {
  const reader = createLogReader(index);
  const read = reader.end(readEvidenceFile(path, reader.add));
  if (read.chain.breaks.length === 0) return read;
  throw new UkoError("UKO_EVIDENCE_BROKEN", {
    summary: `The evidence in ${path} was changed after the runs wrote it`,
    detail: `No certificate was written.\nNext: uko audit --verify --file ${path}`,
  });
}

export async function addSignature(file: string, choice: SignerChoice, signal: AbortSignal): Promise<number> {
  const signer = await openSigner(choice, signal);
  const { envelope: read } = await openCertificate(file);
  const envelope = await signEnvelope(read, signer);
  await writeTarget({ file, isReplaced: true }, serializeEnvelope(envelope));
  return envelope.signatures.length;
}

export interface VerificationChoice {
  readonly file: string;
  readonly trust: readonly string[];
  readonly requiredSigners: number;
  readonly areTwoPeopleRequired: boolean;
  readonly allowsEmulator: boolean;
  /** `<vaultId>/<keyId>` of the keys whose destruction need not be recorded. */
  readonly allowedUnrecorded?: readonly string[];
  readonly evidence: readonly string[];
  /** Files with audit events of the account. */
  readonly events: readonly string[];
  readonly wave?: WaveChoice | undefined;
  /** The OpenSSH file of the people who may have signed consents. */
  readonly allowedSigners?: string | undefined;
  readonly areSignaturesRequired?: boolean;
}

/** Checks a certificate without a network. Throws UKO_CERTIFICATE_INVALID if the file is not an envelope. */
export async function verifyFile(choice: VerificationChoice): Promise<Verification> {
  const { requiredSigners, areTwoPeopleRequired, areSignaturesRequired, allowsEmulator, allowedUnrecorded } = choice;
  const trusted = await readTrust(choice.trust);
  const wave = choice.wave && (await readWave(choice.wave));
  const read = await readSigned(choice, trusted);
  return verifyCertificate(
    {
      ...read,
      nowMs: Date.now(),
      requiredSigners,
      areTwoPeopleRequired,
      ...(areSignaturesRequired !== undefined && { areSignaturesRequired }),
      allowsEmulator,
      ...(allowedUnrecorded !== undefined && { allowedUnrecorded }),
      sha256,
      ...(choice.allowedSigners !== undefined && {
        isGenuine: checkSignaturesBy([readSigners(choice.allowedSigners)]),
      }),
      ...(choice.events.length > 0 && {
        events: readEvents(choice.events),
      }),
      ...(wave !== undefined && { wave }),
    },
    { hashJson, isIbmEndpoint },
  );
}

/** Reads the envelope and the evidence. The bytes of the envelope are not in memory while it reads the evidence. */
async function readSigned({ file, evidence }: VerificationChoice, trusted: Awaited<ReturnType<typeof readTrust>>) {
  const opened = (envelope: Envelope) => ({
    signatures: checkSignatures(envelope, trusted),
    statement: payloadOf(envelope, "The certificate"),
  });
  const read = opened(await readEnvelope(file));
  if (evidence.length === 0) return read;
  return { ...read, evidence: readNamedLogs(read.statement, evidence) };
}

/** Finds the file of each log that the certificate names, in whatever order the files were passed. */
function readNamedLogs(statement: unknown, paths: readonly string[]): NamedEvidence {
  const logs = namedLogsForm.safeParse(statement).data?.predicate.evidence ?? [];
  const files: (FoundLog | undefined)[] = [];
  const index = createEvidenceIndex((place) => lineAt(files[place.log]?.path ?? "", place));
  for (const [at, { lines, head }] of logs.entries()) {
    const inOrder = paths.toSorted((a, b) => Number(b === paths[at]) - Number(a === paths[at]));
    for (const path of inOrder) {
      const reader = createLogReader(at, lines);
      readEvidenceFile(path, reader.add);
      const { places, ...read } = reader.end(undefined);
      if (read.log?.head !== head) continue;
      files[at] = { ...read, path };
      index.add({ places });
      break;
    }
  }
  return { files, entriesOf: index.entriesOf };
}

export interface ReadCertificate {
  readonly certificate: Certificate;
  readonly sha256: string;
  readonly keyIds: readonly string[];
}

/** Reads a certificate without checking its signatures. Throws UKO_CERTIFICATE_INVALID. */
export async function readCertificate(file: string): Promise<ReadCertificate> {
  const { envelope, certificate } = await openCertificate(file);
  const sha256 = hash("sha256", envelope.payload);
  return { certificate, sha256, keyIds: envelope.signatures.map(({ keyid }) => keyid) };
}

/** Reads a certificate, also for `sign`, so that no person signs a file that is not a certificate. */
async function openCertificate(
  file: string,
): Promise<{ readonly envelope: Envelope; readonly certificate: Certificate }> {
  const envelope = await readEnvelope(file);
  const statement = payloadOf(envelope, file);
  if (faultOf(statement) !== undefined) {
    throw new UkoError("UKO_CERTIFICATE_INVALID", {
      summary: `${file} is not a certificate of this release`,
      detail: `This release reads statements of type ${certificateType}.`,
    });
  }
  return { envelope, certificate: statement as Certificate };
}

export async function writePage({ certificate, ...facts }: ReadCertificate, target: Target): Promise<void> {
  await writeTarget(target, renderCertificatePage(certificate, facts));
}

/** Reads the manifest of a campaign. Throws UKO_INPUT_INVALID, UKO_INPUT_INVALID. */
async function readWave({ folder, wave }: WaveChoice): Promise<WaveKeys> {
  const manifest = await readManifest(createCampaignFolder(folder), sha256);
  const line = manifest?.waves.find((each) => each.wave === wave);
  if (manifest === undefined || line === undefined) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: manifest === undefined ? `${folder} has no manifest` : `The manifest has no wave "${wave}"`,
      detail: "Next: uko campaign plan --write writes the manifest of a campaign.",
    });
  }
  const { campaign, instance: instanceId } = manifest;
  const keys = manifest.keys
    .filter((key) => key.wave === wave)
    .map(({ vault, id, label }) => ({ vaultId: vault, keyId: id, label }));
  return { instanceId, campaign, wave, digest: line.digest, keys };
}

function isIbmEndpoint(url: string): boolean {
  return readDocumentedHost({ url, role: "uko" }) !== undefined;
}
