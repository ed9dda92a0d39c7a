/**
 * Writes and reads the text of a consent record, with which a person requests or approves a step on a key. The text is
 * the value of a tag. If the service keeps no tags, the record is a short text of fixed width at the end of the
 * description. The file does the same for the note that keeps facts of a removed record, and for a decline, by which a
 * person rejects a request. It also computes the ID of a record, from its text and the ID of the key. Anyone who may
 * write tags can write such a text, so nothing in it is trusted. A text that lacks this form, or a required part of
 * it, is not a record. Whether a record counts is decided in consent-record.ts.
 *
 * A request also carries a seal, which only a run with the same API key can compute. By the seal, a run recognizes a
 * request that an earlier run of the same person wrote. The file defines the text that the seal covers.
 */

import type { ConsentDraft } from "./consent-record.ts";
import {
  type ApprovedStep,
  approvedSteps,
  type CampaignMark,
  type ConsentRecord,
  type ConsentSignature,
  type DeactivationNote,
  type Decline,
  type DualMarker,
  type Identity,
  type QuotedRequest,
  type StatedReason,
} from "./observation.ts";

/** SHA-256 of UTF-8 bytes as 64 lowercase hex digits, passed in: this layer imports nothing. */
export type Sha256 = (text: string) => string;

/**
 * Computes the own seal of a run: an HMAC under a key that only a run with the same API key can derive. By the seal, a
 * run recognizes what an earlier run of the same person wrote. Undefined without an API key.
 */
export type OwnSeal = (statement: string) => string | undefined;

export const noSeal: OwnSeal = () => undefined;

export const maxReasonCharacters = 500;
/** The first and the latest reason of a deletion. */
const maxEarlierReasons = 2;
/** An earlier reason is cut to the first of these lengths that keeps the tag within its limit. */
const earlierReasonCharacters = [maxReasonCharacters, 200, 50] as const;
const maxNameCharacters = 100;
const maxEarlierNameCharacters = 40;
const maxIamIdCharacters = 200;
const maxTagValueCharacters = 8192;
const markCharacters = 16;
const sealCharacters = 64;
/** A list of 10,000 consents has a path of 14 hashes, each of 44 characters. */
const maxPathCharacters = 700;
/** A signature by a security key has less than 400 bytes. */
const maxSignatureCharacters = 700;
const noMark = "0".repeat(markCharacters);
const noTime = "0".repeat(8);

/**
 * The ID of a record. It depends on the key's ID, so a record that is copied to another key has a different ID there.
 */
export function recordId(keyId: string, recordText: string, sha256: Sha256): string {
  return namesOf(keyId, recordText, sha256).id;
}

/** The short name that people type, and the full hash that a review file quotes. */
export function namesOf(
  keyId: string,
  recordText: string,
  sha256: Sha256,
): { readonly id: string; readonly sha256: string } {
  const hash = sha256(`${keyId}\n${recordText}`);
  return { id: idOfHash(hash), sha256: hash };
}

/** The ID of a record is the first half of its hash. */
export function idOfHash(sha256: string): string {
  return sha256.slice(0, 32);
}

/** What a compact record keeps of an identity. */
export function markOf(iamId: string, sha256: Sha256): string {
  return sha256(iamId).slice(0, markCharacters);
}

/**
 * Writes the value of the tag `uko_deletion`: hex of JSON, because tag values allow only word characters (uko-v4.md
 * 3.1).
 */
export function encodeTagValue(draft: ConsentDraft): string {
  for (const characters of earlierReasonCharacters) {
    const value = hexJson(bodyOf(draft, characters));
    if (value.length <= maxTagValueCharacters) return value;
  }
  // Only a reason full of control characters leaves no room for 50 characters of each earlier one.
  return hexJson(bodyOf(draft, 0));
}

