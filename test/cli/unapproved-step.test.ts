/** A step that one person took with another tool, as the commands show it. */

import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { linesIn } from "../support/json-lines.ts";
import { withOtherTool } from "../support/other-tool.ts";
import { useCliStage } from "./cli-stage.ts";
import { keys, type Person } from "./harness.ts";

const { world: uko, folder } = useCliStage();

const sentence =
  /No approval of the destruction by a second person is known\. The last write to the key was by IBMid-550000BOB on 24 Nov 2026 \d\d:\d\d UTC\./;

async function deactivate(): Promise<void> {
  await uko.deactivate(keys.payroll);
  await uko.advance("5h");
}

const destroyWithOtherTool = (who: Person) =>
  withOtherTool(uko, who, keys.payroll, { method: "POST", below: "/destroy" });

interface Line {
  readonly step: string;
  readonly phase: string;
  readonly actor: { readonly iamId: string };
  readonly lastWrite?: object;
}
const evidenceFile = () => path.join(mkdtempSync(path.join(folder, "evidence-")), "evidence.jsonl");

it("the evidence gets one line when a run sees the step first, and uko audit shows it", async () => {
  await deactivate();
  await destroyWithOtherTool("bob");
  const UKO_EVIDENCE = evidenceFile();
  for (const _night of [1, 2, 3]) {
    await uko.advance("24h");
    await uko.pipe("carol", `continue ${keys.payroll} --yes`, { UKO_EVIDENCE });
  }
  const seen = linesIn<Line>(UKO_EVIDENCE);
  expect(seen).toMatchObject([
    { step: "destroy", phase: "seen", lastWrite: { iamId: "IBMid-550000BOB", at: expect.any(String) } },
  ]);
  const { out } = await uko.pipe("carol", `audit --file ${UKO_EVIDENCE}`);
  expect(out).toMatch(/no approval known, last write by IBMid-550000BOB/);
  expect(out).toContain("1 step was seen without a known approval by a second person");
  expect(out).not.toMatch(/one person alone|never recorded as finished|Carol/);
});

it("what this machine saw stays unapproved after a write that would hide it", async () => {
  await deactivate();
  await uko.type("alice", `request ${keys.payroll}`);
  await uko.advance("1m");
  // Alice destroys what she requested herself. Then Carol synchronizes the key.
  expect(await destroyWithOtherTool("carol")).toBe(200);
  const UKO_EVIDENCE = evidenceFile();
  expect((await uko.pipe("bob", `status ${keys.payroll}`, { UKO_EVIDENCE })).out).not.toContain("No approval of the");
  await uko.control(`keys/${keys.payroll.split("/")[1]}`, { record: { updatedBy: "IBMid-550000ALICE" } });
  await uko.pipe("bob", `continue ${keys.payroll}`, { UKO_EVIDENCE });
  await uko.control(`keys/${keys.payroll.split("/")[1]}`, { record: { updatedBy: "IBMid-550000CAROL" } });
  expect((await uko.pipe("bob", `status ${keys.payroll}`, { UKO_EVIDENCE })).out).toContain("No approval of the");
  expect((await uko.pipe("bob", `status ${keys.payroll}`)).out).not.toContain("No approval of the");
});

it("a sync does not hide who destroyed a key alone, unless a person confirms it", async () => {
  await deactivate();
  await uko.type("bob", `request ${keys.payroll}`);
  await uko.advance("1m");
  await destroyWithOtherTool("bob");
  await uko.advance("1m");
  const fresh = () => ({ UKO_EVIDENCE: evidenceFile() });
  const refused = await uko.pipe("alice", `sync ${keys.payroll}`, fresh());
  expect([refused.exitCode, refused.out]).toEqual([12, expect.stringContaining("[UKO_DESTRUCTION_UNAPPROVED]")]);
  expect(refused.out).toContain("A sync would replace the last writer, who may have destroyed the key alone.");
  expect((await uko.type("alice", `sync ${keys.payroll}`, ["no"], fresh())).exitCode).toBe(12);
  expect((await uko.pipe("carol", `status ${keys.payroll}`, fresh())).out).toMatch(sentence);
  const environment = fresh();
  const confirmed = await uko.type("alice", `sync ${keys.payroll}`, ["payroll"], environment);
  expect(confirmed.exitCode, confirmed.out + confirmed.err).toBe(0);
  const lines = linesIn<Line>(environment.UKO_EVIDENCE).filter(({ step }) => step === "sync");
  expect(lines.at(-1)).toMatchObject({ phase: "after", lastWrite: { iamId: "IBMid-550000BOB" } });
});

it("a destruction that the own state folder recorded under the rule needs no record on the key", async () => {
  await deactivate();
  await uko.type("alice", `request ${keys.payroll}`);
  await uko.advance("1m");
  const home = mkdtempSync(path.join(folder, "state-"));
  await uko.type("bob", `approve ${keys.payroll}`, undefined, { XDG_STATE_HOME: home });
  await uko.advance("31d");
  await uko.control(`keys/${keys.payroll.split("/")[1]}`, { record: { tags: [] } });
  const status = async (environment: Readonly<Record<string, string>>) =>
    (await uko.pipe("bob", `status ${keys.payroll}`, environment)).out;
  const sentenceBegin = "No approval of the destruction";
  expect(await status({ XDG_STATE_HOME: home })).not.toContain(sentenceBegin);
  expect(await status({ UKO_EVIDENCE: evidenceFile() })).toContain(sentenceBegin);
  // Other people may write to a file that a variable names.
  const [name = ""] = readdirSync(path.join(home, "uko")).filter((each) => each.endsWith(".jsonl"));
  const file = path.join(home, "uko", name);
  expect(await status({ UKO_EVIDENCE: file })).toContain(sentenceBegin);
  writeFileSync(file, readFileSync(file, "utf8").replaceAll("IBMid-550000ALICE", "IBMid-550000BOB"));
  expect(await status({ XDG_STATE_HOME: home })).toContain(sentenceBegin);
});
