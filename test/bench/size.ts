/**
 * `npm run size`: the hand-written lines of code and files of provider/ by folder (decision 0053). Comments and blank lines
 * are not counted. Below them, the lines of each capability, what a user can meet, and the imports between the parts of
 * engine/.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { codeLines } from "../support/code-lines.ts";
import { measureSurface } from "./surface.ts";

const repository = new URL("../../", import.meta.url);

/** Each capability by its own files. Its lines are these, and those that nothing else needs. */
const capabilities: Readonly<Record<string, RegExp>> = {
  "Pulumi, dynamic": /^provider\/pulumi-dynamic\//,
  "Pulumi, native": /^provider\/pulumi-plugin\//,
  "OpenTofu and Terraform": /^provider\/terraform-plugin\//,
  "command line, with what only it has": /^provider\/(?:cli\/|bin\/uko)/,
  campaign: /^provider\/(?:campaign\/|cli\/campaign\/|console\/campaign-)/,
  certificate: /^provider\/(?:cli\/certificate-command|compose\/certificates|certificate\/)/,
  console: /^provider\/(?:cli\/console-command|console\/)/,
  probe: /^provider\/(?:cli\/probe-command|compose\/probe|probe\/)/,
  emulator: /^provider\/(?:emulator\/|cli\/emulator-command)/,
};

interface Module {
  readonly source: string;
  readonly dependencies: readonly { readonly resolved: string; readonly circular: boolean }[];
}

interface Folder {
  readonly name: string;
  readonly lines: number;
  readonly files: number;
}

const isGenerated = (file: string): boolean => file.endsWith("_pb.ts") || file.endsWith("/generated.ts");

function listFiles(): readonly string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "provider/*.ts"], {
    cwd: repository,
    encoding: "utf8",
  });
  return listed
    .split("\n")
    .filter((file) => file !== "" && existsSync(new URL(file, repository)) && !isGenerated(file));
}

const linesOf = (files: readonly string[]): number =>
  files.reduce((sum, file) => sum + codeLines(readFileSync(new URL(file, repository), "utf8")), 0);

/** The hand-written files of provider/, by the folder that holds them. */
function measureFolders(): readonly Folder[] {
  const folders = Map.groupBy(listFiles(), (file) => path.posix.dirname(file));
  return Array.from(folders, ([name, own]) => ({ name, lines: linesOf(own), files: own.length }));
}

function readModules(...options: readonly string[]): readonly Module[] {
  const cruise = fileURLToPath(new URL("node_modules/dependency-cruiser/bin/dependency-cruiser.mjs", repository));
  const drawn = execFileSync(process.execPath, [cruise, ...options, "--output-type", "json"], {
    cwd: repository,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  return (JSON.parse(drawn) as { readonly modules: readonly Module[] }).modules;
}

/** The lines that would not be needed without a capability: what no other file leads to. */
function measureCapabilities(): ReadonlyMap<string, number> {
  const modules = readModules("provider", "--include-only", "^provider/");
  const imported = new Set(modules.flatMap(({ dependencies }) => dependencies.map(({ resolved }) => resolved)));
  const importsOf = new Map(modules.map(({ source, dependencies }) => [source, dependencies]));
  const reachedWithout = (begins: RegExp): ReadonlySet<string> => {
    const reached = new Set<string>();
    const open = modules.map(({ source }) => source).filter((source) => !imported.has(source));
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      if (reached.has(file) || begins.test(file)) continue;
      reached.add(file);
      open.push(...(importsOf.get(file) ?? []).map(({ resolved }) => resolved));
    }
    return reached;
  };
  const files = listFiles();
  return new Map(
    Object.entries(capabilities).map(([name, begins]) => {
      const others = reachedWithout(begins);
      return [name, linesOf(files.filter((file) => importsOf.has(file) && !others.has(file)))];
    }),
  );
}

/** The parts of engine/ and the imports between them, and how many of these imports are part of a cycle. */
function measureEngine(): { readonly parts: number; readonly imports: number; readonly circular: number } {
  const only = ["--include-only", "^provider/engine", "--collapse", "^provider/engine/[^/]+"];
  const modules = readModules("provider/engine", ...only);
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
  console.log("\n| capability | lines that nothing else needs |\n| --- | ---: |");
  for (const [name, lines] of measureCapabilities()) console.log(`| ${name} | ${lines} |`);
  const { parts, imports, circular } = measureEngine();
  console.log("\n| surface | today |\n| --- | ---: |");
  for (const [name, count] of Object.entries(measureSurface())) console.log(`| ${name} | ${count} |`);
  console.log(`\nengine/: ${parts} parts, ${imports} imports between them, ${circular} of them in a cycle`);
}
