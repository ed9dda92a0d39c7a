/** `UKO_EVIDENCE`: what an auditor finds on disk after the four runs, and that no step is taken which could not be put on file. */

import { generateKeyPairSync } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { checkEvidenceChain, createCertificate, verifyFile } from "../../../provider/compose-certificates.ts";
import type { EvidenceEntry } from "../../../provider/engine/ports/evidence.ts";
import { door } from "./door.ts";
import { consentIn, firstLineOf, messageOf } from "./support/next-steps.ts";
import { profilesFor } from "./support/profiles.ts";
import { openScenario, vaultId } from "./support/scenario.ts";

const alice = { iamId: "IBMid-550000ALICE", name: "Alice Example" };
const bob = { iamId: "IBMid-550000BOB", name: "Bob Example" };

test.each(profilesFor())(
  "the evidence file says who took which step with whose approval, and only its owner can read it (%s)",
  async (profile) => {
    await using scenario = await openScenario({ profile, env: { UKO_EVIDENCE: "evidence.jsonl" } });
    const [a, b] = [await scenario.person("alice"), await scenario.person("bob")];
    expect(await b.up()).toMatchObject({ exitCode: 0 });
    const { id: keyId } = await scenario.key();
    const first = await b.destroy();
    expect(first).toMatchObject({ exitCode: 1 });
    expect(firstLineOf(first.output)).toBe('Key "payroll" is waiting for a second person to approve its deactivation');
    await scenario.advance("1m");
    const second = await a.destroy(consentIn(first.output));
    expect(second).toMatchObject({ exitCode: 1 });
    await scenario.advance("4h1m");
    expect(await b.destroy(consentIn(second.output))).toMatchObject({ exitCode: 1 });
    await scenario.advance("31d");
    expect(await b.destroy()).toMatchObject({ exitCode: 0 });
    expect(await b.resources()).toEqual([]);

    const files = [a, b].map(({ engine }) => path.join(engine.workingCopy, "evidence.jsonl"));
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
    ]);

    for (const entry of [...ofAlice, ...ofBob]) {
      expect(entry).toMatchObject({ v: 1, instanceId: scenario.uko.instanceId, vaultId, keyId, label: "payroll" });
      expect(entry.actor).toEqual(ofAlice.includes(entry) ? alice : bob);
      expect(entry.time).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
      expect(entry.keystores).toEqual([
        expect.objectContaining({ name: "payroll-ring", status: expect.any(String), syncFlag: expect.any(String) }),
      ]);
      if (entry.phase === "after" && entry.step !== "remove") expect(entry.correlationId).toMatch(/\S/);
    }
    const [deactivation] = ofAlice;
    expect(deactivation?.consentedBy).toMatchObject({
      id: consentIn(first.output),
      step: "deactivate",
      author: bob.iamId,
      how: "met",
    });
    const destruction = ofBob.find(({ step }) => step === "destroy");
    expect(destruction?.consentedBy).toMatchObject({
      id: consentIn(second.output),
      step: "destroy",
      author: alice.iamId,
    });
    for (const entry of [deactivation, destruction]) expect(entry?.digest).toMatch(/^[0-9a-f]{32}$/);
    expect(ofBob.find(({ step }) => step === "remove")?.keystores).toMatchObject([{ status: "not_present" }]);
    for (const secret of ["alice-demo-key", "bob-demo-key", "Bearer", "eyJ"])
      expect(texts.join()).not.toContain(secret);

    for (const file of files)
      expect(await checkEvidenceChain(file)).toMatchObject({ breaks: [], torn: [], beyondHead: 0 });
    const certificate = await certify(files);
    const [key] = certificate.predicate.keys;
    expect(key).toMatchObject({
      keyId,
      label: "payroll",
      outcome: "removed",
      areKeystoresLive: true,
      algorithm: "aes",
    });
    const deeds = key?.steps.map(({ step, requester, approver, isSingle }) => [
      step,
      requester?.iamId,
      approver?.iamId,
      isSingle,
    ]);
    expect(deeds).toEqual([
      ["write_record", undefined, undefined, undefined],
      ["deactivate", bob.iamId, alice.iamId, false],
      ["write_record", undefined, undefined, undefined],
      ["destroy", alice.iamId, bob.iamId, false],
      ["remove", undefined, undefined, undefined],
    ]);
    expect(certificate.predicate.instance).toEqual({ id: scenario.uko.instanceId, endpoints: [scenario.uko.url] });
    expect(certificate.predicate.tool.build).toMatch(/^[0-9a-f]{64}$/);
  },
);

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
  const certificate = await createCertificate({ evidence, keys: [], witnesses: [], signer, target }, signal);
  const checked = await verifyFile({ file, trust: [publicFile], requiredPersons: 1, allowsEmulator: true, evidence });
  expect(checked.problems).toEqual([]);
  return certificate;
}

test.each([
  ["is in a folder that is not there", "missing/evidence.jsonl", "ENOENT"],
  ["is a folder", "folder", "EISDIR"],
])("takes no step if the evidence file %s", async (_, file, reason) => {
  await using scenario = await openScenario({ profile: "documented" });
  const [a, b] = [await scenario.person("alice"), await scenario.person("bob")];
  expect(await b.up()).toMatchObject({ exitCode: 0 });
  const first = await b.destroy();
  await scenario.advance("1m");
  await mkdir(path.join(a.engine.workingCopy, "folder"));
  const mark = await scenario.mark();

  const env = { UKO_CONSENT: consentIn(first.output), UKO_EVIDENCE: file };
  const refused = await a.engine.destroy([], { env });
  expect(refused).toMatchObject({ exitCode: 1 });
  expect(firstLineOf(refused.output)).toBe(
    door.errorOfDeletion("payroll", await scenario.keyPath(), `The evidence file ${file} could not be written`),
  );
  expect(messageOf(refused.output)).toContain(`The system says ${reason}.`);
  expect(messageOf(refused.output)).toContain("[UKO_EVIDENCE_UNWRITABLE]");
  expect(await scenario.writes(mark)).toEqual([]);
  expect(await scenario.key()).toMatchObject({ state: "active" });
  expect(await a.resources()).toHaveLength(1);

  const again = await a.destroy(consentIn(first.output));
  expect(await scenario.key(), again.output).toMatchObject({ state: "deactivated" });
});
