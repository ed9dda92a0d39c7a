/**
 * Reads and writes the envelope of a certificate: a file in the format DSSE with the certificate and its signatures. An
 * envelope has exactly one valid form of bytes, so a reformatted file is refused. As DSSE demands, each signature
 * covers the type of the content together with the content (the pre-authentication encoding of DSSE). A removed
 * signature or timestamp leaves a valid envelope. The file also adds a signature, but refuses a second one by the same
 * key. It computes the digest of a JSON value in canonical form (RFC 8785), too.
 */

import { createHash } from "node:crypto";
import { dsse, json } from "@sigstore/core";
import * as z from "zod";
import { UkoError } from "../../errors.ts";
import { parseJson } from "../../text/encodings.ts";
import { isSignedBy, type Signer } from "./keys.ts";

const payloadType = "application/vnd.in-toto+json";
/** The largest envelope that is read; a certificate of 20,000 keys has about 100 MB. */
export const maxEnvelopeBytes = 256 * 1024 * 1024;

/** The largest timestamp; one without certificates has about 1 kB. */
export const maxTimestampBytes = 12 * 1024;

const envelopeForm = z.strictObject({
  payload: z.base64(),
  payloadType: z.string(),
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

export type Envelope = z.infer<typeof envelopeForm>;

/** An unsigned envelope; `signEnvelope` adds signatures. */
export function envelopeOf(statement: object): Envelope {
  return { payload: Buffer.from(JSON.stringify(statement), "utf8").toString("base64"), payloadType, signatures: [] };
}

/** Adds one signature, with a timestamp if one is requested, and checks both. Throws UKO_INPUT_INVALID. */
export async function signEnvelope(
  envelope: Envelope,
  signer: Signer,
  stamp?: (signature: Buffer) => Promise<Buffer>,
): Promise<Envelope> {
  const bytes = signedBytes(envelope);
  if (envelope.signatures.some(({ keyid }) => keyid === signer.keyId)) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: "The certificate already has a signature of this key",
      detail: "A second signature of the same key does not add anything. Nothing was written.",
    });
  }
  const signature = await signer.sign(bytes);
  if (!isSignedBy(signer.publicKey, bytes, signature)) {
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

export function serializeEnvelope(envelope: Envelope): string {
  return `${JSON.stringify(envelope)}\n`;
}

/** Parses an envelope. Accepts only the bytes that `serializeEnvelope` writes, so that every change is visible. */
export function parseEnvelope(text: string, file: string): Envelope {
  const envelope = envelopeForm.safeParse(parseJson(text));
  if (!envelope.success) throw damaged(file, "It is not a DSSE envelope, or it is incomplete.");
  const { data } = envelope;
  if (data.payloadType !== payloadType) throw damaged(file, `Its payload type is not ${payloadType}.`);
  const own: Envelope = { payload: data.payload, payloadType, signatures: data.signatures };
  const parts = [own.payload, ...own.signatures.flatMap(({ sig, timestamp = "" }) => [sig, timestamp])];
  const isCanonical = parts.every((part) => Buffer.from(part, "base64").toString("base64") === part);
  if (!isCanonical || serializeEnvelope(own) !== text) {
    throw damaged(file, "Its bytes are not those that uko wrote: the file was reformatted or changed.");
  }
  return own;
}

/** The bytes that each signature of an envelope covers. */
export function signedBytes({ payload, payloadType: type }: Envelope): Buffer {
  return dsse.preAuthEncoding(type, Buffer.from(payload, "base64"));
}

/**
 * Throws UKO_CERTIFICATE_INVALID if the payload is not JSON as `envelopeOf` writes it. A property that is named twice
 * would say one thing to uko and another to a different reader.
 */
export function payloadOf({ payload }: Envelope, file: string): unknown {
  const bytes = Buffer.from(payload, "base64");
  const text = bytes.toString("utf8");
  const statement = Buffer.from(text, "utf8").equals(bytes) ? parseJson(text) : undefined;
  // The zod form of a statement ignores a property with this name, so it is refused here.
  const hasHidden = text.includes('"__proto__":');
  if (statement === undefined || JSON.stringify(statement) !== text || hasHidden) {
    throw damaged(file, "Its payload is not JSON as uko writes it.");
  }
  return statement;
}

function damaged(file: string, why: string): UkoError {
  return new UkoError("UKO_CERTIFICATE_INVALID", {
    summary: `${file} is not a certificate`,
    detail: `${why}\nNext: ask for the original file.`,
  });
}

/** SHA-256 of canonical JSON (RFC 8785), in which absent and undefined properties are the same. */
export function hashJson(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

export function canonicalJson(value: unknown): string {
  return json.canonicalize(JSON.parse(JSON.stringify(value)));
}
