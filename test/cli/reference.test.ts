/** The reference of the command line and the man page, which are generated from the commands. */

import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { examples, generalHelp } from "../../provider/cli/help.ts";
import { commandLineManPage, commandLinePages } from "../../sdk/make/docs/command-line.ts";
import { manPageFile, referenceFolder } from "../../sdk/make/schema-file.ts";

const pages = commandLinePages();

it.each([...pages, ["uko.1", commandLineManPage()]])(
  "%s matches the commands; if not: npm run schema",
  (name, text) => {
    expect(readFileSync(new URL(name, referenceFolder), "utf8")).toBe(text);
  },
);

it("has no page of a group that no longer exists", () => {
  expect(globSync("cli*.md", { cwd: referenceFolder }).toSorted()).toEqual([...pages.keys()].toSorted());
});

it.each([
  ["the pages", [...pages.values()].join("\n")],
  ["the man page", commandLineManPage()],
])("%s have each command, each of its examples, and the environment", (_, text) => {
  const plain = text.replaceAll("\\-", "-");
  for (const [name, shown] of Object.entries(examples)) {
    expect(plain).toMatch(new RegExp(`^(## |\\.SS )uko ${name}$`, "m"));
    for (const [, command] of shown) expect(plain).toContain(command);
  }
  expect(plain).toContain("UKO_INSTANCE_ID");
});

it("leads from the index to the page and heading of each command, at the anchor that the command had there", () => {
  const links = Array.from(pages.get("cli.md")?.matchAll(/<a id="(.+?)"><\/a>\[`.+?`\]\((.+?)#(.+?)\)/g) ?? []);
  expect(links.length).toBeGreaterThan(30);
  for (const [, id, page = "", anchor = ""] of links) {
    expect(anchor).toBe(id);
    expect(pages.get(page)).toContain(`\n## ${anchor.replaceAll("-", " ")}\n`);
  }
});

it("has every exit code of the help", () => {
  const [, shown = ""] = generalHelp.split("Exit codes:");
  const codes = Array.from(shown.matchAll(/^ {2}(\d+) {2,}/gm), ([, code]) => code);
  expect(codes).toContain("14");
  for (const code of codes) expect(pages.get("cli.md")).toContain(`\n| \`${code}\` |`);
});

it("is a man page that man accepts", ({ skip }) => {
  const { status, stdout, stderr, error } = spawnSync("man", ["--warnings", "-l", manPageFile.pathname], {
    encoding: "utf8",
    env: { ...process.env, MANWIDTH: "100", LC_ALL: "C" },
  });
  if (error !== undefined || status !== 0) skip("this machine has no man");
  expect(stderr).toBe("");
  expect(stdout).toContain("uko status [options] [key...]");
});
