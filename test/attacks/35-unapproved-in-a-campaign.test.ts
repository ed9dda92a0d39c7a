/** A key that one person destroyed with another tool, and the campaign whose next removal would erase its last traces. */

import { beforeEach, expect, it } from "vitest";
import { oneKeyFile, oneKeySeed } from "../cli/campaign-seed.ts";
import { useCampaignStage } from "../cli/campaign-stage.ts";

const stage = useCampaignStage(oneKeySeed);

beforeEach(async () => {
  stage.write("campaign.yaml", oneKeyFile);
  await stage.campaign("plan --write --yes");
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
  const removals = (await stage.world.trail()).filter(
    ({ operation, effect }) => effect && operation === "deleteManagedKey",
  );
  expect(removals).toEqual([]);
});
