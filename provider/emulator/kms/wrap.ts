/**
 * Serves the calls by which a root key wraps, unwraps and rewraps data keys (row M13 of kms-v2-and-iam.md 2.1; also
 * 2.9). They encrypt with real material. So, as in KMS, a data key cannot be decrypted after its root key was deleted,
 * unless the root key is restored.
 */

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import * as z from "zod";
import type { Call, Reply } from "../http/responses.ts";
import type { KmsKey, KmsKeyVersion } from "../store/model.ts";
import { kmsKeyOf } from "./access.ts";
import { invalidState, keyDeleted, notPerformed, refusal, requiredBody, rootKeyRequired } from "./envelope.ts";

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, "not base64");
const aad = z.array(z.string().max(255)).max(126).default([]);
const wrapSchema = z.strictObject({ plaintext: base64.optional(), aad });
const unwrapSchema = z.strictObject({ ciphertext: base64.min(1), aad });

/** The content of a ciphertext: the version that wrapped it, and the parts of AES-GCM in base64. */
const sealedSchema = z.strictObject({ version: z.string(), iv: z.string(), ciphertext: z.string(), tag: z.string() });

/** Wraps a plaintext. Without one, the service generates a data key of 32 bytes. */
export function wrap(call: Call): Reply {
  const key = usableKey(call, "kms.wrap", [1]);
  const request = requiredBody(call, wrapSchema, notPerformed);
  const plaintext = request.plaintext ?? randomBytes(32).toString("base64");
  const [version] = key.versions;
  const ciphertext = seal(version, plaintext, request.aad);
  const generated = request.plaintext === undefined ? { plaintext } : {};
  return { status: 200, body: { ...generated, ciphertext, keyVersion: { id: version.id } } };
}

/**
 * Unwraps a ciphertext. If an older version of the key wrapped it, the response also contains the plaintext wrapped
 * again.
 */
export function unwrap(call: Call): Reply {
  const key = usableKey(call, "kms.unwrap", [1, 3]);
  const request = requiredBody(call, unwrapSchema, notPerformed);
  const { plaintext, version } = open(key, request.ciphertext, request.aad);
  const keyVersion = { id: version.id };
  if (version === key.versions[0]) return { status: 200, body: { plaintext, keyVersion } };
  return { status: 200, body: { plaintext, keyVersion, ...rewrapped(key, plaintext, request.aad) } };
}

export function rewrap(call: Call): Reply {
  const key = usableKey(call, "kms.rewrap", [1, 3]);
  const request = requiredBody(call, unwrapSchema, notPerformed);
  const { plaintext, version } = open(key, request.ciphertext, request.aad);
  return { status: 200, body: { keyVersion: { id: version.id }, ...rewrapped(key, plaintext, request.aad) } };
}

function rewrapped(key: KmsKey, plaintext: string, aads: readonly string[]) {
  const [newest] = key.versions;
  return { ciphertext: seal(newest, plaintext, aads), rewrappedKeyVersion: { id: newest.id } };
}

function usableKey(call: Call, right: string, states: readonly number[]): KmsKey {
  const key = kmsKeyOf(call, right);
  if (key.state === 5) throw keyDeleted(notPerformed);
  if (key.extractable) throw rootKeyRequired(notPerformed);
  if (!states.includes(key.state)) throw invalidState(notPerformed);
  return key;
}

export function gcmOf(material: Buffer): "aes-128-gcm" | "aes-192-gcm" | "aes-256-gcm" {
  if (material.length === 16) return "aes-128-gcm";
  return material.length === 24 ? "aes-192-gcm" : "aes-256-gcm";
}

function seal(version: KmsKeyVersion, plaintext: string, aads: readonly string[]): string {
  const material = Buffer.from(version.material, "base64");
  const iv = randomBytes(12);
  const cipher = createCipheriv(gcmOf(material), material, iv);
  cipher.setAAD(Buffer.from(JSON.stringify(aads)));
  const ciphertext = Buffer.concat([cipher.update(Buffer.from(plaintext, "base64")), cipher.final()]);
  const sealed: z.output<typeof sealedSchema> = {
    version: version.id,
    iv: iv.toString("base64"),
    ciphertext: ciphertext.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
  };
  return Buffer.from(JSON.stringify(sealed)).toString("base64");
}

function open(key: KmsKey, text: string, aads: readonly string[]): { plaintext: string; version: KmsKeyVersion } {
  try {
    const sealed = sealedSchema.parse(JSON.parse(Buffer.from(text, "base64").toString()));
    const version = key.versions.find(({ id }) => id === sealed.version);
    if (version === undefined) throw unprocessable();
    const material = Buffer.from(version.material, "base64");
    const decipher = createDecipheriv(gcmOf(material), material, Buffer.from(sealed.iv, "base64"));
    decipher.setAAD(Buffer.from(JSON.stringify(aads)));
    decipher.setAuthTag(Buffer.from(sealed.tag, "base64"));
    const parts = [decipher.update(Buffer.from(sealed.ciphertext, "base64")), decipher.final()];
    return { plaintext: Buffer.concat(parts).toString("base64"), version };
  } catch {
    throw unprocessable();
  }
}

function unprocessable() {
  const message = "The provided ciphertext is invalid or corrupted.";
  return refusal(422, "UNPROCESSABLE_CIPHERTEXT_ERR", notPerformed, message);
}
