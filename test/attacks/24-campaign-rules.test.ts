/**
 * A committer who edits `campaign.yaml` after the manifest. An edit that narrows stops its keys at once; any other edit
 * refuses each act of the wave and names the difference, until a new manifest puts it into what the next person reviews.
 */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { campaignSeed, keysOf } from "../cli/campaign-seed.ts";
import { dataOf, useCampaignStage } from "../cli/campaign-stage.ts";
import type { Ended, Person } from "../cli/harness.ts";
import { explainVerdict } from "../support/oracle.ts";

const stage = useCampaignStage({
  ...campaignSeed,
  clock: { start: "2026-10-01T09:00:00Z", frozen: true },
  keys: [
    ...keysOf("mail", 4, { vault: "archive", template: "azure" }),
    ...keysOf("cards", 1, { vault: "payments", template: "aws" }),
  ],
  kmsKeys: [],
});
beforeEach(async () => {
  stage.write("campaign.yaml", campaignFile);
  await stage.campaign("plan --write --yes");
});
afterEach(async () => expect(explainVerdict(await stage.world.verdict())).toBe(""));

const campaignFile = `format: uko-campaign-1
name: eol
instance: ${campaignSeed.instance.id}
deadline: 2027-03-20
waves:
  - {name: pilot, soak: 5d, maxFailures: 1, ticket: CHG-1}
  - {name: main, after: [pilot], soak: 5d}
rules:
  - {match: {label: 'cards*'}, class: destroy, wave: main, owner: platform, reason: Moved}
  - {match: {label: 'mail*'}, class: destroy, wave: pilot, owner: platform, reason: Moved}
blackouts:
  - {from: 2026-12-15, to: 2027-01-05, reason: Year end}
`;

const campaign = (who: Person, command: string): Promise<Ended> => stage.campaign(`${command} --json`, who);
const edit = (from: string, to: string): void => {
  const text = stage.read("campaign.yaml");
  expect(text).toContain(from);
  stage.write("campaign.yaml", text.replace(from, to));
};
const stepsTaken = async (): Promise<readonly string[]> =>
  (await stage.world.trail()).flatMap(({ operation, effect, label = "" }) =>
    effect && ["deactivateManagedKey", "destroyManagedKey", "deleteManagedKey"].includes(operation) ? [label] : [],
  );

/** Bob requests the deactivation of the wave, and Alice reviews it. */
async function reviewed(wave = "pilot"): Promise<string> {
  await campaign("bob", `request ${wave} deactivate`);
  await stage.world.advance("1m");
  return dataOf(await campaign("alice", `review ${wave} deactivate`)).review;
}
const approve = (review: string): Promise<Ended> => campaign("alice", `approve pilot deactivate --review ${review}`);

describe("an edit that narrows", () => {
  const firstRule = "  - {match: {label: 'cards*'}";
  it.each([
    ["a rule that leaves the key", firstRule, `  - {match: {label: mail-1}, class: leave, wave: pilot}\n${firstRule}`],
    ["no rule for the key any more", "label: 'mail*'", `label: 'mail*', id: [IDS]`],
  ])("stops the key at once: %s", async (_, from, to) => {
    const review = await reviewed();
    const others = ["mail-0", "mail-2", "mail-3"];
    edit(from, to.replace("IDS", others.map((label) => stage.keyNamed(label).split("/")[1]).join()));
    await approve(review);
    await approve(review);
    expect((await stepsTaken()).toSorted()).toEqual(others);
    const { out } = await stage.campaign("status");
    expect(out).toMatch(/mail-1 +pilot +campaign\.yaml no longer/);
    // The other wave still waits for the key: an edit of one wave opens no other one.
    expect(dataOf(await campaign("bob", "request main deactivate")).gate).toBe("after");
  });

  it("stops the keys of a vault outside the scope, and of a wave that was taken out", async () => {
    const review = await reviewed();
    const vault = stage.keyNamed("cards-0").split("/")[0];
    edit("waves:", `scope: {vaults: [${vault}]}\nwaves:`);
    expect((await approve(review)).exitCode).toBe(13);
    edit(`scope: {vaults: [${vault}]}\n`, "");
    edit("  - {name: pilot, soak: 5d, maxFailures: 1, ticket: CHG-1}\n", "");
    edit("after: [pilot], ", "");
    edit("class: destroy, wave: pilot", "class: destroy, wave: main");
    expect(dataOf(await approve(review)).error?.code).toBe("UKO_INPUT_INVALID");
    const other = await campaign("bob", "request main deactivate");
    expect(dataOf(other)).toMatchObject({ gate: "differs", differences: ['wave "main": after: ["pilot"] -> []'] });
    expect(await stepsTaken()).toEqual([]);
  });

  it("stops a key in a run that is under way, as a hold does", async () => {
    const { openOperations } = await import("../../provider/compose/operations.ts");
    const run = openOperations(stage.world.environmentOf("bob"), { progress: { report: () => {} } });
    const narrowed = campaignFile.replaceAll("class: destroy", "class: leave");
    // The first line after the lists of vaults tells that a key was requested.
    const count = (line: string): void => {
      if (!line.startsWith("Listing")) stage.write("campaign.yaml", narrowed);
    };
    const acting = await run.campaignActs({ report: () => {}, count });
    const signal = new AbortController().signal;
    const { data } = await acting.request(stage.folder, { wave: "pilot", step: "deactivate" }, { signal });
    await run.close();
    expect((data as { keys: { outcome: string }[] }).keys.map(({ outcome }) => outcome)).toEqual([
      "acted",
      ...["left", "left", "left"],
    ]);
  });
});

describe("any other edit", () => {
  it("refuses each act of the wave (17-forging-committer.test.ts), and nothing that only takes back", async () => {
    await reviewed();
    edit("soak: 5d, maxFailures: 1", "soak: 4h, maxFailures: 1");
    expect(dataOf(await campaign("bob", "halt pilot")).keys).toHaveLength(4);
  });

  it("refuses a class that leads further than the manifest, until a new manifest makes each review start again", async () => {
    edit("'cards*'}, class: destroy", "'cards*'}, class: leave");
    edit("after: [pilot], ", "");
    await stage.campaign("plan --write --yes");
    const review = await reviewed("pilot");
    edit("'cards*'}, class: leave", "'cards*'}, class: destroy");
    const { out } = await stage.campaign("request main deactivate", "bob");
    expect(out).toContain('cards-0": class: "leave" -> "destroy"');
    expect(out).toContain(`Next:\n  uko campaign plan --write --folder ${stage.folder}\n`);
    edit("wave: pilot, owner: platform", "wave: pilot, owner: payments");
    expect((await stage.campaign("plan --write --yes")).out).toContain('class: "leave" -> "destroy"');
    const { error } = dataOf(await campaign("alice", `approve pilot deactivate --review ${review}`));
    expect(error.summary).toContain("changed after the review");
    expect(await stepsTaken()).toEqual([]);
  });

  it("shows the rules of the wave to the reviewer, and a manifest that changes them", async () => {
    edit("maxFailures: 1", "maxFailures: 2");
    expect((await stage.campaign("plan --write --yes")).out).toContain("maxFailures: 1 -> 2");
    await campaign("bob", "request pilot deactivate");
    await stage.world.advance("1m");
    const { out } = await stage.campaign("review pilot deactivate", "alice");
    expect(out).toMatch(/soak 5d.*maxFailures 2.*ticket CHG-1/);
  });
});
