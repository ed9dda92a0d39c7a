/** A service or gateway whose `Date` is wrong: no run decides by a time that other times contradict. */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openWorld } from "../../provider/compose/world.ts";
import { createHandlers } from "../../provider/engine/resource/handlers.ts";
import { kmsKey } from "../../provider/resources/kms-key/index.ts";
import { vault } from "../../provider/resources/vault.ts";
import { useCliStage } from "../cli/cli-stage.ts";
import { type Ended, keys, type Person } from "../cli/harness.ts";
import { isKmsCall, isUkoCall } from "../support/calls.ts";
import { type DateProxy, startDateProxy } from "../support/date-proxy.ts";

let proxy: DateProxy;

const { world: local } = useCliStage();
beforeAll(async () => {
  proxy = await startDateProxy(local.url);
});
beforeEach(() => {
  proxy.shiftMs = 0;
});
afterAll(async () => {
  await proxy.close();
});

const key = keys.payroll;
const dayMs = 86_400_000;
const options = { signal: new AbortController().signal };

/** Runs a command as the person, through the proxy. IAM is asked directly: it has a clock of its own. */
function uko(who: Person, command: string): Promise<Ended> {
  return local.uko(who, command, throughProxy());
}

/** The same at a terminal, by a person who agrees to everything. */
function type(who: Person, command: string): Promise<Ended> {
  return local.type(who, command, undefined, throughProxy());
}

function throughProxy(): Readonly<Record<string, string>> {
  return { UKO_ENDPOINT: proxy.url, UKO_KMS_ENDPOINT: proxy.url };
}

/** The calls that changed a key, in order. */
async function effects(): Promise<readonly string[]> {
  const trail = await local.trail();
  return trail.flatMap(({ effect, operation }) =>
    effect && (isUkoCall(operation) || isKmsCall(operation)) ? [operation] : [],
  );
}

async function requested(who: Person): Promise<void> {
  expect((await local.uko(who, `request ${key}`)).exitCode).toBe(0);
  await local.advance("60s");
}

test.each([-55, -30, -11, 11, 30, 55])(
  "a Date that is off by %d s gets one record out of a run, and the run names the skew",
  async (seconds) => {
    proxy.shiftMs = seconds * 1000;
    const { exitCode, err } = await uko("bob", `request ${key}`);
    expect(err).toContain("[UKO_CLOCK_SKEW]");
    expect(exitCode).toBe(1);
    expect(await effects()).toEqual(["updateManagedKey"]);
  },
);

test("a Date more than a minute before the token was issued stops the run before it writes anything", async () => {
  proxy.shiftMs = -62_000;
  const { exitCode, err } = await uko("bob", `request ${key}`);
  expect(err).toContain("[UKO_CLOCK_SKEW]");
  expect(err).toContain("token");
  expect(exitCode).toBe(1);
  expect(await effects()).toEqual([]);
});

test("a Date before the key's own last change stops the run before it writes anything", async () => {
  await requested("bob");
  proxy.shiftMs = -59_000 - 15_000;
  const { err } = await uko("alice", `withdraw ${key}`);
  expect(err).toContain("[UKO_CLOCK_SKEW]");
  expect(await effects()).toEqual(["updateManagedKey"]);
});

test("a Date five days back does not make an expired request act", async () => {
  await requested("bob");
  await local.advance("8d");
  proxy.shiftMs = -5 * dayMs;
  const { err, exitCode } = await type("alice", `approve ${key}`);
  expect(err).toContain("The Date header of UKO is wrong");
  expect(exitCode).not.toBe(0);
  expect(await effects()).toEqual(["updateManagedKey"]);
});

test("a Date five days back does not make an expired approval act", async () => {
  await requested("carol");
  expect((await local.type("alice", `approve ${key} --store`)).exitCode).toBe(0);
  await local.advance("8d");
  proxy.shiftMs = -5 * dayMs;
  const { err } = await uko("carol", `continue ${key}`);
  expect(err).toContain("[UKO_CLOCK_SKEW]");
  expect(await effects()).toEqual(["updateManagedKey", "updateManagedKey"]);
});

test("a request that expired by the token's time alone does not act, however little Date is behind", async () => {
  await requested("bob");
  // Bob's request expires 7 days after it was written, 60 s ago.
  await local.advance("604775s");
  proxy.shiftMs = -50_000;
  const { exitCode, out } = await type("alice", `approve ${key}`);
  expect(out).toContain("expired on 1 Dec 2026 14:22 UTC");
  expect(exitCode).not.toBe(0);
  expect(await effects()).toEqual(["updateManagedKey"]);
});

test("a Date behind the token stops the deletion of KMS keys and of vaults as well", async () => {
  const environment = { ...local.environmentOf("carol"), UKO_ENDPOINT: proxy.url, UKO_KMS_ENDPOINT: proxy.url };
  const opened = openWorld(environment, {}, { progress: { report: () => {} } });
  const context = {
    open: () => ({ world: opened.world, run: { leastPeople: "single" as const } }),
    userInterface: { rerun: "pulumi destroy" },
    secretDigests: opened.world.secretDigests,
  } as const;
  const kmsKeys = createHandlers(kmsKey, context);
  const vaults = createHandlers(vault, context);
  const news = { name: "backup", dualAuthorization: "single" };
  const madeKey = await kmsKeys.create(kmsKeys.check(news, {}).inputs, options);
  const madeVault = await vaults.create(vaults.check({ name: "spare" }, {}).inputs, options);
  const before = await effects();
  proxy.shiftMs = -5 * dayMs;
  await expect(kmsKeys.delete(madeKey.state, options)).rejects.toMatchObject({ code: "UKO_CLOCK_SKEW" });
  await expect(vaults.delete(madeVault.state, options)).rejects.toMatchObject({ code: "UKO_CLOCK_SKEW" });
  await opened.close();
  expect(await effects()).toEqual(before);
});

test("uko doctor names the skew", async () => {
  proxy.shiftMs = -5 * dayMs;
  const { exitCode, out } = await uko("carol", "doctor");
  expect(out).toMatch(/^fail {2}clock .*Date/m);
  expect(exitCode).not.toBe(0);
});
