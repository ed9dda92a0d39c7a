/**
 * Writes and reads the text of a record, a note and a decline, as the value of a tag, or with fixed width at the end of
 * a description. It also computes the ID of a record, and the text that its seal covers.
 *
 * - Anyone who may write tags can write such a text, so nothing in it is trusted. A text that lacks this form, or a
 *   required part of it, is not a record.
 * - The seal covers the body. Otherwise Carol could change the reason in Bob's request, and Alice would approve a
 *   reason that Bob never gave.
 * - A tag is a record only if it is byte for byte what uko writes for what uko reads in it. Otherwise two texts could
 *   show the same record and have different hashes.
 */

import {
  type ApprovedStep,
  approvedSteps,
  type CampaignMark,
  type ConsentRecord,
  type ConsentSignature,
  type DeactivationNote,
  type Decline,
  type Identity,
  type QuotedRequest,
  type RequiredPeople,
  type StatedReason,
} from "../vocabulary/observation.ts";
import type { ConsentDraft } from "./consent-record.ts";

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
/**
 * Each earlier reason is cut to the first of these lengths that keeps the tag within its limit. Only a reason full of
 * control characters leaves no room for 50 characters of each earlier one.
 */
const earlierReasonCharacters = [maxReasonCharacters, 200, 50, 0] as const;
const maxNameCharacters = 100;
const maxEarlierNameCharacters = 40;
const maxIamIdCharacters = 200;
const maxTagValueCharacters = 8192;
const markCharacters = 16;
const sealCharacters = 64;
/** A list of 10,000 consents has a path of 14 hashes, each of 44 characters. */
const maxPathCharacters = 700;
const pathCharactersPerLevel = 50;
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
 * The draft with its earlier reasons cut to the room that the tag has beside a seal, and beside a signature for a list
 * of so many levels. A draft is cut before anything covers it, and never again. Undefined if it does not fit even
 * without earlier reasons.
 */
export function fitToTag(draft: ConsentDraft, signedLevels?: number): ConsentDraft | undefined {
  const signature = signedLevels === undefined ? 0 : maxSignatureCharacters + signedLevels * pathCharactersPerLevel;
  return shortenedDrafts(draft).find(
    (each) => encodeTagValue({ ...each, seal: noSealYet }).length + 2 * signature <= maxTagValueCharacters,
  );
}

/** The draft with its earlier reasons cut to each length, the longest first. */
export function shortenedDrafts(draft: ConsentDraft): readonly ConsentDraft[] {
  return earlierReasonCharacters.map((characters) => {
    const cut = characters === 0 ? undefined : draft.earlierReasons?.map((each) => shortened(each, characters));
    return { ...draft, earlierReasons: cut };
  });
}

const noSealYet = "0".repeat(sealCharacters);

/**
 * Writes the value of the tag `uko_deletion`: hex of JSON, because tag values allow only word characters (uko-v4.md
 * 3.1). The draft has to fit (`fitToTag`).
 */
export function encodeTagValue(draft: ConsentDraft): string {
  return hexJson(jsonOf(draft));
}

/**
 * What a seal and a signature cover of a record beside its key, step, time, digest and author. The time is left out,
 * because a record that was written too late gets a new one. The time of the deactivation only informs.
 */
export function bodyJson(draft: ConsentDraft): string {
  return withoutMarks(jsonOf(draft));
}

function withoutMarks({
  m: _seal,
  g: _signature,
  t: _time,
  x: _deactivated,
  ...body
}: Record<string, unknown>): string {
  return JSON.stringify(body);
}

function jsonOf(draft: ConsentDraft): Record<string, unknown> {
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
    p: draft.ownWriteAtMs === undefined ? undefined : seconds(draft.ownWriteAtMs),
    w: draft.reason === undefined ? undefined : firstCharacters(draft.reason, maxReasonCharacters),
    e: draft.earlierReasons?.map(repeated),
  };
}

function quoteBody({ sha256, body, author, authorName = "", ...quote }: QuotedRequest): Record<string, unknown> {
  const [a, n] = [author.iamId ?? author.mark, firstCharacters(authorName, maxNameCharacters)];
  const { writtenAtMs, seal, signature } = quote;
  return { i: sha256, b: body, a, n, t: seconds(writtenAtMs), m: seal, g: signature && signatureBody(signature) };
}

function signatureBody({ signedAtMs, path, bytes }: ConsentSignature): Record<string, unknown> {
  return { t: seconds(signedAtMs), p: path === "" ? undefined : path, s: bytes };
}

/**
 * What the own seal of a request covers. The digest covers the instance, the vault and the facts of the key, so that a
 * seal is good for this step on this key as it was. A quoted request is judged with the key, step and digest of the
 * approval that quotes it. Otherwise Bob's request to deactivate could be quoted to destroy.
 */
export function requestStatement(
  keyId: string,
  {
    step,
    writtenAtMs,
    digest,
    author,
    body,
  }: Pick<ConsentRecord, "step" | "writtenAtMs" | "digest" | "author" | "body">,
): string {
  const [who, t] = [author.iamId ?? author.mark, seconds(writtenAtMs)];
  return JSON.stringify(["uko-request-1", keyId, step, t, digest, who, body]);
}

function shortened({ reason, ...stated }: StatedReason, limit: number): StatedReason {
  const isCut = Array.from(reason).length > limit;
  return { ...stated, reason: isCut ? `${firstCharacters(reason, limit - 1)}…` : reason };
}

