/**
 * The oracle: replays an audit trail of the local UKO and finds every step that one person took alone. A step takes a PATCH
 * by the person who requests it, and by another person either the step itself or a PATCH with an approval. On such an
 * approval only the requester acts.
 *
 * It shares no code with the product. It reads the consent records from the trail's raw text, and takes who wrote and
 * who acted from the trail (the tokens that the service verified), never from what a record says of itself.
 *
 * The service names only the last writer of a key, so a person who writes to a key for any other reason appears to have
 * written a record that another person planted there. The oracle knows more: a text counts only for the caller of the
 * PATCH that brought it onto the key, and no later write makes it count for anybody.
 */

import { createHash } from "node:crypto";

/** One line of `/_emulator/audit`, as far as the oracle reads it. */
export interface TrailEntry {
  readonly seq: number;
  readonly time: string;
  readonly operation: string;
  readonly path?: string | undefined;
  readonly query?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly caller?: string | undefined;
  readonly authn?: string | undefined;
  readonly keyId?: string | undefined;
  readonly label?: string | undefined;
  readonly from?: string | undefined;
  readonly status: number;
  readonly effect: boolean;
  readonly after?:
    | {
        readonly state: string;
        readonly tags: readonly { readonly name: string; readonly value: string }[];
        readonly description: string;
        readonly updatedAt: string;
      }
    | undefined;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

export type ViolationKind =
  | "no-consent"
  | "other-step"
  | "own-consent"
  | "not-the-requester"
  | "engine-asked"
  | "consent-too-old"
  | "not-a-person"
  | "force"
  | "purge"
  | "kms-delete"
  | "removed-with-material"
  | "request-over-binding"
  | "record-carried-along";

export interface Violation {
  readonly kind: ViolationKind;
  readonly seq: number;
  readonly operation: string;
  readonly keyId?: string | undefined;
  readonly why: string;
}

export interface Verdict {
  readonly ok: boolean;
  readonly violations: readonly Violation[];
}

export interface JudgeOptions {
  /** Whether dual authorization applies; without it only the rules that hold for everybody are checked. */
  readonly required: boolean;
  readonly gate: "both" | "destroy";
  /** Whether an iam_id is a person's: neither `iam-` nor `crn-` in front, unless told otherwise. */
  readonly isPerson?: (iamId: string) => boolean;
  /** Also flags consequential steps of services where dual authorization does not apply. */
  readonly flagServices?: boolean;
  /** Entries made by the test itself, such as a colleague in the console: they count as writes, and are not judged. */
  readonly isOutsider?: (entry: TrailEntry) => boolean;
  /** The service ignores changes to tags. No write can take a record's tag off, so its tag is not carried along. */
  readonly ignoresTags?: boolean;
}

type Step = "deactivate" | "destroy";

/** A consent record as found on a key, with who wrote it according to the trail. */
interface Consent {
  readonly id: string;
  readonly print: string;
  readonly step: Step;
  readonly digest: string;
  readonly writtenMs: number;
  readonly author: string;
  readonly isApproval: boolean;
  /** The request that an approval is for, as its own author's PATCH brought it. */
  readonly request?: Consent;
}

interface RawRecord {
  readonly id: string;
  /** What the record says, apart from its location, its names and its reasons: a copy in another form has the same one. */
  readonly print: string;
  readonly step: Step;
  readonly digest: string;
  readonly writtenSeconds: number;
  readonly isApproval: boolean;
  /** An engine wrote the request. */
  readonly isByEngine: boolean;
  /** The request that an approval quotes. */
  readonly quoted?: Quote | undefined;
  readonly claims: (iamId: string) => boolean;
}

interface Quote {
  readonly hash: unknown;
  readonly author: unknown;
  readonly writtenSeconds: unknown;
}

interface KeyHistory {
  /** Set while the key's last write is a PATCH that brought a consent record. */
  readonly consent?: Consent | undefined;
  readonly state?: string | undefined;
  /** The request that the approval on the key replaced; its author may write the approval again, with a time that fits. */
  readonly approved?: { readonly request: Consent; readonly by: string } | undefined;
  /** The prints of all texts in a record's place, readable or not, whoever brought them. */
  readonly texts: ReadonlySet<string>;
}

const steps = { deactivateManagedKey: "deactivate", destroyManagedKey: "destroy" } as const satisfies Record<
  string,
  Step
>;
/** Calls that write a key's record; the backing key's (`M…`) are not among them. */
const keyWrites = new Set([
  "createManagedKey",
  "updateManagedKey",
  "deleteManagedKey",
  "activateManagedKey",
  "deactivateManagedKey",
  "destroyManagedKey",
  "rotateManagedKey",
  "updateManagedKeyFromTemplate",
  "syncStatusInKeystores",
  "seed",
  "control",
]);
/** Writes that are not a call of anybody to the service. */
const fromOutside = new Set(["seed", "control"]);
/** Calls that can bring a text onto a key. */
const textWrites = new Set(["createManagedKey", "updateManagedKey", "seed", "control"]);
const lifeMs = 7 * 86_400_000;
/** How long a request counts that an approval quotes. */
const quotedLifeMs = { deactivate: lifeMs, destroy: 2 * 86_400_000 } as const satisfies Record<Step, number>;
/** How long after a record's own time its PATCH may arrive. It never arrives before. */
const toleranceMs = 2_000;

const isPersonByPrefix = (iamId: string): boolean => iamId !== "" && !/^(?:iam|crn)-/.test(iamId);

/** Judges a whole trail, oldest entry first. */
export function judge(audit: readonly TrailEntry[], options: JudgeOptions): Verdict {
  const histories = new Map<string, KeyHistory>();
  const violations: Violation[] = [];
  for (const entry of audit) {
    const history = histories.get(entry.keyId ?? "") ?? { texts: new Set() };
    if (options.isOutsider?.(entry) !== true) {
      for (const [kind, why] of faultsOf(entry, history, options)) {
        violations.push({ kind, why, seq: entry.seq, operation: entry.operation, keyId: entry.keyId });
      }
    }
    if (entry.keyId !== undefined && entry.effect && keyWrites.has(entry.operation)) {
      const isPerson = options.isPerson ?? isPersonByPrefix;
      const texts = new Set(textsOn(entry).map(({ print }) => print));
      const own = ownRecordOf(entry, history, isPerson);
      const request = own?.isApproval === true ? requestFor(history, own.author) : undefined;
      const approved = own === undefined || request === undefined ? undefined : { request, by: own.author };
      const state = entry.after?.state;
      histories.set(entry.keyId, { consent: consentOf(entry, history, isPerson), state, texts, approved });
    }
  }
  return { ok: violations.length === 0, violations };
}

/** Renders a verdict for a failing test. */
export function explainVerdict(verdict: Verdict): string {
  return verdict.violations.map(({ seq, operation, kind, why }) => `#${seq} ${operation} ${kind}: ${why}`).join("\n");
}

type Fault = readonly [ViolationKind, string];

function faultsOf(entry: TrailEntry, history: KeyHistory, options: JudgeOptions): readonly Fault[] {
  const faults: Fault[] = [];
  // What must never even be sent counts whether or not it had an effect.
  if (/[?&]force=true\b/.test(entry.query ?? "")) faults.push(["force", "a call carried force=true"]);
  if (entry.operation === "purgeKmsKey") faults.push(["purge", "a KMS key was to be purged"]);
  if (entry.operation === "deleteKmsKey" && entry.keyId !== undefined) {
    faults.push(["kms-delete", "the backing key of a managed key was to be deleted behind UKO's back"]);
  }
  const materialIn = entry.detail?.materialIn;
  if (entry.operation === "deleteManagedKey" && Array.isArray(materialIn) && materialIn.length > 0) {
    faults.push(["removed-with-material", `material remains in ${materialIn.join(", ")}`]);
  }
  if (!entry.effect) return faults;
  if (entry.operation === "updateManagedKey") faults.push(...overwrites(entry, history, options));
  if (bringsDestroyByEngine(entry, history)) faults.push(["engine-asked", "an engine requested a destruction"]);
  faults.push(...carriesAlong(entry, history, options));
  const step = stepOf(entry);
  if (step !== undefined) faults.push(...loneStep(entry, step, history, options));
  return faults;
}

function stepOf(entry: TrailEntry): Step | undefined {
  return entry.operation === "deactivateManagedKey" || entry.operation === "destroyManagedKey"
    ? steps[entry.operation]
    : undefined;
}

/** Only a person by hand requests what cannot be undone. */
function bringsDestroyByEngine(entry: TrailEntry, { texts }: KeyHistory): boolean {
  if (entry.operation !== "updateManagedKey") return false;
  return textsOn(entry).some(
    ({ print, record }) => record?.isByEngine === true && record.step === "destroy" && !texts.has(print),
  );
}

function loneStep(entry: TrailEntry, step: Step, { consent }: KeyHistory, options: JudgeOptions): readonly Fault[] {
  const isPerson = options.isPerson ?? isPersonByPrefix;
  const actor = entry.authn ?? "";
  if (!options.required) {
    return options.flagServices === true && !isPerson(actor) ? [["not-a-person", `${actor} acted`]] : [];
  }
  const faults: Fault[] = isPerson(actor) ? [] : [["not-a-person", `${actor} acted`]];
  if (consent === undefined) return [...faults, ["no-consent", "the last write was no person's consent record"]];
  if (consent.step !== step) faults.push(["other-step", `the record is for ${consent.step}`]);
  const { author, request } = consent;
  const ownSuffices = options.gate === "destroy" && step === "deactivate" && request === undefined;
  if (author === actor && !ownSuffices) faults.push(["own-consent", `${actor} consented alone`]);
  if (request !== undefined && author !== actor && request.author !== actor) {
    faults.push(["not-the-requester", `${actor} used the approval of a request by ${request.author}`]);
  }
  if (Date.parse(entry.time) >= expiryOf(consent)) faults.push(["consent-too-old", "its time is over"]);
  return faults;
}

function expiryOf({ step, writtenMs, request }: Consent): number {
  return Math.min(writtenMs + lifeMs, request === undefined ? Infinity : request.writtenMs + quotedLifeMs[step]);
}

/** While a record binds, a PATCH may only withdraw it, or approve somebody else's request. */
function overwrites(entry: TrailEntry, history: KeyHistory, options: JudgeOptions): readonly Fault[] {
  const { consent, state } = history;
  const next: Step = state === "active" ? "deactivate" : "destroy";
  const binds = consent !== undefined && consent.step === next && Date.parse(entry.time) < expiryOf(consent);
  const written = recordOn(entry);
  if (!binds || written === undefined || written.print === consent.print) return [];
  const own = ownRecordOf(entry, history, options.isPerson ?? isPersonByPrefix);
  const isApproval = own?.isApproval === true && doesApprove(own, consent);
  return isApproval ? [] : [["request-over-binding", "a record replaced one that still binds"]];
}

/**
 * A write that leaves on the key a text that it did not bring. Its caller becomes the last writer, for whom the text then
 * appears to count: so a planted record would become the victim's. Only the step that acts on a record keeps that record.
 */
function carriesAlong(entry: TrailEntry, { consent, texts }: KeyHistory, options: JudgeOptions): readonly Fault[] {
  // No consent counts for a destroyed key, whatever is left on it.
  const isOver = entry.after?.state === "destroyed";
  if (isOver || !keyWrites.has(entry.operation) || fromOutside.has(entry.operation)) return [];
  const used = consent !== undefined && consent.step === stepOf(entry) ? consent.print : undefined;
  const isCarried = textsOn(entry).some(
    ({ print, location, record }) =>
      texts.has(print) &&
      print !== used &&
      !(location === "tag" && options.ignoresTags === true) &&
      !(entry.operation === "activateManagedKey" && !couldCount(entry, record)),
  );
  return isCarried ? [["record-carried-along", "a write left a record on the key that it did not bring"]] : [];
}

/**
 * Whether a text could count for the caller of this very call. An activation ends an outage at once, so it may leave a
 * text of another person or of another time on the key: the call does not make such a text count.
 */
function couldCount({ caller = "", after }: TrailEntry, record: RawRecord | undefined): boolean {
  if (record === undefined || after === undefined) return false;
  const lateMs = Date.parse(after.updatedAt) - record.writtenSeconds * 1_000;
  return record.claims(caller) && lateMs >= 0 && lateMs <= toleranceMs;
}

/** The consent that a write leaves on the key; none unless its writer is the person that the record names, and brought it. */
function consentOf(entry: TrailEntry, before: KeyHistory, isPerson: (iamId: string) => boolean): Consent | undefined {
  const own = ownRecordOf(entry, before, isPerson);
  if (own === undefined || entry.after === undefined) return undefined;
  const lateMs = Date.parse(entry.after.updatedAt) - own.writtenMs;
  if (lateMs < 0 || lateMs > toleranceMs) return undefined;
  if (!own.isApproval) return own;
  const request = requestFor(before, own.author);
  return request !== undefined && doesApprove(own, request) ? { ...own, request } : undefined;
}

type Brought = Consent & Pick<RawRecord, "quoted">;

/** The record that the writer brought in their own name, whenever it says that it was written. */
function ownRecordOf(entry: TrailEntry, before: KeyHistory, isPerson: (iamId: string) => boolean): Brought | undefined {
  if (!textWrites.has(entry.operation)) return undefined;
  const { caller = "", authn = "" } = entry;
  const record = recordOn(entry);
  if (record === undefined || before.texts.has(record.print)) return undefined;
  if (!isPerson(caller) || !isPerson(authn) || !record.claims(caller)) return undefined;
  const { writtenSeconds, claims: _claims, isByEngine: _isMet, ...facts } = record;
  return { ...facts, writtenMs: writtenSeconds * 1_000, author: authn };
}

function requestFor({ consent, approved }: KeyHistory, author: string): Consent | undefined {
  return consent ?? (approved?.by === author ? approved.request : undefined);
}

/** An approval counts only if it quotes the request that another person's own PATCH brought, for the same step and facts. */
function doesApprove({ quoted, ...approval }: Brought, request: Consent): boolean {
  if (request.isApproval || request.author === approval.author) return false;
  const isQuoted = isHashOf(quoted?.hash, request.id) && quoted?.author === request.author;
  const isSame = approval.step === request.step && approval.digest === request.digest;
  const isDated = quoted?.writtenSeconds === request.writtenMs / 1_000;
  return isQuoted && isDated && isSame && approval.writtenMs < request.writtenMs + quotedLifeMs[request.step];
}

const compactForm =
  /(?:^|\n)(\[uko1[bds]([dx])([am])([0-9a-f]{8})([0-9a-f]{32})([0-9a-f]{16})[0-9a-f]{8}[0-9a-f]{16}\])$/;

interface Text {
  readonly location: "tag" | "description";
  readonly print: string;
  /** Absent if the text is not a record. */
  readonly record: RawRecord | undefined;
}

/** Every text in a record's place on the key after a write. */
function textsOn(entry: TrailEntry): readonly Text[] {
  const keyId = entry.keyId ?? "";
  const tags = (entry.after?.tags ?? []).filter(({ name }) => name === "uko_deletion");
  const texts: Text[] = tags.map(({ value }) => {
    const record = fromTag(keyId, value);
    return { location: "tag", print: record?.print ?? value, record };
  });
  const match = compactForm.exec(entry.after?.description ?? "");
  if (match === null) return texts;
  const record = fromCompact(keyId, match);
  return [...texts, { location: "description", print: record.print, record }];
}

/**
 * The one record on the key after a write. A key with both locations, or two, has none, unless the tag is so much older than the
 * record in the description that the last write cannot be its own.
 */
function recordOn(entry: TrailEntry): RawRecord | undefined {
  const keyId = entry.keyId ?? "";
  const tags = (entry.after?.tags ?? []).filter(({ name }) => name === "uko_deletion");
  const [inTag, ...more] = tags.map(({ value }) => fromTag(keyId, value));
  const match = compactForm.exec(entry.after?.description ?? "");
  if (match === null) return more.length === 0 ? inTag : undefined;
  const inDescription = fromCompact(keyId, match);
  if (tags.length === 0) return inDescription;
  if (inTag === undefined || more.length > 0) return undefined;
  const isOutlived = (inDescription.writtenSeconds - inTag.writtenSeconds) * 1_000 > toleranceMs;
  return isOutlived ? inDescription : undefined;
}

function fromTag(keyId: string, value: string): RawRecord | undefined {
  try {
    const record: unknown = JSON.parse(Buffer.from(value, "hex").toString("utf8"));
    if (typeof record !== "object" || record === null) return undefined;
    const fields = new Map<string, unknown>(Object.entries(record));
    const step = fields.get("s");
    const writtenSeconds = fields.get("t");
    const author = fields.get("a");
    const digest = fields.get("d");
    if (fields.get("v") !== 1 || typeof writtenSeconds !== "number") return undefined;
    if (typeof author !== "string" || typeof digest !== "string") return undefined;
    if (step !== "deactivate" && step !== "destroy") return undefined;
    const facts = { step, writtenSeconds, digest, isApproval: fields.get("h") === "approval" } as const;
    return {
      ...facts,
      id: recordId(keyId, value),
      print: printOf(facts, markOf(author)),
      isByEngine: fields.get("h") === "engine",
      quoted: quoteIn(fields.get("q")),
      claims: (iamId) => iamId === author,
    };
  } catch {
    return undefined;
  }
}

function quoteIn(quote: unknown): Quote | undefined {
  if (typeof quote !== "object" || quote === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(quote));
  return { hash: fields.get("i"), author: fields.get("a"), writtenSeconds: fields.get("t") };
}

function fromCompact(keyId: string, match: RegExpExecArray): RawRecord {
  const [, location = "", step, how, time = "", digest = "", author = ""] = match;
  const facts = {
    step: step === "d" ? "deactivate" : "destroy",
    writtenSeconds: Number.parseInt(time, 16),
    digest,
    isApproval: false,
  } as const;
  return {
    ...facts,
    isByEngine: how === "m",
    id: recordId(keyId, location),
    print: printOf(facts, author),
    claims: (iamId) => markOf(iamId) === author,
  };
}

function printOf(
  { step, writtenSeconds, digest, isApproval }: Pick<RawRecord, "step" | "writtenSeconds" | "digest" | "isApproval">,
  author: string,
): string {
  return `${isApproval ? "approval" : "request"} ${step} ${writtenSeconds} ${digest} ${author}`;
}

function markOf(iamId: string): string {
  return sha256(iamId).slice(0, 16);
}

/** The first 32 hex digits of the record's hash. */
export function recordId(keyId: string, location: string): string {
  return recordHash(keyId, location).slice(0, 32);
}

/** The SHA-256 of the key's id and the text of the record, which an approval quotes. */
export function recordHash(keyId: string, location: string): string {
  return sha256(`${keyId}\n${location}`);
}

/** Whether a quote names the record with this id: by all 64 digits of its hash. */
function isHashOf(hash: unknown, id: string): boolean {
  return typeof hash === "string" && hash.length === 64 && hash.startsWith(id);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
