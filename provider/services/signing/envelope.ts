/**
 * Reads, writes and signs envelopes. As DSSE demands, each signature covers the type of the content together with the
 * content, and a second one by the same key is refused.
 */

import { isUtf8 } from "node:buffer";
import { createHash, hash } from "node:crypto";
import { json } from "@sigstore/core";
import * as z from "zod";
import { UkoError } from "../../errors.ts";
import { createSharing, jsonParts, parseJson } from "../../text/json.ts";
import { isSignedBy, type Signer } from "./keys.ts";

const payloadType = "application/vnd.in-toto+json";
/** The largest envelope that is read; a certificate of 20,000 keys has about 100 MB. */
export const maxEnvelopeBytes = 256 * 1024 * 1024;

/** What an envelope has after its payload. */
const envelopeForm = z.strictObject({
  payloadType: z.literal(payloadType),
  signatures: z
    .array(
      z.strictObject({
        /** Bytes that are not UTF-8 are read as U+FFFD, so that a text with it may be another one than that of the file. */
        keyid: z.string().regex(/^[^\ufffd]*$/),
        sig: z.base64(),
      }),
    )
    .max(100),
});

export interface Envelope {
  /** The bytes that each signature covers. */
  readonly signed: Buffer;
  /** The part of them that is the statement in JSON. */
  readonly payload: Buffer;
  readonly signatures: z.infer<typeof envelopeForm>["signatures"];
}

/**
 * Makes an unsigned envelope of a statement in JSON, whose parts have `length` bytes. `signEnvelope` adds signatures.
 */
export function envelopeOf({
  length,
  parts,
}: {
  readonly length: number;
  readonly parts: () => Iterable<string>;
}): Envelope {
  const room = Buffer.alloc(maxHeadBytes + length);
  let end = maxHeadBytes;
  for (const part of parts()) end += room.write(part, end);
  return unsignedEnvelope(room, end);
}

/** Room for the head, the bytes that a signature covers before the payload. The head is shorter. */
const maxHeadBytes = 64;

/**
 * Takes the payload from `room`, where it is from `maxHeadBytes` to `end`, and writes its head directly before it. So
 * the payload of a large certificate, which has megabytes, is in memory only once.
 */
function unsignedEnvelope(room: Buffer, end: number): Envelope {
  const head = `DSSEv1 ${payloadType.length} ${payloadType} ${end - maxHeadBytes} `;
  const start = maxHeadBytes - head.length;
  room.write(head, start);
  return { signed: room.subarray(start, end), payload: room.subarray(maxHeadBytes, end), signatures: [] };
}

/** Adds one signature, and checks it. Throws UKO_INPUT_INVALID. */
export async function signEnvelope(envelope: Envelope, signer: Signer): Promise<Envelope> {
  if (envelope.signatures.some(({ keyid }) => keyid === signer.keyId)) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: "The certificate already has a signature of this key",
      detail: "A second signature of the same key does not add anything. Nothing was written.",
    });
  }
  const signature = await signer.sign(envelope.signed);
  if (!isSignedBy(signer.publicKey, envelope.signed, signature)) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: "The signer returned a signature that its public key does not confirm",
      detail: "Check that --signer and --signer-key belong together. Nothing was written.",
    });
  }
  const own = { keyid: signer.keyId, sig: signature.toString("base64") };
  return { ...envelope, signatures: [...envelope.signatures, own] };
}

const start = '{"payload":"';
/** Whole groups of three bytes, so that the base64 of the parts is that of the whole. */
const partBytes = 3 * 16 * 1024;

/** The text of the file, in parts, because a large payload would take the memory several times. */
export function* serializeEnvelope({ payload, signatures }: Envelope): Generator<string> {
  yield start;
  for (let at = 0; at < payload.length; at += partBytes) yield payload.toString("base64", at, at + partBytes);
  yield `",${JSON.stringify({ payloadType, signatures }).slice(1)}\n`;
}

/**
 * Parses the text of an envelope with at most `size` bytes. Accepts only the text that `serializeEnvelope` writes, so
 * that every change is visible. The text comes in parts, so that a large payload is in memory only once.
 */
