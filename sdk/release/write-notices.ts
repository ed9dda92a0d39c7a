/** Writes the licences of what is bundled into the npm package; npm runs it before it packs. */

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { thirdPartyNotices } from "./bill-of-materials.ts";
import { bundledPackages } from "./bundled-packages.ts";
import { terraformProvider } from "./programs.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const build = path.join(repository, "build");

const packages = await bundledPackages(path.join(build, `${terraformProvider.folder}.metafile.json`), repository);
await writeFile(path.join(build, "THIRD-PARTY-NOTICES.txt"), thirdPartyNotices(packages));
