/** Makes the files of a release: `npm run release -- [--platform linux-amd64 ...] [--out DIR] [--builder URI]`. */

import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { choosePlatforms } from "./platforms.ts";
import { builtByHand } from "./provenance.ts";
import { makeRelease } from "./release.ts";

const build = fileURLToPath(new URL("../../build/", import.meta.url));

try {
  const { values } = parseArgs({
    options: {
      platform: { type: "string", multiple: true, default: [] },
      out: { type: "string", default: path.join(build, "release") },
      builder: { type: "string", default: builtByHand },
    },
  });
  const folder = path.resolve(values.out);
  const options = {
    platforms: choosePlatforms(values.platform),
    folder,
    builder: values.builder,
    bundle: path.join(build, "plugin", "pulumi-resource-uko"),
    metafile: path.join(build, "plugin.metafile.json"),
  };
  const files = await makeRelease(options, (line) => console.error(line));
  console.log(
    `${files.length} files and checksums.txt are in ${folder}. Nothing is signed yet: provider/docs/release.md says how.`,
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
