/** `uko import`: writes a program that takes a vault and what it holds under management; changes nothing at the service. */

import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Command, Option } from "commander";
import { UkoError } from "../errors.ts";
import { parseVaultId } from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { exampleHelp } from "./help.ts";
import { createProgressLine } from "./progress-line.ts";
import { type ProgramFile, writeProgram } from "./pulumi-program.ts";

interface ImportOptions {
  readonly vault: string;
  readonly out: string;
}

export function addImportCommand(program: Command, world: CliWorld): void {
  program
    .command("import")
    .description("Write a Pulumi program that adopts a vault with its keystores, templates and keys")
    .addOption(new Option("--vault <id>", "the vault").argParser(parseVaultId).makeOptionMandatory())
    .addOption(
      new Option("--format <format>", "what to write: a program in TypeScript").choices(["pulumi"]).default("pulumi"),
    )
    .option("--out <folder>", "where to; it has to be new or without files of these names", ".")
    .addHelpText("after", exampleHelp("import"))
    .action(async ({ vault, out }: ImportOptions) => {
      await requireFree(out);
      const progress = createProgressLine(world.err);
      const { inventory, close } = await world.openOperations(world.environment, { progress });
      try {
        const { items, leftOut } = await inventory(vault, { signal: world.signal });
        progress.clear();
        const files = writeProgram(items, world.version);
        await write(out, files);
        world.out.write(
          [
            ...files.map(({ name }) => `Wrote ${path.join(out, name)}`),
            `${items.length} resources; destroyed keys are left out, and secrets are never told.`,
            ...(leftOut.length === 0 ? [] : ["", "Left out, since this release cannot look after it:"]),
            ...leftOut.map((line) => `  ${line}`),
            "",
            "Next, in that folder:",
            "  npm install && pulumi stack init dev && pulumi up",
            "The first up adopts each resource by its id. It changes nothing of it, and marks each key as needing two people.",
            "",
          ].join("\n"),
        );
      } finally {
        progress.clear();
        await close();
      }
    });
}

const names = ["Pulumi.yaml", "package.json", "index.ts", "import.json"] as const;

/** Nothing that is there is ever overwritten; found out before the service is asked. */
async function requireFree(folder: string): Promise<void> {
  const there = await readdir(folder).catch((error: unknown): string[] => {
    if ((error as { code?: unknown }).code === "ENOENT") return [];
    throw unwritable(folder, error);
  });
  const inTheWay = names.filter((name) => there.includes(name));
  if (inTheWay.length === 0) return;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `${inTheWay.join(", ")} ${inTheWay.length === 1 ? "is" : "are"} in ${folder} already`,
    detail: "Nothing is overwritten. Name another folder with --out.",
  });
}

async function write(folder: string, files: readonly ProgramFile[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const { name, text } of files) await writeFile(path.join(folder, name), text, { flag: "wx" });
  } catch (error) {
    throw unwritable(folder, error);
  }
}

function unwritable(folder: string, error: unknown): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `The program could not be written to ${folder}`,
    detail: error instanceof Error ? error.message : String(error),
    cause: error,
  });
}
