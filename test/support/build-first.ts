/** Builds what tests use as a user does, `dist`, the plugin and the Node SDK, once for all projects of a run, so that they never see an old one. */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const builds = ["../engines/build.mjs", "../../sdk/make/build-nodejs.mjs"];

const run = globalThis as { ukoIsBuilt?: boolean };

export function setup(): void {
  if (run.ukoIsBuilt === true) return;
  run.ukoIsBuilt = true;
  for (const build of builds) {
    execFileSync(process.execPath, [fileURLToPath(new URL(build, import.meta.url))], { stdio: "inherit" });
  }
}
