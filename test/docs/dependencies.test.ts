/** The page of dependencies has a row for each package that this repository names, with all reasons. */

import { expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import siteFile from "../../provider/docs/site/package.json" with { type: "json" };
import { read } from "../support/documents.ts";

const page = "provider/docs/internals/dependencies.md";

/** The names in the first cell of each row of a table under these headings. */
function rowsOf(text: string): readonly { readonly names: readonly string[]; readonly cells: readonly string[] }[] {
  return Array.from(text.matchAll(/^\| `.+ \|$/gm), ([line]) => {
    const cells = line.slice(2, -2).split(" | ");
    return { names: Array.from(cells[0]?.matchAll(/`([^`]+)`/g) ?? [], ([, name = ""]) => name), cells };
  });
}

const [reasons = "", pins = ""] = read(page).split("\n## Pins\n");

test("each direct dependency has one row, and each row is a dependency", () => {
  const named = rowsOf(reasons).flatMap(({ names }) => names);
  const used = [packageFile.dependencies, packageFile.devDependencies, siteFile.devDependencies].flatMap(Object.keys);
  const peers = Object.keys(packageFile.peerDependencies);
  expect([...named, ...peers].toSorted()).toEqual(used.toSorted());
  for (const peer of peers) expect(reasons).toContain(`\`${peer}\` is an optional peer`);
});

test("each row says what the package is for, who keeps it, and what would replace it", () => {
  for (const { names, cells } of rowsOf(reasons)) {
    expect(cells, names.join()).toHaveLength(4);
    expect(cells.filter((cell) => cell.trim() === "")).toEqual([]);
  }
});

test("each pin below a major version is a pin of this repository, and still below it", () => {
  const versions: Readonly<Record<string, string>> = { ...packageFile.dependencies, ...packageFile.devDependencies };
  const rows = rowsOf(pins);
  expect(rows.length).toBeGreaterThan(3);
  for (const { names, cells } of rows) {
    for (const name of names) expect(Number(versions[name]?.split(".")[0]), name).toBeLessThan(Number(cells[1]));
  }
});
