/**
 * Reads and writes the envelope of a certificate: a file in the format DSSE with the certificate and its signatures. An
 * envelope has exactly one valid form of bytes, so a reformatted file is refused. As DSSE demands, each signature
 * covers the type of the content together with the content (the pre-authentication encoding of DSSE). A removed
 * signature or timestamp leaves a valid envelope. The file also adds a signature, but refuses a second one by the same
 * key. It computes the digest of a JSON value in canonical form (RFC 8785), too.
 */

import { isUtf8 } from "node:buffer";
import { hash } from "node:crypto";
import { json } from "@sigstore/core";
import * as z from "zod";
import { UkoError } from "../../errors.ts";
import { jsonParts, parseJson } from "../../text/encodings.ts";
import { isSignedBy, type Signer } from "./keys.ts";

const payloadType = "application/vnd.in-toto+json";
/** The largest envelope that is read; a certificate of 20,000 keys has about 100 MB. */
export const maxEnvelopeBytes = 256 * 1024 * 1024;

/** The largest timestamp; one without certificates has about 1 kB. */
export const maxTimestampBytes = 12 * 1024;

/** What an envelope has after its payload. */
const envelopeForm = z.strictObject({
  payloadType: z.literal(payloadType),
  signatures: z
    .array(
      z.strictObject({
        keyid: z.string(),
        sig: z.base64(),
        /** The response of a timestamp authority about the bytes of `sig`, in DER. */
        timestamp: z
          .base64()
          .max((maxTimestampBytes / 3) * 4)
          .exactOptional(),
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

/** An unsigned envelope; `signEnvelope` adds signatures. */
export function envelopeOf(statement: object): Envelope {
  return envelopeWith(() => jsonParts(statement), "utf8");
}

/** The payload is in memory once, because that of a large certificate has megabytes. */
function envelopeWith(parts: () => Iterable<string>, encoding: "utf8" | "base64"): Envelope {
  let length = 0;
  for (const part of parts()) length += Buffer.byteLength(part, encoding);
  const head = Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${length} `);
  const signed = Buffer.concat([head], head.length + length);
  let at = head.length;
  for (const part of parts()) at += signed.write(part, at, encoding);
  return { signed, payload: signed.subarray(head.length), signatures: [] };
}

/** Adds one signature, with a timestamp if one is requested, and checks both. Throws UKO_INPUT_INVALID. */
export async function signEnvelope(
  envelope: Envelope,
  signer: Signer,
  stamp?: (signature: Buffer) => Promise<Buffer>,
): Promise<Envelope> {
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
  const timestamp = await stamp?.(signature);
  const own = {
    keyid: signer.keyId,
    sig: signature.toString("base64"),
    ...(timestamp !== undefined && { timestamp: timestamp.toString("base64") }),
  };
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

/** Parses an envelope. Accepts only the bytes that `serializeEnvelope` writes, so that every change is visible. */
export function parseEnvelope(bytes: Buffer, file: string): Envelope {
  const end = bytes.indexOf('"', start.length);
  const read = envelopeForm.safeParse(parseJson(`{${bytes.toString("utf8", end + 2)}`)).data;
  const text = bytes.toString("latin1", start.length, end);
  const envelope = { ...envelopeWith(() => [text], "base64"), ...read };
  const parts = envelope.signatures.flatMap(({ sig, timestamp = "" }) => [sig, timestamp]);
  const isCanonical = parts.every((part) => Buffer.from(part, "base64").toString("base64") === part);
  if (read !== undefined && isCanonical && isText(bytes, serializeEnvelope(envelope))) return envelope;
  throw damaged(file, "It is not a DSSE envelope as uko writes it: it is incomplete, or was reformatted or changed.");
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
export function payloadOf({ payload }: Envelope, file: string): object {
  const text = payload.toString("utf8");
  const statement = isUtf8(payload) ? parseJson(text) : undefined;
  // The zod form of a statement ignores a property with this name, so it is refused here.
  const hasHidden = text.includes('"__proto__":');
  if (typeof statement === "object" && statement !== null && !hasHidden && isText(payload, jsonParts(statement))) {
    return statement;
  }
  throw damaged(file, "Its payload is not JSON as uko writes it.");
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
