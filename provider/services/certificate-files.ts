/**
 * Reads and writes the files that belong to a certificate, which the user named on the command line. So uko follows a
 * link when it reads one, but never writes through a link, and replaces a file only if the user asked for that.
 */

import { rename, rm, stat, writeFile } from "node:fs/promises";
import { isUkoError, UkoError } from "../errors.ts";
import { readNamedText, textParts, UnsafeFile } from "../process/regular-file.ts";
import { parseSigners } from "./consents/allowed-signers.ts";
import { type Envelope, maxEnvelopeBytes, parseEnvelope } from "./signing/envelope.ts";
import {
  createExternalSigner,
  createPemSigner,
  readPublicKey,
  type Signer,
  type SigningCommand,
} from "./signing/keys.ts";

/** A file to write. An existing file is replaced only with `isReplaced`. */
export interface Target {
  readonly file: string;
  readonly isReplaced: boolean;
}

/** The signer: a private key file, or a command whose signatures the public key confirms. */
export type SignerChoice =
  | { readonly kind: "file"; readonly file: string; readonly passphrase: () => Promise<string | undefined> }
  | ({ readonly kind: "command"; readonly publicKeyFile: string } & SigningCommand);

export async function openSigner(choice: SignerChoice, signal: AbortSignal): Promise<Signer> {
  if (choice.kind === "file") {
    return createPemSigner(readText(choice.file), choice.file, choice.passphrase);
  }
  const publicKey = readPublicKey(readText(choice.publicKeyFile), choice.publicKeyFile);
  return createExternalSigner(choice, publicKey, signal);
}

/**
 * Reads a list of allowed signers. Its owner and folder are not checked, because the person who verifies named it. Throws
 * UKO_INPUT_INVALID.
 */
export function readSigners(file: string): ReturnType<typeof parseSigners> {
  try {
    return parseSigners(readText(file));
  } catch (error) {
    if (!(error instanceof UnsafeFile)) throw error;
    throw fileFault(`${file} is not a list of allowed signers`, error);
  }
}

export async function readEnvelope(file: string): Promise<Envelope> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > maxEnvelopeBytes) {
    throw new UkoError("UKO_CERTIFICATE_INVALID", { summary: `${file} is too large for a certificate` });
  }
  try {
    return parseEnvelope(textParts(file, { maxBytes: maxEnvelopeBytes }), size, file);
  } catch (error) {
    throw isUkoError(error) ? error : fileFault(`${file} could not be read`, error);
  }
}

export function readText(file: string): string {
  return readNamedText(file, `${file} could not be read`);
}

function fileFault(summary: string, error: unknown): UkoError {
  const detail = error instanceof Error ? error.message : String(error);
  return new UkoError("UKO_INPUT_INVALID", { summary, detail, cause: error });
}

/**
 * Throws if the file exists and must not be replaced. Called before a person is asked to sign; the write checks it again.
 */
export async function requireFree({ file, isReplaced }: Target): Promise<void> {
  if (isReplaced) return;
  const exists = await stat(file).then(
    () => true,
    () => false,
  );
  if (exists) throw occupied(file);
}

export async function writeTarget({ file, isReplaced }: Target, text: string | Iterable<string>): Promise<void> {
  try {
    if (!isReplaced) return await writeFile(file, text, { flag: "wx" });
    // The file is replaced as a whole, so that an interrupted run leaves the earlier file. It is never written through a
    // link of another user.
    await rm(`${file}.new`, { force: true });
    await writeFile(`${file}.new`, text, { flag: "wx" });
    await rename(`${file}.new`, file);
  } catch (error) {
    if ((error as { code?: unknown }).code === "EEXIST") throw occupied(file);
    throw fileFault(`${file} could not be written`, error);
  }
}

function occupied(file: string): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `${file} exists already`,
    detail: "Nothing was written. Name another file, or add --force to replace it.",
  });
}
