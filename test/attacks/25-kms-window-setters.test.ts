/** KMS does not report who set a deletion window: a service ID may have set it, and uko does not name a person instead. */

import path from "node:path";
import { expect, it } from "vitest";
import { campaignSeed } from "../cli/campaign-seed.ts";
import { useCampaignStage } from "../cli/campaign-stage.ts";
import { linesIn } from "../support/json-lines.ts";

const [root] = campaignSeed.kmsKeys;
const [alice, bob] = ["IBMid-550000ALICE", "IBMid-550000BOB"];
const stage = useCampaignStage({ ...campaignSeed, kmsKeys: [{ ...root, createdBy: alice, dualAuthDelete: true }] });

async function kms(who: "pipeline" | "bob", method: string, call: string, body?: unknown): Promise<number> {
  return (await stage.world.as(who).kms(method, `/keys/${root.id}${call}`, body)).status;
}

const policy = {
  metadata: { collectionType: "application/vnd.ibm.kms.policy+json", collectionTotal: 1 },
  resources: [{ type: "application/vnd.ibm.kms.policy+json", dualAuthDelete: { enabled: true } }],
};

it.each([
  ["turned its policy on", alice, async () => {}],
  ["wrote its policy last", bob, async () => void (await kms("bob", "PUT", "/policies?policy=dualAuthDelete", policy))],
])("a service ID sets the window, and the person who only %s is not named", async (_, person, prepare) => {
  await prepare();
  await stage.world.advance("1d");
  expect(await kms("pipeline", "POST", "/actions/setKeyForDeletion")).toBe(204);
  for (const command of [`status kms/${root.id}`, "requests --long", `status kms/${root.id} --json`]) {
    const { out } = await stage.world.uko("carol", command);
    expect(out).toMatch(/An identity set the key for deletion on .*KMS does not report which identity/s);
    expect(out).not.toMatch(new RegExp(`${person}|second person|robably`));
  }
  const evidence = path.join(stage.folder, "evidence.jsonl");
  const { recordId = "" } = JSON.parse((await stage.world.uko("carol", `status kms/${root.id} --json`)).out).deletion;
  const ended = await stage.world.type("carol", `approve kms/${root.id}`, undefined, { UKO_EVIDENCE: evidence });
  expect(ended).toMatchObject({ exitCode: 0 });
  const lines = linesIn(evidence);
  expect(lines.at(-1)).toMatchObject({ step: "destroy", allowedBy: { id: recordId, author: "" } });
});
