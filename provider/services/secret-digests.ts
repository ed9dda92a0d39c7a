/**
 * Computes the digests of secrets that a state contains, which show that a secret changed. Each digest has a random salt
 * of its own, which is part of it, and takes about 50 ms and 16 MiB of memory (scrypt).
 *
 * Everyone who may read a state has the salts, too, because a state and the private data beside it are one file, and a
 * later run of another person must be able to compare. A key outside the state would have to be the same for all of
 * them. So the salt stops a reader who compares two digests, to learn that two keystores share a password, or who looks
 * digests up in a table. The cost slows down a reader who tries passwords one by one; only a long random secret stops
 * this reader.
 */

import { createHash, scryptSync } from "node:crypto";
import type { SecretDigests } from "../engine/ports/world.ts";

const cost = { N: 2 ** 14, r: 8, p: 1 } as const;
const digestBytes = 32;
const form = /^scrypt:(?<salt>[\w-]{22}):[\w-]{43}$/;
/** A plan compares each secret several times. More secrets than a run has. */
const maxRemembered = 1000;

/** `newSalt` returns 16 random bytes. */
export function createSecretDigests(newSalt: () => Buffer): SecretDigests {
  const compared = new Map<string, boolean>();
  return {
    create: (secret) => digestWith(newSalt().toString("base64url"), secret),
    matches(secret, digest) {
      if (typeof digest !== "string") return false;
      const salt = form.exec(digest)?.groups?.salt;
      if (salt === undefined) return false;
      const question = `${digest} ${createHash("sha256").update(secret).digest("hex")}`;
      const known = compared.get(question);
      if (known !== undefined) return known;
      const isMatch = digestWith(salt, secret) === digest;
      if (compared.size >= maxRemembered) compared.clear();
      compared.set(question, isMatch);
      return isMatch;
    },
  };
}

function digestWith(salt: string, secret: string): string {
  const digest = scryptSync(secret, Buffer.from(salt, "base64url"), digestBytes, cost);
  return `scrypt:${salt}:${digest.toString("base64url")}`;
}
