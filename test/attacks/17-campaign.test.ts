/**
 * A campaign with one malicious person at a time: a keystore writer, a tag writer, the requester, an approver who swaps
 * files between the commands or wants no sample, a committer of `campaign.yaml`. None of them makes a key take a step
 * that two people did not see and approve. Forged files of the folder are in 17-forging-committer.test.ts.
 */

import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOperations } from "../../provider/compose/operations.ts";
import { campaignSeed, keysOf } from "../cli/campaign-seed.ts";
import { counts, dataOf, useCampaignStage } from "../cli/campaign-stage.ts";
import type { Ended, Person } from "../cli/harness.ts";
import type { Body } from "../emulator/harness.ts";
import { endsManagedKey } from "../support/calls.ts";
import { runInCampaign } from "../support/campaign-acts.ts";
import { explainVerdict } from "../support/oracle.ts";
import { withOtherTool } from "../support/other-tool.ts";

const stage = useCampaignStage({
  ...campaignSeed,
  clock: { start: "2026-10-01T09:00:00Z", frozen: true },
  keys: [
    ...keysOf("mail", 8, { vault: "archive", template: "azure" }),
    ...keysOf("draft", 3, { vault: "payments", template: "draft" }),
    ...keysOf("cards", 1, { vault: "payments", template: "aws" }),
  ],
  kmsKeys: [],
});
beforeEach(() => stage.begin(campaignFile));
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
  - {match: {}, class: destroy, wave: pilot, owner: platform, reason: Moved}
blackouts:
  - {from: 2026-12-15, to: 2027-01-05, reason: Year end}
