/** The files that runs write: a report for pipelines, and evidence that `uko audit` reads. */

import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import type { ReportLine } from "../../provider/engine/ports/evidence.ts";
import { linesIn } from "../support/json-lines.ts";
import { useCliStage } from "./cli-stage.ts";
import { type Ended, keys, type Person } from "./harness.ts";

const { world, folder } = useCliStage();

const report = () => path.join(folder, "report.jsonl");
const evidence = () => path.join(folder, "evidence.jsonl");
const types = (who: Person, command: string): Promise<Ended> =>
  world.uko(who, command, { UKO_REPORT: report(), UKO_EVIDENCE: evidence() });
const records = () => linesIn<ReportLine & { readonly v: 1; readonly time: string }>(report());

async function endPayroll(): Promise<void> {
  await world.destroy(keys.payroll, { UKO_REPORT: report(), UKO_EVIDENCE: evidence() });
  await world.advance("31d");
  await types("bob", "continue --step remove");
}

it("UKO_REPORT gets a line for each key and run that acted or waited, with the caller and the service's time", async () => {
  await endPayroll();
  await types("bob", `status ${keys.ledger}`);
  expect(
    records().map(({ operation, code, exitCode, taken, actor, time }) => [
      operation,
      code,
      exitCode,
      taken,
      actor.iamId,
      time.slice(0, 10),
    ]),
  ).toEqual([
    ["request", "UKO_APPROVAL_PENDING", 0, ["write_record"], "IBMid-550000BOB", "2026-11-24"],
    ["approve", undefined, 0, ["deactivate"], "IBMid-550000ALICE", "2026-11-24"],
    ["request", "UKO_APPROVAL_PENDING", 0, ["write_record"], "IBMid-550000ALICE", "2026-11-24"],
    ["approve", undefined, 0, ["destroy"], "IBMid-550000BOB", "2026-11-24"],
    ["continue", undefined, 0, ["remove"], "IBMid-550000BOB", "2026-12-25"],
  ]);
  const [requested] = records();
  expect(requested).toMatchObject({
    v: 1,
    keyId: keys.payroll.split("/")[1],
    label: "payroll",
    lifecycleState: "pending_approval",
    awaits: "approval",
    requestedBy: "IBMid-550000BOB",
    recordId: expect.stringMatching(/^[0-9a-f]{32}$/),
    recordExpiresAt: expect.stringMatching(/^2026-12-01T/),
  });
  expect(records().map(({ neededRoles, excludedIdentity }) => [neededRoles, excludedIdentity])).toEqual([
    [["Key Custodian - Deployer"], "IBMid-550000BOB"],
    [undefined, undefined],
    [["Vault Administrator"], "IBMid-550000ALICE"],
    [undefined, undefined],
    [undefined, undefined],
  ]);
});

it("UKO_REPORT also gets faults", async () => {
  await types("bob", `continue ${keys.payroll.replace("5c1e", "5c1f")}`);
  expect(records()).toMatchObject([{ operation: "continue", code: expect.stringMatching(/^UKO_/), exitCode: 1 }]);
});

it("does nothing if the report cannot be opened", async () => {
  const before = (await world.trail()).filter(({ effect }) => effect).length;
  const environment = { UKO_REPORT: path.join(folder, "absent", "report.jsonl") };
  const { exitCode, err } = await world.uko("bob", `request ${keys.payroll} ${keys.cards}`, environment);
  expect([exitCode, err.match(/\[UKO_EVIDENCE_UNWRITABLE\]/g)]).toEqual([1, ["[UKO_EVIDENCE_UNWRITABLE]"]]);
  expect((await world.trail()).filter(({ effect }) => effect)).toHaveLength(before);
});

it("uko audit reads several files", async () => {
  await endPayroll();
  const text = readFileSync(evidence(), "utf8");
  const [a, b] = [path.join(folder, "a.jsonl"), path.join(folder, "b.jsonl")];
  // Both have the first lines, which count once.
  writeFileSync(a, text.split("\n").slice(0, 3).join("\n"));
  writeFileSync(b, text);
  const { out } = await world.uko("erin", `audit --file ${a} --file ${b} --json`);
  expect(out).toBe((await world.uko("erin", `audit --file ${evidence()} --json`)).out);
  // A folder, such as `evidence/` of a campaign, stands for its files.
  const parts = mkdtempSync(path.join(folder, "parts-"));
  for (const [at, file] of [a, b].entries()) writeFileSync(path.join(parts, `${at}.jsonl`), readFileSync(file));
  writeFileSync(path.join(parts, "notes.txt"), "not evidence");
  expect((await world.uko("erin", `audit --file ${parts} --json`)).out).toBe(out);
  expect(existsSync(report())).toBe(true);
});
