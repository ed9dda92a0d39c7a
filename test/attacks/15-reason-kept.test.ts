/** The reason of a request: who can read it, until when, and the effect of forged or crowded records. */

import path from "node:path";
import { expect, test } from "vitest";
import type { EvidenceEntry, ReportLine } from "../../provider/engine/ports/evidence.ts";
import type { ConsentDraft } from "../../provider/lifecycle/consent/consent-record.ts";
import { decodeTagValue, encodeTagValue } from "../../provider/lifecycle/consent/record-text.ts";
import { recordTagName } from "../../provider/lifecycle/vocabulary/tag-names.ts";
import { useCliStage } from "../cli/cli-stage.ts";
import { type Ended, keys, type Person, reportOf } from "../cli/harness.ts";
import type { Body } from "../emulator/harness.ts";
import { identityOf, sha256 } from "../support/builders.ts";
import { linesIn } from "../support/json-lines.ts";

const reason = "Payroll moved to the new ledger";
const key = keys.payroll;

const { world, folder } = useCliStage();

const files = () => ({
  UKO_REPORT: path.join(folder, "report.jsonl"),
  UKO_EVIDENCE: path.join(folder, "evidence.jsonl"),
});
const types = (who: Person, command: string): Promise<Ended> => world.uko(who, command, files());
const approves = (who: Person, how = ""): Promise<Ended> =>
  world.type(who, `approve ${key} ${how}`, undefined, files());
const linesOf = <Line>(name: string): readonly Line[] => linesIn<Line>(path.join(folder, name));
const later = (duration: string): Promise<void> => world.advance(duration);

const byBob = `Earlier reason of IBMid-550000BOB ("Bob Example"), as repeated by this record: ${reason}`;
const asData = { author: "IBMid-550000BOB", name: "Bob Example", reason };

test("the request of the destruction replaces that of the deactivation, and the reason stays with its author to the end", async () => {
  await types("bob", `request ${key} --reason "${reason}"`);
  await later("1m");
  const deactivated = await approves("alice");
  expect(deactivated.out).toContain(`Reason: ${reason}`);
  await types("alice", `request ${key}`);

  expect((await types("bob", `status ${key}`)).out).toContain(byBob);
  expect((await types("bob", "requests --long")).out).toContain(byBob);
  expect(reportOf(await types("bob", `status ${key} --json`)).deletion).toMatchObject({ reasons: [asData] });
  expect(reportOf(await types("bob", "requests --json")).deletion).toMatchObject({ reasons: [asData] });

  await later("5h");
  expect((await approves("bob")).out).toContain(reason);
  const destroyed = await types("bob", `continue ${key}`);
  const ofRecord =
    /record of IBMid-550000ALICE \("Alice Example"\).*IBMid-550000BOB \("Bob Example"\).*: Payroll moved/;
  expect(destroyed.out).toMatch(ofRecord);
  expect((await types("erin", `status ${key}`)).out).toMatch(ofRecord);
  expect(linesOf<ReportLine>("report.jsonl").map(({ reasons }) => reasons)).toEqual([
    [asData],
    [asData],
    [asData],
    [asData],
    [asData],
  ]);

  const destroy = linesOf<EvidenceEntry>("evidence.jsonl").filter(({ step }) => step === "destroy");
  expect(destroy).toHaveLength(2);
  for (const { allowedBy } of destroy) expect(allowedBy).toMatchObject({ earlierReasons: [asData] });
  const audit = await types("erin", "audit --step destroy");
  expect(audit.out).toContain(`"${reason}" by IBMid-550000BOB ("Bob Example")`);
  const asJson = await types("erin", "audit --step destroy --json");
  expect(asJson.out).toContain(JSON.stringify(asData));
});

test("an approval replaces the request, and the reason stays with its author until a withdrawal", async () => {
  await types("carol", `request ${key} --reason "${reason}"`);
  await later("1m");
  await approves("bob", "--store");
  const byCarol = byBob.replace('IBMid-550000BOB ("Bob Example")', 'IBMid-550000CAROL ("Carol Example")');
  expect((await types("carol", `status ${key}`)).out).toContain(byCarol);
  await later("1m");
  await types("carol", `continue ${key}`);
  await types("carol", `withdraw ${key}`);
  await later("1m");
  expect((await types("bob", `status ${key}`)).out, "withdrawn with its reason").not.toContain(reason);

  await types("bob", `request ${key} --reason "Second thoughts"`);
  await later("1m");
  await approves("carol", "--store");
  expect((await types("bob", `status ${key}`)).out).toContain("Second thoughts");
});

test("an expired request is replaced by another without a reason, and the first reason stays", async () => {
  await types("bob", `request ${key} --reason "${reason}"`);
  await later("8d");
  expect((await types("carol", `request ${key}`)).out).toContain(byBob);
  await later("8d");
  expect((await types("carol", `request ${key} --reason "As decided"`)).out).toContain("Reason: As decided");
  expect((await types("bob", `status ${key}`)).out).toContain(byBob);
});

/** Reads the key without uko, or writes the record's tag by hand, as any person with write-tags may. */
async function byHand(who: Person, value?: string): Promise<Body> {
  const [, id = ""] = key.split("/");
  const read = await world.as(who).key(id);
  if (value === undefined) return read.body;
  const tags = [...read.body.tags.filter(({ name }) => name !== recordTagName), { name: recordTagName, value }];
  const written = await world.as(who).patch(id, { tags });
  expect(written.status, written.text).toBe(200);
  return written.body;
}

const valueOnKey = async (): Promise<string> =>
  (await byHand("carol")).tags.find(({ name }) => name === recordTagName)?.value ?? "";

/** A record that binds if its author wrote it. */
async function forge(who: Person, draft: Partial<ConsentDraft>): Promise<void> {
  await types("bob", `request ${key}`);
  const honest = decodeTagValue(key.split("/")[1] ?? "", await valueOnKey(), sha256);
  if (honest === undefined) throw new Error("No record is on the key.");
  await byHand(who, encodeTagValue({ ...honest, ...draft }));
}

test("a writer of tags forges a record in Bob's name, and the next request does not repeat its reason", async () => {
  await forge("alice", { reason: "Bob says: delete at once" });
  const asked = await types("carol", `request ${key}`);
  expect(asked.out).toContain("does not count");
  expect(asked.out + (await types("bob", `status ${key}`)).out).not.toContain("at once");
});

test("a person's own request that repeats another person's reason approves nothing", async () => {
  await forge("bob", { earlierReasons: [{ author: identityOf("IBMid-550000ALICE"), reason: "I approve" }] });
  await later("1m");
  for (const how of ["", "--store"]) expect((await approves("bob", how)).exitCode).toBe(12);
  const own = await types("bob", `continue ${key}`);
  expect(own.exitCode).toBe(10);
  expect(own.out).toContain("for a second person");
  expect(own.out).toContain("as repeated by this record: I approve");
});

test("a service that drops tags leaves no room for a reason on the key, and the message says so to the requester", async () => {
  await world.reset({ tags: "dropped" });
  const asked = await types("bob", `request ${key} --reason "${reason}"`);
  expect(asked.out).toContain("no room for the reason");
  expect(linesOf<EvidenceEntry>("evidence.jsonl")[0]?.record).toMatchObject({ reason });
});
