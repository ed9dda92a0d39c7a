import { createHmac, hkdfSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { createOwnSeal } from "../../provider/services/own-seal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "uko-own-seal-"));
afterAll(() => rmSync(folder, { recursive: true }));

const sealOf = (apiKey: string, service = "ibm") => createOwnSeal({ kind: "api_key", read: () => apiKey }, service);

test("a statement has one seal under one API key, in any run", () => {
  const seal = sealOf("alice-key")("statement");
  expect(seal).toMatch(/^[0-9a-f]{64}$/);
  expect(sealOf("alice-key")("statement")).toBe(seal);
  // Written down, because a seal outlives the release that made it.
  const key = new Uint8Array(hkdfSync("sha256", "alice-key", "", "uko own seal 1", 32));
  expect(seal).toBe(createHmac("sha256", key).update('["ibm","statement"]').digest("hex"));
});

test("another API key and another statement have other seals", () => {
  const seals = [sealOf("alice-key")("a"), sealOf("bob-key")("a"), sealOf("alice-key")("b"), sealOf("alice-key")("")];
  expect(new Set(seals).size).toBe(seals.length);
});

test("the seal is not an HMAC under the API key itself, which each reader of a key could test guesses with", () => {
  expect(sealOf("alice-key")("a")).not.toBe(createHmac("sha256", "alice-key").update("a").digest("hex"));
});

test("an API key in a file has the same seal as in a variable", () => {
  const file = path.join(folder, "key");
  writeFileSync(file, "alice-key", { mode: 0o600 });
  const seal = createOwnSeal(
    { kind: "api_key", read: (readFile) => readFile?.(file, "UKO_API_KEY_FILE") ?? "" },
    "ibm",
  );
  expect(seal("a")).toBe(sealOf("alice-key")("a"));
});

test("a run with a token has no seal, and does not read the token", () => {
  const read = () => {
    throw new Error("The token was read.");
  };
  expect(createOwnSeal({ kind: "token", read }, "ibm")("a")).toBeUndefined();
});

test("a seal is of one service: one that was made on an emulator is not the person's at IBM", () => {
  expect(sealOf("alice-key", "localhost:4123")("a")).not.toBe(sealOf("alice-key")("a"));
});
