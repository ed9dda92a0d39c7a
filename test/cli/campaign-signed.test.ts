/** A wave on machines that demand signatures: its destruction takes one signature of each person. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeSshKey, signerLine, writeSigningFolder } from "../support/ssh-keys.ts";
import { campaignSeed } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";
import type { EndedAtTerminal, Person } from "./harness.ts";

const root = mkdtempSync(path.join(tmpdir(), "uko-signed-wave-"));
const system = path.join(root, "system");
const sshKeys = { alice: makeSshKey("sk-ssh-ed25519@openssh.com"), bob: makeSshKey() };
const stage = useCampaignStage(
  {
    ...campaignSeed,
    clock: { start: "2026-10-01T09:00:00Z", frozen: true },
    keys: Array.from({ length: 4 }, (_, at) => ({
      ...{ createdAt: "2025-01-15T08:00:00Z", createdBy: "IBMid-550000CAROL" },
      ...{ vault: "archive", template: "azure", label: `mail-${at}` },
    })),
    kmsKeys: [],
  },
  { signingOf: (who) => ({ demands: () => [system], own: () => path.join(root, who) }) },
);
beforeAll(() => {
  for (const [who, key] of Object.entries(sshKeys)) writeSigningFolder(path.join(root, who), key);
  mkdirSync(system);
});
afterAll(() => rmSync(root, { recursive: true }));

const list = (people: readonly (keyof typeof sshKeys)[]): void =>
  writeFileSync(
    path.join(system, "allowed_signers"),
    people.map((who) => `${signerLine(`IBMid-550000${who.toUpperCase()}`, sshKeys[who])}\n`).join(""),
  );

async function type(who: Person, command: string): Promise<EndedAtTerminal> {
  await stage.world.advance("1m");
  return stage.world.type(who, `campaign ${command} --folder ${stage.folder}`);
}
const destructions = async (): Promise<number> =>
  (await stage.world.trail()).filter(({ operation, effect }) => operation === "K8" && effect).length;

it("destroys what both people signed, and nothing that one of them did not sign", async () => {
  list(["alice", "bob"]);
  stage.write(
    "campaign.yaml",
    `format: uko-campaign-1
name: eol
instance: ${campaignSeed.instance.id}
deadline: 2027-03-20
waves: [{name: pilot, soak: 4h}]
rules: [{match: {}, class: destroy, wave: pilot, owner: platform, reason: Moved}]
`,
  );
  await type("bob", "plan --write");
  await type("bob", "signoff --owner platform");
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