function bodyOf(draft: ConsentDraft, earlierCharacters: number): Record<string, unknown> {
  return {
    v: 1,
    s: draft.step,
    t: seconds(draft.writtenAtMs),
    d: draft.digest,
    a: draft.author.iamId,
    n: firstCharacters(draft.authorName ?? "", maxNameCharacters),
    h: draft.how,
    c: draft.campaign && { n: draft.campaign.name, w: draft.campaign.wave, l: draft.campaign.line },
    m: draft.seal,
    g: draft.signature && signatureBody(draft.signature),
    q: draft.quotes === undefined ? undefined : quoteBody(draft.quotes),
    x: draft.deactivatedAtMs === undefined ? undefined : seconds(draft.deactivatedAtMs),
    k: draft.kmsSetter === undefined ? undefined : (draft.kmsSetter.iamId ?? draft.kmsSetter.mark),
    w: draft.reason === undefined ? undefined : firstCharacters(draft.reason, maxReasonCharacters),
    e: earlierCharacters === 0 ? undefined : draft.earlierReasons?.map((each) => repeated(each, earlierCharacters)),
  };
}

function quoteBody({
  id,
  author,
  authorName = "",
  writtenAtMs,
  seal,
  signature,
}: QuotedRequest): Record<string, unknown> {
  const [a, n, t] = [author.iamId ?? author.mark, firstCharacters(authorName, maxNameCharacters), seconds(writtenAtMs)];
  return { i: id, a, n, t, m: seal, g: signature && signatureBody(signature) };
}

function signatureBody({ signedAtMs, path, bytes }: ConsentSignature): Record<string, unknown> {
  return { t: seconds(signedAtMs), p: path === "" ? undefined : path, s: bytes };
}

/**
 * What the own seal of a request covers. The digest covers the instance, the vault and the facts of the key, so that a
 * seal is good for this step on this key as it was.
 */
export function requestStatement(
  keyId: string,
  { step, writtenAtMs, digest, author }: Pick<ConsentRecord, "step" | "writtenAtMs" | "digest" | "author">,
): string {
  return JSON.stringify(["uko-request-1", keyId, step, seconds(writtenAtMs), digest, author.iamId ?? author.mark]);
}

function repeated({ author, authorName, reason }: StatedReason, limit: number): Record<string, unknown> {
  const isCut = Array.from(reason).length > limit;
  return {
    a: author.iamId ?? author.mark,
    n: authorName === undefined ? undefined : firstCharacters(authorName, maxEarlierNameCharacters),
    w: isCut ? `${firstCharacters(reason, limit - 1)}…` : reason,
  };
}

/**
 * The note that a record leaves when a write removes the record; undefined if the record knows no fact of a note.
 * `lastWrite` is the last write to a deactivated key: the deactivation, if its request is still on the key.
 */
export function noteLeftBy(
  tagValue: string,
  lastWrite?: { readonly atMs: number; readonly by?: string | undefined },
): string | undefined {
  const { s, x, k } = parseHexJson(tagValue) ?? {};
  const deactivation = s === "deactivate" ? lastWrite : undefined;
  const since = deactivation === undefined ? x : seconds(deactivation.atMs);
  return since === undefined && k === undefined ? undefined : hexJson({ v: 1, x: since, k, b: deactivation?.by });
}

/** Parses a note; undefined if it is not one of a version that this release knows. */
export function decodeNote(value: string, sha256: Sha256): DeactivationNote | undefined {
  const body = parseHexJson(value);
  if (body?.v !== 1) return undefined;
  return { ...noteIn(body, sha256), ...(isIamId(body.b) && { deactivatedBy: identityFrom(body.b, sha256) }) };
}

export function encodeDecline({ step, atMs, ...stated }: Decline): string {
  return hexJson({ v: 1, s: step, t: seconds(atMs), ...repeated(stated, maxReasonCharacters) });
}

/** Parses a decline; undefined if it is not one of a version that this release knows. */
export function decodeDecline(value: string, sha256: Sha256): Decline | undefined {
  const { v, s: step, t: time, ...stated } = parseHexJson(value) ?? {};
  const [by] = earlierReasonsIn([stated], sha256) ?? [];
  if (v !== 1 || !isApprovedStep(step) || !isEpochSeconds(time) || by === undefined) return undefined;
  return { ...by, step, atMs: time * 1000 };
}

