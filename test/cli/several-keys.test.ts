import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseAnyKey } from "../../provider/cli/arguments.ts";
import { explainVerdict } from "../support/oracle.ts";
import { type CliTestWorld, keys, makeKmsKey, reportOf, startCliWorld } from "./harness.ts";

let world: CliTestWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const requested = (key: string) => world.uko("bob", `request ${key}`);

const statesOf = async (...named: readonly string[]): Promise<readonly string[]> =>
  Promise.all(named.map(async (key) => reportOf(await world.uko("bob", `status ${key} --json`)).lifecycleState));

it("stores approvals of several requests in one run, and takes no step", async () => {
  await requested(keys.payroll);
  await requested(keys.cards);
  await world.advance("1m");
  const { exitCode, out } = await world.type("alice", `approve ${keys.payroll} ${keys.cards} --store`, ["store 2"]);
  expect(exitCode).toBe(0);
  expect(out).toContain("\n2 keys approved\n  Nothing was changed yet.");
  expect(await statesOf(keys.payroll, keys.cards)).toEqual(["approved", "approved"]);
  const verdict = await world.verdict();
  expect(verdict.ok, explainVerdict(verdict)).toBe(true);
});

it("shows keys that stop alike in full once, and then as one line each", async () => {
  // Without its resources, the key "payroll" is as unused as the key "vouchers".
  for (const crn of ["crn:v1:bucket-1", "crn:v1:bucket-2"]) {
    await world.control(`keys/${keys.payroll.split("/")[1]}`, { removeResource: crn });
  }
  const { out } = await world.uko("bob", `request ${keys.vouchers} ${keys.payroll} ${keys.draft}`);
  const [first = "", second = "", third = ""] = out.split("\n\n");
  expect(first.split("\n").length).toBeGreaterThan(4);
  expect(second).toBe(
    'Key "payroll" is waiting for a second person to approve its deactivation\n  Next for each of these keys: uko approve',
  );
  // Another step, so its message is another one.
  expect(third).toMatch(/approve its destruction\n[\s\S]*\n {2}\[UKO_APPROVAL_PENDING\]\n$/);
});

it("declines the requests of another person under the other name of withdraw", async () => {
  await requested(keys.payroll);
  await requested(keys.cards);
  expect((await world.uko("alice", `decline ${keys.payroll} ${keys.cards}`)).exitCode).toBe(0);
  expect(await statesOf(keys.payroll, keys.cards)).toEqual(["active", "active"]);
});

it("shows the requester who declined and why, until another person writes to the key or the request is made again", async () => {
  await requested(keys.payroll);
  await world.advance("1m");
  const declined = await world.uko("alice", `decline ${keys.payroll} --reason "Still in use"`);
  const says = "declined the request for the deactivation on 24 Nov 2026 14:23 UTC. Reason: Still in use";
  expect(declined.out).toMatch(new RegExp(`\\("Alice Example"\\) ${says}`));
  expect((await world.uko("bob", `status ${keys.payroll}`)).out).toMatch(new RegExp(`\\("Alice Example"\\) ${says}`));
  const { deletion, lifecycleState } = reportOf(await world.uko("bob", `status ${keys.payroll} --json`));
  const declinedBy = { author: "IBMid-550000ALICE", name: "Alice Example", reason: "Still in use" };
  expect([lifecycleState, deletion]).toEqual([
    "active",
    { declined: { ...declinedBy, at: expect.stringMatching(/^2026-11-24T14:23/) } },
  ]);
  expect((await world.uko("alice", `continue ${keys.payroll}`)).out).not.toContain("deactivated");
  expect((await world.uko("bob", `request ${keys.payroll}`)).out).toContain(says);
  expect((await world.uko("bob", `status ${keys.payroll}`)).out).not.toContain("Still in use");
});

it("hides the reason of a decline that its author no longer vouches for", async () => {
  await requested(keys.payroll);
  await world.uko("alice", `decline ${keys.payroll} --reason "Still in use"`);
  await world.uko("carol", `hold ${keys.payroll} --kind owner --until 2026-12-30`);
  expect((await world.uko("bob", `status ${keys.payroll}`)).out).not.toContain("Still in use");
});

it("writes the reason of a decline into the evidence, and says if the key does not keep it", async () => {
  await requested(keys.payroll);
  const own = await world.uko("bob", `withdraw ${keys.payroll} --reason "My mistake"`);
  expect(own.out).toContain("The reason is not on the key, so tell the requester yourself.");
  await requested(keys.payroll);
  const file = path.join(mkdtempSync(path.join(tmpdir(), "uko-decline-")), "evidence.jsonl");
  await world.uko("alice", `decline ${keys.payroll} --reason "Still in use"`, { UKO_EVIDENCE: file });
  expect(readFileSync(file, "utf8")).toMatch(/"step":"drop_record"[^\n]*"reason":"Still in use"/);
  const audited = await world.uko("erin", `audit --file ${file}`);
  expect(audited.out).toMatch(
    /decline of request to deactivate +payroll +active +active +IBMid-550000BOB .*IBMid-550000ALICE .*"Still in use"/,
  );
  const kms = await world.uko("alice", "decline kms/4b5d0000-0000-4000-8000-000000000001 --reason x");
  expect(kms.err).toContain("KMS does not store a reason");
});

it("names to a Reader the role that each act requires", async () => {
  await requested(keys.payroll);
  await requested(keys.draft);
  const { out } = await world.uko("erin", `status ${keys.payroll}`);
  expect(out).toMatch(/if you have the role Key Custodian - Deployer, run:\n {4}uko approve payroll\n/);
  expect(out).toMatch(/if you have the role Key Custodian - Creator, run:\n {4}uko approve payroll --store\n/);
  // Each role that may write the approval may also destroy a key that was never active.
  expect((await world.uko("erin", `status ${keys.draft}`)).out).not.toContain("--store");
});

