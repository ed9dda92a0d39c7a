/**
 * Serves the calls for import tokens (M26 in kms-v2-and-iam.md 2.1, 2.2). A client encrypts a key under the public key
 * of such a token to import it securely. The file also decrypts and checks this key.
 */

import { constants, createDecipheriv, generateKeyPair, privateDecrypt, randomBytes } from "node:crypto";
import * as z from "zod";
import type { Call, Reply } from "../http/responses.ts";
import { toSecondsText } from "../store/clock.ts";
import type { ImportToken } from "../store/model.ts";
import type { World } from "../store/world.ts";
import { admitKmsCall } from "./access.ts";
import { invalidField, parsedBody, refusal } from "./envelope.ts";
import { gcmOf } from "./wrap.ts";

const what = "Import token could not be created";
const requestSchema = z.strictObject({
  expiration: z.number().int().min(300).max(86_400).default(600),
  maxAllowedRetrievals: z.number().int().min(1).max(500).default(1),
});
const current = "current";
/** The size of the RSA key: half of the service's, because longer keys take seconds to create. Clients accept any size. */
const modulusLength = 2_048;

export async function createImportToken(call: Call): Promise<Reply> {
  admitKmsCall(call, "kms.import-token.create");
  const isEmpty = call.text.trim() === "";
  const request = isEmpty ? requestSchema.parse({}) : parsedBody(call, requestSchema, what);
  const pair = await process.getBuiltinModule("node:util").promisify(generateKeyPair)("rsa", {
    modulusLength,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const token: ImportToken = {
    createdMs: call.nowMs,
    expiresMs: call.nowMs + request.expiration * 1_000,
    maxAllowedRetrievals: request.maxAllowedRetrievals,
    remainingRetrievals: request.maxAllowedRetrievals,
    publicKey: Buffer.from(pair.publicKey).toString("base64"),
    privateKey: pair.privateKey,
    nonce: randomBytes(12).toString("base64"),
  };
  call.world.importTokens.set(current, token);
  return { status: 200, body: viewToken(token) };
}

export function readImportToken(call: Call): Reply {
  const notRead = "Import token could not be retrieved";
  admitKmsCall(call, "kms.import-token.read");
  const token = liveToken(call.world, call.nowMs, notRead);
  if (token.remainingRetrievals === 0) throw expired(notRead);
  token.remainingRetrievals -= 1;
  return { status: 200, body: { ...viewToken(token), payload: token.publicKey, nonce: token.nonce } };
}

function viewToken(token: ImportToken): Record<string, unknown> {
  return {
    expiration: (token.expiresMs - token.createdMs) / 1_000,
    creationDate: toSecondsText(token.createdMs),
    expirationDate: toSecondsText(token.expiresMs),
    maxAllowedRetrievals: token.maxAllowedRetrievals,
    remainingRetrievals: token.remainingRetrievals,
  };
}

function liveToken(world: World, nowMs: number, notDone: string): ImportToken {
  const token = world.importTokens.get(current);
  if (token === undefined || token.expiresMs <= nowMs) throw expired(notDone);
  return token;
}

function expired(notDone: string) {
  return refusal(409, "IMPORT_TOKEN_EXPIRED_ERR", notDone, "The import token has expired.");
}

/** Payload fields of a create or rotate. */
export interface ImportedPayload {
  readonly payload: string;
  readonly encryptedNonce?: string | undefined;
  readonly iv?: string | undefined;
  readonly encryptionAlgorithm?: string | undefined;
}

/** The key's material in base64. Under secure import it is encrypted, and a nonce proves it. */
export function openPayload(call: Call, fields: ImportedPayload, notDone: string): string {
  const { payload, encryptedNonce, iv, encryptionAlgorithm } = fields;
  if (encryptedNonce === undefined && iv === undefined) return payload;
  const token = liveToken(call.world, call.nowMs, notDone);
  if (encryptedNonce === undefined || iv === undefined) throw wrongIv(notDone);
  const material = decryptPayload(token, payload, encryptionAlgorithm, notDone);
  const nonce = decryptNonce(material, encryptedNonce, iv);
  if (nonce === undefined) throw wrongIv(notDone);
  if (nonce.toString("base64") !== token.nonce) {
    const message = "The encrypted nonce given does not match the existing nonce in the import token.";
    throw refusal(400, "INCORRECT_NONCE_ERR", notDone, message);
  }
  return material.toString("base64");
}

function wrongIv(notDone: string) {
  const message = "The provided encrypted nonce was not encrypted with the provided IV.";
  return refusal(400, "INCORRECT_NONCE_IV_ERR", notDone, message);
}

function decryptPayload(token: ImportToken, payload: string, algorithm: string | undefined, notDone: string): Buffer {
  const oaepHash = algorithm === "RSAES_OAEP_SHA_1" ? "sha1" : "sha256";
  const key = { key: token.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash };
  try {
    return privateDecrypt(key, Buffer.from(payload, "base64"));
  } catch {
    throw invalidField("payload", notDone, "Invalid field: payload: not encrypted for the import token");
  }
}

/**
 * AES-GCM with a 12-byte IV, as Key Protect requires, or AES-CBC with a 16-byte IV, as HPCS does;
 * undefined if decryption fails.
 */
function decryptNonce(material: Buffer, encryptedNonce: string, iv: string): Buffer | undefined {
  const vector = Buffer.from(iv, "base64");
  const sealed = Buffer.from(encryptedNonce, "base64");
  try {
    if (vector.length === 16) {
      const decipher = createDecipheriv(`aes-${material.length * 8}-cbc`, material, vector);
      return Buffer.concat([decipher.update(sealed), decipher.final()]);
    }
    const decipher = createDecipheriv(gcmOf(material), material, vector);
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  } catch {
    return undefined;
  }
}