function noteIn(
  { x, k }: Readonly<Record<string, unknown>>,
  sha256: Sha256,
): Pick<ConsentRecord, "deactivatedAtMs" | "kmsSetter"> {
  return {
    deactivatedAtMs: isEpochSeconds(x) ? x * 1000 : undefined,
    kmsSetter: isIamId(k) ? identityFrom(k, sha256) : undefined,
  };
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

function hexJson(body: Record<string, unknown>): string {
  return Array.from(utf8.encode(JSON.stringify(body)), (byte) => hexOfByte[byte]).join("");
}

const stepLetters = { deactivate: "d", destroy: "x" } as const satisfies Record<ApprovedStep, string>;

/**
 * Writes the fixed-width record at the end of a description, for a service that keeps no tags. It has no room for the
 * request that an approval quotes.
 */
export function encodeCompact(draft: ConsentDraft, marker: DualMarker): string {
  return [
    "[uko1",
    marker.charAt(0),
    stepLetters[draft.step],
    draft.how === "engine" ? "m" : "a",
    hexSeconds(draft.writtenAtMs),
    draft.digest,
    draft.author.mark,
    draft.deactivatedAtMs === undefined ? noTime : hexSeconds(draft.deactivatedAtMs),
    draft.kmsSetter?.mark ?? noMark,
    "]",
  ].join("");
}

/** Parses a tag's value; undefined if it is not a record of a version that this release knows. */
export function decodeTagValue(
  keyId: string,
  value: string,
  sha256: Sha256,
  ownSeal: OwnSeal = noSeal,
): ConsentRecord | undefined {
  const body = parseHexJson(value);
  if (body === undefined || body.v !== 1) return undefined;
  const { s: step, t: time, d: digest, a: author, h: how } = body;
  if (!isApprovedStep(step)) return undefined;
  if (how !== "command" && how !== "engine" && how !== "approval") return undefined;
  if (!isEpochSeconds(time) || !isHex(digest, 32)) return undefined;
  if (!isIamId(author)) return undefined;
  return {
    ...namesOf(keyId, value, sha256),
    location: "tag",
    step,
    writtenAtMs: time * 1000,
    digest,
    author: { iamId: author, mark: markOf(author, sha256) },
    how,
    campaign: markIn(body.c),
    authorName: textIn(body.n, maxNameCharacters),
    seal: isHex(body.m, sealCharacters) ? body.m : undefined,
    ...signatureIn(body.g),
    ...(how === "approval" && { quotes: quoteIn(body.q, { keyId, step, digest, sha256, ownSeal }) }),
    ...noteIn(body, sha256),
    reason: textIn(body.w, maxReasonCharacters),
    earlierReasons: earlierReasonsIn(body.e, sha256),
  };
}

interface QuoteContext extends Pick<ConsentRecord, "step" | "digest"> {
  readonly keyId: string;
  readonly sha256: Sha256;
  readonly ownSeal: OwnSeal;
}

function quoteIn(quote: unknown, { keyId, step, digest, sha256, ownSeal }: QuoteContext): QuotedRequest | undefined {
  if (typeof quote !== "object" || quote === null) return undefined;
  const { i: id, a: iamId, n: name, t: time, m: mac, g } = quote as Record<string, unknown>;
  if (!isHex(id, 32) || !isIamId(iamId) || !isEpochSeconds(time)) return undefined;
  const author = identityFrom(iamId, sha256);
  const writtenAtMs = time * 1000;
  const seal = isHex(mac, sealCharacters) ? mac : undefined;
  const own = seal && ownSeal(requestStatement(keyId, { step, writtenAtMs, digest, author }));
  return {
    ...{ id, author, writtenAtMs, seal },
    ...signatureIn(g),
    authorName: textIn(name, maxNameCharacters),
    ...(own !== undefined && own === seal && { isSealedHere: true }),
  };
}

/** A mark in another form is none: it would lead nowhere. */
function markIn(value: unknown): CampaignMark | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { n: name, w: wave, l: line } = value as Record<string, unknown>;
  return isSlug(name) && isSlug(wave) && isHex(line, 32) ? { name, wave, line } : undefined;
}