function repeated({ author, authorName, reason }: StatedReason): Record<string, unknown> {
  const name = authorName === undefined ? undefined : firstCharacters(authorName, maxEarlierNameCharacters);
  return { a: author.iamId ?? author.mark, n: name, w: firstCharacters(reason, maxReasonCharacters) };
}

/**
 * The note that a record leaves when a write removes the record; undefined if the record knows no fact of a note.
 * `lastWrite` is the last write to a deactivated key: the deactivation, if its request is still on the key.
 */
export function noteOfRemovedRecord(
  tagValue: string,
  lastWrite?: { readonly atMs: number; readonly by?: string | undefined },
): string | undefined {
  const { s, x, k } = parseHexJson(tagValue) ?? {};
  const deactivation = s === "deactivate" ? lastWrite : undefined;
  const since = deactivation === undefined ? x : seconds(deactivation.atMs);
  const facts = validNoteFields({ x: since, k, b: deactivation?.by });
  return facts.x === undefined && facts.k === undefined ? undefined : hexJson({ v: 1, ...facts });
}

/**
 * What a text says of a deactivation, as a note keeps it. Anyone who may write tags can plant a text, and what uko copied
 * unread could be longer than a tag: the service would then refuse a hold, or the next request.
 */
export function validNoteFields({ x, k, b }: Readonly<Record<string, unknown>>) {
  return {
    x: isEpochSeconds(x) ? x : undefined,
    k: isIamId(k) ? k : undefined,
    b: isIamId(b) ? b : undefined,
  };
}

/** Parses a note; undefined if it is not one of a version that this release knows. */
export function decodeNote(value: string, sha256: Sha256): DeactivationNote | undefined {
  const body = parseHexJson(value);
  if (body?.v !== 1) return undefined;
  return { ...noteIn(body, sha256), ...(isIamId(body.b) && { deactivatedBy: identityFrom(body.b, sha256) }) };
}

export function encodeDecline({ step, atMs, ...stated }: Decline): string {
  return hexJson({ v: 1, s: step, t: seconds(atMs), ...repeated(stated) });
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

export function hexJson(body: Record<string, unknown>): string {
  return Array.from(utf8.encode(JSON.stringify(body)), (byte) => hexOfByte[byte]).join("");
}

const stepLetters = { deactivate: "d", destroy: "x" } as const satisfies Record<ApprovedStep, string>;

/**
 * Writes the fixed-width record at the end of a description, for a service that keeps no tags. It has no room for the
 * request that an approval quotes.
 */
export function encodeCompact(draft: ConsentDraft, marker: RequiredPeople): string {
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
  const json = parseHexJson(value);
  if (json === undefined || json.v !== 1) return undefined;
  const { s: step, t: time, d: digest, a: author, h: how } = json;
  if (!isApprovedStep(step)) return undefined;
  if (how !== "command" && how !== "engine" && how !== "approval") return undefined;
  if (!isEpochSeconds(time) || !isHex(digest, 32)) return undefined;
  if (!isIamId(author)) return undefined;
  const draft: ConsentDraft = {
    step,
    writtenAtMs: time * 1000,
    digest,
    author: { iamId: author, mark: markOf(author, sha256) },
    how,
    campaign: markIn(json.c),
    authorName: textIn(json.n, maxNameCharacters),
    seal: isHex(json.m, sealCharacters) ? json.m : undefined,
    ...signatureIn(json.g),
    ...(how === "approval" && { quotes: quoteIn(json.q, { keyId, step, digest, sha256, ownSeal }) }),
    ...noteIn(json, sha256),
    ownWriteAtMs: isEpochSeconds(json.p) ? json.p * 1000 : undefined,
    reason: textIn(json.w, maxReasonCharacters),
    earlierReasons: earlierReasonsIn(json.e, sha256),
  };
  if (encodeTagValue(draft) !== value) return undefined;
  const body = sha256(withoutMarks(json));
  const own = draft.seal && ownSeal(requestStatement(keyId, { ...draft, body }));
  const isSealedHere = own !== undefined && own === draft.seal;
  return { ...draft, ...namesOf(keyId, value, sha256), location: "tag", body, ...(isSealedHere && { isSealedHere }) };
}

interface QuoteContext extends Pick<ConsentRecord, "step" | "digest"> {
  readonly keyId: string;
  readonly sha256: Sha256;
  readonly ownSeal: OwnSeal;
}

function quoteIn(quote: unknown, { keyId, step, digest, sha256, ownSeal }: QuoteContext): QuotedRequest | undefined {
  if (typeof quote !== "object" || quote === null) return undefined;
  const { i: requested, b: body, a: iamId, n: name, t: time, m: mac, g } = quote as Record<string, unknown>;
  if (!isHex(requested, 64) || !isHex(body, 64) || !isIamId(iamId) || !isEpochSeconds(time)) return undefined;
  const author = identityFrom(iamId, sha256);
  const writtenAtMs = time * 1000;
  const seal = isHex(mac, sealCharacters) ? mac : undefined;
  const own = seal && ownSeal(requestStatement(keyId, { step, writtenAtMs, digest, author, body }));
  return {
    ...{ sha256: requested, body, author, writtenAtMs, seal },
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

/** Reads the well-formed entries and skips the rest. A record with another entry is unreadable. */
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
    body: sha256(`${text.slice(0, 8)}${noTime}${text.slice(16, 64)}${noTime}${text.slice(72)}`),
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

export function parseHexJson(value: string): Record<string, unknown> | undefined {
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
