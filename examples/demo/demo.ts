/**
 * `npm run demo`: the story of one key and two people against the emulator, with the real Pulumi CLI. A machine that has
 * neither Pulumi nor Go, which builds it, sees the same month by the command line.
 */

import { findOnPath } from "../../test/engines/executables.ts";
import { findPulumi, locatePulumi } from "../../test/engines/find-pulumi.ts";
import { runStory } from "../../test/stage/run-story.ts";
import { commandStory } from "./command-story.ts";
import { story } from "./story.ts";

const canBuild = findOnPath("go", process.env) !== undefined;
const pulumi = canBuild ? await findPulumi((line) => console.error(line)) : await locatePulumi();

if (await runStory(pulumi ? story : commandStory)) {
  if (!pulumi)
    console.log(
      "\nTo see the same month with `pulumi destroy`, install Pulumi (https://www.pulumi.com/docs/install/), and run `npm run demo` again.",
    );
  console.log(
    "\nTo play both people yourself: provider/docs/tutorials/two-people.md. Why two people: provider/docs/explanation/two-people.md.",
  );
}
