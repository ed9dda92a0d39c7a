/** Attempts to misuse a review: by the requester, a committer, another reviewer, and a replay. */

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { explainVerdict } from "../support/oracle.ts";
import { useCliStage } from "./cli-stage.ts";
import { apiKeys, type Ended, keys, type Person, reportOf, vaultId } from "./harness.ts";

const { world, folder } = useCliStage();
const file = path.join(folder, "review.jsonl");

const asked = [keys.payroll, keys.cards];
const review = (who: Person, step = "deactivate"): Promise<Ended> =>
  world.type(who, `review --vault ${vaultId} --step ${step} --out ${file} --force`);
const approve = (who: Person): Promise<Ended> => world.uko(who, `approve --review ${file} --yes --json`);
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

const refused = { error: { code: "UKO_REVIEW_INVALID" } };

it.each([
  ["leaves out a key", (lines: Lines) => [{ ...lines[0], keys: 1 }, lines[1], lines[3]]],
  ["names a worse step", ([head, ...rest]: Lines) => [{ ...head, step: "destroy" }, ...rest]],
  ["is dated anew", ([head, ...rest]: Lines) => [{ ...head, reviewedAt: "2026-11-25T14:22:00.000Z" }, ...rest]],
  ["names another reviewer", ([head, ...rest]: Lines) => [{ ...head, reviewer: "IBMid-550000CAROL" }, ...rest]],
  [
    "adds a key without a request",
    ([head, line, ...rest]: Lines) => [
      { ...head, keys: 3 },
      line,
      { ...line, keyId: keys.vouchers.split("/")[1] },
      ...rest,
    ],
  ],
  ["has no seal", (lines: Lines) => lines.slice(0, -1)],
  ["has an empty seal", (lines: Lines) => [...lines.slice(0, -1), { seal: "" }]],
  ["has a made-up seal", (lines: Lines) => [...lines.slice(0, -1), { seal: "0".repeat(64) }]],
  ["has two seals", (lines: Lines) => [...lines, lines.at(-1)]],
])("an edited file is refused, if it %s", async (_title, edit: (lines: Lines) => readonly unknown[]) => {
  await request("bob");
  await review("alice");
  write(edit(linesOf()) as readonly object[]);
  expect(reportOf(await approve("alice"))).toMatchObject(refused);
  await expectUnharmed();
});

type Lines = readonly Record<string, unknown>[];

it("the file of another person is refused, so that a person approves only what they saw themselves", async () => {
  await request("bob");
  await review("carol");
  // A committer cannot make the file into Alice's, and the seal of Carol's API key is not Alice's.
  for (const reviewer of ["IBMid-550000CAROL", "IBMid-550000ALICE"]) {
    const [head = {}, ...lines] = linesOf();
    write([{ ...head, reviewer }, ...lines]);
    expect(reportOf(await approve("alice"))).toMatchObject(refused);
  }
  await expectUnharmed();
});

it("the requester cannot review or approve their own requests, nor use the other person's review", async () => {
  await request("carol");
  expect((await review("carol")).exitCode).toBe(12);
  await review("alice");
  expect(reportOf(await approve("carol"))).toMatchObject(refused);
  await expectUnharmed();
});

it("another API key of the reviewer cannot use the file", async () => {
  await request("bob");
  await review("alice");
  const form = new URLSearchParams({
    grant_type: "urn:ibm:params:oauth:grant-type:apikey",
    apikey: apiKeys.alice,
  });
  const login = await fetch(`${world.url}/identity/token`, { method: "POST", body: form });
  const { access_token: token } = (await login.json()) as { access_token: string };
  const environment = { UKO_API_KEY: "", UKO_TOKEN: token };
  const ended = await world.uko("alice", `approve --review ${file} --yes --json`, environment);
  expect(reportOf(ended)).toMatchObject(refused);
  await expectUnharmed();
});

it("the file of another instance takes no step", async () => {
  await request("bob");
  await review("alice");
  const environment = { UKO_INSTANCE_ID: "22222222-2222-4222-8222-222222222222" };
  const ended = await world.uko("alice", `approve --review ${file} --yes --json`, environment);
  expect(ended.exitCode).not.toBe(0);
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
  expect((await review("pipeline")).exitCode).toBe(12);
  await review("alice");
  expect(reportOf(await approve("pipeline"))).toMatchObject(refused);
  await expectUnharmed();
});
