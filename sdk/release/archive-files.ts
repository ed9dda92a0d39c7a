/** The texts that stand beside the executable in the archive of a program. */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { commandLine, type ReleasedProgram } from "./programs.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const home = "https://github.com/pulumi-uko/pulumi-uko";

/** What each shell, or its package manager, calls the file that completes `uko`. */
const completionFiles = { bash: "uko.bash", zsh: "_uko", fish: "uko.fish" } as const;

/** Returns the texts by file name: the license and the README, and for the command line its man page and completions. */
export async function archiveFiles(
  program: ReleasedProgram,
  version: string,
  build: string,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map([
    ["LICENSE", await text("LICENSE")],
    ["README.md", withLinksTo(version, await text("README.md"))],
  ]);
  if (program !== commandLine) return files;
  files.set("uko.1", await text("provider/docs/reference/uko.1"));
  const command = path.join(build, program.folder, program.name);
  for (const [shell, name] of Object.entries(completionFiles)) {
    const { stdout } = await promisify(execFile)(process.execPath, [command, "completion", shell], { env: {} });
    files.set(name, stdout);
  }
  return files;
}

/** An archive holds none of the pages that the README links, so its links lead to the repository at this version. */
function withLinksTo(version: string, readme: string): string {
  return readme.replaceAll(/\]\((?!https:|#)/g, `](${home}/blob/v${version}/`);
}

const text = (file: string): Promise<string> => readFile(path.join(repository, file), "utf8");
