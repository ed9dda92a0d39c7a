/** The console on an instance of Key Protect, which has no managed keys: two people delete a root key in their browsers. */

import { expect, it, onTestFinished } from "vitest";
import { keyProtectWorld } from "../../provider/emulator/store/demo-seed.ts";
import { type Person, startCliWorld } from "../cli/harness.ts";
import { isKmsCall } from "../support/calls.ts";
import { hiddenIn, openConsole, type TestConsole } from "./console-world.ts";

const [{ id, name }] = keyProtectWorld.kmsKeys;

it("two people delete a root key, and no page asks for managed keys", async () => {
  const world = await startCliWorld({
    profile: "key-protect",
    seed: { ...keyProtectWorld, clock: { start: "2026-11-24T14:22:00Z", frozen: true } },
  });
  onTestFinished(() => world.close());
  const seat = async (who: Person) => {
    const console = openConsole(world, who);
    onTestFinished(() => console.close());
    await console.logIn();
    return console;
  };
  const fill = async (who: TestConsole, act: string, typed: string) => {
    const address = `/kms/${id}/${act}`;
    return who.submit(address, { ...hiddenIn((await who.open(address)).text), typed });
  };
  const [alice, bob] = [await seat("alice"), await seat("bob")];
  for (const path of ["/keys", "/kms"]) {
    const page = await alice.open(path);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining(`href="/kms/${id}"`)]);
    expect(page.text).toContain("on for good");
    expect(page.text).not.toContain("Managed keys");
  }
  expect((await alice.open(`/kms/${id}`)).text).toContain("KMS never turns it off");
  expect((await bob.open("/waiting")).text).toContain("No request is waiting for you.");
  expect((await fill(alice, "request", name)).text).toContain("set for deletion");
  expect((await bob.open("/waiting")).text).toContain(name);
  expect((await fill(bob, "approve", name)).text).toContain("This run destroyed the key.");
  expect((await bob.open("/me")).text).not.toContain("keystores");
  expect((await world.verdict()).violations).toEqual([]);
  const called = (await world.trail()).map(({ operation }) => operation);
  expect(called.filter((each) => !isKmsCall(each) && !/^(token|jwks)$/.test(each))).toEqual([]);
});
