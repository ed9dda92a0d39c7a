/** The evidence of the four runs: who took which step with whose approval, in files that only their owner can read. */

import { generateKeyPairSync } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "vitest";
import {
  checkEvidenceChain,
  createCertificate,
  readCertificate,
  verifyFile,
} from "../../../../provider/compose/certificates.ts";
import type { EvidenceEntry } from "../../../../provider/engine/ports/evidence.ts";
import type { Person } from "./person.ts";
import { type Scenario, vaultId } from "./scenario.ts";

export const evidenceFile = "evidence.jsonl";

const alice = { iamId: "IBMid-550000ALICE", name: "Alice Example" };
const bob = { iamId: "IBMid-550000BOB", name: "Bob Example" };

/** The records that approved the two steps, and the key, which is gone by now. */
export interface FourRuns {
  readonly alice: Person;
  readonly bob: Person;
  readonly keyId: string;
  readonly request: string;
  readonly half: string;
}

export async function expectEvidence(scenario: Scenario, { alice: a, bob: b, keyId, request, half }: FourRuns) {
  const files = [a, b].map(({ engine }) => path.join(engine.workingCopy, evidenceFile));
  for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600);
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  const [ofAlice = [], ofBob = []] = texts.map((text) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as EvidenceEntry),
  );
  const steps = (entries: readonly EvidenceEntry[]) =>
    entries.map(({ step, phase, from, to }) => `${step} ${phase}: ${from} > ${to}`);
  expect(steps(ofBob)).toEqual([
    "write_record after: active > active",
    "destroy before: deactivated > destroyed",
    "destroy after: deactivated > destroyed",
    "remove before: destroyed > absent",
    "remove after: destroyed > absent",
  ]);
  expect(steps(ofAlice)).toEqual([
    "deactivate before: active > deactivated",
    "deactivate after: active > deactivated",
    "write_record after: deactivated > deactivated",
    "approve refused: deactivated > deactivated",
    // The service denied this removal, so the next entry says that nothing happened.
    "remove before: destroyed > absent",
    "remove settled: destroyed > destroyed",
  ]);

  for (const entry of [...ofAlice, ...ofBob]) {
    expect(entry).toMatchObject({ v: 1, instanceId: scenario.uko.instanceId, vaultId, keyId, label: "payroll" });
    const loggedInBy = "apikey, pwd";
    expect(entry.actor).toEqual({ ...(ofAlice.includes(entry) ? alice : bob), loggedInBy });
    expect(entry.time).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
    const ring = { name: "payroll-ring", status: expect.any(String), syncFlag: expect.any(String) };
    // A refused approval of one's own request reads no keystore.
    expect(entry.keystores).toEqual(entry.phase === "refused" ? [] : [expect.objectContaining(ring)]);
    if (entry.phase === "after" && entry.step !== "remove") expect(entry.correlationId).toMatch(/\S/);
  }
  const [deactivation] = ofAlice;
  expect(deactivation?.allowedBy).toMatchObject({
    id: request,
    step: "deactivate",
    author: bob.iamId,
    how: "engine",
  });
  const destruction = ofBob.find(({ step }) => step === "destroy");
  expect(destruction?.allowedBy).toMatchObject({
    id: half,
    step: "destroy",
    author: alice.iamId,
  });
  for (const entry of [deactivation, destruction]) expect(entry?.digest).toMatch(/^[0-9a-f]{32}$/);
  expect(ofBob.find(({ step }) => step === "remove")?.keystores).toMatchObject([{ status: "not_present" }]);
  for (const secret of ["alice-demo-key", "bob-demo-key", "Bearer", "eyJ"]) expect(texts.join()).not.toContain(secret);

  for (const file of files) expect(checkEvidenceChain(file)).toMatchObject({ breaks: [], torn: [], beyondHead: 0 });
  const certificate = await certify(files);
  const [key] = certificate.predicate.keys;
  expect(key).toMatchObject({
    keyId,
    label: "payroll",
    outcome: "removed",
    areKeystoresLive: true,
    algorithm: "aes",
  });
  const [done, denied] = [true, false].map((isDone) =>
    key?.steps.filter(({ doneAt }) => (doneAt !== undefined) === isDone),
  );
  expect(denied).toMatchObject([{ step: "remove", from: "destroyed", to: "absent" }]);
  const deeds = done?.map(({ step, about, requester, approver }) => [step, about, requester?.iamId, approver?.iamId]);
  expect(deeds).toEqual([
    ["write_record", "deactivate", bob.iamId, undefined],
    ["deactivate", undefined, bob.iamId, alice.iamId],
    ["write_record", "destroy", alice.iamId, undefined],
    ["destroy", undefined, alice.iamId, bob.iamId],
    ["remove", undefined, undefined, undefined],
  ]);
  expect(certificate.predicate.instance).toEqual({ id: scenario.uko.instanceId, endpoints: [scenario.uko.url] });
  expect(certificate.predicate.tool.build).toMatch(/^[0-9a-f]{64}$/);
}

/** The certificate of these files, after its check with the same files. */
async function certify(evidence: readonly string[]) {
  const folder = path.dirname(evidence[0] ?? "");
  const keyFile = path.join(folder, "k.key");
  const publicFile = path.join(folder, "k.pem");
  const file = path.join(folder, "c.json");
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  await writeFile(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(publicFile, publicKey.export({ type: "spki", format: "pem" }));
  const signer = { kind: "file", file: keyFile, passphrase: async () => undefined } as const;
  const target = { file, isReplaced: false };
  const { signal } = new AbortController();
  await createCertificate({ evidence, keys: [], signer, target }, signal);
  const required = { requiredSigners: 1, areTwoPeopleRequired: false, allowsEmulator: true };
  const checked = await verifyFile({ file, trust: [publicFile], ...required, evidence, events: [] });
  expect(checked.problems).toEqual([]);
  return (await readCertificate(file)).certificate;
}
