/**
 * A signer outside this process, such as an HSM or a smart card: a command that reads the bytes on
 * standard input and prints the signature in base64.
 */

import { spawn } from "node:child_process";
import type { KeyObject } from "node:crypto";
import { text } from "node:stream/consumers";
import { UkoError } from "../../errors.ts";
import { keyIdOf, type Signer } from "./keys.ts";

/** Long enough for a person who has to touch a smart card. */
const deadlineMs = 5 * 60_000;
const base64Form = /^[A-Za-z0-9+/]{40,1000}={0,2}$/;

export function createExternalSigner(command: string, publicKey: KeyObject, signal: AbortSignal): Signer {
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    async sign(bytes) {
      const printed = (await run(command, bytes, AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]))).trim();
      if (base64Form.test(printed)) return Buffer.from(printed, "base64");
      throw failed("It did not print a signature in base64.");
    },
  };
}

/** The command is the caller's own, as in `EDITOR`, so the caller's shell reads it. */
async function run(command: string, bytes: Buffer, signal: AbortSignal): Promise<string> {
  const child = spawn(command, { shell: true, stdio: ["pipe", "pipe", "inherit"], signal });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  // A command that ends without reading its input is reported by its exit code.
  child.stdin.on("error", () => {});
  child.stdin.end(bytes);
  try {
    const [printed, exitCode] = await Promise.all([text(child.stdout), ended]);
    if (exitCode === 0) return printed;
    throw failed(`It ended with exit code ${exitCode ?? "none"}.`);
  } catch (error) {
    throw error instanceof UkoError
      ? error
      : failed("It could not be started, took more than 5 minutes, or was stopped.");
  }
}

function failed(why: string): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: "The command in --signer did not sign the certificate",
    detail: `${why} It reads the bytes to sign on standard input and prints the signature in base64. Nothing was written.`,
  });
}
