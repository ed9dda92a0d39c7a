/** A copy of the checkout in which a mutation run breaks one thing after another, so that no break ever stands in the checkout itself. */

import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { repository } from "../support/documents.ts";

/** Everything that the tests read, their list of files in git too. The copy is gone when this process ends. */
export function copyCheckout(): { readonly copy: string; readIn(file: string): string } {
  const copy = mkdtempSync(path.join(tmpdir(), "uko-mutants-"));
  // A test reads the checkout as another user.
  chmodSync(copy, 0o755);
  process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
  const listed = spawnSync("git", ["ls-files", "-z"], { cwd: repository, encoding: "utf8" }).stdout.split("\0");
  for (const file of listed.filter(Boolean)) cpSync(path.join(repository, file), path.join(copy, file));
  for (const folder of ["node_modules", "build", "dist"]) {
    symlinkSync(path.join(repository, folder), path.join(copy, folder));
  }
  for (const args of [
    ["init", "--quiet"],
    ["add", "--all"],
  ])
    spawnSync("git", args, { cwd: copy });
  return { copy, readIn: (file) => readFileSync(path.join(copy, file), "utf8") };
}

/** Runs with these texts in the files of the copy, by their paths. */
export function withFiles<T>(copy: string, texts: ReadonlyMap<string, string>, run: () => T): T {
  const before = [...texts.keys()].map((file) => [file, readFileSync(path.join(copy, file), "utf8")] as const);
  for (const [file, text] of texts) writeFileSync(path.join(copy, file), text);
  try {
    return run();
  } finally {
    for (const [file, text] of before) writeFileSync(path.join(copy, file), text);
  }
}
