/** `npm run demo`: the story of one key and two people, with the real Pulumi CLI against the emulator. */

import { runStory } from "../../test/stage/run-story.ts";
import { story } from "./story.ts";

if (await runStory(story)) {
  console.log(
    "\nTo play both people yourself: provider/docs/tutorials/two-people.md. Why two people: provider/docs/explanation/two-people.md.",
  );
}