export function parseEnvelope(parts: Iterable<string>, size: number, file: string): Envelope {
  const room = Buffer.alloc(maxHeadBytes + Math.ceil(size / 4) * 3);
  const digest = createHash("sha256");
  let end = maxHeadBytes;
  let rest = "";
  let skipped = start.length;
  let isPayload = true;
  for (const part of parts) {
    digest.update(part);
    rest += part.slice(skipped);
    skipped = 0;
    if (!isPayload) continue;
    const quote = rest.indexOf('"');
    const length = quote === -1 ? rest.length - (rest.length % 4) : quote;
    end += room.write(rest.slice(0, length), end, "base64");
    rest = rest.slice(length);
    isPayload = quote === -1;
  }
  const read = envelopeForm.safeParse(parseJson(`{${rest.slice(2)}`)).data;
  if (read !== undefined) {
    const envelope = { ...unsignedEnvelope(room, end), ...read };
    const isCanonical = read.signatures.every(({ sig }) => Buffer.from(sig, "base64").toString("base64") === sig);
    if (isCanonical && digest.digest("hex") === digestOf(serializeEnvelope(envelope))) return envelope;
  }
  throw damaged(file, "It is not a DSSE envelope as uko writes it: it is incomplete, or was reformatted or changed.");
}

function digestOf(parts: Iterable<string>): string {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return digest.digest("hex");
}

function isText(bytes: Buffer, parts: Iterable<string>): boolean {
  let at = 0;
  for (const part of parts) {
    const own = Buffer.from(part, "utf8");
    if (!bytes.subarray(at, at + own.length).equals(own)) return false;
    at += own.length;
  }
  return at === bytes.length;
}

/**
 * Throws UKO_CERTIFICATE_INVALID if the payload is not JSON as `envelopeOf` writes it. A property that is named twice
 * would say one thing to uko and another to a different reader.
 */
export function payloadOf({ payload }: Pick<Envelope, "payload">, file: string): object {
  const statement = isUtf8(payload) ? parsePayload(payload) : undefined;
  // The zod form of a statement ignores a property with this name, so it is refused here.
  const hasHidden = payload.includes('"__proto__":');
  if (typeof statement === "object" && statement !== null && !hasHidden && isText(payload, jsonParts(statement))) {
    return statement;
  }
  throw damaged(file, "Its payload is not JSON as uko writes it.");
}

const listStart = '"keys":[';
const nextKey = '},{"subject":"';

/**
 * Parses a statement key by key, because the whole text of a large statement would take as much memory again. The last
 * key is parsed with the rest. In JSON as uko writes it, these borders occur only in the list of keys. For any other
 * payload, the result may be another statement. `payloadOf` then finds that its text is not the payload, and refuses
 * it.
 */
function parsePayload(payload: Buffer): unknown {
  const first = payload.indexOf(listStart) + listStart.length;
  const last = payload.lastIndexOf(nextKey);
  if (first < listStart.length || last < first) return parseJson(payload.toString("utf8"));
  const share = createSharing();
  const keys: unknown[] = [];
  for (let at = first; at < last; ) {
    const end = payload.indexOf(nextKey, at) + 1;
    keys.push(share(parseJson(payload.toString("utf8", at, end))));
    at = end + 1;
  }
  const rest = parseJson(payload.toString("utf8", 0, first) + payload.toString("utf8", last + 2));
  const predicate = (rest as { readonly predicate?: { keys?: unknown } } | undefined)?.predicate;
  if (Array.isArray(predicate?.keys)) predicate.keys = [...keys, ...predicate.keys];
  return rest;
}

function damaged(file: string, why: string): UkoError {
  return new UkoError("UKO_CERTIFICATE_INVALID", {
    summary: `${file} is not a certificate`,
    detail: `${why}\nNext: ask for the original file.`,
  });
}

/** SHA-256 of canonical JSON (RFC 8785), in which absent and undefined properties are the same. */
export function hashJson(value: unknown): string {
  return hash("sha256", canonicalJson(value));
}

export function canonicalJson(value: unknown): string {
  return json.canonicalize(JSON.parse(JSON.stringify(value)));
}
