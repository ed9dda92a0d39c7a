/**
 * Stories in which a rule once broke, each as the simulator cut it. A seed means other steps as soon as a move is added, so a
 * story is kept beside its seed. `npm run simulate` prints them in this form.
 */

import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { joinNetwork } from "./network.ts";
import { playStory } from "./simulate.ts";
import { openStage, type Stage } from "./stage.ts";
import { type Story, tell } from "./story.ts";

interface Kept extends Story {
  readonly seed: number;
  readonly broke: string;
}

const folder = new URL("stories/", import.meta.url);
let stage: Stage;
let leaveNetwork: () => void;
beforeAll(async () => {
  leaveNetwork = joinNetwork();
  stage = await openStage();
});
afterAll(async () => {
  await stage.close();
  leaveNetwork();
});

test.each(readdirSync(folder))("%s breaks no rule", async (name) => {
  const story = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Kept;
  const finding = await playStory(stage, story);
  expect(finding, story.steps.map(tell).join("\n")).toBeUndefined();
});
