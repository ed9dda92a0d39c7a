/** Hooks of each file of scenarios: it skips what the skip list names, and fails if a scenario was not judged. */

import { afterAll, beforeEach } from "vitest";
import { door } from "../door.ts";
import { isOnWire } from "../door-names.ts";
import { skips } from "../skips.ts";
import { findSkip } from "./find-skip.ts";
import { endForgotten } from "./scenario.ts";

beforeEach(({ task, skip }) => {
  const listed = findSkip(skips, { door: door.name, isOnWire, file: task.file.filepath, title: task.name });
  if (listed !== undefined) skip(`${listed.needs === "cli" ? "needs the CLI" : "cannot"}: ${listed.reason}`);
});

// After the file's own hooks.
afterAll(endForgotten);
