/**
 * Defines the form of a certificate, an in-toto Statement v1, and the texts that say what it does not prove. An unknown
 * field is an error, because an older reader could otherwise show only a part of the certificate of a newer release.
 */

import * as z from "zod";

export const statementType = "https://in-toto.io/Statement/v1";
/** The type of this form. A change of the form gets a new version number at its end. */
export const certificateType = "https://github.com/pulumi-uko/pulumi-uko/certificate/v1";

/** A certificate with more keys would be unwieldy; a campaign has one certificate for each wave. */
export const maxSubjects = 20_000;

/** The method in the words of NIST SP 800-88, as far as the service's reports support them. */
export const method = {
  standard: "NIST SP 800-88 Rev. 2",
  technique: "cryptographic erase",
  statement:
    "For each key with the outcome destroyed or removed, the signers state that the service at the named endpoints reported a cryptographic erase. uko did not inspect the erase.",
} as const;

const text = z.string();
/** A time of the service, as evidence and certificates have it. */
export const time = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/)
  .refine(isRealTime, "is not a day or time of the calendar");
/** Whether the time exists: `2026-13-45` has the form of a date, and JavaScript moves `2026-02-31` to March. */
function isRealTime(time: string): boolean {
  const ms = Date.parse(time);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(time.slice(0, 19));
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const person = z.strictObject({ iamId: text, name: text.optional() });
const recordAuthor = z.strictObject({
  iamId: text.describe("Empty if the evidence does not have it"),
  recordId: text.optional().describe("ID of the consent record; absent for an approver who executed the step"),
  at: time.optional().describe("When the person wrote the record"),
  reason: text.optional(),
});
export const keystoreReport = z.strictObject({
  id: text.optional(),
  name: text,
  type: text.optional(),
  keyId: text.optional().describe("ID of the key in this keystore, such as the cloud's key"),
  status: text.describe("Status that the service reported"),
  syncFlag: text,
  destructionAt: text.optional().describe("End of the pending period that the service reported"),
});
/** A consent as its author signed it: the statement, and its place in the list that one signature covers. */
export const signedConsent = z.strictObject({
  ...{ statement: text, signedAt: time, path: text, signature: text },
  body: text.optional().describe("What else the person signed, such as the reason; the statement has its SHA-256"),
});
const step = z.strictObject({
  step: text,
  from: text,
  to: text,
  startedAt: time.describe("Time of the service before the call"),
  doneAt: time.optional().describe("Time of the service of the entry after the call; absent if not confirmed"),
  settled: z
    .strictObject({ at: time, state: text.describe("absent: the service did not find the key") })
    .optional()
    .describe("What the service reported of the key later, if no entry reports the step as done"),
  executor: person.extend({ loggedInBy: text.optional().describe("How the executor logged in, as their token said") }),
  credential: z.enum(["api_key", "token"]).optional().describe("How the executor authenticated, as far as known"),
  about: text.optional().describe("For a consent record: the step that the record requests or approves"),
  requester: recordAuthor.optional().describe("Absent if one person alone took a step that can require two"),
  approver: recordAuthor.optional(),
  signed: z.array(signedConsent).optional().describe("Both consents to a destruction, as the people signed them"),
  digest: text.optional().describe("Digest of the key's facts that the approval covers"),
  reason: text.optional().describe("Why the executor declined a request, released a hold, or removed a key despite it"),
  hold: text
    .optional()
    .describe("The hold that the step ended, or despite which the key was removed, as its tag had it"),
  correlationId: text.optional(),
  evidence: z.strictObject({ log: z.int().nonnegative(), seq: z.int().positive().optional() }),
});

export const outcomes = [
  "removed",
  "destroyed",
  "pending_destruction",
  "deactivated",
  "not_ended",
  "not_recorded",
] as const;

/** What the service says of a key, as the evidence repeats it. */
export const keyMetadata = {
  algorithm: text.optional(),
  size: text.optional(),
  version: z.int().optional(),
  template: text.optional(),
  description: text.optional(),
  activationDate: text.optional(),
  expirationDate: text.optional(),
  createdAt: text.optional(),
  createdBy: text.optional(),
  rotatedAt: text.optional(),
};

export const keyCheckValue = z.strictObject({ method: text, value: text });

export const certificateKey = z.strictObject({
  subject: text,
  vaultId: text,
  keyId: text,
  label: text,
  outcome: z
    .enum(outcomes)
    .describe(
      "removed: destroyed, and then its metadata was removed from the vault; destroyed: every keystore reported live that the key is gone; pending_destruction: not every keystore did",
    ),
  outcomeAt: time.optional(),
  ...keyMetadata,
  keyCheckValues: z
    .array(keyCheckValue)
    .optional()
    .describe("What the service reported before the destruction; absent if it reported none"),
  keystores: z.array(keystoreReport),
  keystoresReadAt: time.optional(),
  areKeystoresLive: z.boolean().describe("Whether the keystores were asked live at that time"),
  kmsKeys: z.array(z.strictObject({ id: text, state: text })),
  steps: z.array(step),
});

const log = z.strictObject({
  lines: z.int().positive(),
  head: sha256.describe("SHA-256 of the last chained line"),
});

const tool = z.strictObject({ name: text, version: text, build: text });

/** The limits of a certificate, by code: what it does not prove. */
export const limitTexts = {
  exported_material: "Copies of the key material outside the named keystores: exported, or kept by its importer",
  backups: "Backups of the service, of its hardware and of the clouds behind the keystores",
  hsm_zeroization: "The erasure inside the hardware: the service reported it, an inspection did not take place",
  log_of_executors:
    "The truth of the evidence: it was written on the machines of the people who took the steps, and its holder could have invented it",
  not_destroyed: "The end of the key material of these keys: the service did not report them as destroyed",
  pending_period:
    "The copies of these keys in keystores that did not report them as absent, for example in a cloud whose pending period had not ended",
  keystores_not_live: "The keystores of these keys: they were not asked live after the destruction",
  kms_restore: "That these keys stay destroyed: KMS can restore a key for 30 days after its destruction",
  steps_not_recorded: "Who took each step on these keys, and with whose approval: not every step was recorded",
  not_ibm: "That IBM's service answered: an endpoint is an emulator, is another host, or is not recorded",
} as const;
export const limitCodes = Object.keys(limitTexts) as readonly (keyof typeof limitTexts)[];
const limit = z.strictObject({
  code: z.enum(limitCodes),
  text,
  subjects: z.array(text).optional().describe("Keys concerned; absent if all are"),
});

const openKey = z.strictObject({ subject: text, label: text, step: text, startedAt: time });

const predicate = z.strictObject({
  evidenceUntil: time
    .optional()
    .describe("Latest time of the service in the evidence; absent if the evidence has no line"),
  tool,
  instance: z.strictObject({
    id: text,
    endpoints: z.array(text).describe("Endpoints that the runs called; empty if the evidence does not have them"),
  }),
  method: z.strictObject({
    standard: z.literal(method.standard),
    technique: z.literal(method.technique),
    statement: z.literal(method.statement),
  }),
  keys: z.array(certificateKey).min(1).max(maxSubjects),
  leftOut: z
    .array(openKey)
    .min(1)
    .max(maxSubjects)
    .optional()
    .describe("Keys that are not in the certificate, because a step began and nothing says how it ended"),
  list: z.strictObject({
    count: z.int().positive(),
    sha256: sha256.describe("SHA-256 of the canonical list of subjects"),
  }),
  wave: z
    .strictObject({
      campaign: text,
      wave: text,
      count: z.int().positive(),
      digest: sha256.describe("Digest of the wave in the manifest of the campaign"),
    })
    .optional()
    .describe("The wave of a campaign whose keys are listed, all of them"),
  evidence: z.array(log).max(1_000),
  notVerified: z.array(limit).min(1).describe("What the certificate does not prove"),
});

const subject = z.strictObject({ name: text, digest: z.strictObject({ sha256 }) });

export const certificateForm = z.strictObject({
  _type: z.literal(statementType),
  subject: z.array(subject).min(1).max(maxSubjects),
  predicateType: z.literal(certificateType),
  predicate,
});
/**
 * The form of everything except the keys. Each key is checked alone, because a check copies what it checks, and a copy
 * of thousands of keys would take much memory.
 */
export const outlineForm = certificateForm.extend({
  predicate: predicate.extend({ keys: z.array(z.custom<CertificateKey>()).min(1).max(maxSubjects) }),
});
/** The evidence files that a statement names, read even if the rest of the statement is not valid. */
export const namedLogsForm = z.object({ predicate: z.object({ evidence: predicate.shape.evidence }) });
export type Certificate = z.infer<typeof certificateForm>;
export type CertificateKey = z.infer<typeof certificateKey>;
export type CertificateStep = z.infer<typeof step>;
export type CertificateLog = z.infer<typeof log>;
export type CertificateWave = NonNullable<Certificate["predicate"]["wave"]>;
export type Limit = z.infer<typeof limit>;
export type OpenKey = z.infer<typeof openKey>;
export type Subject = z.infer<typeof subject>;

interface NamedKey {
  readonly instanceId: string;
  /** Empty for a KMS key outside UKO. */
  readonly vaultId: string;
  readonly keyId: string;
}

/** The name of a key in a certificate: `<instance>/<vault>/<key>`, or `<instance>/kms/<key>`. */
export function subjectName({ instanceId, vaultId, keyId }: NamedKey): string {
  return `${instanceId}/${vaultSegmentOf(vaultId)}/${keyId}`;
}

export function vaultSegmentOf(vaultId: string): string {
  return vaultId === "" ? "kms" : vaultId;
}

/** SHA-256 of the canonical JSON (RFC 8785) of a value, in hexadecimal digits. */
export type HashJson = (value: unknown) => string;

/** Returns the first fault of a statement; undefined if it is a certificate. */
export function faultOf(statement: unknown): Pick<z.core.$ZodIssue, "path" | "message"> | undefined {
  const { data, error } = outlineForm.safeParse(statement);
  if (data === undefined) return error?.issues[0];
  for (const [at, key] of data.predicate.keys.entries()) {
    const [issue] = certificateKey.safeParse(key).error?.issues ?? [];
    if (issue !== undefined) return { ...issue, path: ["predicate", "keys", at, ...issue.path] };
  }
  return undefined;
}
