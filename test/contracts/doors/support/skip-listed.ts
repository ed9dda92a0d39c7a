/** Leaves out what the skip list names for this door, before each test of each scenario. */

import { beforeEach } from "vitest";
import { door } from "../door.ts";
import { isOnWire } from "../door-names.ts";
import { skips } from "../skips.ts";
import { findSkip } from "./find-skip.ts";

beforeEach(({ task, skip }) => {
  const listed = findSkip(skips, { door: door.name, isOnWire, file: task.file.filepath, title: task.name });
  if (listed !== undefined) skip(`${listed.needs === "cli" ? "needs the CLI" : "cannot"}: ${listed.reason}`);
});
