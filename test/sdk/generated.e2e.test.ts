/** The committed packages are what today's definitions make. */

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generateCdk } from "../../sdk/make/generate-cdk.ts";
import { generateJava } from "../../sdk/make/generate-java.ts";
import { generateSdks } from "../../sdk/make/generate-sdks.ts";
import { packageVersion, sdkFolder } from "../../sdk/make/schema-file.ts";

const committed = fileURLToPath(sdkFolder);
/** What building and running leave in them. */
const made = /(?:^|\/)(?:bin|node_modules|__pycache__|build|target|[^/]*\.egg-info)(?:\/|$)/;

let fresh: string;
beforeAll(async () => {
  fresh = await mkdtemp(path.join(os.tmpdir(), "uko-sdks-"));
  for (const generate of [generateSdks, generateJava, generateCdk])
    await generate(fresh, packageVersion(), () => undefined);
}, 600_000);
afterAll(() => rm(fresh, { recursive: true }));

async function filesIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !made.test(file))
    .sort();
  return new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(path.join(folder, file), "utf8")] as const)),
  );
}

const packages = ["nodejs", "python", "go/uko", "java", "cdktn"];

test.each(packages)("sdk/%s is what the definitions make; if not: npm run sdk", async (name) => {
  const [wanted, found] = await Promise.all([filesIn(path.join(fresh, name)), filesIn(path.join(committed, name))]);
  expect([...found.keys()]).toEqual([...wanted.keys()]);
  const stale = [...wanted].filter(([file, text]) => found.get(file) !== text).map(([file]) => file);
  expect(stale).toEqual([]);
  expect(wanted.size).toBeGreaterThan(20);
});

test("sdk/go/README.md is what the definitions make; if not: npm run sdk", async () => {
  const [wanted, found] = await Promise.all(
    [fresh, committed].map((folder) => readFile(path.join(folder, "go", "README.md"), "utf8")),
  );
  expect(found).toBe(wanted);
});

test("no package tells where it was made", async () => {
  for (const name of ["nodejs", "python", "go", "java", "cdktn"]) {
    for (const [file, text] of await filesIn(path.join(committed, name))) {
      expect([file, /\/(?:home|root|Users|work|tmp)\/|registry\.|file:\/\//.exec(text)?.[0]]).toEqual([
        file,
        undefined,
      ]);
    }
  }
});
