/**
 * `npm run size`: the hand-written lines of code and files of provider/ by folder (decision 0053). Comments and blank lines
 * are not counted. Below them, what a user can meet, and the imports between the parts of engine/.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { codeLines } from "../support/code-lines.ts";
import { measureSurface } from "./surface.ts";

const repository = new URL("../../", import.meta.url);

interface Folder {
  readonly name: string;
  readonly lines: number;
  readonly files: number;
}

const isGenerated = (file: string): boolean => file.endsWith("_pb.ts") || file.endsWith("/generated.ts");

/** The hand-written files of provider/, by the folder that holds them. */
function measureFolders(): readonly Folder[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "provider/*.ts"], {
    cwd: repository,
    encoding: "utf8",
  });
  const files = listed
    .split("\n")
    .filter((file) => file !== "" && existsSync(new URL(file, repository)) && !isGenerated(file));
  const folders = Map.groupBy(files, (file) => path.posix.dirname(file));
  return Array.from(folders, ([name, own]) => ({
    name,
    lines: own.reduce((sum, file) => sum + codeLines(readFileSync(new URL(file, repository), "utf8")), 0),
    files: own.length,
  }));
}

/** The parts of engine/ and the imports between them, and how many of these imports are part of a cycle. */
function measureEngine(): { readonly parts: number; readonly imports: number; readonly circular: number } {
  const cruise = fileURLToPath(new URL("node_modules/dependency-cruiser/bin/dependency-cruiser.mjs", repository));
  const only = ["--include-only", "^provider/engine", "--collapse", "^provider/engine/[^/]+"];
  const drawn = execFileSync(process.execPath, [cruise, "provider/engine", ...only, "--output-type", "json"], {
    cwd: repository,
    encoding: "utf8",
  });
  const { modules } = JSON.parse(drawn) as {
    readonly modules: readonly {
      readonly source: string;
      readonly dependencies: readonly { readonly resolved: string; readonly circular: boolean }[];
    }[];
  };
  const imports = modules.flatMap(({ source, dependencies }) =>
    dependencies.filter((each) => each.resolved !== source),
  );
  return { parts: modules.length, imports: imports.length, circular: imports.filter((each) => each.circular).length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folders = measureFolders();
  const sum = (count: (folder: Folder) => number): number => folders.reduce((total, each) => total + count(each), 0);
  const all = { name: "all", lines: sum(({ lines }) => lines), files: sum(({ files }) => files) };
  console.log("| folder | lines of code | files |\n| --- | ---: | ---: |");
  for (const { name, lines, files } of [...folders, all]) console.log(`| ${name} | ${lines} | ${files} |`);
  const { parts, imports, circular } = measureEngine();
  console.log("\n| surface | today |\n| --- | ---: |");
  for (const [name, count] of Object.entries(measureSurface())) console.log(`| ${name} | ${count} |`);
  console.log(`\nengine/: ${parts} parts, ${imports} imports between them, ${circular} of them in a cycle`);
}
