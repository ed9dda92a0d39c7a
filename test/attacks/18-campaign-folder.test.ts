/** Files of a campaign's folder that an insider wrote, and sets of keys that a screen does not show as a whole. */

import { afterEach, expect, it } from "vitest";
import { campaignSeed } from "../cli/campaign-seed.ts";
import { useCampaignStage } from "../cli/campaign-stage.ts";
import { explainVerdict } from "../support/oracle.ts";
import { withOtherTool } from "../support/other-tool.ts";

const keys = campaignSeed.keys.filter(({ label }) => label === "mail-1" || label === "cards-1");
const warned = {
  ...campaignSeed.keys[5],
  id: "9b2d0000-0000-4000-8000-000000000077",
  label: "vital",
  description: "DO NOT DELETE",
};
const many = Array.from({ length: 55 }, (_, at) => ({
  ...{ vault: "archive", template: "azure", createdAt: "2025-01-15T08:00:00Z" },
  label: `wide-${String(at).padStart(2, "0")}`,
}));
const stage = useCampaignStage({ ...campaignSeed, keys: [...keys, warned, ...many], kmsKeys: [] });
afterEach(async () => expect(explainVerdict(await stage.world.verdict())).toBe(""));
const begin = (blackouts = "") =>
  stage.planned((text) =>
    text.replace("name: main, after: [pilot]", "name: main").replace(/^blackouts.*\n/m, blackouts),
  );

it("a review shows each of its keys, however many they are", async () => {
  await begin();
  await stage.campaign("request main deactivate");
  await stage.world.advance("1m");
  const { out } = await stage.campaign("review main deactivate", "alice");
  for (const { label } of many) expect(out).toContain(label);
  expect(out).toContain(`Deactivate ${many.length + keys.length + 1} keys`);
});

it("a hold that a person released is named to the requester, too", async () => {
  await begin();
  const key = stage.keyNamed("mail-1");
  await stage.world.type("carol", `hold ${key} --kind legal --ticket L-7`);
  await stage.world.type("bob", `hold ${key} --release --reason over`);
  const { out, err } = await stage.world.type("bob", `campaign next --folder ${stage.folder}`, ["no"]);
  expect(`${out}${err}`).toContain("1 released, from a hold: mail-1.");
});

it("a new label is still named after a later manifest noted a harmless change of the same key", async () => {
  await begin();
  const key = stage.keyNamed("vital");
  for (const body of [{ label: "wide-99" }, { tags: [{ name: "team", value: "mail" }] }]) {
    await withOtherTool(stage.world, "carol", key, { method: "PATCH", body });
    await stage.campaign("plan --write --yes");
  }
  const { out, err } = await stage.world.type("bob", `campaign next --folder ${stage.folder}`, ["no"]);
  expect(`${out}${err}`).toMatch(/1 changed, since an earlier manifest: wide-99 \(tags: .*label: "vital" -> "wide-99"/);
});

it("a blackout that begins while a person reads at a question closes the wave to that person, too", async () => {
  await begin("blackouts: [{from: 2026-11-27, to: 2026-11-28, reason: Quarter end}]\n");
  for (const label of ["mail-1", "cards-1"]) await stage.world.uko("bob", `request ${stage.keyNamed(label)}`);
  await stage.campaign("request main deactivate", "carol");
  await stage.world.advance("1m");
  const late = (answer: string, wait: string) => async () => {
    await stage.world.advance(wait);
    return answer;
  };
  const command = `campaign next --wave main --folder ${stage.folder}`;
  const chosen = await stage.world.type("alice", command, [late("1", "16h")]);
  expect(chosen.out + chosen.err).toContain("A blackout forbids the step: Quarter end");
  await stage.world.advance("4230m");
  // The next blackout begins while the person types the count.
  await begin("blackouts: [{from: 2026-11-30, to: 2026-12-01, reason: Month end}]\n");
  const counted = await stage.world.type("alice", command, ["1", late("deactivate 1", "40m")]);
  expect(counted.out + counted.err).toContain("A blackout forbids the step: Month end");
  expect((await stage.world.trail()).filter(({ operation }) => operation === "deactivateManagedKey")).toEqual([]);
});
