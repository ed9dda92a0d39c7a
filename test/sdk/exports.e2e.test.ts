/** Each class and function of the npm package shows in the editor how it is used, and that program compiles. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { complaintsAbout, examplesOfExports } from "../support/compile.ts";

test("each export has an example, and each example compiles", { timeout: 120_000 }, () => {
  const examples = examplesOfExports();
  expect([...examples.keys()]).toEqual(expect.arrayContaining(["ManagedKey", "getVaultOutput", "startEmulator"]));
  expect([...examples].filter(([, program]) => program === "").map(([name]) => name)).toEqual([]);

  const folder = mkdtempSync(path.join(os.tmpdir(), "uko-exports-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }');
  const files = Array.from(examples, ([name, program]) => {
    const file = path.join(folder, `${name}.ts`);
    writeFileSync(file, `${program}\n`);
    return file;
  });
  const complaints = complaintsAbout(files);
  expect(files.flatMap((file, at) => (complaints[at] ?? []).map((each) => `${path.basename(file)}: ${each}`))).toEqual(
    [],
  );
});
