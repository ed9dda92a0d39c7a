import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { collectConsents, parseAnyKey } from "../../provider/cli/arguments.ts";
import { type CliTestWorld, keys, makeKmsKey, reportOf, startCliWorld } from "./harness.ts";

let world: CliTestWorld;
let key: string;
beforeAll(async () => {
  world = await startCliWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  key = `kms/${await makeKmsKey(world, "backup")}`;
});

it("two people delete a KMS key by commands, each printed by the one before", async () => {
  const requested = await world.uko("alice", `request ${key}`);
  expect(requested.exitCode).toBe(0);
  const act = /uko (continue kms\/\S+ --consent \S+)/.exec(requested.out)?.[1] ?? "";
  const alone = await world.uko("bob", `continue ${key}`);
  expect(alone.exitCode).toBe(10);
  const done = await world.uko("bob", act);
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

it("accepts the names of KMS keys and of their windows", () => {
  const id = "0f8c3c6e-52a1-4c5e-9a3e-3c1f0a7f2b11";
  expect(parseAnyKey(`kms/${id}`)).toEqual({ kmsKeyId: id });
  expect(() => parseAnyKey(`kms/${id.slice(1)}`)).toThrow(/is not the ID of a KMS key/);
  const window = `${id}@2026-12-01T14:22:00Z`;
  expect(collectConsents(`${window}, ${"a".repeat(32)}`)).toEqual([window, "a".repeat(32)]);
  expect(() => collectConsents(`${id}@2026`)).toThrow(/is not the ID of a request/);
});
