/** Files of a campaign's folder that an insider wrote, and sets of keys that a screen does not show as a whole. */

import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import { throwaway } from "../../provider/lifecycle/campaign/plan-step.ts";
import { campaignSeed } from "../cli/campaign-seed.ts";
import { useCampaignStage } from "../cli/campaign-stage.ts";
import { quietWorld } from "../cli/harness.ts";
import { explainVerdict } from "../support/oracle.ts";

const keys = campaignSeed.keys.filter(({ label }) => label === "mail-1" || label === "cards-1");
const many = Array.from({ length: 55 }, (_, at) => ({
  ...{ vault: "archive", template: "azure", createdAt: "2025-01-15T08:00:00Z" },
  label: `wide-${String(at).padStart(2, "0")}`,
}));
const stage = useCampaignStage({ ...campaignSeed, keys: [...keys, ...many], kmsKeys: [] });
afterEach(async () => expect(explainVerdict(await stage.world.verdict())).toBe(""));

/** Alice at a terminal, who confirms whatever a command asks. */
async function confirmed(command: string) {
  const questions: string[] = [];
  const ask = async (question: string): Promise<string> => {
    questions.push(question);
    return /"(.*)"/.exec(question)?.[1] ?? "";
  };
  const here = quietWorld({ environment: stage.world.environmentOf("alice"), ask });
  const exitCode = await runCli([...command.split(" "), "--folder", stage.folder], here);
  return { exitCode, questions, ...here.output };
}
const stateOf = async (key: string): Promise<string> =>
  JSON.parse((await stage.world.uko("bob", `status ${key} --json`)).out).keyState;

describe("a rehearsal whose files name a real key", () => {
  const rehearsal = (command: string) =>
    stage.world.uko("bob", `campaign ${command} --folder ${stage.folder}/rehearsal`);
  const realKey = { vaultId: "5c1e0000-0000-4000-8000-000000000002", keyId: keys[1]?.id ?? "" };
  const path = `${realKey.vaultId}/${realKey.keyId}`;

  async function forge({ isInState }: { readonly isInState: boolean }) {
    stage.complete();
    await stage.campaign("rehearse");
    const state = JSON.parse(stage.read("rehearsal/state.json"));
    const own = state.keys as readonly { readonly keyId: string }[];
    if (isInState) stage.write("rehearsal/state.json", JSON.stringify({ ...state, keys: [{ ...realKey, type: "x" }] }));
    const forged = stage
      .read("rehearsal/campaign.yaml")
      .replace(own[0]?.keyId ?? "", realKey.keyId)
      .replace(`, label: "${throwaway.labelStart}*"`, "");
    stage.write("rehearsal/campaign.yaml", forged);
    await rehearsal("baseline");
    await rehearsal("signoff --owner rehearsal");
    await rehearsal("request rehearsal deactivate --reason Rehearsal");
    await stage.world.advance("1m");
  }

  it.each([true, false])("takes no step on it: named as a key of the rehearsal %j", async (isInState) => {
    await forge({ isInState });
    const { exitCode, err, questions } = await confirmed("campaign rehearse");
    expect([exitCode, questions]).toEqual([1, []]);
    expect(err).toContain(path);
    expect(err).toContain("[UKO_CAMPAIGN_INVALID]");
    expect(await stateOf(path)).toBe("active");
  });

  it("shows each key before an approval, so that a key under the label of a throwaway key can be noticed", async () => {
    stage.complete();
    await stage.campaign("rehearse");
    await stage.campaign("rehearse");
    await stage.world.advance("1m");
    const { exitCode, err } = await confirmed("campaign rehearse");
    expect(exitCode).toBe(0);
    const { keys: own } = JSON.parse(stage.read("rehearsal/state.json")) as { keys: { keyId: string }[] };
    for (const { keyId } of own) expect(err).toContain(keyId);
  });
});

it("a review shows each of its keys, however many they are", async () => {
  stage.complete((text) => text.replace("name: main, after: [pilot]", "name: main"));
  await stage.campaign("baseline");
  await stage.campaign("signoff --owner payments");
  await stage.campaign("request main deactivate");
  await stage.world.advance("1m");
  const { out } = await stage.campaign("review main deactivate", "alice");
  for (const { label } of many) expect(out).toContain(label);
  expect(out).toContain(`Deactivate ${many.length + keys.length} keys`);
});

it("a review file that another person wrote cannot control the terminal that finds its keys", async () => {
  await stage.baselined();
  await stage.campaign("signoff --owner payments");
  await stage.campaign("request main deactivate --emergency Test");
  const name = JSON.parse((await stage.campaign("review main deactivate --emergency Test --json", "alice")).out).file;
  if (typeof name !== "string") throw new RangeError("no review");
  const text = stage.read(name).replaceAll("IBMid-550000ALICE", "IBMid\\u001b[2J\\nState: removed.\\u202e");
  const canonical = text.replaceAll("\\u202e", "\u202e");
  stage.write(`reviews/forged-${createHash("sha256").update(canonical).digest("hex").slice(0, 16)}.jsonl`, canonical);
  const { out } = await stage.campaign("find mail-1");
  expect(out.split("Reviewed for deactivate")).toHaveLength(3);
  expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(out).not.toMatch(/^State: removed/m);
});
