/** A key that one person destroyed with another tool, and the campaign whose next removal would erase its last traces. */

import { beforeEach, expect, it } from "vitest";
import { campaignSeed } from "../cli/campaign-seed.ts";
import { useCampaignStage } from "../cli/campaign-stage.ts";

const key = {
  createdAt: "2025-01-15T08:00:00Z",
  createdBy: "IBMid-550000CAROL",
  vault: "archive",
  template: "azure",
  label: "mail-0",
} as const;
const stage = useCampaignStage({
  ...campaignSeed,
  clock: { start: "2026-10-01T09:00:00Z", frozen: true },
  keys: [key],
  kmsKeys: [],
});
const rules = `format: uko-campaign-1
name: eol
instance: ${campaignSeed.instance.id}
deadline: 2027-03-20
waves: [{name: pilot}]
rules:
  - {match: {label: 'mail*'}, class: destroy, wave: pilot, owner: platform, reason: Moved}
`;

beforeEach(async () => {
  stage.write("campaign.yaml", rules);
  await stage.campaign("plan --write --yes");
  await stage.campaign("signoff --yes --owner platform");
  const id = stage.keyNamed("mail-0").split("/")[1];
  await stage.world.control(`keys/${id}`, { record: { state: "destroyed" }, material: "absent" });
  await stage.world.advance("1m");
});

it("the next removal keeps the metadata of the key, and names the key and what a person does", async () => {
  for (const command of ["next --yes", "next --yes --json"]) {
    const { out, exitCode } = await stage.campaign(command, "bob");
    expect(out).toContain("mail-0");
    expect(out).toMatch(/until a person confirms its removal with uko continue/);
    expect(exitCode).toBe(12);
  }
  const removals = (await stage.world.trail()).filter(({ operation, effect }) => effect && operation === "K5");
  expect(removals).toEqual([]);
});
