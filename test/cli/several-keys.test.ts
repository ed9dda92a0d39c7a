import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseAnyKey } from "../../provider/cli/arguments.ts";
import { type CliTestWorld, keys, makeKmsKey, reportOf, startCliWorld } from "./harness.ts";

let world: CliTestWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const requested = (key: string) => world.uko("bob", `request ${key}`);

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
    expect((await world.uko("bob", `status ${key}`)).out).toContain("is not set for deletion");
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
  });
});
