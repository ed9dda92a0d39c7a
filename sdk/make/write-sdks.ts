/** `npm run sdk`: replaces sdk/nodejs, sdk/python, sdk/go/uko, sdk/java and sdk/cdktn. sdk/go/go.mod and go.sum are kept by hand. */

import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { generateCdk } from "./generate-cdk.ts";
import { generateJava } from "./generate-java.ts";
import { generateSdks, replaceSdk } from "./generate-sdks.ts";
import { digestsFile, packageVersion, schemaDigests, sdkFolder } from "./schema-file.ts";

const sdk = fileURLToPath(sdkFolder);
// Next to the old ones, which stay complete if the generator fails.
const fresh = mkdtempSync(path.join(sdk, ".fresh-"));
try {
  for (const generate of [generateSdks, generateJava, generateCdk]) {
    await generate(fresh, packageVersion(), (line) => console.error(line));
  }
  for (const made of ["nodejs", "python", path.join("go", "uko"), "java", "cdktn"]) {
    replaceSdk(path.join(fresh, made), path.join(sdk, made));
  }
  copyFileSync(path.join(fresh, "go", "README.md"), path.join(sdk, "go", "README.md"));
  writeFileSync(digestsFile, `${JSON.stringify(schemaDigests(), null, 2)}\n`);
  console.log("Wrote sdk/nodejs, sdk/python, sdk/go/uko, sdk/java and sdk/cdktn.");
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
