/** Attempts to misuse a review: by the requester, a committer, another reviewer, and a replay. */

import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { explainVerdict } from "../support/oracle.ts";
import { type CliTestWorld, type Ended, keys, type Person, reportOf, startCliWorld, vaultId } from "./harness.ts";

let world: CliTestWorld;
const folder = mkdtempSync(path.join(tmpdir(), "uko-attacks-"));
const file = path.join(folder, "review.jsonl");
beforeAll(async () => {
  world = await startCliWorld();
});
beforeEach(() => world.reset());
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await world.close();
});

const asked = [keys.payroll, keys.cards];
const digest = (): string => createHash("sha256").update(readFileSync(file)).digest("hex");
const review = (who: Person, step = "deactivate"): Promise<Ended> =>
  world.uko(who, `review --vault ${vaultId} --step ${step} --out ${file} --force`);
const approve = (who: Person, named = digest()): Promise<Ended> =>
  world.uko(who, `approve --review ${file} --digest ${named} --yes --json`);
const linesOf = (): Record<string, unknown>[] =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const write = (lines: readonly object[]): void =>
  writeFileSync(file, `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`);
const stateOf = async (key: string): Promise<string | undefined> =>
  reportOf(await world.uko("erin", `status ${key} --json`)).keyState;

async function request(who: Person, named: readonly string[] = asked): Promise<void> {
  await world.uko(who, `request ${named.join(" ")}`);
  await world.advance("1m");
}

/** No person acted alone, and these keys are still active. */
async function expectUnharmed(named: readonly string[] = asked): Promise<void> {
  for (const key of named) expect(await stateOf(key)).toBe("active");
  expect(explainVerdict(await world.verdict())).toBe("");
}

it("a file that another person swaps between the commands is refused by its digest", async () => {
  await request("bob");
  await review("alice");
  const reviewed = digest();
  write(
    linesOf()
      .slice(0, 2)
      .map((line, at) => (at === 0 ? { ...line, keys: 1 } : line)),
  );
  expect(reportOf(await approve("alice", reviewed))).toMatchObject({ error: { code: "UKO_REVIEW_INVALID" } });
  await expectUnharmed();
});

it("a committer who also passes on the digest of the edited file cannot add a key without a request", async () => {
  await request("bob", [keys.cards]);
  await review("alice");
  const [head = {}, line = {}] = linesOf();
  const other = keys.vouchers.split("/")[1];
  write([{ ...head, keys: 2 }, line, { ...line, keyId: other }]);
  expect((await approve("alice")).exitCode).toBe(12);
  expect(await stateOf(keys.cards)).toBe("deactivated");
  await expectUnharmed([keys.vouchers]);
});

it.each([
  ["names a worse step", { step: "destroy" }],
  ["names its own author as the requester", {}, "IBMid-550000CAROL"],
  ["is dated into the future", { reviewedAt: "2027-11-24T14:22:00.000Z" }],
  ["is about another instance", { instanceId: "22222222-2222-4222-8222-222222222222" }],
  ["names the requester as its reviewer", { reviewer: "IBMid-550000BOB" }, "IBMid-550000ALICE"],
])("an edited file takes no step, if it %s", async (_title, change, requester = "IBMid-550000BOB") => {
  await request("bob");
  await review("alice");
  const [head = {}, ...lines] = linesOf();
  write([{ ...head, ...change }, ...lines.map((line) => ({ ...line, requester }))]);
  expect((await approve("alice")).exitCode).not.toBe(0);
  await expectUnharmed();
});

it("the requester cannot review or approve their own requests, nor use the other person's review", async () => {
  await request("carol");
  expect((await review("carol")).exitCode).toBe(12);
  await review("alice");
  expect(reportOf(await approve("carol"))).toMatchObject({ error: { code: "UKO_REVIEW_OUTDATED" } });
  const [head = {}, ...lines] = linesOf();
  write([{ ...head, reviewer: "IBMid-550000CAROL" }, ...lines]);
  expect(reportOf(await approve("carol"))).toMatchObject({ error: { code: "UKO_REVIEW_INVALID" } });
  await expectUnharmed();
});

it("another reviewer's file is worth nothing to a third person", async () => {
  await request("bob");
  await review("alice");
  expect(reportOf(await approve("carol"))).toMatchObject({ error: { code: "UKO_REVIEW_OUTDATED" } });
  await expectUnharmed();
});

it("a requester who replaces the request after the review gets nothing for the new one", async () => {
  await request("bob");
  await review("alice");
  await world.uko("bob", `withdraw ${keys.cards}`);
  await world.advance("1m");
  await request("bob", [keys.cards]);
  expect((await approve("alice")).out).toContain("it changed after the review: its request");
  expect(await stateOf(keys.payroll)).toBe("deactivated");
  await expectUnharmed([keys.cards]);
});

it("a review is not replayed for the next step, nor after a reactivation, nor a day later", async () => {
  await request("bob");
  await review("alice");
  await approve("alice");
  await world.advance("5h");
  await request("bob");
  expect((await approve("alice")).out).toContain('"taken":[]');
  for (const key of asked) expect(await stateOf(key)).toBe("deactivated");
  await world.uko("alice", `reactivate ${asked.join(" ")}`);
  await world.advance("1m");
  await request("bob");
  expect((await approve("alice")).exitCode).toBe(12);
  await review("alice");
  await world.advance("24h");
  expect(reportOf(await approve("alice"))).toMatchObject({ error: { code: "UKO_REVIEW_OUTDATED" } });
  await expectUnharmed();
});

it("a pipeline is neither a requester nor a reviewer", async () => {
  await world.uko("pipeline", `request ${keys.cards}`);
  expect((await review("alice")).exitCode).toBe(12);
  await request("bob");
  await review("alice");
  const [head = {}, ...lines] = linesOf();
  write([{ ...head, reviewer: "iam-ServiceId-1" }, ...lines]);
  expect(reportOf(await approve("pipeline"))).toMatchObject({ error: { code: "UKO_REVIEW_INVALID" } });
  await expectUnharmed();
});
