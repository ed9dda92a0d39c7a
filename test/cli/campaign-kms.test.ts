import { expect, it } from "vitest";
import { campaignSeed } from "./campaign-seed.ts";
import { dataOf, useCampaignStage } from "./campaign-stage.ts";
import type { Ended, Person } from "./harness.ts";

/** Three KMS keys; KMS dual authorization is off for the last. */
const [root, off] = campaignSeed.kmsKeys;
const stage = useCampaignStage({
  ...campaignSeed,
  keys: campaignSeed.keys.filter(({ label }) => label === "backup"),
  kmsKeys: [root, { ...root, id: "9b2d0000-0000-4000-8000-000000000031", name: "root-3" }, off],
});

const run = (who: Person, command: string): Promise<Ended> => stage.campaign(`${command} --json`, who);
const says = (ended: Ended): readonly string[] =>
  dataOf(ended).keys.map(({ outcome, says: why }: { outcome: string; says: string }) => `${outcome}: ${why}`);
const start = async (): Promise<void> => {
  await stage.planned((text) => text.replace(/blackouts.*\n/, ""));
};

it("destroys KMS keys as a set, by another person in the window, and restores them", async () => {
  await start();
  const requested = await run("alice", "request main destroy");
  expect(dataOf(requested).keys.map(({ code }: { code?: string }) => code)).toContain("UKO_KMS_DUAL_AUTHORIZATION_OFF");
  expect((await stage.campaign("review main destroy", "bob")).out).toContain("2 KMS keys: the next review");

  const { review, keys } = dataOf(await run("bob", "review main destroy --kind kms"));
  expect(keys).toBe(2);
  const approve = (who: Person) => run(who, `approve main destroy --review ${review}`);
  expect(dataOf(await approve("alice")).error.code).toBe("UKO_VIEW_OUTDATED");
  // The first key goes alone.
  expect(says(await approve("bob"))).toEqual([expect.stringMatching(/^acted/)]);
  expect(says(await approve("bob"))).toEqual([expect.stringMatching(/^acted/)]);

  await stage.world.advance("1h");
  // Only the evidence names this campaign, so a person reads who destroyed the keys, and confirms.
  expect(dataOf(await run("bob", "rollback main")).keys).toContainEqual(
    expect.objectContaining({ outcome: "left", says: expect.stringContaining("IBMid-550000BOB wrote to the key") }),
  );
  const restore = (who: Person) =>
    stage.world.type(who, `campaign rollback main --folder ${stage.folder}`, ["reactivate 2"]);
  expect((await restore("alice")).out).toContain("[UKO_RIGHTS_MISSING]");
  expect((await restore("bob")).out).toMatch(/LAST WRITER[\s\S]*Reactivated 2 keys/);
  expect((await stage.world.verdict()).violations).toEqual([]);
});

it("names no requester of a KMS key, because KMS reports none", async () => {
  await start();
  await run("alice", "request main destroy");
  await stage.world.advance("1m");
  const { out } = await stage.world.type("bob", `campaign next --wave main --folder ${stage.folder}`, [""]);
  expect(out).toMatch(/wave main: approve the destruction of 2 KMS keys$/m);
});

it("lets one person alone destroy no KMS key, and destroys none after its window", async () => {
  await start();
  await run("carol", "request main destroy");
  const own = dataOf(await run("carol", "review main destroy --kind kms")).review;
  if (own !== undefined) {
    expect(says(await run("carol", `approve main destroy --review ${own}`)).join()).not.toContain("acted");
  }
  await stage.world.advance("6d");
  await stage.world.advance("20h");
  const { review } = dataOf(await run("bob", "review main destroy --kind kms"));
  await stage.world.advance("5h");
  const late = dataOf(await run("bob", `approve main destroy --review ${review}`));
  expect([late.error.code, late.keys]).toEqual(["UKO_VIEW_OUTDATED", undefined]);
  expect((await stage.world.verdict()).violations).toEqual([]);
});
