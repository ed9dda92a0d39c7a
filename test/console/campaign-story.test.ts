/** The story of a campaign, told once: the command line and the console each take it from the first request to the last destruction. */

import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import type { EvidenceEntry } from "../../provider/engine/ports/evidence.ts";
import { waveSeed } from "../cli/campaign-seed.ts";
import { type CampaignStage, useCampaignStage } from "../cli/campaign-stage.ts";
import type { Person } from "../cli/harness.ts";
import { linesBelow } from "../support/json-lines.ts";
import { explainVerdict } from "../support/oracle.ts";
import { hiddenIn, openConsole } from "./console-world.ts";

const stage = useCampaignStage(waveSeed);

/**
 * What the command line and the page of a wave say to a person for whom they have no act. At the end, the command line
 * has the final report.
 */
const nothing =
  /^You can do nothing now|^Campaign eol: each key has its final outcome|<ul class="offers"><li><a id="act-(?:rollback|halt)"|Nothing in this wave waits for you/;

interface Turn {
  /** The texts that the person typed to confirm an approval. */
  readonly typed: readonly string[];
  readonly said: string;
}

/** Takes what an interface offers to a person first, with every question that follows, as a person who agrees. */
type Driver = (stage: CampaignStage, who: Person) => Promise<Turn>;

const onCommandLine: Driver = async ({ world, folder }, who) => {
  const { questions, out } = await world.type(who, `campaign next --folder ${folder}`);
  const typed = questions.map((question) => /^Type "(.*)" to go on: $/.exec(question)?.[1] ?? question);
  // A person checks the sample before the rest.
  const approved = typed.filter((text) => /^(?:deactivate|destroy) /.test(text));
  if (approved.length > 1) expect(out).toContain("Check these keys");
  return { typed: approved, said: out };
};

const inConsole: Driver = async ({ world, folder }, who) => {
  const console = openConsole(world, who, { campaign: { folder, name: "eol" } });
  await console.logIn();
  const typed: string[] = [];
  const wave = await console.open("/campaign/waves/pilot");
  const offered = /<a id="act-\w[^"]*" href="([^"]*(?:request|review|approve)[^"]*)"/.exec(wave.text)?.[1];
  let said = offered === undefined ? wave.text : "";
  for (let address = offered; address !== undefined; ) {
    const page = await console.open(address);
    const hidden = hiddenIn(page.text);
    const { phrase } = hidden;
    if (phrase !== undefined && !phrase.startsWith("request ")) {
      typed.push(phrase);
      // Heading, button and phrase name the same number.
      const [verb = "", count = ""] = phrase.split(" ");
      const button = `${verb[0]?.toUpperCase()}${verb.slice(1)} ${count} keys?`;
      expect(page.text).toMatch(new RegExp(`<h1>${button} of wave pilot</h1>[\\s\\S]*<button class="\\w+">${button}<`));
    }
    const { text } = await console.submit(address, { ...hidden, ...(phrase !== undefined && { typed: phrase }) });
    said += text;
    address = /<a class="button" href="([^"]+)">(?:Go on with|Approve this review)/.exec(text)?.[1];
  }
  await console.close();
  return { typed, said };
};

it.each([
  ["the command line", onCommandLine],
  ["the console", inConsole],
])("%s ends a wave with two people, and asks each person only for what that person can do", async (_name, next) => {
  await stage.begin();
  const turn = async (who: Person, says: RegExp, ...typed: readonly string[]): Promise<void> => {
    await stage.world.advance("1m");
    const taken = await next(stage, who);
    expect(taken.said).toMatch(says);
    expect(taken.typed).toEqual(typed);
  };
  /** The console offers no removal of a wave. */
  const removal = async (who: Person, says: RegExp): Promise<void> =>
    expect((await onCommandLine(stage, who)).said).toMatch(says);
  await turn("bob", /Requested the deactivation of 4 keys of wave/);
  // A sample, and the rest after another confirmation.
  await turn("alice", /Deactivated 1 key of wave[\s\S]*Deactivated 3 keys of wave/, "deactivate 1", "deactivate 3");
  // The key that was never active has its own step.
  await turn("bob", /Requested the destruction of 1 key of wave/);
  await turn("bob", nothing);
  await turn("carol", /Destroyed 1 key of wave/, "destroy 1");
  await removal("carol", /Removed the metadata of 1 key of wave/);
  await turn("alice", nothing);

  await stage.world.advance("5h");
  await turn("alice", /Requested the destruction of 4 keys of wave/);
  await turn("bob", /Destroyed 1 key of wave[\s\S]*Destroyed 3 keys of wave/, "destroy 1", "destroy 3");
  await stage.world.advance("91d");
  await removal("bob", /Removed the metadata of 4 keys of wave/);
  await turn("alice", nothing);

  const verdict = await stage.world.verdict();
  expect(verdict.ok, explainVerdict(verdict)).toBe(true);
  const { keys } = JSON.parse((await stage.campaign("status --json")).out);
  expect(keys.map(({ outcome }: { outcome: string }) => outcome)).toEqual(Array(5).fill("removal_recorded"));
  const lines = linesBelow<EvidenceEntry>(`${stage.folder}/evidence`);
  const destroyed = lines.filter(({ step }) => step === "destroy");
  expect(destroyed.length).toBeGreaterThanOrEqual(5);
  for (const { shown } of destroyed) expect(shown?.digest).toMatch(/^[0-9a-f]{64}$/);
  const authors = new Set(readdirSync(`${stage.folder}/evidence`).map((name) => name.split("-").slice(0, 2).join("-")));
  expect(authors).toEqual(new Set(["IBMid-550000ALICE", "IBMid-550000BOB", "IBMid-550000CAROL"]));
});
