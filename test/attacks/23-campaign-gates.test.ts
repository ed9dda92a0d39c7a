/**
 * Ways around the gates of a wave: its review used by other commands, and the bulk of a wave without a sample before.
 */

import { createHash } from "node:crypto";
import { cpSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generateSeed } from "../../provider/emulator/generate.ts";
import { dataOf, useCampaignStage } from "../cli/campaign-stage.ts";
import type { Ended, Person } from "../cli/harness.ts";
import { explainVerdict } from "../support/oracle.ts";

const seed = {
  ...generateSeed({ keys: 12, vaults: 2, kms: 0, blocked: 0 }),
  clock: { start: "2026-10-01T09:00:00Z", frozen: true },
};
const stage = useCampaignStage(seed);
beforeEach(async () => {
  stage.write("campaign.yaml", campaignFile);
  await stage.campaign("baseline");
  await stage.campaign("signoff --owner platform");
});
afterEach(async () => expect(explainVerdict(await stage.world.verdict())).toBe(""));

const campaignFile = `format: uko-campaign-1
name: eol
instance: ${seed.instance.id}
deadline: 2027-03-20
waves:
  - {name: pilot, soak: 5d}
rules:
  - {match: {}, class: destroy, wave: pilot, owner: platform, reason: Moved}
`;

const campaign = async (who: Person, command: string) => dataOf(await stage.campaign(`${command} --json`, who));
const reviewFile = (): string => path.join(stage.folder, "reviews", readdirSync(`${stage.folder}/reviews`)[0] ?? "");
const textOf = (file: string): string => stage.read(path.relative(stage.folder, file));
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
async function stepsTaken(): Promise<readonly string[]> {
  const trail = await stage.world.trail();
  return trail.flatMap(({ operation, effect, label = "" }) => (effect && operation === "K7" ? [label] : []));
}

/** Bob requests the deactivation of the wave, and Alice reviews it. */
async function reviewed(): Promise<string> {
  await campaign("bob", "request pilot deactivate");
  await stage.world.advance("1m");
  return (await campaign("alice", "review pilot deactivate")).review;
}

describe("a review of a campaign outside of its campaign", () => {
  const byCommand = (file: string, digest: string): Promise<Ended> =>
    stage.world.uko("alice", `approve --review ${file} --digest ${digest} --yes`);
  const byEngine = (file: string, digest: string): Promise<Ended> =>
    stage.world.uko("alice", `continue ${stage.keyNamed("payments-key-00001")}`, {
      UKO_CONSENT: `@${file}`,
      UKO_CONSENT_DIGEST: digest,
    });

  it.each([
    ["uko approve --review", byCommand],
    ["UKO_CONSENT=@file", byEngine],
  ])("is refused by %s, which names the command that keeps the gates", async (_, approve) => {
    const digest = await reviewed();
    const key = stage.keyNamed("payments-key-00001");
    await stage.campaign(`hold ${key} --kind incident`, "erin");
    const { exitCode, err } = await approve(reviewFile(), digest);
    expect([exitCode, await stepsTaken()]).toEqual([1, []]);
    expect(err).toContain('The review belongs to wave "pilot" of campaign "eol"');
    expect(err).toContain("[UKO_REVIEW_INVALID]");
    const next = new RegExp(`uko campaign approve pilot deactivate --review ${digest} --folder \\S+`).exec(err)?.[0];
    expect(next).toBe(`uko campaign approve pilot deactivate --review ${digest} --folder ${stage.folder}`);
    expect((await stage.world.uko("alice", `${(next ?? "").slice(4)} --yes`)).exitCode).toBe(0);
    expect(await stepsTaken()).toHaveLength(1);
  });

  it("keeps its mark: without the mark, or in a copy, the digest or the mark refuses it", async () => {
    const digest = await reviewed();
    const text = textOf(reviewFile());
    stage.write("copy.jsonl", text.replace(/"campaign":\{[^}]*\},/, ""));
    expect((await byCommand(`${stage.folder}/copy.jsonl`, digest)).err).toContain("its SHA-256 differs");
    cpSync(reviewFile(), `${stage.folder}/copy.jsonl`);
    expect((await byCommand(`${stage.folder}/copy.jsonl`, digest)).err).toContain("[UKO_REVIEW_INVALID]");
    expect(sha256(text)).toBe(digest);
    expect(await stepsTaken()).toEqual([]);
  });
});
