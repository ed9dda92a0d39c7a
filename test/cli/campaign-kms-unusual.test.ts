/** The lines about unusual KMS keys that people read before they request or approve the end of a wave. */

import path from "node:path";
import { expect, it } from "vitest";
import { campaignSeed } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";

const [root] = campaignSeed.kmsKeys;
const other = { ...root, id: "9b2d0000-0000-4000-8000-000000000031", name: "root-3" };
const stage = useCampaignStage({
  ...campaignSeed,
  keys: [],
  kmsKeys: [root, { ...other, tags: ["do-not-delete"] }],
});

it("names the warning, the use and the override of a KMS key to its requester and to its approver", async () => {
  stage.write("usage.csv", `key,lastUsed,count\n${root.id},2026-11-20,12\n`);
  stage.complete((text) => text.replace("owner: roots,", "owner: roots, override: the ledger is closed,"));
  const planned = await stage.campaign(`plan --write --yes --usage ${path.join(stage.folder, "usage.csv")}`);
  expect([0, 14], planned.err).toContain(planned.exitCode);
  const ask = async (who: "alice" | "bob"): Promise<string> => {
    const { out, err } = await stage.world.type(who, `campaign next --wave main --folder ${stage.folder}`, ["no"]);
    return `${out}${err}`;
  };
  const requested = await ask("alice");
  await stage.world.type("alice", `campaign next --wave main --folder ${stage.folder}`);
  await stage.world.advance("1m");
  for (const read of [requested, await ask("bob")]) {
    expect(read).toMatch(
      /1 overridden, .*root-1.*usage\.csv, last on 2026-11-20, 12 uses; its reason: "the ledger is closed"/,
    );
    expect(read).toMatch(/1 with a warning, .*root-3.*"do-not-delete"/);
  }
});