`;

const campaign = (who: Person, command: string): Promise<Ended> => stage.campaign(`${command} --json`, who);
const edit = (from: string, to: string): void => {
  const text = stage.read("campaign.yaml");
  expect(text).toContain(from);
  stage.write("campaign.yaml", text.replace(from, to));
};

/** The keys that were deactivated, destroyed or removed since the seed. */
const stepsTaken = async (): Promise<readonly string[]> =>
  (await stage.world.trail()).flatMap(({ operation, effect, label = "" }) =>
    effect && endsManagedKey(operation) ? [label] : [],
  );

/** Bob requests the deactivation of the pilot, and Alice reviews it. */
async function reviewed(): Promise<string> {
  await campaign("bob", "request pilot deactivate");
  await stage.world.advance("1m");
  return dataOf(await campaign("alice", "review pilot deactivate")).review;
}
const approve = (review: string, who: Person = "alice"): Promise<Ended> =>
  campaign(who, `approve pilot deactivate --review ${review}`);

/** Carol writes to the key with any tool, a minute before the others go on. */
async function patch(label: string, body: object): Promise<void> {
  expect(await withOtherTool(stage.world, "carol", stage.keyNamed(label), { method: "PATCH", body })).toBe(200);
  await stage.world.advance("1m");
}
const tagsOf = async (label: string): Promise<Body["tags"]> =>
  (await stage.world.as("carol").key(stage.keyNamed(label).split("/")[1] ?? "")).body.tags;

describe("a keystore writer", () => {
  it("replaces a keystore of reviewed keys, which then are no longer as reviewed", async () => {
    const review = await reviewed();
    const azure = "/api/v4/keystores/ce110000-0000-4000-8000-000000000003";
    const carol = stage.world.as("carol");
    const etag = { "if-match": (await carol.call("GET", azure)).headers.get("etag") ?? "" };
    expect((await carol.call("DELETE", `${azure}?mode=disconnect`, undefined, etag)).status).toBe(204);
    await approve(review);
    await approve(review);
    expect(await stepsTaken()).toEqual([]);
  });
});

describe("a tag writer", () => {
  it("copies the request of one key to another: a record is about one key", async () => {
    edit("after: [pilot], ", "");
    await stage.campaign("plan --write --yes");
    await reviewed();
    await patch("cards-0", { tags: await tagsOf("mail-0") });
    for (const group of ["", "--other", "--other --requested-by IBMid-550000CAROL"]) {
      expect(dataOf(await campaign("alice", `review main deactivate ${group}`)).keys).toBe(0);
    }
    expect(await stepsTaken()).toEqual([]);
  });

  it("rewrites a request after the review, in the name of its author: the key is left", async () => {
    const review = await reviewed();
    const tags = await tagsOf("mail-2");
    for (const each of [[], tags]) await patch("mail-2", { tags: each });
    await approve(review);
    await approve(review);
    const steps = await stepsTaken();
    expect(steps.length).toBeGreaterThan(0);
    expect(steps).not.toContain("mail-2");
  });

  it("tags one key for another rule: the key waits for a new manifest, and the others of its wave go on", async () => {
    edit(
      "rules:",
      "rules:\n  - {match: {tag: {name: moved}}, class: destroy, wave: main, owner: other, reason: Moved}",
    );
    await stage.campaign("plan --write --yes");
    const tags = [{ name: "moved", value: "1" }];
    await patch("mail-0", { tags });
    const requested = await campaign("bob", "request pilot deactivate");
    expect(counts(requested).acted).toBe(7);
    const says = 'changed since the manifest: tags: [] -> ["moved=1"]';
    expect(dataOf(requested).keys).toContainEqual(expect.objectContaining({ label: "mail-0", says }));
    expect(await tagsOf("mail-0")).toEqual(tags);
  });

  it("marks keys for one person: a campaign requires two all the same", async () => {
    await patch("mail-0", { tags: [{ name: "uko_dual", value: "single" }] });
    await campaign("alice", "request pilot deactivate");
    expect(dataOf(await campaign("alice", "review pilot deactivate")).keys).toBe(0);
    expect(await stepsTaken()).toEqual([]);
  });
});

describe("a second requester", () => {
  it("takes one key of a wave: a person who reviews the wave without naming a requester reviews the others", async () => {
    await campaign("bob", "request pilot deactivate");
    await stage.world.uko("carol", `withdraw ${stage.keyNamed("mail-0")}`);
    await campaign("carol", "request pilot deactivate");
    await stage.world.advance("1m");
    const { error, keys } = dataOf(await campaign("alice", "review pilot deactivate"));
    expect([error, keys]).toEqual([undefined, 7]);
    expect(dataOf(await campaign("alice", "review pilot deactivate --requested-by IBMid-550000CAROL")).keys).toBe(1);
  });
});

describe("the requester", () => {
  it("neither reviews the own requests nor uses the review of the other person", async () => {
    const review = await reviewed();
    expect(dataOf(await campaign("bob", "review pilot deactivate")).keys).toBe(0);
    expect(dataOf(await approve(review, "bob")).error?.code).toBe("UKO_VIEW_OUTDATED");
    expect(await stepsTaken()).toEqual([]);
  });

  it("replaces the requests after the review: the new ones are not named by it", async () => {
    const review = await reviewed();
    await campaign("bob", "halt pilot");
    await stage.world.advance("1m");
    await campaign("bob", "request pilot deactivate");
    await stage.world.advance("1m");
    expect(counts(await approve(review)).acted).toBeUndefined();
    expect(await stepsTaken()).toEqual([]);
  });
});

describe("an approver", () => {
  it("brings the folder of another campaign with the same wave: its review is refused", async () => {
    const review = await reviewed();
    const other = mkdtempSync(path.join(tmpdir(), "uko-campaign-other-"));
    cpSync(stage.folder, other, { recursive: true });
    writeFileSync(path.join(other, "campaign.yaml"), campaignFile.replace("name: eol", "name: other"));
    const command = `approve pilot deactivate --review ${review} --json`;
    const ended = await runInCampaign(stage.world, "alice", { command, folder: other });
    expect(dataOf(ended).error.code).toBe("UKO_INPUT_INVALID");
    rmSync(other, { recursive: true });
    expect(await stepsTaken()).toEqual([]);
  });

  it("gets no further than one key with a second review, because the first keys go alone for each review", async () => {
    const late = [3, 4, 5, 6, 7].map((at) => stage.keyNamed(`mail-${at}`));
    await campaign("bob", "request pilot deactivate");
    for (const key of late) await stage.world.uko("bob", `withdraw ${key}`);
    const first = await reviewed();
    for (const key of late) await stage.world.uko("bob", `withdraw ${key}`);
    expect(counts(await approve(first))).toEqual({ acted: 1 });
    expect(counts(await approve(first))).toEqual({ acted: 2, left: 5 });
    const second = await reviewed();
    expect(counts(await approve(second))).toEqual({ acted: 1 });
    expect(counts(await approve(second))).toEqual({ acted: 4 });
  });

  it("gets no further than one key because another person took the step on a reviewed key", async () => {
    const review = await reviewed();
    await stage.world.type("carol", `approve ${stage.keyNamed("mail-4")}`);
    expect(await stepsTaken()).toEqual(["mail-4"]);
    expect(counts(await approve(review))).toMatchObject({ acted: 1 });
  });

  it("begins with one key that was never active, after the destruction of others", async () => {
    const review = await reviewed();
    for (const _ of [1, 2]) await approve(review);
    await stage.world.advance("6d");
    await campaign("bob", "request pilot destroy");
    await stage.world.advance("1m");
    const destroy = async (set: string) => {
      const { review: digest } = dataOf(await campaign("carol", `review pilot destroy ${set}`));
      return () => campaign("carol", `approve pilot destroy --review ${digest}`).then(counts);
    };
    const others = await destroy("");
    expect(await others()).toEqual({ acted: 1 });
    expect(await others()).toEqual({ acted: 7 });
    const unused = await destroy("--kind never-active");
    expect(await unused()).toEqual({ acted: 1 });
    expect(await unused()).toEqual({ acted: 2 });
  });
});

// An edit that narrows stops its keys at once. Any other edit refuses each act of the wave and names the difference, until
// a new manifest puts it into what the next person reviews.
describe("a committer with an edit that narrows", () => {
  const firstRule = "  - {match: {label: 'cards*'}";
  it.each([
    ["a rule that leaves the key", firstRule, `  - {match: {label: mail-1}, class: leave, wave: pilot}\n${firstRule}`],
    ["no rule for the key any more", "match: {}", "match: {id: [IDS]}"],
  ])("stops the key at once: %s", async (_, from, to) => {
    const review = await reviewed();
    const others = [0, 2, 3, 4, 5, 6, 7].map((at) => `mail-${at}`);
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
      ...Array(7).fill("left"),
    ]);
  });
});

describe("a committer with any other edit", () => {
  it("closes each act of the wave (17-forging-committer.test.ts), and nothing that only takes back", async () => {
    await reviewed();
    edit("soak: 5d, maxFailures: 1", "soak: 4h, maxFailures: 1");
    expect(dataOf(await campaign("bob", "halt pilot")).keys).toHaveLength(8);
  });

  it("gets no class that leads further than the manifest, until a new manifest makes each review start again", async () => {
    edit("'cards*'}, class: destroy", "'cards*'}, class: leave");
    edit("after: [pilot], ", "");
    await stage.campaign("plan --write --yes");
    const review = await reviewed();
    edit("'cards*'}, class: leave", "'cards*'}, class: destroy");
    const { out } = await stage.campaign("request main deactivate", "bob");
    expect(out).toContain('cards-0": class: "leave" -> "destroy"');
    expect(out).toContain(`Next:\n  uko campaign plan --write --folder ${stage.folder}\n`);
    edit("wave: pilot, owner: platform", "wave: pilot, owner: payments");
    expect((await stage.campaign("plan --write --yes")).out).toContain('class: "leave" -> "destroy"');
    const { error } = dataOf(await approve(review));
    expect(error.summary).toContain("changed after the review");
    expect(await stepsTaken()).toEqual([]);
  });

  it("shows the reviewer the rules of the wave, and everybody a manifest that changes them", async () => {
    edit("maxFailures: 1", "maxFailures: 2");
    expect((await stage.campaign("plan --write --yes")).out).toContain("maxFailures: 1 -> 2");
    await campaign("bob", "request pilot deactivate");
    await stage.world.advance("1m");
    const { out } = await stage.campaign("review pilot deactivate", "alice");
    expect(out).toMatch(/soak 5d.*maxFailures 2.*ticket CHG-1/);
  });
});
