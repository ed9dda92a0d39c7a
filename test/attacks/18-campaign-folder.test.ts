/** Files of a campaign's folder that an insider wrote, and sets of keys that a screen does not show as a whole. */

import { createHash } from "node:crypto";
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
  await stage.campaign("signoff --yes --owner payments");
  await stage.campaign("request main deactivate");
  await stage.world.advance("1m");
  const { out } = await stage.campaign("review main deactivate", "alice");
  for (const { label } of many) expect(out).toContain(label);
  expect(out).toContain(`Deactivate ${many.length + keys.length} keys`);
});

it("a review file that another person wrote cannot control the terminal that finds its keys", async () => {
  await stage.baselined();
  await stage.campaign("signoff --yes --owner payments");
  await stage.campaign("request main deactivate --emergency Test");
  const name = JSON.parse((await stage.campaign("review main deactivate --emergency Test --json", "alice")).out).file;
  if (typeof name !== "string") throw new RangeError("no review");
  const text = stage.read(name).replaceAll("IBMid-550000ALICE", "IBMid\\u001b[2J\\nState: removed.\\u202e");
  const canonical = text.replaceAll("\\u202e", "\u202e");
  stage.write(`reviews/forged-${createHash("sha256").update(canonical).digest("hex").slice(0, 16)}.jsonl`, canonical);
  const { out } = await stage.campaign("status mail-1");
  expect(out.split("Reviewed for deactivate")).toHaveLength(3);
  expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(out).not.toMatch(/^State: removed/m);
});
