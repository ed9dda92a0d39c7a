/**
 * Stories in which a rule once broke, each as the simulator cut it. A seed means other steps as soon as a move is added, so a
 * story is kept beside its seed. `npm run simulate` prints them in this form.
 */

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { playStory } from "./simulate.ts";
import { type Story, tell } from "./story.ts";
import { useStage } from "./use-stage.ts";

interface Kept extends Story {
  readonly seed: number;
  readonly broke: string;
}

const folder = new URL("stories/", import.meta.url);
const stage = useStage();

test.each(readdirSync(folder))("%s breaks no rule", async (name) => {
  const story = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Kept;
  const finding = await playStory(stage(), story);
  expect(finding, story.steps.map(tell).join("\n")).toBeUndefined();
});
