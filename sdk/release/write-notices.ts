/** Writes the licenses of what is bundled into the npm package; npm runs it before it packs. */

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { thirdPartyNotices } from "./bill-of-materials.ts";
import { bundledPackages } from "./bundled-packages.ts";
import { commandLine, terraformProvider } from "./programs.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const build = path.join(repository, "build");

const bundles = await Promise.all(
  [commandLine, terraformProvider].map(({ folder }) =>
    bundledPackages(path.join(build, `${folder}.metafile.json`), repository),
  ),
);
const packages = new Map(bundles.flat().map((each) => [`${each.name}@${each.version}`, each]));
await writeFile(
  path.join(build, "THIRD-PARTY-NOTICES.txt"),
  thirdPartyNotices([...packages.values()].toSorted((one, other) => one.name.localeCompare(other.name))),
);
