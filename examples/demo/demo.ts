/** `npm run demo`: the story of one key and two people, with the real Pulumi CLI against the emulator. */

import { runStory } from "../../test/stage/run-story.ts";
import { story } from "./story.ts";

if (await runStory(story)) {
  console.log(
    "\nREADME.md shows these steps as a table. To try changes, start with examples/one-person or examples/two-people.",
  );
}
