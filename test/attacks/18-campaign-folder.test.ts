/** Files of a campaign's folder that an insider wrote, and sets of keys that a screen does not show as a whole. */

import { afterEach, expect, it } from "vitest";
import { campaignSeed } from "../cli/campaign-seed.ts";
import { useCampaignStage } from "../cli/campaign-stage.ts";
import { explainVerdict } from "../support/oracle.ts";

const keys = campaignSeed.keys.filter(({ label }) => label === "mail-1" || label === "cards-1");
const many = Array.from({ length: 55 }, (_, at) => ({
  ...{ vault: "archive", template: "azure", createdAt: "2025-01-15T08:00:00Z" },
  label: `wide-${String(at).padStart(2, "0")}`,
}));
const stage = useCampaignStage({ ...campaignSeed, keys: [...keys, ...many], kmsKeys: [] });
afterEach(async () => expect(explainVerdict(await stage.world.verdict())).toBe(""));

it("a review shows each of its keys, however many they are", async () => {
  stage.complete((text) => text.replace("name: main, after: [pilot]", "name: main"));
  await stage.campaign("plan --write --yes");
  await stage.campaign("request main deactivate");
  await stage.world.advance("1m");
  const { out } = await stage.campaign("review main deactivate", "alice");
  for (const { label } of many) expect(out).toContain(label);
  expect(out).toContain(`Deactivate ${many.length + keys.length} keys`);
});
