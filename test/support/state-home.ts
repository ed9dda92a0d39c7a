/** A state folder for one test world, so that its evidence is apart from that of other worlds and of the developer. */

import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";

/** In the folder that vitest.config.ts removes at the end. Nothing exists there until a run writes evidence. */
export function freshStateHome(): string {
  const { VITEST, XDG_STATE_HOME } = process.env;
  return path.join((VITEST && XDG_STATE_HOME) || tmpdir(), `uko-state-${randomUUID()}`);
}
