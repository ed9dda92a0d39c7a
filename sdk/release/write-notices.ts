/** Writes the licenses of what is bundled into the npm package; npm runs it before it packs. */

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { thirdPartyNotices } from "./bill-of-materials.ts";
import { bundledInNpm } from "./bundled-packages.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const build = path.join(repository, "build");
const text = thirdPartyNotices(await bundledInNpm(build, repository));
await writeFile(path.join(build, "THIRD-PARTY-NOTICES.txt"), text);
