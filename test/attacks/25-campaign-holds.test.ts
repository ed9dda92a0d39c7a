/**
 * A person who wants another person's hold to be gone: releases it alone, takes its line out of the folder, or lets a
 * mistyped line pass for a hold. Two people release a legal hold, and each release stays on record.
 */

import { readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { campaignSeed, vaultIds } from "../cli/campaign-seed.ts";
import { dataOf, useCampaignStage } from "../cli/campaign-stage.ts";
import { apiKeys, type Ended, type Person } from "../cli/harness.ts";
import { explainVerdict } from "../support/oracle.ts";

const [root] = campaignSeed.kmsKeys;
const kms = `kms/${root.id}`;
const stage = useCampaignStage({
  ...campaignSeed,
  clock: { start: "2026-10-01T09:00:00Z", frozen: true },
  keys: campaignSeed.keys.filter(({ label }) => label === "mail-1" || label === "cards-1"),
  kmsKeys: [root],
});
beforeEach(async () => {
  stage.write("campaign.yaml", campaignFile);
  await stage.campaign("plan --write --yes");
  await stage.campaign("signoff --yes --owner platform");
});
afterEach(async () => expect(explainVerdict(await stage.world.verdict())).toBe(""));

const campaignFile = `format: uko-campaign-1
name: eol
instance: ${campaignSeed.instance.id}
deadline: 2027-03-20
waves:
  - {name: pilot}
rules:
  - {match: {}, class: destroy, wave: pilot, owner: platform, reason: Moved}
`;

const campaign = async (who: Person, command: string): Promise<Ended> => {
  await stage.world.advance("1m");
  return stage.campaign(`${command} --json`, who);
};
const release = (who: Person, key: string): Promise<Ended> =>
  campaign(who, `hold ${key} --release --reason Case-${who}`);
/** What a request of the wave says of the key. */
async function requested(key: string, step = "destroy"): Promise<string> {
  const { keys } = dataOf(await campaign("alice", `request pilot ${step}`));
  return keys.find((row: { key: string }) => row.key === key).says;
}
const lines = (): readonly string[] => stage.read("holds.jsonl").trimEnd().split("\n");

describe("a legal hold in the folder", () => {
  it("ends once two people have released it, each with a reason and a line", async () => {
    await campaign("bob", `hold ${kms} --kind legal --ticket L-1`);
    const [held] = lines();
    for (const who of ["erin", "erin"] as const) {
      expect((await release(who, kms)).exitCode).toBe(10);
      expect(await requested(kms)).toContain("held: legal by");
    }
    const { exitCode, out } = await release("alice", kms);
    expect([exitCode, JSON.parse(out).isReleased]).toEqual([0, true]);
    expect(await requested(kms)).not.toContain("held");
    expect(lines()[0]).toBe(held);
    expect(lines().map((line) => JSON.parse(line).reason)).toEqual([undefined, "Case-erin", "Case-alice"]);
    const evidence = readdirSync(`${stage.folder}/evidence`)
      .map((name) => stage.read(`evidence/${name}`))
      .join("");
    for (const line of lines()) expect(evidence).toContain(JSON.stringify(line));
    await stage.world.advance("1m");
    const review = await stage.campaign("review pilot destroy --kind kms", "bob");
    expect(review.out).toMatch(
      /Released holds\n.*\nkms\/\S+ +\S+ +Case-erin\nkms\/\S+ +IBMid-550000ALICE +Case-alice\n/,
    );
    const [header = ""] = stage.read(`reviews/${readdirSync(`${stage.folder}/reviews`)[0]}`).split("\n");
    expect(JSON.parse(header).campaign).toMatchObject({
      holds: 3,
      released: [{ key: kms }, { iamId: "IBMid-550000ALICE" }],
    });
  });

  it("is not released by a pipeline, and a new hold needs two releases of its own", async () => {
    await campaign("bob", `hold ${kms} --kind legal`);
    expect((await release("pipeline", kms)).exitCode).toBe(1);
    await release("erin", kms);
    await campaign("carol", `hold ${kms} --kind legal`);
    expect((await release("alice", kms)).exitCode).toBe(10);
    expect(await requested(kms)).toContain("held: legal by");
    expect((await release("erin", kms)).exitCode).toBe(0);
  });
});

describe("a hold of another kind", () => {
  it("ends with the release of one person, who states a reason", async () => {
    await campaign("bob", `hold ${kms} --kind owner`);
    const before = stage.read("holds.jsonl");
    expect((await campaign("erin", `hold ${kms} --release`)).exitCode).toBe(1);
    expect(stage.read("holds.jsonl")).toBe(before);
    expect((await release("erin", kms)).exitCode).toBe(0);
    expect(stage.read("holds.jsonl").startsWith(before)).toBe(true);
    expect(await requested(kms)).not.toContain("held");
  });
});

describe("a line that was taken out of holds.jsonl", () => {
  it("is noticed from the evidence, by each command, before anything is sent", async () => {
    await campaign("bob", `hold ${kms} --kind legal`);
    stage.write("holds.jsonl", "");
    for (const command of ["status", "request pilot destroy", "review pilot destroy --kind kms", "advance pilot"]) {
      const { exitCode, err } = await stage.campaign(command, "alice");
      expect([exitCode, err]).toEqual([1, expect.stringContaining("holds.jsonl lost a line")]);
      expect(err).toContain("git checkout");
    }
    expect((await stage.world.trail()).filter(({ operation, effect }) => effect && operation.startsWith("M"))).toEqual(
      [],
    );
  });

  it("is noticed if it is one of several, or the release of another person", async () => {
    await campaign("bob", `hold ${kms} --kind owner`);
    await campaign("bob", `hold ${stage.keyNamed("cards-1")} --kind incident`);
    await release("erin", kms);
    const all = lines();
    for (const [at] of all.entries()) {
      stage.write("holds.jsonl", `${all.toSpliced(at, 1).join("\n")}\n`);
      expect((await stage.campaign("status")).err).toContain("holds.jsonl lost a line");
    }
  });

  it("is noticed from a review if a person wrote it by hand", async () => {
    const line = `{"key":"${kms}","kind":"legal","by":"Legal department"}\n`;
    stage.write("holds.jsonl", line);
    await stage.campaign("request pilot deactivate", "bob");
    await stage.world.advance("1m");
    await stage.campaign("review pilot deactivate", "alice");
    stage.write("holds.jsonl", "");
    expect((await stage.campaign("status")).err).toContain("a review in reviews/ notes");
  });

  it("is not replaced by an older equal line, which was released", async () => {
    stage.write("holds.jsonl", `{"key":"${kms}","kind":"owner","by":"Erin"}\n`);
    await release("bob", kms);
    stage.write("holds.jsonl", `${stage.read("holds.jsonl")}{"key":"${kms}","kind":"owner","by":"Erin"}\n`);
    expect((await stage.campaign("status")).err).toMatch(/line 3 is not a hold[\s\S]*It repeats line 1/);
  });
});

describe("a hold on what is not a key of the campaign", () => {
  it.each([
    ["an unknown key", () => kms.replace(/.$/, "f")],
    ["another vault", () => stage.keyNamed("mail-1").replace(/^[^/]+/, stage.keyNamed("cards-1").split("/")[0] ?? "")],
    ["KMS in place of the vault", () => stage.keyNamed("mail-1").replace(/^[^/]+/, "kms")],
  ])("is an error: %s", async (_, name) => {
    stage.write("holds.jsonl", `{"key":"${name()}","kind":"legal","by":"Erin"}\n`);
    for (const command of ["status", "request pilot deactivate"]) {
      const { exitCode, err } = await stage.campaign(command, "bob");
      expect([exitCode, err]).toEqual([
        1,
        expect.stringContaining(`holds ${name()}, which is not a key of this campaign`),
      ]);
      expect(err).toContain("[UKO_CAMPAIGN_INVALID]");
    }
  });

  it("is not written for a vault outside the scope, and can be released", async () => {
    const [inside = "", outside = ""] = ["cards-1", "mail-1"].map((label) => stage.keyNamed(label));
    stage.write("campaign.yaml", campaignFile.replace("waves:", `scope: {vaults: [${inside.split("/")[0]}]}\nwaves:`));
    const { exitCode, err } = await stage.campaign(`hold ${outside} --kind owner`, "bob");
    expect([exitCode, err]).toEqual([1, expect.stringContaining(`uko hold ${outside}`)]);
    stage.write("campaign.yaml", campaignFile);
    const typo = kms.replace(/.$/, "f");
    stage.write("holds.jsonl", `{"key":"${typo}","kind":"owner","by":"Erin"}\n`);
    await release("erin", typo);
    expect((await stage.campaign("status")).exitCode).toBe(0);
  });
});

describe("the tag of a legal hold", () => {
  const tag = async (who: Person, options: string): Promise<Ended> => {
    await stage.world.advance("1m");
    return stage.world.uko(who, `hold ${stage.keyNamed("mail-1")} ${options}`);
  };
  const says = async (): Promise<string> => (await stage.campaign("status")).out;

  it("says who set it, and goes once two people have released it", async () => {
    await tag("bob", "--kind legal --ticket L-1");
    expect(await says()).toContain('its tag says "legal ticket L_1 by IBMid_550000BOB"');
    expect((await tag("alice", "--release")).exitCode).toBe(1);
    for (const who of ["alice", "alice"] as const) {
      const { exitCode, out } = await tag(who, "--release --reason Closed");
      expect([exitCode, out]).toEqual([10, expect.stringContaining("another person")]);
    }
    expect(await says()).toContain("release IBMid_550000ALICE");
    expect((await tag("carol", "--release --reason Closed")).exitCode).toBe(0);
    expect(await says()).not.toContain("its tag");
  });

  it("is not released by a person who writes the name of a colleague into the tag", async () => {
    await tag("bob", "--kind legal");
    await writeTag("legal by IBMid_550000BOB release IBMid_550000ALICE", "bob");
    expect((await tag("bob", "--release --reason Closed")).exitCode).toBe(10);
    expect(await says()).toContain("release IBMid_550000BOB");
    expect((await tag("alice", "--release --reason Closed")).exitCode).toBe(0);
  });

  async function writeTag(value: string, who: Person): Promise<void> {
    const [vault = "", id = ""] = stage.keyNamed("mail-1").split("/");
    const grant = { grant_type: "urn:ibm:params:oauth:grant-type:apikey", apikey: apiKeys[who] };
    const login = await fetch(`${stage.world.url}/identity/token`, {
      method: "POST",
      body: new URLSearchParams(grant),
    });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${token}`, "uko-vault": vault, "content-type": "application/json" };
    const at = `${stage.world.url}/api/v4/managed_keys/${id}`;
    const etag = (await fetch(at, { headers })).headers.get("etag") ?? "";
    const body = JSON.stringify({ tags: [{ name: "hold", value }] });
    expect((await fetch(at, { method: "PATCH", headers: { ...headers, "if-match": etag }, body })).status).toBe(200);
  }
});

describe("a manifest that is written while a key is held", () => {
  it("fits the key after the release, so that its owner need not sign again", async () => {
    const name = `${vaultIds.payments}/${campaignSeed.keys.find(({ label }) => label === "cards-1")?.id}`;
    await campaign("bob", `hold ${name} --kind owner`);
    await stage.campaign("plan --write --yes");
    expect((await release("bob", name)).exitCode).toBe(0);
    expect(await requested(name, "deactivate")).toContain("waiting for a second person");
  });
});
