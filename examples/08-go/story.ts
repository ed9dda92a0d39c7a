/** The life of one key, declared in Go. */

import { fileURLToPath } from "node:url";
import { packageStory } from "../../test/stage/payroll-story.ts";

export const story = packageStory(fileURLToPath(new URL(".", import.meta.url)));
