/**
 * Computes the seal of this run: an HMAC-SHA-256 whose secret is derived from the run's API key with HKDF, so that a
 * reader of seals cannot compute the API key. A run with a token instead of an API key has no seal.
 *
 * The seal stops this attack: Carol, who may write tags, writes a request on a key in Bob's name. She hopes that Bob's
 * run acts on it. A run with Bob's API key computes the seal, finds another one on the key, and so knows that Bob did
 * not make the request.
 */

import { createHmac, hkdfSync } from "node:crypto";
import { noSeal, type OwnSeal } from "../lifecycle/consent/record-text.ts";
import type { Credential } from "./iam.ts";
import { readSecretFile } from "./secret-file.ts";

const purpose = "uko own seal 1";

/**
 * Returns the function that seals. A run with a token has no seal: the token expires within an hour, so no later run
 * could check it. A seal is of one `service`, so that what a person requested on an emulator is not theirs at IBM.
 */
export function createOwnSeal({ kind, read }: Credential, service: string): OwnSeal {
  if (kind !== "api_key") return noSeal;
  let key: Uint8Array | undefined;
  return (statement) => {
    key ??= new Uint8Array(hkdfSync("sha256", read(readSecretFile), "", purpose, 32));
    return createHmac("sha256", key)
      .update(JSON.stringify([service, statement]))
      .digest("hex");
  };
}
