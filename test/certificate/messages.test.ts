import { expect, test } from "vitest";
import { unrecordedKey } from "../../provider/certificate/build.ts";
import { renderCertificatePage } from "../../provider/certificate/html.ts";
import {
  certificateHeading,
  certificateHeads,
  certificateRows,
  explainLimits,
  sayDeed,
} from "../../provider/certificate/messages.ts";
import type { CertificateKey } from "../../provider/certificate/statement.ts";
import { auditEvidence } from "../../provider/engine/commands/audit.ts";
import { auditHeads, auditRows } from "../../provider/engine/commands/audit-messages.ts";
import { hostileCertificate } from "../support/hostile-certificate.ts";

test("a terminal shows no control character of the certificate", async () => {
  const { certificate } = await hostileCertificate(`</td><script>alert("1")</script>\u001b[31m\u202e`);
  const shown = [
    certificateHeading(certificate),
    explainLimits(certificate),
    ...certificateRows(certificate.predicate.keys).flat(),
  ];
  expect(shown.join("").replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test("a page shows the wave and the totals, then keys whose destruction is not proven, and then the limits", async () => {
  const { certificate, facts } = await hostileCertificate("payroll");
  const { predicate } = certificate;
  const open = unrecordedKey({ subject: "i/v/k", vaultId: "v", keyId: "k", label: "never-recorded" });
  const wave = { campaign: "eol", wave: "pilot", count: 2, digest: "a".repeat(64) };
  const both = { ...certificate, predicate: { ...predicate, wave, keys: [...predicate.keys, open] } };
  const page = renderCertificatePage(both, { ...facts, keyIds: [] });
  const [totals = "", rows = ""] = page.split("<h2>Destruction not proven: 2 keys</h2>");
  expect(totals).toMatch(/<h1>Certificate of key destruction: [01] of 2 keys destroyed<\/h1>/);
  expect(totals).toMatch(/All 2 keys of wave pilot of campaign eol[\s\S]*<dd>1 not recorded\n1 \S/);
  expect(rows.indexOf(">never-recorded</th>")).toBeLessThan(rows.indexOf(">payroll</th>"));
  expect(rows.indexOf(">payroll</th>")).toBeLessThan(rows.indexOf("<h2>Not verified</h2>"));
  expect(rows.match(/<dt>Keystores read<\/dt>/g)).toHaveLength(1);
});

test("the title of a page counts the keys that are destroyed, and no other", async () => {
  const { certificate, facts } = await hostileCertificate("payroll");
  const open = unrecordedKey({ subject: "i/v/k", vaultId: "v", keyId: "k", label: "never-recorded" });
  const time = "2026-11-26T15:57:24Z";
  const destroy = {
    ...{ step: "destroy", from: "deactivated", to: "destroyed", startedAt: time, doneAt: time },
    ...{ executor: { iamId: "IBMid-550000BOB" }, evidence: { log: 0 } },
  };
  const titled = (outcomes: readonly CertificateKey["outcome"][], steps: CertificateKey["steps"] = [destroy]) => {
    const keys = outcomes.map((outcome) => ({ ...open, outcome, steps }));
    const page = renderCertificatePage(
      { ...certificate, predicate: { ...certificate.predicate, keys } },
      { ...facts, keyIds: [] },
    );
    return /<title>(.*)<\/title>/.exec(page)?.[1];
  };
  expect(titled(["destroyed", "removed", "pending_destruction", "deactivated", "not_ended", "not_recorded"])).toBe(
    "Certificate of key destruction: 2 of 6 keys destroyed",
  );
  expect(titled(["destroyed", "removed"], [])).toBe("Certificate of key destruction: 0 of 2 keys destroyed");
  expect(titled(["not_ended"])).toBe("Certificate of key destruction: 0 of 1 key destroyed");
});

test("a step that no line reports as done is only started, because the service may have refused it", () => {
  const act = { step: "destroy", iamId: "IBMid-550000BOB", startedAt: "2026-11-26T15:57:24Z", of: 0 };
  const did = ["approved", "executed"] as const;
  expect(sayDeed({ ...act, did, isConfirmed: false })).toBe("approved and started (not confirmed)");
  expect(sayDeed({ ...act, did, isConfirmed: true })).toBe("approved and executed");
});

test("a page keeps why a person released a hold, and which hold it was", async () => {
  const { certificate, facts } = await hostileCertificate("payroll");
  const open = unrecordedKey({ subject: "i/v/k", vaultId: "v", keyId: "k", label: "payroll" });
  const time = "2026-11-26T15:57:24Z";
  const release: CertificateKey["steps"][number] = {
    ...{ step: "release", from: "deactivated", to: "deactivated", startedAt: time, doneAt: time },
    ...{ executor: { iamId: "IBMid-550000BOB" }, evidence: { log: 0 }, reason: "L-7 is closed", hold: "legal L-7" },
  };
  const keys = [{ ...open, steps: [release] }];
  const predicate = { ...certificate.predicate, keys };
  const page = renderCertificatePage({ ...certificate, predicate }, { ...facts, keyIds: [] });
  expect(page).toContain("L-7 is closed (hold: legal L-7)");
});

test("a certificate and uko audit name the people of a step in the same words, with ID and name", () => {
  const [bob, alice] = [
    { iamId: "IBMid-550000BOB", name: "Bob Example" },
    { iamId: "IBMid-550000ALICE", name: "Alice Example" },
  ];
  const time = "2026-11-26T15:57:24Z";
  const request = { id: "a".repeat(32), step: "destroy", how: "command", author: bob.iamId, writtenAt: time };
  const common = { v: 1, time, instanceId: "i", vaultId: "v", keyId: "k", label: "payroll", from: "deactivated" };
  const lines = [
    { ...common, step: "write_record", phase: "after", to: "deactivated", actor: bob, record: request },
    { ...common, step: "destroy", phase: "after", to: "destroyed", actor: alice, allowedBy: request },
  ];
  const audited = auditRows(auditEvidence([lines.map((line) => JSON.stringify(line)).join("\n")])).at(-1);
  const destroyed = {
    ...{ step: "destroy", from: "deactivated", to: "destroyed", startedAt: time, doneAt: time },
    ...{ executor: alice, requester: { iamId: bob.iamId }, approver: { iamId: alice.iamId }, evidence: { log: 0 } },
  };
  const requested = { ...destroyed, step: "write_record", executor: bob, requester: undefined, approver: undefined };
  const open = unrecordedKey({ subject: "i/v/k", vaultId: "v", keyId: "k", label: "payroll" });
  const [row] = certificateRows([{ ...open, outcome: "destroyed", steps: [requested, destroyed] }]);
  expect(certificateHeads.slice(3)).toEqual(auditHeads.slice(5, 8));
  expect(row?.slice(3)).toEqual(audited?.slice(5, 8));
  expect(row?.slice(3)).toEqual([
    'IBMid-550000BOB ("Bob Example")',
    'IBMid-550000ALICE ("Alice Example")',
    'IBMid-550000ALICE ("Alice Example")',
  ]);
});
