/**
 * Lists the pages of the documentation site, in the order in which people read them. The menu and the count of words
 * read this list, and a test compares it with the files.
 */

import { readdirSync } from "node:fs";

interface Section {
  readonly text: string;
  /** Files below provider/docs, without their ending. */
  readonly pages: readonly string[];
}

export const installation = "registry/installation-configuration";

/** The pages that `npm run schema` writes into a folder of the reference. */
function generated(folder: string): readonly string[] {
  const files = readdirSync(new URL(`../../reference/${folder}`, import.meta.url)).toSorted();
  return files.map((file) => `reference/${folder}/${file.replace(/\.md$/, "")}`);
}

export const sections: readonly Section[] = [
  {
    text: "Start here",
    pages: [
      "how-to/delete-an-existing-key",
      "how-to/approve-a-request",
      "explanation/is-this-safe",
      "how-to/key-protect",
      "how-to/check-a-certificate",
      "how-to/your-date",
      "how-to/agents",
    ],
  },
  {
    text: "Tutorials",
    pages: ["tutorials/two-people", "tutorials/two-people-with-key-protect", "tutorials/your-first-campaign"],
  },
  {
    text: "Declare keys",
    pages: [
      installation,
      "how-to/terraform",
      "how-to/existing-keys",
      "how-to/whole-stack",
      "how-to/test-programs",
      "how-to/change-or-stop",
    ],
  },
  {
    text: "Delete and approve",
    pages: [
      "how-to/console",
      "how-to/require-signed-consents",
      "how-to/pipelines",
      "how-to/evidence",
      "how-to/evidence-for-auditors",
      "how-to/troubleshoot",
    ],
  },
  { text: "Campaigns", pages: ["how-to/campaigns", "how-to/before-march-2027"] },
  {
    text: "Understand and trust",
    pages: [
      "explanation/two-people",
      "explanation/what-destroy-does",
      "explanation/guarantees",
      "explanation/threat-model",
    ],
  },
  {
    text: "Reference",
    pages: [
      "reference/settings",
      "reference/cli",
      "reference/cli-delete",
      "reference/cli-inspect",
      "reference/cli-undo",
      "reference/cli-fleet",
      "reference/cli-set-up",
      "reference/errors",
      "reference/glossary",
    ],
  },
  { text: "Resources", pages: generated("resources") },
  { text: "Functions and data sources", pages: generated("functions") },
  { text: "Emulator", pages: ["reference/emulator"] },
  { text: "Project", pages: ["reference/compatibility", "reference/fidelity"] },
];

export const pagesOfTheSite: readonly string[] = sections.flatMap(({ pages }) => pages);
