/** `npm run example two-people`: plays the story of an example. */

import { stories } from "../test/examples/stories/index.ts";
import { runStory } from "../test/stage/run-story.ts";

const [wanted = ""] = process.argv.slice(2);
const story = Object.hasOwn(stories, wanted) ? stories[wanted] : undefined;

if (story === undefined) {
  console.error(
    `Choose one example:\n${Object.keys(stories)
      .map((name) => `  npm run example ${name}\n`)
      .join("")}`,
  );
  process.exitCode = 1;
} else {
  await runStory(story);
}
