/** Digests of canonical JSON (RFC 8785), so that another program can compute them again. */

import { createHash } from "node:crypto";
import { json } from "@sigstore/core";

/** SHA-256 in hexadecimal digits. Absent and undefined properties count as the same. */
export function hashJson(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

export function canonicalJson(value: unknown): string {
  return json.canonicalize(JSON.parse(JSON.stringify(value)));
}
