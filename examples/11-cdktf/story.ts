/** The life of one key, declared with CDKTF. */

import { fileURLToPath } from "node:url";
import { cdkStory } from "../../test/stage/payroll-story.ts";

export const story = cdkStory(fileURLToPath(new URL(".", import.meta.url)));
