/** The settings agree with the variables that the code reads, and each page of them with the one list. */

import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { variables } from "../../provider/cli/help.ts";
import { errorCatalog } from "../../provider/errors.ts";
import { replaceTable, settingsPages } from "../../sdk/make/docs/settings.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const pages = Array.from(settingsPages(), ([file, text]) => [path.relative(repository, fileURLToPath(file)), text]);
/** Constants that a bundle defines; no environment sets them. */
const constants = ["UKO_ENCODED", "UKO_ERROR_PAGE", "UKO_HTMX", "UKO_LATER", "UKO_VERSION"];

function variablesIn(text: string): readonly string[] {
  return text.match(/\bUKO_[A-Z_]*[A-Z]\b/g) ?? [];
}

test.each(pages)("%s matches the list of settings; if not: npm run schema", (file = "", text) => {
  expect(readFileSync(path.join(repository, file), "utf8")).toBe(text);
});

test("a page that lost the marks of its table is found", () => {
  expect(() => replaceTable("no marks", "settings", "| a |")).toThrow('no marks for the table "settings"');
});

test("the list has each variable that the code reads, and no other", () => {
  const sources = globSync("provider/**/*.ts", {
    cwd: repository,
    exclude: ["provider/docs/**", "provider/cli/help.ts"],
  });
  const named = sources.flatMap((file) => variablesIn(readFileSync(path.join(repository, file), "utf8")));
  const read = new Set(named.filter((name) => !(name in errorCatalog) && !constants.includes(name)));
  expect(read.size).toBeGreaterThan(10);
  expect([...read].sort()).toEqual(
    Object.keys(variables)
      .filter((name) => name.startsWith("UKO_"))
      .sort(),
  );
});
