/** `uko reactivate` of a person who lacks the right, and a key whose request was used. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { type CliTestWorld, keys, startCliWorld } from "./harness.ts";

let uko: CliTestWorld;
beforeAll(async () => {
  uko = await startCliWorld();
});
afterAll(() => uko.close());

it("does not say that it removed a request, where none was pending", async () => {
  await uko.uko("bob", `request ${keys.payroll}`);
  await uko.advance("1m");
  await uko.type("alice", `approve ${keys.payroll}`);
  await uko.advance("1m");
  const { exitCode, out } = await uko.uko("bob", `reactivate ${keys.payroll}`);
  expect([exitCode, out]).toEqual([13, expect.stringContaining("UKO_RIGHTS_MISSING")]);
  expect(out).not.toContain("removed the request");
  expect(out).toContain("This run removed the record of the deactivation.");
});

it("says so, where one was pending", async () => {
  await uko.reset();
  await uko.uko("bob", `request ${keys.payroll}`);
  const { out } = await uko.uko("alice", `reactivate ${keys.payroll}`);
  expect(out).toContain("This run removed the request.");
});
