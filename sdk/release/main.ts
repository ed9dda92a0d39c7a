/** Makes the files of a release: `npm run release -- [--platform linux-amd64 ...] [--out DIR] [--gpg-key KEY]`. */

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { packPackages } from "./packages.ts";
import { choosePlatforms } from "./platforms.ts";
import { sign, signCommand } from "./registry-files.ts";
import { makeRelease } from "./release.ts";

const build = fileURLToPath(new URL("../../build/", import.meta.url));

try {
  const { values } = parseArgs({
    options: {
      platform: { type: "string", multiple: true, default: [] },
      out: { type: "string", default: path.join(build, "release") },
      "gpg-key": { type: "string" },
    },
  });
  const folder = path.resolve(values.out);
  const platforms = choosePlatforms(values.platform);
  const report = (line: string) => console.error(line);
  await mkdir(folder, { recursive: true });
  const made = await packPackages(folder, report);
  const files = await makeRelease({ platforms, folder, build, made }, report);
  console.log(
    `${files.length} files and checksums.txt are in ${folder}. provider/docs/internals/release.md says which go where.`,
  );
  console.log("provider/docs/internals/never-run.md lists what of it was never run.");

  const sums = path.join(folder, files.find(({ name }) => name.endsWith("_SHA256SUMS"))?.name ?? "");
  const key = values["gpg-key"];
  if (key !== undefined) {
    console.log(`Signed for the registries: ${await sign(sums, key)}. checksums.txt is not signed: that is yours.`);
  } else {
    console.log("Nothing is signed. The registries of OpenTofu and Terraform want this signature, by a key of yours:");
    console.log(`  ${signCommand(sums, "KEY").join(" ")}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
