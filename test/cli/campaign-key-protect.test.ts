/** A campaign on an instance of Key Protect, whose keys are KMS keys alone. */

import { readFileSync } from "node:fs";
import path from "node:path";
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
  // IBM ends Hyper Protect Crypto Services, and not Key Protect.
  expect(init.out).not.toContain("2027-03-2");
  expect(readFileSync(path.join(stage.folder, "campaign.yaml"), "utf8")).toMatch(
    /^instanceEnds: false\n#.*\ndeadline: \d{4}-\d\d-\d\d\nscope:$/m,
  );
  await stage.planned((text) => text.replace(/blackouts.*\n/, ""));
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

it("never says that a key ends with an instance of Key Protect, which stays, whatever campaign.yaml says", async () => {
  await stage.campaign("plan", "bob");
  expect(stage.read("campaign.yaml")).toContain("instanceEnds: false\n");
  await stage.planned((text) =>
    text
      .replace("name: eol", "name: eol\ninstanceEnds: true")
      .replace("kind: kms}, class: destroy", "kind: kms}, class: leave"),
  );
  const { out } = await stage.campaign("plan");
  expect(out).toContain("2 keys");
  expect(out).not.toMatch(/ends? with the instance/i);
  const { keys } = dataOf(await run("bob", "status"));
  expect(keys.map(({ outcome }: { outcome: string }) => outcome)).toEqual(["left", "left"]);
});
