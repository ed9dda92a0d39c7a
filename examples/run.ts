/** `npm run example 01`: plays the story of the example whose name starts with `01`. */

import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Story } from "../test/stage/perform.ts";
import { runStory } from "../test/stage/run-story.ts";

const examples = readdirSync(fileURLToPath(new URL(".", import.meta.url))).filter((name) => /^\d\d-/.test(name));
const [wanted = ""] = process.argv.slice(2);
const [name, ...others] = wanted === "" ? examples : examples.filter((example) => example.startsWith(wanted));

if (name === undefined || others.length > 0) {
  console.error(`Choose one example: ${examples.map((example) => `npm run example ${example}`).join(", ")}`);
  process.exitCode = 1;
} else {
  const { story } = (await import(`./${name}/story.ts`)) as { story: Story };
  await runStory(story);
}
