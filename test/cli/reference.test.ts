/** The reference of the command line and the man page, which are generated from the commands. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { examples, generalHelp } from "../../provider/cli/help.ts";
import { commandLineManPage, commandLineMarkdown } from "../../sdk/make/docs/command-line.ts";
import { commandLineFile, manPageFile } from "../../sdk/make/schema-file.ts";

describe.each([
  ["provider/docs/reference/cli.md", commandLineFile, commandLineMarkdown()],
  ["provider/docs/reference/uko.1", manPageFile, commandLineManPage()],
])("%s", (_, file, text) => {
  it("matches the commands; if not: npm run schema", () => {
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("has each command, each of its examples, and the environment", () => {
    const plain = text.replaceAll("\\-", "-");
    for (const [name, shown] of Object.entries(examples)) {
      expect(plain).toMatch(new RegExp(`^(## |\\.SS )uko ${name}$`, "m"));
      for (const [, command] of shown) expect(plain).toContain(command);
    }
    expect(plain).toContain("UKO_INSTANCE_ID");
  });
});

it("has every exit code of the help", () => {
  const [, shown = ""] = generalHelp.split("Exit codes:");
  const codes = Array.from(shown.matchAll(/(?<= {2,})\d+(?= [a-z])/g), ([code]) => code);
  expect(codes).toContain("14");
  for (const code of codes) expect(commandLineMarkdown()).toContain(`\n| \`${code}\` |`);
});

it("is a man page that man accepts", ({ skip }) => {
  const { status, stdout, stderr, error } = spawnSync("man", ["--warnings", "-l", manPageFile.pathname], {
    encoding: "utf8",
    env: { ...process.env, MANWIDTH: "100", LC_ALL: "C" },
  });
  if (error !== undefined || status !== 0) skip("this machine has no man");
  expect(stderr).toBe("");
  expect(stdout).toContain("uko status [options] <key...>");
});
