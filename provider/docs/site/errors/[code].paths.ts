/**
 * Makes a page of the site for each error code, at the stable address `errors/CODE`, from its section of `errors.md`.
 */

import { readFileSync } from "node:fs";

const sections = readFileSync(new URL("../../reference/errors.md", import.meta.url), "utf8")
  .split(/^## /m)
  .slice(1);

export default {
  paths: () =>
    sections.map((section) => ({ params: { code: section.split("\n", 1)[0] }, content: `# ${section.trim()}` })),
};
