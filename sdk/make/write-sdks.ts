/** `npm run sdk`: writes sdk/nodejs, sdk/python and sdk/go/uko anew. go.mod and go.sum beside the latter are kept by hand. */

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { generateSdks } from "./generate-sdks.ts";
import { packageVersion, sdkFolder } from "./schema-file.ts";

const sdk = fileURLToPath(sdkFolder);
// Beside the old ones, which stay whole when the generator fails.
const fresh = mkdtempSync(path.join(sdk, ".fresh-"));
try {
  await generateSdks(fresh, packageVersion(), (line) => console.error(line));
  for (const made of ["nodejs", "python", path.join("go", "uko")]) {
    rmSync(path.join(sdk, made), { recursive: true, force: true });
    cpSync(path.join(fresh, made), path.join(sdk, made), { recursive: true });
  }
  console.log("Wrote sdk/nodejs, sdk/python and sdk/go/uko.");
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