/** A name as campaign.yaml allows it for a campaign and a wave, so that a printed command has nothing to quote. */
function isSlug(value: unknown): value is string {
  return typeof value === "string" && /^[a-z0-9][a-z0-9-]{0,39}$/.test(value);
}

function signatureIn(value: unknown): Pick<ConsentRecord, "signature"> {
  if (typeof value !== "object" || value === null) return {};
  const { t: time, p: path = "", s: bytes } = value as Record<string, unknown>;
  if (!isEpochSeconds(time) || !isShortText(path, maxPathCharacters)) return {};
  return isShortText(bytes, maxSignatureCharacters) ? { signature: { signedAtMs: time * 1000, path, bytes } } : {};
}

function isShortText(value: unknown, limit: number): value is string {
  return typeof value === "string" && value.length <= limit;
}

function textIn(value: unknown, limit: number): string | undefined {
  return typeof value === "string" && value !== "" ? firstCharacters(value, limit) : undefined;
}

/** Reads the well-formed entries and skips the rest: no decision depends on a repeated reason. */
function earlierReasonsIn(list: unknown, sha256: Sha256): readonly StatedReason[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const earlierReasons = (list as readonly unknown[]).slice(0, maxEarlierReasons).flatMap((each): StatedReason[] => {
    if (typeof each !== "object" || each === null) return [];
    const { a: author, n: name, w: text } = each as Record<string, unknown>;
    const reason = textIn(text, maxReasonCharacters);
    if (!isIamId(author) || reason === undefined) return [];
    return [{ author: identityFrom(author, sha256), authorName: textIn(name, maxEarlierNameCharacters), reason }];
  });
  return earlierReasons.length === 0 ? undefined : earlierReasons;
}

const compactForm =
  /^\[uko1[bds](?<step>[dx])(?<how>[am])(?<time>[0-9a-f]{8})(?<digest>[0-9a-f]{32})(?<author>[0-9a-f]{16})(?<deactivated>[0-9a-f]{8})(?<setter>[0-9a-f]{16})\]$/;

/** Parses a compact record: `[uko1…]` with no text before or after it. */
export function decodeCompact(keyId: string, text: string, sha256: Sha256): ConsentRecord | undefined {
  const parts = compactForm.exec(text)?.groups;
  const step = approvedSteps.find((each) => stepLetters[each] === parts?.step);
  if (parts === undefined || step === undefined) return undefined;
  const { how, time = noTime, digest = "", author = noMark, deactivated = noTime, setter = noMark } = parts;
  return {
    ...namesOf(keyId, text, sha256),
    location: "description",
    step,
    writtenAtMs: Number.parseInt(time, 16) * 1000,
    digest,
    author: { mark: author },
    how: how === "m" ? "engine" : "command",
    deactivatedAtMs: deactivated === noTime ? undefined : Number.parseInt(deactivated, 16) * 1000,
    kmsSetter: setter === noMark ? undefined : { mark: setter },
  };
}

function isIamId(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= maxIamIdCharacters;
}

function isApprovedStep(step: unknown): step is ApprovedStep {
  return approvedSteps.some((each) => each === step);
}

function parseHexJson(value: string): Record<string, unknown> | undefined {
  if (value.length > maxTagValueCharacters || value.length % 2 !== 0 || !/^[0-9a-f]+$/.test(value)) return undefined;
  const bytes = Uint8Array.from({ length: value.length / 2 }, (_, at) =>
    Number.parseInt(value.slice(2 * at, 2 * at + 2), 16),
  );
  try {
    const parsed: unknown = JSON.parse(strictUtf8.decode(bytes));
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function identityFrom(text: string, sha256: Sha256): Identity {
  return isHex(text, markCharacters) ? { mark: text } : { iamId: text, mark: markOf(text, sha256) };
}

function isHex(value: unknown, length: number): value is string {
  return typeof value === "string" && value.length === length && /^[0-9a-f]+$/.test(value);
}

function isEpochSeconds(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 0xffffffff;
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

function hexSeconds(ms: number): string {
  return seconds(ms).toString(16).padStart(8, "0");
}

/** Counts characters, not code units, so that no character is split. */
function firstCharacters(text: string, limit: number): string {
  return Array.from(text).slice(0, limit).join("");
}
