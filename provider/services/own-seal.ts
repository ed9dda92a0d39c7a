/**
 * Computes the seal of this run: an HMAC-SHA-256 under a key that is derived from the run's API key. A request carries
 * the seal of the run that wrote it. Carol, who may write tags, can write a request in Bob's name; only a run with Bob's
 * API key can recompute the seal and find that Bob never made it. The key is derived with HKDF, so that a reader of the
 * seals on keys cannot compute the API key.
 */

import { createHmac, hkdfSync } from "node:crypto";
import { noSeal, type OwnSeal } from "../lifecycle/record-text.ts";
import type { Credential } from "./iam.ts";
import { readSecretFile } from "./secret-file.ts";

const purpose = "uko own seal 1";

/**
 * Returns the function that seals. A run with a token has no seal: the token expires within an hour, so no later run
 * could check it.
 */
export function createOwnSeal({ kind, read }: Credential): OwnSeal {
  if (kind !== "api_key") return noSeal;
  let key: Uint8Array | undefined;
  return (statement) => {
    key ??= new Uint8Array(hkdfSync("sha256", read(readSecretFile), "", purpose, 32));
    return createHmac("sha256", key).update(statement).digest("hex");
  };
}
