/**
 * `node test/support/site-words.ts`: the words that people write for the site, by page.
 * Examples count, marks of tables do not: a word has a letter or a digit.
 */

import { fileURLToPath } from "node:url";
import { pagesOfTheSite } from "../../provider/docs/site/.vitepress/sidebar.ts";
import { commandLinePages } from "../../sdk/make/docs/command-line.ts";
import { referencePages } from "../../sdk/make/docs/reference.ts";
import { read } from "./documents.ts";

/** Written by `npm run schema`, or by a test from a table in the code. */
const generated = new Set(
  ["settings.md", "fidelity.md", ...referencePages().keys(), ...commandLinePages().keys()].map(
    (name) => `reference/${name.replace(".md", "")}`,
  ),
);
/** The catalog that `uko explain` prints one section of, as the site shows one page of; test/errors.test.ts checks it. */
const errorCatalog = "reference/errors";

/** The page at the address `/` is the only one that is not below a folder of guides. */
const home = "site/index";

export function wordsOfTheSite(): ReadonlyMap<string, number> {
  const written = [home, ...pagesOfTheSite].filter((page) => !generated.has(page) && page !== errorCatalog);
  return new Map(written.map((page) => [page, wordsIn(read(`provider/docs/${page}.md`))]));
}

export function wordsIn(text: string): number {
  return text.split(/\s+/).filter((token) => /[\p{L}\d]/u.test(token)).length;
}

export function sumOf(words: ReadonlyMap<string, number>): number {
  return [...words.values()].reduce((sum, count) => sum + count, 0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = wordsOfTheSite();
  for (const [page, count] of [...words].toSorted(([, one], [, other]) => one - other))
    console.log(`${String(count).padStart(6)} ${page}`);
  console.log(`${String(sumOf(words)).padStart(6)} in all`);
}
