/**
 * `npm run bench`: what many keys cost, run by run, beside what the engine costs by itself, for the native package of Pulumi; before
 * it, what the plugin's process costs beside one that does nothing. `npm run bench 100` takes fewer keys, `npm run bench 100 dynamic`
 * the dynamic provider, `npm run bench terraform` the provider for OpenTofu and Terraform,
 * `npm run bench campaign 500` the commands of a campaign.
 */

import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { benchCampaign } from "./campaign.ts";
import { benchPulumi } from "./pulumi-keys.ts";
import { benchTofu } from "./tofu-keys.ts";

const doors = ["package", "dynamic", "terraform"];
const words = process.argv.slice(2);
const isCampaign = words[0] === "campaign";
const given = isCampaign ? words.slice(1) : words;
const [countText = "500", door = "package", ...more] = doors.includes(given[0] ?? "") ? ["500", ...given] : given;
const count = Number(countText);
if (!Number.isInteger(count) || count < 1 || count > 5000 || !doors.includes(door) || more.length > 0) {
  console.error(
    "npm run bench takes a number of keys from 1 to 5000, and package, dynamic or terraform; each may be left out.",
  );
  process.exit(1);
}

const scratch = await mkdtemp(path.join(os.tmpdir(), "uko-bench-"));
try {
  if (isCampaign) await benchCampaign(count, scratch);
  else if (door === "terraform") await benchTofu(count, scratch);
  else await benchPulumi(door === "dynamic" ? door : "package", count, scratch);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
