import path from "node:path";
import { expect, test } from "vitest";
import { demands, notCompliance } from "../../provider/certificate/demands.ts";
import { runCli } from "../../provider/cli/program.ts";
import { quietWorld } from "../cli/harness.ts";
import { blocksIn, read, repository, wordsOf } from "../support/documents.ts";

const page = "provider/docs/how-to/check-a-certificate.md";
const folder = path.join(repository, "provider/docs/how-to/certificate");

/** What the command prints, with the files of the documented certificate. */
async function printed(command: string): Promise<string> {
  const words = wordsOf(command.trim()).slice(1);
  const file = /^((?:IBMid-\w+=)?)(\w+\.(?:pem|jsonl?)|allowed_signers)$/;
  const world = quietWorld();
  expect(
    await runCli(
      words.map((word) => word.replace(file, `$1${folder}/$2`)),
      world,
    ),
    world.output.err,
  ).toBe(0);
  return world.output.out;
}

test("the documented certificate is valid for this release, and the page shows what the check prints (npm run certificate)", async () => {
  const command = blocksIn(page, "sh").find((block) => block.includes("--allow-emulator")) ?? "";
  const [shown = ""] = blocksIn(page, "text");
  expect(shown).toBe(await printed(command));
  for (const word of ["signed", "audit event", "only stated"]) {
    expect(shown).toMatch(new RegExp(`^ {2}2026-\\S+ {2}${word} +\\w+: `, "m"));
    expect(read(page)).toContain(`| \`${word}\` |`);
  }
});

test("the documented certificate follows from its evidence, and both people signed it", async () => {
  const trust = "--trust IBMid-550000BOB=bob.pem --trust IBMid-550000ALICE=alice.pem --require 2";
  const out = await printed(
    `uko certificate verify certificate.json ${trust} --evidence evidence.jsonl --allow-emulator`,
  );
  expect(out).toContain("the certificate follows from the evidence files");
});

test("the page for auditors begins with the command that installs uko, and has the demands of each rule", () => {
  const [first = ""] = blocksIn(page, "sh");
  expect(first).toMatch(/^npm install --global \S+\n$/);
  const rows = demands.map(
    ({ rule, asks, fields }) => `| ${rule} | ${asks} | ${fields.map((field) => `\`${field}\``).join(", ")} |`,
  );
  expect(read(page)).toContain(`${rows.join("\n")}\n\n${notCompliance}`);
});
