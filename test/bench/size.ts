/**
 * `npm run size`: the hand-written lines of code and files of provider/ by folder, next to the budgets of decision 0053.
 * Comments and blank lines are not counted.
 */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { codeLines } from "../support/code-lines.ts";

const repository = new URL("../../", import.meta.url);

interface Folder {
  readonly name: string;
  readonly lines: number;
  readonly files: number;
}

interface BudgetedFolder extends Folder {
  readonly budget: Pick<Folder, "lines" | "files">;
}

const isGenerated = (file: string): boolean => file.endsWith("_pb.ts") || file.endsWith("/generated.ts");

/** The rows of the decision, each with what it has now. A file belongs to the longest name that fits. */
export function measureFolders(): readonly BudgetedFolder[] {
  const decision = readFileSync(new URL("provider/docs/decisions/0053-size-of-the-code.md", repository), "utf8");
  const budgets = Array.from(
    decision.matchAll(/^\| `(\S+)` \| ([\d,]+) \| ([\d,]+) \|$/gm),
    ([, name = "", ...counts]) => {
      const [lines = 0, files = 0] = counts.map((count) => Number(count.replaceAll(",", "")));
      return { name, budget: { lines, files } };
    },
  );
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "provider/*.ts"], {
    cwd: repository,
    encoding: "utf8",
  });
  const files = listed.split("\n").filter((file) => file !== "" && !isGenerated(file));
  const byLength = budgets.map(({ name }) => name).toSorted((one, other) => other.length - one.length);
  const folderOf = new Map(files.map((file) => [file, byLength.find((name) => file.startsWith(name))]));
  return budgets.map(({ name, budget }) => {
    const own = files.filter((file) => folderOf.get(file) === name);
    const lines = own.reduce((sum, file) => sum + codeLines(readFileSync(new URL(file, repository), "utf8")), 0);
    return { name, lines, files: own.length, budget };
  });
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
  const sum = (count: (folder: BudgetedFolder) => number): number =>
    folders.reduce((total, folder) => total + count(folder), 0);
  const all = {
    name: "all",
    lines: sum((folder) => folder.lines),
    files: sum((folder) => folder.files),
    budget: { lines: sum((folder) => folder.budget.lines), files: sum((folder) => folder.budget.files) },
  };
  console.log("| folder | lines of code | budget | files | budget |\n| --- | ---: | ---: | ---: | ---: |");
  for (const { name, lines, files, budget } of [...folders, all])
    console.log(`| ${name} | ${lines} | ${budget.lines} | ${files} | ${budget.files} |`);
  const { parts, imports, circular } = measureEngine();
  console.log(`\nengine/: ${parts} parts, ${imports} imports between them, ${circular} of them in a cycle`);
}
