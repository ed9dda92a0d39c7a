/**
 * `npm run bench`: what many keys cost, run by run, beside what the engine costs by itself, for the native package of Pulumi; before
 * it, what the plugin's process costs beside one that does nothing. `npm run bench 100` takes fewer keys, `npm run bench 100 dynamic`
 * the dynamic provider, `npm run bench 100 terraform` the provider for OpenTofu and Terraform.
 */

import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { benchPulumi } from "./pulumi-keys.ts";
import { benchTofu } from "./tofu-keys.ts";

const [countText = "500", door = "package"] = process.argv.slice(2);
const count = Number(countText);
if (!Number.isInteger(count) || count < 1 || count > 5000 || !["package", "dynamic", "terraform"].includes(door)) {
  console.error("npm run bench takes a number of keys from 1 to 5000, and then package, dynamic or terraform.");
  process.exit(1);
}

const scratch = await mkdtemp(path.join(os.tmpdir(), "uko-bench-"));
try {
  if (door === "terraform") await benchTofu(count, scratch);
  else await benchPulumi(door === "dynamic" ? door : "package", count, scratch);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
