import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { replaceSdk } from "../../sdk/make/generate-sdks.ts";
import { digestsFile, schemaDigests } from "../../sdk/make/schema-file.ts";

test("the committed SDKs were made of these schemas; if not: npm run regenerate", () => {
  expect(JSON.parse(readFileSync(digestsFile, "utf8"))).toEqual(schemaDigests());
});

test("npm run sdk replaces the sources of a package, and keeps its compiled code and its packages", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "uko-replace-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [fresh, sdk] = [path.join(folder, "fresh"), path.join(folder, "sdk")];
  for (const made of [fresh, path.join(sdk, "bin"), path.join(sdk, "node_modules"), path.join(sdk, "types")]) {
    mkdirSync(made, { recursive: true });
  }
  for (const file of ["sdk/bin/index.js", "sdk/index.ts", "sdk/types/old.ts", "fresh/index.ts", "fresh/vault.ts"]) {
    writeFileSync(path.join(folder, file), "");
  }
  replaceSdk(fresh, sdk);
  expect(readdirSync(sdk).sort()).toEqual(["bin", "index.ts", "node_modules", "vault.ts"]);
  expect(readdirSync(path.join(sdk, "bin"))).toEqual(["index.js"]);
});
