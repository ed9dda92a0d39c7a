/** `uko status` names the guard that would stop a deletion, also for a key whose deletion was not requested. */

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type CliTestWorld, keys, startCliWorld } from "./harness.ts";

let uko: CliTestWorld;
beforeAll(async () => {
  uko = await startCliWorld();
});
afterAll(() => uko.close());
beforeEach(() => uko.reset());

const retain = { addResource: { crn: "crn:v1:kept", preventsKeyDeletion: true } };
const release = { removeResource: "crn:v1:kept" };

it.each(["vouchers", "draft"] as const)("names the retention policy of a resource that uses %s", async (name) => {
  const before = await uko.uko("bob", `status ${keys[name]}`);
  expect(before.out).toContain("no deletion has been requested");
  await uko.control(`keys/${keys[name].split("/")[1]}`, retain);
  try {
    const { exitCode, out } = await uko.uko("bob", `status ${keys[name]}`);
    expect(out).toMatch(/^Key .* no deletion has been requested\n/);
    expect(out).toContain(`A deletion would be stopped: 1 resource with a retention policy still needs key "${name}".`);
    expect(out).toMatch(/Keystore ".+": /);
    expect(out).not.toContain("uko continue");
    expect(exitCode).toBe(0);
  } finally {
    await uko.control(`keys/${keys[name].split("/")[1]}`, release);
  }
});

it("names that uko could not read what uses a key", async () => {
  await uko.control("faults", { operation: "K13", status: 403 });
  const { exitCode, out } = await uko.uko("bob", `status ${keys.vouchers}`);
  expect(out).toMatch(/^Key "vouchers" is active; no deletion has been requested\n/);
  expect(out).toMatch(/A deletion would be stopped: .*could not/i);
  expect(exitCode).toBe(0);
});
