/** A wave on machines that demand signatures: its destruction takes one signature of each person. */

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { hiddenIn, openConsole } from "../console/console-world.ts";
import { makeSshKey, signerLine, writeSigningFolder } from "../support/ssh-keys.ts";
import { useFolder } from "../support/use-folder.ts";
import { campaignSeed, keysOf } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";
import type { Person } from "./harness.ts";

const root = useFolder({ isKept: true });
const system = path.join(root, "system");
const sshKeys = { alice: makeSshKey("sk-ssh-ed25519@openssh.com"), bob: makeSshKey() };
const stage = useCampaignStage(
  {
    ...campaignSeed,
    clock: { start: "2026-10-01T09:00:00Z", frozen: true },
    keys: keysOf("mail", 4, { vault: "archive", template: "azure" }),
    kmsKeys: ["root-1", "root-2", "root-3"].map((name, at) => ({
      ...{ id: `9b2d0000-0000-4000-8000-00000000004${at}`, name, createdAt: "2025-01-15T08:00:00Z" },
      dualAuthDelete: true,
    })),
  },
  { signingOf: (who) => ({ demands: () => [system], own: () => path.join(root, who) }) },
);
beforeAll(() => {
  for (const [who, key] of Object.entries(sshKeys)) writeSigningFolder(path.join(root, who), key);
  mkdirSync(system);
});

const list = (people: readonly (keyof typeof sshKeys)[]): void =>
  writeFileSync(
    path.join(system, "allowed_signers"),
    people.map((who) => `${signerLine(`IBMid-550000${who.toUpperCase()}`, sshKeys[who])}\n`).join(""),
  );

const { type } = stage;
const destructions = () => stage.world.effects("destroyManagedKey");

/** A campaign of one wave, with a rule for the managed keys or one for the KMS keys. */
const begin = (match: string): Promise<void> =>
  stage.begin(`format: uko-campaign-1
name: eol
instance: ${campaignSeed.instance.id}
deadline: 2027-03-20
waves: [{name: pilot, soak: 4h}]
rules: [{match: ${match}, class: destroy, wave: pilot, owner: platform, reason: Moved}]
`);

it("destroys what both people signed, and nothing that one of them did not sign", async () => {
  list(["alice", "bob"]);
  await begin("{vault: archive}");
  const requested = await type("bob", "next");
  expect([requested.exitCode, requested.err], requested.err).toEqual([0, expect.not.stringContaining("Signing")]);
  await type("alice", "next");
  await stage.world.advance("5h");
  expect((await type("alice", "next")).err).toContain("Signing 4 consents with your SSH key.");
  list(["alice"]);
  const unlisted = await type("bob", "next");
  expect([unlisted.exitCode === 0, await destructions()], unlisted.out + unlisted.err).toEqual([false, 0]);
  list(["alice", "bob"]);
  const approved = await type("bob", "next");
  expect(approved.questions, "a sample, and the rest after another yes").toHaveLength(2);
  expect(approved.err.match(/Signing \d+ consents?/g), "one touch for both").toEqual(["Signing 4 consents"]);
  expect(await destructions()).toBe(4);
  expect((await stage.world.verdict()).violations).toEqual([]);
});

it("renews the requests of a destruction with another signature", async () => {
  list(["alice", "bob"]);
  await begin("{vault: archive}");
  await type("bob", "next");
  await type("alice", "next");
  await stage.world.advance("5h");
  await type("alice", "next");
  await stage.world.advance("6d");
  const renewed = await type("alice", "next");
  expect([renewed.exitCode, renewed.err], renewed.out + renewed.err).toEqual([
    0,
    expect.stringContaining("Signing 4 consents with your SSH key."),
  ]);
  const approved = await type("bob", "next");
  expect([approved.exitCode, await destructions()], approved.out + approved.err).toEqual([0, 4]);
});

const requestFiles = (): readonly string[] => readdirSync(path.join(stage.folder, "requests"));

it("destroys KMS keys whose deletion windows both people signed for, by a file in the folder", async () => {
  list(["alice", "bob"]);
  await begin("{kind: kms}");
  const requested = await type("alice", "next");
  expect(requested.err, requested.out).toContain("Signing 3 consents with your SSH key.");
  const [file = "", ...more] = requestFiles();
  expect(more).toEqual([]);
  await stage.world.advance("1h");
  expect(file).toMatch(/jsonl$/);
  stage.write("requests/notes.txt", "no request");
  const approved = await type("bob", "next");
  expect(approved.questions, "a sample, and the rest after another yes").toHaveLength(2);
  expect(approved.err.match(/Signing \d+ consents?/g), "one touch for both").toEqual(["Signing 3 consents"]);
  expect([approved.exitCode, await stage.world.effects("deleteKmsKey")], approved.out).toEqual([0, 3]);
  expect((await stage.world.verdict()).violations).toEqual([]);
});

it("closes the deletion windows again if their requests cannot be signed", async () => {
  list(["bob"]);
  await begin("{kind: kms}");
  const requested = await type("alice", "next");
  expect([requested.exitCode === 0, requested.err], requested.out).toEqual([
    false,
    expect.stringContaining("[UKO_SIGNATURE_MISSING]"),
  ]);
  expect([await stage.world.effects("setKeyForDeletion"), await stage.world.effects("unsetKeyForDeletion")]).toEqual([
    3, 3,
  ]);
});

it("shows the command instead of the form of a destruction in the console, and takes none of them", async () => {
  list(["alice", "bob"]);
  await begin("{vault: archive}");
  await type("bob", "next");
  await type("alice", "next");
  await stage.world.advance("5h");
  const signing = (who: Person) => ({ demands: () => [system], own: () => path.join(root, who) });
  const wave = "/campaign/waves/pilot";
  for (const [who, act] of [
    ["alice", "request"],
    ["bob", "review"],
  ] as const) {
    const console = openConsole(stage.world, who, {
      signing: signing(who),
      campaign: { folder: stage.folder, name: "eol" },
    });
    await console.logIn();
    const [, id = ""] = new RegExp(`href="${wave}/(${act}-destroy[^"]*)"`).exec((await console.open(wave)).text) ?? [];
    const page = (await console.open(`${wave}/${id}`)).text;
    const { phrase = "" } = hiddenIn(page);
    const sent = await console.submit(`${wave}/${id}`, { ...hiddenIn(page), phrase, typed: phrase || "destroy 1" });
    const isReview = act === "review";
    expect([act, sent.status], sent.text).toEqual([act, isReview ? 200 : 409]);
    expect(page.includes("both people sign a destruction with their SSH key"), act).toBe(!isReview);
    // The approval of what this session has shown.
    for (const approval of isReview ? ["approve"] : []) {
      const shown = (await console.open(wave)).text;
      const [, of = ""] = new RegExp(`href="${wave}/(${approval}-destroy[^"]*)"`).exec(shown) ?? [];
      const form = (await console.open(`${wave}/${of}`)).text;
      const { phrase: toType = "" } = hiddenIn(form);
      const taken = await console.submit(`${wave}/${of}`, { ...hiddenIn(form), typed: toType });
      expect([approval, taken.status]).toEqual([approval, 409]);
      expect(form).toContain("both people sign a destruction with their SSH key");
    }
    await console.close();
    if (act === "request") await type("alice", "next");
    await stage.world.advance("1m");
  }
  expect(await destructions()).toBe(0);
});
