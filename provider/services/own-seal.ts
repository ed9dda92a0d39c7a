/**
 * The own seal: an HMAC-SHA-256 under a key that is derived from the API key of the run. Requests carry the seal of
 * the run that wrote them. A person with the right to write tags can write an approval that quotes a request of
 * another person; only a run with the API key of that person can tell whether the request was ever made.
 * The derivation keeps the API key out of reach of whoever reads a seal: each key of the service shows its seal.
 */

import { createHmac, hkdfSync } from "node:crypto";
import { noSeal, type OwnSeal } from "../lifecycle/record-text.ts";
import type { Credential } from "./iam.ts";
import { readSecretFile } from "./secret-file.ts";

const purpose = "uko own seal 1";

/** A token proves an identity for an hour and belongs to no later run, so such a run has no seal. */
export function createOwnSeal({ kind, read }: Credential): OwnSeal {
  if (kind !== "api_key") return noSeal;
  let key: Uint8Array | undefined;
  return (statement) => {
    key ??= new Uint8Array(hkdfSync("sha256", read(readSecretFile), "", purpose, 32));
    return createHmac("sha256", key).update(statement).digest("hex");
  };
}
