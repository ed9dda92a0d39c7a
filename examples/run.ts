/** `npm run example two-people`: plays the story of an example. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { didYouMean } from "../provider/cli/help-layout.ts";
import { stories } from "../test/examples/stories/index.ts";
import { inExamples, type Story } from "../test/stage/perform.ts";
import { readProject } from "../test/stage/pulumi-project.ts";
import { runStory } from "../test/stage/run-story.ts";

const [typed = ""] = process.argv.slice(2);
/** A shell completes the name of a folder. */
const wanted = typed.replace(/^examples\/|\/$/g, "");
const story = Object.hasOwn(stories, wanted) ? stories[wanted] : undefined;

if (story === undefined) {
  console.error(whichExamples(wanted));
  process.exitCode = 1;
} else if (await hasEngines(story)) {
  await runStory(story);
}

/** Whether the engines of a story are ready. It builds a missing engine, which takes minutes. */
async function hasEngines(story: Story): Promise<boolean> {
  if (story.kind === "console" || story.kind === "command") return true;
  const engines = story.kind === "pulumi" ? [(await readProject(inExamples(story.project))).runtime] : ["tofu"];
  const finder = fileURLToPath(new URL("../test/engines/main.ts", import.meta.url));
  const { status } = spawnSync(process.execPath, [finder, ...engines], { stdio: "inherit" });
  process.exitCode = status ?? 1;
  return status === 0;
}

function whichExamples(name: string): string {
  const names = Object.keys(stories);
  const commands = (some: readonly string[]) => some.map((each) => `  npm run example ${each}`);
  if (name === "") return ["Choose one example:", ...commands(names)].join("\n");
  const readme = `examples/${name}/README.md`;
  const within = names.filter((each) => each.startsWith(name));
  const near = within.length > 0 ? within : didYouMean(name, names).flatMap((line) => line.split(/[ ,?]+/));
  const next = names.filter((each) => near.includes(each));
  return [
    existsSync(inExamples(`${name}/README.md`))
      ? `No story is called "${name}". What to do in this folder: ${readme}`
      : `No example is called "${name}".`,
    "These can be watched:",
    ...commands(names),
    ...(next.length > 0 ? ["Next:", ...commands(next)] : []),
  ].join("\n");
}
