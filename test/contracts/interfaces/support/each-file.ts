/** Hooks of each file of scenarios: it skips what the skip list names, and fails if a scenario was not judged. */

import { afterAll, beforeEach } from "vitest";
import { isOnWire } from "../interface-names.ts";
import { skips } from "../skips.ts";
import { userInterface } from "../user-interface.ts";
import { findSkip } from "./find-skip.ts";
import { endForgotten } from "./scenario.ts";

beforeEach(({ task, skip }) => {
  const listed = findSkip(skips, {
    userInterface: userInterface.name,
    isOnWire,
    file: task.file.filepath,
    title: task.name,
  });
  if (listed !== undefined) skip(`${listed.needs === "cli" ? "needs the CLI" : "cannot"}: ${listed.reason}`);
});

// After the file's own hooks.
afterAll(endForgotten);
