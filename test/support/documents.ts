/** The Markdown files of this repository and the blocks of code in them. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Also those that are not committed yet. */
export const documents = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: repository,
  encoding: "utf8",
})
  .split("\0")
  .filter((file) => file !== "" && existsSync(path.join(repository, file)));

export function read(file: string): string {
  return readFileSync(path.join(repository, file), "utf8");
}

/** What stands between the fences of one language, in order. A fence may name its tab: `sh [Pulumi]`. */
export function blocksIn(file: string, language: string): readonly string[] {
  const fence = new RegExp(`^\`\`\`${language}(?: \\[.+\\])?\\n([\\s\\S]*?)^\`\`\``, "gm");
  return Array.from(read(file).matchAll(fence), ([, block = ""]) => block);
}

export interface DocumentedCommand {
  readonly file: string;
  /** Without variables in front and comment behind. */
  readonly line: string;
}

const variables: Readonly<Record<string, string>> = {
  $KEY: "5c1e0000-0000-4000-8000-000000000001/9b2d0000-0000-4000-8000-000000000002",
};

/** The lines of a file's blocks for a shell; a registry of Terraform calls them `shell`. */
export function commandsIn(file: string): readonly DocumentedCommand[] {
  return ["sh", "shell"]
    .flatMap((language) => blocksIn(file, language))
    .flatMap((block) => block.split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").replace(/^(?:[A-Z_]+=\S+\s*)+/, ""))
    .filter((line) => line !== "")
    .map((line) => ({ file, line: line.replaceAll(/\$[A-Z]+/g, (name) => variables[name] ?? name) }));
}

/** Words as a shell makes them of what we write: blanks divide, quotes hold together. */
export function wordsOf(line: string): readonly string[] {
  return Array.from(
    line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );
}
