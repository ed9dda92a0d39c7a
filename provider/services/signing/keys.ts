/**
 * Loads the keys that sign and verify certificates, and signs and verifies with them: ECDSA on P-256 and Ed25519, in
 * PEM. A private key can stay outside this process: then the user names a command that signs.
 */

import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { crypto as sigstore } from "@sigstore/core";
import { UkoError } from "../../errors.ts";
import { pipeThrough } from "../../process/other-programs.ts";

/** Signs the bytes of a DSSE pre-authentication encoding. */
export interface Signer {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  readonly sign: (bytes: Buffer) => Promise<Buffer>;
}

/** `passphrase` is called only for an encrypted key. Throws UKO_INPUT_INVALID. */
export async function createPemSigner(
  pem: string,
  file: string,
  passphrase: () => Promise<string | undefined>,
): Promise<Signer> {
  const isEncrypted = /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem);
  const secret = isEncrypted ? await passphrase() : undefined;
  if (isEncrypted && (secret === undefined || secret === "")) {
    throw invalid(
      `The key in ${file} is encrypted, and its passphrase is missing`,
      "Next: write the passphrase to a file that only you can read, and name the file in UKO_SIGN_PASSPHRASE_FILE.",
    );
  }
  const privateKey = openPrivate(pem, file, secret);
  const publicKey = createPublicKey(privateKey);
  const algorithm = algorithmOf(publicKey, file);
  return { keyId: keyIdOf(publicKey), publicKey, sign: async (bytes) => sign(algorithm, bytes, privateKey) };
}

function openPrivate(pem: string, file: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: "pem", ...(passphrase !== undefined && { passphrase }) });
  } catch (error) {
    // OpenSSL's message is left out, because it is about ASN.1 and does not say what to do.
    if (passphrase !== undefined) {
      throw invalid(
        `The passphrase does not open the key in ${file}`,
        "Or the file is damaged. Nothing was signed.",
        error,
      );
    }
    throw invalid(
      `${file} does not contain a private key`,
      "uko accepts PEM: PKCS#8, encrypted or not, or SEC1. Next: create one with: openssl genpkey -algorithm ed25519 -out key.pem",
      error,
    );
  }
}

/** Throws UKO_INPUT_INVALID. */
export function readPublicKey(pem: string, file: string): KeyObject {
  let key: KeyObject;
  try {
    if (pem.includes("PRIVATE KEY")) throw new RangeError("a private key");
    key = createPublicKey(pem);
  } catch (error) {
    throw invalid(
      `${file} does not contain a public key`,
      "Next: extract it from the private key with: openssl pkey -in key.pem -pubout -out public.pem",
      error,
    );
  }
  algorithmOf(key, file);
  return key;
}

/** SHA-256 of the public key's SubjectPublicKeyInfo, in hexadecimal digits. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
}

export function isSignedBy(publicKey: KeyObject, bytes: Buffer, signature: Buffer): boolean {
  return sigstore.verify(bytes, publicKey, signature, algorithmOf(publicKey, "the key"));
}

/** The digest that the key signs; undefined for Ed25519, which signs the bytes themselves. */
function algorithmOf(key: KeyObject, file: string): "sha256" | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === "ed25519") return undefined;
  if (type === "ec" && details?.namedCurve === "prime256v1") return "sha256";
  throw invalid(
    `${file} has a key of a kind that uko does not use for certificates`,
    "Use Ed25519, or ECDSA on the curve P-256.",
  );
}

function invalid(summary: string, detail: string, cause?: unknown): UkoError {
  return new UkoError("UKO_INPUT_INVALID", { summary, detail, cause });
}

/** The time limit of a signing command, long enough for a person who has to touch a smart card. */
const deadlineMs = 5 * 60_000;
const base64Form = /^[A-Za-z0-9+/]{40,1000}={0,2}$/;

export interface SigningCommand {
  readonly command: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * A signer outside this process, such as an HSM or a smart card: a command that reads the bytes on
 * standard input and prints the signature in base64.
 */
export function createExternalSigner(
  { command, environment }: SigningCommand,
  publicKey: KeyObject,
  signal: AbortSignal,
): Signer {
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    async sign(bytes) {
      const stop = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
      const printed = (await run({ command, environment }, bytes, stop)).trim();
      if (base64Form.test(printed)) return Buffer.from(printed, "base64");
      throw failed("It did not print a signature in base64.");
    },
  };
}

/** The command is the caller's own, as in `EDITOR`, so the caller's shell reads it. */
async function run(signing: SigningCommand, bytes: Buffer, signal: AbortSignal): Promise<string> {
  const ended = await pipeThrough(signing, bytes, signal).catch(() => {
    throw failed("It could not be started, took more than 5 minutes, or was stopped.");
  });
  if (ended.exitCode === 0) return ended.printed;
  throw failed(`It ended with exit code ${ended.exitCode ?? "none"}.`);
}

function failed(why: string): UkoError {
  return invalid(
    "The command in --signer did not sign the certificate",
    `${why} It reads the bytes to sign on standard input and prints the signature in base64. Nothing was written.`,
  );
}