it("withdraws the requests for several keys", async () => {
  await requested(keys.payroll);
  await requested(keys.cards);
  await world.advance("1m");
  expect((await world.uko("bob", `withdraw ${keys.payroll} ${keys.cards}`)).exitCode).toBe(0);
  expect(await statesOf(keys.payroll, keys.cards)).toEqual(["active", "active"]);
});

it("reactivates several keys", async () => {
  for (const key of [keys.payroll, keys.cards]) {
    await requested(key);
    await world.advance("1m");
    await world.type("alice", `approve ${key}`);
  }
  await world.advance("1m");
  const { exitCode, out } = await world.uko("alice", `reactivate ${keys.payroll} ${keys.cards}`);
  expect(exitCode, out).toBe(0);
  expect(await statesOf(keys.payroll, keys.cards)).toEqual(["active", "active"]);
});

it.each(["-V", "--version"])("prints the version for %s", async (word) => {
  expect(await world.uko("bob", word)).toMatchObject({
    exitCode: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+(-test)?\n$/),
  });
});

it("lists KMS keys that are set for deletion among the requests, until their window ends", async () => {
  const key = `kms/${await makeKmsKey(world, "backup")}`;
  await makeKmsKey(world, "not set for deletion");
  await world.uko("alice", `request ${key}`);
  await requested(keys.payroll);
  const { exitCode, out, err } = await world.uko("bob", "requests --long");
  expect([exitCode, err]).toEqual([0, ""]);
  expect(out).toContain(`uko approve ${key}\n`);
  expect(out).toMatch(/^3 keys in 1 vault: 2 pending approval, 1 pre activation$/m);
  await world.advance("8d");
  expect((await world.uko("bob", "requests --long")).out).not.toContain("backup");
});

it("lists the requests for managed keys to a caller who may not list KMS keys, and names the missing role", async () => {
  await requested(keys.payroll);
  const rule = JSON.stringify({ operation: "listKmsKeys", status: 401 });
  await fetch(`${world.url}/_emulator/faults`, { method: "POST", body: rule });
  const { exitCode, out, err } = await world.uko("bob", "requests --long");
  expect(exitCode).toBe(0);
  expect(out).toContain("payroll");
  expect(err).toMatch(/does not include KMS keys.*\[UKO_ACCESS_DENIED\]/);
});

describe("a KMS key", () => {
  let key: string;
  beforeEach(async () => {
    key = `kms/${await makeKmsKey(world, "backup")}`;
  });

  it("says before the request that a KMS Manager has to be left who can approve", async () => {
    const refused = await world.type("alice", `request ${key}`, ["no"]);
    expect(refused.err).toContain(
      "The person who requests cannot approve, and an approval requires the role KMS Manager. With only one KMS Manager, let a person with the role KMS Writer request.\n",
    );
    expect((await world.uko("bob", `status ${key}`)).out).not.toContain("set for deletion");
    const managed = await world.type("bob", `request ${keys.draft}`, ["no"]);
    expect(managed.err).not.toContain("KMS Manager");
  });

  it("two people delete a KMS key by commands, each printed by the one before", async () => {
    const requested = await world.uko("alice", `request ${key}`);
    expect(requested.exitCode).toBe(0);
    const act = /uko (approve kms\/\S+)\n/.exec(requested.out)?.[1] ?? "";
    const alone = await world.uko("bob", `continue ${key}`);
    expect(alone.exitCode).toBe(10);
    const done = await world.type("bob", act, ["backup"]);
    expect(done.out).toContain("This run destroyed the key.");
    expect(done.exitCode).toBe(0);
    expect(reportOf(await world.uko("bob", `status ${key} --json`))).toMatchObject({ lifecycleState: "destroyed" });
  });

  it("a command withdraws a request", async () => {
    await world.uko("alice", `request ${key}`);
    expect(reportOf(await world.uko("alice", `status ${key} --json`))).toMatchObject({
      lifecycleState: "pending_approval",
    });
    expect((await world.uko("alice", `withdraw ${key}`)).out).toContain("This run closed the deletion window.");
    expect(reportOf(await world.uko("alice", `status ${key} --json`))).toMatchObject({ lifecycleState: "active" });
  });

  it("several keys of both kinds are processed in order", async () => {
    const { out, exitCode } = await world.uko("bob", `status ${keys.payroll} ${key}`);
    expect(out.indexOf("payroll")).toBeLessThan(out.indexOf("backup"));
    expect(exitCode).toBe(0);
  });

  it("commands for managed keys alone refuse a KMS key", async () => {
    const { exitCode, err } = await world.uko("bob", `sync ${key}`);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("this command accepts managed keys only")]);
  });

  it("a reason is not dropped silently", async () => {
    const { exitCode, err } = await world.uko("alice", `request ${key} --reason "no longer used"`);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("KMS does not store a reason")]);
    expect(reportOf(await world.uko("alice", `status ${key} --json`))).toMatchObject({ lifecycleState: "active" });
  });

  it("accepts the names of KMS keys", () => {
    const id = "0f8c3c6e-52a1-4c5e-9a3e-3c1f0a7f2b11";
    expect(parseAnyKey(`kms/${id}`)).toEqual({ kmsKeyId: id });
    expect(() => parseAnyKey(`kms/${id.slice(1)}`)).toThrow(/is not the ID of a KMS key/);
  });
});
