import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { secretDigests } from "../support/builders.ts";

const { create, matches } = secretDigests;

test("two digests of one secret differ, and each matches this secret alone", () => {
  const [first, second] = [create("Passw0rd"), create("Passw0rd")];
  expect(first).toMatch(/^scrypt:[\w-]{22}:[\w-]{43}$/);
  expect(second).not.toBe(first);
  for (const digest of [first, second]) {
    expect(matches("Passw0rd", digest)).toBe(true);
    expect(matches("Passw0rd ", digest)).toBe(false);
    // The result of the first comparison is not the result of another one.
    expect(matches("Passw0rd", digest)).toBe(true);
  }
});

test("nothing else matches: no hash without a salt, no text that is not a digest", () => {
  const hash = createHash("sha256").update("Passw0rd").digest("hex");
  const salt = "A".repeat(22);
  for (const other of [undefined, "", "Passw0rd", hash, `sha256:${hash}`, `scrypt:${salt}:`, `scrypt:${salt}:${salt}`])
    expect(matches("Passw0rd", other)).toBe(false);
});
