/** A step that one person took with another tool, as the commands show it. */

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { withOtherTool } from "../support/other-tool.ts";
import { type CliTestWorld, keys, startCliWorld } from "./harness.ts";

let uko: CliTestWorld;
beforeAll(async () => {
  uko = await startCliWorld();
});
afterAll(() => uko.close());
beforeEach(() => uko.reset());

const sentence =
  /No approval of the destruction by a second person is known\. The last write to the key was by IBMid-550000BOB on 24 Nov 2026 \d\d:\d\d UTC\./;

async function deactivate(): Promise<void> {
  await uko.uko("bob", `request ${keys.payroll}`);
  await uko.advance("1m");
  await uko.type("alice", `approve ${keys.payroll}`);
  await uko.advance("5h");
}

it("status and each message name a destruction with another tool, and the last writer", async () => {
  await deactivate();
  expect((await uko.uko("bob", `status ${keys.payroll}`)).out).not.toContain("No approval of the");
  expect(await withOtherTool(uko, "bob", keys.payroll, { method: "POST", below: "/destroy" })).toBe(200);
  expect((await uko.uko("alice", `status ${keys.payroll}`)).out).toMatch(sentence);
  const listed = await uko.uko("alice", "requests --json");
  const { out: list } = await uko.uko("alice", "requests --long");
  expect(listed.out).toMatch(sentence);
  expect(list).toMatch(sentence);
  const waiting = await uko.uko("bob", `continue ${keys.payroll}`);
  expect(waiting.out + waiting.err).toMatch(sentence);
  await uko.advance("31d");
  expect((await uko.uko("alice", `status ${keys.payroll}`)).out).toMatch(sentence);
});

it("a request of the same person does not pass for an approval", async () => {
  await deactivate();
  await uko.type("bob", `request ${keys.payroll}`);
  await uko.advance("1m");
  await withOtherTool(uko, "bob", keys.payroll, { method: "POST", below: "/destroy" });
  expect((await uko.uko("alice", `status ${keys.payroll}`)).out).toMatch(sentence);
});

it("a destruction under the rule is not named so", async () => {
  await deactivate();
  await uko.type("alice", `request ${keys.payroll}`);
  await uko.advance("1m");
  await uko.type("bob", `approve ${keys.payroll}`);
  for (const later of ["1m", "31d"]) {
    await uko.advance(later);
    const { out } = await uko.uko("alice", `status ${keys.payroll}`);
    expect(out).toContain("destroyed");
    expect(out).not.toContain("No approval of the");
  }
});
