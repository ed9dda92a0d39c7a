/** A campaign on an instance of Key Protect, whose keys are KMS keys alone. */

import { expect, it } from "vitest";
import { keyProtectWorld } from "../../provider/emulator/store/demo-seed.ts";
import { isKmsCall } from "../support/calls.ts";
import { campaignSeed } from "./campaign-seed.ts";
import { dataOf, useCampaignStage } from "./campaign-stage.ts";
import type { Person } from "./harness.ts";

const { clock, kmsKeys } = campaignSeed;
const stage = useCampaignStage({ ...keyProtectWorld, clock, kmsKeys }, { profile: "key-protect" });
const run = (who: Person, command: string) => stage.campaign(`${command} --json`, who);

it("plans, requests and destroys the KMS keys of Key Protect, and calls nothing but KMS and IAM", async () => {
  const init = await stage.campaign("plan", "bob");
  expect([init.exitCode, init.err]).toEqual([0, expect.not.stringContaining("[UKO_")]);
  await stage.baselined((text) => text.replace(/blackouts.*\n/, ""));
  expect((await stage.campaign("plan")).out).toContain("2 keys");
  await run("alice", "request main destroy");
  const { review, keys } = dataOf(await run("bob", "review main destroy --kind kms"));
  expect(keys).toBe(1);
  const { keys: acted } = dataOf(await run("bob", `approve main destroy --review ${review}`));
  expect(acted.map(({ outcome }: { outcome: string }) => outcome)).toEqual(["acted"]);
  const { keys: rows } = dataOf(await run("bob", "status"));
  expect(rows.length).toBe(2);
  const called = (await stage.world.trail()).map(({ operation }) => operation);
  expect(called.filter((each) => !isKmsCall(each) && !/^(token|jwks)$/.test(each))).toEqual([]);
  expect((await stage.world.verdict()).violations).toEqual([]);
});
