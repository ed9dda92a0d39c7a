/** A folder of a campaign, and an instance with keys in every kind of keystore, for each test of a file. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import type { Seed } from "../../provider/emulator/store/seed.ts";
import { runInCampaign } from "../support/campaign-acts.ts";
import { campaignSeed, waveFile } from "./campaign-seed.ts";
import { type CliStage, type CliStageOptions, useCliStage } from "./cli-stage.ts";
import type { AtTerminal, Ended, EndedAtTerminal, Person } from "./harness.ts";
import { expectCampaignForm } from "./json-form.ts";

export interface CampaignStage extends CliStage {
  /** Runs `uko campaign`, or one of its acts, in the folder. JSON that it prints has the published form. */
  campaign(command: string, who?: Person): Promise<Ended>;
  write(name: string, text: string): void;
  read(name: string): string;
  /** All lines of the manifest. */
  manifest(): string;
  /** Runs `uko campaign` at a terminal a minute later, where the person types what it asks for. */
  type(who: Person, command: string, answers?: AtTerminal): Promise<EndedAtTerminal>;
  /** Writes this campaign.yaml and its manifest. */
  begin(text?: string): Promise<void>;
  /** Writes a campaign.yaml with a rule for each key of the seed. */
  complete(change?: (text: string) => string): void;
  /** The same with a blackout, and a manifest. */
  planned(change?: (text: string) => string): Promise<void>;
  /** The key with this label, as commands take it. */
  keyNamed(label: string): string;
  /** Requests and takes the next step of a key, as Bob and another person. */
  takeStep(label: string, who: Person): Promise<void>;
  /** Removes a destroyed key from its vault. */
  remove(label: string): Promise<void>;
}

/** The JSON that a command printed. */
export const dataOf = ({ out, err }: Ended) => {
  if (out === "") throw new Error(err);
  return JSON.parse(out);
};
/** How many keys each outcome has. */
export const counts = (ended: Ended): Record<string, number> => {
  const outcomes = dataOf(ended).keys.map(({ outcome }: { outcome: string }) => outcome);
  return Object.fromEntries(
    [...new Set<string>(outcomes)].map((one) => [one, outcomes.filter((each: string) => each === one).length]),
  );
};

/** All lines of the manifest in a folder. */
export function manifestIn(folder: string): string {
  const files = readdirSync(path.join(folder, "manifest")).filter((name) => name.endsWith(".jsonl"));
  return files.map((name) => readFileSync(path.join(folder, "manifest", name), "utf8")).join("");
}

/** Registers the hooks of the calling test file. */
export function useCampaignStage(seed: Seed = campaignSeed, over: Omit<CliStageOptions, "seed"> = {}): CampaignStage {
  const { world, folder } = useCliStage({ seed, ...over });
  const stage: CampaignStage = {
    world,
    folder,
    async campaign(command, who = "bob") {
      const ended = await runInCampaign(world, who, { command, folder });
      if (command.includes("--json")) expectCampaignForm(command, ended.out);
      return ended;
    },
    async type(who, command, answers) {
      await world.advance("1m");
      return world.type(who, `campaign ${command} --folder ${folder}`, answers);
    },
    async begin(text = waveFile) {
      stage.write("campaign.yaml", text);
      const { exitCode, err } = await stage.campaign("plan --write --yes");
      expect([0, 14], err).toContain(exitCode);
    },
    write(name, text) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    },
    manifest: () => manifestIn(folder),
    read: (name) => readFileSync(path.join(folder, name), "utf8"),
    complete: (change = (text) => text) => stage.write("campaign.yaml", change(completeCampaign)),
    planned: (change = (text) => text) => stage.begin(change(`${completeCampaign}${yearEnd}`)),
    keyNamed(label) {
      const row = stage
        .manifest()
        .split("\n")
        .find((line) => line.includes(`"label":"${label}"`));
      const { vault, id } = JSON.parse(row ?? "") as { vault: string; id: string };
      return `${vault}/${id}`;
    },
    async takeStep(label, who) {
      const key = stage.keyNamed(label);
      await world.uko("bob", `request ${key}`);
      await world.advance("1m");
      await world.type(who, `approve ${key}`);
    },
    async remove(label) {
      await world.uko("bob", `continue ${stage.keyNamed(label)}`);
    },
  };
  return stage;
}

const completeCampaign = [
  "format: uko-campaign-1",
  "name: eol",
  `instance: ${campaignSeed.instance.id}`,
  "deadline: 2027-03-20",
  "lastDeadline: 2027-03-28",
  "waves:",
  "  - name: pilot",
  "  - {name: main, after: [pilot]}",
  "rules:",
  "  - {match: {label: 'draft*'}, class: destroy, wave: pilot, owner: platform, reason: Never used}",
  "  - {match: {keystore: [google_kms]}, class: leave, wave: main, owner: backup-team}",
  "  - {match: {kind: kms}, class: destroy, wave: main, owner: roots, reason: Moved}",
  "  - {match: {}, class: destroy, wave: main, owner: payments, reason: Moved}",
  "",
].join("\n");

const yearEnd = "blackouts: [{from: 2026-11-30, to: 2027-01-04, reason: Year-end freeze}]\n";
