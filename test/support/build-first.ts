/** Builds `dist` before tests that import the package as a user does, so that they never see an old one. */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL("../../examples/engines/build.mjs", import.meta.url))], {
    stdio: "inherit",
  });
}
