/** The life of one key, declared with CDK Terrain. */

import { fileURLToPath } from "node:url";
import { cdkStory } from "../../test/stage/cdk-story.ts";

export const story = cdkStory(fileURLToPath(new URL(".", import.meta.url)));
