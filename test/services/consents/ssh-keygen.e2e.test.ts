/** OpenSSH itself signs what uko verifies, and verifies what uko wrote. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createConsentSignatures } from "../../../provider/services/consents/consent-signatures.ts";
import { decodePlace, rootFrom } from "../../../provider/services/consents/signed-list.ts";
import { armored } from "../../support/ssh-keys.ts";

const folder = mkdtempSync(path.join(tmpdir(), "uko-ssh-keygen-"));
const file = (name: string): string => path.join(folder, name);
const alice = "IBMid-550000ALICE";
const nowMs = Date.parse("2027-03-01T12:00:00Z");
const statements = Array.from({ length: 12 }, (_, at) => `consent ${at}`);

beforeAll(() => {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file("id_ed25519")]);
  symlinkSync(file("id_ed25519"), file("signing_key"));
  const [type = "", key = ""] = readFileSync(file("id_ed25519.pub"), "utf8").split(" ");
  writeFileSync(file("allowed_signers"), `${alice} namespaces="uko-consent@v1" ${type} ${key.trim()}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("ssh-keygen signs a list with one call, and accepts the signature that each of its records carries", async () => {
  const notes: string[] = [];
  const signatures = createConsentSignatures({
    service: "cloud.ibm.com",
    places: { demands: () => [folder], own: () => folder },
    environment: { ...process.env },
    note: (line) => void notes.push(line),
  });
  const author = { iamId: alice, mark: "" };
  await signatures?.sign(author, statements, nowMs, { signal: AbortSignal.timeout(60_000) });
  expect(notes.at(-1)).toBe("Signing 12 consents with your SSH key. Touch it if it blinks.");
  expect(new Set([...(signatures?.signed.values() ?? [])].map(({ bytes }) => bytes)).size).toBe(1);
  for (const [statement, signature] of signatures?.signed ?? []) {
    expect(signatures?.isGenuine(statement, { author: alice, signature, atMs: nowMs })).toBe(true);
    expect(signatures?.isGenuine(`${statement}.`, { author: alice, signature, atMs: nowMs })).toBe(false);
    const place = decodePlace(signature.path);
    const root = place && rootFrom(statement, place);
    const message = JSON.stringify(["uko-consents-1", nowMs / 1000, root?.toString("hex")]);
    writeFileSync(file("signature"), armored(signature.bytes));
    const verify = ["-Y", "verify", "-f", file("allowed_signers"), "-I", alice, "-n", "uko-consent@v1"];
    const said = execFileSync("ssh-keygen", [...verify, "-s", file("signature")], { input: message, encoding: "utf8" });
    expect(said).toMatch(/^Good "uko-consent@v1" signature for IBMid-550000ALICE/);
  }
});
